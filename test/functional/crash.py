#!/usr/bin/python3
"""Kills a node 60 times, at seeded random moments, while it mines, syncs, reorganises and flushes its coins.

After each restart its coins must equal those of an empty node that reads its block files, and it must have the blocks
that it had reported as accepted before.
"""
import http.client
import random
import shutil
import threading
import time

from chainkit import ANYONE_ADDRESS, COIN, coin, coins_of, make_block, spend
from framework import FACTOR, RpcError, equal, run, wait_until

ROUNDS = 15 if FACTOR == 1 else 4  # of each kind; fewer with a sanitizer, which is slow
GONE = (OSError, http.client.HTTPException)
REORGANISATION_DEPTH = 20
CRASH_RATIO = 3


class Workload:
    """A node to kill, and the blocks that it has reported since its last restart."""

    def __init__(self, test):
        self.test = test
        self.random = random.Random(20240901)
        self.options = ["-dbcache=4", "-blocksxor=0"]
        self.node = test.node(*self.options, name="killed")
        self.node.generatetoaddress(200, ANYONE_ADDRESS)
        self.node.restart()
        self.coin_height = 0
        self.accepted, self.tip_answered = [], None
        self.replays = 0
        self.flush_crashes = 0
        self.interrupted = {}

    def next_coin(self):
        """A mature coin that no transaction of this test has spent yet."""
        self.coin_height += 1
        return coins_of(self.node, self.coin_height, self.coin_height)[0]

    def answered(self, name, is_tip=True):
        self.accepted.append(name)
        if is_tip:
            self.tip_answered = name

    def kill_after(self, seconds):
        """Kills the node when that time has passed, from a thread that the caller joins."""
        timer = threading.Timer(seconds, self.node.kill)
        timer.start()
        return timer

    def note(self, kind, running):
        """Counts the kills that came before the answer to the last request."""
        done = self.interrupted.setdefault(kind, [0, 0])
        done[0] += 1
        done[1] += running

    # What the node does when it is killed.
    def mine_until_killed(self):
        timer = self.kill_after(self.random.uniform(0.001, 0.06) * FACTOR)
        try:
            while True:
                for name in self.node.generatetoaddress(self.random.randint(1, 4), ANYONE_ADDRESS):
                    self.answered(name)
        except GONE:
            self.note("mining", True)
        timer.join()

    def sync_until_killed(self, source):
        source.generatetoaddress(600, ANYONE_ADDRESS)
        target = source.tip()
        self.node.addnode(source.address, "onetry")
        delay = self.random.uniform(0.001, 0.06) * FACTOR
        timer = self.kill_after(delay)
        tip = None
        try:
            while True:
                tip = self.node.tip()
                self.answered(tip)
        except GONE:
            self.note("syncing", tip != target)
        timer.join()

    def catch_up(self, source):
        """Waits until the source has the chain of the killed node."""
        self.node.addnode(source.address, "onetry")
        wait_until(lambda: self.node.getconnectioncount() == 1, 60, "the connection")
        wait_until(lambda: source.tip() == self.node.tip(), 60, "the source of blocks to catch up")

    def branch(self, depth, length):
        """Blocks full of transactions that fork off `depth` below the tip."""
        height = self.node.getblockcount() - depth
        previous = self.node.getblockheader(self.node.getblockhash(height))
        block_time, name = previous["time"] + 1, previous["hash"]
        open_coins, blocks = [self.next_coin()], []
        for i in range(length):
            payment = spend(open_coins, fee=5000, outputs=20)
            open_coins = [coin(payment, n) for n in range(20)]
            blocks.append(make_block(name, height + 1 + i, [payment], time=block_time + i,
                                     extra=self.random.randbytes(4)))
            name = blocks[-1].hash
        return blocks

    def reorganise(self, killer=None):
        """Submits a longer branch; `killer` is called just before the block that makes it the best."""
        blocks = self.branch(REORGANISATION_DEPTH, REORGANISATION_DEPTH + 1)
        for block in blocks[:-1]:
            equal(self.node.submitblock(block.hex()), "inconclusive")
            self.answered(block.hash, is_tip=False)
        text, name = blocks[-1].hex(), blocks[-1].hash
        if killer:
            killer()
        started = time.monotonic()
        equal(self.node.submitblock(text), None)
        self.answered(name)
        return time.monotonic() - started

    def reorganise_until_killed(self, duration):
        timers = []
        delay = self.random.uniform(0, 1.2 * duration)
        try:
            self.reorganise(lambda: timers.append(self.kill_after(delay)))
            running = False
        except GONE:
            running = True
        timers[0].join()
        self.note("reorganising", running)

    def flush_until_crash(self):
        """Fills the cache and requests flushes until -dbcrashratio ends the node during one."""
        extra = [] if self.node.kind == "daler" else ["-dbbatchsize=20000"]
        self.node.restart(f"-dbcrashratio={CRASH_RATIO}", *extra)
        try:
            for _ in range(30):
                for _ in range(2):
                    tip = self.node.getblockheader(self.node.tip())
                    fan = spend([self.next_coin()], fee=COIN // 100, outputs=3000)
                    block = make_block(tip["hash"], tip["height"] + 1, [fan], time=tip["time"] + 1)
                    equal(self.node.submitblock(block.hex()), None)
                    self.answered(block.hash)
                self.node.gettxoutsetinfo("none")
        except GONE:
            code = self.node.wait_exit()
            assert self.node.kind == "bitcoind" or code > 0, f"exit code {code}"
            self.flush_crashes += 1
            self.note("flushing", True)
            return
        raise AssertionError("the node did not crash during a flush, although -dbcrashratio is set")

    # Checks after a restart.
    def verify(self):
        self.node.start()
        if self.node.kind == "bitcoind":  # it may lose blocks that it has reported
            self.accepted, self.tip_answered = [], None
        for name in self.accepted:
            try:
                self.node.getblock(name, 0)
            except RpcError as error:
                raise AssertionError(f"block {name} was reported as accepted and is missing: {error}") from None
        if self.tip_answered:
            answered = self.node.getblockheader(self.tip_answered)
            # The node may have reorganised to a branch with more work before it could report that.
            assert answered["confirmations"] > 0 or self.node.getblockcount() > answered["height"], (
                f"the answered tip {self.tip_answered} is not in the chain")
        self.accepted, self.tip_answered = [], None
        coins = self.node.utxo()
        equal(self.replay(coins["bestblock"], coins["height"]), coins, "a replay of the block files")

    def replay(self, tip, height):
        """The coins of an empty node that reads the block files of the killed node."""
        self.replays += 1
        files = sorted((self.node.folder / "blocks").glob("blk*.dat"))
        node = self.test.node(*[f"-loadblock={path}" for path in files], "-listen=0", start=False,
                              name=f"replay{self.replays}")
        node.start()
        if node.tip() != tip:  # two branches have the same work, and either may be the best
            if self.node.kind == "daler":  # bitcoind loses blocks that are not yet in its index
                equal(node.getblockcount(), height, "height of the replay")
            elif node.getblockcount() > height:
                node.invalidateblock(node.getblockhash(height + 1))
        if node.tip() != tip:
            fork = height
            while node.getblockhash(fork - 1) != self.node.getblockhash(fork - 1):
                fork -= 1
            node.invalidateblock(node.getblockhash(fork))
        coins = node.utxo()
        node.kill()
        self.test.nodes.remove(node)
        shutil.rmtree(node.datadir)
        return coins


def main(test):
    work = Workload(test)
    test.step(f"{ROUNDS} kills while mining")
    for _ in range(ROUNDS):
        work.mine_until_killed()
        work.verify()

    test.step(f"{ROUNDS} kills while reorganising")
    duration = work.reorganise()
    for _ in range(ROUNDS):
        work.reorganise_until_killed(duration)
        work.verify()

    test.step(f"{ROUNDS} kills while syncing")
    source = test.node(name="source")
    for _ in range(ROUNDS):
        work.catch_up(source)
        for peer in work.node.getpeerinfo():
            work.node.disconnectnode("", peer["id"])
        wait_until(lambda: work.node.getconnectioncount() == 0 and source.getconnectioncount() == 0)
        work.sync_until_killed(source)
        work.verify()
    source.stop()

    test.step(f"{ROUNDS} crashes during a flush")
    for _ in range(ROUNDS):
        work.flush_until_crash()
        work.verify()

    for kind, (count, running) in work.interrupted.items():
        test.step(f"{kind}: {count} kills, {running} of them before the last answer")
    test.step(f"{work.flush_crashes} crashes during a flush")
    assert work.flush_crashes > 0
    work.node.stop()


run(main)
