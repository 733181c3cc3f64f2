#!/usr/bin/python3
"""Addresses of nodes, blocks from a chosen peer, and messages of the user's choice."""
import socket
import struct
import time

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run, sync_blocks, wait_until
from p2p import Peer, version_payload


def addresses(test, node):
    test.step("the address book is filled, counted and shown")
    equal(node.getnodeaddresses(), [])
    equal(node.addpeeraddress("1.2.3.4", 8333), {"success": True})
    equal(node.addpeeraddress("1.2.3.4", 8333), {"error": "failed-adding-to-new", "success": False})
    equal(node.addpeeraddress("10.2.3.4", 8333), {"error": "failed-adding-to-new", "success": False})
    equal(node.addpeeraddress("2a00::1", 8334, True), {"success": True})
    shown = node.getnodeaddresses(0, "ipv6")
    equal([(list(each), each["services"], each["address"], each["port"], each["network"]) for each in shown],
          [(["time", "services", "address", "port", "network"], 9, "2a00::1", 8334, "ipv6")])
    assert abs(shown[0]["time"] - time.time()) < 600
    equal(len(node.getnodeaddresses(0)), 2)
    equal(len(node.getnodeaddresses()), 1)
    equal(node.getnodeaddresses(5, "i2p"), [])
    info = node.getaddrmaninfo()
    equal(list(info), ["ipv4", "ipv6", "onion", "i2p", "cjdns", "all_networks"])
    equal((info["ipv4"], info["ipv6"], info["all_networks"]),
          ({"new": 1, "tried": 0, "total": 1}, {"new": 0, "tried": 1, "total": 1}, {"new": 1, "tried": 1, "total": 2}))
    fails(-8, "Network not recognized: Foo", node.getnodeaddresses, 1, "Foo")
    fails(-8, "Address count out of range", node.getnodeaddresses, -1)
    equal(node.addpeeraddress("host", 1), {"success": False})
    fails(-1, "JSON integer out of range", node.addpeeraddress, "1.2.3.4", 65536)
    raw = node.getrawaddrman()
    equal([(table, list(raw[table])) for table in raw], [("new", ["0/0"]), ("tried", ["0/0"])])
    equal({**raw["new"]["0/0"], "time": 0},
          {"address": "1.2.3.4", "port": 8333, "network": "ipv4", "services": 9, "time": 0, "source": "1.2.3.4",
           "source_network": "ipv4"})
    node.restart()
    equal((node.getaddrmaninfo(), node.getrawaddrman()), (info, raw))


def connections(test, node):
    test.step("outbound connections of each kind, for tests")
    listener = socket.create_server(("127.0.0.1", 0))
    test.closers.append(listener.close)
    address = f"127.0.0.1:{listener.getsockname()[1]}"

    def kinds():
        return sorted(peer["connection_type"] for peer in node.getpeerinfo()
                      if peer["connection_type"] not in ("inbound", "manual"))

    def connect(kind):
        equal(node.addconnection(address, kind, False), {"address": address, "connection_type": kind})
        return Peer(node, handshake=kind != "feeler", connection=listener.accept()[0])

    fails(-8, "addconnection", node.addconnection, address, "inbound", False)
    fails(-8, "requires -v2transport init flag", node.addconnection, address, "feeler", True)
    wanted = []
    for kind, most, relays in (("outbound-full-relay", 8, True), ("block-relay-only", 2, False), ("addr-fetch", 2, True)):
        peers = [connect(kind) for _ in range(most)]
        wanted += [kind] * most
        equal(kinds(), sorted(wanted))
        equal({peer.received[0][1][-1] for peer in peers}, {relays}, "the last byte of version")
        if kind != "addr-fetch":
            fails(-34, "Error: Already at capacity for specified connection type.", node.addconnection, address, kind, False)
    feeler = connect("feeler")
    feeler.send("version", version_payload())
    feeler.wait_closed()
    equal(feeler.count("version"), 1)
    wait_until(lambda: kinds() == sorted(wanted), what="the feeler to be gone")

    test.step("a connection that fetches addresses ends with them, not with one, and not later than after five minutes")
    entry = struct.pack("<IQ", int(time.time()), 9) + bytes(10) + b"\xff\xff" + bytes([1, 2, 3, 5]) + b"\x20\x8d"
    peers[0].send("addr", b"\x01" + entry)
    peers[0].sync()
    peers[0].send("addr", b"\x02" + entry + entry)
    peers[0].wait_closed()
    node.setmocktime(int(time.time()) + 301)
    peers[1].wait_closed()
    node.setmocktime(0)
    node.stop()
    other = test.node(start=False, name="main", chain="main")
    other.start("-connect=0", "-listen=0")
    fails(-1, "addconnection is for regression testing (-regtest mode) only.", other.addconnection, "127.0.0.1:1", "feeler", False)


def messages(test, node):
    test.step("a message of any contents is sent to a peer")
    peer = Peer(node)
    peer.sync()
    number = node.getpeerinfo()[-1]["id"]
    equal(node.sendmsgtopeer(number, "pong", "0102030405060708"), {})
    wait_until(lambda: node.getpeerinfo()[-1]["bytessent_per_msg"].get("pong", 0) >= 64)
    fails(-1, "Error: Could not send message to peer", node.sendmsgtopeer, 999, "addr", "00")
    fails(-8, "Error: msg_type too long, max length is 12", node.sendmsgtopeer, number, "a" * 13, "00")
    fails(-8, "Error parsing input for msg", node.sendmsgtopeer, number, "addr", "x")
    peer.close()


def blocks(test, a, b):
    test.step("a block off the best chain is fetched from a chosen peer")
    a.generatetoaddress(5, ANYONE_ADDRESS)
    other = b.generatetoaddress(2, "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202")
    for block in other:
        a.submitheader(b.getblockheader(block, False))
    a.connect(b)
    sync_blocks([a, b])
    fails(-1, "Block not available", a.getblock, other[0])
    peer = a.getpeerinfo()[0]["id"]
    fails(-1, "Block header missing", a.getblockfrompeer, "11" * 32, peer)
    fails(-1, "Block already downloaded", a.getblockfrompeer, a.tip(), peer)
    fails(-1, "Peer does not exist", a.getblockfrompeer, other[0], 999)
    for block in other:
        equal(a.getblockfrompeer(block, peer), {})
        wait_until(lambda name=block: a.getblockheader(name)["nTx"] > 0)
        equal(a.getblock(block, 0), b.getblock(block, 0))
    fails(-1, "Block already downloaded", a.getblockfrompeer, other[1], peer)

    test.step("a peer is not asked twice for a block")
    silent = Peer(a)
    silent.sync()
    number = a.getpeerinfo()[-1]["id"]
    missing = b.generateblock(ANYONE_ADDRESS, [], False)
    a.submitheader(missing["hex"][:160])
    equal(a.getblockfrompeer(missing["hash"], number), {})
    fails(-1, "Already requested from this peer", a.getblockfrompeer, missing["hash"], number)
    silent.close()


def main(test):
    a, b = test.node(), test.node()
    addresses(test, a)
    messages(test, a)
    blocks(test, a, b)
    connections(test, a)


run(main)
