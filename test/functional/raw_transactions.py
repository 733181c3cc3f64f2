#!/usr/bin/python3
"""Raw transactions: decoding, sending, testing, looking up, signing, and the verdicts on invalid ones."""
from decimal import Decimal

from chainkit import (ANYONE_ADDRESS, ANYONE_SCRIPT, COIN, Input, Output, Transaction, coin, coinbase, coins_of,
                      spend)
from framework import equal, fails, run


def decoding(test, node, coins):
    test.step("decoderawtransaction and getrawtransaction")
    payment = spend(coins[:2], outputs=3, lock_time=7)
    decoded = node.decoderawtransaction(payment.hex())
    equal((decoded["txid"], decoded["hash"], decoded["version"], decoded["locktime"]),
          (payment.txid, payment.wtxid, 2, 7))
    equal((decoded["size"], decoded["vsize"]), (len(payment.serialize()), payment.vsize))
    equal(decoded["weight"], 3 * len(payment.serialize(witness=False)) + len(payment.serialize()))
    equal(decoded["vin"][1], {"txid": coins[1][0], "vout": 0, "scriptSig": {"asm": "", "hex": ""},
                              "txinwitness": ["51"], "sequence": 0xFFFFFFFD})
    equal([output["n"] for output in decoded["vout"]], [0, 1, 2])
    script = decoded["vout"][0]["scriptPubKey"]
    equal((script["hex"], script["address"], script["type"]),
          (ANYONE_SCRIPT.hex(), ANYONE_ADDRESS, "witness_v0_scripthash"))
    assert script["asm"].startswith("0 ") and script["desc"].startswith("addr(")
    for text in ("", "00", "zz", payment.hex()[:-2], payment.hex() + "00"):
        fails(-22, "TX decode failed", node.decoderawtransaction, text)
    equal(node.decoderawtransaction(payment.serialize(witness=False).hex(), False)["txid"], payment.txid)
    fails(-5, "No such mempool transaction", node.getrawtransaction, "11" * 32)
    fails(-5, "No such transaction found in the provided block", node.getrawtransaction, "11" * 32, 0, node.tip())
    fails(-5, "Block hash not found", node.getrawtransaction, "11" * 32, 0, "22" * 32)
    block = node.getblockhash(1)
    base = node.getblock(block)["tx"][0]
    raw = node.getrawtransaction(base, False, block)
    detail = node.getrawtransaction(base, 1, block)
    equal((detail["hex"], detail["blockhash"], detail["in_active_chain"]), (raw, block, True))
    equal(detail["confirmations"], node.getblockcount())
    assert detail["vin"][0]["coinbase"]


def sending(test, node, coins):
    test.step("testmempoolaccept and sendrawtransaction")
    payment = spend([coins[0]], fee=1000)
    answer = node.testmempoolaccept([payment.hex()])[0]
    equal((answer["txid"], answer["wtxid"], answer["allowed"], answer["vsize"], answer["fees"]["base"]),
          (payment.txid, payment.wtxid, True, payment.vsize, Decimal("0.00001000")))
    equal(node.getrawmempool(), [])
    equal(node.sendrawtransaction(payment.hex()), payment.txid)
    equal(node.sendrawtransaction(payment.hex()), payment.txid, "the same transaction again")
    equal(node.testmempoolaccept([payment.hex()])[0]["reject-reason"], "txn-already-in-mempool")
    equal(node.getrawtransaction(payment.txid), payment.hex())
    equal(node.getrawtransaction(payment.txid, 1)["txid"], payment.txid)
    equal(node.gettxout(payment.txid, 0)["confirmations"], 0)
    equal(node.gettxout(payment.txid, 0, False), None)
    equal(node.gettxout(coins[0][0], 0), None)
    assert node.gettxout(coins[0][0], 0, False)
    test.step("a limit on the fee")
    rich = spend([coins[1]], fee=COIN)
    equal(node.testmempoolaccept([rich.hex()])[0]["reject-reason"], "max-fee-exceeded")
    fails(-25, "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)", node.sendrawtransaction,
          rich.hex())
    equal(node.testmempoolaccept([rich.hex()], 0)[0]["allowed"], True)
    fails(-8, "Fee rates larger than or equal to 1BTC/kvB are not accepted", node.sendrawtransaction, rich.hex(), 1)
    test.step("after it is mined")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    fails(-27, "already in utxo set", node.sendrawtransaction, payment.hex())
    equal(node.testmempoolaccept([payment.hex()])[0]["reject-reason"], "txn-already-known")
    return payment


