"""Blocks and headers that break one rule, or just meet it."""
import struct

from chainkit import COIN, REGTEST_BITS, WITNESS_RESERVED, Output, compact_size, merkle_root, script_number, subsidy, \
    to_hash

from .kinds import case, fund, ordinary, payment
from .locks import ANYONE, BY_NAME, FixedLock, Tx
from .script import p2sh, p2wsh, script, witness_program
from .world import FUTURE_LIMIT, Coin, commitment, recommit

FUTURE_WITNESS = FixedLock("witness version 9", witness_program(9, b"free"), standard=False)
MAX_WEIGHT = 4_000_000
MAX_SIGOP_COST = 80_000


# ------------------------------------------------------------------------------------------------ headers


@case(6)
def good_block(world):
    world.submit(world.block(ordinary(world, 6)), expect="")


@case()
def high_hash(world):
    world.submit(world.block(ordinary(world), solve=False).unsolve(), expect="^high-hash$")


@case()
def bad_bits(world):
    block = world.block(ordinary(world), bits=world.rng.choice((0x207FFFFE, 0x2070FFFF, 0x201FFFFF)))
    world.submit(block, expect="^bad-diffbits$")


@case()
def invalid_bits(world):
    bits = world.rng.choice((0, 0x20800001, 0x2100FFFF, 0x22FFFFFF, 0xFF7FFFFF, 0x1F000000))
    block = world.block(ordinary(world))
    block.bits = bits
    world.submit(block, expect="^high-hash$")


@case()
def too_old(world):
    behind = world.rng.choice((0, 1, world.rng.randrange(100_000)))
    world.submit(world.block(ordinary(world), time=world.median_time - behind), expect="^time-too-old$")


@case()
def oldest(world):
    world.submit(world.block(ordinary(world), time=world.median_time + 1), expect="")


@case()
def too_new(world):
    ahead = world.rng.choice((1, 2, world.rng.randrange(1, 10**6)))
    world.submit(world.block(ordinary(world), time=world.now + FUTURE_LIMIT + ahead), expect="^time-too-new$")


@case()
def newest(world):
    world.submit(world.block(ordinary(world), time=world.now + FUTURE_LIMIT), expect="")


@case()
def old_version(world):
    version = world.rng.choice((0, 1, 2, 3))  # not negative: Bitcoin Knots reads such headers differently
    world.submit(world.block(ordinary(world), version=version), expect=r"^bad-version\(0x")


@case()
def any_version(world):
    world.submit(world.block(ordinary(world), version=world.rng.choice((4, 5, world.rng.randrange(4, 2**31)))),
                 expect="")


@case()
def unknown_parent(world):
    block = world.block(ordinary(world))
    block.previous = world.rng.randbytes(32).hex()
    world.submit(block.solve(), expect="^prev-blk-not-found$")


@case()
def genesis_again(world):
    world.submit_hex(world.bitcoind.getblock(world.chain[0].hash, 0), expect="^duplicate$")


@case()
def known_block(world):
    entry = world.rng.choice(world.chain[-50:])
    world.submit_hex(world.bitcoind.getblock(entry.hash, 0), expect="^duplicate$")


@case(3)
def failed_block_again(world):
    world.submit(world.rng.choice(world.failed_blocks[-300:]))


@case()
def child_of_an_invalid_block(world):
    invalid = world.block(reward=subsidy(world.height) + 1)
    world.submit(invalid, expect="^bad-cb-amount$")
    world.submit(invalid, expect="^duplicate-invalid$")
    child = world.block(parent=world.tip._replace(hash=invalid.hash, height=world.tip.height + 1,
                                                  times=[*world.tip.times, invalid.time][-11:]))
    world.submit(child, expect="^bad-prevblk$")


@case()
def child_of_a_mutated_block(world):
    """The header of a mutated block is not known, so its child has no parent."""
    mutated = world.block([payment(world)])
    mutated.root = world.rng.randbytes(32)
    mutated.nonce = 0
    while not mutated.has_work():
        mutated.nonce += 1
    world.submit(mutated, expect="^bad-txnmrklroot$")
    world.submit(world.block(parent=world.tip._replace(hash=mutated.hash, height=world.tip.height + 1)),
                 expect="^prev-blk-not-found$")


