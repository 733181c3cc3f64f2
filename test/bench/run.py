#!/usr/bin/python3
"""Measures the CPU time and the wall time of a build of daler and of bitcoind (contrib/get-bitcoind).

The chains are made once and kept in ~/.cache/daler/bench. The functions below say what each part measures;
doc/performance.md explains the figures. The script measures only; it is not a test.

    test/bench/run.py [--build DIR] [--no-bitcoind] [--repeat N] [PART ...]
"""
import contextlib
import json
import os
import subprocess
import time
from pathlib import Path

from programs import CACHE, ONLY, choose, parse, parser

VERSION = 1  # of the chains; increase it when make_chain changes
MIXED = {"blocks": 320, "inputs": 70_000, "extra": 0, "next": 3000}
MANY = {"blocks": 420, "inputs": 170_000, "extra": 5_000_000, "next": 0}
# Both check all scripts, do not treat old blocks as initial block download, and have a cache for all coins.
OPTIONS = ["-assumevalid=0", "-dbcache=450", "-maxtipage=2000000000"]
ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"


class Chain:
    """A chain file, and the time that libsecp256k1 needs for its signatures (the floor)."""

    def __init__(self, build, name, wanted):
        self.file = CACHE / f"{name}-{VERSION}.dat"
        self.about = self.file.with_suffix(".json")
        if not self.about.exists():
            print(f"Making {self.file}", flush=True)
            CACHE.mkdir(parents=True, exist_ok=True)
            numbers = [str(wanted[key]) for key in ("blocks", "inputs", "extra", "next")]
            done = subprocess.run([build / "test/bench/make_chain", self.file, *numbers], check=True,
                                  capture_output=True, text=True)
            self.about.write_text(done.stdout)
        facts = json.loads(self.about.read_text())
        self.blocks, self.inputs, self.signatures = facts["blocks"], facts["inputs"], facts["signatures"]
        self.next = Path(str(self.file) + ".next")
        done = subprocess.run([build / "test/bench/floor", str(self.file) + ".triples"], check=True,
                              capture_output=True, text=True)
        self.floor = json.loads(done.stdout)["seconds"]


class Cost:
    """The resources that a process has used."""

    def __init__(self, wall, usage):
        self.wall, self.cpu = wall, usage.ru_utime + usage.ru_stime
        self.system, self.memory = usage.ru_stime, usage.ru_maxrss / 1024  # seconds, MiB


def end(node, started):
    """Waits until a process has ended after a stop request."""
    _, status, usage = os.wait4(node.process.pid, 0)
    node.process.returncode = os.waitstatus_to_exitcode(status)
    assert node.process.returncode == 0, node.stderr()
    return Cost(time.monotonic() - started, usage)


def options(kind):
    return OPTIONS + ONLY[kind]


def report(what, kind, cost, chain, wall=None):
    ended = "" if wall is None else f", {cost.wall:.2f} s with the end"
    wall = cost.wall if wall is None else wall
    per_input = (cost.cpu - chain.floor) / chain.inputs * 1e6
    print(f"{what:34} {kind:9} cpu {cost.cpu:7.2f} s (system {cost.system:5.2f}), {cost.cpu / chain.floor:5.2f} x floor, "
          f"{cost.cpu / chain.inputs * 1e6:6.1f} us per input, {per_input:5.1f} without signatures; "
          f"wall {wall:6.2f} s, {wall / (chain.floor / os.cpu_count()):5.2f} x floor/cores{ended}; {cost.memory:5.0f} MiB",
          flush=True)


def until_tip(node, what, chain):
    """Starts `node`, stops it when it has the chain, and reports both times: with and without the final flush."""
    started = time.monotonic()
    node.start(timeout=600)
    node.rpc.timeout = 600
    node.waitforblockheight(chain.blocks, 600_000)
    wall = time.monotonic() - started
    assert node.getblockcount() == chain.blocks
    node.rpc.stop()
    report(what, node.kind, end(node, started), chain, wall)


def load(bench, kind, chain):
    """-loadblock of a bootstrap file into an empty folder."""
    node = bench.node(*options(kind), "-connect=0", f"-loadblock={chain.file}", kind=kind, start=False)
    until_tip(node, f"-loadblock {chain.file.stem}", chain)
    return node


def waits(bench, kind, chain):
    """How long an RPC that needs the coins waits while blocks are connected and a small cache is flushed many times."""
    node = bench.node(*options(kind), "-dbcache=100", "-connect=0", f"-loadblock={chain.file}", kind=kind, start=False)
    node.wait_for_mempool = False  # it is loaded after the import
    node.start()
    node.rpc.timeout = 600
    found = []
    while node.getblockcount() < chain.blocks:
        started = time.monotonic()
        node.gettxout("00" * 32, 0)
        found.append(time.monotonic() - started)
    node.stop(timeout=600)
    found.sort()
    print(f"{'waits with -dbcache=100':34} {kind:9} {len(found)} calls: median {found[len(found) // 2] * 1000:.1f} ms, "
          f"longest {found[-1] * 1000:.0f} ms, 99th percentile {found[len(found) * 99 // 100] * 1000:.0f} ms", flush=True)


def rebuild(node, option, chain):
    """-reindex-chainstate or -reindex of a folder that `load` has filled."""
    node.options = [*options(node.kind), "-connect=0", option]
    until_tip(node, f"{option} {chain.file.stem}", chain)


def download(bench, kind, source, chain):
    """Initial download over loopback."""
    node = bench.node(*options(kind), "-nolisten", f"-connect={source.address}", kind=kind, start=False)
    until_tip(node, f"download from a {source.kind}", chain)