def verdicts(test, node, coins, mined):
    test.step("the verdicts on invalid transactions")

    def rejected(transaction, reason, code=-26):
        text = transaction if isinstance(transaction, str) else transaction.hex()
        answer = node.testmempoolaccept([text], 0)[0]
        equal(answer["allowed"], False)
        expected = "missing-inputs" if reason == "bad-txns-inputs-missingorspent" else reason
        equal(answer["reject-reason"], expected)
        fails(code, reason, node.sendrawtransaction, text, 0, 21_000_000)

    fresh = coins[2]
    rejected(spend([("55" * 32, 0, COIN)]), "bad-txns-inputs-missingorspent", -25)
    rejected(spend([(coins[0][0], 5, COIN)]), "bad-txns-inputs-missingorspent", -25)
    rejected(spend([coins[0]], fee=4242), "bad-txns-inputs-missingorspent", -25)
    rejected(spend([fresh], fee=-1), "bad-txns-in-belowout")
    rejected(spend([fresh], fee=0), "min relay fee not met")
    rejected(spend([fresh, fresh]), "bad-txns-inputs-duplicate")
    rejected(spend([fresh], outputs=1, script=b"\x6a\x01\x02\x03\x04" * 40), "scriptpubkey")
    rejected(spend([fresh], version=9), "version")
    rejected(Transaction([Input(*fresh[:2])], [Output(fresh[2] - 1000), Output(10)]), "dust")
    rejected(Transaction([Input(*fresh[:2])], [Output(-1)]), "bad-txns-vout-negative")
    rejected(Transaction([Input(*fresh[:2])], [Output(21_000_001 * COIN)]), "bad-txns-vout-toolarge")
    rejected(Transaction([Input(*fresh[:2], witness=[])], []), "bad-txns-vout-empty")
    rejected(coinbase(500), "coinbase")
    rejected(spend([fresh], fee=1000, lock_time=node.getblockcount() + 10), "non-final")
    young = coins_of(node, node.getblockcount(), node.getblockcount())[0]
    rejected(spend([young]), "bad-txns-premature-spend-of-coinbase")
    locked = spend([coin(mined)])
    locked.inputs[0].sequence = 100
    rejected(locked, "non-BIP68-final")
    prefix = "mandatory" if node.kind == "daler" else "mempool"
    wrong = spend([fresh])
    wrong.inputs[0].witness = [b"\x52"]
    rejected(wrong, f"{prefix}-script-verify-flag-failed (Witness program hash mismatch)")
    small = Transaction([Input(*fresh[:2], witness=[])], [Output(fresh[2] - 1000, b"")])
    answer = node.testmempoolaccept([small.hex()])[0]
    equal((answer["allowed"], answer["reject-reason"]), (False, "scriptpubkey"))
    signed = spend([fresh])
    signed.inputs[0].script = b"\x51"
    rejected(signed, f"{prefix}-script-verify-flag-failed (Witness requires empty scriptSig)")
    fails(-22, "TX decode failed", node.sendrawtransaction, "00")
    fails(-8, "Array must contain between 1 and 25 transactions.", node.testmempoolaccept, [])
    fails(-22, "TX decode failed: 00 Make sure the tx has at least one input.", node.testmempoolaccept, ["00"])
    equal(node.getrawmempool(), [])


