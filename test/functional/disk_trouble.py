#!/usr/bin/python3
"""A full disk, a disk that fills up, a read-only folder: the node ends with a clear error, keeps the blocks and coins that
it has reported, and continues when there is space again."""
import os
import subprocess
import sys

from framework import RpcError, Skip, equal, run

MIB = 1 << 20
ALONE = ["unshare", "--map-root-user", "--mount"]  # a user namespace: its mounts end with it


def mount(folder, options):
    """Mounts or remounts a disk in memory."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "daler-test", folder], check=True)


def fill(folder, leave):
    """Writes a file that takes all free space but `leave` bytes; returns its path."""
    ballast = folder / "ballast"
    disk = os.statvfs(folder)
    with open(ballast, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_frsize - leave)
    return ballast


def refuses_a_full_disk(test, node):
    test.step("a start on a full disk")
    text = node.fails_to_start()
    assert str(node.folder) in text and "disk is full" in text and "Make room" in text, text


def stops_when_it_fills(test, node, address):
    test.step("a disk that fills up while mining")
    ballast = fill(node.folder, 51 * MIB)
    answered = node.tip()
    try:
        for _ in range(200):
            answered = node.generatetoaddress(100, address)[-1]
        raise AssertionError("the disk never got full")
    except RpcError as error:
        assert "disk is full" in error.message, error.message
    equal(node.wait_exit(), 1, "exit code")
    assert "disk is full" in node.log()
    test.step("a start while the disk is still full")
    ballast.unlink()
    ballast = fill(node.folder, 40 * MIB)  # also the space that became free when the node ended
    assert "Make room" in node.fails_to_start()
    ballast.unlink()
    return answered


def continues_with_space(test, node, answered, address):
    test.step("the node continues when there is space again")
    node.start()
    assert node.getblockheader(answered)["confirmations"] > 0, "a block that was reported is missing"
    height = node.getblockcount()
    equal(node.wallet("purse").getbalances()["mine"]["immature"] > 0, True, "the wallet has its coins")
    node.generatetoaddress(1, address)
    equal(node.getblockcount(), height + 1)
    coins = node.utxo()
    node.restart("-reindex-chainstate")
    equal(node.utxo(), coins, "coins after a replay of all blocks")


def refuses_a_read_only_folder(test, node):
    test.step("a read-only folder")
    tip = node.tip()
    node.stop()
    mount(node.folder, "remount,ro")
    text = node.fails_to_start()
    assert str(node.folder) in text and "Read-only" in text, text
    mount(node.folder, "remount,rw")
    node.start()
    equal(node.tip(), tip)


def main(test):
    if "alone" not in sys.argv:
        raise Skip("this system has no user namespaces, so a small disk cannot be mounted")
    node = test.node(start=False)
    node.folder.mkdir()
    mount(node.folder, "size=30m")
    refuses_a_full_disk(test, node)
    mount(node.folder, "remount,size=200m")
    node.start()
    node.createwallet("purse", load_on_startup=True)
    address = node.wallet("purse").getnewaddress()
    node.generatetoaddress(10, address)
    answered = stops_when_it_fills(test, node, address)
    continues_with_space(test, node, answered, address)
    refuses_a_read_only_folder(test, node)


if "alone" not in sys.argv and subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0:
    os.execvp(ALONE[0], [*ALONE, sys.executable, *sys.argv, "alone"])
run(main)
