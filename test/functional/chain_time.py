#!/usr/bin/python3
"""Chain time: moved by RPC it sets block times and lock times but no timer, and it is kept over restarts. Where it stands
still and a seed is given, the same calls make the same chain."""
import hashlib
import re
import time
from decimal import Decimal

from chainkit import (ANYONE_ADDRESS, Input, Output, Transaction, coin, coins_of, push, script_number, spend)
from framework import equal, fails, run, sync_blocks, wait_until

HOUR, DAY, WEEK = 3600, 86_400, 604_800
START = 1_893_456_000  # 2030-01-01T00:00:00Z


def moving(test):
    test.step("advancetime, settime and gettime")
    node = test.node()
    before = node.gettime()
    equal((before["offset"], before["stopped"]), (0, False))
    assert abs(before["time"] - time.time()) < 100, before
    moved = node.advancetime(WEEK)
    assert WEEK <= moved["time"] - before["time"] < WEEK + 100, moved
    assert abs(moved["offset"] - WEEK) <= 1, moved
    block = node.getblockheader(node.generatetoaddress(1, ANYONE_ADDRESS)[0])
    assert 0 <= block["time"] - moved["time"] < 100, block

    fails(-8, "not above the median time", node.settime, 1)
    fails(-8, f"not above the median time of the last blocks, {block['mediantime']}", node.settime, "now")
    fails(-8, "latest time that a block can have", node.settime, 2 ** 32)
    fails(-8, "2030-01-01T00:00:00Z", node.settime, "tomorrow")
    fails(-8, "from 0 to", node.advancetime, -1)
    fails(-8, "latest time that a block can have", node.advancetime, 2 ** 32 - 1)
    assert 0 <= node.settime("2030-01-01T00:00:00Z")["time"] - START < 100
    assert 0 <= node.settime(START + DAY)["time"] - START - DAY < 100
    node.stop()


def jump(test):
    test.step("a jump of a week drops no peer and no transaction; the other node refuses the new blocks for now")
    node, other = test.node("-mempoolexpiry=24"), test.node()
    other.generatetoaddress(120, ANYONE_ADDRESS)
    node.connect(other)
    sync_blocks([node, other])
    kept = spend(coins_of(node, 1, 1))
    entered = time.time()
    equal(node.sendrawtransaction(kept.hex()), kept.txid)
    peers = [peer["id"] for peer in node.getpeerinfo()]

    node.advancetime(WEEK)
    template = node.getblocktemplate({"rules": ["segwit"]})
    assert abs(template["curtime"] - entered - WEEK) < 100, template["curtime"]
    late = spend(coins_of(node, 2, 2))
    node.sendrawtransaction(late.hex())  # this would remove expired entries
    assert abs(node.getmempoolentry(kept.txid)["time"] - entered) < 100
    assert abs(node.getmempoolentry(late.txid)["time"] - entered - WEEK) < 100
    wait_until(lambda: len(other.getrawmempool()) == 2, what="both transactions at the other node")

    before = other.tip()
    blocks = node.generatetoaddress(3, ANYONE_ADDRESS)
    line = other.expect_log(blocks[0], "is refused for now", "settime")
    assert "more than two hours after" in line, line
    equal(other.tip(), before)
    equal([tip for tip in other.getchaintips() if tip["status"] == "invalid"], [])
    equal([peer["id"] for peer in node.getpeerinfo()], peers)

    test.step("when its time is moved as well, the other node has the blocks")
    other.advancetime(WEEK)
    sync_blocks([node, other])
    equal(len(re.findall("is refused for now", other.log())), 1)
    equal([peer["id"] for peer in node.getpeerinfo()], peers)
    node.stop()
    other.stop()


def expiry(test):
    test.step("the mempool expires by the clock of timers, over a restart, too")
    node = test.node("-mempoolexpiry=24")
    node.generatetoaddress(110, ANYONE_ADDRESS)
    first = spend(coins_of(node, 1, 1))
    node.sendrawtransaction(first.hex())
    node.advancetime(WEEK)
    node.restart()
    assert abs(node.gettime()["offset"] - WEEK) <= 1
    node.sendrawtransaction(spend(coins_of(node, 2, 2)).hex())
    equal(len(node.getrawmempool()), 2)
    node.setmocktime(int(time.time()) + 25 * HOUR)
    equal(node.gettime()["offset"], 0)  # it moves both clocks
    third = spend(coins_of(node, 3, 3))
    node.sendrawtransaction(third.hex())
    equal(node.getrawmempool(), [third.txid])
    node.stop()


def cltv_script(until):
    return script_number(until) + b"\xb1\x75\x51"  # OP_CHECKLOCKTIMEVERIFY OP_DROP OP_1


