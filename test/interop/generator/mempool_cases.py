"""Transactions that the mempool rejects although a block may contain them, and rules between transactions."""
from decimal import Decimal

from chainkit import COIN, Output

from .kinds import case, fund, ordinary, payment, stocked
from .locks import ANYONE, BY_NAME, FINAL, KEYS, FixedLock, Signer, Tx
from .script import hash160, p2sh, p2wsh, script, witness_program
from .world import Coin

FEE = 5000  # enough for a small transaction
K1 = KEYS[0].compressed
OUTPUTS = [("p2pkh", script("DUP", "HASH160", hash160(K1), "EQUALVERIFY", "CHECKSIG"), 546),
           ("p2pk", script(K1, "CHECKSIG"), 576),
           ("p2sh", p2sh(b"\x51"), 540), ("p2wpkh", witness_program(0, hash160(K1)), 294),
           ("p2wsh", ANYONE.script, 330), ("p2tr", BY_NAME["p2tr key"].script, 330),
           ("p2a", witness_program(1, b"\x4e\x73"), 240), ("future", witness_program(16, bytes(32)), 330)]


def unconfirmed(world, tx, index=0):
    """An output of an unconfirmed transaction as a coin."""
    return Coin(tx.txid, index, tx.outputs[index].value, ANYONE, world.height, False)


def child_of(world, *parents, fee=FEE, **settings):
    return payment(world, [unconfirmed(world, tx) for tx in parents], outputs=1, fee=fee, **settings)


def setup(world, *transactions):
    """Adds valid transactions to both mempools; they are not counted as cases."""
    for tx in transactions:
        world.send(tx, expect="", counted=False)
    world.update_mempool({"transaction": transactions[-1].hex()})
    return transactions[0]


def entered(world, **settings):
    """A new payment in both mempools that spends no unconfirmed output."""
    settings.setdefault("outputs", 2)
    return setup(world, payment(world, fee=settings.pop("fee", FEE), **settings))


def judge(world, tx, expect=None):
    """Tests the transaction alone, with testmempoolaccept or sendrawtransaction."""
    if world.rng.random() < 0.5:
        return world.test(tx, expect=expect)
    return world.send(tx, expect=expect)


def plain(world, outputs, coins=None, **settings):
    coins = coins or [world.rng.choice(world.free_coins())]
    left = sum(coin.value for coin in coins) - sum(txout.value for txout in outputs)
    return Tx(coins, [*outputs, Output(left - FEE, ANYONE.script)], **settings).prepare().sign()


# ------------------------------------------------------------------------------------------- the form alone


@case(10)
def good_transaction(world):
    judge(world, payment(world, count=world.rng.choice((1, 2)), fee=FEE), expect="")


@case()
def odd_version(world):
    judge(world, payment(world, fee=FEE, version=world.rng.choice((0, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))),
          expect="^(error -26 )?version$")


@case()
def standard_weight(world):
    tx = plain(world, [Output(1000, ANYONE.script)] * 2322 + [Output(0, b"\x6a" + bytes(70))],
               [max(world.free_coins(), key=lambda coin: coin.value)])
    tx.outputs[-1].value -= 120_000

    def weight():
        return 3 * len(tx.serialize(False)) + len(tx.serialize())
    over = world.rng.random() < 0.7
    steps = (400_000 - weight()) // 4 + over
    size = len(tx.outputs[-2].script) + steps
    while size > 80:
        tx.outputs.insert(0, Output(1000, ANYONE.script))
        size -= 43
    data = max(size - 3, 2)
    tx.outputs[-2].script = b"\x6a\x4c" + bytes([data]) + bytes(data)
    tx.sign()
    world.test(tx, expect="^tx-size$" if weight() > 400_000 else "")


@case()
def oversize(world):
    if world.cases % 2:  # a megabyte each
        return
    tx = payment(world, fee=FEE)
    tx.outputs.append(Output(0, b"\x6a" + bytes(1_000_000)))
    world.test(tx, expect="^bad-txns-oversize$")


