#!/usr/bin/python3
"""Random PSBTs go through all roles. daler and bitcoind make each step, and their answers must be equal byte for byte:
creator, updater, signers, combiner, finalizer, decodepsbt and analyzepsbt. The mempools must accept complete
transactions. Then PSBTs with fields of all types, with random faults, which both must refuse, and published ones.

    test/interop/psbt.py --seed 7 --cases 2000     # a longer run; the seed decides all random choices
"""
import argparse
import base64
import hashlib
import json
import os
import random
import sys
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, COIN, Input, Output, Transaction, coins_of, next_block, var_bytes  # noqa: E402
from framework import LONG, SEED, RpcError, equal, run, to_json, vectors  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from signing import base58check, hash160, sha256  # noqa: E402

TYPES = ["DEFAULT", "ALL", "NONE", "SINGLE", "ALL|ANYONECANPAY", "NONE|ANYONECANPAY", "SINGLE|ANYONECANPAY"]
OWNERS = 3
PUBLIC = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
MONEY = 20_000  # satoshis of each coin
# With one of these errors the texts may differ: which of several faults is found first is not the same.
READING = ("end of data", "stated size", "size too large", "ReadCompactSize", "Superfluous witness",
           "Unknown transaction optional data", "invalid length", "Output Taproot tree")


class Key:
    """A key of one owner, as a private and as a public key expression."""

    def __init__(self, node, owner, path):
        self.owner = owner
        secret = bytes.fromhex("04358394") + bytes(9) + sha256(b"chain code") + b"\0" + sha256(bytes([owner]))
        self.private = base58check(secret) + path
        text = node.getdescriptorinfo(f"pkh({self.private})")["descriptor"]
        self.public = text[4:text.index(")")]


class Coin:
    """An output, as the parts of its descriptor: texts and keys."""

    def __init__(self, *parts):
        self.parts = parts
        self.outpoint = None

    def descriptor(self, *owners):
        """With the private keys of `owners`."""
        return "".join(part if isinstance(part, str) else part.private if part.owner in owners else part.public
                       for part in self.parts)


def joined(items):
    """Items with commas between them."""
    return [part for item in items for part in (",", item)][1:]


def random_tree(dice, leaf, depth=0):
    if depth == 3 or dice.random() < 0.4:
        return leaf()
    return ["{", *random_tree(dice, leaf, depth + 1), ",", *random_tree(dice, leaf, depth + 1), "}"]


def random_coin(dice, keys):
    def multi(name, most=OWNERS):
        some = dice.sample(keys, dice.randint(1, most))
        return [f"{name}({dice.randint(1, len(some))},", *joined(some), ")"]

    def condition(may_branch):
        """A miniscript. Some of those with branches can be satisfied only at height 5."""
        one, two, three = dice.sample(keys, 3)
        plain = [["and_v(v:pk(", one, "),pk(", two, "))"], ["thresh(2,pk(", one, "),s:pk(", two, "),s:pk(", three, "))"]]
        branched = [["or_d(pk(", one, "),and_v(v:pkh(", two, "),after(5)))"],
                    ["andor(pk(", one, "),after(5),and_v(v:pk(", two, "),older(3)))"]]
        return dice.choice(plain + branched if may_branch else plain)

    def leaf():
        if dice.random() < 0.2:
            return condition(False)  # Knots refuses branches in leaves
        if dice.random() < 0.6:
            return ["pk(", dice.choice(keys), ")"]
        return multi(dice.choice(["multi_a", "sortedmulti_a"]))
    kind = dice.choice(["pkh(", "wpkh(", "sh(wpkh(", "sh(pk(", "wsh(pk(", "wsh(pkh(", "tr(", "rawtr(", "tree", "tree",
                        "tree", "sh(multi", "wsh(multi", "wsh(sortedmulti", "sh(wsh(multi", "wsh", "wsh"])
    if kind == "wsh":
        return Coin("wsh(", *condition(True), ")")
    if kind == "tree":
        return Coin("tr(", dice.choice(keys), ",", *random_tree(dice, leaf), ")")
    if "multi" in kind:
        wrapper, name = kind[:kind.rindex("(") + 1], kind[kind.rindex("(") + 1:]
        return Coin(wrapper, *multi(name, 4), ")" * wrapper.count("("))
    return Coin(kind, dice.choice(keys), ")" * kind.count("("))


def answer(method, *arguments):
    try:
        return method(*arguments)
    except RpcError as error:
        return [error.code, error.message]


class Both:
    """Makes each call to both nodes and compares the answers."""

    def __init__(self, daler, core):
        self.daler, self.core, self.calls = daler, core, 0

    def __getattr__(self, name):
        def call(*arguments):
            self.calls += 1
            ours, theirs = (answer(getattr(node, name), *arguments) for node in (self.daler, self.core))
            if to_json(ours) != to_json(theirs):
                raise AssertionError(f"{name} {to_json(arguments)}\n   daler: {to_json(ours)}\nbitcoind: {to_json(theirs)}")
            return ours
        return call


