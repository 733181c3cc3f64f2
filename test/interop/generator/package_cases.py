"""Several transactions for one call of testmempoolaccept, some of them invalid."""
from decimal import Decimal

from chainkit import Output

from .kinds import case, fund, payment
from .locks import ANYONE, Tx
from .mempool_cases import FEE, child_of, entered, setup, unconfirmed
from .world import MATURITY, outpoint

MOST = 25  # transactions in a package


def stocked_world(world):
    """Makes coins for the largest package if there are too few."""
    if len(world.free_coins()) >= 2 * MOST:
        return
    kind, world.kind = world.kind, "stock"
    for _ in range(2):
        coin = max(world.free_coins(), key=lambda coin: coin.value)
        world.submit(world.block([fund(world, [ANYONE] * 2 * MOST, coin)]), expect="")
    world.kind = kind


def related(world, size, fee=FEE, roots=(), **settings):
    """Transactions that may spend outputs of earlier ones and of `roots`, which are in the mempool."""
    stocked_world(world)
    rng, package = world.rng, []
    free = [(root, index) for root in roots for index in range(len(root.outputs))]
    for _ in range(size):
        rng.shuffle(free)
        count = min(len(free), rng.choice((0, 1, 1, 1, 2)))
        coins = [unconfirmed(world, *free.pop()) for _ in range(count)]
        if not coins:
            large = world.free_coins(smallest=5_000_000) or world.free_coins()  # large, since each payment halves them
            coins = [rng.choice(large)]
        tx = payment(world, coins, outputs=2, fee=fee, **settings)
        free += [(tx, 0), (tx, 1)]
        package.append(tx)
    return package


def spoil_fee(world, tx):
    tx.outputs[0].value += tx.fee
    return "min relay fee not met"


def spoil_witness(world, tx):
    tx.inputs[0].witness = [b"\x52"]
    return "Witness program hash mismatch"


def spoil_value(world, tx):
    tx.outputs[-1].value += tx.fee + 1
    return "bad-txns-in-belowout"


def spoil_input(world, tx):
    tx.inputs[0].txid = world.rng.randbytes(32).hex()
    return "missing-inputs"


def spoil_index(world, tx):
    tx.inputs[0].index += 30
    return "missing-inputs"


def spoil_version(world, tx):
    tx.version = 0
    return "version"


def spoil_lock_time(world, tx):
    tx.lock_time = world.height
    return "non-final"


def spoil_sequence(world, tx):
    tx.inputs[0].sequence = 0xFFFF
    return "non-BIP68-final"


def spoil_inputs(world, tx):
    tx.inputs.append(tx.inputs[0])
    return "bad-txns-inputs-duplicate"


def spoil_outputs(world, tx):
    tx.outputs.clear()
    return "bad-txns-vout-empty"


SPOILS = (spoil_fee, spoil_witness, spoil_value, spoil_input, spoil_index, spoil_version, spoil_lock_time,
          spoil_sequence, spoil_inputs, spoil_outputs)


@case(12)
def good_package(world):
    roots = [entered(world)] if world.rng.random() < 0.4 else []
    size = world.rng.choice((2, 2, 3, 4) if roots else (2, 2, 3, 4, 8))
    world.test_package(related(world, size, roots=roots), expect="")


@case(14)
def package_with_a_bad_one(world):
    package = related(world, world.rng.choice((2, 3, 4)))
    position = world.rng.randrange(len(package))
    why = world.rng.choice(SPOILS)(world, package[position])
    # The changed transaction has another txid, so its children are removed.
    spoiled = package[position]
    while position + 1 < len(package):
        package.pop()
    world.test_package([*package[:position], spoiled, *related(world, world.rng.randrange(1, 3))], expect=why)


@case(4)
def package_with_two_bad_ones(world):
    """Scripts are run only if the other checks of all transactions pass."""
    package = related(world, 2) + related(world, 1)
    spoils = [world.rng.choice(SPOILS), world.rng.choice((spoil_fee, spoil_witness, spoil_lock_time))]
    spoils[0](world, package[1])
    spoils[1](world, package[2])
    world.test_package(package)


@case(5)
def package_out_of_order(world):
    package = related(world, 1)
    for _ in range(world.rng.randrange(1, 4)):
        package.append(child_of(world, package[-1]))
    last = package[:]
    while last == package:
        world.rng.shuffle(last)
    world.test_package(last, expect="^package-not-sorted$")


@case(3)
def package_with_repetitions(world):
    package = related(world, 2)
    again = package[0]
    if world.rng.random() < 0.5:  # the same txid with another witness
        again = Tx(again.coins, again.outputs).prepare().sign()
        again.inputs[0].witness = [b"\x01", *again.inputs[0].witness]
    world.test_package([*package, again], expect="^package-contains-duplicates$")


@case(4)
def package_in_conflict(world):
    first = related(world, 1)[0]
    second = payment(world, [*first.coins, world.rng.choice(world.free_coins())], fee=2 * FEE)
    world.test_package([first, second], expect="^conflict-in-package$")


