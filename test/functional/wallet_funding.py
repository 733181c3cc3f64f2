#!/usr/bin/python3
"""Transactions whose coins the wallet chooses, and that somebody signs later."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run

TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
ELSEWHERE = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"


def outpoint(coin):
    return {"txid": coin["txid"], "vout": coin["vout"]}


def keeps(test, node, wallet, coins):
    test.step("what is given stays")
    given = [{**outpoint(coin), "sequence": 5 + n} for n, coin in enumerate(coins[:2])]
    raw = node.createrawtransaction(given, [{ELSEWHERE: 4}, {"data": "00"}], 33)
    funded = wallet.fundrawtransaction(raw, {"changePosition": 1, "fee_rate": 10})
    tx = node.decoderawtransaction(funded["hex"])
    equal([(one["txid"], one["vout"], one["sequence"]) for one in tx["vin"][:2]],
          [(one["txid"], one["vout"], one["sequence"]) for one in given])
    equal((tx["locktime"], tx["vout"][0]["value"], tx["vout"][2]["value"], funded["changepos"]), (33, 4, 0, 1))
    signed = wallet.signrawtransactionwithwallet(funded["hex"])
    equal(signed["complete"], True)
    size = node.decoderawtransaction(signed["hex"])["vsize"]
    assert size * 10 <= funded["fee"] * 10**8 <= (size + 1) * 10, (size, funded)
    equal(node.testmempoolaccept([signed["hex"]])[0]["allowed"], True)
    paid = wallet.fundrawtransaction(raw, {"subtractFeeFromOutputs": [0], "changePosition": 2, "fee_rate": 10})
    equal(node.decoderawtransaction(paid["hex"])["vout"][0]["value"], 4 - paid["fee"])


def change(test, node, wallet, coins):
    test.step("change")
    raw = node.createrawtransaction([], [{ELSEWHERE: 1}])
    addresses = set()
    for kind in TYPES:
        funded = wallet.fundrawtransaction(raw, {"change_type": kind, "changePosition": 0})
        output = node.decoderawtransaction(funded["hex"])["vout"][0]["scriptPubKey"]
        equal(wallet.getaddressinfo(output["address"])["ischange"], True)
        addresses.add(output["address"])
    again = wallet.fundrawtransaction(raw, {"change_type": "bech32m", "changePosition": 0})
    addresses.add(node.decoderawtransaction(again["hex"])["vout"][0]["scriptPubKey"]["address"])
    equal(len(addresses), 5, "different change addresses")
    mine = wallet.getnewaddress()
    funded = wallet.fundrawtransaction(raw, {"changeAddress": mine, "changePosition": 1})
    equal(node.decoderawtransaction(funded["hex"])["vout"][1]["scriptPubKey"]["address"], mine)
    exact = node.createrawtransaction([outpoint(coins[0])], [{ELSEWHERE: coins[0]["amount"]}])
    equal(wallet.fundrawtransaction(exact, {"subtractFeeFromOutputs": [0], "add_inputs": False})["changepos"], -1)


def limits(test, node, wallet, coins):
    test.step("which coins, and how heavy")
    raw = node.createrawtransaction([], [{ELSEWHERE: 9}])
    fails(-4, "Insufficient funds", wallet.fundrawtransaction, raw, {"maxconf": 1})
    fails(-4, "Insufficient funds", wallet.fundrawtransaction, raw, {"minconf": 100})
    fails(-8, "maxconf can't be lower than minconf: 1 < 2", wallet.fundrawtransaction, raw, {"minconf": 2, "maxconf": 1})
    fails(-4, "Maximum transaction weight must be between 260 and 400000", wallet.fundrawtransaction, raw,
          {"max_tx_weight": 259})
    fails(-4, "Maximum transaction weight is too low, can not accommodate change output", wallet.fundrawtransaction, raw,
          {"max_tx_weight": 260})
    large = node.createrawtransaction([], [{ELSEWHERE: 40}])
    fails(-4, "The inputs size exceeds the maximum weight.", wallet.fundrawtransaction, large, {"max_tx_weight": 600})
    light = wallet.fundrawtransaction(raw, {"max_tx_weight": 2000})
    signed = node.decoderawtransaction(wallet.signrawtransactionwithwallet(light["hex"])["hex"])
    assert signed["weight"] <= 2000, signed["weight"]
    one = node.createrawtransaction([outpoint(coins[0])], [{ELSEWHERE: 9}])
    fails(-4, "The preselected coins total amount does not cover the transaction target.",
          wallet.fundrawtransaction, one, {"add_inputs": False})


def one_type(test, node, wallet):
    test.step("types are not mixed if one suffices")
    for amount in (1, 2, 3):
        raw = node.createrawtransaction([], [{ELSEWHERE: amount}])
        for _ in range(5):
            tx = node.decoderawtransaction(wallet.fundrawtransaction(raw)["hex"])
            spent = [wallet.gettransaction(one["txid"], True, True)["decoded"]["vout"][one["vout"]] for one in tx["vin"]]
            equal(len({output["scriptPubKey"]["type"] for output in spent}), 1, "types of addresses")


def locks(test, node, wallet, coins):
    test.step("locked coins")
    raw = node.createrawtransaction([outpoint(coins[0])], [{ELSEWHERE: "0.5"}])
    wallet.fundrawtransaction(raw, {"lockUnspents": True, "add_inputs": False})
    assert outpoint(coins[0]) in wallet.listlockunspent()
    wallet.fundrawtransaction(raw, {"add_inputs": False})  # given inputs may be locked


def main(test):
    node = test.node("-fallbackfee=0.0002")
    node.createwallet("w")
    wallet = node.wallet("w")
    node.generatetoaddress(12, wallet.getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    wallet.sendmany("", {wallet.getnewaddress("", kind): Decimal(n + 2) for n, kind in enumerate(TYPES * 3)})
    node.generatetoaddress(6, ANYONE_ADDRESS)
    for coin in wallet.listunspent():
        if coin["amount"] > 14:
            wallet.lockunspent(False, [outpoint(coin)], True)
    coins = sorted(wallet.listunspent(), key=lambda coin: coin["amount"])
    keeps(test, node, wallet, coins)
    change(test, node, wallet, coins)
    limits(test, node, wallet, coins)
    one_type(test, node, wallet)
    locks(test, node, wallet, coins)


if __name__ == "__main__":
    run(main)
