#!/usr/bin/python3
"""Signets of one's own: the node with the key signs what it mines, others follow and cannot mine."""
import os
import subprocess

from framework import equal, fails, program, run, sync_blocks, wait_until

# 1 <key> 1 OP_CHECKMULTISIG with the public key of `KEY`.
KEY = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"
PUBLIC = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
CHALLENGE = "5121" + PUBLIC + "51ae"
EASY = ["-rule=pow_limit=" + "7f" + "ff" * 31, "-rule=retarget_rule=none"]
ADDRESS = "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"


def signet(challenge=CHALLENGE):
    return ["-signet", f"-signetchallenge={challenge}", *EASY]


def key_file(test, name, text, mode=0o600):
    path = test.folder / name
    path.write_text(text)
    os.chmod(path, mode)
    return path


def refused(test, text, *options):
    done = subprocess.run([program("daler", "node"), f"-datadir={test.folder}", *options], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 1 and text in done.stderr, (done.returncode, done.stderr, text)


def check_options(test, key):
    refused(test, "is for chains with signed blocks", "-regtest", f"-signetsigner={key}")
    refused(test, "takes the path of a file, not a key", *signet(), f"-signetsigner={KEY}")
    refused(test, "cannot be read", *signet(), "-signetsigner=/nowhere/key")
    refused(test, "chmod 600", *signet(), f"-signetsigner={key_file(test, 'open', KEY, 0o644)}")
    refused(test, "line 2", *signet(), f"-signetsigner={key_file(test, 'bad', KEY + chr(10) + 'nonsense')}")
    refused(test, "empty", *signet(), f"-signetsigner={key_file(test, 'empty', ' ')}")
    refused(test, "do not satisfy", *signet("5121" + "02" + "11" * 32 + "51ae"), f"-signetsigner={key}")
    refused(test, "works on private networks only", "-signet", f"-signetsigner={key}")


def main(test):
    key = key_file(test, "key", KEY + "\n")
    check_options(test, key)
    options = [*signet()[1:], "-rpcuser=u", "-rpcpassword=p"]
    signer = test.node(*options, f"-signetsigner={key}", chain="signet", start=False)
    other = test.node(*options, chain="signet", start=False)
    for node in (signer, other):
        node.credentials = "u:p"
        node.start()
    signer.connect(other)
    hashes = signer.generatetoaddress(3, ADDRESS)
    sync_blocks([signer, other])
    test.step("a node without the key follows")

    fails(-32603, "block not accepted. This node has no key", other.generatetoaddress, 1, ADDRESS)
    other.createwallet("w")
    descriptor = other.getdescriptorinfo(f"multi(1,{KEY})")
    other.importdescriptors([{"desc": f"multi(1,{KEY})#{descriptor['checksum']}", "timestamp": "now"}])
    hashes += other.generatetoaddress(1, ADDRESS)
    sync_blocks([signer, other])
    equal(signer.getbestblockhash(), hashes[-1])
    test.step("a wallet with the key signs, too")

    block = signer.generateblock(ADDRESS, [])["hash"]
    sync_blocks([signer, other])
    equal(other.getbestblockhash(), block)
    block = signer.mine(1, {"address": ADDRESS})["blocks"][-1]
    sync_blocks([signer, other])
    equal(other.getbestblockhash(), block)
    signer.reorg(2, {"address": ADDRESS})
    sync_blocks([signer, other])
    assert other.getbestblockhash() != block
    height = signer.getblockcount()
    signer.setautomine("1s", {"address": ADDRESS})
    wait_until(lambda: other.getblockcount() > height, what="a block that the signer mines by itself")
    signer.setautomine("off")
    test.step("mine, reorg and automine sign, too")
    template = signer.getblocktemplate({"rules": ["segwit", "signet"]})
    equal(template["signet_challenge"], CHALLENGE)
    assert "ecc7daa2" not in template["default_witness_commitment"]


if __name__ == "__main__":
    run(main)
