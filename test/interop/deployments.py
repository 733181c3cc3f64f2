#!/usr/bin/python3
"""Compares the answers of daler and bitcoind about deployments and block templates: during version-bits votes, and at the
genesis block of the built-in chains. The known differences are those of rpc_compare.py."""
from rpc_compare import ANYONE_ADDRESS, Comparison, equal, run, sync_blocks
from chainkit import Input, Output, Transaction, make_block

BEGIN = 1296688602  # regtest's genesis
DAY = 24 * 60 * 60
SILENT = 0x20000000
STOPS = (1, 143, 144, 145, 200, 287, 288, 289, 287 + 107, 431, 432, 433, 500, 575, 576, 577)


class Pairs:
    """Pairs of nodes, each a daler and a bitcoind, that get the same calls; one pair after the other."""

    def __init__(self, test):
        self.test, self.calls, self.differences = test, 0, []

    def start(self, *options, **settings):
        quick = ["-checkblockindex=0", "-checkmempool=0"]  # with these checks each block takes longer than the one before
        return Comparison(self.test.node(*options, kind="daler", **settings),
                          self.test.node(*options, *quick, kind="bitcoind", **settings))

    def finish(self, check):
        self.calls += check.calls
        self.differences += check.differences
        for node in (check.daler, check.core):
            node.stop()
        self.test.step(f"{self.calls} calls, {len(self.differences)} differences")


def ask(check):
    check.ask("getdeploymentinfo")
    check.ask("getblocktemplate", {"rules": ["segwit", "signet"]})


def history(pairs, deployment, version=None, options=()):
    """Four windows of blocks. daler mines them and signals, or `version` gives the version for each height."""
    check = pairs.start(f"-vbparams={deployment}", "-whitelist=noban@127.0.0.1", *options)
    daler, core = check.daler, check.core
    daler.connect(core)
    height = 0
    for stop in STOPS:
        for node in (daler, core):
            node.setmocktime(BEGIN + 600 * stop)
        if version is None:
            daler.generatetoaddress(stop - height, ANYONE_ADDRESS)
        else:
            previous = daler.tip()
            for height in range(height + 1, stop + 1):
                block = make_block(previous, height, version=version(height), time=BEGIN + 600 * height)
                equal(daler.submitblock(block.hex()), None)
                previous = block.hash
        height = stop
        sync_blocks([daler, core])
        ask(check)
    for height in (0, 143, 144, 300, 432):
        check.ask("getdeploymentinfo", daler.getblockhash(height))
    for name in ("00" * 32, "abc", 5):
        check.ask("getdeploymentinfo", name)
    states = [daler.getdeploymentinfo(daler.getblockhash(height))["deployments"]["testdummy"]["bip9"]["status"]
              for height in (1, 144, 288, 432, 576)]
    pairs.finish(check)
    return states


def before_segwit(pairs):
    """A template below the height of segwit, with a transaction that checks a signature."""
    check = pairs.start("-testactivationheight=segwit@500", "-acceptnonstdtxn=1", "-connect=0", "-listen=0")
    daler, core = check.daler, check.core
    for block in core.generatetodescriptor(101, "raw(51)"):
        equal(daler.submitblock(core.getblock(block, 0)), None)
    coinbase = core.getblock(core.getblockhash(1), 2)["tx"][0]["txid"]
    transaction = Transaction([Input(coinbase, 0, witness=[])],
                              [Output(49 * 10**8, b"\x76\xa9\x14" + bytes(20) + b"\x88\xac")])
    for node in (daler, core):
        node.sendrawtransaction(transaction.hex(), 0)
    check.ask("getblocktemplate", {"rules": ["segwit"]})
    equal(daler.getblocktemplate({"rules": ["segwit"]})["transactions"][0]["sigops"], 1)
    pairs.finish(check)


def main(test):
    pairs = Pairs(test)
    test.step("a successful vote, with and without a minimum activation height")
    equal(history(pairs, "testdummy:0:999999999999"), ["defined", "started", "locked_in", "active", "active"])
    equal(history(pairs, f"testdummy:{BEGIN + DAY // 2}:{BEGIN + 4 * DAY}:500",
                  options=["-testactivationheight=csv@432", "-testactivationheight=segwit@300"]),
          ["defined", "started", "locked_in", "locked_in", "active"])
    test.step("a failed vote, and one that needs two windows")
    equal(history(pairs, f"testdummy:{BEGIN + DAY // 2}:{BEGIN + 2 * DAY}", lambda height: SILENT),
          ["defined", "started", "started", "failed", "failed"])
    equal(history(pairs, "testdummy:0:999999999999", lambda height: SILENT | (
        1 << 28 if 144 <= height < 144 + 107 or 288 <= height < 288 + 108 else 0)),
        ["defined", "started", "started", "locked_in", "active"])
    test.step("deployments that are always or never active")
    for start in (-1, -2):
        check = pairs.start(f"-vbparams=testdummy:{start}:0", "-connect=0")
        ask(check)
        pairs.finish(check)
    test.step("a template before segwit")
    before_segwit(pairs)
    test.step("the built-in chains, and a private signet")
    for chain in ("main", "test", "testnet4", "signet"):
        check = pairs.start("-connect=0", "-listen=0", chain=chain)
        for method in ("getdeploymentinfo", "getblockchaininfo", "getmininginfo"):
            check.ask(method)
        check.ask("getblock", check.daler.getblockhash(0), 2)
        pairs.finish(check)
    check = pairs.start("-connect=0", "-signetchallenge=51", chain="signet")
    for block in check.daler.generatetoaddress(3, "tb1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq0l98cr"):
        equal(check.core.submitblock(check.daler.getblock(block, 0)), None)
    for method in ("getdeploymentinfo", "getmininginfo", "getbestblockhash"):
        check.ask(method)
    check.ask("getblocktemplate", {"rules": ["segwit", "signet"]})
    check.ask("getblocktemplate", {"rules": ["segwit"]})
    pairs.finish(check)
    for difference in pairs.differences[:120]:
        print("DIFFERS", difference[:2000])
    assert not pairs.differences, f"{len(pairs.differences)} differences that are not in the table of known differences"


run(main)
