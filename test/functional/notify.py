#!/usr/bin/python3
"""Commands that run at events: which, when, with what, and what of the node they can and cannot use."""
import os
import signal
from pathlib import Path
from urllib.parse import quote

from chainkit import ANYONE_ADDRESS, next_block
from framework import equal, program, run, wait_until

RULES = "Unknown new rules activated (versionbit 27)"
NAME = "it's; $(touch pwned) `touch pwned` \"%s %h\""


def lines(file):
    return file.read_text().splitlines() if file.exists() else []


def start_and_end(test):
    test.step("the start, and the end: the node waits for its commands, and they may ask it")
    node = test.node(start=False, name="ends")
    client = f"{program('daler', 'cli')} -regtest -datadir={node.datadir} -rpcport={node.rpcport}"
    started, heights, waited = (test.folder / name for name in ("started", "heights", "waited"))
    node.start(f"-startupnotify=echo ready >> {started}", f"-shutdownnotify={client} getblockcount >> {heights}",
               f"-shutdownnotify=sleep 0.3; echo done >> {waited}", "-shutdownnotify=")
    wait_until(lambda: lines(started) == ["ready"], what="the command for the start")
    assert not heights.exists()
    node.generatetoaddress(3, ANYONE_ADDRESS)
    node.stop()
    equal((lines(started), lines(heights), lines(waited)), (["ready"], ["3"], ["done"]))
    node.start(f"-startupnotify=echo again >> {started}", "-nostartupnotify")
    node.stop()
    equal(lines(started), ["ready"])


def blocks(test):
    test.step("each new tip, in order; also after a reorganisation, and what a command gets of the node")
    tips, files = test.folder / "tips", test.folder / "files"
    node = test.node(f"-blocknotify=ls /proc/$$/fd > {files}; echo %s >> {tips}", name="blocks")
    for _ in range(5):
        block = node.generatetoaddress(1, ANYONE_ADDRESS)[0]
        wait_until(lambda: block in lines(tips), what="the command for the block")
    hashes = [node.getblockhash(height) for height in range(1, 6)]
    equal(lines(tips), hashes)
    # The standard streams, perhaps what the shell opens, and none of some dozens of the node.
    assert len(lines(files)) <= 5, lines(files)
    node.invalidateblock(hashes[-1])
    wait_until(lambda: lines(tips)[5:] == [hashes[-2]], what="the command for the block below")
    other = node.generatetoaddress(2, node.getnewaddress())
    wait_until(lambda: set(other) <= set(lines(tips)), what="the commands for the other branch")

    test.step("a command that hangs, one that fails, and many at once")
    node.stop()
    hanging, process = test.folder / "hanging", test.folder / "process"
    hanging.touch()
    node.start(f"-blocknotify=rm {hanging} 2> /dev/null && echo $$ > {process} && exec sleep 1000; echo %s >> {tips}; exit 9")
    many = node.generatetoaddress(100, ANYONE_ADDRESS)
    wait_until(lambda: len(set(many) - set(lines(tips))) == 1, what="the commands for 99 blocks")
    node.expect_log("Exit code 9 of the command")
    wait_until(lambda: states_of_children(node.process.pid) == ["S"], what="only the command that hangs to be left")
    node.stop()
    os.kill(int(process.read_text()), signal.SIGKILL)  # it went on


def states_of_children(process):
    """The letters of /proc/PID/stat; "Z" is a zombie."""
    states = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = file.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        if int(parent) == process:
            states.append(state)
    return states


def wallets(test):
    test.step("payments of a wallet: they come, are confirmed, are replaced; no name reaches the shell")
    moves = test.folder / "moves"
    node = test.node(f"-walletnotify=echo %s %h %b %w >> {moves}", name="wallets")
    node.createwallet(NAME)
    wallet = node.wallet(quote(NAME))
    node.createwallet("other")
    node.wallet("other").generatetoaddress(101, node.wallet("other").getnewaddress())
    wait_until(lambda: len(lines(moves)) == 101, what="the commands for the coinbases")
    seen = len(lines(moves))

    def await_moves(*wanted):
        nonlocal seen
        found = lambda: sorted(set(lines(moves)[seen:]))  # noqa: E731
        wait_until(lambda: set(wanted) <= set(found()), what=f"{wanted} among {found()}")
        seen = len(lines(moves))

    payment = node.wallet("other").sendtoaddress(wallet.getnewaddress(), 1)
    await_moves(f"{payment} -1 unconfirmed {NAME}", f"{payment} -1 unconfirmed other")
    block = node.generatetoaddress(1, ANYONE_ADDRESS)[0]
    await_moves(f"{payment} 102 {block} {NAME}", f"{payment} 102 {block} other")
    node.invalidateblock(block)
    await_moves(f"{payment} -1 unconfirmed {NAME}")
    node.reconsiderblock(block)
    await_moves(f"{payment} 102 {block} {NAME}")
    wallet.rescanblockchain()
    await_moves(f"{payment} 102 {block} {NAME}")
    assert not list(test.folder.rglob("pwned"))
    node.stop()


def unknown_rules(test):
    test.step("rules that miners have voted in and the node does not know: a warning in three calls, and a command")
    alerts = test.folder / "alerts"
    node = test.node(f"-alertnotify=echo %s >> {alerts}", name="rules")
    for height in range(1, 431):
        version = 0x20000000 | (1 << 27 if 144 <= height < 144 + 108 else 0)
        equal(node.submitblock(next_block(node, version=version).hex()), None)
    equal((node.getblockcount(), node.getmininginfo()["warnings"]), (430, []))
    node.restart()
    node.generatetoaddress(1, ANYONE_ADDRESS)
    for call in (node.getmininginfo, node.getnetworkinfo, node.getblockchaininfo):
        equal(call()["warnings"], [RULES])
    wait_until(lambda: RULES in lines(alerts), what="the command for the warning")
    node.expect_log(RULES)
    equal(set(lines(alerts)), {RULES})
    node.stop()


def main(test):
    start_and_end(test)
    blocks(test)
    wallets(test)
    unknown_rules(test)


run(main)
