#!/usr/bin/python3
"""`snapshot`, `revert`, `listsnapshots`, `dropsnapshot`."""
import threading

from framework import RpcError, equal, fails, run, sync_blocks, sync_mempools, wait_until
from node_state import answers as usual_answers
from node_state import consistent, same
from ready_node import FIXTURE, ReadyNode

INDEXES = ("-txindex", "-blockfilterindex", "-coinstatsindex")


def answers(node):
    """With the fee statistics, which a killed node loses."""
    return usual_answers(node) | {"fees": [node.estimaterawfee(target, 0.5) for target in (1, 6, 25)]}


def prepare(node):
    """A node with two wallets, mature coins, payments in the mempool, and settings of all kinds."""
    node.createwallet("a", load_on_startup=True)
    node.createwallet("b")
    a, b = node.wallet("a"), node.wallet("b")
    node.generatetoaddress(110, a.getnewaddress("mining"))
    for amount in (1, 2, 3):
        a.sendtoaddress(b.getnewaddress("paid"), amount)
    node.mine(1, {"address": a.getnewaddress()})
    child = b.sendtoaddress(a.getnewaddress(), 4)
    b.sendtoaddress(a.getnewaddress(), 1)
    node.prioritisetransaction(child, 0, 5000)
    coin = a.listunspent()[0]
    a.lockunspent(False, [{"txid": coin["txid"], "vout": coin["vout"]}])
    node.setautomine("off")
    node.setfeeestimate(0.0005, 6)
    node.advancetime(1000)


def disturb(node):
    """Changes everything."""
    a, b = node.wallet("a"), node.wallet("b")
    a.lockunspent(True)
    for _ in range(5):
        a.sendtoaddress(b.getnewaddress("later"), 1)
    node.mine(2, {"address": a.getnewaddress()})
    node.advancetime(5000)
    node.reorg(3, {"transactions": "all", "address": b.getnewaddress()})
    node.createwallet("c")
    node.wallet("c").getnewaddress()
    b.sendtoaddress(node.wallet("c").getnewaddress(), 1)
    node.mine(3, {"address": a.getnewaddress()})
    node.unloadwallet("a", False)
    b.setlabel(b.getnewaddress(), "label")
    node.prioritisetransaction("11" * 32, 0, 7)
    node.setautomine("5m", {"address": b.getnewaddress()})
    b.sendtoaddress(b.getnewaddress(), 0.5)
    node.setfeeestimate(0.002)


def check_round_trips(test, node):
    prepare(node)
    taken = node.snapshot("start")
    equal((taken["name"], taken["height"], taken["hash"]), ("start", 111, node.getbestblockhash()))
    before = answers(node)
    for number in (1, 2):
        disturb(node)
        later = node.snapshot()
        equal(later["name"], "1")
        equal([s["name"] for s in node.listsnapshots()], ["start", "1"])
        done = node.revert("start")
        equal(done["wallets"], [{"name": "c", "newname": f"c.reverted-{number}"}])
        equal(done["dropped"], ["1"])
        equal((done["height"], done["hash"]), (111, taken["hash"]))
        assert "warning" not in done, done
        same(answers(node), before)
        equal([s["name"] for s in node.listsnapshots()], ["start"])
    node.loadwallet("c.reverted-1")
    node.unloadwallet("c.reverted-1")
    consistent(node, ("a", "b"))
    # An earlier one is not touched by reverting to a later one.
    node.mine(1, {"address": node.wallet("a").getnewaddress()})
    middle = node.snapshot()["name"]
    at_middle = answers(node)
    node.mine(1, {"address": node.wallet("a").getnewaddress()})
    equal(node.revert()["name"], middle)
    same(answers(node), at_middle)
    node.revert("start")
    same(answers(node), before)
    equal(len(node.listsnapshots()), 1)


def disturb_blocks(node):
    node.mine(4, {"address": node.wallet("a").getnewaddress()})


