#!/usr/bin/python3
"""doc/configuration.md and doc/rpc.md say what the programs say."""
import subprocess

from framework import BUILD, ROOT, equal, run


def main(test):
    done = subprocess.run(["/usr/bin/python3", ROOT / "contrib" / "write_docs", "--check", BUILD], capture_output=True,
                          text=True, env=test.environment)
    equal(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    run(main)
