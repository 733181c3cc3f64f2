#!/usr/bin/python3
"""One damaged byte in a file of real blocks: the chain ends at the block before, one line of the log names the error and
its offset, and the node keeps running. 500 random positions from a fixed seed, each with a new node.
"""
import bz2
import itertools
import random
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

from chainkit import MAGIC, framed, from_hash, records, sha256d
from framework import DEFAULT_KIND, FACTOR, Node, Skip, equal, run, vectors
from p2p import read_compact_size

FLIPS = {"framing": 100, "header": 150, "coinbase": 100, "transaction": 150}
SNAPSHOT_EVERY = 150  # number of blocks between the data folders from which the nodes start
GOOD_AFTER = 3  # good blocks after the damaged one
OPTIONS = ("-connect=0", "-assumevalid=0", "-disablewallet=1")


def transaction_starts(block):
    """The offset of each transaction of a block without witnesses, and the end of the last one."""
    count, at = read_compact_size(block, 80)
    for _ in range(count):
        yield at
        at += 4
        inputs, at = read_compact_size(block, at)
        for _ in range(inputs):
            size, at = read_compact_size(block, at + 36)
            at += size + 4
        outputs, at = read_compact_size(block, at)
        for _ in range(outputs):
            size, at = read_compact_size(block, at + 8)
            at += size
        at += 4
    yield at
    assert at == len(block)


class Flip:
    """A byte to change in the record of block `height`; `place` is its offset in the record."""

    def __init__(self, kind, height, place, mask):
        self.kind, self.height, self.place, self.mask = kind, height, place, mask

    def __str__(self):
        return f"{self.kind} byte {self.place} of the record of block {self.height}, xor {self.mask:#04x}"


def choose(blocks, generator, share):
    """The list of flips, random with a fixed seed."""
    with_payments = [height for height, block in enumerate(blocks, 1) if read_compact_size(block, 80)[0] > 1]
    flips = []
    for kind, count in FLIPS.items():
        for _ in range(max(1, int(count * share))):
            height = generator.choice(with_payments) if kind == "transaction" else generator.randint(1, len(blocks))
            starts = list(transaction_starts(blocks[height - 1]))
            first, end = {"framing": (0, 8), "header": (8, 88), "coinbase": (88, 8 + starts[1]),
                          "transaction": (8 + starts[1], 8 + starts[-1])}[kind]
            flips.append(Flip(kind, height, generator.randrange(first, end), generator.randint(1, 255)))
    return flips


class Damage:
    def __init__(self, test):
        self.test = test
        data = bz2.decompress((vectors() / "mainnet" / "blocks1-2100.dat.bz2").read_bytes())
        self.blocks = [block for _, block in records(data, MAGIC["main"])]
        self.lock = threading.Lock()
        self.numbers = itertools.count()

    def node(self, *options, datadir=None):
        with self.lock:
            node = Node(self.test, options=(*OPTIONS, *options), chain="main", datadir=datadir,
                        name=f"flip{next(self.numbers)}")
            self.test.nodes.append(node)
        return node

    def write(self, name, first, last, flip=None):
        """A file of the blocks `first` to `last`; returns its path and the offset of the damaged record."""
        path, data, offset = self.test.folder / name, bytearray(), None
        for height in range(first, last + 1):
            record = bytearray(framed(self.blocks[height - 1], MAGIC["main"]))
            if flip and flip.height == height:
                offset = len(data)
                record[flip.place] ^= flip.mask
            data += record
        path.write_bytes(data)
        return path, offset

    def snapshots(self):
        """Data folders of nodes that hold 0, 150, 300 ... blocks."""
        folder, height = self.test.folder / "snapshot0", 0
        folder.mkdir()
        self.starts = {0: folder}
        while height + SNAPSHOT_EVERY <= len(self.blocks):
            target = self.test.folder / f"snapshot{height + SNAPSHOT_EVERY}"
            shutil.copytree(folder, target)
            path, _ = self.write("chunk.dat", height + 1, height + SNAPSHOT_EVERY)
            node = self.node(f"-loadblock={path}", datadir=target).start()
            height, folder = height + SNAPSHOT_EVERY, target
            equal(node.getblockcount(), height)
            node.stop()
            for name in ("debug.log", "stdout.txt", "stderr.txt"):
                (target / name).unlink()
            self.starts[height] = target

    def check(self, flip):
        base = (flip.height - 1) // SNAPSHOT_EVERY * SNAPSHOT_EVERY
        node = self.node()
        shutil.rmtree(node.datadir)
        shutil.copytree(self.starts[base], node.datadir)
        path, offset = self.write(f"{node.name}.dat", base + 1, min(flip.height + GOOD_AFTER, len(self.blocks)), flip)
        node.start(f"-loadblock={path}", timeout=120)
        try:
            equal(node.getblockcount(), flip.height - 1, f"height after a flip of {flip}")
            self.check_log(node, flip, offset)
            if flip.place % 10 == 0:  # for some of them: the undamaged block is still accepted
                good, _ = self.write(f"{node.name}.good", flip.height, flip.height)
                node.stop()
                node.start(f"-loadblock={good}")
                assert node.getblockcount() >= flip.height, f"the good block after a flip of {flip}"
        finally:
            node.kill()
            with self.lock:
                self.test.nodes.remove(node)
        shutil.rmtree(node.datadir)
        path.unlink()

    def check_log(self, node, flip, offset):
        """Exactly one line names an offset inside the damaged record, and also the hash and height if they are known."""
        size = 8 + len(self.blocks[flip.height - 1])
        lines = []
        for line in node.log().splitlines():
            named = re.search(r"\b(?:offset|byte) (\d+)", line)
            if named and offset <= int(named.group(1)) < offset + size:
                lines.append(line)
        equal(len(lines), 1, f"lines in the log about a flip of {flip}: {lines}")
        if flip.place >= 8:
            header = bytearray(self.blocks[flip.height - 1][:80])
            if flip.place < 88:
                header[flip.place - 8] ^= flip.mask
            name = from_hash(sha256d(bytes(header)))
            assert name in lines[0], f"{lines[0]!r} does not name {name}: {flip}"
            if not 12 <= flip.place < 44:  # if the hash of the parent is damaged, the height is unknown
                assert re.search(rf"\b{flip.height}\b", lines[0]), f"{lines[0]!r} does not name the height: {flip}"


def main(test):
    if DEFAULT_KIND != "daler":
        raise Skip("only daler promises this")
    damage = Damage(test)
    damage.snapshots()
    test.step(f"{len(damage.starts)} nodes to start from")
    flips = choose(damage.blocks, random.Random(2100), 1 if FACTOR == 1 else 0.1)
    with ThreadPoolExecutor(2) as pool:
        for done, _ in enumerate(pool.map(damage.check, flips), 1):
            if done % 100 == 0:
                test.step(f"{done} of {len(flips)} flips")
    test.step(f"{len(flips)} damaged bytes, each found and named")


run(main)