# ------------------------------------------------------------------------------------- branches of the chain


def side_block(world, parent, transactions=(), **settings):
    block = world.block(transactions, parent=parent, **settings)
    block.parent = parent
    return block


def as_parent(world, block):
    """The chain's entry of a block that is not (yet) in the best chain."""
    return world.tip._replace(hash=block.hash, height=block.height, time=block.time,
                              times=[*block.parent.times, block.time][-11:])


@case()
def side_branch(world):
    depth = world.rng.randrange(2, 8)
    block = side_block(world, world.chain[-depth])
    world.submit(block, expect="^inconclusive$")
    world.submit(block, expect="^duplicate$")


def blocks_to_disconnect(world, count):
    """Adds blocks. Their transactions will return to the mempool, so both nodes must relay their forms."""
    for _ in range(count):
        locks = [BY_NAME[name] for name in ("p2wpkh", "p2sh 2 of 3", "p2wsh pk", "p2tr key", "p2tr leaf pk")]
        world.submit(world.block([*ordinary(world), fund(world, locks)]), expect="")


@case()
def reorganisation(world):
    """A branch that begins a few blocks below the tip gets more work; disconnected transactions return to the mempool."""
    depth = world.rng.randrange(2, 5)
    blocks_to_disconnect(world, depth - 1)
    parent = world.chain[-depth]
    branch = []
    for _ in range(depth - 1):
        branch.append(side_block(world, parent))
        world.submit(branch[-1], expect="^inconclusive$")
        parent = as_parent(world, branch[-1])
    winner = side_block(world, parent)
    for _ in range(depth - 1):
        world.disconnected()
    for block in branch:
        add_to_chain(world, block)
    world.submit(winner, expect="")
    world.compare_coins()


def add_to_chain(world, block):
    """What `World.connected` does, for a block that the nodes connect only together with later ones."""
    update, world.update_mempool = world.update_mempool, lambda hexes: None
    world.connected(block)
    world.update_mempool = update


@case()
def failed_reorganisation(world):
    """The branch has more work, but its last block is invalid: the nodes return to the old tip."""
    blocks_to_disconnect(world, 1)
    one = side_block(world, world.chain[-2])
    world.submit(one, expect="^inconclusive$")
    two = side_block(world, as_parent(world, one), reward=60 * COIN)
    world.submit(two, expect="^bad-cb-amount$")
    world.update_mempool({})
    world.compare_coins()


@case()
def invalid_side_branch(world):
    """Rules that need no coins are checked on side branches, the others only when the blocks are connected."""
    block = side_block(world, world.chain[-3], reward=60 * COIN)
    world.submit(block, expect="^inconclusive$")
    block = side_block(world, world.chain[-3], version=3)
    world.submit(block, expect="^bad-version")


@case(2)
def invalidated(world):
    """invalidateblock and reconsiderblock."""
    blocks_to_disconnect(world, 3)
    count = world.rng.randrange(1, 4)
    removed = world.chain[-count]
    for method, tip in (("invalidateblock", world.chain[-count - 1]), ("reconsiderblock", world.tip)):
        world.judge({"block": removed.hash}, method, removed.hash)
        world.judge({"block": removed.hash}, "getbestblockhash", expect=tip.hash)
        world.update_mempool({"block": removed.hash})
        world.compare_coins(of_tip=method == "reconsiderblock")


@case(4)
def header_alone(world):
    """A header is submitted before its block, and may be invalid."""
    rng = world.rng
    block = world.block(ordinary(world))
    change = rng.randrange(8)
    if change == 0:
        block.bits -= 1
    elif change == 1:
        block.time = world.median_time
    elif change == 2:
        block.time = world.now + FUTURE_LIMIT + 1
    elif change == 3:
        block.version = rng.randrange(4)
    elif change == 4:
        block.previous = rng.randbytes(32).hex()
    block.solve()
    if change == 5:
        block.unsolve()
    world.judge({"header": block.header().hex()}, "submitheader", block.header().hex() + "00" * rng.randrange(2))
    world.submit(block)


