#!/usr/bin/python3
"""Starts: files that they create, log file, clock, old block files, empty and refused options, wallets."""
import json
import os
import sqlite3
import stat
import subprocess
import time

from chainkit import ANYONE_ADDRESS, next_block
from framework import FACTOR, ROOT, equal, run


def first_start(test):
    test.step("the first start creates wallets/ and settings.json")
    node = test.node(name="first")
    assert (node.folder / "wallets").is_dir()
    equal(list((node.folder / "wallets").iterdir()), [])
    assert isinstance(json.loads((node.folder / "settings.json").read_text()), dict)
    node.restart("-nosettings")
    node.stop()


def log_file(test):
    test.step("a log file that cannot be written")
    node = test.node(start=False, name="log")
    taken = test.folder / "taken"
    taken.mkdir()
    assert f"Could not open debug log file {taken}" in node.fails_to_start(f"-debuglogfile={taken}")


def empty_options(test):
    test.step("empty options, and addresses in brackets")
    node = test.node("-rpcauth=", "-rpcallowip=[::1]", "-rpcallowip=[::1]/128", "-rpcallowip=127.0.0.1",
                     "-rpcbind=127.0.0.1", name="options")
    equal(node.getblockcount(), 0)
    node.stop()
    assert "Invalid -rpcauth argument" in node.fails_to_start("-rpcauth=me")
    assert "is not a network that may use RPC" in node.fails_to_start("-rpcallowip=[::1")


def getinfo(test):
    test.step("-getinfo works if the named wallet is not loaded")
    node = test.node(name="getinfo")
    shown = node.cli("-rpcwallet=missing", "-getinfo")
    assert "Blocks: 0" in shown and "Wallet:" not in shown, shown
    node.createwallet("there")
    assert "Wallet: there" in node.cli("-rpcwallet=there", "-getinfo")
    node.stop()


def future_tip(test):
    test.step("a tip from the future, and then a correct clock")
    node = test.node("-strictregtest", name="future")
    later = int(time.time()) + 30 * 24 * 3600
    node.setmocktime(later)
    node.generatetoaddress(3, ANYONE_ADDRESS)
    node.stop()
    text = node.fails_to_start()
    assert "contains a block which appears to be from the future" in text and "-reindex" in text, text
    node.start(f"-mocktime={later}")
    equal(node.getblockcount(), 3)
    node.stop()


def segwit_height(test):
    test.step("a segwit height below blocks that were accepted without it")
    node = test.node("-testactivationheight=segwit@10", name="segwit")
    node.generatetoaddress(12, ANYONE_ADDRESS)
    node.stop()
    node.options = [option for option in node.options if "segwit@" not in option]
    text = node.fails_to_start("-testactivationheight=segwit@5")
    assert "Witness data for blocks after height 5 requires validation. Please restart with -reindex." in text, text
    node.start("-testactivationheight=segwit@10")
    node.stop()
    node.start("-testactivationheight=segwit@5", "-reindex")
    equal(node.getblockcount(), 4)  # the blocks above have a witness commitment, but no witness nonce in the coinbase
    node.stop()
    node.start("-testactivationheight=segwit@5")
    node.stop()


def read_only_files(test):
    test.step("-reindex with read-only block files")
    node = test.node("-fastprune", name="readonly")
    node.generatetoaddress(400, ANYONE_ADDRESS)
    tip = node.tip()
    node.stop()
    files = sorted((node.folder / "blocks").glob("blk*.dat"))
    assert len(files) > 1, files
    locked = files[:-1]
    for file in locked:
        file.chmod(stat.S_IRUSR)
        if os.geteuid() == 0:  # root may write in spite of the file mode
            subprocess.run(["chattr", "+i", file], check=False, stderr=subprocess.DEVNULL)
    try:
        node.start("-reindex")
        equal(node.tip(), tip)
        node.stop()
    finally:
        if os.geteuid() == 0:
            for file in locked:
                subprocess.run(["chattr", "-i", file], check=False, stderr=subprocess.DEVNULL)


def blocks_folder(test):
    test.step("-blocksdir: the files with blocks lie in another folder, and the node needs them there")
    elsewhere = test.folder / "elsewhere"
    node = test.node(start=False, name="blocksdir")
    equal(node.fails_to_start(f"-blocksdir={elsewhere}"),
          f'Error: Specified blocks directory "{elsewhere}" does not exist.')
    elsewhere.mkdir()
    node.start(f"-blocksdir={elsewhere}")
    tip = node.generatetoaddress(3, ANYONE_ADDRESS)[-1]
    node.stop()
    equal({path.name for path in (elsewhere / "regtest" / "blocks").iterdir()},
          {".lock", "blk00000.dat", "rev00000.dat", "xor.dat"})
    equal({path.name for path in (node.folder / "blocks").iterdir()}, {"index"})
    node.start(f"-blocksdir={elsewhere}")
    equal(node.getbestblockhash(), tip)
    node.stop()
    node.start(f"-blocksdir={elsewhere}", "-reindex")
    equal(node.getblockcount(), 3)
    node.stop()
    assert "-reindex" in node.fails_to_start()
    assert "Remove one of the two" in node.fails_to_start("-inmemory", "-printtoconsole=0", f"-blocksdir={elsewhere}")


