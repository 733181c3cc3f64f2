#!/usr/bin/python3
"""Measures how long a wallet with many transactions takes to open, and how much memory it needs.

Half of the transactions are payments of the wallet's own, with change, and all addresses are used once. The memory is what
the process has more than before, after the first balance was asked for. The script measures only; it is not a test.

    test/bench/opening.py [--build DIR] [--transactions N] [--rounds N]
"""
import statistics
import subprocess
import time
from pathlib import Path

from programs import ONLY, choose, parse, parser

BLOCKS = 200


def memory(node):
    """Bytes that only this process has."""
    lines = Path(f"/proc/{node.process.pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def timed(call, *arguments):
    start = time.monotonic()
    call(*arguments)
    return (time.monotonic() - start) * 1000


def measure(bench, program, transactions, rounds):
    node = bench.node("-connect=0", "-maxtipage=2000000000", *ONLY["daler"], kind="daler")
    node.rpc.timeout = 600
    node.createwallet("warm")
    node.generatetoaddress(BLOCKS, node.wallet("warm").getnewaddress())
    node.unloadwallet("warm")
    folder = Path(node.datadir) / "regtest" / "wallets" / "many"
    folder.mkdir(parents=True)
    subprocess.run([program, folder / "wallet.dat", str(transactions), node.getbestblockhash(), str(BLOCKS)], check=True)
    opened, used, first = [], [], []
    for _ in range(rounds):
        before = memory(node)
        opened.append(timed(node.loadwallet, "many"))
        wallet = node.wallet("many")
        first.append(timed(wallet.getbalances))
        used.append((memory(node) - before) / transactions)
        assert wallet.getwalletinfo()["txcount"] == transactions
        node.unloadwallet("many")
    size = (folder / "wallet.dat").stat().st_size
    print(f"{transactions} transactions: opened in {statistics.median(opened):.0f} ms (best {min(opened):.0f}), "
          f"first balance {statistics.median(first):.0f} ms, "
          f"{used[0]:.0f} bytes of memory and {size / transactions:.0f} of the file for each", flush=True)


def main():
    known = parser(__doc__)
    known.add_argument("--transactions", type=int, default=100_000)
    known.add_argument("--rounds", type=int, default=5)
    arguments, _ = parse(known, [])
    arguments.no_bitcoind = True
    choose(arguments, "dalerd", "make_wallet")
    import framework
    bench = framework.Test("bench")
    try:
        measure(bench, arguments.build.resolve() / "test" / "bench" / "make_wallet", arguments.transactions,
                arguments.rounds)
    finally:
        bench.close(failed=False)


if __name__ == "__main__":
    main()
