#!/usr/bin/python3
"""Measures the mempool of a build of daler and of bitcoind (contrib/get-bitcoind): memory for each transaction, and the
CPU time of the server for calls and messages.

The transactions are payments with real signatures. They are made once and kept in ~/.cache/daler/bench. The functions
below say what each part measures; doc/performance.md has figures. The script measures only; it is not a test.

    test/bench/mempool.py [--build DIR] [--count N] [--inputs N] [--outputs N] [--no-bitcoind] [PART ...]
"""
import hashlib
import json
import os
import socket
import struct
import time
from base64 import b64encode
from pathlib import Path

from programs import CACHE, ONLY, choose, cpu, parse, parser

# The key is the number 1. Everybody has it.
KEY = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"
OWN_SCRIPT = bytes.fromhex("0014751e76e8199196d454941c45d1b3a323f1433bd6")
COINS_PER_SPLIT = 2000
MATURITY = 100
OPTIONS = ["-listen", "-maxtipage=2000000000", "-maxmempool=1000", "-whitelist=127.0.0.1"]


def make(bench, shape):
    """Blocks with coins of OWN_SCRIPT, and transactions that spend them."""
    import chainkit
    node = bench.node("-rpcdoccheck=0", "-maxtipage=2000000000")
    splits = -(-shape.count * shape.inputs // COINS_PER_SPLIT)
    blocks = []

    def add(transactions=()):
        blocks.append(chainkit.next_block(node, transactions).hex())
        assert node.submitblock(blocks[-1]) is None

    for _ in range(splits + MATURITY):
        add()
    coins = []
    for height in range(1, splits + 1):
        split = chainkit.spend(chainkit.coins_of(node, height, height), 100_000, COINS_PER_SPLIT, OWN_SCRIPT)
        add([split])
        coins += [chainkit.coin(split, index) for index in range(COINS_PER_SPLIT)]
    transactions = []
    for number in range(shape.count):
        spent = [coins.pop() for _ in range(shape.inputs)]
        to = b"\x00\x14" + hashlib.sha256(str(number).encode()).digest()[:20]
        unsigned = chainkit.spend(spent, 2000 + number % 1000, shape.outputs, to)
        for txin in unsigned.inputs:
            txin.witness = []
        prevouts = [{"txid": txid, "vout": index, "scriptPubKey": OWN_SCRIPT.hex(), "amount": value / chainkit.COIN}
                    for txid, index, value in spent]
        transactions.append(node.signrawtransactionwithkey(unsigned.hex(), [KEY], prevouts)["hex"])
    node.stop()
    return {"blocks": blocks, "transactions": transactions}


def load(bench, shape):
    file = CACHE / f"mempool-1-{shape.count}-{shape.inputs}-{shape.outputs}.json"
    if not file.exists():
        print(f"Making {file}", flush=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(make(bench, shape)))
    return json.loads(file.read_text())


def memory(node):
    """Resident bytes that belong to a node's process alone."""
    for line in Path(f"/proc/{node.process.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no Anonymous in smaps_rollup")


class Client:
    """One connection that sends prepared calls, so that the client costs little."""

    def __init__(self, node):
        self.socket = socket.create_connection(("127.0.0.1", node.rpcport))
        self.secret = b64encode(node.cookie().encode()).decode()

    def prepare(self, method, *params):
        body = json.dumps({"id": 1, "method": method, "params": params})
        return (f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {self.secret}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()

    def send(self, request):
        """The body of the answer. It may come in chunks."""
        self.socket.sendall(request)
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self.receive()
        head, data = bytes(data[:end]).lower(), data[end + 4:]
        if b"transfer-encoding: chunked" in head:
            while not data.endswith(b"0\r\n\r\n"):
                data += self.receive()
            return data
        size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(data) < size:
            data += self.receive()
        return data

    def receive(self):
        piece = self.socket.recv(1 << 20)
        assert piece, "the node has closed the connection"
        return piece


def start(bench, kind, blocks):
    node = bench.node(*OPTIONS, *ONLY[kind], kind=kind)
    for block in blocks:
        assert node.submitblock(block) is None
    return node


def show(what, kind, count, used, wall, more=""):
    print(f"{what:34} {kind:9} {used / count * 1e6:9.1f} us of CPU, {count / wall:9.1f} a second{more}", flush=True)


def send_all(node, transactions, clients):
    """sendrawtransaction by processes of their own."""
    children = []
    for number in range(clients):
        if child := os.fork():
            children.append(child)
            continue
        client = Client(node)
        for transaction in transactions[number::clients]:
            answer = client.send(client.prepare("sendrawtransaction", transaction))
            if b'"error":null' not in answer:
                print(answer.decode(), flush=True)
                os._exit(1)
        os._exit(0)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0


def by_rpc(bench, kind, data, clients, parts):
    """All transactions by sendrawtransaction: CPU for each, and the memory that they take. Then getrawmempool."""
    node = start(bench, kind, data["blocks"])
    count = len(data["transactions"])
    before, used, begun = memory(node), cpu(node), time.monotonic()
    send_all(node, data["transactions"], clients)
    wall, used = time.monotonic() - begun, cpu(node) - used
    info = node.getmempoolinfo()
    assert info["size"] == count, info
    show(f"sendrawtransaction, {clients} clients", kind, count, used, wall)
    if "memory" in parts:
        time.sleep(3)  # bitcoind's scheduler still works on its events
        print(f"{'memory for each transaction':34} {kind:9} {(memory(node) - before) / count:9.0f} bytes "
              f"({info['usage'] / count:.0f} in getmempoolinfo, {info['bytes'] / count:.0f} vB)", flush=True)
    if "list" in parts:
        client = Client(node)
        for verbose in (False, True):
            request, calls = client.prepare("getrawmempool", verbose), 10
            size, used, begun = len(client.send(request)), cpu(node), time.monotonic()
            for _ in range(calls):
                client.send(request)
            used, wall = cpu(node) - used, time.monotonic() - begun
            show(f"getrawmempool {str(verbose).lower()}", kind, calls, used, wall, f", {size / 1e6:.1f} MB")
    node.stop()


def message(command, payload):
    check = hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    return bytes.fromhex("fabfb5da") + command.ljust(12, b"\0") + struct.pack("<I", len(payload)) + check + payload


def by_peer(bench, kind, data):
    """All transactions as messages of one peer."""
    node = start(bench, kind, data["blocks"])
    count = len(data["transactions"])
    stream = b"".join(message(b"tx", bytes.fromhex(transaction)) for transaction in data["transactions"])
    peer = socket.create_connection(("127.0.0.1", node.port))
    address = bytes(26)
    peer.sendall(message(b"version", struct.pack("<iQq", 70016, 9, int(time.time())) + address * 2 + bytes(8) + b"\0" +
                         struct.pack("<i", 0) + b"\1") + message(b"verack", b""))
    while not any(other["version"] for other in node.getpeerinfo()):
        time.sleep(0.05)
    used, begun = cpu(node), time.monotonic()
    peer.sendall(stream)
    while node.getmempoolinfo()["size"] < count:
        time.sleep(0.05)
    show("transactions of a peer", kind, count, cpu(node) - used, time.monotonic() - begun)
    peer.close()
    node.stop()


def main():
    known = parser(__doc__)
    known.add_argument("--count", type=int, default=25_000, help="transactions")
    known.add_argument("--inputs", type=int, default=2, help="of each")
    known.add_argument("--outputs", type=int, default=3, help="of each")
    arguments, wanted = parse(known, ["memory", "list", "send4", "peer"])
    kinds = choose(arguments)
    import framework
    bench = framework.Test("bench")
    try:
        data = load(bench, arguments)
        print(f"{arguments.count} transactions, {sum(map(len, data['transactions'])) / 2 / arguments.count:.0f} bytes each")
        for kind in kinds:
            if {"memory", "list"} & wanted:
                by_rpc(bench, kind, data, 1, wanted)
            if "send4" in wanted:
                by_rpc(bench, kind, data, 4, set())
            if "peer" in wanted:
                by_peer(bench, kind, data)
    finally:
        bench.close(failed=False)


if __name__ == "__main__":
    main()
