#!/usr/bin/python3
"""Payments that spend unconfirmed change pay for the transactions before them, so that all together have the asked rate."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, run

COIN = 100_000_000


def rate_with_ancestors(node, txid):
    entry = node.getmempoolentry(txid)
    return entry["fees"]["ancestor"] * COIN / entry["ancestorsize"]


def own_rate(node, txid):
    entry = node.getmempoolentry(txid)
    return entry["fees"]["modified"] * COIN / entry["vsize"]


def near(value, wanted):
    """Signatures are sometimes shorter than was assumed."""
    assert wanted <= value <= wanted * Decimal("1.02"), f"{value} instead of {wanted}"


def one_coin(node, name):
    """A wallet with one confirmed coin."""
    node.createwallet(name)
    wallet = node.wallet(name)
    node.wallet("rich").sendtoaddress(wallet.getnewaddress(), 10, fee_rate=30)
    node.generatetoaddress(6, ANYONE_ADDRESS)
    return wallet


def chain_of_payments(test, node):
    test.step("a chain of change: each payment pays for all before it")
    wallet = one_coin(node, "chain")
    first = wallet.sendtoaddress(ANYONE_ADDRESS, 1, fee_rate=2)
    near(own_rate(node, first), 2)
    second = wallet.sendtoaddress(ANYONE_ADDRESS, 1, fee_rate=5)
    near(rate_with_ancestors(node, second), 5)
    assert own_rate(node, second) > 7
    third = wallet.sendtoaddress(ANYONE_ADDRESS, 1, fee_rate=20)
    near(rate_with_ancestors(node, third), 20)
    # Those before it are paid for already. A lower rate adds nothing for them.
    fourth = wallet.sendtoaddress(ANYONE_ADDRESS, 1, fee_rate=10)
    near(own_rate(node, fourth), 10)


def subtracted(test, node):
    test.step("recipients who pay the fee pay for the parents, too")
    wallet = one_coin(node, "subtracted")
    wallet.sendtoaddress(ANYONE_ADDRESS, 1, fee_rate=2)
    txid = wallet.sendtoaddress(ANYONE_ADDRESS, 1, "", "", True, fee_rate=20)
    near(rate_with_ancestors(node, txid), 20)
    paid = next(entry for entry in wallet.gettransaction(txid)["details"] if entry["category"] == "send")
    equal(paid["amount"] + paid["fee"], -1)


def common_parent(test, node):
    test.step("several coins of one parent pay for it once")
    wallet = one_coin(node, "common")
    wallet.sendmany("", {wallet.getnewaddress(): 2 for _ in range(4)}, fee_rate=2)
    txid = wallet.sendtoaddress(ANYONE_ADDRESS, Decimal("9.9"), fee_rate=20)
    equal(len(node.getrawtransaction(txid, 1)["vin"]), 5)
    near(rate_with_ancestors(node, txid), 20)


def given_inputs(test, node):
    test.step("a given input is paid for as well")
    wallet = one_coin(node, "given")
    parent = wallet.sendtoaddress(ANYONE_ADDRESS, 1, fee_rate=2)
    coin, = wallet.listunspent(0)
    raw = node.createrawtransaction([{"txid": coin["txid"], "vout": coin["vout"]}], {ANYONE_ADDRESS: 2})
    signed = wallet.signrawtransactionwithwallet(wallet.fundrawtransaction(raw, {"fee_rate": 20})["hex"])
    txid = node.sendrawtransaction(signed["hex"])
    equal(node.getmempoolentry(txid)["depends"], [parent])
    near(rate_with_ancestors(node, txid), 20)


def main(test):
    node = test.node("-fallbackfee=0.0002")
    node.createwallet("rich")
    node.generatetoaddress(4, node.wallet("rich").getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    chain_of_payments(test, node)
    subtracted(test, node)
    common_parent(test, node)
    given_inputs(test, node)


if __name__ == "__main__":
    run(main)