# ------------------------------------------------------------------------------------ merkle tree and size


@case()
def wrong_merkle_root(world):
    block = world.block(ordinary(world))
    block.root = world.rng.randbytes(32)
    while not block.has_work():
        block.nonce += 1
    world.submit(block, expect="^bad-txnmrklroot$")


@case()
def transactions_swapped(world):
    block = world.block([payment(world, [coin]) for coin in world.rng.sample(world.free_coins(), 3)])
    block.transactions[1:3] = block.transactions[2], block.transactions[1]
    world.submit(block, expect="^bad-txnmrklroot$")


@case()
def repeated_transactions(world):
    """CVE-2012-2459: the merkle root is that of the valid block, which must still be accepted."""
    count = world.rng.choice((2, 4, 5))
    block = world.block([payment(world, [coin]) for coin in world.rng.sample(world.free_coins(), count)])
    good = list(block.transactions)
    block.transactions = good + {3: good[-1:], 5: good[-1:], 6: good[-2:]}[len(good)]
    world.submit(block, expect="^bad-txns-duplicate$")
    block.transactions = good
    world.submit(block, expect="")


@case()
def no_transactions(world):
    block = world.block()
    block.transactions = []
    block.root = bytes(32)
    while not block.has_work():
        block.nonce += 1
    world.propose(block)


