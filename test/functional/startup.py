#!/usr/bin/python3
"""What a start needs, leaves behind and refuses: log file, clock, old block files, options that scripts leave empty."""
import json
import os
import stat
import subprocess
import time

from chainkit import ANYONE_ADDRESS
from framework import FACTOR, ROOT, equal, run


def first_start(test):
    test.step("the first start leaves wallets/ and settings.json")
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
    test.step("options that scripts leave empty, addresses in brackets")
    node = test.node("-rpcauth=", "-rpcallowip=[::1]", "-rpcallowip=[::1]/128", "-rpcallowip=127.0.0.1",
                     "-rpcbind=127.0.0.1", name="options")
    equal(node.getblockcount(), 0)
    node.stop()
    assert "Invalid -rpcauth argument" in node.fails_to_start("-rpcauth=me")
    assert "is no network that may use RPC" in node.fails_to_start("-rpcallowip=[::1")


def getinfo(test):
    test.step("-getinfo works though the wallet that is named is not loaded")
    node = test.node(name="getinfo")
    shown = node.cli("-rpcwallet=missing", "-getinfo")
    assert "Blocks: 0" in shown and "Wallet:" not in shown, shown
    node.createwallet("there")
    assert "Wallet: there" in node.cli("-rpcwallet=there", "-getinfo")
    node.stop()


def future_tip(test):
    test.step("a tip from the future, and a clock that is right again")
    node = test.node(name="future")
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
    equal(node.getblockcount(), 4)  # those above commit to witnesses, and lack the nonce of their coinbase
    node.stop()
    node.start("-testactivationheight=segwit@5")
    node.stop()


def read_only_files(test):
    test.step("-reindex with block files that may only be read")
    node = test.node("-fastprune", name="readonly")
    node.generatetoaddress(400, ANYONE_ADDRESS)
    tip = node.tip()
    node.stop()
    files = sorted((node.folder / "blocks").glob("blk*.dat"))
    assert len(files) > 1, files
    locked = files[:-1]
    for file in locked:
        file.chmod(stat.S_IRUSR)
        if os.geteuid() == 0:  # whom no mode keeps from writing
            subprocess.run(["chattr", "+i", file], check=False, stderr=subprocess.DEVNULL)
    try:
        node.start("-reindex")
        equal(node.tip(), tip)
        node.stop()
    finally:
        if os.geteuid() == 0:
            for file in locked:
                subprocess.run(["chattr", "-i", file], check=False, stderr=subprocess.DEVNULL)


def check_format(test):
    test.step("contrib/check_format without clang-format says what is missing")
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
    check_format(test)


if __name__ == "__main__":
    run(main)
