#!/usr/bin/python3
"""Bans: setban, listbanned, clearbanned, banlist.json."""
import json
import time

from framework import equal, fails, run, wait_until

FOREVER = 4_000_000_000


def arguments(test, node):
    test.step("addresses and ranges are banned, listed and unbanned")
    now = int(time.time())
    node.setmocktime(now)
    node.setban("10.20.30.40/16", "add")
    node.setban("2a00::1", "add", 100)
    node.setban("1.2.3.4/255.255.255.0", "add", now + 50, True)
    equal([(ban["address"], ban["ban_created"], ban["banned_until"], ban["ban_duration"], ban["time_remaining"])
           for ban in node.listbanned()],
          [("1.2.3.0/24", now, now + 50, 50, 50), ("10.20.0.0/16", now, now + 777, 777, 777),
           ("2a00::1/128", now, now + 100, 100, 100)])
    already = "Error: IP/Subnet already banned"
    for text in ("10.20.99.99", "10.20.0.0/16", "[2a00::1]", "1.2.3.9/24"):
        fails(-23, already, node.setban, text, "add")
    node.setban("10.20.30.0/24", "add")
    for text in ("", "host", "10.0.0.0/33", "0.0.0.0", "::", "255.255.255.255", "2001:db8::1", "1.2.3.4:80"):
        fails(-30, "Error: Invalid IP/Subnet", node.setban, text, "add")
    fails(-30, "Unban failed", node.setban, "10.20.99.99", "remove")
    fails(-8, "Error: Absolute timestamp is in the past", node.setban, "9.9.9.9", "add", now - 1, True)
    fails(-1, "setban", node.setban, "9.9.9.9", "nosuch")
    node.setmocktime(now + 51)
    equal([ban["address"] for ban in node.listbanned()], ["10.20.0.0/16", "10.20.30.0/24", "2a00::1/128"])
    node.setban("10.20.0.0/16", "remove")

    test.step("bans are kept over a restart, also over a kill")
    node.setmocktime(0)
    node.setban("9.9.9.0/24", "add", FOREVER, True)
    kept = [(ban["address"], ban["banned_until"]) for ban in node.listbanned()]
    entry = {"version": 1, "ban_created": node.listbanned()[0]["ban_created"], "banned_until": FOREVER,
             "address": "9.9.9.0/24"}
    path = node.folder / "banlist.json"
    assert entry in json.loads(path.read_text())["banned_nets"], path.read_text()
    node.kill()
    node.start()
    equal([(ban["address"], ban["banned_until"]) for ban in node.listbanned()], kept)
    node.clearbanned()
    equal(node.listbanned(), [])
    node.stop()
    path.write_text('{"banned_nets": [5]}')
    node.start()
    node.expect_log("banlist.json is damaged")
    equal(node.listbanned(), [])


def connections(test, a, b, c):
    test.step("a ban ends connections, and refuses new ones in both directions")
    a.addnode(b.address, "add")
    c.addnode(a.address, "add")
    wait_until(lambda: [len(node.peers()) for node in (a, b, c)] == [2, 1, 1])
    a.setban("127.0.0.0/8", "add")
    wait_until(lambda: [node.getconnectioncount() for node in (a, b, c)] == [0, 0, 0])
    a.expect_log("dropped (banned)")
    a.addnode(b.address, "onetry")
    equal(a.getconnectioncount(), 0)
    a.setban("127.0.0.0/8", "remove")
    wait_until(lambda: [node.getconnectioncount() for node in (a, b, c)] == [2, 1, 1])

    test.step("an ended ban refuses nothing")
    a.setban("127.0.0.1", "add", 10)
    wait_until(lambda: a.getconnectioncount() == 0)
    a.setmocktime(int(time.time()) + 11)
    wait_until(lambda: a.getconnectioncount() == 2)


def main(test):
    a, b, c = test.node("-bantime=777", "-debug=net"), test.node(), test.node()
    arguments(test, a)
    connections(test, a, b, c)


run(main)
