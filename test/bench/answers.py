#!/usr/bin/python3
"""Measures what the answer to an RPC costs: CPU time of the server, and the time that the client waits, beside bitcoind
(contrib/get-bitcoind).

One program sends the same calls again and again; the CPU time is that of the server's process, from /proc. Blocks come
from the chain of run.py. The script measures only; it is not a test.

    test/bench/answers.py [--build DIR] [--no-bitcoind] [--seconds N] [PART ...]
"""
import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

from programs import CACHE, ONLY, choose, cpu, parse, parser

CHAIN = CACHE / "mixed-1.dat"
OPTIONS = ["-assumevalid=0", "-maxtipage=2000000000", "-connect=0", "-rpcworkqueue=64", f"-loadblock={CHAIN}"]
CLIENTS = 16


class Load:
    """Sends calls to a node."""

    def __init__(self, program, node, seconds):
        self.program, self.node, self.seconds = program, node, seconds
        self.secret = b64encode(node.cookie().encode()).decode()

    def run(self, requests, clients, calls):
        before = cpu(self.node)
        done = subprocess.run([self.program, str(self.node.rpcport), str(clients), str(calls)],
                              input="\0".join(requests).encode(), check=True, capture_output=True)
        return json.loads(done.stdout) | {"cpu": (cpu(self.node) - before) / calls * 1e6}

    def request(self, method, params):
        body = json.dumps({"id": 1, "method": method, "params": params})
        return (f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {self.secret}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}")

    def measure(self, what, clients, method, *params):
        """Server CPU per call in microseconds."""
        return self.measure_in_turns(what, clients, method, [params])

    def measure_in_turns(self, what, clients, method, all_params):
        """The same for calls with different parameters, one after the other."""
        requests = [self.request(method, params) for params in all_params]
        tried = self.run(requests, clients, 20 * clients)
        calls = max(20, int(20 * clients * self.seconds / tried["seconds"]))
        found = self.run(requests, clients, calls)
        print(f"{what:45} {self.node.kind:9} {found['cpu']:9.1f} us of CPU; {calls / found['seconds']:8.0f} a second, "
              f"median {found['median']:.0f} us, 99th percentile {found['p99']:.0f} us", flush=True)
        return found


def small(loads, coin, tip):
    """Calls whose answers are small."""
    for name, params in (("getblockcount", ()), ("getblockheader", (tip,)), ("gettxout", coin)):
        yield [load.measure(f"{name}, {CLIENTS} clients", CLIENTS, name, *params) for load in loads]


def blocks(loads, block, count):
    """A whole block."""
    # daler keeps the text of a block that was asked for twice in a row, so this comes first.
    yield [load.measure_in_turns(f"getblock 2 or 3 in turns, {count} transactions", 1, "getblock",
                                 [(block, 2), (block, 3)]) for load in loads]
    for verbosity in range(4):
        yield [load.measure(f"getblock {verbosity}, {count} transactions", 1, "getblock", block, verbosity)
               for load in loads]


def transactions(loads, block, txids):
    """One transaction of a block."""
    for verbosity in (0, 1):
        yield [load.measure(f"getrawtransaction TXID {verbosity} BLOCK", 1, "getrawtransaction",
                            txids[len(txids) // 2], verbosity, block) for load in loads]


def others(loads, node):
    """Blocks that were not used recently: there are more of them than daler keeps."""
    blocks = [node.getblock(node.getblockhash(height)) for height in range(101, 321)]
    middle = [(block["tx"][len(block["tx"]) // 2], 0, block["hash"]) for block in blocks]
    size = sum(block["nTx"] for block in blocks) // len(blocks)
    for verbosity in (0, 2, 3):
        yield [load.measure_in_turns(f"getblock {verbosity}, {size} transactions, not recent", 1, "getblock",
                                     [(block["hash"], verbosity) for block in blocks]) for load in loads]
    yield [load.measure_in_turns("getrawtransaction TXID 0 BLOCK, not recent", 1, "getrawtransaction", middle)
           for load in loads]


def compare(results):
    for found in results:
        if len(found) == 2:
            ours, theirs = found
            print(f"    CPU {theirs['cpu'] / ours['cpu']:.1f} times less, 99th percentile "
                  f"{theirs['p99'] / ours['p99']:.1f} times less", flush=True)


def measure(bench, kinds, parts, program, seconds):
    import framework
    nodes = []
    for kind in kinds:
        node = bench.node(*OPTIONS, *ONLY[kind], kind=kind, start=False)
        node.start(timeout=600)
        framework.wait_until(lambda node=node: node.getblockcount() == 320, 600, "the chain")
        assert node.submitblock(Path(f"{CHAIN}.next").read_bytes().hex()) is None
        nodes.append(node)
    loads = [Load(program, node, seconds) for node in nodes]
    tip = nodes[0].getbestblockhash()
    txids = nodes[0].getblock(tip)["tx"]
    if "small" in parts:
        compare(small(loads, (txids[-1], 0), tip))
    if "block" in parts:
        compare(blocks(loads, tip, len(txids)))
    if "transaction" in parts:
        compare(transactions(loads, tip, txids))
    if "other" in parts:
        compare(others(loads, nodes[0]))


def main():
    known = parser(__doc__)
    known.add_argument("--seconds", type=float, default=2, help="how long to send each call")
    arguments, wanted = parse(known, ["small", "block", "transaction", "other"])
    if not CHAIN.exists():
        sys.exit(f"{CHAIN} does not exist: test/bench/run.py load makes it.")
    kinds = choose(arguments, "dalerd", "call_load")
    import framework
    bench = framework.Test("bench")
    try:
        measure(bench, kinds, wanted, arguments.build.resolve() / "test" / "bench" / "call_load", arguments.seconds)
    finally:
        bench.close(failed=False)


if __name__ == "__main__":
    main()
