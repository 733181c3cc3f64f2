#!/usr/bin/python3
"""`daler watch`: a live table on a terminal, lines elsewhere."""
import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios

from framework import equal, run
from networks import Daler


def next_line(watcher, text):
    """Reads until a line has `text`, which it returns."""
    for line in watcher.stdout:
        if text in line:
            return line
    raise AssertionError(f"no line with {text}")


def start(daler, *words):
    watcher = subprocess.Popen([daler.program, "watch", *words], env=daler.environment, stdout=subprocess.PIPE, text=True)
    next_line(watcher, "net1")
    return watcher


def lines(test):
    test.step("where the output is no terminal, each event is a line without codes")
    daler = Daler(test, "lines")
    daler.run("up", "-d", "-n", "3")
    watcher = start(daler)
    daler.run("faucet", daler.run("cli", "n2", "getnewaddress").strip(), "1")
    next_line(watcher, "  mempool: 1 transaction (+1)")
    daler.run("mine", "--on", "n2")
    next_line(watcher, "  block 104 by n2: 1 transaction")
    daler.run("snapshot")
    daler.run("reorg", "2")
    line = next_line(watcher, "reorganised")
    assert "n1,n2,n3 reorganised: 2 blocks left, 3 entered, height 105" in line and "\x1b" not in line, line
    daler.run("revert")
    next_line(watcher, "reverted from height 105 to 104")
    daler.run("split", "n1", "n2,n3")
    next_line(watcher, "2 links cut: ")
    daler.run("heal")
    next_line(watcher, "2 links restored: ")
    daler.run("kill", "n3")
    next_line(watcher, "n3 has ended: killed by `daler kill`")
    daler.run("start", "n3")
    next_line(watcher, "n3 has started")
    daler.run("add")
    next_line(watcher, "n4 was added")
    test.step("a signal ends it; so does the end of the network")
    watcher.send_signal(signal.SIGINT)
    equal(watcher.wait(30), 0)
    watcher = start(daler, "--json")
    daler.run("mine", "2")
    event = json.loads(next_line(watcher, '"block"'))
    equal((event["height"], event["miner"]), (106, "n1"))
    daler.run("down")
    assert json.loads(next_line(watcher, '"network ended"'))["time"] > 0
    equal(watcher.wait(30), 0)
    assert "There is no network" in daler.fails("watch")
    daler.check_nothing_left()


def read_until(terminal, text):
    found = b""
    while text not in found:
        found += os.read(terminal, 65536)
    return found


def on_terminal(test):
    test.step("on a terminal the table is drawn in place, and the terminal is as before afterwards")
    daler = Daler(test, "terminal")
    daler.run("up", "-d", "-n", "2")
    for end in (b"q", signal.SIGTERM):
        terminal, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        before = termios.tcgetattr(other)
        watcher = subprocess.Popen([daler.program, "ps", "--watch"], env={**daler.environment, "TERM": "xterm"},
                                   stdin=other, stdout=other, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        first = read_until(terminal, b"q or Ctrl-C")
        assert b"\x1b[?1049h\x1b[?25l\x1b[H" in first and b"SPENDABLE" not in first and b"WALLET" in first, first
        assert termios.tcgetattr(other) != before
        daler.run("mine")
        read_until(terminal, b"block ")
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 20, 0, 0))
        read_until(terminal, b"q or Ctrl-C ends wat\x1b")
        if isinstance(end, bytes):
            os.write(terminal, end)
        else:
            watcher.send_signal(end)
        read_until(terminal, b"\x1b[?25h\x1b[?1049l")
        equal(watcher.wait(30), 0)
        equal(termios.tcgetattr(other), before)
        os.close(terminal)
        os.close(other)
    daler.run("down")
    daler.check_nothing_left()


def main(test):
    lines(test)
    on_terminal(test)


run(main)
