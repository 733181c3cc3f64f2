#!/usr/bin/python3
"""Links between nodes are cut and restored, by name and by address: a network in two halves that mine and heal, nodes that
restart, names that two nodes have, and lines in the log about nodes of another chain."""
from chainkit import ANYONE_ADDRESS, coins_of, spend
from framework import equal, fails, run, stays, sync_blocks, sync_mempools, wait_until

OTHER_ADDRESS = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202"


def link(node, peer):
    """The row of listlinks with this name or address."""
    return next(row for row in node.listlinks() if peer in (row["name"], row["address"]))


def names(node):
    """The names of the connected peers, as their user agents tell them."""
    return sorted(peer["subver"].split("node=")[1].split(")")[0] for peer in node.peers() if "node=" in peer["subver"])


def is_connected(node, name):
    return name in names(node)


def network(test):
    """Four nodes, each of which adds those before it."""
    nodes = []
    for i in range(1, 5):
        others = [f"-addnode={node.address}" for node in nodes]
        nodes.append(test.node(f"-nodename=n{i}", *others, name=f"n{i}"))
    for node in nodes:
        wait_until(lambda n=node: len(n.peers()) == 3, 30, "all connections")
    return nodes


def split(nodes, halves, up):
    """Cuts or restores all links between two halves, each on one side."""
    for left in halves[0]:
        for right in halves[1]:
            row = nodes[left].setlink(f"n{right + 1}", {"up": up})
            equal((row["name"], row["up"]), (f"n{right + 1}", up))


def two_halves(test, nodes):
    test.step("two halves of a network mine, and heal")
    a, b, c, d = nodes
    a.generatetoaddress(110, ANYONE_ADDRESS)
    sync_blocks(nodes)
    equal(names(a), ["n2", "n3", "n4"])
    equal((link(a, "n2")["direction"], link(d, "n1")["direction"]), ("inbound", "outbound"))
    equal((link(a, "n2")["address"], link(d, "n1")["address"]), (b.address, a.address))
    split(nodes, ((0, 1), (2, 3)), False)
    for node, other in ((a, "n2"), (b, "n1"), (c, "n4"), (d, "n3")):
        wait_until(lambda n=node, o=other: names(n) == [o], 30, "two halves")
    equal([(row["name"], row["up"], row["connected"]) for row in a.listlinks()],
          [("n2", True, True), ("n3", False, False), ("n4", False, False)])
    first, second = coins_of(a, 1, 2)
    left, right = spend([first], fee=1000), spend([second], fee=1000)
    a.sendrawtransaction(left.hex())
    d.sendrawtransaction(right.hex())
    sync_mempools([a, b])
    sync_mempools([c, d])
    equal((b.getrawmempool(), c.getrawmempool()), ([left.txid], [right.txid]))
    short = b.generatetoaddress(3, ANYONE_ADDRESS)
    long = d.generatetoaddress(5, OTHER_ADDRESS)
    sync_blocks([a, b])
    sync_blocks([c, d])
    equal((a.tip(), c.tip()), (short[-1], long[-1]))
    stays(lambda: names(a) == ["n2"], 0.6, "the cut")  # the others try to connect all the time
    split(nodes, ((0, 1), (2, 3)), True)
    sync_blocks(nodes)
    equal(a.tip(), long[-1])
    for node in nodes:
        wait_until(lambda n=node: len(names(n)) == 3, 30, "all connections")
    sync_mempools(nodes)
    equal(a.getrawmempool(), [left.txid])
    payment = spend(coins_of(a, 3, 3), fee=1000)
    c.sendrawtransaction(payment.hex())
    sync_mempools(nodes)
    c.generatetoaddress(1, ANYONE_ADDRESS)
    sync_blocks(nodes)
    equal([node.getrawmempool() for node in nodes], [[]] * 4)
    assert all(row["up"] and row["connected"] for node in nodes for row in node.listlinks())
    assert not any("[warning]" in node.log() or "Misbehaving" in node.log() for node in nodes)


