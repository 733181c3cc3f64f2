#!/usr/bin/python3
"""bitcoind and daler do not load each other's wallet files."""
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "functional"))

from framework import equal, fails, run  # noqa: E402


def main(test):
    daler, core = test.node(kind="daler", name="daler"), test.node(kind="bitcoind", name="bitcoind")
    copies = {}
    for node in (daler, core):
        node.createwallet("mine")
        copies[node] = test.folder / f"{node.name}.dat"
        node.wallet("mine").backupwallet(str(copies[node]))
    for node, foreign in ((daler, copies[core]), (core, copies[daler])):
        test.step(f"{node.name} and the wallet file of the other program")
        folder = node.folder / "wallets" / "foreign"
        folder.mkdir()
        shutil.copy(foreign, folder / "wallet.dat")
        fails(-18, f"Wallet file verification failed. Failed to load database path '{folder}'. Data is not in "
              "recognized format.", node.loadwallet, "foreign")
        equal([wallet["name"] for wallet in node.listwalletdir()["wallets"]], ["mine"])
        equal((folder / "wallet.dat").read_bytes(), foreign.read_bytes(), "the file")


run(main)
