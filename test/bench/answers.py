#!/usr/bin/python3
"""Measures what the answer to an RPC costs: CPU time of the server, and the time that the client waits, beside bitcoind
(contrib/get-bitcoind).

One program sends the same call again and again; the CPU time is that of the server's process, from /proc. Blocks come
from the chain of run.py. The script measures only; it is not a test.

    test/bench/answers.py [--build DIR] [--no-bitcoind] [--seconds N] [PART ...]
"""
import argparse
import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "daler" / "bench"
CHAIN = CACHE / "mixed-1.dat"
OPTIONS = ["-assumevalid=0", "-maxtipage=2000000000", "-connect=0", "-rpcworkqueue=64", f"-loadblock={CHAIN}"]
ONLY = {"daler": ["-rpcdoccheck=0"], "bitcoind": ["-checkblockindex=0", "-checkmempool=0"]}
CLIENTS = 16


def cpu(node):
    fields = Path(f"/proc/{node.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Load:
    """Sends calls to a node."""

    def __init__(self, program, node, seconds):
        self.program, self.node, self.seconds = program, node, seconds
        self.secret = b64encode(node.cookie().encode()).decode()

    def run(self, request, clients, calls):
        before = cpu(self.node)
        done = subprocess.run([self.program, str(self.node.rpcport), str(clients), str(calls)], input=request.encode(),
                              check=True, capture_output=True)
        return json.loads(done.stdout) | {"cpu": (cpu(self.node) - before) / calls * 1e6}

    def measure(self, what, clients, method, *params):
        """Server CPU per call in microseconds."""
        body = json.dumps({"id": 1, "method": method, "params": params})
        request = (f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {self.secret}\r\n"
                   f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        tried = self.run(request, clients, 20 * clients)
        calls = max(20, int(20 * clients * self.seconds / tried["seconds"]))
        found = self.run(request, clients, calls)
        print(f"{what:40} {self.node.kind:9} {found['cpu']:9.1f} us of CPU; {calls / found['seconds']:8.0f} a second, "
              f"median {found['median']:.0f} us, 99th percentile {found['p99']:.0f} us", flush=True)
        return found


def small(loads, coin, tip):
    """Calls whose answers are small."""
    for name, params in (("getblockcount", ()), ("getblockheader", (tip,)), ("gettxout", coin)):
        yield [load.measure(f"{name}, {CLIENTS} clients", CLIENTS, name, *params) for load in loads]


def blocks(loads, block, count):
    """A whole block."""
    for verbosity in range(4):
        yield [load.measure(f"getblock {verbosity}, {count} transactions", 1, "getblock", block, verbosity)
               for load in loads]


def transactions(loads, block, txids):
    """One transaction of a block."""
    for verbosity in (0, 1):
        yield [load.measure(f"getrawtransaction TXID {verbosity} BLOCK", 1, "getrawtransaction",
                            txids[len(txids) // 2], verbosity, block) for load in loads]


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


def main():
    parts = ["small", "block", "transaction"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--no-bitcoind", action="store_true", help="measure daler alone")
    parser.add_argument("--seconds", type=float, default=2, help="how long to send each call")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    arguments = parser.parse_args()
    wanted = set(arguments.parts or parts)
    if unknown := wanted - set(parts):
        parser.error(f"no such part: {', '.join(unknown)}")
    build = arguments.build.resolve()
    os.environ["DALER_BUILD"] = str(build)
    sys.path.insert(0, str(ROOT / "test" / "functional"))
    import framework
    subprocess.run(["cmake", "--build", build, "--target", "dalerd", "call_load"], check=True, stdout=subprocess.DEVNULL)
    if not CHAIN.exists():
        sys.exit(f"{CHAIN} does not exist: test/bench/run.py load makes it.")
    kinds = ["daler"] if arguments.no_bitcoind else ["daler", "bitcoind"]
    bench = framework.Test("bench")
    try:
        measure(bench, kinds, wanted, build / "test" / "bench" / "call_load", arguments.seconds)
    finally:
        bench.close(failed=False)


if __name__ == "__main__":
    main()