def serve(node):
    """Starts a filled node again, as a source of blocks."""
    node.options = options(node.kind)
    return node.start()


def next_block(node, chain):
    """submitblock of a block; all of its transactions are in the mempool."""
    raw = chain.next.read_bytes()
    text = raw.hex()
    node.options = [*options(node.kind), "-connect=0", "-debug=bench"]
    node.start()
    block = transactions(raw)
    for transaction in block[1:]:
        node.sendrawtransaction(transaction.hex(), 0)
    assert node.getmempoolinfo()["size"] == len(block) - 1
    started = time.monotonic()
    verdict = node.submitblock(text)
    wall = time.monotonic() - started
    assert verdict is None, verdict
    assert node.getblockcount() == chain.blocks + 1
    lines = [line for line in node.log().splitlines() if "[bench]" in line]
    print(f"{'a block of ' + str(len(block)) + ' known transactions':34} {node.kind:9} submitblock {wall * 1000:.1f} ms "
          f"(its {len(text) // 1000} kB of JSON included)", flush=True)
    wanted = 2 if node.kind == "daler" else 12
    print("\n".join("    " + line.split("[bench]")[1] for line in lines[-wanted:]))
    node.stop()


def compact(data, at):
    first = data[at]
    if first < 253:
        return first, at + 1
    width = {253: 2, 254: 4, 255: 8}[first]
    return int.from_bytes(data[at + 1:at + 1 + width], "little"), at + 1 + width


def transactions(block):
    """The bytes of each transaction of a block."""
    count, at = compact(block, 80)
    found = []
    for _ in range(count):
        start, at = at, at + 4
        witness = block[at] == 0
        at += 2 if witness else 0
        inputs, at = compact(block, at)
        for _ in range(inputs):
            size, at = compact(block, at + 36)
            at += size + 4
        outputs, at = compact(block, at)
        for _ in range(outputs):
            size, at = compact(block, at + 8)
            at += size
        for _ in range(inputs if witness else 0):
            items, at = compact(block, at)
            for _ in range(items):
                size, at = compact(block, at)
                at += size
        at += 4
        found.append(block[start:at])
    return found


def generate(bench, kind):
    """1,000 empty blocks by RPC, after some to warm up; then memory of an idle node, and times of its starts."""
    node = bench.node(*options(kind), "-connect=0", kind=kind, start=False)
    first = begin(node)
    memory = resident(node)
    node.generatetoaddress(500, ADDRESS)
    started = time.monotonic()
    node.generatetoaddress(1000, ADDRESS)
    wall = time.monotonic() - started
    node.stop()
    second = begin(node)
    print(f"{'generatetoaddress 1000':34} {kind:9} {1000 / wall:.0f} blocks/s", flush=True)
    print(f"{'start on an empty folder':34} {kind:9} {first * 1000:.0f} ms, idle {memory:.0f} MiB", flush=True)
    print(f"{'restart on 1,500 blocks':34} {kind:9} {second * 1000:.0f} ms, idle {resident(node):.0f} MiB", flush=True)
    node.stop()


def begin(node):
    """Seconds until a new process answers RPCs."""
    with contextlib.suppress(FileNotFoundError):
        (node.folder / ".cookie").unlink()
    started = time.monotonic()
    node.spawn()
    while not node.ready():
        time.sleep(0.001)
    return time.monotonic() - started


def resident(node):
    text = Path(f"/proc/{node.process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def versions(program):
    first = subprocess.run([program, "-version"], capture_output=True, text=True).stdout.splitlines()[0]
    libraries = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    linked = sorted({Path(line.split()[2]).resolve().name for line in libraries.splitlines()
                     if any(name in line for name in ("secp256k1", "leveldb", "libcrypto"))})
    return f"{first}; {', '.join(linked) or 'libraries built in'}"


def measure(bench, kinds, build, parts):
    if {"load", "download", "block"} & parts:
        chain = Chain(build, "mixed", MIXED)
        print(f"{chain.inputs} scripts, {chain.signatures} signatures; floor {chain.floor:.2f} s, "
              f"{chain.floor / chain.signatures * 1e6:.1f} us each", flush=True)
        filled = {kind: load(bench, kind, chain) for kind in kinds}
        if "load" in parts:
            for kind in kinds:
                rebuild(filled[kind], "-reindex-chainstate", chain)
                rebuild(filled[kind], "-reindex", chain)
        if "download" in parts:
            for source in filled.values():
                serve(source)
                for kind in kinds:
                    download(bench, kind, source, chain)
                source.stop()
        if "block" in parts:
            for kind in kinds:
                next_block(filled[kind], chain)
    if {"coins", "waits"} & parts:
        chain = Chain(build, "many", MANY)
        print(f"{chain.inputs} scripts, 5 million coins; floor {chain.floor:.2f} s", flush=True)
        for part, run in {"coins": load, "waits": waits}.items():
            for kind in kinds if part in parts else []:
                run(bench, kind, chain)
    if "generate" in parts:
        for kind in kinds:
            generate(bench, kind)


def main():
    known = parser(__doc__)
    known.add_argument("--repeat", type=int, default=1)
    arguments, wanted = parse(known, ["load", "download", "block", "coins", "waits", "generate"])
    kinds = choose(arguments, "daler", "make_chain", "floor")
    import framework
    for kind in kinds:
        print(versions(framework.program(kind, "node")))
    for _ in range(arguments.repeat):
        bench = framework.Test("bench")
        try:
            measure(bench, kinds, arguments.build.resolve(), wanted)
        finally:
            bench.close(failed=False)


if __name__ == "__main__":
    main()
