#!/usr/bin/python3
"""daler and bitcoind see the same transactions and blocks, and estimate the same fee rates: each number of
estimatesmartfee and estimaterawfee, and each byte of fee_estimates.dat, which the other one then reads."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, coin, coins_of, spend  # noqa: E402
from framework import LONG, SEED, bitcoind_folder, equal, run  # noqa: E402

ROUNDS = 700 if LONG else 150
TARGETS = (1, 2, 3, 5, 6, 10, 12, 13, 20, 24, 25, 47, 48, 49, 72, 100, 144, 300, 503, 504, 505, 1008)
OPTIONS = ("-listen=0", "-connect=0", "-maxmempool=300")


class Pair:
    """Two nodes that get the same."""

    def __init__(self, test):
        self.daler = test.node("-fallbackfee=0", *OPTIONS, name="daler")
        self.core = test.node(*OPTIONS, kind="bitcoind", name="bitcoind")
        self.nodes = (self.daler, self.core)

    def call(self, method, *args):
        """Makes the same call to both."""
        return [getattr(node, method)(*args) for node in self.nodes][0]

    def mine(self, transactions=(), at=ANYONE_ADDRESS):
        """bitcoind makes a block of these transactions, given in hex or by their ids."""
        made = self.core.generateblock(at, list(transactions))["hash"]
        equal(self.daler.submitblock(self.core.getblock(made, 0)), None)

    def compare(self, context):
        # bitcoind's estimator learns of events on a thread of its own.
        self.call("syncwithvalidationinterfacequeue")
        calls = [("estimatesmartfee", target, mode) for target in TARGETS for mode in ("economical", "conservative")]
        calls += [("estimaterawfee", target, threshold) for target in TARGETS for threshold in (0, 0.3, 0.85, 0.95, 1)]
        for method, *args in calls:
            ours, theirs = (getattr(node, method)(*args) for node in self.nodes)
            equal(ours, theirs, f"{method} {args} {context}")
        return self.daler.estimatesmartfee(6)

    def files(self):
        return [(node.folder / "fee_estimates.dat").read_bytes() for node in self.nodes]


class Market:
    """Payments of random fee rates, of which blocks take the best ones, more or less."""

    def __init__(self, pair, seed):
        self.pair, self.random = pair, random.Random(seed)
        self.coins, self.waiting = [], []  # the transactions, parents before children
        pair.daler.generatetoaddress(130, ANYONE_ADDRESS)
        for height in range(1, 131):
            equal(pair.core.submitblock(pair.daler.getblock(pair.daler.getblockhash(height), 0)), None)
        self.fund = coins_of(pair.daler, 1, 30)
        self.split()

    def split(self):
        """Makes confirmed coins."""
        transaction = spend([self.fund.pop()], fee=100_000, outputs=1000)
        self.pair.mine([transaction.hex()])
        self.coins += [coin(transaction, index) for index in range(1000)]

    def fee(self, size=96):
        """Sometimes there is a crowd, sometimes there is none."""
        return max(size, int(size * self.random.lognormvariate(self.mood, 0.8)))

    def send(self):
        parents = [t for t in self.waiting[-20:] if not t.has_child]
        if parents and self.random.random() < 0.1:
            parent = self.random.choice(parents)
            parent.has_child = True
            transaction = spend([coin(parent)], fee=self.fee())
        elif self.waiting and self.random.random() < 0.05:
            return self.replace()
        else:
            transaction = spend([self.coins.pop()], fee=self.fee())
        transaction.has_child = False
        self.pair.call("sendrawtransaction", transaction.hex(), 0)
        self.waiting.append(transaction)

    def replace(self):
        old = self.random.choice(self.waiting)
        if old.has_child or any(txin.txid in {t.txid for t in self.waiting} for txin in old.inputs):
            return
        entry = self.pair.daler.getmempoolentry(old.txid)
        txin, fee = old.inputs[0], int(entry["fees"]["base"] * 100_000_000)
        new = spend([(txin.txid, txin.index, old.outputs[0].value + fee)], fee=fee * 2 + 1000)
        new.has_child = False
        self.pair.call("sendrawtransaction", new.hex(), 0)
        self.waiting[self.waiting.index(old)] = new

    def mine(self):
        share = self.random.choice((0, 0.3, 0.5, 0.7, 0.9, 1))
        rates = sorted(self.pair.daler.getmempoolentry(t.txid)["fees"]["base"] for t in self.waiting)
        lowest = rates[int(len(rates) * (1 - share))] if rates and share else float("inf")
        taken, stay, left_out = [], [], set()
        for transaction in self.waiting:
            rate = self.pair.daler.getmempoolentry(transaction.txid)["fees"]["base"]
            fits = rate >= lowest and not any(txin.txid in left_out for txin in transaction.inputs)
            (taken if fits else stay).append(transaction)
            if not fits:
                left_out.add(transaction.txid)
        # Somebody spent the coin of another one that waits.
        if stay and self.random.random() < 0.1 and not stay[0].has_child:
            gone = stay.pop(0)
            if gone.inputs[0].txid not in {t.txid for t in self.waiting}:
                txin = gone.inputs[0]
                taken.append(spend([(txin.txid, txin.index, gone.outputs[0].value)], fee=0))
            else:
                stay.insert(0, gone)
        self.pair.mine([t.hex() for t in taken])
        self.waiting = stay

    def round(self):
        self.mood = 1 + self.random.random() * 3
        if len(self.coins) < 100:
            self.split()
        for _ in range(self.random.randrange(8)):
            self.send()
        self.mine()


def learn(test, pair, market):
    test.step(f"{ROUNDS} blocks with payments, replacements, children and conflicts")
    pair.compare("without data")
    for number in range(ROUNDS):
        market.round()
        if number % 10 == 0:
            pair.compare(f"after {number + 1} blocks")
    answer = pair.compare("at the end")
    assert "feerate" in answer, answer
    test.step(f"the same estimates, such as {answer}")


def files(test, pair):
    test.step("fee_estimates.dat is equal, and each reads the other's")
    before = pair.daler.estimatesmartfee(2)
    for node in pair.nodes:
        node.stop()
    ours, theirs = pair.files()
    assert ours == theirs, "the files differ"
    (pair.daler.folder / "fee_estimates.dat").write_bytes(theirs)
    (pair.core.folder / "fee_estimates.dat").write_bytes(ours)
    for node in pair.nodes:
        node.start()
    equal(set(before), set(pair.compare("after the restart")))


def after_restart(test, pair, market):
    test.step("both go on learning, also over a reorganisation")
    for _ in range(30):
        market.round()
    pair.compare("30 blocks later")
    tip = pair.daler.tip()
    pair.call("invalidateblock", tip)
    pair.compare("without the tip")
    pair.mine()
    pair.mine()
    pair.compare("on another branch")
    market.waiting = []
    pair.call("syncwithvalidationinterfacequeue")
    equal(sorted(pair.daler.getrawmempool()), sorted(pair.core.getrawmempool()))


def main(test):
    bitcoind_folder()  # or skip
    pair = Pair(test)
    market = Market(pair, SEED)
    learn(test, pair, market)
    files(test, pair)
    after_restart(test, pair, market)


run(main)
