"""Transactions that break one rule, but no script rule, each in a block and alone."""
import struct

from chainkit import COIN, Output, compact_size, to_hash, var_bytes

from .kinds import case, fund, funded, ordinary, payment
from .locks import ANYONE, BY_NAME, FINAL, START_TIME, FixedLock, Tx
from .script import script
from .world import MATURITY, Coin, median_time

MAX_MONEY = 21_000_000 * COIN
TIME_LOCK = 1 << 22
DISABLED = 1 << 31


def both(world, tx, in_block, alone=None, before=()):
    """The transaction in a block and, if it needs no unconfirmed transactions (`before`), alone."""
    if not before and world.rng.random() < 0.6:
        world.test(tx, expect=alone)
    reward = None
    fee = sum(getattr(other, "fee", 0) for other in [*before, tx])
    if not 0 <= fee <= COIN:  # the coinbase must be valid
        reward = 0
    block = world.block([*ordinary(world, 1), *before, tx], reward=reward, commit=True)
    return world.submit(block, expect=in_block)


@case()
def no_inputs(world):
    tx = payment(world)
    tx.inputs, tx.outputs, tx.coins = [], [], []
    block = world.block(ordinary(world))
    tx.serialize = lambda witness=True: struct.pack("<I", 2) + b"\0\0" + bytes(4)
    block.transactions.append(tx)
    world.submit(block.solve(), expect="^bad-txns-vin-empty$|decode")


@case()
def no_outputs(world):
    tx = payment(world)
    tx.outputs = []
    both(world, tx, "^bad-txns-vout-empty$", "^bad-txns-vout-empty$")


@case()
def negative_output(world):
    tx = payment(world)
    world.rng.choice(tx.outputs).value = world.rng.choice((-1, -COIN, -2**63))
    both(world, tx, "^bad-txns-vout-negative$", "^bad-txns-vout-negative$")


@case()
def large_output(world):
    tx = payment(world)
    world.rng.choice(tx.outputs).value = world.rng.choice((MAX_MONEY + 1, 2**63 - 1))
    both(world, tx, "^bad-txns-vout-toolarge$", "^bad-txns-vout-toolarge$")


@case()
def large_total(world):
    tx = payment(world, outputs=2)
    tx.outputs[0].value, tx.outputs[1].value = MAX_MONEY, world.rng.choice((1, MAX_MONEY))
    both(world, tx, "^bad-txns-txouttotal-toolarge$", "^bad-txns-txouttotal-toolarge$")


@case()
def largest_total(world):
    """21,000,000 BTC is the largest allowed sum of outputs. Another rule compares it with the inputs."""
    tx = payment(world, outputs=2)
    tx.outputs[0].value, tx.outputs[1].value = MAX_MONEY - 5000, 5000
    both(world, tx, "^bad-txns-in-belowout$", "^bad-txns-in-belowout$")


@case()
def input_twice(world):
    """CVE-2018-17144."""
    coins = world.rng.sample(world.free_coins(), 2)
    coins.append(world.rng.choice(coins))
    world.rng.shuffle(coins)
    tx = Tx(coins, [Output(sum(coin.value for coin in coins[:2]), ANYONE.script)]).sign()
    both(world, tx, "^bad-txns-inputs-duplicate$", "^bad-txns-inputs-duplicate$")


@case()
def null_input(world):
    tx = payment(world, count=2)
    world.rng.choice(tx.inputs).__dict__.update(txid="00" * 32, index=FINAL)
    both(world, tx, "^bad-txns-prevout-null$", "^bad-txns-prevout-null$")


@case(2)
def missing_coin(world):
    tx = payment(world, count=2)
    txin = world.rng.choice(tx.inputs)
    if world.rng.random() < 0.5:
        txin.txid = world.rng.randbytes(32).hex()
    else:
        txin.index = world.rng.choice((1000, FINAL, 2**31))
    both(world, tx, "^bad-txns-inputs-missingorspent$", "^missing-inputs$")


@case()
def spent_coin(world):
    spent = [coin for entry in world.chain[-30:] for coin in entry.spent if coin.lock is ANYONE and
             (coin.txid, coin.index) not in world.coins]
    tx = payment(world, [world.rng.choice(spent)], outputs=1)
    both(world, tx, None)


@case()
def genesis_coin(world):
    tx = payment(world)
    tx.inputs[0].txid = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
    tx.inputs[0].index = 0
    both(world, tx, "^bad-txns-inputs-missingorspent$", "^missing-inputs$")


