#!/usr/bin/python3
"""Makes the same calls about keys to daler and bitcoind, in wallets of each kind that have the same keys: the answers,
error codes and texts are the same."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from framework import RpcError, bitcoind_folder, equal, run  # noqa: E402

KEY = "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B"
TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
WALLETS = {"w": {}, "watching": {"disable_private_keys": True}, "blank": {"blank": True}, "sealed": {"passphrase": "first"},
           "empty": {"blank": True, "passphrase": "first"}}
OLD = [("importprivkey", "x"), ("importpubkey", "x"), ("importmulti", []), ("importmulti", [{"desc": "x"}]),
       ("addmultisigaddress", 1, ["x"]), ("addmultisigaddress", 1, ["x"], "", "y"), ("dumpprivkey", "x"), ("dumpwallet", "x"),
       ("importwallet", "x"), ("sethdseed",), ("sethdseed", True, "x"), ("newkeypool",), ("migratewallet",),
       ("upgradewallet",), ("upgradewallet", 5), ("upgradewallet", 170000)]
KEYS = [("gethdkeys", {"private": "x"}), ("gethdkeys", {"private": None}), ("gethdkeys", 1),
        ("gethdkeys", {"active_only": 1}), ("createwalletdescriptor", "x"), ("createwalletdescriptor", "x", {"internal": "x"}),
        ("createwalletdescriptor", "bech32", {"internal": "x"}), ("createwalletdescriptor", "bech32", {"internal": None}),
        ("createwalletdescriptor", "bech32", {"hdkey": "x"}), ("createwalletdescriptor", "bech32", {"hdkey": 5}),
        ("createwalletdescriptor", "bech32m", {"hdkey": KEY}), ("createwalletdescriptor", "bech32", {"unknown": 1})]


def answer(function, *arguments, **named):
    try:
        return function(*arguments, **named)
    except RpcError as error:
        return error.code, error.message if error.code != -1 else ""  # help texts differ


def main(test):
    bitcoind_folder()
    nodes = [test.node(kind="daler", name="daler"), test.node(kind="bitcoind", name="bitcoind")]

    def ask(wallet, method, *arguments, **named):
        ours, theirs = (answer(getattr(node.wallet(wallet), method), *arguments, **named) for node in nodes)
        equal(ours, theirs, f"{wallet}: {method} {arguments} {named}")
        return ours

    for wallet, options in WALLETS.items():
        for node in nodes:
            node.createwallet(wallet, **options)
        for call in OLD + KEYS:
            ask(wallet, *call)
        if wallet != "w" and wallet != "sealed":
            ask(wallet, "gethdkeys", {"unknown": 1})
    equal(*(answer(node.migratewallet, "nosuch") for node in nodes))
    equal(*(answer(node.migratewallet, "w") for node in nodes))

    test.step("new descriptors from a given key")
    source = nodes[1].wallet("w")
    xprv = source.gethdkeys(private=True)[0]["xprv"]
    info = source.getdescriptorinfo(f"wpkh({xprv}/84h/1h/0h/0/*)")
    one = {"desc": f"wpkh({xprv}/84h/1h/0h/0/*)#{info['checksum']}", "timestamp": 1000, "active": True, "range": [0, 999]}
    for wallet in ("blank", "empty"):
        if wallet == "empty":
            ask(wallet, "importdescriptors", [one])
            ask(wallet, "walletpassphrase", "first", 10000)
        ask(wallet, "importdescriptors", [one])
        for kind in TYPES:
            ask(wallet, "createwalletdescriptor", kind, internal=True)
            ask(wallet, "createwalletdescriptor", kind)
            ask(wallet, "createwalletdescriptor", kind)
            ask(wallet, "getnewaddress", "", kind)
            ask(wallet, "getrawchangeaddress", kind)
        for options in ({}, {"active_only": True}, {"private": True}):
            ask(wallet, "gethdkeys", **options)
    ask("empty", "walletlock")
    for options in ({}, {"active_only": True}, {"private": True}):
        ask("empty", "gethdkeys", **options)
    ask("empty", "createwalletdescriptor", "bech32")

    test.step("several keys")
    other = source.getdescriptorinfo(f"wsh(multi(2,{KEY}/0/*,{source.gethdkeys()[0]['xpub']}/1/*))")["descriptor"]
    ask("watching", "importdescriptors", [{"desc": other, "timestamp": 1000, "active": True, "range": [0, 999]}])
    ask("watching", "gethdkeys")  # with "private" bitcoind fails
    ask("watching", "gethdkeys", active_only=True)
    ask("watching", "createwalletdescriptor", "legacy")


run(main)
