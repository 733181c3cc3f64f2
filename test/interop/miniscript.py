#!/usr/bin/python3
"""Gives random miniscripts, sane ones and others, to daler and to bitcoind: descriptors in their canonical form, the
errors, the addresses, and what both say about the scripts must agree. Which of them are sane must also agree with
@bitcoinerlab/miniscript, if npm can install it.

    test/interop/miniscript.py --seed 7 --cases 5000     # a longer run; the seed decides all random choices
"""
import argparse
import json
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from bitcoinjs import installed  # noqa: E402
from framework import SEED, RpcError, Skip, equal, run  # noqa: E402
from signing import Key  # noqa: E402

PAIRS = ("and_v", "and_b", "or_b", "or_c", "or_d", "or_i", "and_n")
KEYS = 24
XPUB = ("tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B")
# Knots, not Bitcoin Core, refuses IF in leaves.
FORK = "under reduced-data"


class Texts:
    """Random miniscripts. Arguments have the types that are wanted most of the time."""

    def __init__(self, choose, keys, context):
        self.choose, self.all_keys, self.context, self.keys = choose, keys, context, []

    def next(self):
        self.keys = self.choose.sample(self.all_keys, len(self.all_keys))
        return self.base(self.choose.randrange(4))

    def key(self):
        # Seldom a key twice.
        key = self.keys.pop() if self.keys and self.choose.random() > 0.02 else self.choose.choice(self.all_keys)
        return key[2:] if self.context == "tr" else key

    def leaf(self):
        kind = self.choose.randrange(12)
        if kind < 5:
            return f"pk({self.key()})"
        if kind == 5:
            return f"pkh({self.key()})"
        if kind == 6:
            return f"older({self.choose.choice((1, 16, 17, 65535, 4194304, 4194305, 2147483647, 0))})"
        if kind == 7:
            return f"after({self.choose.choice((1, 128, 499999999, 500000000, 2147483647, 2147483648))})"
        if kind < 10:
            name = self.choose.choice(("sha256", "hash256", "ripemd160", "hash160"))
            size = 64 if name.endswith("256") else 40
            return f"{name}({self.choose.choice('0af') * size})"
        if kind == 10:
            count = self.choose.randint(1, 4)
            name = "multi" if self.context == "wsh" else "multi_a"
            return f"{name}({self.choose.randint(1, count)}," + ",".join(self.key() for _ in range(count)) + ")"
        return self.choose.choice("01")

    @staticmethod
    def wrapped(letters, text):
        end = min((i for i in (text.find(":"), text.find("(")) if i >= 0), default=-1)
        return letters + ("" if end >= 0 and text[end] == ":" else ":") + text

    def failing(self, depth):
        return f"pk({self.key()})" if self.choose.random() < 0.7 else self.base(depth)

    def other(self, depth):
        if self.choose.random() < 0.5:
            return f"s:pk({self.key()})"
        return self.wrapped(self.choose.choice(("a", "a", "aj", "al", "sln", "adv")), self.base(depth))

    def verify(self, depth):
        return self.wrapped("v", self.base(depth))

    def base(self, depth):
        if depth <= 0:
            return self.leaf()
        depth -= 1
        kind = self.choose.randrange(12)
        if kind < 2:
            return f"and_v({self.verify(depth)},{self.base(depth)})"
        if kind == 2:
            return f"and_b({self.base(depth)},{self.other(depth)})"
        if kind == 3:
            return f"or_b({self.failing(depth)},{self.other(depth)})"
        if kind == 4:
            return f"or_d({self.failing(depth)},{self.base(depth)})"
        if kind == 5:
            return f"or_i({self.base(depth)},{self.base(depth)})"
        if kind == 6:
            return f"andor({self.failing(depth)},{self.base(depth)},{self.base(depth)})"
        if kind < 9:
            count = self.choose.randint(1, 4)
            parts = [self.failing(depth)] + [self.other(depth) for _ in range(count - 1)]
            return f"thresh({self.choose.randint(1, count)}," + ",".join(parts) + ")"
        if kind == 9:
            return f"t:or_c({self.failing(depth)},{self.verify(depth)})"
        if kind == 10:
            return f"{self.choose.choice(PAIRS)}({self.base(depth)},{self.base(depth)})"
        return self.wrapped("".join(self.choose.choice("asctdvjnlu") for _ in range(self.choose.randint(1, 2))),
                            self.base(depth))


def answer(node, method, *args):
    try:
        return getattr(node, method)(*args)
    except RpcError as error:
        return error.code, error.message


def compare(nodes, method, *args):
    """The answer, which must be the same of all nodes."""
    answers = [answer(node, method, *args) for node in nodes]
    if FORK in str(answers[1]):
        return answers[1]
    equal(answers[0], answers[1], f"{method} {args}")
    return answers[0]


def check(nodes, descriptor):
    """Whether the descriptor is accepted."""
    info = compare(nodes, "getdescriptorinfo", descriptor)
    if isinstance(info, tuple):
        return False
    address, = compare(nodes, "deriveaddresses", info["descriptor"])
    script = nodes[0].validateaddress(address)["scriptPubKey"]
    compare(nodes, "decodescript", script)
    return True


