#!/usr/bin/python3
"""The methods for partially signed transactions: two signers spend a multisig output and others, through creator, updater,
signers, combiner and extractor; then errors, and the methods that join, convert and combine."""
import base64
import json
from decimal import Decimal

from chainkit import ANYONE_ADDRESS, COIN, Input, Output, Transaction, coins_of, next_block
from framework import equal, fails, run, vectors

WIF = ("cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA", "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87K7XCyj5v")
EMPTY = "cHNidP8BAD0CAAAAARERERERERERERERERERERERERERERERERERERERERERAAAAAAD9////AQDh9QUAAAAAAVEAAAAAAAAA"


def public(node, text):
    return node.getdescriptorinfo(text)["descriptor"]


def descriptors(node, *known):
    """Three descriptors, with the private keys in `known`."""
    keys = [wif if wif in known else public(node, f"pk({wif})")[3:-10] for wif in WIF]
    return [f"wsh(multi(2,{keys[0]},{keys[1]}))", f"tr({keys[0]})", f"sh(wpkh({keys[1]}))"]


def paid(node, texts, coin):
    """A transaction that pays a coin to each descriptor."""
    scripts = [node.validateaddress(node.deriveaddresses(public(node, text))[0])["scriptPubKey"] for text in texts]
    outputs = [Output(COIN, bytes.fromhex(script)) for script in scripts]
    return Transaction([Input(*coin[:2])], outputs + [Output(coin[2] - len(outputs) * COIN - 1000)])


def two_signers(test, node):
    test.step("two signers")
    texts = descriptors(node)
    funding = paid(node, texts, coins_of(node, 1, 1)[0])
    node.submitblock(next_block(node, [funding], fees=1000).hex())
    inputs = [{"txid": funding.txid, "vout": index} for index in range(len(texts))]
    created = node.createpsbt(inputs, {ANYONE_ADDRESS: Decimal("2.999")})
    equal([entry["next"] for entry in node.analyzepsbt(created)["inputs"]], ["updater"] * 3)
    updated = node.utxoupdatepsbt(created, texts)
    shown = node.decodepsbt(updated)
    equal([sorted(entry) for entry in shown["inputs"]],
          [["bip32_derivs", "witness_script", "witness_utxo"], ["taproot_bip32_derivs", "taproot_internal_key",
           "witness_utxo"], ["bip32_derivs", "redeem_script", "witness_utxo"]])
    equal(shown["fee"], Decimal("0.001"))
    equal(node.analyzepsbt(updated)["next"], "updater")  # the taproot input names no signer

    parts = [node.descriptorprocesspsbt(updated, descriptors(node, wif)) for wif in WIF]
    equal([part["complete"] for part in parts], [False, False])
    combined = node.combinepsbt([part["psbt"] for part in parts])
    analysis = node.analyzepsbt(combined)
    equal((analysis["next"], analysis["fee"]), ("finalizer", Decimal("0.001")))
    kept = node.finalizepsbt(combined, False)
    equal(sorted(kept), ["complete", "psbt"])
    equal(node.analyzepsbt(kept["psbt"])["next"], "extractor")
    final = node.finalizepsbt(combined)
    equal((final["complete"], final), (True, node.finalizepsbt(kept["psbt"])))
    equal(analysis["estimated_vsize"], node.decoderawtransaction(final["hex"])["vsize"])
    everyone = node.descriptorprocesspsbt(updated, descriptors(node, *WIF))
    equal((everyone["complete"], everyone["hex"]), (True, final["hex"]))
    unfinished = node.descriptorprocesspsbt(updated, descriptors(node, *WIF), "ALL", False, False)
    equal((unfinished["complete"], "hex" in unfinished), (False, False))

    test.step("conversions")
    fails(-22, "Inputs must not have scriptSigs and scriptWitnesses", node.converttopsbt, final["hex"])
    fails(-22, "TX decode failed", node.converttopsbt, "00")
    equal(node.converttopsbt(final["hex"], True), created)
    txid = node.sendrawtransaction(final["hex"])
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(node.gettxout(txid, 0)["confirmations"], 1)


def previous_transactions(test, node):
    test.step("previous transactions come from the mempool")
    text = f"pkh({WIF[0]})"
    funding = paid(node, [text], coins_of(node, 2, 2)[0])
    node.sendrawtransaction(funding.hex())
    created = node.createpsbt([{"txid": funding.txid, "vout": 0}], {ANYONE_ADDRESS: Decimal("0.999")})
    updated = node.decodepsbt(node.utxoupdatepsbt(created))
    equal(updated["inputs"][0]["non_witness_utxo"]["txid"], funding.txid)
    result = node.descriptorprocesspsbt(created, [{"desc": text}])
    equal(node.testmempoolaccept([result["hex"]])[0]["allowed"], True)


