#!/usr/bin/python3
"""Encrypted wallets: the calls, what a locked wallet can do, restarts, and files in which no secret may be found."""
import random
import re
from http.client import HTTPException
from threading import Thread

from chainkit import ANYONE_ADDRESS
from framework import SEED, equal, fails, run, wait_until

DICE = random.Random(SEED)
KILLS = 6

LOCKED = "Error: Please enter the wallet passphrase with walletpassphrase first."
WRONG = "Error: The wallet passphrase entered was incorrect."
ANSWER = ("wallet encrypted; The keypool has been flushed and a new HD seed was generated. You need to make a new "
          "backup with the backupwallet RPC.")
FIRST, SECOND = "correct horse battery", "staple of another kind"
HARDENED = "wpkh(tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK/7h/*h)"


def with_checksum(node, text):
    return text + "#" + node.getdescriptorinfo(text)["checksum"]


def master_keys(wallet):
    """The extended private keys of the wallet's descriptors, as texts."""
    texts = [entry["desc"] for entry in wallet.listdescriptors(True)["descriptors"]]
    return {re.search(r"[xt]prv\w+", text).group() for text in texts}


def calls(node, wallet):
    """Errors of the calls, without and with encryption; the state afterwards: encrypted and locked."""
    fails(-15, "Error: running with an unencrypted wallet, but walletpassphrase was called.", wallet.walletpassphrase, "x", 1)
    fails(-15, "but walletlock was called.", wallet.walletlock)
    fails(-15, "but walletpassphrasechange was called.", wallet.walletpassphrasechange, "x", "y")
    fails(-8, "passphrase cannot be empty", wallet.encryptwallet, "")
    assert "unlocked_until" not in wallet.getwalletinfo()
    equal(wallet.encryptwallet(FIRST), ANSWER)
    fails(-15, "Error: running with an encrypted wallet, but encryptwallet was called.", wallet.encryptwallet, "x")
    equal(wallet.getwalletinfo()["unlocked_until"], 0)
    fails(-14, WRONG, wallet.walletpassphrase, "wrong", 10)
    fails(-14, "It contains a null character", wallet.walletpassphrase, "wr\0ng", 10)
    fails(-8, "Timeout cannot be negative.", wallet.walletpassphrase, FIRST, -1)
    fails(-8, "passphrase cannot be empty", wallet.walletpassphrase, "", 1)
    fails(-14, WRONG, wallet.walletpassphrasechange, "wrong", "x")
    fails(-14, "The old wallet passphrase entered is incorrect.", wallet.walletpassphrasechange, "wr\0ng", "x")
    fails(-8, "passphrase cannot be empty", wallet.walletpassphrasechange, FIRST, "")
    wallet.walletlock()
    node.createwallet("watching", disable_private_keys=True)
    fails(-16, "Error: wallet does not contain private keys, nothing to encrypt.", node.wallet("watching").encryptwallet, "x")


def locked(node, wallet):
    """What a locked wallet refuses and what it does all the same."""
    legacy = wallet.getnewaddress("", "legacy")
    raw = node.createrawtransaction([{"txid": "11" * 32, "vout": 0}], {ANYONE_ADDRESS: 1})
    for method, *arguments in (("sendtoaddress", ANYONE_ADDRESS, 1), ("sendmany", "", {ANYONE_ADDRESS: 1}),
                               ("signmessage", legacy, "text"), ("signrawtransactionwithwallet", raw),
                               ("keypoolrefill",), ("rescanblockchain",), ("listdescriptors", True),
                               ("importdescriptors", [{"desc": with_checksum(node, HARDENED), "timestamp": "now"}])):
        fails(-13, LOCKED, getattr(wallet, method), *arguments)
    before = wallet.getbalances()["mine"]["immature"]
    for kind in ("legacy", "p2sh-segwit", "bech32", "bech32m"):
        node.generatetoaddress(1, wallet.getnewaddress("", kind))
    assert wallet.getbalances()["mine"]["immature"] > before
    wallet.listdescriptors()
    wallet.getrawchangeaddress()
    wallet.listunspent()


def unlocking(test, node, wallet, first):
    test.step("unlocking, paying, locking by time and by call")
    wallet.walletpassphrase(first, 200_000_000)
    assert 0 < wallet.getwalletinfo()["unlocked_until"] - node.getblockchaininfo()["time"] < 101_000_000
    wallet.sendtoaddress(ANYONE_ADDRESS, 1)
    wallet.walletlock()
    fails(-13, LOCKED, wallet.sendtoaddress, ANYONE_ADDRESS, 1)
    wallet.walletpassphrase(first, 1)
    wait_until(lambda: wallet.getwalletinfo()["unlocked_until"] == 0, what="the end of the time")
    fails(-13, LOCKED, wallet.sendtoaddress, ANYONE_ADDRESS, 1)
    wallet.walletpassphrase(first, 0)
    equal(wallet.getwalletinfo()["unlocked_until"], 0)
    wallet.walletpassphrase(first, 1)
    node.unloadwallet("w")
    node.loadwallet("w")
    equal(wallet.getwalletinfo()["unlocked_until"], 0)


