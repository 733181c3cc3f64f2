#!/usr/bin/python3
"""Signs random transactions with daler and bitcoind in several rounds, with random keys, hash types and faults in
`prevtxs`. Each round continues with the result of one of the two. Errors, `complete` and `errors` must agree, and each
must report the other's complete result as complete.

    test/interop/signing.py --seed 7 --cases 5000     # a longer run; the seed decides all random choices
"""
import argparse
import hashlib
import os
import random
import sys
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import COIN, Input, Output, Transaction, push, sha256d  # noqa: E402
from framework import LONG, SEED, RpcError, equal, run  # noqa: E402

TYPES = ["DEFAULT", "ALL", "NONE", "SINGLE", "ALL|ANYONECANPAY", "NONE|ANYONECANPAY", "SINGLE|ANYONECANPAY"]
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CHECKSIG, CHECKMULTISIG = b"\xac", b"\xae"
BARE, P2SH, P2WSH, P2SH_P2WSH = "bare", "p2sh", "p2wsh", "p2sh-p2wsh"


def sha256(data):
    return hashlib.sha256(data).digest()


def hash160(data):
    return hashlib.new("ripemd160", sha256(data)).digest()


def base58check(payload):
    data = payload + sha256d(payload)[:4]
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


class Key:
    def __init__(self, node, secret, compressed=True):
        self.wif = base58check(b"\xef" + secret.to_bytes(32, "big") + (b"\x01" if compressed else b""))
        text = node.getdescriptorinfo(f"pk({self.wif})")["descriptor"]
        self.public = bytes.fromhex(text[3:text.index(")")])
        self.compressed = compressed


def pay_to_script_hash(script):
    return b"\xa9" + push(hash160(script)) + b"\x87"


def pay_to_key_hash(key):
    return b"\x76\xa9" + push(hash160(key.public)) + b"\x88" + CHECKSIG


def multisig(required, keys):
    def number(value):
        return bytes([0x50 + value]) if value <= 16 else bytes([1, value])
    return number(required) + b"".join(push(key.public) for key in keys) + number(len(keys)) + CHECKMULTISIG


class Coin:
    """An output with the data to spend it. `keys`: the keys that sign; `known`: whether nodes can sign for the script."""

    def __init__(self, inner, form, keys, known=True):
        self.inner, self.form, self.keys, self.known = inner, form, keys, known
        program = b"\0" + push(sha256(inner))
        self.script = {BARE: inner, P2SH: pay_to_script_hash(inner), P2WSH: program,
                       P2SH_P2WSH: pay_to_script_hash(program)}[form]
        self.prevtx = {}
        if form == P2SH:
            self.prevtx = {"redeemScript": inner.hex()}
        if form == P2WSH:
            self.prevtx = {"witnessScript": inner.hex()}
        if form == P2SH_P2WSH:
            self.prevtx = {"witnessScript": inner.hex(), "redeemScript": program.hex()}


def random_coin(dice, keys, old_key):
    def one():
        return dice.choice(keys)

    def some(most):
        return dice.sample(keys, dice.randint(1, most))
    form = dice.choice([BARE, P2SH, P2WSH, P2SH_P2WSH])
    kind = dice.choice(["pk", "pkh", "wpkh", "multi", "multi", "rawtr", "odd"])
    if kind == "wpkh":
        key = one()
        return Coin(b"\0" + push(hash160(key.public)), dice.choice([BARE, P2SH]), [key])
    if kind == "rawtr":
        key = one()
        return Coin(b"\x51" + push(key.public[1:]), BARE, [key])
    if kind == "multi":
        signers = some(3 if form == BARE else len(keys))
        return Coin(multisig(dice.randint(1, len(signers)), signers), form, signers)
    if kind == "odd":  # a preimage and a signature: nodes cannot sign for it
        key = one()
        return Coin(b"\xa8" + push(sha256(b"preimage")) + b"\x88" + push(key.public) + CHECKSIG, form, [key], False)
    key = old_key if form in (BARE, P2SH) and dice.random() < 0.2 else one()
    return Coin(push(key.public) + CHECKSIG if kind == "pk" else pay_to_key_hash(key), form, [key])


