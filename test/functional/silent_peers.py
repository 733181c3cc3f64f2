#!/usr/bin/python3
"""Peers that are silent at some step of the protocol: the node disconnects them after the time limit, not before."""
import socket
import time

from chainkit import ANYONE_ADDRESS
from framework import equal, run, wait_until
from p2p import MSG_BLOCK, WITNESS_FLAG, Closed, Peer, inventory, message, version_payload

HANDSHAKE, PING, SENDING = 60, 20 * 60, 20 * 60


class Clock:
    """The node's mock time."""

    def __init__(self, node):
        self.node, self.now = node, int(time.time()) + 10
        node.setmocktime(self.now)

    def advance(self, seconds):
        self.now += seconds
        self.node.setmocktime(self.now)


def connected(node, count):
    wait_until(lambda: len(node.getpeerinfo()) == count, what=f"{count} peers")


def during_the_handshake(test, node, clock):
    test.step("silent after connecting, after version, in the middle of a header or of a payload")
    payload = version_payload()
    whole = message("version", payload)
    peers = [Peer(node, handshake=False) for _ in range(4)]
    peers[1].send_bytes(whole)
    peers[1].wait_for("version")
    peers[2].send_bytes(whole[:10])
    peers[3].send_bytes(whole[:60])
    connected(node, 4)
    clock.advance(HANDSHAKE - 1)
    equal(len(node.getpeerinfo()), 4)
    clock.advance(1)
    for peer in peers:
        peer.wait_closed()
    connected(node, 0)


def after_the_handshake(test, node, clock):
    test.step("no answer to a ping, though other messages are sent")
    quiet, talking, half = Peer(node), Peer(node), Peer(node)
    for peer in (quiet, talking, half):
        peer.sync()
    half.send_bytes(message("tx", bytes(1000))[:500])
    connected(node, 3)
    clock.advance(120)  # time of the next ping
    wait_until(lambda: all("pingwait" in info for info in node.getpeerinfo()))
    clock.advance(PING - 1)
    for _ in range(3):
        talking.send("getaddr")
    equal(len(node.getpeerinfo()), 3)
    clock.advance(1)
    for peer in (quiet, talking, half):
        try:
            while peer._read(time.monotonic() + 30):  # reads without answering
                pass
        except Closed:
            pass
    connected(node, 0)


def never_reading(test, node, clock):
    test.step("the peer does not read the blocks that it requested")
    node.generatetoaddress(100, ANYONE_ADDRESS)
    blocks = [(MSG_BLOCK | WITNESS_FLAG, node.getblockhash(height)) for height in range(1, 101)]
    peer = Peer(node)
    peer.sync()
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.send("getdata", inventory(blocks * 500))  # some 13 MB
    connected(node, 1)

    def is_stuck():
        """True if the node sends nothing for 0.3 s; no event reports that."""
        before = node.getnettotals()["totalbytessent"]
        return before > 1_000_000 and not time.sleep(0.3) and node.getnettotals()["totalbytessent"] == before

    wait_until(is_stuck, what="the peer's receive buffer to be full")
    other = Peer(node)
    other.sync()  # other peers are not delayed
    clock.advance(SENDING - 60)
    equal(len(node.getpeerinfo()), 2)
    other.sync()
    clock.advance(120)
    connected(node, 1)
    other.sync()


def main(test):
    node = test.node()
    clock = Clock(node)
    during_the_handshake(test, node, clock)
    after_the_handshake(test, node, clock)
    never_reading(test, node, clock)


if __name__ == "__main__":
    run(main)