def by_address(test, nodes):
    test.step("by address, on the side that was connected to, and on both sides")
    a, b, c, d = nodes
    equal(a.setlink(d.address, False)["name"], "n4")
    wait_until(lambda: not is_connected(a, "n4") and not is_connected(d, "n1"))
    equal(d.setlink(a.address, False), {"name": "n1", "address": a.address, "up": False, "connected": False,
                                        "direction": "outbound"})
    equal(a.setlink("n4"), link(a, "n4"))  # no option: no change
    equal(a.setlink("n4", False), link(a, "n4"))
    a.setlink("n4", True)
    stays(lambda: not is_connected(a, "n4"), 0.4, "the cut on the other side")
    equal(d.setlink(peer="n1", options={"up": True})["up"], True)
    wait_until(lambda: is_connected(a, "n4") and is_connected(d, "n1"))

    test.step("a connection that is made once comes back, too")
    once = test.node("-nodename=once", name="once")
    once.connect(a)
    once.setlink("n1", False)
    wait_until(lambda: not is_connected(a, "once"))
    once.setlink("n1", True)
    wait_until(lambda: is_connected(a, "once"))
    once.stop()


def errors(test, nodes):
    test.step("names that two nodes have, unknown peers, and peers that cannot be recognised")
    a, b = nodes[:2]
    twins = [test.node("-nodename=twin", f"-addnode={a.address}", name=f"twin{i}") for i in range(2)]
    wait_until(lambda: names(a).count("twin") == 2)
    error = fails(-8, "2 nodes are called twin: ", a.setlink, "twin", False)
    assert all(node.address in error.message for node in twins), error.message
    a.setlink(twins[0].address, False)
    wait_until(lambda: names(a).count("twin") == 1)
    stays(lambda: twins[1].getconnectioncount() == 1 and len(twins[0].peers()) == 0, 0.4, "the cut to one of them")
    a.setlink(twins[0].address, True)
    wait_until(lambda: names(a).count("twin") == 2)
    for node in twins:
        node.stop()
    fails(-8, "No peer has the name or address 'n9'. listlinks shows the peers", a.setlink, "n9", False)
    fails(-8, "No peer has the name or address ''", a.setlink, "", False)
    fails(-3, "Unexpected key down", a.setlink, "n2", {"down": True})
    fails(-3, "", a.setlink, "n2", {"up": 1})
    nameless = test.node("-listen=0", f"-addnode={a.address}", name="nameless")
    row = wait_until(lambda: next((row for row in a.listlinks() if not row["name"]), None))
    fails(-8, "Start it with -nodename", a.setlink, row["address"], False)
    equal(nameless.setlink("n1", False)["connected"], False)
    wait_until(lambda: all(row["name"] for row in a.listlinks()))
    nameless.stop()


def restarts(test, nodes):
    test.step("a cut outlives the restart of the other node, not of its own")
    a, b, c, d = nodes
    a.setlink("n2", False)
    b.restart()
    wait_until(lambda: names(b) == ["n3", "n4"])
    stays(lambda: not is_connected(b, "n1"), 0.4, "the cut")
    a.restart()
    wait_until(lambda: is_connected(b, "n1") and is_connected(d, "n1"))
    assert all(row["up"] for row in a.listlinks())
    test.step("a node that was killed is connected again at once")
    a.kill()
    a.start()
    wait_until(lambda: is_connected(a, "n4"), 5)
    equal(a.listbanned() if "listbanned" in a.help() else [], [])


def start_options(test):
    test.step("-nodename")
    node = test.node(start=False, name="bad")
    for name in ("two words", "x" * 33, "a=b", "(n)"):
        assert f"-nodename={name} is not a name" in node.fails_to_start(f"-nodename={name}"), node.stderr()
    node.start("-nodename=good_1", "-uacomment=lab")
    assert node.getnetworkinfo()["subversion"].endswith("(node=good_1; lab)/")
    node.stop()
    node.start()
    public = test.node(start=False, chain="main", name="public")
    assert "-nodename works on private networks only" in public.fails_to_start("-nodename=x")


def main(test):
    nodes = network(test)
    two_halves(test, nodes)
    by_address(test, nodes)
    errors(test, nodes)
    restarts(test, nodes)
    start_options(test)


run(main)
