#!/usr/bin/python3
"""What subscribers get by ZeroMQ: in order and without gaps, also through a reorganisation and beside a slow one."""
import struct

import zmq
from chainkit import ANYONE_ADDRESS, coins_of, spend
from framework import equal, free_port, run

TOPICS = ("hashblock", "hashtx", "rawblock", "rawtx", "sequence")
OPTIONS = ("zmqpubhashblock", "zmqpubhashtx", "zmqpubrawblock", "zmqpubrawtx", "zmqpubsequence")
LIMITS = ("zmqpubhashblockhwm", "zmqpubhashtxhwm", "zmqpubrawblockhwm", "zmqpubrawtxhwm", "zmqpubsequencehwm")
PATIENCE_MS = 30_000


class Subscriber:
    def __init__(self, test, address, *topics, hwm=0):
        self.socket = zmq.Context.instance().socket(zmq.SUB)
        test.closers.append(lambda: self.socket.close(0))
        self.socket.setsockopt(zmq.RCVTIMEO, PATIENCE_MS)
        self.socket.setsockopt(zmq.RCVHWM, hwm)
        for topic in topics:
            self.socket.setsockopt(zmq.SUBSCRIBE, topic.encode())
        self.socket.connect(address)
        self.counts = {}

    def get(self):
        """The next message: topic and body. Checks that none was lost."""
        topic, body, count = self.socket.recv_multipart()
        topic, (count,) = topic.decode(), struct.unpack("<I", count)
        equal((topic, count), (topic, self.counts.get(topic, count)), "the counter")
        self.counts[topic] = count + 1
        return topic, body

    def take(self, number):
        return [self.get() for _ in range(number)]

    def wait_until_subscribed(self, node):
        """A subscription takes a moment to arrive; messages before it are lost."""
        self.socket.setsockopt(zmq.RCVTIMEO, 50)
        while True:
            node.generatetoaddress(1, ANYONE_ADDRESS)
            try:
                self.get()
                break
            except zmq.Again:
                pass
        try:
            while True:
                self.get()
        except zmq.Again:
            self.socket.setsockopt(zmq.RCVTIMEO, PATIENCE_MS)


def change(body):
    """A body of `sequence`: hash, letter, and the number of the mempool."""
    return body[:32].hex(), chr(body[32]), struct.unpack("<Q", body[33:])[0] if body[33:] else None


def blocks_and_payments(test, node, address):
    test.step("a block and a payment, all topics at one address")
    node.generatetoaddress(110, ANYONE_ADDRESS)
    subscriber = Subscriber(test, address, *TOPICS)
    subscriber.wait_until_subscribed(node)
    tip = node.generatetoaddress(1, ANYONE_ADDRESS)[0]
    coinbase = node.getblock(tip)["tx"][0]
    raw = bytes.fromhex(node.getblock(tip, 0))
    equal(subscriber.take(5), [("hashtx", bytes.fromhex(coinbase)),
                               ("rawtx", bytes.fromhex(node.getrawtransaction(coinbase, False, tip))),
                               ("sequence", bytes.fromhex(tip) + b"C"),
                               ("hashblock", bytes.fromhex(tip)), ("rawblock", raw)])
    payment = spend(coins_of(node, 1, 1), fee=1000)
    number = node.getrawmempool(False, True)["mempool_sequence"]
    node.sendrawtransaction(payment.hex())
    equal(subscriber.take(3), [("hashtx", bytes.fromhex(payment.txid)), ("rawtx", bytes.fromhex(payment.hex())),
                               ("sequence", bytes.fromhex(payment.txid) + b"A" + struct.pack("<Q", number))])
    return subscriber, payment, tip


def reorganisation(test, node, subscriber, payment):
    test.step("a reorganisation: blocks leave and come, and a payment is replaced")
    mined = node.generatetoaddress(2, ANYONE_ADDRESS)
    answer = node.reorg(2, {"address": ANYONE_ADDRESS})
    changes, tips = [], []
    while not tips or tips[-1] != answer["blocks"][-1]:
        topic, body = subscriber.get()
        if topic == "sequence":
            changes.append(change(body)[:2])
        if topic == "hashblock":
            tips.append(body.hex())
    equal(tips, [*mined, answer["blocks"][-1]])
    blocks = [entry for entry in changes if entry[1] in "CD"]
    equal(blocks, [(hash_, "C") for hash_ in mined] + [(hash_, "D") for hash_ in reversed(mined)] +
          [(hash_, "C") for hash_ in answer["blocks"]])
    equal([entry for entry in changes if entry[1] == "A"], [(payment.txid, "A")])
    equal(node.getrawmempool(), [payment.txid])


def slow_subscriber(test, node, address):
    test.step("a subscriber that does not read holds up neither the node nor others, which lose nothing")
    slow = Subscriber(test, address, "sequence", hwm=1)
    fast = Subscriber(test, address, "sequence")
    fast.wait_until_subscribed(node)
    slow.wait_until_subscribed(node)
    fast.socket.setsockopt(zmq.RCVTIMEO, 0)
    try:
        while True:
            fast.get()
    except zmq.Again:
        fast.socket.setsockopt(zmq.RCVTIMEO, PATIENCE_MS)
    hashes = node.generatetoaddress(3000, ANYONE_ADDRESS)
    equal([change(body) for _, body in fast.take(3000)], [(hash_, "C", None) for hash_ in hashes])


def several_addresses(test):
    test.step("several addresses and Unix sockets; getzmqnotifications lists them")
    port, other = free_port(), free_port()
    path = test.folder / "events"
    node = test.node(f"-zmqpubhashblock=tcp://127.0.0.1:{port}", f"-zmqpubhashblock=unix:{path}",
                     f"-zmqpubsequence=tcp://127.0.0.1:{other}", "-zmqpubsequencehwm=5000", name="several")
    equal(node.getzmqnotifications(), [
        {"type": "pubhashblock", "address": f"tcp://127.0.0.1:{port}", "hwm": 1000},
        {"type": "pubhashblock", "address": f"unix:{path}", "hwm": 1000},
        {"type": "pubsequence", "address": f"tcp://127.0.0.1:{other}", "hwm": 5000}])
    for address in (f"tcp://127.0.0.1:{port}", f"ipc://{path}"):
        Subscriber(test, address, "hashblock").wait_until_subscribed(node)
    test.step("an address that cannot be used")
    second = test.node(start=False, name="second")
    for wrong in (f"tcp://127.0.0.1:{port}", "127.0.0.1:1", "tcp://nonsense", "foo"):
        said = second.fails_to_start(f"-zmqpubrawtx={wrong}")
        assert said.startswith(f"Error: -zmqpubrawtx={wrong}: "), said
    slow_subscriber(test, node, f"tcp://127.0.0.1:{other}")


def main(test):
    address = f"tcp://127.0.0.1:{free_port()}"
    limits = [f"-{option}={number}" for number, option in enumerate(LIMITS, 2000)]
    node = test.node(*(f"-{option}={address}" for option in OPTIONS), *limits)
    equal([feed["hwm"] for feed in node.getzmqnotifications()], [2000, 2001, 2002, 2003, 2004])
    subscriber, payment, _ = blocks_and_payments(test, node, address)
    reorganisation(test, node, subscriber, payment)
    several_addresses(test)
    equal(test.node(name="silent").getzmqnotifications(), [])


run(main)