class Case:
    """A transaction to sign."""

    def __init__(self, dice, keys, old_key):
        self.dice = dice
        self.coins = [random_coin(dice, keys, old_key) for _ in range(dice.randint(1, 4))]
        inputs = [Input(dice.randbytes(32).hex(), dice.randrange(3), witness=()) for _ in self.coins]
        outputs = [Output(dice.randrange(COIN)) for _ in range(dice.randint(1, 4))]
        self.hex = Transaction(inputs, outputs).hex()
        self.prevtxs = []
        for coin, spent in zip(self.coins, inputs):
            self.prevtxs.append({"txid": spent.txid, "vout": spent.index, "scriptPubKey": coin.script.hex(),
                                 "amount": Decimal(dice.randrange(1, 50 * COIN)) / COIN, **coin.prevtx})

    def spoil(self):
        """Makes one fault in the `prevtxs` entry of one coin."""
        dice, entry = self.dice, self.dice.choice(self.prevtxs)
        scripts = [name for name in ("redeemScript", "witnessScript") if name in entry]
        ways = ["drop", "type", "value", "object"] + (["scripts"] * 5 if scripts else [])
        way = dice.choice(ways)
        if way == "drop":
            entry.pop(dice.choice(["txid", "vout", "scriptPubKey", "amount"]), None)
        elif way == "type":
            entry[dice.choice(list(entry))] = dice.choice([None, True, 7, "text", [], {}, -1, Decimal("0.5")])
        elif way == "value":
            name, value = dice.choice([("vout", -1), ("vout", 2**31), ("amount", -1), ("amount", 21_000_001),
                                       ("scriptPubKey", ""), ("scriptPubKey", "zz"), ("txid", "12"),
                                       ("txid", "zz" * 32), ("redeemScript", "51"), ("witnessScript", "51")])
            entry[name] = value
        elif way == "object":
            self.prevtxs[self.prevtxs.index(entry)] = dice.choice([None, [], "text", 5])
        else:
            old = {name: entry.pop(name) for name in scripts}
            values = list(old.values()) + ["51", "", "zz", "00" * 35]
            for name in ("redeemScript", "witnessScript"):
                if dice.random() < 0.6:
                    entry[name] = dice.choice(values)


def answer(method, *arguments):
    try:
        return method(*arguments)
    except RpcError as error:
        return error.code, error.message


def comparable(result):
    """The parts of an answer that must agree."""
    if isinstance(result, tuple):
        return result
    return result["complete"], [(entry["txid"], entry["vout"], entry["error"]) for entry in result.get("errors", [])]


def sign(nodes, *arguments):
    """The answers of both, which must agree."""
    answers = [answer(node.signrawtransactionwithkey, *arguments) for node in nodes]
    ours, theirs = map(comparable, answers)
    assert ours == theirs, f"{ours}\nbitcoind: {theirs}\nfor: {arguments}"
    return answers


def check_complete(nodes, results, prevtxs):
    """Each must report the other's result as complete, without keys, and not change it."""
    for node, result in zip(nodes, reversed(results)):
        again = node.signrawtransactionwithkey(result["hex"], [], prevtxs)
        equal((again["complete"], again["hex"]), (True, result["hex"]))


def random_case(dice, nodes, keys, old_key, counts):
    case = Case(dice, keys, old_key)
    all_keys = keys + [old_key]
    if dice.random() < 0.3:
        case.spoil()
        results = sign(nodes, case.hex, [key.wif for key in all_keys], case.prevtxs, dice.choice(TYPES))
        counts["refused" if isinstance(results[0], tuple) else "spoiled"] += 1
        return
    for _ in range(dice.randint(0, 3)):
        some = dice.sample(all_keys, dice.randint(0, 3))
        results = sign(nodes, case.hex, [key.wif for key in some], case.prevtxs, dice.choice(TYPES))
        case.hex = dice.choice(results)["hex"]
    results = sign(nodes, case.hex, [key.wif for key in all_keys], case.prevtxs, dice.choice(TYPES[:2]))
    equal(results[0]["complete"], all(coin.known for coin in case.coins))
    counts["complete" if results[0]["complete"] else "incomplete"] += 1
    if results[0]["complete"] and not any(coin.script.startswith(b"\x51\x20") for coin in case.coins):
        check_complete(nodes, results, case.prevtxs)


