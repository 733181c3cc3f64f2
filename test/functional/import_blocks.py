#!/usr/bin/python3
"""-loadblock with real mainnet blocks and all script checks: in order, in random order, with garbage between the blocks,
and interrupted."""
import bz2
import signal
import time

from chainkit import MAGIC, framed, from_hash, records, sha256d
from framework import equal, run, vectors, wait_until

HEIGHT = 2100
TIP = "00000000d5092034c3a92473d42f28e3fd279f0652e2d5b0049c7d40fcbc990b"
GENESIS = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
OPTIONS = ("-connect=0", "-assumevalid=0")
COINS = 2030
COINS_HASH = "3e85469a1be66feecae70d4d5e5c6621662827c55052690bb4325193d67bf593"  # computed by bitcoind


def in_order(test, path):
    """Returns the node, which is stopped, and its coins."""
    test.step("import of 2100 blocks")
    node = test.node(*OPTIONS, start=False, chain="main", name="main")
    started = time.monotonic()
    node.start(f"-loadblock={path}", timeout=120)
    test.step(f"took {time.monotonic() - started:.2f} s")
    equal((node.getblockcount(), node.tip()), (HEIGHT, TIP))
    equal(node.getblockhash(0), GENESIS)
    first, second = node.getblockheader(node.getblockhash(2015)), node.getblockheader(node.getblockhash(2016))
    equal((first["bits"], second["bits"]), ("1d00ffff", "1d00ffff"))
    coins = node.utxo()
    equal(coins["hash_serialized_3"], COINS_HASH)
    equal((coins["txouts"], coins["total_amount"]), (COINS, 50 * HEIGHT))
    node.restart()
    equal(node.utxo(), coins)
    node.restart(f"-loadblock={path}")
    equal(node.utxo(), coins, "after the same import again")
    node.stop()
    return node, coins


def missing_file(test, node):
    test.step("a missing file")
    node.start("-loadblock=/nonexistent/file.dat")
    node.expect_log("/nonexistent/file.dat")
    equal(node.tip(), TIP)
    node.stop()


def interrupted(test, path, coins):
    test.step("the process is ended in the middle of an import")
    other = test.node(*OPTIONS, start=False, chain="main", name="interrupted")
    other.wait_for_mempool = False
    other.start(f"-loadblock={path}")
    other.process.send_signal(signal.SIGTERM)
    equal(other.wait_exit(), 0)
    other.start(f"-loadblock={path}")
    other.kill()
    other.wait_for_mempool = True
    other.start(f"-loadblock={path}")
    equal(other.utxo(), coins)
    other.stop()


def random_order(test, path, blocks, coins):
    test.step("blocks before their parents in the file")
    shuffled = []
    for i in range(0, HEIGHT, 50):
        shuffled += reversed(blocks[i:i + 50])
    path.write_bytes(b"".join(framed(block, MAGIC["main"]) for block in shuffled))
    third = test.node(*OPTIONS, f"-loadblock={path}", chain="main", name="shuffled")
    wait_until(lambda: third.getblockcount() == HEIGHT, 60, "all blocks")
    equal(third.utxo(), coins)
    third.stop()


def garbage(test, path, blocks):
    test.step("garbage before, between and after the blocks")
    junk = b"\x00" * 5000 + MAGIC["main"][:3] + b"junk" + MAGIC["main"] + b"\xff\xff\xff\xff"
    path.write_bytes(junk + b"".join(framed(block, MAGIC["main"]) + b"\0" * 7 for block in blocks[:200]) + junk)
    fourth = test.node(*OPTIONS, f"-loadblock={path}", chain="main", name="junk")
    equal(fourth.getblockcount(), 200)
    fourth.stop()


def main(test):
    data = bz2.decompress((vectors() / "mainnet" / "blocks1-2100.dat.bz2").read_bytes())
    blocks = [block for _, block in records(data, MAGIC["main"])]
    equal(len(blocks), HEIGHT, "blocks in the file")
    equal(from_hash(sha256d(blocks[-1][:80])), TIP)
    path = test.folder / "blocks.dat"
    path.write_bytes(data)
    node, coins = in_order(test, path)
    missing_file(test, node)
    interrupted(test, path, coins)
    if node.kind == "daler":
        random_order(test, path, blocks, coins)
    garbage(test, path, blocks)


run(main)
