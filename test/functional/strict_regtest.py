#!/usr/bin/python3
"""-strictregtest gives a private chain the defaults, delays and help of bitcoind; without it there are no delays."""
import json

from chainkit import ANYONE_ADDRESS, coins_of, spend
from framework import equal, fails, run, sync_blocks, sync_mempools

CATEGORY = "== Private networks =="
TEMPLATE = {"rules": ["segwit"]}


def where_it_is_allowed(test):
    test.step("it works on regtest and chains of chain files, and is an error elsewhere")
    file = test.folder / "lab.json"
    file.write_text(json.dumps({"name": "lab", "retarget_rule": "none"}))
    lab = test.node("-strictregtest", chain="lab", chainfile=file, name="lab")
    equal(lab.getblockchaininfo()["initialblockdownload"], True)
    assert CATEGORY not in lab.help()
    lab.stop()
    for chain, options in (("main", ()), ("test", ()), ("signet", ()), ("signet", ("-signetchallenge=51",))):
        node = test.node("-strictregtest", *options, chain=chain, start=False, name=f"{chain}{len(options)}")
        assert "-strictregtest works on private chains only" in node.fails_to_start(), node.stderr()


def help_and_defaults(test, own, strict):
    test.step("help, fees and wallets")
    assert CATEGORY in own.help() and "setlink" in own.help()
    assert CATEGORY not in strict.help() and "setlink" not in strict.help()
    assert "setlink" in strict.help("setlink")
    equal(strict.listlinks(), [])
    strict.createwallet("w")
    strict.generatetoaddress(1, strict.getnewaddress())
    strict.generatetoaddress(100, ANYONE_ADDRESS)
    fails(-6, "Fee estimation failed", strict.sendtoaddress, strict.getnewaddress(), 1)


def nothing_waits(test, nodes):
    test.step("without it a payment and a block cross two hops while the clocks of all timers stand still")
    first, middle, last = nodes
    first.generatetoaddress(101, ANYONE_ADDRESS)
    now = first.getblockheader(first.tip())["time"]
    for node in nodes:
        node.setmocktime(now)
    middle.connect(first)
    last.connect(middle)
    sync_blocks(nodes)
    first.sendrawtransaction(spend(coins_of(first, 1, 1), fee=1000).hex())
    sync_mempools(nodes)
    equal(len(last.getrawmempool()), 1)
    last.generatetoaddress(1, ANYONE_ADDRESS)
    sync_blocks(nodes)
    equal(first.getrawmempool(), [])


def templates(test, own, strict):
    test.step("templates: a node of a private chain may be alone, one of the main chain may not")
    equal(own.getblocktemplate(TEMPLATE)["height"], own.getblockcount() + 1)
    equal(strict.getblocktemplate(TEMPLATE)["height"], strict.getblockcount() + 1)
    main = test.node("-connect=0", chain="main", name="main")
    fails(-9, "not connected", main.getblocktemplate, TEMPLATE)


def main(test):
    where_it_is_allowed(test)
    own = test.node(name="own")
    strict = test.node("-strictregtest", name="strict")
    help_and_defaults(test, own, strict)
    nothing_waits(test, [own, test.node(name="middle"), test.node(name="last")])
    templates(test, own, strict)


run(main)