def packages(test, node, fresh):
    test.step("testmempoolaccept with several transactions")
    parent = spend([fresh], fee=1000, outputs=2)
    child = spend([coin(parent, 0)], fee=2000)
    answers = node.testmempoolaccept([parent.hex(), child.hex()])
    equal([answer["allowed"] for answer in answers], [True, True])
    equal([answer["wtxid"] for answer in answers], [parent.wtxid, child.wtxid])
    equal(answers[1]["fees"], {"base": Decimal("0.00002000"),
                               "effective-feerate": Decimal(2000 * 1000 // child.vsize) / COIN,
                               "effective-includes": [child.wtxid]})
    no_verdict = {"txid": child.txid, "wtxid": child.wtxid}
    equal([answer["package-error"] for answer in node.testmempoolaccept([child.hex(), parent.hex()])],
          ["package-not-sorted"] * 2)
    equal(node.testmempoolaccept([parent.hex(), parent.hex()])[0],
          {"txid": parent.txid, "wtxid": parent.wtxid, "package-error": "package-contains-duplicates"})
    other = spend([fresh], fee=5000)
    equal(node.testmempoolaccept([parent.hex(), other.hex()])[1],
          {"txid": other.txid, "wtxid": other.wtxid, "package-error": "conflict-in-package"})
    poor = spend([fresh], fee=0)
    below = spend([coin(poor)])
    answers = node.testmempoolaccept([poor.hex(), below.hex()])
    equal((answers[0]["allowed"], answers[0]["reject-reason"]), (False, "min relay fee not met"))
    equal(answers[1], {"txid": below.txid, "wtxid": below.wtxid})
    # A fee above the limit is rejected; the answer about the child has no verdict.
    answers = node.testmempoolaccept([parent.hex(), child.hex()], Decimal("0.00001"))
    equal((answers[0]["allowed"], answers[0]["reject-reason"]), (False, "max-fee-exceeded"))
    equal(answers[1], no_verdict)
    fails(-8, "Array must contain between 1 and 25 transactions.", node.testmempoolaccept, [parent.hex()] * 26)
    equal(node.testmempoolaccept([parent.hex()] * 25)[24]["package-error"], "package-contains-duplicates")
    equal(node.getrawmempool(), [])


WIF = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"  # the secret key 1
PUBLIC_KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
KEY_PROGRAM = "0014751e76e8199196d454941c45d1b3a323f1433bd6"


def signing(test, node, known):
    test.step("data about the coins in prevtxs")
    unsigned = Transaction([Input("11" * 32, 0, witness=())], [Output(1000)]).hex()
    inner = "5121" + PUBLIC_KEY + "51ae"
    in_p2sh, in_p2wsh = (node.decodescript(inner)[name] for name in ("p2sh", "segwit"))
    in_p2sh, in_p2wsh = node.validateaddress(in_p2sh)["scriptPubKey"], in_p2wsh["hex"]
    in_both = node.validateaddress(node.decodescript(inner)["segwit"]["p2sh-segwit"])["scriptPubKey"]

    def sign(script, hash_type="DEFAULT", text=unsigned, keys=(WIF,), **fields):
        told = {"txid": "11" * 32, "vout": 0, "scriptPubKey": script, **fields}
        return node.signrawtransactionwithkey(text, list(keys), [told], hash_type)

    fails(-3, f"Missing amount for CTxOut(nValue=21000000.00000000, scriptPubKey={KEY_PROGRAM[:30]})", sign,
          KEY_PROGRAM)
    for script in (in_p2sh, in_p2wsh, in_both):
        fails(-8, "Missing redeemScript/witnessScript", sign, script, amount=1)
        for field in ("redeemScript", "witnessScript"):  # either field will do
            equal(sign(script, amount=1, **{field: inner})["complete"], True)
            fails(-8, "redeemScript/witnessScript does not match scriptPubKey", sign, script, amount=1,
                  **{field: "51"})
            fails(-3, f"JSON value of type number for field {field} is not of expected type string", sign, script,
                  amount=1, **{field: 51})
        fails(-8, "redeemScript does not correspond to witnessScript", sign, script, amount=1, witnessScript=inner,
              redeemScript="51")
    fails(-22, "vout cannot be negative", sign, KEY_PROGRAM, vout=-1)
    fails(-8, "scriptPubKey must be hexadecimal string (not 'zz')", sign, "zz")
    fails(-3, "Missing scriptPubKey", sign, None)
    fails(-3, "JSON value of type string for field vout is not of expected type number", sign, inner, vout="0")
    fails(-22, "expected object with", node.signrawtransactionwithkey, unsigned, [WIF], ["text"])
    fails(-22, "Previous output scriptPubKey mismatch", node.signrawtransactionwithkey, spend([known]).hex(), [WIF],
          [{"txid": known[0], "vout": known[1], "scriptPubKey": inner}])

    test.step("existing signatures are kept")
    first = sign(KEY_PROGRAM, "SINGLE|ANYONECANPAY", amount=1)
    equal((first["complete"], "errors" in first), (True, False))
    equal(sign(KEY_PROGRAM, "ALL", first["hex"], amount=1), first)
    equal(sign(KEY_PROGRAM, "ALL", first["hex"], (), amount=1), first)
    odd = Transaction([Input("11" * 32, 0, witness=(b"preimage", bytes.fromhex("a8" + inner)))], [Output(1000)]).hex()
    program = node.decodescript("a8" + inner)["segwit"]["hex"]
    answer = sign(program, text=odd, amount=1, witnessScript="a8" + inner)
    equal((answer["complete"], answer["hex"]), (False, odd))

    test.step("spendable multisig addresses")
    fails(-8, "redeemScript exceeds size limit: 547 > 520", node.createmultisig, 1, [PUBLIC_KEY] * 16)
    fails(-8, "creation > 20\nReduce the number", node.createmultisig, 1, [PUBLIC_KEY] * 21, "bech32")
    fails(-5, 'Pubkey "" must be a hex string', node.createmultisig, 1, [""])
    for count, kind in ((15, "legacy"), (20, "bech32"), (20, "p2sh-segwit")):
        made = node.createmultisig(2, [PUBLIC_KEY] * count, kind)
        script = node.validateaddress(made["address"])["scriptPubKey"]
        equal(sign(script, amount=1, redeemScript=made["redeemScript"])["complete"], True)


def main(test):
    node = test.node()
    node.generatetoaddress(110, ANYONE_ADDRESS)
    coins = coins_of(node, 1, 8)
    decoding(test, node, coins)
    mined = sending(test, node, coins)
    verdicts(test, node, coins, mined)
    packages(test, node, coins_of(node, 9, 9)[0])
    signing(test, node, coins_of(node, 10, 10)[0])


run(main)
