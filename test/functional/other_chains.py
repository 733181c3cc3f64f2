#!/usr/bin/python3
"""One line in the log says why a node has no use for another: other rules, another first block, another time, a block that
breaks a rule."""
import json
import socket
import time

from chainkit import ANYONE_ADDRESS
from framework import equal, run, wait_until


def lines(node, *parts):
    return [line for line in node.log().splitlines() if all(part in line for part in parts)]


def private(test, name, **rules):
    file = test.folder / f"{name}.json"
    file.write_text(json.dumps({"name": name, "retarget_rule": "none", **rules}))
    return test.node(chain=name, chainfile=file, name=name)


def main(test):
    test.step("other rules: the messages begin with other bytes, and both sides say so, once")
    own, other = test.node(name="own"), private(test, "other")
    own.addnode(other.address, "add")
    for node in (own, other):
        node.expect_log("[warning]", "runs another chain: its messages begin with")
    other.expect_log("its messages begin with fabfb5da (the chain regtest), ours with")
    own.addnode(other.address, "onetry")
    wait_until(lambda: lines(own, "runs another chain"))
    assert len(lines(own, "runs another chain")) == 1 and len(lines(other, "runs another chain")) == 1

    test.step("what is no version message gets no answer: bitcoind tries the encrypted transport first")
    with socket.create_connection(("127.0.0.1", own.port)) as stranger:
        stranger.sendall(bytes(range(64)))
        try:
            equal(stranger.recv(1), b"")
        except ConnectionResetError:
            pass
    assert len(lines(own, "runs another chain")) == 1

    test.step("another first block behind the same magic")
    left = private(test, "left", magic="0a0b0c0d", genesis_message="left")
    right = private(test, "right", magic="0a0b0c0d", genesis_message="right")
    left.addnode(right.address, "add")
    right.createwallet("w")
    right.generatetoaddress(2, right.getnewaddress())
    left.expect_log("[warning]", f"runs another chain: its headers lead to block {right.getblockhash(0)}")
    wait_until(lambda: left.getconnectioncount() == 0 and right.getconnectioncount() == 0)

    test.step("a block from the future")
    ahead, behind = test.node(name="ahead"), test.node(name="behind")
    later = int(time.time()) + 4 * 3600
    ahead.setmocktime(later)
    ahead.connect(behind)
    block = ahead.generatetoaddress(1, ANYONE_ADDRESS)[0]
    behind.expect_log(f"block {block} is refused for now: its time")
    assert behind.getblockcount() == 0
    behind.setmocktime(later)
    ahead.disconnect(behind)
    wait_until(lambda: not behind.peers())
    ahead.connect(behind)
    wait_until(lambda: behind.tip() == block)
    assert len(lines(behind, "refused")) == 1

    test.step("with -strictregtest the log has no such lines, as bitcoind's")
    strict = test.node("-strictregtest", name="strict")
    strict.addnode(other.address, "onetry")
    other.expect_log("runs another chain")
    strict.addnode(ahead.address, "onetry")
    wait_until(lambda: strict.peers())
    assert not lines(strict, "runs another chain")


run(main)
