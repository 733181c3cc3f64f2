#!/usr/bin/python3
"""A stock bitcoind follows a signet whose blocks daler signs (BIP 325), at the difficulty of real signets; it joins with the
line that `daler up --signet` prints."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functional"))

from framework import equal, run, sync_blocks, wait_until  # noqa: E402
from networks import Daler  # noqa: E402

KEY = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"  # the private key 1
CHALLENGE = "51210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179851ae"
ADDRESS = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
TRIES = 2_000_000_000


def one_command(test):
    test.step("bitcoind joins with exactly the line that daler up prints")
    daler = Daler(test, "organiser")
    text = daler.run("up", "--signet", "-d", "--fund", "0")
    words = next(line for line in text.splitlines() if line.startswith("  bitcoind ")).split()[1:]
    equal(words[0], "-signet")
    bitcoind = test.node(*words[1:], chain="signet", kind="bitcoind", name="joined")
    daler.run("mine", "2")
    wait_until(lambda: bitcoind.getblockcount() == 2, what="the blocks")
    equal(bitcoind.getbestblockhash(), daler.node("n1")["tip"])
    daler.run("reorg", "1")
    wait_until(lambda: bitcoind.getbestblockhash() == daler.node("n1")["tip"], what="the other branch")
    daler.run("down")


def main(test):
    one_command(test)
    test.step("dalerd with a key of the user's own")
    key = test.folder / "key"
    key.write_text(KEY)
    os.chmod(key, 0o600)
    challenge = f"-signetchallenge={CHALLENGE}"
    signer = test.node(challenge, f"-signetsigner={key}", chain="signet", kind="daler")
    bitcoind = test.node(challenge, chain="signet", kind="bitcoind")
    bitcoind.connect(signer)
    hashes = signer.generatetoaddress(2, ADDRESS, TRIES)
    sync_blocks([signer, bitcoind])
    equal(bitcoind.getbestblockhash(), hashes[-1])
    equal(bitcoind.getblockchaininfo()["signet_challenge"], CHALLENGE)


if __name__ == "__main__":
    run(main)