def hardened_steps(test, node, wallet):
    test.step("a descriptor whose addresses need its private key gives those that are derived")
    wallet.walletpassphrase(SECOND, 1000)
    request = {"desc": with_checksum(node, HARDENED), "timestamp": "now", "active": True, "range": [0, 2]}
    assert wallet.importdescriptors([request])[0]["success"]
    first = wallet.getnewaddress()
    wallet.walletlock()
    node.restart()
    node.loadwallet("w")
    assert wallet.getaddressinfo(first)["ismine"]
    addresses = [wallet.getnewaddress() for _ in range(node.keypool)]
    assert wallet.getaddressinfo(addresses[-1])["ismine"]
    fails(-12, "Error: Keypool ran out, please call keypoolrefill first", wallet.getnewaddress)
    wallet.walletpassphrase(SECOND, 1000)
    node.generatetoaddress(1, wallet.getnewaddress())
    wallet.walletlock()


def no_secret_in_files(node, secrets, only=""):
    for path in sorted(node.folder.rglob("*")):
        if not path.is_file() or only not in str(path):
            continue
        content = path.read_bytes()
        for secret in secrets:
            assert secret not in content, f"{path} has {secret[:12]}"


def kills(test, node):
    """Kills the node at random moments of encryptwallet."""
    test.step("killed while it encrypts, a wallet is as before or encrypted")
    seen = set()
    for number in range(KILLS):
        name = f"killed{number}"
        node.createwallet(name)
        wallet = node.wallet(name)
        address = wallet.getnewaddress()
        keys = master_keys(wallet)
        caller = Thread(target=lambda name=name: try_call(node.wallet(name).encryptwallet, FIRST))
        caller.start()
        caller.join(DICE.uniform(0, 0.5))
        node.kill()
        caller.join()
        node.start()
        node.loadwallet(name)
        is_encrypted = "unlocked_until" in wallet.getwalletinfo()
        seen.add(is_encrypted)
        if is_encrypted:
            no_secret_in_files(node, [key.encode() for key in keys], name)
            wallet.walletpassphrase(FIRST, 1000)
        assert keys <= master_keys(wallet), name
        assert wallet.getaddressinfo(address)["ismine"], name
        equal(len(wallet.listdescriptors()["descriptors"]), 16 if is_encrypted else 8)
        node.unloadwallet(name)
    return seen


def try_call(function, *arguments):
    try:
        function(*arguments)
    except (OSError, HTTPException):
        pass  # the node was killed


def main(test):
    node = test.node("-keypool=20")
    node.keypool = 20
    node.createwallet("w")
    wallet = node.wallet("w")
    node.generatetoaddress(101, wallet.getnewaddress())
    wallet.sendtoaddress(wallet.getnewaddress(), 1)
    old = master_keys(wallet)
    old_descriptors = {entry["desc"] for entry in wallet.listdescriptors()["descriptors"]}

    test.step("encrypting")
    calls(node, wallet)
    locked(node, wallet)
    no_secret_in_files(node, [key.encode() for key in old] + [FIRST.encode()])
    unlocking(test, node, wallet, FIRST)

    test.step("a new seed; the old descriptors stay")
    wallet.walletpassphrase(FIRST, 1000)
    keys = master_keys(wallet)
    assert old < keys and len(keys) == 2, "one old seed, one new one"
    shown = wallet.listdescriptors()["descriptors"]
    assert old_descriptors < {entry["desc"] for entry in shown}
    active = {entry["desc"] for entry in shown if entry["active"]}
    assert len(active) == 8 and not active & old_descriptors
    wallet.walletpassphrasechange(FIRST, SECOND)
    fails(-14, WRONG, wallet.walletpassphrase, FIRST, 10)
    wallet.walletlock()

    test.step("after a kill the wallet is locked and whole")
    balances = wallet.getbalances()["mine"]
    node.kill()
    node.start()
    node.loadwallet("w")
    equal(wallet.getbalances()["mine"], balances)
    equal(wallet.getwalletinfo()["unlocked_until"], 0)
    shown_again = wallet.listdescriptors()["descriptors"]
    equal({entry["desc"] for entry in shown_again}, {entry["desc"] for entry in shown})
    wallet.walletpassphrase(SECOND, 1000)
    equal(master_keys(wallet), keys)
    wallet.walletlock()
    hardened_steps(test, node, wallet)

    test.step("encrypted from the start")
    node.createwallet("sealed", passphrase=FIRST)
    sealed = node.wallet("sealed")
    equal(sealed.getwalletinfo()["unlocked_until"], 0)
    node.generatetoaddress(1, sealed.getnewaddress())
    node.createwallet("empty", blank=True, passphrase=FIRST)
    node.wallet("empty").walletpassphrase(FIRST, 10)
    equal(node.wallet("empty").listdescriptors()["descriptors"], [])
    fails(-4, "Passphrase provided but private keys are disabled.", node.createwallet, "x", True, False, FIRST)
    no_secret_in_files(node, [key.encode() for key in keys] + [FIRST.encode(), SECOND.encode()])
    kills(test, node)


run(main)
