#!/usr/bin/python3
"""The node learns from payments and blocks what fee rates confirm, also over restarts, and wallets use it."""
import os
import time
from decimal import Decimal

from chainkit import ANYONE_ADDRESS, coin, coins_of, spend
from framework import equal, fails, run, wait_until

NO_ESTIMATE = {"errors": ["Insufficient data or no feerate found"], "blocks": 0}
HOUR = 3600
RATE = 30_000  # satoshis for 1000 virtual bytes


def learn(node, blocks, coins):
    """Blocks that confirm two payments each."""
    for _ in range(blocks):
        for _ in range(2):
            node.sendrawtransaction(spend([coins.pop()], fee=RATE * 96 // 1000).hex())
        node.generatetoaddress(1, ANYONE_ADDRESS)


def filled_blocks(test, node):
    test.step("without data there is no estimate; once blocks have been filled there is one")
    node.generatetoaddress(101, ANYONE_ADDRESS)
    equal(node.estimatesmartfee(6), NO_ESTIMATE)
    first = spend(coins_of(node, 1, 1), fee=100_000, outputs=200)
    node.sendrawtransaction(first.hex())
    node.generatetoaddress(1, ANYONE_ADDRESS)
    coins = [coin(first, index) for index in range(200)]
    learn(node, 20, coins)
    rate = spend([coins[0]], fee=1).vsize
    equal(node.estimatesmartfee(2), {"feerate": Decimal(RATE * 96 // 1000 * 1000 // rate) / 10**8, "blocks": 2})
    equal(node.estimatesmartfee(100)["blocks"], 10)
    equal(node.estimatesmartfee(6, "conservative")["feerate"], node.estimatesmartfee(2)["feerate"])
    return coins


def statistics(test, node):
    test.step("estimaterawfee")
    raw = node.estimaterawfee(6, 0.9)
    equal(list(raw), ["short", "medium", "long"])
    short = raw["short"]
    equal((short["decay"], short["scale"], short["errors"] if "errors" in short else None), (Decimal("0.962"), 1, None))
    equal(short["pass"]["withintarget"], short["pass"]["totalconfirmed"])
    equal(list(node.estimaterawfee(13)), ["medium", "long"])
    equal(list(node.estimaterawfee(1008)), ["long"])
    fails(-8, "Invalid threshold", node.estimaterawfee, 6, 1.5)
    fails(-8, "Invalid conf_target, must be between 1 and 1008", node.estimaterawfee, 1009)


def wallet(test, node):
    test.step("wallets use the estimate, and what the user set comes before it")
    node.createwallet("w")
    node.generatetoaddress(1, node.getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    sent = node.sendtoaddress(ANYONE_ADDRESS, 1, verbose=True)
    entry = node.getmempoolentry(sent["txid"])
    equal(round(entry["fees"]["base"] / entry["vsize"] * 1000, 6), round(node.estimatesmartfee(6)["feerate"], 6))
    assert "Target" in sent["fee_reason"], sent
    node.setfeeestimate("0.002")
    equal(node.estimatesmartfee(6), {"feerate": Decimal("0.002"), "blocks": 6})
    node.setfeeestimate(0)


def restarts(test, node):
    test.step("the file keeps what was learned, unless it is old, damaged or not wanted")
    file = node.folder / "fee_estimates.dat"
    learned = node.estimatesmartfee(6)
    node.restart()
    equal(node.estimatesmartfee(6), learned)
    old = time.time() - 61 * HOUR
    node.stop()
    good = file.read_bytes()
    os.utime(file, (old, old))
    node.start("-acceptstalefeeestimates")
    equal(node.estimatesmartfee(6), learned)
    node.stop()
    for content, when in ((good, old), (good[:-1], None), (b"", None), (None, None)):
        file.unlink()
        if content is not None:
            file.write_bytes(content)
            os.utime(file, when and (when, when))
        node.start()
        equal(node.estimatesmartfee(6), NO_ESTIMATE)
        node.stop()
    equal(len(file.read_bytes()), len(good))
    node.start("-blocksonly")
    fails(-32603, "Fee estimation disabled", node.estimatesmartfee, 6)
    fails(-32603, "Fee estimation disabled", node.estimaterawfee, 6)
    node.stop()
    file.write_bytes(good)
    node.start()


def hourly(test, node, coins):
    test.step("the file is written each hour, so that a killed node loses little")
    file = node.folder / "fee_estimates.dat"
    start = int(time.time())
    before = file.read_bytes()
    learn(node, 1, coins)
    equal(file.read_bytes(), before)
    node.setmocktime(start + HOUR + 60)
    learn(node, 1, coins)
    wait_until(lambda: file.read_bytes() != before, what="the file to be written")
    raw = node.estimaterawfee(25)
    node.kill().start()
    equal({name: found.get("feerate") for name, found in node.estimaterawfee(25).items()},
          {name: found.get("feerate") for name, found in raw.items()})


def behind(test, node, coins):
    test.step("a node whose chain is hours old does not learn")
    def counted_when_sent():
        before = node.estimaterawfee(1)["short"]["fail"]["inmempool"]
        node.sendrawtransaction(spend([coins.pop()]).hex())
        node.generateblock(ANYONE_ADDRESS, [])
        return node.estimaterawfee(1)["short"]["fail"]["inmempool"] - before

    equal(counted_when_sent(), 1)
    node.setmocktime(node.getblockheader(node.tip())["time"] + 4 * HOUR)
    equal(counted_when_sent(), 0)


def public(test):
    test.step("on public chains an old file is never read")
    node = test.node("-connect=0", chain="signet")
    equal(node.estimatesmartfee(6), NO_ESTIMATE)
    node.stop()
    assert "acceptstalefeeestimates is not supported on signet chain." in node.fails_to_start("-acceptstalefeeestimates")


def main(test):
    node = test.node("-fallbackfee=0")
    coins = filled_blocks(test, node)
    statistics(test, node)
    wallet(test, node)
    restarts(test, node)
    hourly(test, node, coins)
    behind(test, node, coins)
    node.stop()
    public(test)


run(main)
