#!/usr/bin/python3
"""Policy options: the same transactions offered to daler and bitcoind, under the same options, get the same answer."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, ANYONE_SCRIPT, Input, Output, Transaction, coin, coins_of, push, spend  # noqa: E402
from framework import bitcoind_folder, equal, run  # noqa: E402
from generator.world import KNOWN_WORDS, known_pair, knots_only  # noqa: E402

ANCHOR = b"\x51\x02\x4e\x73"
KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
SCRIPTS = {"P2PK": push(KEY) + b"\xac", "P2PKH": b"\x76\xa9\x14" + bytes(20) + b"\x88\xac",
           "P2SH": b"\xa9\x14" + bytes(20) + b"\x87", "P2WPKH": b"\x00\x14" + bytes(20), "P2WSH": b"\x00\x20" + bytes(32),
           "P2TR": b"\x51\x20" + KEY[1:], "version 2": b"\x52\x20" + bytes(32), "anchor": ANCHOR,
           "OP_TRUE": b"\x51", "empty": b"", "short witness program": b"\x51\x01\x00"}


def multisig(required, keys):
    return bytes([0x50 + required]) + push(KEY) * keys + bytes([0x50 + keys, 0xae])


def data_script(size):
    return b"\x6a" + (push(bytes(size)) if size < 76 else b"\x4c" + bytes([size]) + bytes(size))


# The options under which each group of transactions is offered.
GROUPS = {
    "scripts": [[], ["-acceptnonstdtxn=1"], ["-acceptnonstdtxn=0", "-permitbaremultisig=0"], ["-datacarrier=0"],
                ["-datacarriersize=40"], ["-datacarriersize=60"]],
    "dust": [[], ["-dustrelayfee=0"], ["-dustrelayfee=0.00010000"]],
    "fees": [[], ["-minrelaytxfee=0.00005000", "-incrementalrelayfee=0.00005000"], ["-minrelaytxfee=0"]],
    "sigops": [[], ["-bytespersigop=1"], ["-bytespersigop=100"]],
    "forms": [[], ["-acceptnonstdtxn=1"]],
    "chains": [[], ["-limitancestorcount=3"], ["-limitdescendantcount=3"], ["-limitancestorsize=1"],
               ["-limitdescendantsize=1"]],
    "replacements": [[], ["-minrelaytxfee=0.00001000", "-incrementalrelayfee=0.00010000"]],
}


def pay(one, script, value=100_000, fee=5000, **settings):
    return Transaction([Input(*one[:2])], [Output(value, script), Output(one[2] - value - fee)], **settings)


def scripts(coins):
    for name, script in SCRIPTS.items():
        yield name, pay(next(coins), script)
    for required, keys in ((1, 1), (1, 3), (3, 3), (1, 4), (2, 1)):
        yield f"multisig {required} of {keys}", pay(next(coins), multisig(required, keys))
    for size in (0, 1, 36, 37, 38, 40, 75, 76, 79, 80, 81, 83, 150, 197, 198, 250):
        yield f"{size} bytes of data", pay(next(coins), data_script(size), value=0)
    yield "OP_RETURN alone", pay(next(coins), b"\x6a", value=0)
    yield "OP_RETURN with an operation", pay(next(coins), b"\x6a\x61", value=0)
    one = next(coins)
    yield "data twice", Transaction([Input(*one[:2])], [Output(0, data_script(8)), Output(0, data_script(9)),
                                                        Output(one[2] - 5000)])


def dust(coins):
    for name in ("P2PK", "P2PKH", "P2SH", "P2WPKH", "P2WSH", "P2TR", "version 2", "anchor"):
        for value in (0, 1, 239, 240, 293, 294, 329, 330, 539, 540, 545, 546, 575, 576, 979, 980, 1099, 1100, 1819, 1820):
            yield f"{name}, {value} sat", pay(next(coins), SCRIPTS[name], value)


def fees(coins):
    for fee in (0, 1, 100, 109, 110, 111, 121, 122, 123, 549, 550, 551, 610, 611, 1000):
        yield f"fee {fee}", spend([next(coins)], fee=fee)


def sigops(coins):
    for count in (1, 2, 5, 20, 200, 850):
        one = next(coins)
        outputs = [Output(10_000, multisig(1, 3)) for _ in range(count)]
        yield f"{count} multisigs", Transaction([Input(*one[:2])], outputs + [Output(one[2] - 2_000_000 - count * 10_000)])


def forms(coins):
    for version in (0, 1, 2, 3, 4, 0xFFFFFFFF):
        yield f"version {version}", spend([next(coins)], version=version)
    for script in (b"\x61", push(b"x"), bytes(1651)):
        one = next(coins)
        yield f"scriptSig of {len(script)}", Transaction([Input(*one[:2], script=script)], [Output(one[2] - 9000)])
    for outputs, fee in ((2290, 300_000), (2325, 300_000), (2400, 300_000)):
        yield f"{outputs} outputs", spend([next(coins)], fee=fee, outputs=outputs)
    one = next(coins)
    yield "small", Transaction([Input(*one[:2])], [Output(one[2] - 500, b"\x6a")])
    yield "one byte more", Transaction([Input(*one[:2])], [Output(one[2] - 500, b"\x6a\x00\x00\x00\x00\x00")])
    yield "negative", Transaction([Input(*one[:2])], [Output(-1)])
    yield "no outputs", Transaction([Input(*one[:2])], [])
    for lock_time, sequence in ((50, 0), (500, 0), (500, 0xFFFFFFFF), (2_000_000_000, 0)):
        yield (f"lock time {lock_time}, {sequence}",
               Transaction([Input(*one[:2], sequence=sequence)], [Output(one[2] - 500)], lock_time=lock_time))
    for sequence in (2, 200, 0x00400001, 0x0040FFFF):
        yield f"sequence {sequence:#x}", Transaction([Input(*one[:2], sequence=sequence)], [Output(one[2] - 500)])


def anchors(parent):
    """Spends of the outputs of `parent` that pay to an anchor; it is confirmed."""
    for index, witness in enumerate(([], [b""], [b"\x01"], [bytes(100)])):
        txid, _, value = coin(parent, index)
        yield f"anchor spent by {witness}", Transaction([Input(txid, index, witness=witness)], [Output(value - 500)])
    txid, index, value = coin(parent, 0)
    yield "anchor spent by a script", Transaction([Input(txid, index, script=b"\x51", witness=[])], [Output(value - 500)])


def chains(nodes, coins):
    """A chain of three, and a family of three, in the mempool of both: what may be added to them."""
    first = spend([next(coins)], outputs=4)
    second = spend([coin(first)], outputs=2)
    third = spend([coin(second)], outputs=30, fee=2000)
    other = spend([coin(first, 1)])
    for tx in (first, second, third, other):
        answers = [node.testmempoolaccept([tx.hex()])[0] for node in nodes]
        yield "a member", tx
        if all(answer["allowed"] for answer in answers):
            for node in nodes:
                node.sendrawtransaction(tx.hex())
    yield "a child of the last", spend([coin(third)])
    yield "another child of the second", spend([coin(second, 1)])
    yield "another child of the first", spend([coin(first, 2)])
    yield "a large child of the first", spend([coin(first, 3)], outputs=30, fee=2000)
    yield "a child of both", spend([coin(third, 1), coin(other)])


def replacements(nodes, coins):
    one, two = next(coins), next(coins)
    original = spend([one], fee=1000)
    final = Transaction([Input(*two[:2], sequence=0xFFFFFFFF)], [Output(two[2] - 1000)])
    for tx in (original, final):
        for node in nodes:
            node.sendrawtransaction(tx.hex())
    for fee in (1000, 1001, 1100, 1109, 1110, 1111, 1122, 2000, 2090, 2099, 2100, 2101, 2111, 5000):
        yield f"replacement with {fee}", spend([one], fee=fee, script=ANYONE_SCRIPT)
    yield "replacement that signals nothing", spend([two], fee=50_000)
    yield "replacement of a parent that is spent", Transaction(
        [Input(*one[:2]), Input(original.txid, 0)], [Output(one[2] - 20_000)])
    fresh = [Input(*next(coins)[:2]) for _ in range(2)]
    yield "replacement with other coins", Transaction([Input(*one[:2]), *fresh], [Output(one[2])])
    unconfirmed = spend([next(coins)])
    for node in nodes:
        node.sendrawtransaction(unconfirmed.hex())
    yield "replacement with a new unconfirmed coin", Transaction(
        [Input(*one[:2]), Input(unconfirmed.txid, 0)], [Output(one[2])])


# (daler's reason, or None, and bitcoind's): Knots lets nobody fill the witness of an anchor.
ANCHOR_PAIR = None, "mempool-script-verify-flag-failed (Witness version reserved for soft-fork upgrades)"


def answer(node, tx):
    """What matters of testmempoolaccept's answer, to which Bitcoin Knots adds fields."""
    got = node.testmempoolaccept([tx.hex()])[0]
    return {name: got[name] for name in ("allowed", "vsize", "fees", "reject-reason") if name in got}


