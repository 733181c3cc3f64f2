#!/usr/bin/python3
"""contrib/install-deps fetches the newer libsecp256k1, and the build uses it. If it cannot be fetched, install-deps prints
a notice, and the build uses the system's."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from framework import ROOT, bitcoind_folder, equal, run  # noqa: E402


def call(arguments, environment):
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, cwd=ROOT)
    equal(done.returncode, 0, done.stdout + done.stderr)
    return done


def chosen_library(environment, build, *options):
    """The libsecp256k1 that a newly configured build folder links."""
    output = call(["cmake", "--preset", "release", "-B", build, "-DDALER_TESTS=OFF", *options], environment).stdout
    return re.search(r"^-- libsecp256k1: (.*)$", output, re.M).group(1)


def main(test):
    bitcoind_folder()  # skips the test without access to the archive, which is the same
    cache = test.folder / "cache"
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    fetched = str(cache / "daler" / "libsecp256k1" / "lib" / "libsecp256k1.a")

    broken = test.folder / "broken"
    broken.mkdir()
    (broken / "apt-get").write_text("#!/bin/sh\necho no archive answers >&2\nexit 100\n")
    (broken / "apt-get").chmod(0o755)
    done = call(["contrib/install-deps"], {**environment, "PATH": f"{broken}:{os.environ['PATH']}"})
    assert "no archive answers" in done.stderr and "the system's libsecp256k1" in done.stderr, done.stderr
    assert chosen_library(environment, test.folder / "without") != fetched
    test.step("without an archive the system's library is used")

    call(["contrib/install-deps"], environment)
    equal(chosen_library(environment, test.folder / "with"), fetched)
    assert chosen_library(environment, test.folder / "system", "-DDALER_SECP256K1=system") != fetched
    equal(call(["contrib/install-deps"], environment).stdout, "")
    test.step("with an archive the newer library is fetched once and linked")


if __name__ == "__main__":
    run(main)
