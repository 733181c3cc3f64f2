#!/usr/bin/python3
"""Which lines the log has, what is before them, and the RPC that changes it."""
import re

from chainkit import ANYONE_ADDRESS, Output, Transaction, coins_of, spend
from framework import equal, fails, run
from p2p import Peer

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"


def refusals(test, node):
    test.step("categories and levels that do not exist")
    for options, text in (
            (["-debug=nosuch"], "Unsupported logging category -debug=nosuch."),
            (["-debug=wallet"], "Unsupported logging category -debug=wallet."),
            (["-debugexclude=none"], "Unsupported logging category -debugexclude=none."),
            (["-loglevel=warning"], "Unsupported global logging level -loglevel=warning. Valid values: info, debug, trace."),
            (["-loglevel=net:x"], "Unsupported category-specific logging level -loglevel=net:x. Expected "
                                  "-loglevel=<category>:<loglevel>. Valid categories: addrman, bench, "),
            (["-loglevel=nosuch:info"], "Unsupported category-specific logging level -loglevel=nosuch:info.")):
        error = node.fails_to_start(*options)
        assert error.startswith(f"Error: {text}"), error


def categories(test, node):
    test.step("the RPC switches each category by itself")
    node.start("-debug=nosuch", "-debug=0")
    assert not any(node.logging().values())
    node.restart("-debug=net", "-debug=tor", "-debug=rpc", "-debugexclude=rpc")
    equal([name for name, on in node.logging().items() if on], ["net", "tor"])
    equal([name for name, on in node.logging(["qt", "all"], ["net"]).items() if not on], ["net"])
    equal([name for name, on in node.logging(["zmq"], ["1"]).items() if on], [])
    equal(list(node.logging()), sorted(node.logging()))
    for name in ("none", "0", "nosuch"):
        fails(-8, f"unknown logging category {name}", node.logging, [name])
    node.stop()


def prefixes(test, node):
    test.step("time, thread, place, category and level before a line")
    node.start("-debug=rpc", "-loglevel=rpc:trace", "-logtimemicros", "-logthreadnames", "-logsourcelocations",
               "-loglevelalways")
    begin = len(node.log())
    node.generatetoaddress(1, ANYONE_ADDRESS)
    node.stop()
    log = node.log()[begin:]
    for line in (r"\[httpworker\.\d+\] \[rpc/dispatcher\.cpp:\d+\] \[\w+\] \[rpc:debug\] method=generatetoaddress user=\S+",
                 r"\[httpworker\.\d+\] \[rpc/dispatcher\.cpp:\d+\] \[\w+\] \[rpc:trace\] method=generatetoaddress took \d+ us",
                 r"\[(?:ledger|httpworker\.\d+)\] \[chain/pipeline\.cpp:\d+\] \[log_new_tip\] \[all:info\] UpdateTip: new best=\w+ height=1 "
                 r"version=0x20000000 log2_work=2\.000000 tx=2 date='\d{4}-\S+Z' progress=1\.000000 cache=\d+\.\dMiB\(\d+txo\)",
                 r"\[init\] \[app/run_node\.cpp:\d+\] \[\w+\] \[all:info\] Stopp\w+"):
        assert re.search(rf"^{TIME}\.\d{{6}}Z {line}$", log, re.M), (line, log)
    node.start("-nologtimestamps", "-debug=rpc", "-loglevel=info")
    begin = len(node.log())
    node.getblockcount()
    node.stop()
    assert "method=" not in node.log()[begin:]
    assert re.search(r"^Stopping$", node.log()[begin:], re.M)


def known_lines(test, node):
    test.step("lines that programs look for")
    node.start("-debug=net", "-debug=mempoolrej")
    node.expect_log(f"Bound to 127.0.0.1:{node.port}")
    tip = node.generatetoaddress(101, ANYONE_ADDRESS)[-1]
    node.expect_log(f"UpdateTip: new best={tip} height=")
    peer = Peer(node)
    node.expect_log("[net] Added connection peer=0")
    node.expect_log("[net] received: version (98 bytes) peer=0")
    orphans = [spend([(f"{number:064x}", 0, 10_000)], fee=100) for number in range(20)]
    for orphan in orphans:
        peer.send("tx", orphan.serialize())
    peer.sync()
    equal(node.log().count("[net] received: tx ("), len(orphans), "also if they arrive together")
    good = spend(coins_of(node, 1, 1), fee=1000)
    bad = Transaction(good.inputs, [Output(2 * 50 * 100_000_000)])
    peer.serve(transactions=[bad])
    peer.send("tx", bad.serialize())
    node.expect_log(f"[mempoolrej] {bad.txid} (wtxid={bad.wtxid}) from peer=0 was not accepted: bad-txns-in-belowout")
    node.expect_log("[net] Misbehaving: peer=0 (")
    peer.wait_closed()
    node.stop()


def main(test):
    node = test.node(start=False)
    refusals(test, node)
    categories(test, node)
    prefixes(test, node)
    known_lines(test, node)


run(main)