@case(3)
def output_of_no_standard_form(world):
    odd = world.rng.choice((
        b"", b"\x51", b"\x61", script(K1), script(4, K1, "CHECKMULTISIG"),
        script(1, K1, K1, K1, K1, 4, "CHECKMULTISIG"),
        script(0, K1, 1, "CHECKMULTISIG"), script(2, K1, 1, "CHECKMULTISIG"), script("RETURN", "DUP"), b"\x6a\x05\x01",
        b"\x6a\x4c\x51" + bytes(81), witness_program(0, bytes(31)), ANYONE.script + b"\x61", b"\x61" + ANYONE.script,
        script(K1[:-1], "CHECKSIG"), script(b"\x05" + K1[1:], "CHECKSIG"), b"\x50" * 10,
        script("HASH160", bytes(20), "EQUALVERIFY"), script("DUP", "HASH160", bytes(19), "EQUALVERIFY", "CHECKSIG"),
        script("SHA256", bytes(32), "EQUAL")))
    judge(world, plain(world, [Output(5000, odd)]), expect="scriptpubkey|maxburnamount")


@case(3)
def output_of_any_form(world):
    name, code, _ = world.rng.choice(OUTPUTS)
    judge(world, plain(world, [Output(5000, code)]), expect="")


@case()
def bare_multisig(world):
    keys = world.rng.randrange(1, 4)
    code = script(world.rng.randrange(1, keys + 1), *[K1] * keys, keys, "CHECKMULTISIG")
    judge(world, plain(world, [Output(5000, code)]), expect="bare-multisig")


@case()
def data_output(world):
    size = world.rng.choice((0, 1, 20, 75, 76, 80, 81, 100))
    data = bytes([7]) * size
    judge(world, plain(world, [Output(0, script("RETURN", data))]), expect="" if size <= 80 else "scriptpubkey")


@case()
def two_data_outputs(world):
    judge(world, plain(world, [Output(0, b"\x6a"), Output(0, b"\x6a\x01\x05")]), expect="multi-op-return")


@case(3)
def dust(world):
    name, code, threshold = world.rng.choice(OUTPUTS)
    below = world.rng.random() < 0.7
    judge(world, plain(world, [Output(threshold - below, code)]), expect="dust" if below else "")


@case(2)
def relay_fee(world):
    tx = payment(world, fee=0)
    below = world.rng.random() < 0.6
    tx.outputs[0].value -= tx.vsize - below
    judge(world, tx, expect="min relay fee not met" if below else "")


@case()
def not_only_pushes(world):
    tx = payment(world, fee=FEE)
    tx.inputs[0].script = world.rng.choice((b"\x61", b"\x51\xac", b"\x4c", b"\x05\x01"))
    judge(world, tx, expect="scriptsig-not-pushonly")


@case()
def long_script(world):
    tx = Tx([stocked(world, BY_NAME["p2sh true"])], [Output(100_000, ANYONE.script)]).sign()
    size = world.rng.choice((1650, 1651, 3000))
    txin = tx.inputs[0]
    while len(txin.script) < size:
        missing = size - len(txin.script)
        step = min(523, missing)
        if 0 < missing - step < 3:
            step -= 3
        data = bytes(max(step - 3, 0))
        txin.script = (b"\0" if step < 2 else b"\x4d" + len(data).to_bytes(2, "little") + data) + txin.script
    judge(world, tx, expect="scriptsig-size" if size > 1650 else None)


@case()
def small_transaction(world):
    size = world.rng.choice((0, 1, 2, 3, 10))  # 61 bytes and the pushed bytes
    coin = world.rng.choice(world.free_coins())
    code = b"\x6a" + bytes([size]) + bytes(size) if size else b"\x6a"
    if coin.value > COIN // 100:
        coin = min(world.free_coins(), key=lambda coin: coin.value)
    tx = Tx([coin], [Output(max(0, coin.value - 100_000), code)]).sign()
    answer = world.test(tx, max_fee_rate=0)
    assert (answer == "tx-size-small") == (len(tx.serialize(False)) < 65), answer


@case()
def coinbase_alone(world):
    judge(world, world.block().transactions[0], expect="^(error -26 )?coinbase$")


@case()
def unknown_coin(world):
    tx = payment(world, fee=FEE)
    tx.inputs[0].txid = world.rng.randbytes(32).hex()
    judge(world, tx, expect="missing")


@case()
def fee_too_high(world):
    tx = payment(world, fee=0, outputs=1)
    limit = tx.vsize * 10_000  # 0.1 BTC per kvB
    if tx.outputs[0].value <= limit + 100_000:
        return
    over = world.rng.random() < 0.6
    tx.outputs[0].value -= limit + over
    world.test(tx, expect="^max-fee-exceeded$" if over else "")
    rate = world.rng.choice((Decimal("0.00000001"), Decimal("0.05"), Decimal("0.10000000"), Decimal("0.5"), 0))
    judge_with_rate(world, tx, rate)


