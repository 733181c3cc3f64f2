#!/usr/bin/python3
"""`setautomine`, `getautomine`, `-automine`: a node that mines by itself."""
from framework import equal, fails, run, stays, sync_blocks, wait_until


def grown(node, height):
    wait_until(lambda: node.getblockcount() >= height, 60, f"height {height}")


def check_transactions(node, peer):
    """A transaction of this node or of a peer is confirmed at once; no block without one."""
    equal(node.setautomine("tx")["when"], "tx")
    height = node.getblockcount()
    txid = node.sendtoaddress(peer.getnewaddress(), 2)
    wait_until(lambda: node.gettransaction(txid)["confirmations"] == 1, 30, "its block")
    wait_until(lambda: peer.getbalance() == 2, 30, "the payment")
    txid = peer.sendtoaddress(node.getnewaddress(), 1)
    wait_until(lambda: peer.gettransaction(txid)["confirmations"] >= 1, 30, "its block")
    wait_until(lambda: node.getmempoolinfo()["size"] == 0, 30, "an empty mempool")
    stays(lambda: node.getblockcount() == height + 2, 0.3, "two blocks")
    equal(node.getautomine()["blocks"], 2)


def check_burst(node, peer):
    """Transactions that come at once are in one block."""
    node.setautomine("off")
    height = node.getblockcount()
    burst = [node.sendtoaddress(peer.getnewaddress(), 1) for _ in range(10)]
    equal(node.getblockcount(), height)
    node.setautomine("tx")
    wait_until(lambda: node.gettransaction(burst[-1])["confirmations"] > 0, 30, "the block")
    equal(node.getblockcount(), height + 1)
    equal(len(node.getblock(node.tip())["tx"]), 11)


def check_timer(node):
    address = node.getnewaddress()
    state = node.setautomine("1s", {"address": address})
    equal((state["when"], state["address"]), ("1s", address))
    height = node.getblockcount()
    grown(node, height + 2)
    paid = node.getblock(node.tip(), 2)["tx"][0]["vout"][0]["scriptPubKey"]["address"]
    equal(paid, address)
    node.setautomine("poisson:1s")
    equal("address" in node.getautomine(), False)
    grown(node, node.getblockcount() + 2)
    node.setautomine("off")
    height = node.getblockcount()
    stays(lambda: node.getblockcount() == height, 1.2, "the height")


def check_kept(node):
    node.setautomine("tx,5m")
    node.restart()
    equal(node.getautomine()["when"], "tx,300s")
    node.restart("-automine=off")
    equal(node.getautomine()["when"], "off")
    (node.folder / "automine.json").write_text("{}")
    node.restart()
    equal(node.getautomine()["when"], "off")
    node.expect_log("automine.json is ignored")
    node.restart("-automine=1s")
    node.loadwallet("w") if "w" not in node.listwallets() else None
    grown(node, node.getblockcount() + 1)
    node.setautomine("off")
    assert "-automine: \"10\" does not say when to mine" in node.stop().fails_to_start("-automine=10")
    node.start()


def check_errors(node):
    for wrong in ("", "10", "ten", "0s", "tx,tx", "tx,", "poisson:", "poisson:1s,poisson:2s", "off,tx", "1s,2s", "9999h"):
        fails(-8, "does not say when to mine", lambda wrong=wrong: node.setautomine(wrong))
    fails(-8, "not an address", node.setautomine, "tx", {"address": "x"})
    fails(-8, "threads must be from 1", node.setautomine, "tx", {"threads": 0})
    fails(-8, "cpu would fill the disk", node.setautomine, "cpu")


def check_no_wallet(test):
    """An error is told, in the log once; the node goes on."""
    node = test.node("-automine=1s", "-nowallet")
    wait_until(lambda: "error" in node.getautomine(), 30, "the error")
    node.createwallet("late")
    grown(node, 1)
    equal("error" in node.getautomine(), False)
    equal(node.log().count("No block was mined"), 1)


def check_cpu(test):
    """On a chain with difficulty: the threads find blocks, and the rate is measured."""
    chainfile = test.folder / "hard.json"
    chainfile.write_text(f'{{"name": "hard", "pow_limit": "0000{"ff" * 30}", "block_spacing": 10}}')
    node = test.node(chainfile=chainfile, chain="hard")
    node.createwallet("w")
    node.setautomine("cpu", {"threads": 2})
    grown(node, 2)
    state = wait_until(lambda: (state := node.getautomine())["hashespersecond"] > 0 and state, 30, "the rate")
    equal(state["threads"], 2)
    node.setautomine("off")
    test.step("mine and reorg where blocks need work")
    short = node.mine(2, {"maxtries": 1})
    assert short["blocks"] == [] and "Only 0 of 2" in short["warning"], short
    equal(len(node.mine(2)["blocks"]), 2)
    tip = node.tip()
    fails(-25, "not finished within `maxtries` hashes", node.reorg, 2, {"maxtries": 1000})
    equal(node.tip(), tip)
    done = node.reorg(2)
    equal((done["blocks"][-1], done["entered"]), (node.tip(), 3))
    node.stop()


def check_forks(test):
    """Several nodes that mine at random agree in the end."""
    nodes = [test.node("-automine=poisson:1s") for _ in range(3)]
    for node in nodes:
        node.createwallet("w")
    for one, other in ((0, 1), (1, 2)):
        nodes[one].connect(nodes[other])
    grown(nodes[0], 6)
    for node in nodes:
        node.setautomine("off")
    nodes[0].mine()
    sync_blocks(nodes)


def main(test):
    node, peer = test.node(), test.node()
    for one in (node, peer):
        one.createwallet("w")
    node.connect(peer)
    node.mine(110)
    sync_blocks([node, peer])
    test.step("for transactions")
    check_transactions(node, peer)
    check_burst(node, peer)
    test.step("by time")
    check_timer(node)
    check_errors(node)
    check_no_wallet(test)
    test.step("kept over restarts")
    check_kept(node)
    test.step("real work, and forks")
    check_cpu(test)
    check_forks(test)


run(main)
