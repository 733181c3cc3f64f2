#!/usr/bin/python3
"""The mempool: conflicts, replacement, fees, chains of transactions, reorganisations, and restarts."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS, COIN, Input, Output, Transaction, coin, coins_of, make_chain, next_block, spend
from framework import equal, fails, run


def entries(test, node, coins):
    test.step("entries, parents and children")
    parent = spend([coins[0]], fee=1000, outputs=2)
    child = spend([coin(parent, 0), coin(parent, 1)], fee=5000)
    for transaction in (parent, child):
        node.sendrawtransaction(transaction.hex())
    entry = node.getmempoolentry(parent.txid)
    equal((entry["vsize"], entry["weight"], entry["wtxid"]),
          (parent.vsize, 3 * len(parent.serialize(False)) + len(parent.serialize()), parent.wtxid))
    equal((entry["ancestorcount"], entry["descendantcount"], entry["descendantsize"]),
          (1, 2, parent.vsize + child.vsize))
    equal(entry["fees"], {"base": Decimal("0.00001000"), "modified": Decimal("0.00001000"),
                          "ancestor": Decimal("0.00001000"), "descendant": Decimal("0.00006000")})
    equal((entry["depends"], entry["spentby"]), ([], [child.txid]))
    equal(node.getmempoolentry(child.txid)["depends"], [parent.txid])
    equal(node.getrawmempool(True)[parent.txid], entry)
    listed = node.getrawmempool(False, True)
    equal(sorted(listed["txids"]), sorted([parent.txid, child.txid]))
    info = node.getmempoolinfo()
    equal((info["loaded"], info["size"], info["bytes"], info["total_fee"], info["maxmempool"]),
          (True, 2, parent.vsize + child.vsize, Decimal("0.00006000"), 300_000_000))
    equal((info["mempoolminfee"], info["minrelaytxfee"], info["incrementalrelayfee"]), (Decimal("0.00001000"),) * 3)
    fails(-5, "Transaction not in mempool", node.getmempoolentry, "11" * 32)
    return parent, child


def conflicts(test, node, coins):
    test.step("conflicts and replacement")
    first = spend([coins[1]], fee=10_000)
    node.sendrawtransaction(first.hex())
    fails(-26, "insufficient fee", node.sendrawtransaction, spend([coins[1]], fee=9_000).hex())
    fails(-26, "insufficient fee", node.sendrawtransaction, spend([coins[1]], fee=10_001).hex())
    child = spend([coin(first)], fee=10_000)
    node.sendrawtransaction(child.hex())
    fails(-26, "insufficient fee", node.sendrawtransaction, spend([coins[1]], fee=15_000).hex())
    better = spend([coins[1]], fee=30_000)
    node.sendrawtransaction(better.hex())
    assert first.txid not in node.getrawmempool() and child.txid not in node.getrawmempool()
    assert better.txid in node.getrawmempool()
    return better


def fee_floor(test, node, coins):
    test.step("the minimum relay fee, and one unit less")
    base = spend([coins[2]], fee=0)
    fails(-26, "min relay fee not met", node.sendrawtransaction, spend([coins[2]], fee=base.vsize - 1).hex())
    exact = spend([coins[2]], fee=base.vsize)
    node.sendrawtransaction(exact.hex())
    return exact


def chains(test, node, coins):
    test.step("at most 25 transactions in a chain")
    chain = [spend([coins[3]], fee=1000)]
    node.sendrawtransaction(chain[0].hex())
    for _ in range(24):
        chain.append(spend([coin(chain[-1])], fee=1000))
        node.sendrawtransaction(chain[-1].hex())
    equal(node.getmempoolentry(chain[-1].txid)["ancestorcount"], 25)
    equal(node.getmempoolentry(chain[0].txid)["descendantcount"], 25)
    fails(-26, "too-long-mempool-chain", node.sendrawtransaction, spend([coin(chain[-1])], fee=1000).hex())
    return chain


def lock_times(test, node, coins):
    test.step("a transaction with a lock time is accepted from its height on")
    tip = node.getblockcount()
    locked = spend([coins[6]], fee=1000, lock_time=tip + 1)
    fails(-26, "non-final", node.sendrawtransaction, locked.hex())
    node.generatetoaddress(1, ANYONE_ADDRESS)
    node.sendrawtransaction(locked.hex())
    return locked


def templates(test, node, sent):
    test.step("a block contains the whole mempool, parents before children")
    size = len(node.getrawmempool())
    block = node.getblock(node.generatetoaddress(1, ANYONE_ADDRESS)[0], 1)
    equal(len(block["tx"]), size + 1)
    equal(node.getrawmempool(), [])
    places = {txid: place for place, txid in enumerate(block["tx"])}
    for parent, child in sent:
        assert places[parent.txid] < places[child.txid]


def reorganisations(test, node, coins):
    test.step("a reorganisation returns transactions to the mempool, and removes those that became invalid")
    payment = spend([coins[4]], fee=1000)
    rival, loser = spend([coins[5]], fee=2000), spend([coins[5]], fee=3000)
    fork_point, height = node.tip(), node.getblockcount()
    node.sendrawtransaction(payment.hex())
    node.sendrawtransaction(loser.hex())
    node.generatetoaddress(1, ANYONE_ADDRESS)
    child_of_loser = spend([coin(loser)], fee=1000)
    node.sendrawtransaction(child_of_loser.hex())
    other = next_block(node)  # only for its time
    fork = make_chain(fork_point, height + 1, 3, other.time, b"fork")
    with_rival = fork[0]
    with_rival.transactions.append(rival)
    with_rival.commit_to_witnesses().solve()
    second = make_chain(with_rival.hash, height + 2, 1, other.time + 1, b"fork")
    node.submitblock(with_rival.hex())
    equal(node.submitblock(second[0].hex()), None)
    equal(node.tip(), second[0].hash)
    equal(node.getrawmempool(), [payment.txid])
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(node.getrawmempool(), [])


def many_blocks(test):
    test.step("transactions of several disconnected blocks return, and then the limits apply")
    node = test.node("-limitancestorcount=100", "-limitancestorsize=1000", "-limitdescendantsize=1000", name="long")
    node.generatetoaddress(101, ANYONE_ADDRESS)
    # Each transaction spends an output of each earlier one; the limit is 25 descendants.
    count, sent, blocks = 60, [], []
    for i in range(count):
        spent = [coin(parent, i - j - 1) for j, parent in enumerate(sent)] or coins_of(node, 1, 1)
        sent.append(spend(spent, fee=20_000, outputs=count - i))
        node.sendrawtransaction(sent[-1].hex())
        if i % 20 == 19 and i + 1 < count:
            blocks += node.generatetoaddress(1, ANYONE_ADDRESS)
    everything = sorted(transaction.txid for transaction in sent)
    height, time = node.getblockcount(), next_block(node).time
    node.invalidateblock(blocks[0])
    equal(sorted(node.getrawmempool()), everything)
    equal(node.getmempoolentry(sent[0].txid)["descendantcount"], count)
    node.reconsiderblock(blocks[0])
    equal(len(node.getrawmempool()), 20)
    for block in make_chain(node.getblockhash(height - 2), height - 1, 3, time, b"longer"):
        node.submitblock(block.hex())
    equal(node.getblockcount(), height + 1)
    equal(sorted(node.getrawmempool()), everything)


def restarts(test, node, coins):
    test.step("the mempool is the same after a restart, and empty with -persistmempool=0")
    parent = spend([coins[7]], fee=1000)
    child = spend([coin(parent)], fee=1000)
    for transaction in (parent, child):
        node.sendrawtransaction(transaction.hex())
    node.prioritisetransaction(child.txid, 0, 500)
    before = node.getrawmempool(True), node.getprioritisedtransactions()
    equal(before[1], {child.txid: {"fee_delta": 500, "in_mempool": True, "modified_fee": 1500}})
    node.restart()
    equal((node.getrawmempool(True), node.getprioritisedtransactions()), before)
    stored = node.folder / "mempool.dat"
    stored.unlink()
    equal(node.savemempool(), {"filename": str(stored)})
    assert stored.is_file()
    node.stop()
    (node.folder / "mempool.dat").write_bytes(b"garbage" * 100)
    node.start()
    equal(node.getrawmempool(), [])
    node.sendrawtransaction(parent.hex())
    node.restart("-persistmempool=0")
    equal(node.getrawmempool(), [])
    node.restart()
    node.sendrawtransaction(parent.hex())
    test.step("old transactions expire with the mock time")
    now = node.getblockheader(node.tip())["time"]
    node.setmocktime(now + 337 * 3600)
    extra = spend([coins[8]], fee=1000)
    node.sendrawtransaction(extra.hex())
    equal(node.getrawmempool(), [extra.txid])


def main(test):
    node = test.node()
    node.generatetoaddress(120, ANYONE_ADDRESS)
    coins = coins_of(node, 1, 10)
    pair = entries(test, node, coins)
    conflicts(test, node, coins)
    fee_floor(test, node, coins)
    chain = chains(test, node, coins)
    templates(test, node, [pair, *zip(chain, chain[1:])])
    lock_times(test, node, coins)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    reorganisations(test, node, coins)
    restarts(test, node, coins)
    test.step("data outputs")
    data = Transaction([Input(*coins[9][:2])], [Output(0, b"\x6a\x04data"), Output(coins[9][2] - COIN // 1000)])
    node.sendrawtransaction(data.hex())
    two = Transaction([Input(*coins[9][:2])], [Output(0, b"\x6a\x01x"), Output(0, b"\x6a\x01y"),
                                               Output(coins[9][2] - COIN // 100)])
    fails(-26, "multi-op-return", node.sendrawtransaction, two.hex(), 0)
    many_blocks(test)


run(main)
