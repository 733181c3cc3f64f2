#!/usr/bin/python3
"""The faucet pays from the wallet and mines what it needs, where blocks cost nothing."""
import concurrent.futures
import json

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run


def fresh_node(test):
    test.step("on a fresh node it mines until the first coin is mature, and then nothing")
    node = test.node()
    paid = node.faucet(ANYONE_ADDRESS)
    equal((paid["blocks"], node.getblockcount()), (101, 101))
    equal(node.listwallets(), ["default"])
    sent = node.gettransaction(paid["txid"])
    equal((sent["amount"], sent["details"][0]["address"]), (-1, ANYONE_ADDRESS))
    assert paid["txid"] in node.getrawmempool()
    equal(node.faucet(ANYONE_ADDRESS, 2.5)["blocks"], 0)

    test.step("it mines as few as needed")
    equal(node.faucet(ANYONE_ADDRESS, 60)["blocks"], 1)
    text = "Insufficient funds"
    fails(-6, text, node.faucet, ANYONE_ADDRESS, 1_000_000)
    equal(node.getblockcount(), 102)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    balance = node.getbalance()
    equal(node.faucet(ANYONE_ADDRESS, balance + 20)["blocks"], 1)

    test.step("a chain of unconfirmed payments that is too long is confirmed first")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    mined = [node.faucet(ANYONE_ADDRESS, "0.01")["blocks"] for _ in range(130)]
    assert 0 < sum(mined) < 8, mined
    return node


def bad_arguments(test, node):
    test.step("arguments that are wrong")
    fails(-5, "It is an address of the main chain", node.faucet, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    fails(-8, "amount must be more than 0", node.faucet, ANYONE_ADDRESS, 0)
    height = node.getblockcount()
    fails(-6, "Transaction amount too small", node.faucet, ANYONE_ADDRESS, "0.00000001")
    equal(node.getblockcount(), height)
    fails(-3, "Amount out of range", node.faucet, ANYONE_ADDRESS, -1)
    node.createwallet("watch", True)
    fails(-4, "Private keys are disabled", node.faucet, ANYONE_ADDRESS)


def concurrency(test):
    test.step("eight faucets at the same time mine once")
    node = test.node()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        paid = list(pool.map(lambda _: node.faucet(ANYONE_ADDRESS), range(8)))
    equal(sorted(answer["blocks"] for answer in paid), [0] * 7 + [101])
    equal(len({answer["txid"] for answer in paid}), 8)
    node.stop()


def difficulty(test):
    test.step("on a chain with difficulty it mines nothing")
    file = test.folder / "hard.json"
    file.write_text(json.dumps({"name": "hard"}))
    node = test.node(chain="hard", chainfile=file)
    fails(-6, "Insufficient funds. Blocks of this chain are not free", node.faucet, node.getnewaddress())
    equal(node.getblockcount(), 0)
    node.stop()


def other_chains(test):
    test.step("a chain with other rules, and -strictregtest")
    file = test.folder / "quick.json"
    file.write_text(json.dumps({"name": "quick", "coinbase_maturity": 3, "retarget_rule": "none"}))
    node = test.node(chain="quick", chainfile=file)
    equal(node.faucet(node.getnewaddress())["blocks"], 4)
    node.stop()
    strict = test.node("-strictregtest", "-fallbackfee=0.0001")
    fails(-18, "No wallet is loaded", strict.faucet, ANYONE_ADDRESS)
    strict.createwallet("w")
    equal(strict.faucet(ANYONE_ADDRESS)["blocks"], 101)
    strict.stop()
    public = test.node(chain="signet")
    fails(-1, "faucet works on private networks only", public.faucet, ANYONE_ADDRESS)


def main(test):
    node = fresh_node(test)
    bad_arguments(test, node)
    concurrency(test)
    difficulty(test)
    other_chains(test)


run(main)