def check_analysis(node, texts, keys, context):
    """Which miniscripts of a context are sane, according to another program."""
    try:
        folder = installed()
    except Skip as reason:
        print(f"without @bitcoinerlab/miniscript: {reason}")
        return

    def named(text):
        for number, key in enumerate(keys):
            text = text.replace(key if context == "wsh" else key[2:], f"key_{number}")
        return {"miniscript": text, "tapscript": context == "tr"}

    done = subprocess.run(["node", "miniscripts.mjs"], input=json.dumps(list(map(named, texts))), cwd=folder, check=True,
                          stdout=subprocess.PIPE, text=True)
    for text, sane in zip(texts, json.loads(done.stdout), strict=True):
        info = answer(node, "getdescriptorinfo", f"wsh({text})" if context == "wsh" else f"tr({keys[0][2:]},{text})")
        # The library takes what can never be satisfied for sane.
        if not isinstance(info, tuple) or not info[1].endswith("is not satisfiable"):
            equal(isinstance(info, dict), sane, text)


def check_paths(nodes, keys):
    """Keys with several paths (BIP 389)."""
    for form in (f"wpkh({XPUB}/<0;1>/*)", f"wpkh({XPUB}/<0;1;2h>)", f"wpkh({XPUB}/<0;1>/<2;3>/*)", f"wpkh({XPUB}/<0>/*)",
                 f"wpkh({XPUB}/<0;0>/*)", f"wpkh({XPUB}/<0;a>/*)", f"wpkh({XPUB}/<>/*)", f"wpkh({XPUB}/<0;1/*)",
                 f"wsh(multi(1,{XPUB}/<0;1>/*,{XPUB}/<0;1;2>/*))", f"wsh(multi(1,{XPUB}/<0;1>/*,{keys[0]}))",
                 f"tr({XPUB}/<0;1>/*,pk({XPUB}/<2;3;4>/*))", f"tr({keys[0]},{{pk({XPUB}/<0;1;2>/*),pk({XPUB}/<4;5>/*)}})",
                 f"tr({XPUB}/<0;1>/*,pk({keys[1]}))", f"wsh(and_v(v:pk({XPUB}/<0;1>/*),pk({XPUB}/<2;3>/*)))",
                 f"wsh(and_v(v:pk({XPUB}/<0;1>/*),pk({XPUB}/<2;3;4>/*)))", f"wpkh([d34db33f/<0;1>]{XPUB}/0/*)",
                 f"combo({XPUB}/<1;2>/*)", f"wpkh({XPUB}/0/<0;1>*)"):
        info = compare(nodes, "getdescriptorinfo", form)
        if isinstance(info, dict):
            arguments = [f"{form}#{info['checksum']}"] + ([[0, 3]] if info["isrange"] else [])
            compare(nodes, "deriveaddresses", *arguments)
    for node in nodes:
        node.createwallet("paths", True)
    info = nodes[0].getdescriptorinfo(f"wpkh({XPUB}/<0;1>/*)")
    request = {"desc": f"wpkh({XPUB}/<0;1>/*)#{info['checksum']}", "timestamp": "now"}
    for extra in ({"internal": True}, {"label": "x", "range": 5}, {"active": True}):
        compare(nodes, "importdescriptors", [request | extra])
    kept = [[(item["desc"], item["active"], item.get("internal")) for item in node.listdescriptors()["descriptors"]]
            for node in nodes]
    equal(kept[0], kept[1], "descriptors of the wallets")


def main(test):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cases", type=int, default=600)
    options = parser.parse_args()
    daler = test.node("-connect=0")
    bitcoind = test.node("-connect=0", "-listen=0", kind="bitcoind")
    nodes = (daler, bitcoind)
    keys = [Key(daler, number).public.hex() for number in range(1, KEYS + 1)]
    choose = random.Random(options.seed)
    accepted = 0
    for number in range(options.cases):
        context = choose.choice(("wsh", "tr"))
        text = Texts(choose, keys, context).next()
        descriptor = f"wsh({text})" if context == "wsh" else f"tr({keys[0][2:]},{text})"
        accepted += check(nodes, descriptor)
    for context in ("wsh", "tr"):
        in_range = Texts(choose, keys, context)
        texts = [text for text in (in_range.next() for _ in range(3 * options.cases))
                 if "after(2147483648)" not in text and "older(0)" not in text
                 # wsh(multi(...)) and tr(KEY,multi_a(...)) are a descriptor's own functions, which take a key twice.
                 and not text.startswith(("multi(", "multi_a("))]
        check_analysis(daler, texts, keys, context)
    check_paths(nodes, keys)
    # pk and a lock; or_d; thresh; a script of no miniscript; one that is not sane.
    for script in (f"21{keys[0]}ad59b2", f"21{keys[0]}ac736421{keys[1]}ad59b268", f"21{keys[0]}ac7c21{keys[1]}ac935287",
                   f"21{keys[0]}ad", f"21{keys[0]}ac736459b268", f"76a914{'00' * 20}88ad59b2"):
        compare(nodes, "decodescript", script)
    print(f"{options.cases} miniscripts with seed {options.seed}, {accepted} of them sane")
    assert accepted > options.cases // 20


if __name__ == "__main__":
    run(main)
