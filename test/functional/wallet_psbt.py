#!/usr/bin/python3
"""The wallet and partially signed transactions: what walletprocesspsbt adds, signs, finalizes and refuses."""
import base64
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run, wait_until

KINDS = ("legacy", "p2sh-segwit", "bech32", "bech32m")


def funded(node, wallet):
    """One confirmed coin of each kind."""
    amounts = {wallet.getnewaddress("", kind): 1 for kind in KINDS}
    txid = wallet.sendmany("", amounts)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    wait_until(lambda: wallet.gettransaction(txid)["confirmations"], what="the confirmation")
    coins = {coin["address"]: coin for coin in wallet.listunspent()}
    return {kind: {"txid": txid, "vout": coins[address]["vout"]} for kind, address in zip(KINDS, amounts)}


def fields(node, psbt):
    return [sorted(entry) for entry in node.decodepsbt(psbt)["inputs"]]


def each_kind(test, node, wallet, coins):
    test.step("what is added to inputs and outputs")
    own = wallet.getrawchangeaddress()
    psbt = node.createpsbt(list(coins.values()), [{ANYONE_ADDRESS: 3}, {own: Decimal("0.999")}])
    updated = wallet.walletprocesspsbt(psbt, False)
    equal((updated["complete"], sorted(updated)), (False, ["complete", "psbt"]))
    equal(fields(node, updated["psbt"]), [
        ["bip32_derivs", "non_witness_utxo"], ["bip32_derivs", "non_witness_utxo", "redeem_script", "witness_utxo"],
        ["bip32_derivs", "non_witness_utxo", "witness_utxo"],
        ["non_witness_utxo", "taproot_bip32_derivs", "taproot_internal_key", "witness_utxo"]])
    outputs = node.decodepsbt(updated["psbt"])["outputs"]
    equal((outputs[0], list(outputs[1])), ({}, ["bip32_derivs"]))
    path = wallet.getaddressinfo(own)["hdkeypath"]
    equal(outputs[1]["bip32_derivs"][0]["path"], path)
    bare = node.decodepsbt(wallet.walletprocesspsbt(psbt, False, "ALL", False)["psbt"])
    equal(([sorted(entry) for entry in bare["outputs"]], "bip32_derivs" in bare["inputs"][0]), ([[], []], False))

    test.step("signing with and without finalizing")
    signed = wallet.walletprocesspsbt(psbt, True, "ALL", True, False)
    equal((signed["complete"], "hex" in signed), (False, False))
    assert all(entry.keys() & {"partial_signatures", "taproot_key_path_sig"}
               for entry in node.decodepsbt(signed["psbt"])["inputs"])
    final = wallet.walletprocesspsbt(psbt)
    equal(final["complete"], True)
    equal(node.finalizepsbt(final["psbt"])["hex"], final["hex"])
    equal(wallet.walletprocesspsbt(signed["psbt"], False)["complete"], True)  # all signatures are there
    equal(wallet.walletprocesspsbt(final["psbt"]), final)
    equal(node.testmempoolaccept([final["hex"]])[0]["allowed"], True)
    return updated["psbt"]


def taproot_alone(test, node, wallet, coins):
    test.step("taproot inputs alone do without previous transactions")
    psbt = node.createpsbt([coins["bech32m"]], {ANYONE_ADDRESS: Decimal("0.999")})
    equal(fields(node, wallet.walletprocesspsbt(psbt, False)["psbt"]),
          [["taproot_bip32_derivs", "taproot_internal_key", "witness_utxo"]])
    assert "non_witness_utxo" in fields(node, wallet.walletprocesspsbt(psbt, False, "ALL|ANYONECANPAY")["psbt"])[0]


def refused(test, node, wallet, coins):
    test.step("what is refused")
    psbt = node.createpsbt([coins["bech32"]], {ANYONE_ADDRESS: Decimal("0.999")})
    fails(-22, "TX decode failed invalid base64", wallet.walletprocesspsbt, "?")
    fails(-8, "'NOSUCH' is not a valid sighash parameter.", wallet.walletprocesspsbt, psbt, True, "NOSUCH")
    missing = node.createpsbt([{**coins["bech32"], "vout": 99}], {ANYONE_ADDRESS: 1})
    fails(-25, "Inputs missing or spent", wallet.walletprocesspsbt, missing)
    half = node.combinepsbt([wallet.walletprocesspsbt(psbt, False)["psbt"]])
    equal(wallet.walletprocesspsbt(half, True, "NONE")["complete"], True)
    foreign = node.createpsbt([{"txid": "11" * 32, "vout": 0}], {ANYONE_ADDRESS: 1})
    equal(wallet.walletprocesspsbt(foreign), {"psbt": foreign, "complete": False})


def another_type(test, node, wallet, coins):
    test.step("an input that asks for another type of signature")
    psbt = wallet.walletprocesspsbt(node.createpsbt([coins["legacy"]], {ANYONE_ADDRESS: Decimal("0.999")}), False)["psbt"]
    # The field of the type, 32 bits with SIGHASH_ALL, stands after the previous transaction.
    raw = base64.b64decode(psbt)
    at = raw.index(bytes.fromhex("2206"))  # the first origin of a key
    asking = base64.b64encode(raw[:at] + bytes.fromhex("01030401000000") + raw[at:]).decode()
    equal(node.decodepsbt(asking)["inputs"][0]["sighash"], "ALL")
    fails(-22, "Specified sighash value does not match value stored in PSBT", wallet.walletprocesspsbt, asking)
    fails(-22, "Specified sighash value", wallet.walletprocesspsbt, asking, True, "NONE")
    equal(wallet.walletprocesspsbt(asking, False, "NONE")["complete"], False)
    equal(wallet.walletprocesspsbt(asking, True, "ALL")["complete"], True)


def watched(test, node, wallet, coins):
    test.step("a wallet without private keys, and one without keys")
    node.createwallet("watching", True, True)
    entries = [{"desc": entry["desc"], "timestamp": 0, "range": [0, 10]} for entry in wallet.listdescriptors()["descriptors"]]
    assert all(entry["success"] for entry in node.wallet("watching").importdescriptors(entries))
    psbt = node.createpsbt(list(coins.values()), {ANYONE_ADDRESS: Decimal("3.999")})
    told = node.wallet("watching").walletprocesspsbt(psbt)
    equal(told["complete"], False)
    equal(told["psbt"], wallet.walletprocesspsbt(psbt, False)["psbt"])
    equal(wallet.walletprocesspsbt(told["psbt"])["complete"], True)
    node.createwallet("empty", False, True)
    equal(node.wallet("empty").walletprocesspsbt(psbt), {"psbt": psbt, "complete": False})
    node.unloadwallet("watching")
    node.unloadwallet("empty")


def main(test):
    node = test.node("-strictregtest", "-fallbackfee=0.0002")
    node.createwallet("w")
    wallet = node.wallet("w")
    node.generatetoaddress(1, wallet.getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    wait_until(lambda: wallet.getbalance() == 50, what="a mature coin")
    coins = funded(node, wallet)
    each_kind(test, node, wallet, coins)
    taproot_alone(test, node, wallet, coins)
    refused(test, node, wallet, coins)
    another_type(test, node, wallet, coins)
    watched(test, node, wallet, coins)


run(main)