def random_tree(dice, leaf, depth=0):
    if depth == 3 or dice.random() < 0.4:
        return leaf()
    return f"{{{random_tree(dice, leaf, depth + 1)},{random_tree(dice, leaf, depth + 1)}}}"


def taproot_case(dice, wallets):
    """Wallets with some of the private keys of tr(KEY,TREE): compares their data about the address and their signatures."""
    core = wallets[1]
    keys = [Key(core, dice.randrange(1, 2**200)) for _ in range(5)]
    secret = {key: dice.random() < 0.4 for key in keys}
    secret[keys[0]] = True

    def text(key):
        return key.wif if secret[key] else key.public.hex()

    def leaf():
        some = dice.sample(keys, dice.randint(1, 3))
        if dice.random() < 0.6:
            return f"pk({text(some[0])})"
        name = dice.choice(["multi_a", "sortedmulti_a"])
        return f"{name}({dice.randint(1, len(some))},{','.join(map(text, some))})"
    descriptor = f"tr({text(dice.choice(keys[1:]))},{random_tree(dice, leaf)})"
    info = core.getdescriptorinfo(descriptor)
    equal(wallets[0].getdescriptorinfo(descriptor), info)
    full = f"{descriptor}#{info['checksum']}"
    results = [wallet.importdescriptors([{"desc": full, "timestamp": "now"}])[0]["success"] for wallet in wallets]
    equal(results[0], results[1], f"importing {descriptor}")
    if not results[0]:  # no private key at all
        return None
    address, = core.deriveaddresses(info["descriptor"])
    facts = [wallet.getaddressinfo(address) for wallet in wallets]
    for name in ("desc", "ismine", "solvable", "scriptPubKey"):
        equal(facts[0][name], facts[1][name], f"{name} of {descriptor}")
    transaction = Transaction([Input(dice.randbytes(32).hex(), 1, witness=())], [Output(7)])
    prevtxs = [{"txid": transaction.inputs[0].txid, "vout": 1, "scriptPubKey": facts[0]["scriptPubKey"], "amount": 1}]
    kind = dice.choice(TYPES)
    results = [wallet.signrawtransactionwithwallet(transaction.hex(), prevtxs, kind) for wallet in wallets]
    equal(results[0]["hex"], results[1]["hex"], f"signing for {descriptor}")
    equal(comparable(results[0]), comparable(results[1]), f"signing for {descriptor}")
    return results[0]["complete"]


def main(test):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cases", type=int, default=3000 if LONG else 250)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    core = test.node(kind="bitcoind", name="bitcoind")
    daler = test.node(name="daler")
    keys = [Key(core, 1000 + i) for i in range(5)]
    old_key = Key(core, 77, compressed=False)
    counts = dict.fromkeys(("complete", "incomplete", "spoiled", "refused"), 0)
    for number in range(options.cases):
        try:
            random_case(dice, [daler, core], keys, old_key, counts)
        except AssertionError:
            print(f"case {number} of seed {options.seed}")
            raise
    test.step(f"{options.cases} transactions: {counts}")
    assert options.cases < 100 or all(counts.values()), counts
    for node in (daler, core):
        node.createwallet("w", False, True)
    wallets = [node.wallet("w") for node in (daler, core)]
    results = [taproot_case(dice, wallets) for _ in range(max(20, options.cases // 5))]
    test.step(f"{len(results)} outputs with a script tree, {results.count(True)} signed, {results.count(False)} not")
    assert True in results


if __name__ == "__main__":
    run(main)