def address_of(node, coin):
    return node.deriveaddresses(node.getdescriptorinfo(coin.descriptor())["descriptor"])[0]


def fund(node, coins, spent):
    """A transaction that pays to `coins`."""
    scripts = [node.validateaddress(address_of(node, coin))["scriptPubKey"] for coin in coins]
    left = spent[2] - 200_000 - MONEY * len(scripts)
    outputs = [Output(MONEY, bytes.fromhex(script)) for script in scripts] + [Output(left)]
    transaction = Transaction([Input(*spent[:2])], outputs)
    for index, coin in enumerate(coins):
        coin.outpoint = {"txid": transaction.txid, "vout": index}
    return transaction


def look(both, psbt):
    both.decodepsbt(psbt)
    return both.analyzepsbt(psbt)


def signed_by(dice, both, psbt, coins, owners):
    """Signs with the keys of `owners`. They may know only some of the coins."""
    told = [coin.descriptor(*owners) for coin in coins if dice.random() < 0.9]
    return both.descriptorprocesspsbt(psbt, told, dice.choice(TYPES), dice.random() < 0.7, dice.random() < 0.3)["psbt"]


def signed_inputs(decoded):
    """The transaction of a decoded PSBT, with what its final inputs have."""
    def script(entry):
        return bytes.fromhex(entry["final_scriptSig"]["hex"]) if "final_scriptSig" in entry else b""
    inputs = [Input(spent["txid"], spent["vout"], script(entry), spent["sequence"],
                    tuple(map(bytes.fromhex, entry.get("final_scriptwitness", []))))
              for spent, entry in zip(decoded["tx"]["vin"], decoded["inputs"])]
    outputs = [Output(int(output["value"] * COIN), bytes.fromhex(output["scriptPubKey"]["hex"]))
               for output in decoded["tx"]["vout"]]
    return Transaction(inputs, outputs, decoded["tx"]["version"], decoded["tx"]["locktime"]).hex()


def combine_transactions(dice, both, psbt, coins):
    """Each owner signs alone, and combinerawtransaction puts the transactions together."""
    if any("tr(" in coin.descriptor() for coin in coins):  # bitcoind removes signatures of taproot
        return
    variants = []
    for owner in range(OWNERS):
        result = both.descriptorprocesspsbt(psbt, [coin.descriptor(owner) for coin in coins])
        variants.append(signed_inputs(both.decodepsbt(result["psbt"])))
    dice.shuffle(variants)
    both.combinerawtransaction(variants)


