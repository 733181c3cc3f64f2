#!/usr/bin/python3
"""An abandoned payment does not come back in place of the payment that took its coin."""
from chainkit import ANYONE_ADDRESS
from framework import equal, run, wait_until


def one_coin(node, name):
    node.createwallet(name, load_on_startup=True)
    wallet = node.wallet(name)
    node.wallet("rich").sendtoaddress(wallet.getnewaddress(), 5)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    return wallet


def comes_back(test, node):
    test.step("an abandoned payment with a high fee, and another one with its coin in a block that goes away")
    wallet = one_coin(node, "w")
    node.restart("-walletbroadcast=0")
    old = wallet.sendtoaddress(ANYONE_ADDRESS, 1, fee_rate=100)
    wallet.abandontransaction(old)
    new = wallet.sendtoaddress(ANYONE_ADDRESS, 2, fee_rate=5)
    equal(wallet.gettransaction(new)["walletconflicts"], [old])
    node.restart()
    wait_until(lambda: node.getrawmempool() == [new], what="the new payment")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    wait_until(lambda: wallet.gettransaction(old)["confirmations"] < 0, what="the conflict")
    node.invalidateblock(node.tip())
    wait_until(lambda: wallet.gettransaction(old)["confirmations"] == 0, what="the end of the conflict")
    node.generateblock(ANYONE_ADDRESS, [])
    node.syncwithvalidationinterfacequeue()
    equal(node.getrawmempool(), [new])
    node.unloadwallet("w")
    node.loadwallet("w")
    equal(node.getrawmempool(), [new])
    return old, new


def main(test):
    node = test.node("-fallbackfee=0.0002")
    node.createwallet("rich", load_on_startup=True)
    node.generatetoaddress(1, node.wallet("rich").getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    comes_back(test, node)


run(main)
