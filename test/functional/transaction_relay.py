#!/usr/bin/python3
"""Relay of transactions: parents that arrive in blocks, copies with another witness, -blocksonly."""
import hashlib

from chainkit import ANYONE_ADDRESS, Input, Output, Transaction, coin, coins_of, next_block, spend
from framework import equal, run, wait_until
from p2p import MSG_TX, MSG_WTX, WITNESS_FLAG, Peer, inventory, parse_inventory

DROP_SCRIPT = b"\x75\x51"  # OP_DROP OP_TRUE: accepts any witness item
DROP_OUTPUT = b"\x00\x20" + hashlib.sha256(DROP_SCRIPT).digest()


def parent_in_a_block(test, node, coins):
    test.step("an orphan is processed at once when its parent arrives in a block")
    parent = spend([coins.pop()])
    child = spend([coin(parent)])
    silent = Peer(node)
    silent.send("tx", child.serialize())
    silent.wait_for("getdata", lambda payload: (MSG_TX | WITNESS_FLAG, parent.txid) in parse_inventory(payload))
    equal(node.submitblock(next_block(node, [parent], fees=1000).serialize().hex()), None)
    wait_until(lambda: node.getrawmempool() == [child.txid], what="the child in the mempool")


def one_orphan(test, node, coins):
    test.step("with -maxorphantx=1 a second orphan takes the place of the first")
    node.restart("-maxorphantx=1")
    parents = [spend([coins.pop()]) for _ in range(2)]
    first, second = (spend([coin(parent)]) for parent in parents)
    peer = Peer(node)
    for orphan in (first, second):
        peer.send("tx", orphan.serialize())
    peer.sync()
    for parent in parents:
        node.sendrawtransaction(parent.hex())
    wait_until(lambda: second.txid in node.getrawmempool(), what="the second orphan in the mempool")
    assert first.txid not in node.getrawmempool()


def unannounced(test, node, coins):
    test.step("what no peer has fetched is announced to a new peer, parents before children")
    family = [spend([coins.pop()])]
    for _ in range(10):
        family.append(spend([coin(family[-1])]))
    for transaction in family:
        node.sendrawtransaction(transaction.hex())
    peer = Peer(node)
    announced = []
    while len(announced) < len(family):
        announced += [name for _, name in parse_inventory(peer.wait_for("inv")) if name in [tx.wtxid for tx in family]]
    equal(announced, [transaction.wtxid for transaction in family])


def another_witness(test, node, coins):
    test.step("a transaction that is sent again with another witness is announced with the witness in the mempool")
    funding = spend([coins.pop()], script=DROP_OUTPUT)
    node.sendrawtransaction(funding.hex())
    first, second = (Transaction([Input(funding.txid, 0, witness=[item, DROP_SCRIPT])],
                                 [Output(funding.outputs[0].value - 1000)]) for item in (b"\x01", b"\x02"))
    equal(first.txid, second.txid)
    assert first.wtxid != second.wtxid
    equal(node.sendrawtransaction(first.hex()), first.txid)
    equal(node.sendrawtransaction(second.hex()), first.txid)
    late = Peer(node)  # transactions that no peer has fetched yet are announced to it at once
    late.sync()
    node.sendrawtransaction(second.hex())

    def announced():
        late.sync()
        return [name for command, payload in late.received if command == "inv" for _, name in parse_inventory(payload)]

    wait_until(lambda: first.wtxid in announced(), what="the announcement")
    assert second.wtxid not in announced()
    late.send("getdata", inventory([(MSG_WTX, first.wtxid)]))
    late.wait_for("tx", lambda payload: payload == first.serialize())


def blocks_only(test, coins):
    test.step("with -blocksonly only peers with the relay permission are asked for transactions")
    transaction = spend([coins.pop()])
    for permission, wanted in (("noban", False), ("relay", True)):
        node = test.node("-blocksonly", f"-whitelist={permission}@127.0.0.1")
        peer = Peer(node)
        version = next(payload for name, payload in peer.received if name == "version")
        equal(version[-1], int(wanted), permission)
        peer.send("inv", inventory([(MSG_WTX, transaction.wtxid)]))
        if wanted:
            peer.wait_for("getdata", lambda payload: (MSG_WTX, transaction.wtxid) in parse_inventory(payload))
        else:
            peer.wait_closed()
        node.stop()


def main(test):
    node = test.node()
    node.generatetoaddress(110, ANYONE_ADDRESS)
    coins = coins_of(node, 1, 10)
    parent_in_a_block(test, node, coins)
    another_witness(test, node, coins)
    unannounced(test, node, coins)
    one_orphan(test, node, coins)
    blocks_only(test, coins)


if __name__ == "__main__":
    run(main)
