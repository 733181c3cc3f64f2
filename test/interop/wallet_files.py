#!/usr/bin/python3
"""A stock bitcoind and daler do not take each other's wallet files for their own."""
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "functional"))

from framework import equal, fails, run  # noqa: E402


def main(test):
    ours, stock = test.node(kind="daler", name="ours"), test.node(kind="bitcoind", name="stock")
    copies = {}
    for node in (ours, stock):
        node.createwallet("mine")
        copies[node] = test.folder / f"{node.name}.dat"
        node.wallet("mine").backupwallet(str(copies[node]))
    for node, foreign in ((ours, copies[stock]), (stock, copies[ours])):
        test.step(f"{node.name} is given a foreign wallet")
        folder = node.folder / "wallets" / "foreign"
        folder.mkdir()
        shutil.copy(foreign, folder / "wallet.dat")
        fails(-18, f"Wallet file verification failed. Failed to load database path '{folder}'. Data is not in "
              "recognized format.", node.loadwallet, "foreign")
        equal([wallet["name"] for wallet in node.listwalletdir()["wallets"]], ["mine"])
        equal((folder / "wallet.dat").read_bytes(), foreign.read_bytes(), "the file")


run(main)