@case()
def spent_twice_in_a_block(world):
    coin = world.rng.choice(world.free_coins())
    first = payment(world, [coin], fee=0, outputs=1)
    both(world, payment(world, [coin], fee=1, outputs=2), "^bad-txns-inputs-missingorspent$", before=[first])


@case()
def spent_before_it_is_made(world):
    parent, coin = funded(world, ANYONE)
    child = Tx([coin], [Output(coin.value, ANYONE.script)]).sign()
    world.submit(world.block([child, parent]), expect="^bad-txns-inputs-missingorspent$")


@case()
def chain_within_a_block(world):
    transactions = [fund(world, [ANYONE])]
    coin = Coin(transactions[0].txid, 0, transactions[0].outputs[0].value, ANYONE, world.height, False)
    for _ in range(world.rng.randrange(1, 30)):
        tx = payment(world, [coin], outputs=1, fee=10)
        transactions.append(tx)
        coin = Coin(tx.txid, 0, tx.outputs[0].value, ANYONE, world.height, False)
    world.submit(world.block(transactions), expect="")


def coinbase_coins(world, depth):
    """The coins of the coinbase that has this depth for the next block."""
    txid = world.chain[world.height - depth].transactions[0].txid
    return [coin for coin in world.by_lock[ANYONE].values() if coin.txid == txid and coin.value > 10_000]


@case(2)
def young_coinbase(world):
    depth = world.rng.choice((1, 2, 50, MATURITY - 1, MATURITY - 1))
    coins = coinbase_coins(world, depth)
    if coins:
        pattern = "^bad-txns-premature-spend-of-coinbase$"
        both(world, payment(world, coins, fee=1000), pattern, pattern)


@case()
def mature_coinbase(world):
    coins = coinbase_coins(world, MATURITY)
    if coins and (coins[0].txid, coins[0].index) not in world.in_mempool:
        both(world, payment(world, coins, fee=1000), "")


@case()
def coinbase_of_the_same_block(world):
    bare = BY_NAME["bare true"]
    block = world.block(script=bare.script)
    base = block.transactions[0]
    coin = Coin(base.txid, 0, base.outputs[0].value, bare, world.height, True)
    block.transactions.append(Tx([coin], [Output(coin.value, ANYONE.script)]).sign())
    world.submit(block.solve(), expect="^bad-txns-premature-spend-of-coinbase$")


@case(2)
def more_than_the_inputs(world):
    tx = payment(world)
    world.rng.choice(tx.outputs).value += tx.fee + world.rng.choice((1, 1, COIN))
    both(world, tx, "^bad-txns-in-belowout$", "^bad-txns-in-belowout$")


@case()
def as_much_as_the_inputs(world):
    both(world, payment(world, fee=0), "", "^min relay fee not met$")


@case(2)
def confirmed_transaction(world):
    """The transaction again: it would overwrite its unspent outputs (BIP 30)."""
    transactions = [tx for entry in world.chain[-40:] for tx in entry.transactions[1:] if len(tx.hex()) < 50_000 and
                    all((tx.txid, index) in world.coins for index in range(len(tx.outputs)))]
    if transactions:
        both(world, world.rng.choice(transactions), "^bad-txns-BIP30$")


@case()
def confirmed_and_spent(world):
    transactions = [tx for entry in world.chain[-60:] for tx in entry.transactions[1:] if len(tx.hex()) < 50_000 and
                    not any((tx.txid, index) in world.coins for index in range(len(tx.outputs)))]
    if transactions:
        both(world, world.rng.choice(transactions), "^bad-txns-inputs-missingorspent$")


@case()
def repeated_coinbase(world):
    """A coinbase from before BIP 34 contains a later height, and is repeated at that height (BIP 30)."""
    ahead = sorted(height for height in world.repeated if height >= world.height)
    if not ahead:
        return
    while world.height < ahead[0]:
        world.submit(world.block(ordinary(world)), expect="")
    block = world.block()
    block.transactions[0] = world.repeated[ahead[0]]
    world.submit(block.solve(), expect="^bad-txns-BIP30$")
    world.submit(world.block(), expect="")


# -------------------------------------------------------------------------------------------- lock times


