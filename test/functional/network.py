#!/usr/bin/python3
"""Several nodes: syncing, relaying, reorganising, connecting and disconnecting."""
import struct
import time

from chainkit import ANYONE_ADDRESS, coin, coins_of, compact_size, spend, var_bytes
from framework import equal, fails, run, sync_blocks, sync_mempools, wait_until
from p2p import Peer


def first_sync(test, a, b, c):
    test.step("three nodes in a ring sync a chain that one of them has")
    a.generatetoaddress(150, ANYONE_ADDRESS)
    a.connect(b)
    b.connect(c)
    c.connect(a)
    sync_blocks([a, b, c])
    equal(len({str(node.utxo()) for node in (a, b, c)}), 1)
    equal([node.getconnectioncount() for node in (a, b, c)], [2, 2, 2])
    info = a.getnetworkinfo()
    equal((info["connections"], info["connections_in"], info["connections_out"], info["protocolversion"]),
          (2, 1, 1, 70016))
    outbound = next(peer for peer in a.getpeerinfo() if not peer["inbound"])
    equal((outbound["addr"], outbound["version"], outbound["connection_type"], outbound["relaytxes"]),
          (b.address, 70016, "manual", True))
    assert "WITNESS" in outbound["servicesnames"] and "NETWORK" in outbound["servicesnames"]
    assert outbound["bytesrecv_per_msg"]["verack"] == 24 or outbound.get("transport_protocol_type") == "v2"


def relay(test, a, b, c):
    test.step("transactions and blocks from each node reach the others")
    coins = coins_of(a, 1, 6)
    for node, one in zip((a, b, c), coins):
        parent = spend([one], fee=1000)
        node.sendrawtransaction(parent.hex())
        node.sendrawtransaction(spend([coin(parent)], fee=1000).hex())
    sync_mempools([a, b, c])
    equal(len(a.getrawmempool()), 6)
    for node in (b, c, a):
        node.generatetoaddress(1, ANYONE_ADDRESS)
        sync_blocks([a, b, c])
    equal([node.getrawmempool() for node in (a, b, c)], [[], [], []])
    equal(len(b.getblock(b.getblockhash(151))["tx"]), 7)


def reorganisation(test, a, b, c):
    test.step("two parts of the network that connect again choose the longer chain")
    c.disconnect(a)
    b.disconnect(c)
    payment = spend(coins_of(a, 7, 7), fee=1000)
    a.sendrawtransaction(payment.hex())
    sync_mempools([a, b])
    short = a.generatetoaddress(3, ANYONE_ADDRESS)
    sync_blocks([a, b])
    other = c.generatetoaddress(5, "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202")
    assert a.tip() != c.tip()
    c.connect(b)
    sync_blocks([a, b, c])
    equal(a.tip(), other[-1])
    equal(a.getrawmempool(), [payment.txid])
    statuses = {entry["hash"]: entry["status"] for entry in a.getchaintips()}
    equal(statuses[short[-1]], "valid-fork")
    c.connect(a)
    b.generatetoaddress(1, ANYONE_ADDRESS)
    sync_blocks([a, b, c])
    equal(a.getrawmempool(), [])
    equal(len({str(node.utxo()) for node in (a, b, c)}), 1)


def connections(test, a, b, c):
    test.step("addnode, disconnectnode and ping")
    a.ping()
    wait_until(lambda: all("pingtime" in peer for peer in a.getpeerinfo()), 30, "ping times")
    fails(-29, "Node not found in connected nodes", a.disconnectnode, "127.0.0.1:1")
    fails(-29, "Node not found in connected nodes", a.disconnectnode, "", 9999)
    fails(-32602, "Only one of address and nodeid should be provided", a.disconnectnode, b.address, 1)
    fails(-24, "Node could not be removed", a.addnode, "127.0.0.1:2", "remove")
    fails(-1, "addnode", a.addnode, "127.0.0.1:2", "nosuch")
    a.addnode("127.0.0.1:2", "add")
    fails(-23, "Node already added", a.addnode, "127.0.0.1:2", "add")
    a.addnode("127.0.0.1:2", "remove")
    identity = next(peer["id"] for peer in a.getpeerinfo() if not peer["inbound"])
    a.disconnectnode(nodeid=identity)
    wait_until(lambda: all(peer["id"] != identity for peer in a.getpeerinfo()))
    wait_until(lambda: b.getconnectioncount() == 1, 30, "the other node to have one connection")
    a.connect(b)
    a.disconnectnode(b.address)
    wait_until(lambda: b.getconnectioncount() == 1)


def late_nodes(test, a, b):
    test.step("-connect and -addnode; nodes that were stopped catch up")
    late = test.node(f"-connect={a.address}", name="late")
    sync_blocks([a, late])
    late.stop()
    hashes = a.generatetoaddress(30, ANYONE_ADDRESS)
    late.start()
    sync_blocks([a, late])
    equal(late.tip(), hashes[-1])
    late.kill()
    a.generatetoaddress(30, ANYONE_ADDRESS)
    late.start()
    sync_blocks([a, late])
    friend = test.node(f"-addnode={a.address}", name="friend")
    sync_blocks([a, friend])
    if a.kind == "daler":  # bitcoind waits for up to a minute
        test.step("a node of -addnode is connected again after its restart")
        a.restart()
        for node in (late, friend):
            wait_until(lambda n=node: any(peer["addr"] == a.address for peer in n.peers()), 60, "to reconnect")
        a.generatetoaddress(1, ANYONE_ADDRESS)
        sync_blocks([a, late, friend])
    late.stop()
    friend.stop()


def messages(test, node):
    test.step("a peer asks for compact blocks, and names a node")
    peer = Peer(node)
    peer.send("sendcmpct", b"\x01" + struct.pack("<Q", 2))
    known = struct.pack("<I", int(time.time())) + b"\x09" + b"\x01" + var_bytes(bytes([30, 1, 1, 1])) + b"\x20\x8d"
    peer.send("addrv2", compact_size(1) + known)
    peer.sync()
    info = node.getpeerinfo()[-1]
    equal((info["bip152_hb_from"], info["addr_processed"]), (True, 1))
    peer.close()


def main(test):
    a, b, c = test.node(), test.node(), test.node()
    first_sync(test, a, b, c)
    relay(test, a, b, c)
    reorganisation(test, a, b, c)
    connections(test, a, b, c)
    messages(test, a)
    test.step("a node that does not listen and connects to no peer")
    alone = test.node("-listen=0", name="alone")
    equal(alone.getconnectioncount(), 0)
    alone.stop()
    late_nodes(test, a, b)


run(main)
