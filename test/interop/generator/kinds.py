"""The list of the kinds of cases, and functions that many of them use."""
from chainkit import ANYONE_SCRIPT, Output

from .locks import ANYONE, LOCKS, Tx
from .world import Coin, outpoint

KINDS = []  # (name, function of a World, how often per round)


def case(times=1):
    """Registers a kind of case; each round runs it `times` times."""
    def register(function):
        KINDS.append((function.__name__, function, times))
        return function
    return register


def payment(world, coins=None, count=1, outputs=None, fee=None, lock=ANYONE, **settings):
    """A signed payment from free coins to `outputs` coins of one lock."""
    rng = world.rng
    if coins is None:
        coins = rng.sample(world.free_coins(), count)
    world.reserved.update(map(outpoint, coins))
    outputs = rng.choice((1, 1, 2, 3)) if outputs is None else outputs
    fee = rng.choice((0, 1, rng.randrange(5000))) if fee is None else fee
    left = sum(coin.value for coin in coins) - fee
    values = [left // outputs] * outputs
    values[0] += left - sum(values)
    tx = Tx(coins, [Output(value, lock.script) for value in values], **settings)
    tx.locks = {index: lock for index in range(outputs)}
    return tx.prepare().sign()


def fund(world, locks, coin=None):
    """A payment that creates a coin of each lock, and change."""
    if not coin:
        free = world.free_coins()
        coin = max(world.rng.sample(free, min(8, len(free))), key=lambda coin: coin.value)
    world.reserved.add(outpoint(coin))
    value = min(200_000, coin.value // (len(locks) + 1))
    tx = Tx([coin], [Output(value, lock.script) for lock in locks])
    tx.outputs.append(Output(coin.value - value * len(locks) - 1000, ANYONE_SCRIPT))
    tx.locks = dict(enumerate([*locks, ANYONE]))
    return tx.prepare().sign()


def funded(world, lock):
    """A payment that creates one coin of this lock, and the coin, which the same block may spend."""
    parent = fund(world, [lock])
    return parent, Coin(parent.txid, 0, parent.outputs[0].value, lock, world.height, False)


def stocked(world, lock):
    """A confirmed coin of this lock. If there is none, a block creates some, and also some of other short locks."""
    found = world.free_coins(lock, 0)
    if not found:
        short = [other for other in LOCKS if not world.by_lock[other] and len(other.script) <= 10_000]
        wanted = [lock, lock] + world.rng.sample(short, min(40, len(short)))
        kind, world.kind = world.kind, "stock"
        world.submit(world.block([fund(world, wanted)]), expect="")
        world.kind = kind
        found = world.free_coins(lock, 0)
    return world.rng.choice(found)


def ordinary(world, most=3):
    """A few valid payments."""
    coins = world.rng.sample(world.free_coins(), world.rng.randrange(most + 1))
    return [payment(world, [coin]) for coin in coins]
