#!/usr/bin/python3
"""contrib/get-bitcoind runs three times at once with an empty cache: only one run fetches, and all return the same file."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from framework import ROOT, bitcoind_folder, equal, run  # noqa: E402

RUNS = 3


def fetch(environment):
    """Runs contrib/get-bitcoind. Returns the path and the inode of the program."""
    done = subprocess.run([ROOT / "contrib" / "get-bitcoind", "--path"], env=environment, capture_output=True, text=True)
    equal(done.returncode, 0, done.stderr)
    program = Path(done.stdout.strip()) / "usr" / "bin" / "bitcoind"
    return program, program.stat().st_ino


def main(test):
    bitcoind_folder()  # or skip
    environment = {**os.environ, "XDG_CACHE_HOME": str(test.folder / "cache")}
    with ThreadPoolExecutor(RUNS) as pool:
        answers = set(pool.map(fetch, [environment] * RUNS))
    equal(len(answers), 1, "files")
    test.step(f"{RUNS} runs, one fetched")


run(main)