def check_restart(test, node):
    """A snapshot survives restarts; a revert, too, and neither restart nor -reindex brings blocks back."""
    node.revert("start")
    before = answers(node)
    disturb(node)
    later = node.getbestblockhash()
    node.restart()
    equal(node.listwallets(), [])
    node.revert("start")
    same(answers(node), before)
    mempool = sorted(node.getrawmempool())
    for options in ((), ("-reindex",), ("-reindex-chainstate",)):
        node.restart(*options)
        equal((node.listwallets(), node.getbestblockhash()), (["a"], before["blocks"][-1]))
        fails(-5, "Block not found", node.getblock, later)
        equal(len(node.getchaintips()), 1)
        equal(sorted(node.getrawmempool()), mempool)
    disturb_blocks(node)
    node.kill().start()
    # mempool.dat is that of the revert.
    node.revert("start")
    same(answers(node), before)


def check_same_block_again(node):
    node.revert("start")
    address = node.wallet("a").getnewaddress()
    hashes = node.mine(2, {"address": address})["blocks"]
    blocks = [node.getblock(each, 0) for each in hashes]
    node.revert("start")
    fails(-5, "Block not found", node.getblock, hashes[0])
    equal([tip["status"] for tip in node.getchaintips() if tip["hash"] in hashes], [])
    for block in blocks:
        equal(node.submitblock(block), None)
    equal(node.getbestblockhash(), hashes[-1])
    node.revert("start")


def check_waiting_call(node):
    node.revert("start")
    node.mine(3, {"address": node.wallet("a").getnewaddress()})
    found = []
    waiting = threading.Thread(target=lambda: found.append(node.waitfornewblock(60000)))
    waiting.start()
    wait_until(lambda: any(c["method"] == "waitfornewblock" for c in node.getrpcinfo()["active_commands"]), 30, "the call")
    node.revert("start")
    waiting.join()
    equal(found[0]["height"], 111)


def check_errors(test, node):
    fails(-1, "There is a snapshot \"start\". Drop it first", node.snapshot, "start")
    for name in ("", "a/b", "a" * 65, "ä"):
        fails(-1, "A name has 1 to 64 letters", node.snapshot, name)
    fails(-1, "There is no snapshot \"none\"", node.revert, "none")
    fails(-1, "There is no snapshot \"../start\"", node.revert, "../start")
    fails(-1, "There is no snapshot \"none\"", node.dropsnapshot, "none")
    node.snapshot("other")
    equal(node.dropsnapshot("other"), None)
    equal([s["name"] for s in node.listsnapshots()], ["start"])
    file = node.folder / "snapshots" / "start.snapshot"
    good = file.read_bytes()
    before = answers(node)
    file.write_bytes(good[:-10] + bytes(10))
    fails(-1, "is damaged", node.revert, "start")
    same(answers(node), before)
    file.write_bytes(good)
    public = test.node("-connect=0", chain="main")
    for method in ("snapshot", "listsnapshots"):
        fails(-1, "private", getattr(public, method))
    public.stop()


def check_without_wallets(test):
    node = test.node("-disablewallet", "-listen=0")
    address = "bcrt1q6z64a43mjgkcq0ul2znwneq3spghrlau9slefp"
    node.generatetoaddress(3, address)
    node.snapshot()
    node.generatetoaddress(3, address)
    equal(node.revert()["blocks"], 3)
    equal(node.getblockcount(), 3)
    node.stop()


