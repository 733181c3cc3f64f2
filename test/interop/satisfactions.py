#!/usr/bin/python3
"""Signs with some of the keys and preimages of random sane miniscripts, under random locks. The answers of daler and bitcoind
must be equal byte for byte, and the witness must be a smallest satisfaction that @bitcoinerlab/miniscript finds.

    test/interop/satisfactions.py --seed 7 --cases 5000     # a longer run; the seed decides all random choices
"""
import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from psbt import read_maps, write_maps  # noqa: E402, the first import, as test/functional has another psbt.py
from bitcoinjs import installed  # noqa: E402
from chainkit import ANYONE_ADDRESS, var_bytes  # noqa: E402
from framework import LONG, SEED, RpcError, equal, run, to_json  # noqa: E402
from miniscript import FORK, KEYS, Texts  # noqa: E402
from signing import Key, hash160, sha256  # noqa: E402

PREIMAGE = bytes([17] * 32)
# By name: the field of a PSBT for the preimage, and the hash.
HASHES = {"ripemd160": (b"\x0a", lambda data: hashlib.new("ripemd160", data).digest()), "sha256": (b"\x0b", sha256),
          "hash160": (b"\x0c", hash160), "hash256": (b"\x0d", lambda data: sha256(sha256(data)))}
BY_TIME = 1 << 22
LOCK_TIMES = (0, 16, 130, 500_000_001, 2_147_483_647)
SEQUENCES = (0xFFFFFFFD, 0xFFFFFFFF, 1, 16, 65535, BY_TIME | 1, BY_TIME | 9)
SIZES = {"0": 0, "1": 1, "key": 33, "preimage": 32, "random": 32, "sig": 72}


class Satisfiable(Texts):
    """Miniscripts whose hashes have a known preimage."""

    def leaf(self):
        if self.choose.random() < 0.7:
            return f"pk({self.key()})"
        return re.sub(r"^(\w+)\([0af]{40,}\)$", lambda match: f"{match[1]}({HASHES[match[1]][1](PREIMAGE).hex()})", super().leaf())


class Case:
    """A miniscript, its spending transaction, and what there is to satisfy it."""

    def __init__(self, choose, texts, internal, keys):
        self.context = choose.choice(("wsh", "tr"))
        self.text = texts[self.context].next()
        self.internal = internal
        self.lock_time, self.sequence = choose.choice(LOCK_TIMES), choose.choice(SEQUENCES)
        self.keys = [key for key in keys if choose.random() < 0.7]
        self.hashes = [name for name in HASHES if choose.random() < 0.7]

    def descriptor(self, keys=()):
        text = f"wsh({self.text})" if self.context == "wsh" else f"tr({self.internal},{self.text})"
        for key in keys:
            text = re.sub(f"\\b(02|03)?{key.public.hex()[2:]}\\b", key.wif, text)
        return text

    def psbt(self, node, script):
        made = node.createpsbt([{"txid": "11" * 32, "vout": 0, "sequence": self.sequence}], {ANYONE_ADDRESS: "0.001"},
                               self.lock_time)
        maps = read_maps(made)
        maps[1].append((b"\x01", (200_000).to_bytes(8, "little") + var_bytes(bytes.fromhex(script))))
        for name in self.hashes:
            field, function = HASHES[name]
            maps[1].append((field + function(PREIMAGE), PREIMAGE))
        return write_maps(maps)

    def question(self, names):
        """For the library, which has names for keys."""
        miniscript = re.sub(r"\b(?:02|03)?([0-9a-f]{64})\b", lambda match: names.get(match[1], match[0]), self.text)
        knowns = [f"<sig({names[key.public.hex()[2:]]})>" for key in self.keys]
        knowns += [f"<{name}_preimage({HASHES[name][1](PREIMAGE).hex()})>" for name in self.hashes]
        return {"miniscript": miniscript, "tapscript": self.context == "tr", "knowns": knowns}

    def unlocks(self, solution):
        """Whether the transaction has the locks that the solution needs."""
        wanted, final = solution.get("nSequence"), self.sequence == 0xFFFFFFFF
        if wanted is not None and (self.sequence >> 31 or (wanted ^ self.sequence) & BY_TIME or
                                   wanted & 0xFFFF > self.sequence & 0xFFFF):
            return False
        wanted = solution.get("nLockTime")
        return wanted is None or (not final and (wanted < 500_000_000) == (self.lock_time < 500_000_000) and
                                  wanted <= self.lock_time)


