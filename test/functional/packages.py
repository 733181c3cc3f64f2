#!/usr/bin/python3
"""Packages: submitpackage, a child that pays for its parent, replacement by a package, version 3, and the same from peers."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS, COIN, Output, coin, coins_of, spend
from framework import equal, fails, run, wait_until
from p2p import MSG_TX, MSG_WTX, WITNESS_FLAG, Peer, inventory, parse_inventory

TOPOLOGY = "package topology disallowed. not child-with-parents or parents depend on each other."


def submit(node, *package, **options):
    return node.submitpackage([transaction.hex() for transaction in package], **options)


def results(answer, *package):
    """Of each transaction the error, or else its fee rate and the number of transactions that it counts."""
    found = [answer["tx-results"][transaction.wtxid] for transaction in package]
    return [one.get("error") or (one["fees"].get("effective-feerate"), len(one["fees"].get("effective-includes", [])))
            for one in found]


def free_parent(coins, **settings):
    return spend([coins.pop()], fee=0, version=3, **settings)


def child_pays(test, node, coins):
    test.step("a child pays for its parent, and both are announced")
    parent = free_parent(coins)
    child = spend([coin(parent)], fee=3000, version=3)
    fails(-26, "min relay fee not met, 0 < ", node.sendrawtransaction, parent.hex())
    peer = Peer(node)
    answer = submit(node, parent, child)
    vsize = parent.vsize + child.vsize
    rate = Decimal(3000 * 1000 // vsize) / COIN
    equal(answer["package_msg"], "success")
    equal(answer["replaced-transactions"], [])
    equal(answer["tx-results"][parent.wtxid],
          {"txid": parent.txid, "vsize": parent.vsize,
           "fees": {"base": Decimal(0), "effective-feerate": rate, "effective-includes": [parent.wtxid, child.wtxid]}})
    equal(sorted(node.getrawmempool()), sorted([parent.txid, child.txid]))
    announced = []
    while len(announced) < 2:
        announced += parse_inventory(peer.wait_for("inv"))
    equal(announced, [(MSG_WTX, parent.wtxid), (MSG_WTX, child.wtxid)])
    equal(node.getmempoolinfo()["unbroadcastcount"], 2)
    test.step("a second time they are known; a copy with another witness is ignored")
    answer = submit(node, parent, child)
    equal((answer["package_msg"], results(answer, parent, child)), ("success", [(None, 0)] * 2))
    peer.close()


def errors(test, node, coins):
    test.step("errors of submitpackage")
    a, b, c = (spend([coins.pop()]) for _ in range(3))
    child = spend([coin(a), coin(b)])
    grandchild = spend([coin(child)])
    fails(-8, "Array must contain between 2 and 25 transactions.", submit, node, a)
    fails(-8, "Array must contain between 2 and 25 transactions.", node.submitpackage, [a.hex()] * 26)
    fails(-22, "TX decode failed: 00 Make sure the tx has at least one input.", node.submitpackage, ["00", a.hex()])
    fails(-25, TOPOLOGY, submit, node, a, b)
    fails(-25, TOPOLOGY, submit, node, child, a, b)
    fails(-25, TOPOLOGY, submit, node, a, spend([coin(a)]), spend([coin(spend([coin(a)]))]))
    burning = spend([coin(c)])
    burning.outputs.append(Output(1000, b"\x6a"))
    fails(-25, "Unspendable output exceeds maximum configured by user (maxburnamount)", submit, node, c, burning)
    answer = submit(node, a, child)
    equal((answer["package_msg"], answer["tx-results"]), ("package-not-child-with-unconfirmed-parents", {}))
    answer = submit(node, a, b, child, maxfeerate=Decimal("0.00000001"))
    equal((answer["package_msg"], results(answer, a)), ("transaction failed", ["max feerate exceeded"]))
    assert child.txid not in node.getrawmempool()
    equal(submit(node, a, b, child)["package_msg"], "success")
    node.sendrawtransaction(grandchild.hex())


def replacements(test, node, coins):
    test.step("a pair replaces a pair")
    spent = coins.pop()
    old = spend([spent], fee=1000)
    old_child = spend([coin(old)], fee=3000)
    equal(submit(node, old, old_child)["package_msg"], "success")
    parent = spend([spent], fee=900)
    poor = spend([coin(parent)], fee=1000)
    answer = submit(node, parent, poor)
    assert answer["package_msg"].startswith("package RBF failed: insufficient anti-DoS fees, rejecting replacement"), answer
    assert results(answer, parent)[0].startswith("insufficient fee, rejecting replacement"), answer
    equal(results(answer, poor), ["bad-txns-inputs-missingorspent"])
    child = spend([coin(parent)], fee=9000)
    answer = submit(node, parent, child)
    equal((answer["package_msg"], answer["replaced-transactions"]), ("success", sorted([old.txid, old_child.txid])))
    pool = node.getrawmempool()
    assert old.txid not in pool and child.txid in pool
    test.step("a package of three does not replace")
    again = spend([spent], fee=800)
    second_spent = coins.pop()
    node.sendrawtransaction(spend([second_spent], fee=5000).hex())
    second = spend([second_spent], fee=900)
    answer = submit(node, again, second, spend([coin(again), coin(second)], fee=90_000))
    equal(answer["package_msg"], "package RBF failed: package must be 1-parent-1-child")


def version_3(test, node, coins):
    test.step("version 3: one child, which a better one replaces")
    parent = spend([coins.pop()], outputs=2, version=3)
    first = spend([coin(parent)], fee=1000, version=3)
    equal(submit(node, parent, first)["package_msg"], "success")
    sibling = spend([coin(parent, 1)], fee=5000, version=3)
    equal(node.sendrawtransaction(sibling.hex()), sibling.txid)
    assert first.txid not in node.getrawmempool()
    root = free_parent(coins, outputs=2)
    answer = submit(node, root, spend([coin(root)], fee=5000))
    assert answer["package_msg"].startswith("TRUC-violation, non-version=3 tx "), answer


def from_peers(test, node, coins):
    test.step("a peer sends a parent without a fee, and then its child")
    parent = free_parent(coins)
    child = spend([coin(parent)], fee=3000, version=3)
    peer = Peer(node)
    peer.serve(transactions=[parent])
    peer.send("tx", parent.serialize())
    peer.sync()
    assert parent.txid not in node.getrawmempool()
    peer.send("inv", inventory([(MSG_WTX, parent.wtxid)]))
    peer.sync()
    equal(peer.count("getdata"), 0)  # it is not asked for again, until a child needs it
    peer.send("tx", child.serialize())
    peer.wait_for("getdata", lambda payload: parse_inventory(payload) == [(MSG_TX | WITNESS_FLAG, parent.txid)])
    wait_until(lambda: {parent.txid, child.txid} <= set(node.getrawmempool()), what="the package")

    test.step("the child first, from another peer")
    parent = free_parent(coins)
    child = spend([coin(parent)], fee=3000, version=3)
    other = Peer(node)
    other.send("tx", child.serialize())
    other.sync()
    peer.send("tx", parent.serialize())
    wait_until(lambda: {parent.txid, child.txid} <= set(node.getrawmempool()), what="the package")

    test.step("a pair that pays too little is not tried again, and its sender is not blamed")
    parent = free_parent(coins)
    poor = spend([coin(parent)], fee=10, version=3)
    for transaction in (poor, parent, parent):
        peer.send("tx", transaction.serialize())
        peer.sync()
    assert parent.txid not in node.getrawmempool()
    rich = spend([coin(parent)], fee=4000, version=3)
    peer.send("tx", rich.serialize())
    peer.serve(transactions=[parent])
    wait_until(lambda: rich.txid in (peer.sync() or node.getrawmempool()), what="the better child")


def two_nodes(test, node, coins):
    test.step("a package reaches the next node")
    other = test.node(name="next")
    other.addnode(f"127.0.0.1:{node.port}", "onetry")
    wait_until(lambda: other.tip() == node.tip(), what="the chain")
    parent = free_parent(coins)
    child = spend([coin(parent)], fee=3000, version=3)
    equal(submit(node, parent, child)["package_msg"], "success")
    wait_until(lambda: {parent.txid, child.txid} <= set(other.getrawmempool()), what="the package at the next node")


def main(test):
    node = test.node()
    node.generatetoaddress(130, ANYONE_ADDRESS)
    coins = coins_of(node, 1, 25)
    child_pays(test, node, coins)
    errors(test, node, coins)
    replacements(test, node, coins)
    version_3(test, node, coins)
    from_peers(test, node, coins)
    two_nodes(test, node, coins)


if __name__ == "__main__":
    run(main)
