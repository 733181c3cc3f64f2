#!/usr/bin/python3
"""The calls about encryption, made to daler and bitcoind: the same answers, error codes and texts in the same states."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS  # noqa: E402
from framework import RpcError, bitcoind_folder, equal, run  # noqa: E402

PLAIN = [("walletpassphrase", "x", 1), ("walletpassphrase", "", 1), ("walletlock",), ("walletpassphrasechange", "x", "y"),
         ("walletpassphrasechange", "", ""), ("encryptwallet", ""), ("encryptwallet",), ("encryptwallet", 5),
         ("walletpassphrase", "x"), ("walletpassphrase", 1, 1), ("walletpassphrase", "x", "y")]
SEALED = [("encryptwallet", "x"), ("walletpassphrase", "wrong", 1), ("walletpassphrase", "wr\0ng", 1), ("walletpassphrase", "", 1),
          ("walletpassphrase", "first", -1), ("walletpassphrase", "wrong", -1), ("walletpassphrasechange", "wrong", "y"),
          ("walletpassphrasechange", "wr\0ng", "y"), ("walletpassphrasechange", "first", ""), ("walletpassphrasechange", "", "y")]
LOCKED = [("sendtoaddress", ANYONE_ADDRESS, 1), ("sendmany", "", {ANYONE_ADDRESS: 1}), ("keypoolrefill",), ("keypoolrefill", -1),
          ("signmessage", "mkHS9ne12qx9pS9VojpwU5xtRd4T7X7ZUt", "x"), ("signmessage", "nonsense", "x"), ("listdescriptors", True),
          ("rescanblockchain",), ("importdescriptors", [{"desc": "x", "timestamp": "now"}]), ("walletlock",)]
UNLOCKED = [("walletpassphrase", "first", 1000), ("walletpassphrase", "first", 10), ("sendtoaddress", ANYONE_ADDRESS, 1),
            ("walletpassphrasechange", "first", "second"), ("walletpassphrase", "first", 1), ("walletlock",),
            ("walletpassphrase", "second", 0), ("sendtoaddress", ANYONE_ADDRESS, 1)]


def answer(function, *arguments):
    try:
        return function(*arguments)
    except RpcError as error:
        text = error.message.split("\n")[0] if error.code == -1 else error.message  # help texts differ
        return error.code, text if error.code != -1 else ""


def main(test):
    bitcoind_folder()
    nodes = [test.node(kind="daler", name="daler"), test.node(kind="bitcoind", name="bitcoind")]

    def ask(wallet, calls, what):
        for method, *arguments in calls:
            ours, theirs = (answer(getattr(node.wallet(wallet), method), *arguments) for node in nodes)
            equal(ours, theirs, f"{what}: {method} {arguments}")

    def compare_info(wallet):
        ours, theirs = (node.wallet(wallet).getwalletinfo() for node in nodes)
        fields = [name for name in theirs if name in ours]
        equal([name for name in ours if name in theirs], fields, "the order of fields")
        assert "unlocked_until" in fields
        equal(*(info["unlocked_until"] == 0 for info in (ours, theirs)), "locked")

    for node in nodes:
        node.createwallet("w")
        node.createwallet("watching", True)
        node.createwallet("sealed", passphrase="first")
        node.createwallet("blank", blank=True, passphrase="first")
    ask("watching", [("encryptwallet", "x")], "watching")
    ask("w", PLAIN, "not encrypted")
    ask("w", [("encryptwallet", "first")], "encrypting")
    for wallet in ("w", "sealed", "blank"):
        compare_info(wallet)
        if wallet == "w":
            ask(wallet, SEALED, f"{wallet}, encrypted")
        if wallet != "blank":
            ask(wallet, LOCKED, f"{wallet}, locked")
        ask(wallet, UNLOCKED, f"{wallet}, unlocked")
        compare_info(wallet)
    ours, theirs = (len(node.wallet("w").listdescriptors()["descriptors"]) for node in nodes)
    equal(ours, theirs, "descriptors after encryption")
    for node in nodes:
        node.createwallet("imported", blank=True)
    # It stays blank: encryption gives new keys only to a wallet that made its keys itself.
    text = "wpkh(cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA)"  # the secret key 1
    descriptor = f"{text}#{nodes[0].getdescriptorinfo(text)['checksum']}"
    ask("imported", [("importdescriptors", [{"desc": descriptor, "timestamp": "now"}]),
                     ("encryptwallet", "first")], "blank with an import")
    states = [(node.wallet("imported").getwalletinfo()["blank"],
               len(node.wallet("imported").listdescriptors()["descriptors"])) for node in nodes]
    equal(*states, "blank with an import")


run(main)