def kind(token):
    """A word of the library's solution, as the name of its kind."""
    return token if token in "01" else "sig" if token.startswith("<sig") else "random" if "random" in token else (
        "preimage" if "preimage" in token else "key")


def element(data, publics):
    """An element of a witness, as the name of its kind."""
    if data in (b"", b"\1"):
        return str(len(data))
    if data in publics:
        return "key"
    return "sig" if len(data) > 33 else "preimage" if data == PREIMAGE else "random"


def size(kinds):
    return sum(1 + SIZES[kind] for kind in kinds)


def answer(node, method, *args):
    try:
        return getattr(node, method)(*args)
    except RpcError as error:
        return [error.code, error.message]


def witness(nodes, case):
    """The stack that both nodes make, without script and control block; None if they make none."""
    script = nodes[0].validateaddress(nodes[0].deriveaddresses(nodes[0].getdescriptorinfo(case.descriptor())["descriptor"])[0])
    psbt = case.psbt(nodes[0], script["scriptPubKey"])
    ours, theirs = (answer(node, "descriptorprocesspsbt", psbt, [case.descriptor(case.keys)]) for node in nodes)
    if FORK not in str(theirs):
        equal(to_json(ours), to_json(theirs), f"{case.descriptor()}, {[key.public.hex() for key in case.keys]}")
    entry = nodes[0].decodepsbt(ours["psbt"])["inputs"][0]
    if "final_scriptwitness" not in entry:
        return None
    stack = list(map(bytes.fromhex, entry["final_scriptwitness"]))
    return stack[:-1] if case.context == "wsh" else stack[:-2]


def check(case, stack, solutions, publics):
    """Whether the library knows all satisfactions."""
    if solutions is None:
        return False
    found = [[kind(token) for token in solution["asm"].split()] for solution in solutions if case.unlocks(solution)]
    what = (f"{case.descriptor()}, lock time {case.lock_time}, sequence {case.sequence}, hashes {case.hashes}, "
            f"keys {[key.public.hex() for key in case.keys]}")
    if stack is None:
        equal(found, [], what)
        return True
    kinds = [element(data, publics) for data in stack]
    assert kinds in found, f"{what}: {kinds} is not one of {found}"
    # Signatures may be a byte shorter, but not those of taproot.
    tolerance = 0 if case.context == "tr" else kinds.count("sig")
    assert size(kinds) <= min(map(size, found)) + tolerance, f"{what}: {kinds} of {found}"
    return True


def main(test):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cases", type=int, default=5000 if LONG else 1000)
    options = parser.parse_args()
    folder = installed()
    nodes = test.node("-connect=0"), test.node("-connect=0", "-listen=0", kind="bitcoind")
    internal, *keys = (Key(nodes[0], number) for number in range(1, KEYS + 1))
    choose = random.Random(options.seed)
    texts = {context: Satisfiable(choose, [key.public.hex() for key in keys], context) for context in ("wsh", "tr")}
    cases = []
    while len(cases) < options.cases:
        case = Case(choose, texts, internal.public.hex()[2:], keys)
        if isinstance(answer(nodes[0], "getdescriptorinfo", case.descriptor()), dict):
            cases.append(case)
    stacks = [witness(nodes, case) for case in cases]
    test.step(f"{len(cases)} miniscripts, {sum(stack is not None for stack in stacks)} of them satisfied")
    names = {key.public.hex()[2:]: f"key_{number}" for number, key in enumerate(keys)}
    done = subprocess.run(["node", "satisfactions.mjs"], input=json.dumps([case.question(names) for case in cases]),
                          cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    publics = {data for key in keys for data in (key.public, key.public[1:])}
    compared = sum(check(*row, publics) for row in zip(cases, stacks, json.loads(done.stdout), strict=True))
    test.step(f"{compared} of them compared with @bitcoinerlab/miniscript")
    assert compared > len(cases) // 2


if __name__ == "__main__":
    run(main)
