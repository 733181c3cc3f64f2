#!/usr/bin/python3
"""A bitcoind follows what daler's commands for private networks do: blocks with chosen times, automatic blocks, and
reorganisations with and without double spends."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import double_spend  # noqa: E402
from framework import equal, run, sync_blocks, sync_mempools, wait_until  # noqa: E402


def follows_automatic_blocks(test, daler, core):
    test.step("a payment of bitcoind is confirmed by a block of daler's own accord")
    daler.setautomine("tx")
    txid = core.sendtoaddress(daler.getnewaddress(), 1)
    wait_until(lambda: core.gettransaction(txid)["confirmations"] == 1, 60, "the block")
    daler.setautomine("off")
    sync_blocks([daler, core])


def follows_reorganisations(test, daler, core):
    test.step("a reorganisation, whose payments wait again on both")
    paid = core.sendtoaddress(daler.getnewaddress(), 1)
    sync_mempools([daler, core])
    daler.mine(2)
    sync_blocks([daler, core])
    equal(core.gettransaction(paid)["confirmations"], 2)
    result = daler.reorg(2)
    equal(result["returned"], [paid])
    sync_blocks([daler, core])
    sync_mempools([daler, core])
    equal(core.gettransaction(paid)["confirmations"], 0)
    equal({tip["status"] for tip in core.getchaintips()} - {"headers-only"}, {"active", "valid-fork"})
    daler.mine()
    sync_blocks([daler, core])


def follows_double_spend(test, daler, core):
    test.step("a double spend: bitcoind's wallet sees a conflict")
    paid = daler.sendtoaddress(core.getnewaddress(), 3)
    daler.mine()
    sync_blocks([daler, core])
    before = core.getbalance()
    result = daler.reorg(1, {"replace": [double_spend(daler, paid)]})
    equal(result["conflicted"], [paid])
    sync_blocks([daler, core])
    wait_until(lambda: core.gettransaction(paid)["confirmations"] < 0, 60, "the conflict")
    equal(core.getbalance(), before - 3)


def main(test):
    core = test.node("-whitelist=noban@127.0.0.1", "-txindex", kind="bitcoind", name="bitcoind")
    daler = test.node("-fallbackfee=0.0001", kind="daler", name="daler")
    for node in (core, daler):
        node.createwallet("w")
    daler.connect(core)
    daler.mine(101, {"address": core.getnewaddress()})
    daler.mine(101)
    sync_blocks([daler, core])
    follows_automatic_blocks(test, daler, core)
    follows_reorganisations(test, daler, core)
    follows_double_spend(test, daler, core)
    test.step("a deep reorganisation")
    daler.reorg(120, {"transactions": "all"})
    sync_blocks([daler, core])
    equal(daler.utxo(), core.utxo())


run(main)