def random_case(dice, both, coins, counts):
    spent = dice.sample(coins, dice.randint(1, 4))
    paid = dice.sample(coins, dice.randint(1, 3))
    total = MONEY * len(spent) - dice.randint(1000, 5000)
    outputs = [{address_of(both.core, coin): Decimal(total // len(paid)) / COIN} for coin in paid]
    inputs = [coin.outpoint for coin in spent]
    psbt = both.createpsbt(inputs, outputs, dice.choice([0, 0, 7]), dice.choice([True, False]))
    if isinstance(psbt, list):  # duplicate addresses
        return
    look(both, psbt)
    if dice.random() < 0.8:
        psbt = both.utxoupdatepsbt(psbt, [coin.descriptor() for coin in spent + paid if dice.random() < 0.8])
        look(both, psbt)
    combine_transactions(dice, both, psbt, spent)
    parts = [signed_by(dice, both, psbt, spent + paid, dice.sample(range(OWNERS), dice.randint(0, 2)))
             for _ in range(dice.randint(1, 3))]
    for part in parts:
        look(both, part)
    psbt = both.combinepsbt(parts)
    look(both, psbt)
    both.finalizepsbt(psbt, dice.choice([True, False]))
    everyone = range(OWNERS)
    told = [coin.descriptor(*everyone) for coin in spent]
    result = both.descriptorprocesspsbt(psbt, told, dice.choice(TYPES[:2]))
    look(both, result["psbt"])
    final = both.finalizepsbt(result["psbt"])
    equal(final["complete"], result["complete"])
    counts["complete" if final["complete"] else "incomplete"] += 1
    if final["complete"]:
        for node in (both.daler, both.core):
            verdict, = node.testmempoolaccept([final["hex"]], 0)
            assert verdict["allowed"], (verdict, final["hex"])
        converted = both.converttopsbt(final["hex"], True)
        both.converttopsbt(final["hex"])
        equal(both.decodepsbt(converted)["tx"]["vin"], both.decodepsbt(psbt)["tx"]["vin"])
    return [psbt, *parts, result["psbt"]]


def unordered(decoded):
    """What joinpsbts decides, without the random order."""
    rows = [sorted(map(to_json, rows)) for rows in (zip(decoded["tx"]["vin"], decoded["inputs"]),
            zip([{**out, "n": 0} for out in decoded["tx"]["vout"]], decoded["outputs"]))]
    rest = {name: value for name, value in decoded.items() if name not in ("tx", "inputs", "outputs")}
    return rows, rest, decoded["tx"]["version"], decoded["tx"]["locktime"]


def join_some(dice, both, psbts):
    some = dice.sample(psbts, dice.randint(1, 3))
    ours, theirs = (answer(node.joinpsbts, some) for node in (both.daler, both.core))
    if isinstance(theirs, list):
        equal(ours, theirs)
        return False
    equal(*(unordered(both.core.decodepsbt(psbt)) for psbt in (ours, theirs)))
    return True


def read_size(data, place):
    first = data[place]
    width = {0xFD: 2, 0xFE: 4}.get(first, 0)
    return (int.from_bytes(data[place + 1:place + 1 + width], "little") if width else first), place + 1 + width


def read_maps(psbt):
    """The maps of a PSBT, each a list of keys and values."""
    data = base64.b64decode(psbt)
    maps, place = [[]], 5
    while place < len(data):
        size, place = read_size(data, place)
        if size == 0:
            maps.append([])
            continue
        key, place = data[place:place + size], place + size
        size, place = read_size(data, place)
        maps[-1].append((key, data[place:place + size]))
        place += size
    return maps[:-1]


def write_maps(maps):
    data = b"psbt\xff" + b"".join(b"".join(var_bytes(key) + var_bytes(value) for key, value in fields) + b"\0"
                                  for fields in maps)
    return base64.b64encode(data).decode()


def random_field(dice, place, outputs_from):
    """A field that signers do not add, for the map at `place`."""
    preimage = dice.randbytes(dice.randint(0, 40))
    public = b"\x02" + sha256(b"x") if dice.random() < 0.1 else bytes.fromhex(PUBLIC)
    origin = dice.randbytes(4 * dice.randint(1, 4))
    fields = [(b"\xfc" + var_bytes(dice.randbytes(dice.randint(0, 5))) + bytes([dice.randrange(253)]) + dice.randbytes(3),
               dice.randbytes(dice.randint(0, 9))),
              (bytes([dice.choice([0x30, 0xE0, 0xFA])]) + dice.randbytes(dice.randint(0, 5)), dice.randbytes(9))]
    if place == 0:
        xpub = bytes.fromhex("043587cf01") + dice.randbytes(8) + sha256(b"chain") + public
        return dice.choice([*fields, (b"\x01" + xpub, origin), (b"\x01" + xpub, origin), (b"\xfb", bytes(4))])
    taproot = dice.choice([b"\x00", b"\x01" + dice.randbytes(32), b"\x02" + dice.randbytes(64)]) + origin
    if place >= outputs_from:
        tree = [bytes([depth, 0xC0]) + var_bytes(dice.randbytes(dice.randint(1, 9))) for depth in dice.choice(
            [(0,), (1, 1), (1, 2, 2), (2, 2, 1), (2, 2, 2, 2)])]
        return dice.choice([*fields, (b"\x00", b"\x51"), (b"\x01", b"\x51"), (b"\x02" + public, origin),
                            (b"\x05", public[1:]), (b"\x06", b"".join(tree)), (b"\x07" + public[1:], taproot)])
    hashes = [(b"\x0a", lambda data: hashlib.new("ripemd160", data).digest()), (b"\x0b", sha256), (b"\x0c", hash160),
              (b"\x0d", lambda data: sha256(sha256(data)))]
    kind, function = dice.choice(hashes)
    return dice.choice([*fields, (kind + function(preimage), preimage), (kind + function(preimage), preimage),
                        (b"\x03", bytes([dice.choice([0, 1, 2, 3, 0x81, 0x83, 0x40]), 0, 0, 0])), (b"\x04", b"\x51"),
                        (b"\x05", b"\x51"), (b"\x06" + public, origin), (b"\x13", dice.randbytes(64)),
                        (b"\x14" + dice.randbytes(64), dice.randbytes(65)), (b"\x16" + public[1:], taproot),
                        (b"\x15\xc0" + dice.randbytes(32 * dice.randint(1, 3)), b"\x51\xc0"), (b"\x17", public[1:]),
                        (b"\x18", dice.randbytes(32)), (b"\x07", b"\x01\x51"), (b"\x08", b"\x01\x02\x51\x52")])


def with_fields(dice, both, psbt):
    """Adds fields of all types in random order, and lets both nodes read and write them."""
    maps = read_maps(psbt)
    outputs_from = 1 + len(both.core.decodepsbt(psbt)["inputs"])
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(maps))
        key, value = random_field(dice, place, outputs_from)
        if key not in [known for known, _ in maps[place]]:
            maps[place].insert(dice.randint(0, len(maps[place])), (key, value))
    changed = write_maps(maps)
    both.decodepsbt(changed)
    both.analyzepsbt(changed)
    both.combinepsbt([changed])
    both.combinepsbt([psbt, changed])
    both.combinepsbt([changed, psbt])
    both.finalizepsbt(changed)
    both.utxoupdatepsbt(changed, [])


def published(test, both):
    """Published PSBTs, valid and not."""
    rows = json.loads((vectors() / "core" / "rpc_psbt.json").read_text())
    for text in rows["valid"]:
        look(both, text)
        both.finalizepsbt(text)
        both.combinepsbt([text, text])
    for text in rows["invalid"]:
        assert check_refusal(both, text)
    test.step(f"published: {len(rows['valid'])} valid, {len(rows['invalid'])} invalid")


def with_fault(dice, psbt):
    data = bytearray(base64.b64decode(psbt))
    way = dice.choice(["change", "change", "cut", "add", "insert", "repeat"])
    place = dice.randrange(len(data))
    if way == "change":
        data[place] = dice.choice([0, 1, data[place] ^ 1, 0xFC, 0xFD, 0xFF, dice.randrange(256)])
    elif way == "cut":
        del data[place:]
    elif way == "add":
        data += dice.randbytes(dice.randint(1, 3))
    elif way == "insert":
        data[place:place] = dice.randbytes(dice.randint(1, 3))
    else:  # a field twice, if it hits one
        length = dice.randint(2, 40)
        data[place:place] = data[place:place + length]
    return base64.b64encode(bytes(data)).decode()


def check_refusal(both, psbt):
    """False if bitcoind reads the PSBT; else daler must not, either."""
    ours, theirs = (answer(node.decodepsbt, psbt) for node in (both.daler, both.core))
    if not isinstance(theirs, list):
        equal(to_json(ours), to_json(theirs), psbt)
        return False
    assert isinstance(ours, list) and ours[0] == theirs[0], (ours, theirs, psbt)
    same = ours == theirs or any(text in words for text in READING for _, words in (ours, theirs))
    assert same, (ours, theirs, psbt)
    return True


def spoil(dice, both, psbts, counts):
    psbt = with_fault(dice, dice.choice(psbts))
    if check_refusal(both, psbt):
        counts["refused"] += 1
        return
    counts["accepted"] += 1
    both.finalizepsbt(psbt)
    # bitcoind does not estimate the size if a signature is malformed.
    analyses = [node.analyzepsbt(psbt) for node in (both.daler, both.core)]
    if len(analyses[0]) > len(analyses[1]):
        for name in ("estimated_vsize", "estimated_feerate"):
            analyses[0].pop(name)
    equal(*map(to_json, analyses), psbt)


def main(test):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cases", type=int, default=1000 if LONG else 100)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    core = test.node(kind="bitcoind", name="bitcoind")
    daler = test.node("-strictregtest", name="daler")
    for block in core.generatetoaddress(110, ANYONE_ADDRESS):
        daler.submitblock(core.getblock(block, 0))
    # No key is in two coins: bitcoind does not use the keys of a multisig for other outputs, daler does.
    groups = [[random_coin(dice, [Key(core, owner, f"/{group}/{number}{end}") for owner in range(OWNERS)
                                  for end in ("", "/0", f"/{dice.randrange(99)}/5")]) for number in range(60)]
              for group in range(2)]
    # The previous transactions of the first group are in the chain, where nodes know only the outputs; those of the
    # second one are in the mempool.
    first, second = (fund(core, group, coin) for group, coin in zip(groups, coins_of(core, 1, 2)))
    block = next_block(core, [first], fees=200_000).hex()
    for node in (core, daler):
        equal(node.submitblock(block), None)
        node.sendrawtransaction(second.hex(), 0)
    both = Both(daler, core)
    counts = dict.fromkeys(("complete", "incomplete", "joined", "accepted", "refused"), 0)
    psbts = []
    for number in range(options.cases):
        try:
            psbts += random_case(dice, both, groups[0] + groups[1], counts) or []
        except AssertionError:
            print(f"case {number} of seed {options.seed}")
            raise
    test.step(f"{both.calls} calls for {options.cases} PSBTs: {counts}")
    for _ in range(options.cases * 2):
        with_fields(dice, both, dice.choice(psbts))
    test.step(f"{both.calls} calls, with fields of all types")
    for _ in range(options.cases // 2):
        counts["joined"] += join_some(dice, both, psbts)
    for _ in range(options.cases * 5):
        spoil(dice, both, psbts, counts)
    test.step(f"joined and spoiled: {counts}")
    assert options.cases < 50 or all(counts.values()), counts
    published(test, both)


if __name__ == "__main__":
    run(main)