def locks(test):
    test.step("lock times expire by advancetime")
    node = test.node()
    node.generatetoaddress(110, ANYONE_ADDRESS)
    median = node.gettime()["mediantime"]
    until = median + 3 * DAY
    script = cltv_script(until)
    funding = spend(coins_of(node, 1, 1), script=b"\x00\x20" + hashlib.sha256(script).digest())
    node.sendrawtransaction(funding.hex())
    node.generatetoaddress(1, ANYONE_ADDRESS)

    absolute = spend(coins_of(node, 2, 2), lock_time=until)
    txid, index, value = coin(funding)
    cltv = Transaction([Input(txid, index, witness=(script,))], [Output(value - 1000)], lock_time=until)
    week = 1 << 22 | (WEEK + 511) // 512
    csv = Transaction([Input(*coins_of(node, 3, 3)[0][:2], sequence=week)], [Output(49 * 10 ** 8)])
    for transaction, why in ((absolute, "non-final"), (cltv, "non-final"), (csv, "non-BIP68-final")):
        fails(-26, why, node.sendrawtransaction, transaction.hex())
    node.advancetime(4 * DAY)
    node.generatetoaddress(6, ANYONE_ADDRESS)  # the median of eleven
    node.sendrawtransaction(absolute.hex())
    node.sendrawtransaction(cltv.hex())
    fails(-26, "non-BIP68-final", node.sendrawtransaction, csv.hex(), 0)
    node.advancetime(4 * DAY)
    node.generatetoaddress(6, ANYONE_ADDRESS)
    node.sendrawtransaction(csv.hex(), 0)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(node.getrawmempool(), [])
    node.stop()


def restarts(test):
    test.step("chain time is kept over restarts and kills")
    node = test.node()
    path = node.folder / "chaintime.json"
    node.generatetoaddress(1, ANYONE_ADDRESS)
    node.restart()
    assert not path.exists()
    node.settime(START)
    node.kill().start()
    equal(node.gettime()["stopped"], False)
    assert 0 <= node.gettime()["time"] - START < 100
    path.write_text("?")
    node.kill()
    assert f"{path} is damaged. Remove it" in node.fails_to_start()
    path.unlink()

    test.step("a node whose chain time was lost goes to that of its tip")
    node.start()
    node.settime(START)
    tip = node.getblockheader(node.generatetoaddress(12, ANYONE_ADDRESS)[-1])
    node.stop()
    path.unlink()
    node.start()
    assert 0 <= node.gettime()["time"] - tip["time"] < 100

    test.step("chain time stands still with -chaintime, and the later time counts")
    assert "is not a time" in node.stop().fails_to_start("-chaintime=noon")
    node.start("-chaintime=2031-01-01T00:00:00Z")
    there = 1_924_992_000
    equal((node.gettime()["time"], node.gettime()["stopped"]), (there, True))
    node.advancetime(60)
    node.restart(f"-chaintime={there}")
    equal(node.gettime()["time"], there + 60)
    node.restart(f"-chaintime={there + 100}")
    equal(node.gettime()["time"], there + 100)
    node.restart()  # it runs on
    equal(node.gettime()["stopped"], False)
    assert 0 <= node.gettime()["time"] - there - 100 < 100
    node.stop()


def public_chains(test):
    test.step("refused on public chains")
    for chain in ("main", "test", "testnet4", "signet"):
        node = test.node("-connect=0", chain=chain, start=False)
        assert "-chaintime works on private networks only" in node.fails_to_start("-chaintime=5000")
        node.start()
        for call in (node.gettime, lambda: node.advancetime(1), lambda: node.settime("now")):
            fails(-1, "private networks only", call)
        node.stop()


def commands(node):
    """About 60 commands on a new node; the addresses, transactions and blocks that they made."""
    for name in ("payer", "receiver"):
        node.createwallet(name)
    payer, receiver = node.wallet("payer"), node.wallet("receiver")
    made = [payer.getnewaddress()]
    made += node.generatetoaddress(110, made[0])
    for i in range(3):  # many coins of several sizes and types
        targets = {payer.getnewaddress("", ("bech32", "bech32m", "legacy")[i]): Decimal(1 + n % 7) / 10 for n in range(40)}
        made += [*targets, payer.sendmany("", targets)]
        made += node.generatetoaddress(1, made[0])
    for n in range(12):
        there = receiver.getnewaddress("", ("bech32m", "p2sh-segwit")[n % 2])
        made += [there, payer.sendtoaddress(there, Decimal(3 + n) / 10)]
        if n % 3 == 0:
            node.advancetime(600 * (n + 1))
        made += node.generatetoaddress(1 + n % 2, made[0])
        if n > 2:
            made.append(receiver.sendtoaddress(made[0], Decimal(n) / 20))
    made += mine(node, 2, made[0])
    return made, node.getblockheader(node.tip()), payer.getbalances(), receiver.getbalances()


def mine(node, count, address):
    return node.mine(count, {"address": address, "interval": 60})["blocks"]


def reproducible(test):
    test.step("with -chaintime and -seedfile the same commands make the same addresses, transactions and blocks")
    seed = test.folder / "seed"
    seed.write_text("daler")
    seed.chmod(0o600)
    options = (f"-chaintime={START}", f"-seedfile={seed}")
    nodes = [test.node(*options, f"-nodename={name}") for name in ("n1", "n1", "n2")]
    first, second, other = map(commands, nodes)
    equal(first, second)
    assert not set(first[0]) & set(other[0]), "nodes of different names have the same keys"
    equal(first[1]["time"], nodes[0].gettime()["time"])
    for node in nodes:
        node.stop()
    test.step("without a seed they do not")
    assert commands(test.node(f"-chaintime={START}"))[0] != commands(test.node(f"-chaintime={START}"))[0]


def main(test):
    moving(test)
    jump(test)
    expiry(test)
    locks(test)
    restarts(test)
    public_chains(test)
    reproducible(test)


if __name__ == "__main__":
    run(main)