def combined_transactions(test, node):
    test.step("combinerawtransaction")
    keys = [public(node, f"pk({wif})")[3:-10] for wif in WIF]
    text = f"sh(multi(2,{keys[0]},{keys[1]}))"
    funding = paid(node, [text], coins_of(node, 3, 3)[0])
    node.sendrawtransaction(funding.hex())
    unsigned = node.createrawtransaction([{"txid": funding.txid, "vout": 0}], {ANYONE_ADDRESS: Decimal("0.999")})
    known = {"txid": funding.txid, "vout": 0, "scriptPubKey": funding.outputs[0].script.hex(),
             "redeemScript": node.createmultisig(2, keys)["redeemScript"]}
    halves = [node.signrawtransactionwithkey(unsigned, [wif], [known])["hex"] for wif in WIF]
    for order in (halves, halves[::-1], [unsigned, *halves, unsigned]):
        equal(node.testmempoolaccept([node.combinerawtransaction(order)])[0]["allowed"], True)
    equal(node.combinerawtransaction([unsigned]), unsigned)
    fails(-22, "Missing transactions", node.combinerawtransaction, [])
    fails(-22, "TX decode failed for tx 1. Make sure the tx has at least one input.", node.combinerawtransaction,
          [unsigned, "00"])
    fails(-25, "Input not found or already spent", node.combinerawtransaction,
          [node.createrawtransaction([{"txid": "11" * 32, "vout": 0}], {})])


def errors(test, node):
    test.step("errors")
    for method in (node.decodepsbt, node.analyzepsbt, node.finalizepsbt, node.utxoupdatepsbt):
        fails(-22, "TX decode failed invalid base64", method, "*")
        fails(-22, "TX decode failed DataStream::read(): end of data: iostream error", method, "")
    fails(-8, "Parameter 'txs' cannot be empty", node.combinepsbt, [])
    other = node.createpsbt([{"txid": "22" * 32, "vout": 4}], {})
    fails(-8, "PSBTs not compatible (different transactions)", node.combinepsbt, [EMPTY, other])
    fails(-8, "At least two PSBTs are required to join PSBTs.", node.joinpsbts, [EMPTY])
    fails(-8, f"Input {'11' * 32}:0 exists in multiple PSBTs", node.joinpsbts, [EMPTY, EMPTY])
    joined = node.decodepsbt(node.joinpsbts([EMPTY, other]))["tx"]["vin"]
    equal(sorted(entry["txid"] for entry in joined), ["11" * 32, "22" * 32])
    fails(-8, "'x' is not a valid sighash parameter.", node.descriptorprocesspsbt, EMPTY, [], "x")
    fails(-8, "Scan object needs to be either a string or an object", node.utxoupdatepsbt, EMPTY, [5])
    fails(-5, "Cannot derive script without private keys", node.utxoupdatepsbt, EMPTY,
          [public(node, "wpkh(tprv8ZgxMBicQKsPenEEQHUwyT3Smi8aipi3BMYeFNyKyuCBs11z9om951X83FPREmDMjyJiEe13S23mfn66B3Wk8U"
                        "zaw3WhAt8K1vGyb9pTT4Y/0h)")[:-9]])
    analysis = node.analyzepsbt(EMPTY)
    equal(analysis, {"inputs": [{"has_utxo": False, "is_final": False, "next": "updater"}], "next": "updater"})


def published(test, node):
    rows = json.loads((vectors() / "core" / "rpc_psbt.json").read_text())
    test.step("published PSBTs")
    for text in rows["valid"]:
        equal(base64.b64decode(text)[:5], b"psbt\xff")
        node.decodepsbt(text)
    for text in rows["invalid"]:
        fails(-22, "TX decode failed", node.decodepsbt, text)
    for row in rows["creator"]:
        equal(node.createpsbt(row["inputs"], row["outputs"], 0, False), row["result"])


def main(test):
    node = test.node("-strictregtest")
    node.generatetoaddress(110, ANYONE_ADDRESS)
    two_signers(test, node)
    previous_transactions(test, node)
    combined_transactions(test, node)
    errors(test, node)
    published(test, node)


run(main)
