#!/usr/bin/python3
"""Indexes: built in the background, queried by RPC, updated by reorganisations, switched off and on again, deleted, and
right after kills.
"""
import http.client
import random
import shutil
import threading

from chainkit import ANYONE_ADDRESS, ANYONE_SCRIPT, coin, coins_of, make_block, spend
from framework import FACTOR, RpcError, equal, fails, run, wait_until

ALL = ("-txindex", "-coinstatsindex", "-blockfilterindex=basic")
NAMES = ("txindex", "coinstatsindex", "basic block filter index")
GONE = (OSError, http.client.HTTPException)
KILLS = 12 if FACTOR == 1 else 3


def synced(node):
    """Waits until every index is at the tip."""
    def there():
        count, info = node.getblockcount(), node.getindexinfo()
        return info and all(entry == {"synced": True, "best_block_height": count} for entry in info.values())
    wait_until(there, 60, f"the indexes of {node.name}")


def index_contents(node):
    """The data of the indexes about the best chain."""
    out = []
    for height in range(node.getblockcount() + 1):
        name = node.getblockhash(height)
        out.append((name, node.getblockfilter(name), node.gettxoutsetinfo("muhash", height),
                    [node.getrawtransaction(txid, 1)["blockhash"] for txid in node.getblock(name)["tx"]
                     if height > 0]))
    return out


def fresh_contents(test, node):
    """The data of new indexes that another node builds from the same block files. Leaves `node` stopped."""
    node.stop()
    folder = test.folder / f"copy{len(test.nodes)}"
    shutil.copytree(node.datadir, folder, ignore=shutil.ignore_patterns("indexes", ".cookie", "*.pid"))
    other = test.node(*ALL, datadir=folder)
    synced(other)
    out = index_contents(other)
    other.stop()
    return out


def scans_of_filters(test, node):
    test.step("blocks are found by the scripts that they pay to and spend from")
    address = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202"
    wanted = [f"addr({address})"]
    equal((node.scanblocks("status"), node.scanblocks("abort")), (None, False))
    height = node.getblockcount()
    found = node.scanblocks("start", wanted, 0, height, "basic", {"filter_false_positives": True})
    equal(found, {"from_height": 0, "to_height": height, "relevant_blocks": [], "completed": True})
    block = node.generatetoaddress(1, address)[0]
    for options in ([], [0], [height + 1, None, "basic"], [0, height + 1, "basic", {"filter_false_positives": True}]):
        equal(node.scanblocks("start", wanted, *options)["relevant_blocks"], [block])
    equal(node.scanblocks("start", wanted, 0, height, "basic", {"filter_false_positives": True})["relevant_blocks"], [])
    mine = node.generatetoaddress(1, ANYONE_ADDRESS)[0]
    node.generatetoaddress(100, address)
    payment = spend(coins_of(node, height + 2, height + 2), script=bytes([0, 20, *bytes(20)]))
    spent = node.generateblock(address, [payment.hex()])["hash"]
    exact = node.scanblocks("start", [{"desc": f"raw({ANYONE_SCRIPT.hex()})"}], height + 1, None, "basic",
                            {"filter_false_positives": True})
    equal(exact["relevant_blocks"], [mine, spent])
    fails(-1, "Invalid start_height", node.scanblocks, "start", wanted, height + 200)
    fails(-1, "Invalid stop_height", node.scanblocks, "start", wanted, 5, 4)
    fails(-5, "Unknown filtertype", node.scanblocks, "start", wanted, 0, 1, "x")
    fails(-8, "Invalid action 'x'", node.scanblocks, "x")
    fails(-3, "JSON value of type null is not of expected type array", node.scanblocks, "start")


def without_indexes(test, plain, txid, tip):
    """Returns the statistics of the coins."""
    test.step("without indexes")
    equal(plain.getindexinfo(), {})
    fails(-5, "Use -txindex or provide a block hash", plain.getrawtransaction, txid)
    fails(-1, "Index is not enabled for filtertype basic", plain.getblockfilter, tip)
    fails(-1, "Index is not enabled for filtertype basic", plain.scanblocks, "start", [])
    fails(-5, "Unknown filtertype", plain.getblockfilter, tip, "nosuch")
    fails(-8, "requires coinstatsindex", plain.gettxoutsetinfo, "muhash", 5)
    return plain.gettxoutsetinfo("muhash")


def switched_on(test, plain, payment, tip, by_hand):
    test.step("indexes are switched on for an existing chain")
    plain.restart(*ALL)
    synced(plain)
    equal(list(plain.getindexinfo()), list(NAMES))
    equal(list(plain.getindexinfo("txindex")), ["txindex"])
    equal(plain.getindexinfo("nosuch"), {})
    found = plain.getrawtransaction(payment.txid, 2)
    equal((found["blockhash"], found["confirmations"], found["hex"]), (tip, 1, payment.hex()))
    assert "in_active_chain" not in found and "fee" in found and "prevout" in found["vin"][0]
    fails(-5, "No such mempool or blockchain transaction.", plain.getrawtransaction, "11" * 32)
    fails(-5, "genesis block coinbase", plain.getrawtransaction,
          plain.getblock(plain.getblockhash(0))["tx"][0])
    indexed, counted = plain.gettxoutsetinfo("muhash"), plain.gettxoutsetinfo("muhash", None, False)
    for key in ("height", "bestblock", "txouts", "bogosize", "muhash", "total_amount"):
        equal(indexed[key], counted[key])
        equal(indexed[key], by_hand[key])
    equal([str(indexed["block_info"][key]) for key in ("prevout_spent", "coinbase", "new_outputs_ex_coinbase")],
          ["50.00000000", "50.00001000", "49.99999000"])
    fails(-8, "Target block height 103 after current tip 102", plain.gettxoutsetinfo, "none", 103)
    fails(-8, "Target block height -1 is negative", plain.gettxoutsetinfo, "none", -1)
    fails(-8, "cannot be queried for a specific block", plain.gettxoutsetinfo, "hash_serialized_3", 1)
    fails(-8, "Cannot set use_index to false", plain.gettxoutsetinfo, "none", 1, False)


