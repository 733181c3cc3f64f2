"""A peer of the Bitcoin protocol that can send correct and incorrect messages."""
import os
import socket
import struct
import time

from chainkit import MAGIC, compact_size, from_hash, sha256d, to_hash, var_bytes
from framework import FACTOR

PROTOCOL_VERSION = 70016
NODE_NETWORK, NODE_WITNESS = 1, 8
MSG_TX, MSG_BLOCK, MSG_CMPCT_BLOCK, MSG_WTX = 1, 2, 4, 5
WITNESS_FLAG = 1 << 30


def message(command, payload=b"", magic=MAGIC["regtest"], checksum=None, length=None):
    """A message with its header; `checksum` and `length` replace the right values."""
    name = command.encode() if isinstance(command, str) else command
    return (magic + name.ljust(12, b"\0") + struct.pack("<I", len(payload) if length is None else length) +
            (sha256d(payload)[:4] if checksum is None else checksum) + payload)


def version_payload(height=0, services=NODE_NETWORK | NODE_WITNESS, version=PROTOCOL_VERSION, relay=True,
                    agent=b"/daler-test/", nonce=None):
    address = struct.pack("<Q", services) + bytes(10) + b"\xff\xff" + bytes([127, 0, 0, 1]) + b"\0\0"
    return (struct.pack("<iQq", version, services, int(time.time())) + address + address +
            (nonce or os.urandom(8)) + var_bytes(agent) + struct.pack("<i?", height, relay))


def inventory(items):
    """The payload of inv, getdata or notfound; `items` are (type, hash as text)."""
    return compact_size(len(items)) + b"".join(struct.pack("<I", kind) + to_hash(name) for kind, name in items)


def parse_inventory(payload):
    count, at = read_compact_size(payload, 0)
    return [(struct.unpack_from("<I", payload, at + 36 * i)[0],
             from_hash(payload[at + 36 * i + 4:at + 36 * i + 36])) for i in range(count)]


def headers_payload(headers):
    return compact_size(len(headers)) + b"".join(header + b"\0" for header in headers)


def parse_headers(payload):
    count, at = read_compact_size(payload, 0)
    return [payload[at + 81 * i:at + 81 * i + 80] for i in range(count)]


def locator_payload(hashes, stop="00" * 32):
    return (struct.pack("<I", PROTOCOL_VERSION) + compact_size(len(hashes)) +
            b"".join(to_hash(name) for name in hashes) + to_hash(stop))


def read_compact_size(data, at):
    first = data[at]
    if first < 253:
        return first, at + 1
    size = {253: 2, 254: 4, 255: 8}[first]
    return int.from_bytes(data[at + 1:at + 1 + size], "little"), at + 1 + size


class Closed(Exception):
    """The node has closed the connection."""


class Peer:
    """A connection to a node. Answers pings while it waits; keeps the messages in `received`."""

    def __init__(self, node, handshake=True, connection=None, **version):
        """`connection`: a socket that the node has connected to; without it, a new one to the node."""
        self.node = node
        self.received = []
        self.blocks = {}  # hash -> Block, served on request
        self.transactions = {}  # txid and wtxid -> Transaction
        self._buffer = b""
        self.socket = connection or socket.create_connection(("127.0.0.1", node.port), timeout=30 * FACTOR)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        node.test.closers.append(self.close)
        if handshake:
            self.handshake(**version)

    def close(self):
        self.socket.close()

    def handshake(self, negotiate=("wtxidrelay", "sendaddrv2"), **version):
        self.send("version", version_payload(**version))
        self.wait_for("version")
        for feature in negotiate:
            self.send(feature)
        self.send("verack")
        self.wait_for("verack")

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except (ConnectionError, BrokenPipeError) as error:
            raise Closed from error

    def send(self, command, payload=b"", **frame):
        self.send_bytes(message(command, payload, **frame))

    def _read(self, deadline):
        """The next message, or None at the deadline."""
        while True:
            if len(self._buffer) >= 24:
                length = struct.unpack_from("<I", self._buffer, 16)[0]
                if len(self._buffer) >= 24 + length:
                    command = self._buffer[4:16].rstrip(b"\0").decode("latin-1")
                    payload = self._buffer[24:24 + length]
                    assert self._buffer[20:24] == sha256d(payload)[:4], f"bad checksum of {command}"
                    self._buffer = self._buffer[24 + length:]
                    return command, payload
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(1 << 18)
            except TimeoutError:
                return None
            except ConnectionError as error:
                raise Closed from error
            if not data:
                raise Closed
            self._buffer += data

    def _answer(self, command, payload):
        if command == "ping":
            self.send("pong", payload)
        elif command == "getdata":
            for kind, name in parse_inventory(payload):
                if name in self.blocks and kind & ~WITNESS_FLAG in (MSG_BLOCK, MSG_CMPCT_BLOCK):
                    self.send("block", self.blocks[name].serialize())
                elif name in self.transactions:
                    self.send("tx", self.transactions[name].serialize())
        elif command == "getheaders" and self.blocks:
            self.send_headers()

    def send_headers(self):
        self.send("headers", headers_payload([block.header() for block in self.blocks.values()]))

    def serve(self, blocks=(), transactions=()):
        self.blocks.update((block.hash, block) for block in blocks)
        for transaction in transactions:
            self.transactions[transaction.txid] = self.transactions[transaction.wtxid] = transaction

    def wait_for(self, command, accept=lambda payload: True, timeout=30):
        """The payload of the next message of that kind for which `accept` is true; other messages are answered."""
        deadline = time.monotonic() + timeout * FACTOR
        while True:
            got = self._read(deadline)
            assert got, f"no {command} within {timeout * FACTOR:g} s, but {[name for name, _ in self.received]}"
            self.received.append(got)
            self._answer(*got)
            if got[0] == command and accept(got[1]):
                return got[1]

    def sync(self, timeout=30):
        """Returns when the node has processed the earlier messages."""
        nonce = os.urandom(8)
        self.send("ping", nonce)
        self.wait_for("pong", lambda payload: payload == nonce, timeout)

    def idle(self, seconds):
        """Reads and answers messages for some seconds."""
        deadline = time.monotonic() + seconds
        while got := self._read(deadline):
            self.received.append(got)
            self._answer(*got)

    def wait_closed(self, timeout=30):
        """Reads until the node closes the connection."""
        deadline = time.monotonic() + timeout * FACTOR
        try:
            while True:
                got = self._read(deadline)
                assert got, f"the node did not close the connection within {timeout * FACTOR:g} s"
                self.received.append(got)
                self._answer(*got)
        except Closed:
            return

    def is_open(self):
        """True if the node still answers."""
        try:
            self.sync(10)
            return True
        except Closed:
            return False

    def count(self, command):
        return sum(1 for name, _ in self.received if name == command)
