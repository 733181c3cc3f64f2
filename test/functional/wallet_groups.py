#!/usr/bin/python3
"""listaddressgroupings."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, run


def main(test):
    node = test.node("-fallbackfee=0.0002")
    node.createwallet("w")
    wallet = node.wallet("w")
    equal(wallet.listaddressgroupings(), [])

    test.step("addresses that were paid are alone")
    first, second = wallet.getnewaddress("first"), wallet.getnewaddress()
    node.generatetoaddress(1, first)
    node.generatetoaddress(1, second)
    equal(sorted(wallet.listaddressgroupings()), sorted([[[first, Decimal(0), "first"]], [[second, Decimal(0), ""]]]))
    node.generatetoaddress(101, ANYONE_ADDRESS)
    equal(sorted(wallet.listaddressgroupings()), sorted([[[first, Decimal(50), "first"]], [[second, Decimal(50), ""]]]))

    test.step("coins that are spent together, and their change, are one group")
    other = wallet.getnewaddress("other")
    txid = wallet.sendtoaddress(other, 70)
    change = next(output["scriptPubKey"]["address"] for output in wallet.gettransaction(txid, True, True)["decoded"]["vout"]
                  if output["value"] != 70)
    groups = sorted(wallet.listaddressgroupings(), key=len)
    equal(groups[0], [[other, Decimal(70), "other"]])
    equal(sorted(entry[0] for entry in groups[1]), sorted([first, second, change]))
    left = {entry[0]: entry[1:] for entry in groups[1]}
    fee = -wallet.gettransaction(txid)["fee"]
    equal((left[first], left[second], left[change]), ([Decimal(0), "first"], [Decimal(0), ""], [30 - fee]))


run(main)
