#!/usr/bin/python3
"""Chain time moves by RPC, and only on private networks."""
from framework import equal, fails, run


def main(test):
    node = test.node()
    before = node.gettime()
    equal((before["offset"], before["stopped"]), (0, False))
    moved = node.advancetime(604_800)
    assert 604_800 <= moved["time"] - before["time"] < 604_900, moved
    fails(-8, "not above the median time", node.settime, 1)
    assert node.settime("now")["time"] < before["time"] + 600
    later = node.settime(before["time"] + 10_000_000)
    assert later["time"] >= before["time"] + 10_000_000


if __name__ == "__main__":
    run(main)
