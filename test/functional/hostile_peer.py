#!/usr/bin/python3
"""Peers that send garbage, too much, too slowly or invalid data: the node keeps running and serves its other peers."""
import contextlib
import os
import random
import socket
import struct
import time

from chainkit import (ANYONE_ADDRESS, MAGIC, Block, coinbase, coins_of, compact_size, make_block, next_block, spend)
from framework import equal, run, sync_blocks, wait_until
from p2p import (MSG_BLOCK, MSG_TX, MSG_WTX, WITNESS_FLAG, Closed, Peer, headers_payload, inventory, locator_payload,
                 message, parse_headers, version_payload)


def framing(test, node):
    test.step("garbage, wrong magic, lengths that are too large, bad checksums")
    generator = random.Random(1)
    for data in (generator.randbytes(2000), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3,
                 message("version", version_payload(), magic=MAGIC["main"]) * 20):
        peer = Peer(node, handshake=False)
        try:
            peer.send_bytes(data)
            peer.wait_closed()
        except Closed:
            pass
    for length in (4_000_001, 0x7FFFFFFF, 0xFFFFFFFF):
        peer = Peer(node)
        peer.send("ping", b"", length=length)
        peer.wait_closed()
    peer = Peer(node)
    peer.send("ping", b"12345678", checksum=b"\0\0\0\0")
    peer.send("addr", b"\x00", checksum=b"abcd")
    peer.sync()
    equal(peer.count("pong"), 1)
    for name in (b"nosuchthing!", b"", b"\xff\xfe\xfd", b"block\0\0x", b"%s%n%s"):
        peer.send(name, b"x" * 1000)
    for _ in range(500):
        peer.send("unknown", b"")
    if not peer.is_open():  # a command with bytes after its end may cost the connection
        equal(Peer(node).is_open(), True)


def handshakes(test, node):
    test.step("messages before the handshake; repeated, incomplete and missing handshakes")
    peer = Peer(node, handshake=False)
    peer.send("ping", b"12345678")
    peer.send("inv", inventory([(MSG_TX, "11" * 32)]))
    try:
        peer.handshake()
        peer.send("version", version_payload())
        peer.sync()
        equal([payload for name, payload in peer.received if name == "pong"][0] != b"12345678", True)
    except Closed:
        pass
    for payload in (b"", b"\x01", version_payload()[:30], version_payload(version=1),
                    version_payload(agent=b"x" * 300), os.urandom(200)):
        peer = Peer(node, handshake=False)
        try:
            peer.send("version", payload)
            peer.idle(0.02)
        except Closed:
            pass
    silent = [Peer(node, handshake=False) for _ in range(3)]
    half = Peer(node, handshake=False)
    half.send("version", version_payload())
    half.wait_for("version")
    now = int(time.time())
    wait_until(lambda: len(node.getpeerinfo()) >= 4)
    time_at_connect = max(peer["conntime"] for peer in node.getpeerinfo())
    node.setmocktime(max(now, time_at_connect) + 70)
    for peer in (*silent, half):
        peer.wait_closed()
    node.setmocktime(0)


def limits(test, node):
    test.step("lists at their limit, and with one item more")
    some = "22" * 32

    def survives(command, payload):
        peer = Peer(node)
        peer.send(command, payload)
        equal(peer.is_open(), True, f"connection after a {command} at its limit")

    def ends(command, payload):
        peer = Peer(node)
        try:
            peer.send(command, payload)
            peer.wait_closed()
        except Closed:
            pass

    survives("inv", inventory([(MSG_WTX, some)] * 50_000))
    ends("inv", inventory([(MSG_WTX, some)] * 50_001))
    survives("getdata", inventory([(MSG_TX, some)] * 50_000))
    ends("getdata", inventory([(MSG_TX, some)] * 50_001))
    survives("getheaders", locator_payload([some] * 101))
    ends("getheaders", locator_payload([some] * 102))
    ends("getblocks", locator_payload([some] * 102))
    ends("headers", headers_payload([b"\0" * 80] * 2001))
    address = struct.pack("<IQ", int(time.time()), 9) + bytes(10) + b"\xff\xff\x01\x02\x03\x04" + b"\x20\x8d"
    survives("addr", compact_size(1000) + address * 1000)
    ends("addr", compact_size(1001) + address * 1001)
    survives("inv", compact_size(0))
    survives("notfound", inventory([(MSG_BLOCK, some)] * 1000))


def payloads(test, node):
    test.step("truncated and random payloads of many messages")
    generator = random.Random(2)
    names = ("addr addrv2 block blocktxn cmpctblock feefilter filteradd filterload getaddr getblocks getblocktxn "
             "getdata getheaders headers inv mempool notfound ping pong sendcmpct sendheaders tx verack version "
             "wtxidrelay sendaddrv2 getcfilters getcfheaders getcfcheckpt merkleblock reject").split()
    peer = None
    for turn in range(600):
        try:
            peer = peer or Peer(node)
            name = names[turn % len(names)]
            size = generator.choice((0, 1, 3, 8, 33, 81, 200))
            payload = generator.randbytes(size)
            if generator.random() < 0.3:
                payload = b"\xff" + generator.randbytes(8) + payload  # an enormous count
            elif generator.random() < 0.3:
                payload = b"\xfe\xff\xff\xff\x01" + payload
            peer.send(name, payload)
            if turn % 10 == 9:
                peer.sync()
        except Closed:
            peer = None


