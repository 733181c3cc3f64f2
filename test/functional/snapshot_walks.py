#!/usr/bin/python3
"""Random sequences of what users do with a private network, snapshots and reverts among it. After each revert every
answer is what it was at the snapshot; at the end coins, balances and mempool are right."""
import random

from framework import LONG, SEED, RpcError, run
from node_state import answers, consistent, same
from ready_node import FIXTURE, ReadyNode

SEQUENCES = 200
STEPS = 12


class Walk:
    def __init__(self, node, seed, can_restart):
        self.node, self.dice = node, random.Random(seed)
        self.taken = {}  # answers by snapshot, the oldest first
        self.wallets = 0
        self.can_restart = can_restart

    def wallet(self):
        return self.node.wallet(self.dice.choice(self.node.listwallets()))

    def mine(self):
        self.node.mine(self.dice.randrange(1, 4), {"address": self.wallet().getnewaddress()})

    def pay(self):
        for _ in range(self.dice.randrange(1, 4)):
            try:
                self.wallet().sendtoaddress(self.wallet().getnewaddress(), self.dice.choice([0.1, 1, 5]))
            except RpcError as error:
                assert error.code in (-6, -4), error  # no coins

    def reorg(self):
        depth = self.dice.randrange(1, 4)
        self.node.reorg(depth, {"address": self.wallet().getnewaddress(), "transactions": self.dice.choice(["none", "all"])})

    def snapshot(self):
        name = self.node.snapshot()["name"]
        self.taken[name] = answers(self.node)

    def revert(self):
        if not self.taken:
            return
        name = self.dice.choice(list(self.taken))
        self.node.revert(name)
        while list(self.taken)[-1] != name:
            self.taken.popitem()
        same(answers(self.node), self.taken[name])

    def advancetime(self):
        self.node.advancetime(self.dice.choice([3600, 86400]))

    def new_wallet(self):
        self.wallets += 1
        self.node.createwallet(f"new{self.wallets}-{self.dice.randrange(10**9)}", load_on_startup=self.dice.random() < 0.5)

    def restart(self):
        if not self.can_restart:
            return
        self.node.restart()
        if not self.node.listwallets():
            self.node.loadwallet("main")

    def run(self):
        steps = [self.mine] * 4 + [self.pay] * 4 + [self.reorg, self.advancetime, self.new_wallet, self.restart]
        steps += [self.snapshot] * 3 + [self.revert] * 3
        for _ in range(STEPS):
            self.dice.choice(steps)()
        consistent(self.node, self.node.listwallets())


def begin(node):
    node.createwallet("main", load_on_startup=True)
    node.generatetoaddress(110, node.wallet("main").getnewaddress())
    node.snapshot("clean")


def walk(test, node, seed, can_restart):
    try:
        Walk(node, seed, can_restart).run()
    except BaseException:
        test.step(f"seed {seed}")
        raise
    node.revert("clean")


def main(test):
    count = SEQUENCES * (5 if LONG else 1)
    test.step(f"seed {SEED}, {count} sequences")
    memory = ReadyNode(test, *FIXTURE, "-keypool=20").ready()
    disk = test.node("-keypool=20", "-txindex")
    for node in (memory, disk):
        begin(node)
    for number in range(count):
        on_disk = number % 10 == 9
        walk(test, disk if on_disk else memory, SEED * 1000 + number, on_disk)
    memory.stop()


if __name__ == "__main__":
    run(main)
