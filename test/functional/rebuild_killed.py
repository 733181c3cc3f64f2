#!/usr/bin/python3
"""After a kill, a rebuild (-reindex, -reindex-chainstate) continues at the next start, without the option."""
import time

from chainkit import ANYONE_ADDRESS, coins_of, make_block, spend
from framework import DEFAULT_KIND, FACTOR, Skip, equal, run, wait_until

BLOCKS = 700
FORK = 20
INDEXES = ("-txindex", "-coinstatsindex", "-blockfilterindex")
# Small block files, and a cache so small that coins are flushed during the rebuild.
OPTIONS = ("-fastprune", "-dbcache=4", *INDEXES)


def grow(node):
    """Makes a chain in many small files, with payments and a stale branch."""
    node.generatetoaddress(150, ANYONE_ADDRESS)
    for height in range(1, 31):
        tip = node.getblockheader(node.tip())
        fan = spend(coins_of(node, height, height), fee=10_000, outputs=100)
        block = make_block(tip["hash"], tip["height"] + 1, [fan], time=tip["time"] + 1)
        equal(node.submitblock(block.hex()), None)
    node.generatetodescriptor(FORK, node.getdescriptorinfo("raw(52)")["descriptor"])
    lost = node.getblockhash(node.getblockcount() - FORK + 1)
    node.invalidateblock(lost)
    node.generatetoaddress(BLOCKS - node.getblockcount(), ANYONE_ADDRESS)
    node.reconsiderblock(lost)
    wait_until(lambda: all(index["synced"] for index in node.getindexinfo().values()), what="the indexes")


class Rebuilds:
    def __init__(self, node):
        self.node = node
        self.expected = self.contents()
        self.resumed = 0  # kills before the end
        self.begin = 0  # offset in the log at which the lines of the current process begin

    def contents(self):
        tips = sorted(tip["hash"] for tip in self.node.getchaintips())
        return self.node.utxo(), tips, self.node.gettxoutsetinfo("muhash")["muhash"]

    def marker(self):
        return self.node.folder / "blocks" / "reindex"

    def kill_when(self, option, condition):
        """Starts a rebuild and kills it as soon as `condition(log)` holds."""
        self.node.stop()
        before = len(self.node.log())
        self.node.spawn(*option)
        deadline = time.monotonic() + 60 * FACTOR
        while not condition(self.node.log()[before:]):
            assert self.node.running(), f"the node ended without a kill: {self.node.stderr()}"
            assert time.monotonic() < deadline, "the condition for the kill did not occur"
        self.node.kill()

    def verify(self):
        self.resumed += self.marker().exists()
        self.node.start()
        assert not self.marker().exists(), "the rebuild has not ended"
        wait_until(lambda: all(index["synced"] for index in self.node.getindexinfo().values()), what="the indexes")
        equal(self.contents(), self.expected)

    def connected(self):
        """The number of blocks that the current process has connected."""
        return self.node.log()[self.begin:].count("UpdateTip: new best=")

    def kill_again_and_again(self):
        """Kills a rebuild several times, a little later each time."""
        self.node.stop()
        self.begin = len(self.node.log())
        self.node.spawn("-reindex")
        for count in range(100, BLOCKS, 150):
            wait_until(lambda n=count: self.connected() >= n or "Ready after" in self.node.log()[self.begin:],
                       what=f"{count} blocks")
            self.node.kill()
            self.begin = len(self.node.log())
            self.node.spawn()
        self.node.kill()


def main(test):
    if DEFAULT_KIND != "daler":
        raise Skip("only daler promises this")
    node = test.node(*OPTIONS)
    grow(node)
    work = Rebuilds(node)
    files = sorted((node.folder / "blocks").glob("blk*.dat"))
    assert len(files) >= 4, files

    moments = [("the marker exists", lambda log: work.marker().exists()),
               ("the index is gone", lambda log: not (node.folder / "blocks" / "index" / "CURRENT").exists()
                or "Reading" in log)]
    moments += [(f"{path.name} is read", lambda log, name=path.name: f"/{name}" in log) for path in files]
    moments += [(f"height {h} is reached", lambda log, h=h: f" height={h} " in log)
                for h in range(50, BLOCKS, 130)]
    for what, condition in moments:
        test.step(f"-reindex, killed when {what}")
        work.kill_when(["-reindex"], condition)
        work.verify()
    assert work.resumed >= 5, f"only {work.resumed} kills came before the end"

    for height in (1, 100, 300, 500, 650):
        test.step(f"-reindex-chainstate, killed at height {height}")
        work.kill_when(["-reindex-chainstate"], lambda log, h=height: f" height={h} " in log)
        work.verify()
    test.step(f"{len(moments) + 5} kills, {work.resumed} while the files were read")

    test.step("a rebuild that is killed several times")
    work.kill_again_and_again()
    work.verify()
    node.stop()


run(main)
