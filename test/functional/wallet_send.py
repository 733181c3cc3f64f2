#!/usr/bin/python3
"""send, sendall and walletcreatefundedpsbt: what they answer, and that what they make can be mined."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run

ELSEWHERE = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
OTHER = "mkHS9ne12qx9pS9VojpwU5xtRd4T7X7ZUt"
COIN = 100_000_000


def rate(node, txid):
    entry = node.getmempoolentry(txid)
    return entry["fees"]["base"] * COIN / entry["vsize"]


def outpoint(coin):
    return {"txid": coin["txid"], "vout": coin["vout"]}


def paid(node, txid, address):
    outputs = node.getrawtransaction(txid, 1)["vout"]
    return sum(out["value"] for out in outputs if out["scriptPubKey"].get("address") == address)


def sends(test, node, wallet):
    test.step("send broadcasts, at the rate that was asked for")
    answer = wallet.send({ELSEWHERE: 1, OTHER: 2}, None, "unset", 10)
    equal(list(answer), ["txid", "complete"])
    assert answer["complete"] and answer["txid"] in node.getrawmempool()
    equal([paid(node, answer["txid"], address) for address in (ELSEWHERE, OTHER)], [1, 2])
    assert 10 <= rate(node, answer["txid"]) < Decimal("10.2")
    equal(wallet.gettransaction(answer["txid"])["amount"], -3)
    by_name = wallet.send(outputs=[{ELSEWHERE: 1}], fee_rate=5)
    assert 5 <= rate(node, by_name["txid"]) < Decimal("5.2")
    data = wallet.send([{ELSEWHERE: 1}, {"data": "0123"}], fee_rate=5)
    assert any(out["scriptPubKey"]["hex"] == "6a020123" for out in node.getrawtransaction(data["txid"], 1)["vout"])


def not_added(test, node, wallet):
    test.step("send makes a transaction or a PSBT that is not sent")
    before = node.getrawmempool()
    answer = wallet.send({ELSEWHERE: 1}, options={"add_to_wallet": False, "fee_rate": 5})
    equal(list(answer), ["psbt", "txid", "hex", "complete"])
    equal(node.getrawmempool(), before)
    equal(node.decoderawtransaction(answer["hex"])["txid"], answer["txid"])
    equal(node.testmempoolaccept([answer["hex"]])[0]["allowed"], True)
    psbt = wallet.send({ELSEWHERE: 1}, options={"psbt": True, "fee_rate": 5})
    assert psbt["complete"] and node.finalizepsbt(psbt["psbt"])["complete"]
    equal(node.getrawmempool(), before)


def options(test, node, wallet):
    test.step("options of send")
    coin = max(wallet.listunspent(), key=lambda coin: coin["amount"])
    answer = wallet.send({ELSEWHERE: 1}, options={
        "inputs": [outpoint(coin)], "add_inputs": False, "change_address": OTHER, "change_position": 0,
        "subtract_fee_from_outputs": [0], "fee_rate": 20, "locktime": 7, "replaceable": False, "psbt": True})
    tx = node.decodepsbt(answer["psbt"])["tx"]
    equal([outpoint(vin) for vin in tx["vin"]], [outpoint(coin)])
    equal(tx["vin"][0]["sequence"], 0xfffffffe)
    equal(tx["locktime"], 7)
    equal((tx["vout"][0]["scriptPubKey"]["address"], tx["vout"][0]["value"]), (OTHER, coin["amount"] - 1))
    assert tx["vout"][1]["value"] < 1
    wallet.send({ELSEWHERE: 1}, options={"lock_unspents": True, "psbt": True, "inputs": [outpoint(coin)], "fee_rate": 5})
    equal(wallet.listlockunspent(), [outpoint(coin)])
    wallet.lockunspent(True)
    fails(-8, "Use fee_rate (sat/vB) instead of feeRate", wallet.send, {ELSEWHERE: 1}, options={"feeRate": "0.001"})
    fails(-8, "Use change_address instead of changeAddress", wallet.send, {ELSEWHERE: 1}, options={"changeAddress": OTHER})
    fails(-8, "Specify estimate_mode", wallet.send, {ELSEWHERE: 1}, 3)
    fails(-8, "Pass the fee_rate either as an argument, or in the options object, but not both", wallet.send,
          {ELSEWHERE: 1}, None, "unset", 5, {"fee_rate": 5})
    fails(-4, "Insufficient funds", wallet.send, {ELSEWHERE: 100_000})


def funded_psbts(test, node, wallet):
    test.step("a funded PSBT is signed, sent and mined")
    made = wallet.walletcreatefundedpsbt([], [{ELSEWHERE: 3}], 0, {"fee_rate": 10})
    equal(list(made), ["psbt", "fee", "changepos"])
    decoded = node.decodepsbt(made["psbt"])
    equal(decoded["fee"], made["fee"])
    assert all("bip32_derivs" in one or "taproot_bip32_derivs" in one for one in decoded["inputs"])
    plain = node.decodepsbt(wallet.walletcreatefundedpsbt([], [{ELSEWHERE: 3}], 0, {}, False)["psbt"])
    assert not any("bip32_derivs" in one for one in plain["inputs"])
    signed = wallet.walletprocesspsbt(made["psbt"])
    assert signed["complete"]
    txid = node.sendrawtransaction(signed["hex"])
    assert 10 <= rate(node, txid) < Decimal("10.2")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(wallet.gettransaction(txid)["confirmations"], 1)
    fails(-8, "TX must have at least one output", wallet.walletcreatefundedpsbt, [], [])


def watch_only(test, node, wallet):
    test.step("a wallet without private keys makes a PSBT, which the one with the keys signs")
    node.createwallet("watch", True)
    watch = node.wallet("watch")
    public = [{"desc": entry["desc"], "timestamp": "now", "active": True, "internal": entry["internal"], "range": [0, 20]}
              for entry in wallet.listdescriptors()["descriptors"]]
    assert all(answer["success"] for answer in watch.importdescriptors(public))
    watch.rescanblockchain()
    answer = watch.send({ELSEWHERE: 1}, fee_rate=5)
    equal(list(answer), ["psbt", "complete"])
    equal(answer["complete"], False)
    signed = wallet.walletprocesspsbt(answer["psbt"])
    assert signed["complete"] and node.sendrawtransaction(signed["hex"]) in node.getrawmempool()


def everything(test, node, wallet):
    test.step("sendall spends everything, shared by the recipients without amounts")
    node.createwallet("all")
    all_of = node.wallet("all")
    amounts = [1, 2, 3, Decimal("0.00000700"), Decimal("0.00000701")]
    wallet.sendmany("", {all_of.getnewaddress("", kind): amount
                         for amount, kind in zip(amounts, ("legacy", "p2sh-segwit", "bech32", "bech32m", "bech32"))})
    node.generatetoaddress(1, ANYONE_ADDRESS)
    coins = sorted(all_of.listunspent(), key=lambda coin: coin["amount"])
    fails(-8, "Must provide at least one address without a specified amount", all_of.sendall, [{ELSEWHERE: 1}])
    fails(-8, "Cannot combine send_max with specific inputs.", all_of.sendall, [ELSEWHERE],
          options={"send_max": True, "inputs": [outpoint(coins[0])]})
    fails(-8, "Cannot combine minconf or maxconf with specific inputs.", all_of.sendall, [ELSEWHERE],
          options={"minconf": 1, "inputs": [outpoint(coins[0])]})
    fails(-8, f"Input not found. UTXO ({'00' * 31}01:0) is not part of wallet.", all_of.sendall, [ELSEWHERE],
          options={"inputs": [{"txid": "00" * 31 + "01", "vout": 0}]})
    fails(-8, "Invalid minconf (minconf cannot be negative): -1", all_of.sendall, [ELSEWHERE], options={"minconf": -1})
    fails(-8, "Fee rate (0.500 sat/vB) is lower than the minimum fee rate setting (1.000 sat/vB)", all_of.sendall,
          [ELSEWHERE], fee_rate=Decimal("0.5"))
    fails(-6, "Assigned more value to outputs than available funds.", all_of.sendall, [ELSEWHERE, {OTHER: 7}], fee_rate=5)
    fails(-6, "Insufficient funds for fees after creating specified outputs.", all_of.sendall,
          [ELSEWHERE, {OTHER: Decimal("6.00001400")}], fee_rate=5)
    fails(-6, "Dynamically assigned remainder results in dust output.", all_of.sendall,
          [ELSEWHERE, {OTHER: Decimal("5.99991")}], fee_rate=20)
    fails(-8, f"Specified output amount to {OTHER} is below dust threshold.", all_of.sendall,
          [ELSEWHERE, {OTHER: Decimal("0.00000100")}], fee_rate=5)
    fails(-6, "Total value of UTXO pool too low to pay for transaction. Try using lower feerate or excluding uneconomic "
          "UTXOs with 'send_max' option.", all_of.sendall, [ELSEWHERE], fee_rate=20,
          options={"inputs": [outpoint(coins[0])]})
    economic = all_of.sendall([ELSEWHERE], fee_rate=30, options={"send_max": True, "psbt": True})
    equal(len(node.decodepsbt(economic["psbt"])["tx"]["vin"]), 3)
    all_of.lockunspent(False, [outpoint(coins[0])])
    answer = all_of.sendall([ELSEWHERE, {OTHER: 1}, ANYONE_ADDRESS], fee_rate=10)
    equal(list(answer), ["txid", "complete"])
    tx = node.getrawtransaction(answer["txid"], 1)
    equal(len(tx["vin"]), 4)
    equal(paid(node, answer["txid"], OTHER), 1)
    shares = [out["value"] * COIN for out in tx["vout"] if out["scriptPubKey"]["address"] != OTHER]
    assert 0 <= shares[0] - shares[1] <= 1, shares
    assert 10 <= rate(node, answer["txid"]) < Decimal("10.2")
    equal([outpoint(coin) for coin in all_of.listunspent(0)], [])
    all_of.lockunspent(True)
    equal([outpoint(coin) for coin in all_of.listunspent(0)], [outpoint(coins[0])])


def main(test):
    node = test.node("-fallbackfee=0.0002")
    node.createwallet("w")
    wallet = node.wallet("w")
    for kind in ("legacy", "p2sh-segwit", "bech32", "bech32m"):
        node.generatetoaddress(2, wallet.getnewaddress("", kind))
    node.generatetoaddress(100, ANYONE_ADDRESS)
    sends(test, node, wallet)
    not_added(test, node, wallet)
    options(test, node, wallet)
    everything(test, node, wallet)
    funded_psbts(test, node, wallet)
    watch_only(test, node, wallet)


if __name__ == "__main__":
    run(main)