def is_same(ours, theirs):
    if ours == theirs:
        return True
    reasons = [one.get("reject-reason") for one in (ours, theirs)]
    if tuple(reasons) == ANCHOR_PAIR or knots_only(str(reasons[0]), str(reasons[1])):
        return True
    for pattern, words, _ in KNOWN_WORDS:
        reasons = [reason and re.sub(pattern, words, reason) for reason in reasons]
    return None not in reasons and (reasons[0] == reasons[1] or known_pair(*reasons))


def differences(nodes, cases, options):
    found, count = [], 0
    for name, tx in cases:
        ours, theirs = (answer(node, tx) for node in nodes)
        count += 1
        if not is_same(ours, theirs):
            found.append(f"{' '.join(options) or 'no options'}: {name}: {ours} instead of {theirs}")
    return found, count


def main(test):
    bitcoind_folder()
    nodes = [test.node("-connect=0"), test.node("-connect=0", kind="bitcoind", name="bitcoind")]
    hashes = nodes[0].generatetoaddress(330, ANYONE_ADDRESS)
    every = coins_of(nodes[0], 1, 220)
    parent = Transaction([Input(*every.pop()[:2])], [Output(1_000_000, ANCHOR) for _ in range(4)])
    hashes += nodes[0].generateblock(ANYONE_ADDRESS, [parent.hex()])["hash"],
    for block in hashes:
        equal(nodes[1].submitblock(nodes[0].getblock(block, 0)), None)
    pure = {"scripts": scripts, "dust": dust, "fees": fees, "sigops": sigops, "forms": forms}
    wrong, total = [], 0
    for options in dict.fromkeys(tuple(o) for group in GROUPS.values() for o in group):
        for node in nodes:
            node.stop()
            (node.folder / "mempool.dat").unlink(missing_ok=True)
            node.start(*options)
        groups = [name for name, all_options in GROUPS.items() if list(options) in all_options]
        for name in groups:
            coins = iter(every)
            if name in pure:
                cases = pure[name](coins)
            else:
                cases = (chains if name == "chains" else replacements)(nodes, coins)
            found, count = differences(nodes, cases, options)
            wrong += found
            total += count
            for node in nodes if name not in pure else ():
                node.restart(*options, "-persistmempool=0")
        found, count = differences(nodes, anchors(parent), options)
        wrong += found
        total += count
    assert not wrong, "\n".join([f"{len(wrong)} of {total} differ:", *wrong])
    test.step(f"{total} transactions, no difference")


run(main)