def check_peers(test):
    """Peers send the later blocks again, unless all nodes revert while the network is off."""
    nodes = [test.node(), test.node()]
    first, second = nodes
    first.connect(second)
    first.createwallet("w")
    first.generatetoaddress(101, first.getnewaddress())
    sync_blocks(nodes)
    for node in nodes:
        node.snapshot("start")
    first.generatetoaddress(5, first.getnewaddress())
    txid = first.sendtoaddress(first.getnewaddress(), 1)
    sync_blocks(nodes)
    sync_mempools(nodes)
    assert second.address in str(first.getpeerinfo()) or first.address in str(first.getpeerinfo())
    done = second.revert("start")
    equal(done["blocks"], 5)
    assert "may send them again" in done["warning"], done
    first.generatetoaddress(1, first.getnewaddress())
    sync_blocks(nodes)
    equal(second.getblockcount(), 107)
    # Together.
    for node in nodes:
        node.setnetworkactive(False)
    for node in nodes:
        wait_until(lambda: not node.getpeerinfo(), 30, "no peers")
        equal(node.revert("start")["height"], 101)
    for node in nodes:
        node.setnetworkactive(True)
    first.connect(second)
    equal((txid in first.getrawmempool(), first.getblockcount(), second.getblockcount()), (False, 101, 101))
    second.generatetoaddress(2, first.getnewaddress())
    sync_blocks(nodes)
    equal(first.getblockcount(), 103)
    for node in nodes:
        node.stop()


def check_busy_node(test):
    """Payments, blocks of a peer and of automatic mining come while snapshots are taken and reverted: none is half done."""
    node, peer = test.node(), test.node()
    node.connect(peer)
    for name in ("a", "b"):
        node.createwallet(name)
    node.generatetoaddress(120, node.wallet("a").getnewaddress())
    peer.createwallet("p")
    sync_blocks([node, peer])
    ended = threading.Event()
    problems = []

    def repeat(action):
        while not ended.is_set():
            try:
                action()
            except RpcError as error:
                # No coins, a tip that has gone, a name that is taken.
                if error.code not in (-6, -4, -25, -1):
                    problems.append(error)

    def pay():
        node.wallet("a").sendtoaddress(node.wallet("b").getnewaddress(), 0.01)

    def mine():
        peer.generatetoaddress(1, peer.getnewaddress())

    node.setautomine("tx", {"address": node.wallet("a").getnewaddress()})
    threads = [threading.Thread(target=repeat, args=(action,)) for action in (pay, mine, node.getblockchaininfo)]
    for thread in threads:
        thread.start()
    for _ in range(15):
        taken = node.snapshot("busy")
        done = node.revert("busy")
        equal((done["hash"], done["height"]), (taken["hash"], taken["height"]))
        node.dropsnapshot("busy")
    ended.set()
    for thread in threads:
        thread.join()
    equal(problems, [])
    node.setautomine("off")
    # Two branches may have equal work.
    peer.generatetoaddress(2, peer.getnewaddress())
    sync_blocks([node, peer])
    consistent(node, ("a", "b"))
    peer.stop()
    node.restart()
    for name in ("a", "b"):
        node.loadwallet(name)
    consistent(node, ("a", "b"))
    node.stop()


def check_pruned(test):
    """Blocks that a revert needs are not pruned."""
    node = test.node("-prune=1", "-fastprune")
    node.createwallet("w")
    address = node.getnewaddress()
    node.generatetoaddress(400, address)
    taken = node.snapshot()
    for _ in range(4):
        node.generatetoaddress(300, address)
    equal(node.pruneblockchain(1000) < taken["height"], True)
    node.revert()
    equal(node.getbestblockhash(), taken["hash"])
    consistent(node)
    node.dropsnapshot("1")
    node.stop()


def main(test):
    test.step("on disk")
    node = test.node(*INDEXES)
    check_round_trips(test, node)
    check_same_block_again(node)
    check_waiting_call(node)
    check_errors(test, node)
    test.step("restarts")
    check_restart(test, node)
    test.step("in memory")
    memory = ReadyNode(test, *FIXTURE, *INDEXES).ready()
    check_round_trips(test, memory)
    check_same_block_again(memory)
    memory.stop()
    check_without_wallets(test)
    test.step("peers")
    check_peers(test)
    test.step("a busy node")
    check_busy_node(test)
    test.step("pruning")
    check_pruned(test)


if __name__ == "__main__":
    run(main)