def judge_with_rate(world, tx, rate):
    if world.rng.random() < 0.5:
        world.test(tx, max_fee_rate=rate)
    else:
        world.send(tx, max_fee_rate=rate)


# ------------------------------------------------------------------------------------------- what it spends


@case(2)
def input_of_no_standard_form(world):
    name = world.rng.choice(("bare true", "bare if", "bare hash", "bare 20 keys", "witness version 2, 32 bytes",
                             "witness version 16, 2 bytes", "witness version 1, 33 bytes"))
    tx = plain(world, [], [stocked(world, BY_NAME[name])])
    judge(world, tx, expect="bad-txns-nonstandard-inputs")


MANY_SIGOPS = {count: script(0, "IF", *["CHECKSIG"] * count, "ENDIF", 1) for count in (15, 16)}
P2SH_SIGOPS = {count: FixedLock(f"p2sh {count} sigops", p2sh(code), [code]) for count, code in MANY_SIGOPS.items()}
MORE_SIGOPS = script(0, "IF", *["CHECKSIG"] * 3300, "ENDIF", 1)
P2WSH_SIGOPS = FixedLock("p2wsh 3300 sigops", p2wsh(MORE_SIGOPS), witness=[MORE_SIGOPS])
MULTISIG_SIGOPS = script(0, "IF", *["CHECKMULTISIG"] * 100, "ENDIF", 1)
P2WSH_MULTISIG = FixedLock("p2wsh 2000 sigops", p2wsh(MULTISIG_SIGOPS), witness=[MULTISIG_SIGOPS])


def confirmed(world, lock, count=1):
    """Confirmed coins of a lock that is not in LOCKS."""
    found = world.free_coins(lock, 0)
    if len(found) < count:
        world.submit(world.block([fund(world, [lock] * (count + 3))]), expect="")
        found = world.free_coins(lock, 0)
    return found[:count]


@case()
def sigops_in_p2sh(world):
    count = world.rng.choice((15, 16))
    tx = plain(world, [], confirmed(world, P2SH_SIGOPS[count]))
    judge(world, tx, expect="" if count == 15 else "bad-txns-nonstandard-inputs")


@case()
def sigops_of_all_inputs(world):
    count = world.rng.choice((4, 5))
    tx = plain(world, [], confirmed(world, P2WSH_SIGOPS, count))
    world.test(tx, expect="bad-txns-too-many-sigops" if count == 5 else "Operation limit|min relay fee")


@case()
def sigops_make_it_larger(world):
    """The size is at least twenty bytes for each signature operation."""
    tx = plain(world, [], confirmed(world, P2WSH_MULTISIG))
    tx.outputs[-1].value -= world.rng.choice((0, 5000 - 1, 5000, 5001))
    world.test(tx)


