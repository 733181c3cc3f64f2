#!/usr/bin/python3
"""The slow work with a passphrase holds up its own call only: other wallets answer meanwhile, and so does the same one."""
import sqlite3
import struct
import subprocess
from threading import Thread

from framework import RpcError, equal, program, run, wait_until

PASSPHRASE = "correct horse battery"
ROUNDS = 6_000_000  # some seconds of work


def convert(node, *arguments):
    done = subprocess.run([program("daler", "node").parent / "daler", "wallet", *map(str, arguments), "-regtest", f"-datadir={node.datadir}"],
                          capture_output=True, text=True, env=node.test.environment, check=False)
    equal(done.returncode, 0, done.stderr)


def make_slow(file):
    """Changes how often a passphrase is hashed, which the last bytes of its record say, in a file of Bitcoin Core. No
    passphrase opens it then."""
    database = sqlite3.connect(file)
    key, value = database.execute("SELECT key, value FROM main WHERE instr(key, CAST('mkey' AS BLOB)) = 2").fetchone()
    value = value[:-5] + struct.pack("<I", ROUNDS) + value[-1:]
    database.execute("UPDATE main SET value = ? WHERE key = ?", (value, key))
    database.commit()
    database.close()


def answers_meanwhile(node, method, *arguments):
    """Other calls are answered while this one works with a passphrase."""
    errors = []

    def slow_call():
        try:
            getattr(node.wallet("slow"), method)(*arguments)
        except RpcError as error:
            errors.append(error.code)

    caller = Thread(target=slow_call)
    caller.start()
    wait_until(lambda: method in [call["method"] for call in node.getrpcinfo()["active_commands"]], what=method)
    for _ in range(3):
        node.wallet("other").getnewaddress()
        node.wallet("slow").getwalletinfo()
    assert caller.is_alive(), f"other calls wait for {method}"
    caller.join()
    equal(errors, [-14])


def main(test):
    node = test.node("-keypool=5")
    node.createwallet("sealed", passphrase=PASSPHRASE)
    node.createwallet("other")
    node.unloadwallet("sealed")
    copy = test.folder / "slow.dat"
    convert(node, "export", "sealed", copy)
    make_slow(copy)
    convert(node, "import", copy, "slow")
    node.loadwallet("slow")
    test.step("walletpassphrase")
    answers_meanwhile(node, "walletpassphrase", PASSPHRASE, 10)
    test.step("walletpassphrasechange")
    answers_meanwhile(node, "walletpassphrasechange", PASSPHRASE, "another")


run(main)