def new_blocks(test, plain):
    test.step("a new block is in the indexes when the call that mines it returns")
    for _ in range(20):
        name = plain.generatetoaddress(1, ANYONE_ADDRESS)[0]
        txid = plain.getblock(name)["tx"][0]
        equal(plain.getrawtransaction(txid, 1)["blockhash"], name)
        equal(plain.gettxoutsetinfo("none", name)["bestblock"], name)
        equal(sorted(plain.getblockfilter(name)), ["filter", "header"])


def failing_starts(test, plain):
    test.step("an unknown option, and a damaged index")
    plain.stop()
    assert "Unknown -blockfilterindex value extended." in plain.fails_to_start("-blockfilterindex=extended")
    (plain.folder / "indexes" / "txindex" / "CURRENT").unlink()
    text = plain.fails_to_start("-txindex")
    assert "indexes/txindex" in text and "Delete" in text, text


def deleted_indexes(test, plain):
    """Returns the contents of the new indexes. Then blocks are mined with only one of them."""
    test.step("deleted indexes are built again")
    shutil.rmtree(plain.folder / "indexes")
    plain.start(*ALL)
    synced(plain)
    expected = index_contents(plain)
    plain.restart("-txindex", "-nocoinstatsindex", "-blockfilterindex=0")
    equal(list(plain.getindexinfo()), ["txindex"])
    plain.generatetoaddress(3, ANYONE_ADDRESS)
    return expected


def catching_up(test, plain, expected):
    test.step("indexes that were switched off catch up; -reindex rebuilds them")
    plain.restart(*ALL)
    synced(plain)
    equal(index_contents(plain)[:len(expected)], expected)
    plain.stop().start("-reindex", *ALL)
    synced(plain)
    equal(index_contents(plain)[:len(expected)], expected)
    plain.stop()


def questions(test):
    plain = test.node(name="plain")
    plain.generatetoaddress(101, ANYONE_ADDRESS)
    payment = spend(coins_of(plain, 1, 1), outputs=3)
    plain.sendrawtransaction(payment.hex())
    tip = plain.generatetoaddress(1, ANYONE_ADDRESS)[0]
    by_hand = without_indexes(test, plain, payment.txid, tip)
    switched_on(test, plain, payment, tip, by_hand)
    new_blocks(test, plain)
    failing_starts(test, plain)
    expected = deleted_indexes(test, plain)
    catching_up(test, plain, expected)


class Workload:
    """A node that mines, pays and reorganises until it is killed."""

    def __init__(self, test):
        self.test, self.random = test, random.Random(158)
        self.node = test.node(*ALL, "-dbcache=4", name="killed")
        self.node.generatetoaddress(130, ANYONE_ADDRESS)
        synced(self.node)
        self.height = 0

    def payment(self):
        self.height += 1
        return spend(coins_of(self.node, self.height, self.height), fee=5000, outputs=5)

    def reorganise(self, depth):
        """Submits a branch with payments that begins `depth` below the tip and has more work."""
        header = self.node.getblockheader(self.node.getblockhash(self.node.getblockcount() - depth))
        previous, height, time = header["hash"], header["height"], header["time"]
        payment = self.payment()
        for i in range(depth + 1):
            block = make_block(previous, height + 1 + i, [payment], time=time + 1 + i, extra=self.random.randbytes(4))
            self.node.submitblock(block.hex())
            previous, payment = block.hash, spend([coin(payment)], fee=5000, outputs=3)

    def run(self):
        while True:
            try:
                self.node.sendrawtransaction(self.payment().hex())
            except RpcError as error:  # after a reorganisation another transaction may spend its coin
                assert error.code in (-25, -26, -27), error
            self.node.generatetoaddress(self.random.randint(1, 3), ANYONE_ADDRESS)
            if self.random.random() < 0.4:
                self.reorganise(self.random.randint(1, 6))

    def run_until_killed(self):
        timer = threading.Timer(self.random.uniform(0.01, 0.5) * FACTOR, self.node.kill)
        timer.start()
        try:
            self.run()
        except GONE:
            pass
        timer.join()


def main(test):
    questions(test)

    test.step("a reorganisation")
    workload = Workload(test)
    node = workload.node
    scans_of_filters(test, node)
    lost = node.getblock(node.tip())["tx"][0]
    stale = node.tip()
    before = node.gettxoutsetinfo("muhash", stale)
    synced(node)  # an index has the stale block only if it saw it while it was the tip
    workload.reorganise(5)
    synced(node)
    equal(node.getrawtransaction(lost, 1)["confirmations"], 0)
    equal(node.gettxoutsetinfo("muhash", stale), before)
    assert node.getblockfilter(stale)
    equal(index_contents(node), fresh_contents(test, node))
    node.start()

    test.step(f"{KILLS} kills")
    for i in range(KILLS):
        workload.run_until_killed()
        node.start()
        synced(node)
        if i % 4 == 3:
            info = node.gettxoutsetinfo("muhash")
            counted = node.gettxoutsetinfo("muhash", None, False)
            equal(info["muhash"], counted["muhash"])
            equal(index_contents(node), fresh_contents(test, node))
            node.start()
    test.step(f"height {node.getblockcount()}")


run(main)