@case(3)
def absolute_lock(world):
    """A lock time that is a height or a time, on both sides of the limit, with and without a final input."""
    rng = world.rng
    tx = payment(world, count=rng.choice((1, 2)), fee=5000)
    limit = world.height if rng.random() < 0.5 else world.median_time
    late = rng.random() < 0.6
    tx.lock_time = limit if late else limit - 1
    for txin in tx.inputs:
        txin.sequence = FINAL
    final = rng.random() < 0.3
    if not final:
        rng.choice(tx.inputs).sequence = rng.choice((FINAL - 1, DISABLED))
    passes = final or not late
    both(world, tx, "" if passes else "^bad-txns-nonfinal$", "" if passes else "^non-final$")


@case()
def lock_times_at_the_threshold(world):
    """A lock time below 500,000,000 is a height."""
    tx = payment(world, fee=5000)
    tx.lock_time = world.rng.choice((499_999_999, 500_000_000))
    is_time = tx.lock_time == 500_000_000
    both(world, tx, "" if is_time else "^bad-txns-nonfinal$", "" if is_time else "^non-final$")


@case()
def locked_coinbase(world):
    block = world.block()
    base = block.transactions[0]
    base.lock_time = world.height - world.rng.randrange(2)
    base.inputs[0].sequence = FINAL - 1
    world.submit(block.solve(), expect="^bad-txns-nonfinal$" if base.lock_time == world.height else "")


def median_before(world, height):
    return median_time(world.chain[max(height - 1, 0)])


@case(4)
def relative_lock(world):
    """BIP 68, in blocks or in steps of 512 seconds, at the limit or one too many."""
    rng = world.rng
    free = [coin for coin in world.free_coins() if world.height - coin.height < 60000]
    coin = rng.choice(free)
    if rng.random() < 0.5:
        age = world.height - coin.height
        flags = 0
    else:
        age = (world.median_time - median_before(world, coin.height)) // 512
        flags = TIME_LOCK
    over = rng.random() < 0.6
    tx = payment(world, [coin], fee=5000)
    tx.inputs[0].sequence = flags | min(age + over, 0xFFFF) | rng.choice((0, 0, 1 << 16, 0x3F << 23))
    passes = not over or age >= 0xFFFF
    choice = rng.randrange(4)
    if choice == 0:
        tx.inputs[0].sequence |= DISABLED
        passes = True
    elif choice == 1:
        tx.version = rng.choice((1, 0))
        passes = True
    elif choice == 2:
        tx.version = rng.choice((2, 0x80000000, FINAL))  # the version is unsigned
    both(world, tx, "" if passes else "^bad-txns-nonfinal$")


@case()
def relative_lock_within_a_block(world):
    parent, coin = funded(world, ANYONE)
    child = Tx([coin], [Output(coin.value, ANYONE.script)]).sign()
    child.inputs[0].sequence = world.rng.choice((0, 1, TIME_LOCK, TIME_LOCK | 1))
    passes = child.inputs[0].sequence & 1 == 0
    world.submit(world.block([parent, child]), expect="" if passes else "^bad-txns-nonfinal$")


@case()
def sum_of_fees(world):
    """The coinbase claims the sum of the fees of several transactions."""
    payments = [payment(world, [coin], fee=world.rng.randrange(100_000))
                for coin in world.rng.sample(world.free_coins(smallest=200_000), 4)]
    world.submit(world.block(payments), expect="")


# ---------------------------------------------------------------------------------------- random changes


