#!/usr/bin/python3
"""Measures `rescanblockchain` over large blocks, with and without block filters, of a build of daler and of bitcoind
(contrib/get-bitcoind).

The wallet is a new one that has nothing in the blocks: what is measured is the search. doc/performance.md has figures. The
script measures only; it is not a test.

    test/bench/rescan.py [--build DIR] [--no-bitcoind] [--repeat N] [--blocks N] [--inputs N] [PART ...]
"""
import statistics
import time

from programs import ONLY, choose, parse, parser
from run import OPTIONS, Chain

PARTS = {"blocks": [], "filters": ["-blockfilterindex=1"]}


def wait_for_filters(node):
    while not all(entry["synced"] for entry in node.getindexinfo().values()):
        time.sleep(0.1)


def rescans(bench, kind, chain, options, repeat):
    """How long each of `repeat` rescans takes, in seconds."""
    node = bench.node(*OPTIONS, *ONLY[kind], *options, "-connect=0", f"-loadblock={chain.file}", kind=kind, start=False)
    node.start(timeout=600)
    node.rpc.timeout = 600
    node.waitforblockheight(chain.blocks, 600_000)
    wait_for_filters(node)
    node.createwallet("finder")
    wallet, out = node.wallet("finder"), []
    for _ in range(repeat):
        started = time.monotonic()
        done = wallet.rescanblockchain()
        out.append(time.monotonic() - started)
        assert done == {"start_height": 0, "stop_height": chain.blocks}, done
    node.stop(timeout=600)
    return out


def main():
    known = parser(__doc__)
    known.add_argument("--repeat", type=int, default=5)
    known.add_argument("--blocks", type=int, default=1500)
    known.add_argument("--inputs", type=int, default=548_000)
    arguments, wanted = parse(known, list(PARTS))
    kinds = choose(arguments, "daler", "make_chain", "floor")
    import framework
    chain = Chain(arguments.build.resolve(), f"rescan-{arguments.blocks}-{arguments.inputs}",
                  {"blocks": arguments.blocks, "inputs": arguments.inputs, "extra": 0, "next": 0})
    bench = framework.Test("bench")
    try:
        for part in wanted:
            medians = []
            for kind in kinds:
                times = rescans(bench, kind, chain, PARTS[part], arguments.repeat)
                medians.append(statistics.median(times))
                print(f"rescan, {part:8} {kind:9} median {medians[-1] * 1000:7.1f} ms, "
                      f"best {min(times) * 1000:7.1f} ms", flush=True)
            if len(medians) == 2:
                print(f"    {medians[1] / medians[0]:.1f} times less", flush=True)
    finally:
        bench.close(failed=False)


if __name__ == "__main__":
    main()
