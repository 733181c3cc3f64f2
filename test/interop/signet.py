#!/usr/bin/python3
"""A stock bitcoind follows a signet whose blocks daler signs (BIP 325), at the difficulty of real signets."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functional"))

from framework import equal, run, sync_blocks  # noqa: E402

KEY = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"  # the private key 1
CHALLENGE = "51210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179851ae"
ADDRESS = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"
TRIES = 2_000_000_000


def main(test):
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
