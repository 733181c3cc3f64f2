#!/usr/bin/python3
"""Imports descriptors of all kinds into wallets of daler and bitcoind, with all sorts of options, and asks for each of their
addresses: the answers, warnings, error codes and texts are the same. A share of the imports is chosen by DALER_SEED."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS  # noqa: E402
from framework import LONG, SEED, RpcError, bitcoind_folder, equal, run  # noqa: E402

KEY = "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B"
PRIVATE = "tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK"
OTHER = "tpubD6NzVbkrYhZ4YU8FkXQNEQC2xjNoYAnvqvsd3d7fLmSs53Ld5YmmEK3yjJ4uX2xYTfVSSEt6NRMebF7mKweFoJ5kL2frqbBaGnZvWATP4aH"
SECRET = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"
PUBLIC = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
SECOND = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"
NOBODY = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"
TEXTS = [
    "pkh(WIF)", "pk(WIF)", "wpkh(XPRV/0/*)", "wpkh(XPRV/<0;1>/*)", "wpkh(XPRV/<0;1;2>/*)", "sh(wpkh(XPRV/1/*))", "sh(wpkh(WIF))",
    "pkh(XPRV/44h/0h/2/*)", "tr(XPRV/86h/1h/0h/0/*)", "tr(WIF)", "tr(NOBODY,pk(XPRV/9/*))", "rawtr(WIF)",
    "tr(XPRV/3/*,{pk(SECOND),multi_a(1,XPRV/4/*,OTHER/5/*)})", "tr(WIF,multi_a(2,PUBLIC,SECOND))",
    "tr(NOBODY,{pk(WIF),{pk(SECOND),and_v(v:pk(SECOND),older(9))}})", "tr(KEY/<1;0>/*,pk(XPRV/<5;6>/*))",
    "wsh(multi(1,WIF,SECOND))", "wsh(multi(2,XPRV/0/*,KEY/1/*))", "wsh(multi(2,XPRV/<0;1>/*,OTHER/<2;3>/*))",
    "wsh(multi(2,XPRV/20/*,OTHER/21/*))", "sh(wsh(sortedmulti(1,WIF,SECOND)))", "sh(multi(1,WIF,SECOND))",
    "sh(multi(1,XPRV/5/*,SECOND))", "wsh(pkh(WIF))", "sh(pk(WIF))", "sh(wsh(pk(XPRV/6/*)))", "multi(1,WIF,SECOND)",
    "wsh(and_v(v:pk(XPRV/11/*),older(10)))", "wsh(or_d(pk(XPRV/12/*),and_v(v:pkh(OTHER/1/*),after(100))))",
    "tr(NOBODY,and_v(v:pk(XPRV/13/*),older(5)))", "wsh(older(1))", "wsh(pk(XPRV/15h/*h))", "combo(cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW)", "combo(XPRV/7/*)",
    "combo(XPRV/7h/8)", "pkh([deadbeef/1h/2]XPRV/1/2/*)", "wpkh([deadbeef/84h]XPRV/99h/*h)", "wpkh(KEY/0/*)",
    "wpkh(KEY/<0;1>/*)", "wpkh(KEY/1h/*)", "wpkh(PUBLIC)", "raw(51)", "raw(5100)", "addr(ADDRESS)",
    "raw(76a914000000000000000000000000000000000000000088ac)", "wpkh(x)", "foo(51)", "wsh(wpkh(WIF))"]
OPTIONS = [
    {}, {"active": True}, {"active": True, "internal": True}, {"label": "L"}, {"range": 5}, {"range": [3, 9]}, {"range": [9, 3]},
    {"range": [0, 1500], "next_index": 7}, {"range": -1}, {"next_index": 3}, {"next_index": -1}, {"internal": True},
    {"range": [0, 9], "next_index": 10}, {"internal": True, "label": "L"}, {"active": False, "internal": False},
    {"active": True, "label": "x"}, {"next_index": -1, "label": "x", "active": True}]
REQUESTS = [{}, 1, {"desc": "x"}, {"timestamp": 1}, {"desc": 5, "timestamp": 1}, {"desc": "x", "timestamp": "y"},
            {"desc": "x", "timestamp": None}, {"desc": "x", "timestamp": -5}]
FIELDS = [{"range": "x"}, {"active": 1}, {"unknown": 1}, {"label": 5}, {"label": "*"}, {"next_index": "x"}, {"range": [1, 2, 3]},
          {"range": []}, {"range": [0, 10**7]}, {"range": [2**31, 2**31 + 5]}, {"range": 2**31}]
ADDRESSES = [
    ANYONE_ADDRESS, "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "bcrt1pfeesnyr2tx",
    "bcrt1sw50qgdz25j", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "bcrt1zw508d6qejxtdg4y5r3zarvaryvaxxpcs4nzqxs",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "x", "",
    "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt081"]


def fill(text):
    for name, value in [("XPRV", PRIVATE), ("WIF", SECRET), ("PUBLIC", PUBLIC), ("SECOND", SECOND), ("NOBODY", NOBODY),
                        ("OTHER", OTHER), ("KEY", KEY), ("ADDRESS", ANYONE_ADDRESS)]:
        text = text.replace(name, value)
    return text


class Pair:
    """A wallet of each program."""

    def __init__(self, nodes, name, **options):
        self.nodes, self.name = nodes, name
        for node in nodes:
            node.createwallet(name, **options)

    def ask(self, method, *arguments):
        ours, theirs = (self.answer(node, method, arguments) for node in self.nodes)
        equal(ours, theirs, f"{self.name}: {method} {arguments}")
        return ours

    def answer(self, node, method, arguments):
        try:
            found = getattr(node.wallet(self.name), method)(*arguments)
        except RpcError as error:
            return error.code, error.message
        if method == "getaddressinfo":
            return [item for item in found.items() if item[0] not in ("isactive", "use_txids")]  # of the fork
        if method == "getaddressesbylabel":
            return list(found.items())
        if method == "listdescriptors":  # bitcoind makes none of these texts if one key is missing
            for entry in found["descriptors"]:
                del entry["timestamp"]
        return found

    def tries(self, described, chosen, share):
        """Imports with options that fit and with some that do not."""
        for text in described:
            for options in OPTIONS:
                if chosen.random() < share:
                    self.ask("importdescriptors", [{"desc": text, "timestamp": "now", **options}])
        for request in REQUESTS:
            self.ask("importdescriptors", [request])
        for options in FIELDS:
            self.ask("importdescriptors", [{"desc": described[2], "timestamp": "now", **options}])
        for checksum in ("", "#", "#aaaaaaaa"):
            self.ask("importdescriptors", [{"desc": described[2].split("#")[0] + checksum, "timestamp": "now"}])
        self.ask("importdescriptors", [])
        self.ask("listdescriptors")

    def imports(self, described):
        """Imports all, with labels."""
        for text in described:
            more = {"range": [0, 3]} if "*" in text else {"label": "of " + text[:4]}
            self.ask("importdescriptors", [{"desc": text, "timestamp": "now", **more}])
        self.ask("listdescriptors")
        self.ask("gethdkeys")

    def addresses(self, addresses):
        for address in addresses:
            self.ask("getaddressinfo", address)
        for address in addresses[::7]:
            self.ask("setlabel", address, "tag")
            self.ask("getaddressinfo", address)
        for purpose in ("send", "receive", "refund", "x", ""):
            self.ask("listlabels", purpose)
        for label in ("tag", "of pkh(", "of raw", "", "nosuch", "*"):
            self.ask("getaddressesbylabel", label)
        for address, label in (("x", "y"), (ANYONE_ADDRESS, "*"), (ANYONE_ADDRESS, "")):
            self.ask("setlabel", address, label)
        self.ask("listlabels")
        for size in (0, 1, 5, -1):
            self.ask("keypoolrefill", size)


def with_checksum(node, text):
    try:
        return f"{text}#{node.getdescriptorinfo(text)['checksum']}"
    except RpcError:
        return f"{text}#aaaaaaaa"


def addresses_of(node, described):
    found = set(ADDRESSES)
    for text in described:
        try:
            derived = node.deriveaddresses(text, *([[0, 1]] if "*" in text else []))
            found.update(address for part in derived for address in (part if isinstance(part, list) else [part]))
        except RpcError:
            continue
    return sorted(found)


def main(test):
    bitcoind_folder()
    nodes = [test.node("-keypool=100", "-strictregtest", kind="daler", name="daler"), test.node("-keypool=100", kind="bitcoind", name="bitcoind")]
    core = nodes[1]
    described = [with_checksum(core, fill(text)) for text in TEXTS]
    public = [with_checksum(core, core.getdescriptorinfo(fill(text))["descriptor"].split("#")[0])
              for text, whole in zip(TEXTS, described) if not whole.endswith("#aaaaaaaa") and "h" not in text.split("(", 1)[1]]
    addresses = addresses_of(core, described)
    chosen = random.Random(SEED)
    share = 1 if LONG else 0.08
    test.step(f"{len(described)} descriptors, {len(addresses)} addresses")
    Pair(nodes, "tried", blank=True).tries(described, chosen, share)
    Pair(nodes, "watched", disable_private_keys=True).tries(described, chosen, share)

    test.step("addresses")
    for name, options, texts in (("mine", {"blank": True}, described), ("watching", {"disable_private_keys": True}, public)):
        wallet = Pair(nodes, name, **options)
        wallet.imports(texts)
        wallet.addresses(addresses)
    wallet.ask("listdescriptors", True)


run(main)
