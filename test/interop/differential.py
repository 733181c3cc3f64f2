#!/usr/bin/python3
"""Makes random blocks and transactions, valid or wrong in one thing, and sends each to daler and to bitcoind. Fails at the
first difference between the two: in the verdict, the reason, the tip, the mempool or the coins.

    differential.py [--seed N] [--cases N] [--only KIND] [--all]

The seed decides all random choices. The generator is in generator/. A kind of case is a function marked with @case; each
round runs the kinds in random order. KNOWN_WORDS in world.py lists texts that differ in bitcoind.
"""
import argparse
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "functional")]
from chainkit import COIN, Output, push, script_number  # noqa: E402
from framework import LONG, SEED, bitcoind_folder, run  # noqa: E402
from generator import block_cases, mempool_cases, package_cases, script_cases, submission_cases, \
    transaction_cases  # noqa: E402
from generator.kinds import KINDS  # noqa: E402
from generator.locks import ANYONE  # noqa: E402
from generator.world import Disagreement, World  # noqa: E402

MODULES = (block_cases, mempool_cases, package_cases, script_cases, submission_cases,
           transaction_cases)
DEFAULT_CASES = 2000
ROUNDS = 5  # the least number of rounds
LEAST_REASONS = 40
ACTIVATIONS = {"dersig": 110, "cltv": 118, "csv": 126, "bip34": 150}
FIRST_REPEATED, REPEATED_STEP = 160, 30  # heights in the coinbases of the first blocks
OPTIONS = ["-connect=0", "-permitbaremultisig=0", "-persistmempool=0",
           *(f"-testactivationheight={name}@{height}" for name, height in ACTIVATIONS.items())]
# With one thread bitcoind reports the first script that fails, as daler does with any number of threads.
BITCOIND_OPTIONS = ["-par=1", "-checkblockindex=0", "-checkmempool=0", "-mempooltruc=enforce"]


def first_blocks(world):
    """Blocks with coins for the cases, and blocks around the activation of each rule."""
    world.repeated = {}
    while world.height <= 105:
        block = world.block()
        if world.height < 90:
            named = FIRST_REPEATED + REPEATED_STEP * (world.height - 1)
            base = block.transactions[0]
            base.inputs[0].script = script_number(named) + push(b"again")
            base.outputs = [Output(COIN // 10, b"\x51"), Output(49 * COIN, ANYONE.script)]
            base.locks = {1: ANYONE}
            world.repeated[named] = base
            block.solve()
        world.submit(block, expect="")
        world.set_time(world.now + world.rng.randrange(900))
    while world.height <= 155:
        world.reserved.clear()
        transaction_cases.before_activations(world)
        world.submit(world.block(), expect="")
        world.set_time(world.now + world.rng.randrange(900))


def main(test):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cases", type=int, default=10 * DEFAULT_CASES if LONG else DEFAULT_CASES)
    parser.add_argument("--all", action="store_true", help="continue after a disagreement while both have the same tip")
    parser.add_argument("--only", help="run only kinds whose names contain this")
    arguments = parser.parse_args()
    print(bitcoind_folder())
    bitcoind = test.node(*OPTIONS, *BITCOIND_OPTIONS, kind="bitcoind", name="bitcoind")
    daler = test.node(*OPTIONS, kind="daler", name="daler")
    rng = random.Random(arguments.seed)
    world = World(daler, bitcoind, rng, arguments.seed)
    first_blocks(world)
    test.step(f"seed {arguments.seed}: {world.height} blocks, {world.cases} cases")

    kinds = [kind for kind in KINDS if not arguments.only or arguments.only in kind[0]]
    rounds, disagreements = 0, []
    while world.cases < arguments.cases or rounds < ROUNDS:
        deal = [kind for kind in kinds for _ in range(kind[2])]
        rng.shuffle(deal)
        for name, function, _ in deal:
            world.kind = name
            world.reserved.clear()
            try:
                function(world)
            except Disagreement as difference:
                if not arguments.all or daler.tip() != bitcoind.tip() or daler.tip() != world.tip.hash:
                    raise
                disagreements.append(difference)
                print(difference, flush=True)
            if rng.random() < 0.1:
                world.set_time(world.now + rng.randrange(600))
        rounds += 1
        world.compare_coins()
        test.step(f"round {rounds}: {world.cases} cases, {world.valid} valid, {len(world.histogram)} reasons, "
                  f"height {world.tip.height}, {len(world.coins)} coins")
    report(world, complete=not arguments.only)
    assert not disagreements, f"{len(disagreements)} disagreements"


def report(world, complete):
    print(f"{world.cases:6}  cases\n{world.valid:6}  accepted by both\n"
          f"{world.skipped:6}  more that Bitcoin Knots does not relay by its own policy")
    for reason, count in sorted(world.histogram.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:6}  {reason}")
    if not complete:
        return
    often = [reason for reason, count in world.histogram.items() if count >= ROUNDS]
    print(f"{len(often)} reasons occurred at least {ROUNDS} times; the coins were compared {world.utxo_checks} times")
    assert world.cases >= DEFAULT_CASES, f"only {world.cases} cases"
    assert 4 * world.valid >= world.cases, f"only {world.valid} of {world.cases} cases are valid"
    assert len(often) >= LEAST_REASONS, f"only {len(often)} reasons occurred {ROUNDS} times"


if __name__ == "__main__":
    run(main)