@case()
def too_long(world):
    block = world.block()
    add_bytes(block, MAX_WEIGHT // 4 + 1 + world.rng.choice((0, 1, 5)))
    world.submit(block.solve(), expect="^bad-blk-length$")


def add_bytes(block, size):
    """Makes the block `size` bytes long with an unspendable output."""
    base = block.transactions[0]
    base.outputs.append(Output(0, b"\x6a"))
    missing = size - len(block.serialize()) - 4  # the script's length takes five bytes then
    base.outputs[-1].script += bytes(missing)
    assert len(block.serialize()) == size


@case()
def long_enough(world):
    if world.cases % 3:  # not each time: a megabyte each
        return
    block = world.block()
    add_bytes(block, MAX_WEIGHT // 4)
    world.submit(block.solve(), expect="")


def heavy_block(world, weight):
    """A block of exactly this weight, most of it in one witness that no rule checks."""
    parent = payment(world, outputs=1, fee=0, lock=FUTURE_WITNESS)
    child = Tx([coin_of(world, parent, FUTURE_WITNESS)], [Output(parent.outputs[0].value, ANYONE.script)])
    child.inputs[0].witness = [bytes(100_000)]
    block = world.block([parent, child])
    full = len(block.serialize())
    stripped = full - sum(len(tx.serialize()) - len(tx.serialize(False)) for tx in block.transactions)
    child.inputs[0].witness = [bytes(100_000 + weight - 3 * stripped - full)]
    return recommit(block)


def coin_of(world, tx, lock, index=0):
    return Coin(tx.txid, index, tx.outputs[index].value, lock, world.height, False)


@case()
def too_heavy(world):
    world.submit(heavy_block(world, MAX_WEIGHT + 1), expect="^bad-blk-weight$")


@case()
def heavy_enough(world):
    if world.cases % 3 == 0:
        world.submit(heavy_block(world, MAX_WEIGHT), expect="")


@case()
def legacy_sigops(world):
    """Legacy operations cost four each, also in the coinbase."""
    limit = MAX_SIGOP_COST // 4
    count = world.rng.choice((limit, limit + 1, limit + world.rng.randrange(2, 50)))
    block = world.block()
    multisigs = world.rng.randrange(5)
    block.transactions[0].outputs.append(Output(0, script(*["CHECKSIG"] * (count - 20 * multisigs))))
    block.transactions[0].outputs.append(Output(0, script(*["CHECKMULTISIGVERIFY"] * multisigs)))
    world.submit(block.solve(), expect="" if count == limit else "^bad-blk-sigops$")


@case(2)
def sigops_behind_hashes(world):
    """P2SH operations cost four each, those in witness scripts one. The kind depends on the spent coin."""
    nested = world.rng.random() < 0.5
    inner = script(0, "IF", *["CHECKMULTISIG"] * 9, *["CHECKSIG"] * 20, "ENDIF", 1)  # 200
    lock = FixedLock("sigops", p2sh(inner), [inner]) if nested else FixedLock("sigops", p2wsh(inner), witness=[inner])
    cost, inputs = 200 * (4 if nested else 1), 6
    parent = payment(world, outputs=inputs, fee=0, lock=lock)
    child = Tx([coin_of(world, parent, lock, i) for i in range(inputs)], [Output(1000, ANYONE.script)])
    child.sign()
    block = world.block([parent, child])
    legacy = (MAX_SIGOP_COST - cost * inputs) // 4
    over = world.rng.randrange(2)
    block.transactions[0].outputs.insert(0, Output(0, script(*["CHECKSIG"] * (legacy + over))))
    world.submit(recommit(block), expect="^bad-blk-sigops$" if over else "")


# ---------------------------------------------------------------------------------------------- coinbase


@case()
def no_coinbase(world):
    block = world.block([payment(world)])
    del block.transactions[0]
    world.propose(block.solve(), expect="^bad-cb-missing$")


@case()
def second_coinbase(world):
    block = world.block(ordinary(world))
    block.transactions.append(world.block().transactions[0])
    world.submit(block.solve(), expect="^bad-cb-multiple$")


@case(2)
def coinbase_script_length(world):
    length = world.rng.choice((0, 1, 2, 100, 101, 200))
    block = world.block(commit=world.rng.random() < 0.5)
    txin = block.transactions[0].inputs[0]
    txin.script = (script_number(block.height) + bytes(200))[:length]
    world.submit(block.solve(), expect="^bad-cb-height$" if length == 2 else "" if length == 100 else "^bad-cb-length$")


@case(2)
def coinbase_height(world):
    block = world.block(ordinary(world))
    right = script_number(block.height)
    block.transactions[0].inputs[0].script = world.rng.choice((
        script_number(block.height + 1), script_number(block.height - 1), b"\x03" + right[1:] + b"\0",
        b"\x4c" + right, right[:-1] + bytes([right[-1] ^ 0x40]), b"\x01" + right[1:])) + b"daler"
    world.submit(block.solve(), expect="^bad-cb-height$")


@case(2)
def coinbase_amount(world):
    payments = ordinary(world)
    right = subsidy(world.height) + sum(tx.fee for tx in payments)
    reward = right + world.rng.choice((1, 2, COIN, world.rng.randrange(1, COIN)))
    world.submit(world.block(payments, reward=reward), expect="^bad-cb-amount$")


@case()
def coinbase_below_the_limit(world):
    world.submit(world.block(ordinary(world), reward=world.rng.choice((0, 1, subsidy(world.height) - 1))), expect="")


# -------------------------------------------------------------------------------------- witness commitment


def committed(world):
    return world.block([payment(world)])


@case()
def wrong_commitment(world):
    block = committed(world)
    block.transactions[0].outputs[-1].script = commitment(world.rng.randbytes(32))
    world.submit(block.solve(), expect="^bad-witness-merkle-match$")


@case()
def witness_changed_after_commitment(world):
    block = committed(world)
    block.transactions[1].inputs[0].witness.append(b"")
    world.submit(block, expect="^bad-witness-merkle-match$")


@case()
def commitment_with_another_reserved_value(world):
    block = committed(world)
    reserved = world.rng.randbytes(32)
    root = merkle_root([bytes(32)] + [to_hash(tx.wtxid) for tx in block.transactions[1:]])
    block.transactions[0].inputs[0].witness = [reserved]
    block.transactions[0].outputs[-1].script = commitment(root, reserved)
    world.submit(block.solve(), expect="")


@case(2)
def reserved_value_of_wrong_size(world):
    block = committed(world)
    block.transactions[0].inputs[0].witness = world.rng.choice(
        ([bytes(31)], [bytes(33)], [b""], [bytes(32), b""], [WITNESS_RESERVED, WITNESS_RESERVED]))
    world.submit(block.solve(), expect="^bad-witness-nonce-size$")


@case()
def reserved_value_left_out(world):
    """submitblock adds a missing one."""
    block = committed(world)
    block.transactions[0].inputs[0].witness = []
    world.submit(block, expect="")


@case()
def last_commitment_counts(world):
    block = committed(world)
    right = block.transactions[0].outputs.pop()
    wrong = Output(0, commitment(world.rng.randbytes(32)))
    good = world.rng.random() < 0.5
    block.transactions[0].outputs += [wrong, right] if good else [right, wrong]
    world.submit(block.solve(), expect="" if good else "^bad-witness-merkle-match$")


@case()
def commitment_with_more_bytes(world):
    block = committed(world)
    block.transactions[0].outputs[-1].script += world.rng.randbytes(5)
    world.submit(block.solve(), expect="")


@case()
def commitment_cut_short(world):
    block = committed(world)
    block.transactions[0].outputs[-1].script = block.transactions[0].outputs[-1].script[:-1]
    world.submit(block.solve(), expect="^unexpected-witness$")


@case()
def commitment_missing(world):
    block = committed(world)
    block.transactions[0].outputs.pop()
    if world.rng.random() < 0.5:
        block.transactions[0].inputs[0].witness = []
    world.submit(block.solve(), expect="^unexpected-witness$")


@case()
def commitment_without_witnesses(world):
    world.submit(world.block(commit=True), expect="")


# ----------------------------------------------------------------------------------------------- proposals


@case(2)
def proposal(world):
    """Proposals need no proof of work; the other rules apply."""
    rng = world.rng
    block = world.block(ordinary(world), solve=False)
    change = rng.randrange(8)
    if change == 0:
        block.transactions[0].outputs[0].value += 1
    elif change == 1:
        block.version = 1
    elif change == 2:
        block.time = world.median_time
    elif change == 3:
        block.previous = world.chain[-2].hash
    elif change == 4:
        block.bits = REGTEST_BITS - 1
    elif change == 5:
        block.transactions[0].inputs[0].script = script_number(block.height + 1) + b"xx"
    block.root = merkle_root([to_hash(tx.txid) for tx in block.transactions])
    if change == 6:
        block.root = rng.randbytes(32)
    world.propose(block)


# --------------------------------------------------------------------------------------------------- bytes


@case(8)
def damaged_block(world):
    """A valid block with bytes changed, removed or added anywhere; it is solved again if they are in the header."""
    rng = world.rng
    block = world.block(ordinary(world))
    data = bytearray(block.serialize())
    for _ in range(rng.choice((1, 1, 2, 5))):
        change = rng.randrange(5)
        at = rng.randrange(80, len(data))
        if change == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif change == 1:
            del data[at:at + rng.randrange(1, 9)]
        elif change == 2:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif change == 3:
            data[at:at + 1] = rng.choice((b"\xff", b"\xfd\x01\x00", b"\xfe\0\0\0\x03", b"\0", b"\xfd"))
        else:
            data += rng.randbytes(rng.randrange(1, 5))
    world.submit(block, text=bytes(data).hex())


@case()
def strange_counts(world):
    """Counts in a longer encoding than necessary, or larger than what follows."""
    block = world.block()
    count = world.rng.choice((b"\xfd\x01\x00", b"\xfe\x01\x00\x00\x00", b"\x02", b"\x00", compact_size(2**32),
                              b"\xff" + struct.pack("<Q", 2**62)))
    world.submit(block, text=(block.header() + count + block.transactions[0].serialize()).hex())


@case()
def trailing_bytes(world):
    block = world.block()
    world.submit(block, text=block.hex() + "00" * world.rng.randrange(1, 4))