@case(4)
def large_witness(world):
    rng = world.rng
    choice = rng.randrange(8)
    items = []
    if choice < 2:  # how long the script is
        size = 3600 + choice
        code = script(*[bytes([9]) * 250, "DROP"] * 13)
        code += script(*["NOP"] * 100)
        rest = size - len(code) - 1
        code += b"\x4c" + bytes([rest - 3]) + bytes(rest - 3) + script("DROP", 1)
        assert len(code) == size
    elif choice < 4:  # how many elements
        count = 98 + choice
        code = script(*["2DROP"] * (count // 2), *["DROP"] * (count % 2), 1)
        items = [b""] * count
    elif choice < 6:  # how long an element is
        code = script("DROP", 1)
        items = [bytes(76 + choice)]
    else:
        code, items = script("DROP", 1), [b"\x01" * 520]
    lock = FixedLock(f"p2wsh with {choice}", p2wsh(code), witness=[*items, code])
    expect = "" if choice in (0, 2, 4) else "bad-witness-nonstandard"
    parent = fund(world, [lock])
    world.submit(world.block([parent]), expect="")
    coin = Coin(parent.txid, 0, parent.outputs[0].value, lock, world.tip.height, False)
    judge(world, plain(world, [], [coin]), expect=expect)


@case()
def annex(world):
    tx = plain(world, [], [stocked(world, BY_NAME["p2tr key"])])
    tx.sign({0: Signer(annex=b"\x50" + world.rng.randbytes(world.rng.randrange(5)))})
    judge(world, tx, expect="bad-witness-nonstandard")
    world.submit(world.block([tx]), expect="")


@case(2)
def not_final(world):
    tx = payment(world, fee=FEE)
    tx.lock_time = world.rng.choice((world.height, world.median_time))
    judge(world, tx, expect="non-final$")


@case(2)
def not_final_in_relation(world):
    tx = payment(world, fee=FEE)
    tx.inputs[0].sequence = 0xFFFF | world.rng.choice((0, 1 << 22))
    judge(world, tx, expect="non-BIP68-final$")


# --------------------------------------------------------------------------------------- among themselves


@case()
def known_in_the_mempool(world):
    tx = entered(world)
    world.test(tx, expect="^txn-already-in-mempool$")
    world.send(tx, expect="")


@case()
def another_witness(world):
    tx = setup(world, plain(world, [], [stocked(world, BY_NAME["p2wsh if"])]))
    tx.inputs[0].witness[0] = b"\x02"
    world.test(tx, expect="^txn-same-nonwitness-data-in-mempool$")


@case()
def known_in_the_chain(world):
    tx = payment(world, fee=FEE)
    world.submit(world.block([tx]), expect="")
    world.test(tx, expect="^txn-already-known$")
    world.send(tx, expect="already in utxo set$")


@case(2)
def conflict(world):
    """A replacement pays more than the replaced transactions, and also for its own relay."""
    rng = world.rng
    old = entered(world, outputs=2)
    if rng.random() < 0.4:
        setup(world, child_of(world, old))
    fees = sum(tx.fee for tx in world.pool if tx is old or any(txin.txid == old.txid for txin in tx.inputs))
    new = payment(world, old.coins, outputs=1, fee=0)
    least = fees + new.vsize
    fee = rng.choice((least, least - 1, fees, fees - 1, old.fee, 200, least + 1000))
    new.outputs[0].value -= fee
    judge(world, new, expect="" if fee >= least else "insufficient fee")


@case()
def conflict_of_fee_rates(world):
    old = entered(world, fee=20_000)
    new = payment(world, old.coins + world.rng.sample(world.free_coins(), 12), outputs=1, fee=21_500)
    judge(world, new, expect="insufficient fee")


@case()
def conflict_with_a_final_one(world):
    """Transactions can be replaced with any sequence."""
    tx = payment(world, fee=FEE)
    tx.inputs[0].sequence = FINAL
    old = setup(world, tx)
    judge(world, payment(world, old.coins, fee=3 * FEE), expect="")


@case()
def replacement_with_new_parents(world):
    old, other = entered(world), entered(world)
    new = payment(world, [*old.coins, unconfirmed(world, other)], outputs=1, fee=4 * FEE)
    judge(world, new, expect="replacement-adds-unconfirmed")


@case()
def replacement_of_a_parent(world):
    old = entered(world)
    new = payment(world, [*old.coins, unconfirmed(world, old)], outputs=1, fee=4 * FEE)
    judge(world, new, expect="bad-txns-spends-conflicting-tx")


@case()
def too_many_replaced(world):
    if world.cases % 2:  # a hundred transactions each
        return
    large = sorted(world.free_coins(), key=lambda coin: -coin.value)[:5]
    roots = [payment(world, [coin], outputs=20, fee=FEE) for coin in large]
    setup(world, *roots)
    children = [payment(world, [unconfirmed(world, root, i)], outputs=1, fee=300) for root in roots for i in range(20)]
    setup(world, *children)
    fee = 5 * FEE + 100 * 300 + 10_000
    over = payment(world, large, outputs=1, fee=fee)
    judge(world, over, expect="too many potential replacements")
    below = payment(world, large[:4], outputs=1, fee=fee)
    judge(world, below, expect="")


@case()
def long_chain(world):
    tx = entered(world)
    chain = [tx]
    for _ in range(23):
        chain.append(child_of(world, chain[-1], fee=300))
    setup(world, *chain[1:])
    tx = chain[-1]
    last = child_of(world, tx, fee=300)
    judge(world, last, expect="")
    if last.txid in {tx.txid for tx in world.pool}:
        judge(world, child_of(world, last), expect="too-long-mempool-chain")
    judge(world, child_of(world, setup(world, payment(world, fee=FEE, outputs=1)), tx))


@case()
def many_children(world):
    root = entered(world, outputs=30)
    setup(world, *(payment(world, [unconfirmed(world, root, i)], outputs=1, fee=300) for i in range(1, 25)))
    one_more = payment(world, [unconfirmed(world, root, 25)], outputs=2, fee=300)
    judge(world, one_more)  # the last one allowed is a small child of one parent
    if one_more.txid in {tx.txid for tx in world.pool}:
        judge(world, payment(world, [unconfirmed(world, root, 26)], outputs=1, fee=300),
              expect="too-long-mempool-chain")
    judge(world, payment(world, [unconfirmed(world, one_more if one_more in world.pool else root, 0)], outputs=1,
                         fee=300))


@case()
def heavy_relatives(world):
    """The limit for a transaction with its ancestors is 101,000 virtual bytes."""
    tx = None
    for _ in range(3):
        coins = [unconfirmed(world, tx, 0)] if tx else [max(world.free_coins(), key=lambda coin: coin.value)]
        outputs = [Output(coins[0].value - 3_000_000, ANYONE.script)] + [Output(2000, ANYONE.script)] * 100
        outputs += [Output(2000, OUTPUTS[3][1])] * 920
        tx = Tx(coins, outputs).sign()
        setup(world, tx)
    size = world.rng.choice((0, 20, 30, 100))
    child = Tx([unconfirmed(world, tx, i) for i in range(1, 2 + size)],
               [Output(1000, ANYONE.script)] * max(1, size // 4)).sign()
    judge(world, child)


# ---------------------------------------------------------------------------------- version 3 (BIP 431)


@case(5)
def restricted(world):
    """Version 3 spends unconfirmed outputs of version 3 only, has one parent and one child, and is small."""
    rng = world.rng
    choice = rng.randrange(8)
    parent = entered(world, version=2 if choice == 0 else 3)
    if choice == 0:
        judge(world, child_of(world, parent, version=3), expect="TRUC-violation")
    elif choice == 1:
        judge(world, child_of(world, parent, version=2), expect="TRUC-violation")
    elif choice == 2:
        child = setup(world, child_of(world, parent, version=3))
        judge(world, child_of(world, child, version=3), expect="TRUC-violation")
    elif choice == 3:  # one sibling may replace the other
        setup(world, child_of(world, parent, version=3))
        fee = rng.choice((FEE, 2 * FEE))
        sibling = payment(world, [unconfirmed(world, parent, 1)], outputs=1, fee=fee, version=3)
        judge(world, sibling)
    elif choice == 4:
        other = entered(world, version=3)
        judge(world, payment(world, [unconfirmed(world, parent), unconfirmed(world, other)], outputs=1, fee=FEE,
                             version=3), expect="TRUC-violation")
    elif choice == 5:
        large = rng.random() < 0.5
        outputs = [Output(1000, ANYONE.script)] * (23 if large else 20)
        tx = plain(world, outputs, [unconfirmed(world, parent)], version=3)
        judge(world, tx, expect="TRUC-violation" if tx.vsize > 1000 else "")
    elif choice == 6:
        judge(world, child_of(world, parent, version=3), expect="")
    else:
        coin = max(world.free_coins(), key=lambda coin: coin.value)
        tx = plain(world, [Output(1000, ANYONE.script)] * 240, [coin], version=3)
        tx.outputs[-1].value -= 10_000
        judge(world, tx, expect="TRUC-violation")


# ------------------------------------------------------------------------------------------------- blocks


def in_order(transactions):
    """Parents before children."""
    left, done, ordered = list(transactions), set(), []
    names = {tx.txid for tx in left}
    while left:
        ready = [tx for tx in left if all(txin.txid not in names or txin.txid in done for txin in tx.inputs)]
        ordered += ready
        done |= {tx.txid for tx in ready}
        left = [tx for tx in left if tx.txid not in done]
    return ordered


@case(8)
def mined_mempool(world):
    """A block with the whole mempool, or with some of it and the ancestors."""
    ordered = in_order(world.pool)
    count = len(ordered) if world.rng.random() < 0.7 else world.rng.randrange(len(ordered) + 1)
    taken = ordered[:count]
    if all(hasattr(tx, "coins") for tx in taken):
        world.submit(world.block(taken), expect="")


@case(2)
def block_against_the_mempool(world):
    """A block spends coins that the mempool spends: these transactions and their children are removed."""
    old = entered(world)
    setup(world, child_of(world, old))
    world.submit(world.block([payment(world, old.coins, fee=1), *ordinary(world)]), expect="")