def stop_at_height(test):
    test.step("-stopatheight ends the node when the chain is so high")
    node = test.node("-stopatheight=3", name="stopatheight")
    node.generatetoaddress(2, ANYONE_ADDRESS)
    node.rpc.generatetoaddress(1, ANYONE_ADDRESS)
    equal(node.wait_exit(), 0)
    node.start("-stopatheight=0")
    equal(node.getblockcount(), 3)
    node.stop()


def test_rules(test):
    test.step("-test=bip94 forbids the time warp on regtest, and is for regtest only")
    node = test.node("-test=bip94", name="bip94")
    median = node.getblockheader(node.generatetoaddress(142, ANYONE_ADDRESS)[-1])["mediantime"]
    node.setmocktime(median + 5000)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(node.submitblock(next_block(node, time=median + 5000 - 601).hex()), "time-timewarp-attack")
    equal(node.submitblock(next_block(node, time=median + 5000 - 600).hex()), None)
    node.stop()
    node = test.node(start=False, name="bip94-elsewhere")
    node.command = lambda *extra, usual=node.command: [
        *(word for word in usual(*extra) if not word.startswith("-chain")), "-signet", "-connect=0"]
    equal(node.fails_to_start("-test=bip94"), "Error: -test=<option> can only be used with regtest")


def refused_options(test):
    test.step("unsupported options: refused if ignoring them would harm privacy or lose money, else noted in the log")
    node = test.node(start=False, name="refused")
    for option in ("-proxy=127.0.0.1:9050", "-onion=127.0.0.1:9050", "-i2psam=127.0.0.1:7656", "-maxuploadtarget=500M",
                   "-walletcrosschain"):
        text = node.fails_to_start(option)
        assert f"{option.split('=')[0]}=" in text and "is not supported" in text, text
    (node.datadir / "daler.conf").write_text("proxy=127.0.0.1:9050\n")
    assert "-proxy=127.0.0.1:9050 is not supported" in node.fails_to_start()
    (node.datadir / "daler.conf").write_text("connect=127.0.0.1\nwallet=w\n")
    text = node.fails_to_start()
    for name in ("connect", "wallet"):
        assert f"Config setting for -{name} only applied on regtest network when in [regtest] section." in text, text
    (node.datadir / "daler.conf").unlink()
    node.start("-peerbloomfilters", "-proxy=0", "-upnp=0", "-deprecatedrpc=warnings", "-dns=0",
               "-addnode=localhost:9", "-debug=leveldb", "-onlynet=ipv4")
    node.expect_log("-peerbloomfilters=1 has no effect here")
    assert "upnp" not in node.log()
    node.expect_log("localhost:9 is not connected to: it is a name, and -dns=0 forbids to look it up")
    for info in (node.getblockchaininfo(), node.getnetworkinfo(), node.getmininginfo()):
        equal(info["warnings"], "")
    node.restart()
    equal(node.getnetworkinfo()["warnings"], [])
    node.stop()


def wallets_at_start(test):
    test.step("a start fails with a damaged, locked or foreign wallet, but not with a missing one")
    node = test.node(name="wallets")
    for name in ("good", "damaged"):
        node.createwallet(name)
    node.stop()
    file = node.folder / "wallets" / "damaged" / "wallet.dat"
    data = bytearray(file.read_bytes())
    data[200:3000] = bytes(2800)
    file.write_bytes(data)
    (node.folder / "wallets" / "other").mkdir()
    (node.folder / "wallets" / "other" / "wallet.dat").write_bytes(b"no wallet at all" * 500)
    assert "damaged" in node.fails_to_start("-wallet=good", "-wallet=damaged")
    assert "Data is not in recognized format." in node.fails_to_start("-wallet=other")
    with sqlite3.connect(node.folder / "wallets" / "good" / "wallet.dat", isolation_level=None) as taken:
        taken.execute("PRAGMA locking_mode=EXCLUSIVE")
        taken.execute("BEGIN EXCLUSIVE")
        text = node.fails_to_start("-wallet=good")
        assert "Unable to obtain an exclusive lock" in text or "is it being used by another" in text, text
        taken.execute("ROLLBACK")
    taken.close()
    node.start("-wallet=missing", "-wallet=good")
    node.expect_log("Skipping -wallet path that doesn't exist.")
    equal(node.listwallets(), ["good"])
    node.stop()


def check_format(test):
    test.step("contrib/check_format names clang-format-16 if it is not installed")
    tools = test.folder / "tools"
    tools.mkdir()
    for name in ("bash", "dirname", "git", "env"):
        (tools / name).symlink_to(subprocess.run(["which", name], capture_output=True, text=True).stdout.strip())
    done = subprocess.run(["bash", ROOT / "contrib" / "check_format"], capture_output=True, text=True,
                          env={"PATH": str(tools)}, timeout=60 * FACTOR)
    equal(done.returncode, 2)
    assert "clang-format-16, which is not installed" in done.stderr and not done.stdout, done


def main(test):
    first_start(test)
    log_file(test)
    empty_options(test)
    getinfo(test)
    future_tip(test)
    segwit_height(test)
    read_only_files(test)
    blocks_folder(test)
    stop_at_height(test)
    test_rules(test)
    refused_options(test)
    wallets_at_start(test)
    check_format(test)


if __name__ == "__main__":
    run(main)