@case(3)
def package_against_the_mempool(world):
    """A package replaces no transaction."""
    stocked_world(world)
    old = entered(world)
    new = payment(world, old.coins, fee=10 * FEE)
    package = [new, *related(world, 1)]
    if world.rng.random() < 0.5:
        package = [package[1], new, child_of(world, new)]
    world.test_package(package, expect="^bip125-replacement-disallowed$")


@case(2)
def package_known_in_part(world):
    stocked_world(world)
    parent = entered(world)
    world.test_package([parent, child_of(world, parent)], expect="^txn-already-in-mempool$")


@case()
def package_known_in_the_chain(world):
    tx = payment(world, fee=FEE)
    world.submit(world.block([tx]), expect="")
    world.test_package([tx, *related(world, 1)], expect="^txn-already-known$")


@case(2)
def package_of_a_young_coinbase(world):
    young = [coin for coin in world.coins.values() if coin.coinbase and coin.lock and coin.lock.name == "anyone" and
             world.height - coin.height < MATURITY and coin.value > 2 * FEE and outpoint(coin) not in world.in_mempool]
    if young:
        bad = payment(world, [world.rng.choice(young)], fee=FEE)
        world.test_package([*related(world, 1), bad], expect="^bad-txns-premature-spend-of-coinbase$")


@case(2)
def package_of_many(world):
    stocked_world(world)
    size = world.rng.choice((MOST - 1, MOST, MOST + 1))
    package = [payment(world, count=1, fee=FEE) for _ in range(size)]
    world.test_package(package, expect="Array must contain" if size > MOST else "")


@case(2)
def large_package(world):
    """The limit for a package is 404,000 units of weight."""
    over = world.rng.random() < 0.5
    package = related(world, 2)

    def weight():
        return sum(3 * len(tx.serialize(False)) + len(tx.serialize()) for tx in package)
    package[1].outputs.append(Output(0, b"\x6a"))
    missing = (404_000 - weight() - 4 * 4) // 4 + over * 2
    package[1].outputs[-1].script = b"\x6a" + bytes(missing)
    world.test_package(package, expect="^package-too-large$" if weight() > 404_000 else None)


@case(4)
def package_of_a_long_chain(world):
    stocked_world(world)
    rng = world.rng
    tx = entered(world)
    length = rng.choice((3, 19, 20, 21, 22, 23, 24))
    chain = [tx]
    while len(chain) < length:
        chain.append(child_of(world, chain[-1], fee=300))
    setup(world, *chain[1:])
    package = [child_of(world, chain[-1])]
    while len(package) < rng.choice((1, 2, 3, 4, 5)):
        package.append(child_of(world, package[-1]))
    if len(package) == 1:
        package += related(world, 1)
    world.test_package(package)


@case(2)
def package_of_many_children(world):
    """The additional child that is allowed alone is not allowed in a package."""
    stocked_world(world)
    root = entered(world, outputs=30)
    count = world.rng.choice((20, 22, 24))
    setup(world, *(payment(world, [unconfirmed(world, root, i)], outputs=1, fee=300) for i in range(1, 1 + count)))
    size = world.rng.choice((1, 2, 3))
    package = [payment(world, [unconfirmed(world, root, 25 + i)], outputs=1, fee=300) for i in range(size)]
    world.test_package(package + related(world, 1))


@case(2)
def package_of_many_parents(world):
    stocked_world(world)
    parents = [entered(world) for _ in range(world.rng.choice((5, 12, 13)))]
    package = [child_of(world, parent) for parent in parents]
    world.test_package(package)


@case(8)
def restricted_package(world):
    """Version 3 (BIP 431), with relations in the package, in the mempool or between both."""
    stocked_world(world)
    rng = world.rng
    choice = rng.randrange(9)
    outside = rng.random() < 0.4

    def root(version):
        made = payment(world, fee=FEE, outputs=2, version=version)
        return setup(world, made) if outside else made
    first = root(2 if choice == 0 else 3)
    start = [] if outside else [first]
    child = child_of(world, first, version=2 if choice == 1 else 3)
    if choice in (0, 1, 2):
        package = [*start, child]
    elif choice == 3:
        package = [*start, child, child_of(world, child, version=3)]
    elif choice == 4:
        package = [*start, child, payment(world, [unconfirmed(world, first, 1)], outputs=1, fee=FEE, version=3)]
    elif choice == 5:
        other = payment(world, fee=FEE, outputs=1, version=3)
        both = payment(world, [unconfirmed(world, first), unconfirmed(world, other)], outputs=1, fee=FEE, version=3)
        package = [*start, other, both]
    elif choice == 6:
        coins = [unconfirmed(world, first), *rng.sample(world.free_coins(), rng.choice((10, 11, 12, 13, 14)))]
        package = [*start, payment(world, coins, outputs=1, fee=FEE, version=3)]
    elif choice == 7:
        package = [*start, child, *related(world, 1, version=rng.choice((2, 3)))]
    else:
        package = [*start, child, child_of(world, child, version=2)]
    if len(package) == 1:
        package += related(world, 1)
    world.test_package(package)


@case(3)
def package_that_pays_too_much(world):
    package = related(world, 3)
    rate = world.rng.choice((Decimal("0.00000001"), Decimal("0.0001"), Decimal("0.0003"), 0))
    world.test_package(package, max_fee_rate=rate)