def bad_blocks(test, node, honest):
    test.step("invalid and mutated blocks, blocks with an unknown parent or without proof of work")
    tip, height = node.tip(), node.getblockcount() + 1
    block_time = node.getblockheader(tip)["time"] + 1

    def offer(block, closes):
        peer = Peer(node)
        try:
            peer.send("block", block.serialize())
            if closes and node.kind == "daler":  # bitcoind does not disconnect some peers
                peer.wait_closed()
            else:
                peer.is_open()
        except Closed:
            pass
        equal(node.tip(), tip)

    offer(make_block(tip, height, time=block_time, fees=1), True)
    offer(Block(tip, [coinbase(height)], block_time).unsolve(), True)
    offer(make_block("33" * 32, height, time=block_time), True)
    easy = Block(tip, [coinbase(height)], block_time, bits=0x2100FFFF)
    easy.nonce = 1
    offer(easy, True)
    payments = [spend([coin]) for coin in coins_of(node, 1, 2)]
    good = next_block(node, payments, fees=2000)
    mutated = good
    mutated.transactions.append(mutated.transactions[-1])
    offer(mutated, True)
    mutated.transactions.pop()
    data = bytearray(good.serialize())
    data[-6] ^= 1  # inside the last witness
    sender = Peer(node)
    try:
        sender.send("block", bytes(data))
        sender.is_open()
    except Closed:
        pass
    equal(node.tip(), tip)

    test.step("a good block after damaged copies of it, and headers without blocks")
    headers_only = Peer(node)
    headers_only.send("headers", headers_payload([good.header()]))
    try:
        headers_only.sync()
        headers_only.sync()
    except Closed:
        pass
    honest.send("block", good.serialize())
    honest.sync()
    equal(node.tip(), good.hash)
    unconnected = make_block("44" * 32, 5, time=block_time)
    peer = Peer(node)
    with contextlib.suppress(Closed):  # the node may end the connection before the last one
        for _ in range(5):
            peer.send("headers", headers_payload([unconnected.header()]))
        peer.is_open()
    peer = Peer(node)
    peer.send("inv", inventory([(MSG_BLOCK, "55" * 32)]))
    peer.wait_for("getheaders")
    equal(peer.is_open(), True)


def bad_transactions(test, node, honest):
    test.step("bad transactions and orphans")
    coins = coins_of(node, 3, 6)
    wrong = spend([coins[0]])
    wrong.inputs[0].witness = [b"\x52"]
    orphans = [spend([(os.urandom(32).hex(), 0, 100_000)]) for _ in range(200)]
    for transaction in (wrong, spend([coins[1]], fee=-1), *orphans):
        try:
            peer = Peer(node) if transaction not in orphans[1:] else peer
            peer.send("tx", transaction.serialize())
            peer.sync()
        except Closed:
            pass
    equal(node.getrawmempool(), [])
    right = spend([coins[0]])
    honest.send("tx", right.serialize())
    honest.sync()
    equal(node.getrawmempool(), [right.txid], "a good transaction after a copy of it with a wrong witness")
    parent = spend([coins[2]], fee=1000)
    child = spend([(parent.txid, 0, parent.outputs[0].value)], fee=1000)
    honest.serve(transactions=[parent])
    honest.send("tx", child.serialize())
    honest.sync()
    honest.send("tx", parent.serialize())
    honest.sync()
    wait_until(lambda: child.txid in node.getrawmempool(), 30, "the orphan to follow its parent")


def slow_peers(test, node, honest):
    test.step("peers that read nothing or write slowly, and many connections")
    not_reading = Peer(node)
    hashes = [node.getblockhash(height) for height in range(1, 100)]
    request = message("getdata", inventory([(MSG_BLOCK | WITNESS_FLAG, name) for name in hashes]))
    not_reading.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    not_reading.socket.settimeout(0.2)
    try:
        for _ in range(300):
            not_reading.socket.sendall(request)
    except (TimeoutError, OSError):
        pass
    slow = Peer(node)
    started = time.monotonic()
    honest.sync()
    assert time.monotonic() - started < 5, "an honest peer had to wait"
    for byte in message("ping", b"87654321"):
        slow.send_bytes(bytes([byte]))
    slow.wait_for("pong", lambda payload: payload == b"87654321")
    crowd = []
    for _ in range(150):
        try:
            crowd.append(socket.create_connection(("127.0.0.1", node.port), timeout=5))
        except OSError:
            break
    honest.sync()
    for connection in crowd:
        connection.close()
    not_reading.close()
    equal(Peer(node).is_open(), True)


def main(test):
    node = test.node("-v2transport=0")
    other = test.node("-v2transport=0")
    node.generatetoaddress(120, ANYONE_ADDRESS)
    other.connect(node)
    sync_blocks([node, other])
    honest = Peer(node)
    framing(test, node)
    handshakes(test, node)
    limits(test, node)
    payloads(test, node)
    bad_blocks(test, node, honest)
    bad_transactions(test, node, honest)
    slow_peers(test, node, honest)
    test.step("an honest peer gets headers, and the other node has the chain")
    honest.send("getheaders", locator_payload([node.getblockhash(100)]))
    headers = parse_headers(honest.wait_for("headers"))
    equal(len(headers), node.getblockcount() - 100)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    sync_blocks([node, other])
    equal(node.utxo(), other.utxo())


run(main)
