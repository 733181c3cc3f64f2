#!/usr/bin/python3
"""Measures getblocktemplate of a build of daler and of bitcoind (contrib/get-bitcoind): CPU time of the server for each
call, with the same chain and mempool, while the mempool stays as it is and after one more transaction each.

doc/performance.md has figures. The script measures only; it is not a test.

    test/bench/templates.py [--build DIR] [--no-bitcoind] [--calls N] [COUNT ...]
"""
import random

from programs import ONLY, choose, cpu, parser

COINS_PER_SPLIT = 2000
EXTRA = 100  # transactions for the calls after one more
RULES = {"rules": ["segwit"]}
OPTIONS = ["-connect=0", "-maxtipage=2000000000", "-maxmempool=1000"]


def chain_and_payments(node, count):
    """The hex of blocks that have the coins for `count` payments, and the hex of the payments, in random order of fees."""
    import chainkit
    blocks, payments, dice = [], [], random.Random(1)
    splits = -(-count // COINS_PER_SPLIT)

    def add(transactions=()):
        blocks.append(chainkit.next_block(node, transactions).hex())
        assert node.submitblock(blocks[-1]) is None

    for _ in range(splits + 100):
        add()
    for height in range(1, splits + 1):
        split = chainkit.spend(chainkit.coins_of(node, height, height), 200_000, COINS_PER_SPLIT)
        add([split])
        payments += [chainkit.spend([chainkit.coin(split, index)], dice.randrange(1000, 100_000), 2).hex()
                     for index in range(COINS_PER_SPLIT)]
    return blocks, payments[:count]


def per_call(node, calls, before=lambda number: None):
    """Milliseconds of CPU time for a call of getblocktemplate, and the size of its answer in bytes."""
    import framework
    used = size = 0
    body = framework.to_json({"id": 1, "method": "getblocktemplate", "params": [RULES]})
    for number in range(calls):
        before(number)
        started = cpu(node)
        size = len(node.rpc.http(body=body)[2])
        used += cpu(node) - started
    return used / calls * 1000, size


def measure(bench, kinds, count, calls):
    found = {}
    nodes = {kind: bench.node(*OPTIONS, *ONLY[kind], kind=kind) for kind in kinds}
    blocks, payments = chain_and_payments(nodes["daler"], count + EXTRA)
    for kind, node in nodes.items():
        node.rpc.timeout = 600
        if kind != "daler":
            for block in blocks:
                node.submitblock(block)
        now = node.getblockheader(node.tip())["time"] + 1000
        node.setmocktime(now)
        for payment in payments[:count]:
            node.sendrawtransaction(payment, 0)

        def one_more(number):
            # bitcoind keeps a template for five seconds, whatever comes into its mempool.
            node.setmocktime(now + 10 * (number + 1))
            node.sendrawtransaction(payments[count + number], 0)

        first, size = per_call(node, 1)
        entries = len(node.getblocktemplate(RULES)["transactions"])
        found[kind] = [first, per_call(node, calls)[0], per_call(node, min(calls, EXTRA), one_more)[0]]
        print(f"{count:6} transactions  {node.kind:9} {entries} in the template, {size / 1e6:.1f} MB; CPU of the first call "
              f"{first:.1f} ms, unchanged {found[kind][1]:.2f} ms, after one more {found[kind][2]:.2f} ms", flush=True)
        node.stop()
    if len(found) == 2:
        ratios = [theirs / ours for theirs, ours in zip(found["bitcoind"], found["daler"])]
        print(f"{'':6} bitcoind / daler: first {ratios[0]:.1f}, unchanged {ratios[1]:.1f}, after one more {ratios[2]:.1f}")


def main():
    known = parser(__doc__)
    known.add_argument("--calls", type=int, default=30)
    known.add_argument("counts", nargs="*", metavar="COUNT", type=int, default=[6300, 20000])
    arguments = known.parse_args()
    kinds = choose(arguments)
    import framework
    for count in arguments.counts:
        bench = framework.Test("templates")
        try:
            measure(bench, kinds, count, arguments.calls)
        finally:
            bench.close(failed=False)


if __name__ == "__main__":
    main()
