#!/usr/bin/python3
"""Valid and invalid options on the command line and in the config file: daler and bitcoind accept and refuse the same
ones, and their errors are equal where the table says so.

test/interop/options.py [--seed N] [--share N]     tries N % of the starts that succeed (default 25), and all refusals
"""
import argparse
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from framework import LONG, SEED, bitcoind_folder, run, wait_until  # noqa: E402

# (options, config file, whether the errors are equal). Either both must start, or none. Known differences are not in the
# table: daler refuses a wrong -addresstype at once, bitcoind when a wallet is created; daler refuses proxies;
# daler creates a missing data folder.
SAME, OWN = True, False
CASES = [
    (["-nosuchoption"], "", SAME), (["-forcednsseed", "-connect=1.2.3.4"], "", SAME), (["-listen=0", "-bind=127.0.0.1"], "", SAME),
    (["-forcednsseed=1", "-dnsseed=0"], "", SAME), (["-onlynet=nonsense"], "", SAME), (["-onlynet=i2p"], "", SAME),
    (["-onlynet=cjdns"], "", SAME), (["-onlynet=ipv4"], "", SAME), (["-onlynet=ipv4", "-onlynet=ipv6"], "", SAME),
    (["-debug=nonsense"], "", SAME), (["-debugexclude=nonsense"], "", SAME), (["-debug=net"], "", SAME),
    (["-debug=leveldb"], "", SAME), (["-debug=1", "-debugexclude=net"], "", SAME), (["-debug=none"], "", SAME),
    (["-externalip=not an address"], "", SAME), (["-externalip=1.2.3.4"], "", SAME),
    (["-maxuploadtarget=abc"], "", SAME), (["-maxuploadtarget=0"], "", SAME), (["-maxuploadtarget=0M"], "", SAME), (["-uacomment=(x)"], "", SAME),
    (["-uacomment=fine"], "", SAME), (["-includeconf=x"], "", SAME), (["-noincludeconf"], "includeconf=absent.conf\n", SAME),
    ([], "includeconf=absent.conf\n", SAME), (["-rpcauth="], "", SAME), (["-rpcauth=me"], "", OWN),
    (["-rpcallowip=[::1]"], "", SAME), (["-rpcallowip=nonsense"], "", OWN), (["-nowallet"], "", SAME),
    (["-wallet=missing"], "", SAME), (["-prune=-1"], "", OWN), (["-prune=1", "-txindex"], "", OWN),
    (["-listen=0"], "", SAME), (["-nolisten"], "", SAME), (["-connect=0"], "", SAME), (["-dns=0"], "", SAME),
    (["-proxy=0"], "", SAME), (["-noproxy"], "", SAME), (["-deprecatedrpc=warnings"], "", SAME),
    (["-acceptstalefeeestimates"], "", SAME), (["-blocknotify=true"], "", SAME), (["-shutdownnotify=true"], "", SAME),
    (["-walletnotify="], "", SAME), (["-rest=1"], "", SAME), (["-upnp=1"], "", SAME), (["-datadir=/nonexistent/folder"], "", OWN),
    (["-conf=absent.conf"], "", OWN),
    ([], "connect=127.0.0.1\n", SAME), ([], "rpcport=1\n", SAME), ([], "port=1\nbind=127.0.0.1\naddnode=1.2.3.4\n", SAME),
    ([], "wallet=w\n", SAME), ([], "[regtest]\nconnect=0\n", SAME), (["-connect=0"], "connect=127.0.0.1\n", SAME),
    ([], "main.connect=127.0.0.1\n", SAME), ([], "nosuchkey=1\n", SAME), ([], "-server=1\n", OWN), ([], "nothing at all\n", OWN),
    ([], "rpcpassword=a#b\n", OWN), ([], "nolisten=1\n", SAME), ([], "listen=0\nlisten=1\n", SAME),
]


def outcome(node, options, config):
    """"starts", or the error if the node does not start."""
    name = "daler.conf" if node.kind == "daler" else "bitcoin.conf"
    (node.datadir / name).write_text(config)
    node.spawn(*options)
    wait_until(lambda: node.process.poll() is not None or node.ready(), what=f"{node.name} to start or end")
    if node.process.poll() is not None:
        return " ".join(re.sub(r"(?m)^Error: ", "", node.stderr()).split())
    node.stop()
    return "starts"


def main(test):
    bitcoind_folder()  # or skip
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--share", type=int, default=100 if LONG else 25)
    given, _ = parser.parse_known_args()
    dice = random.Random(given.seed)
    nodes = [test.node(start=False, kind=kind, name=kind) for kind in ("daler", "bitcoind")]
    compared, wrong = 0, []
    for options, config, words in CASES:
        ours = outcome(nodes[0], options, config)
        if ours == "starts" and dice.randrange(100) >= given.share:
            continue  # a start of bitcoind is slow
        theirs = outcome(nodes[1], options, config)
        compared += 1
        alike = ours == theirs or (not words and "starts" not in (ours, theirs))
        if not alike:
            wrong.append(f"{options} {config!r}\n    daler:    {ours}\n    bitcoind: {theirs}")
    test.step(f"{compared} of {len(CASES)} compared")
    assert not wrong, "\n".join(["different:", *wrong])


if __name__ == "__main__":
    run(main)
