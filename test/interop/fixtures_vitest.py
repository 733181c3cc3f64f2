#!/usr/bin/python3
"""contrib/fixtures for JavaScript under Vitest: a node for all tests of a file, which returns to its snapshot after each."""
import shutil
import subprocess
import sys
from pathlib import Path

from bitcoinjs import installed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functional"))
from framework import BUILD, FACTOR, ROOT, equal, run  # noqa: E402


def main(test):
    folder = installed("vitest")
    shutil.copy(ROOT / "contrib" / "fixtures" / "javascript" / "daler.mjs", folder)
    test.step("vitest run")
    done = subprocess.run(["node_modules/.bin/vitest", "run"], cwd=folder, stdin=subprocess.DEVNULL,
                          env={**test.environment, "DALER": str(BUILD / "daler"), "NO_COLOR": "1"},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200 * FACTOR)
    equal(done.returncode, 0, done.stdout)
    assert "3 passed" in done.stdout, done.stdout


run(main)
