#!/usr/bin/python3
"""Several tests ask for the stock bitcoind at once, where it never was: one fetches it for all, and it stays in place."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from framework import ROOT, bitcoind_folder, equal, run  # noqa: E402

ASKERS = 3


def ask(environment):
    """Which file it is that one who asks is told to run."""
    done = subprocess.run([ROOT / "contrib" / "get-bitcoind", "--path"], env=environment, capture_output=True, text=True)
    equal(done.returncode, 0, done.stderr)
    program = Path(done.stdout.strip()) / "usr" / "bin" / "bitcoind"
    return program, program.stat().st_ino


def main(test):
    bitcoind_folder()  # or skip
    environment = {**os.environ, "XDG_CACHE_HOME": str(test.folder / "cache")}
    with ThreadPoolExecutor(ASKERS) as askers:
        answers = set(askers.map(ask, [environment] * ASKERS))
    equal(len(answers), 1, "files")
    test.step(f"{ASKERS} asked, one fetched")


run(main)