@case(15)
def random_field(world):
    """One field of a valid transaction gets another value, usually near a limit."""
    rng = world.rng
    tx = payment(world, count=rng.choice((1, 2, 3)))
    txin, txout = rng.choice(tx.inputs), rng.choice(tx.outputs)
    change = rng.randrange(11)
    if change == 0:
        tx.version = rng.choice((0, 1, 2, 3, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
    elif change == 1:
        tx.lock_time = rng.choice((0, 1, world.height - 1, world.height, world.median_time - 1, world.median_time,
                                   499_999_999, 500_000_000, FINAL, START_TIME))
    elif change == 2:
        txin.sequence = rng.choice((0, 1, 5, FINAL, FINAL - 1, TIME_LOCK, TIME_LOCK | 1, 0xFFFF, DISABLED,
                                    rng.getrandbits(32)))
    elif change == 3:
        txin.index ^= 1 << rng.choice((0, 0, 0, 1, 2, 31))
    elif change == 4:
        txout.value = rng.choice((0, 1, txout.value - 1, txout.value + 1, -1, MAX_MONEY, MAX_MONEY + 1))
    elif change == 5:
        txout.script = rng.randbytes(rng.choice((0, 1, 5, 34)))
    elif change == 6:
        txout.script = rng.choice((b"", b"\x6a", b"\x51", b"\x51\x02\x4e\x73", b"\x6a" * 10_000, b"\x51" * 10_001))
    elif change == 7:
        txin.witness = rng.choice(([], [b""], [b"\x51", b"\x51"], [b"\x00"], [b"\x51\x51"], [b"", b"\x51"]))
    elif change == 8:
        txin.script = rng.choice((b"\x00", b"\x51", b"\x01\x51", b"\x61", b"\xff"))
    elif change == 9:
        tx.outputs.append(Output(0, script("RETURN", rng.randbytes(rng.randrange(60)))))
    else:
        tx.outputs.insert(0, tx.outputs[0])
    lock = FixedLock("unknown", b"", standard=False)
    tx.locks = {index: ANYONE if txout.script == ANYONE.script else lock for index, txout in enumerate(tx.outputs)}
    both(world, tx, None)


@case(6)
def damaged_transaction(world):
    rng = world.rng
    tx = payment(world)
    data = bytearray(tx.serialize())
    for _ in range(rng.choice((1, 1, 3))):
        at = rng.randrange(len(data))
        change = rng.randrange(4)
        if change == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif change == 1:
            del data[at]
        elif change == 2:
            data.insert(at, rng.randrange(256))
        else:
            data += b"\0"
    text = bytes(data).hex()
    world.test(text)


@case(3)
def strange_encoding(world):
    """Encodings of the same transaction that are not the canonical one, or that only an old decoder accepts."""
    rng = world.rng
    tx = payment(world, outputs=1)
    txin, txout = tx.inputs[0], tx.outputs[0]
    version, lock_time = struct.pack("<I", tx.version), struct.pack("<I", tx.lock_time)
    inputs = to_hash(txin.txid) + struct.pack("<I", txin.index) + b"\0" + struct.pack("<I", txin.sequence)
    outputs = struct.pack("<q", txout.value) + var_bytes(txout.script)
    witness = b"\x01\x01\x51"
    text = rng.choice((
        version + b"\0\x01" + b"\x01" + inputs + b"\x01" + outputs + b"\0" + lock_time,  # a witness, but empty
        version + b"\0\x02" + b"\x01" + inputs + b"\x01" + outputs + witness + lock_time,  # unknown flag
        version + b"\0\0" + b"\x01" + inputs + b"\x01" + outputs + witness + lock_time,
        version + b"\x01\0" + b"\x01" + inputs + b"\x01" + outputs + witness + lock_time,
        version + b"\0\x01" + b"\xfd\x01\0" + inputs + b"\x01" + outputs + witness + lock_time,  # a long 1
        version + b"\0\x01" + b"\x01" + inputs + b"\x01" + outputs + witness,
        version + b"\0\x01" + b"\0" + b"\x01" + outputs + lock_time,  # no inputs
        version + b"\0" + b"\x01" + outputs + lock_time,
        version + b"\x01" + inputs + b"\x01" + outputs + lock_time,
        version + b"\0\x01" + compact_size(2**25 + 1) + inputs,
        b""))
    world.test(text.hex())


def before_activations(world):
    """A block before the activation of some rules; it randomly breaks some of them."""
    rng = world.rng
    transactions = []
    if world.free_coins():
        name = rng.choice(("bare height, too low", "p2wsh age, too young", "bare height", "p2sh age", "p2wsh 2 of 3",
                           "bare pk", "anyone"))
        parent, coin = funded(world, BY_NAME[name])
        child = Tx([coin], [Output(coin.value, ANYONE.script)]).prepare().sign()
        if name == "bare pk" and rng.random() < 0.7:  # an additional zero before the number, allowed before BIP 66
            signature = child.inputs[0].pushes[0]
            padded = b"\x30" + bytes([signature[1] + 1]) + b"\x02" + bytes([signature[3] + 1]) + b"\0" + signature[4:]
            child.inputs[0].pushes[0] = padded
            child.inputs[0].rebuild()
        if name == "anyone":
            child.inputs[0].sequence, child.lock_time = rng.choice(
                ((1, 0), (0, world.now), (FINAL - 1, world.median_time), (FINAL - 1, world.height)))
        transactions = [parent, child]
    block = world.block(transactions, version=rng.choice((1, 2, 3, 4, 0x20000000)))
    if rng.random() < 0.2:
        block.transactions[0].inputs[0].script = rng.randbytes(8)
        block.solve()
    return world.submit(block)


