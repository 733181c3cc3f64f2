#!/usr/bin/python3
"""A node accepts P2WPKH and P2TR payments that bitcoinjs-lib has built and signed, and PSBTs go back and forth between
them. bitcoinjs-lib shares no code with daler."""
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "functional"))
from chainkit import ANYONE_ADDRESS  # noqa: E402
from framework import Skip, equal, run  # noqa: E402



def installed(name="bitcoinjs"):
    """A folder outside the checkout with the scripts of this folder and their packages."""
    if not (shutil.which("node") and shutil.which("npm")):
        raise Skip("no node or npm (contrib/install-deps --interop)")
    source = HERE / name
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "daler" / f"{name}-{lock}"
    folder.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    if not (folder / "installed").exists():
        done = subprocess.run(["npm", "ci", "--no-progress"], cwd=folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Skip(f"npm ci failed:\n{done.stdout}")
        (folder / "installed").touch()
    return folder


def main(test):
    folder = installed()
    test.step("the packages are installed")
    node = test.node()
    node.createwallet("w")
    node.generatetoaddress(1, node.wallet("w").getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    for script in ("sign_and_send.mjs", "psbts.mjs"):
        test.step(script)
        done = subprocess.run(["node", script, f"http://127.0.0.1:{node.rpcport}", node.cookie()], cwd=folder,
                              capture_output=True, text=True)
        print(done.stdout, end="")
        equal(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    run(main)
