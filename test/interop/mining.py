#!/usr/bin/python3
"""A miner outside of the nodes uses getblocktemplate, long polls, proposals, submitblock and submitheader of daler and of
bitcoind: both give the same answers to the same blocks, good and bad, and follow each other's."""
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import (ANYONE_ADDRESS, Input, Output, Transaction, coin, coins_of, make_block, spend,  # noqa: E402
                      to_hash)
from framework import Rpc, RpcError, bitcoind_folder, equal, run, sync_blocks, sync_mempools, wait_until  # noqa: E402
from miner import RULES, block_of, mine  # noqa: E402


class Pair:
    """Asks both nodes the same."""

    def __init__(self, nodes):
        self.nodes = nodes

    def ask(self, method, *arguments):
        answers = []
        for node in self.nodes:
            try:
                answers.append(node.rpc.call(method, *arguments))
            except RpcError as error:
                answers.append((error.code, error.message))
        equal(answers[0], answers[1], f"{method}: daler and bitcoind")
        return answers[0]


def bad_blocks(template, coins):
    """Blocks with one fault each, by name, with the right work."""
    def changed(**changes):
        return block_of(dict(template, **changes))

    def with_transactions(*transactions):
        block = changed(transactions=[])
        block.transactions[0].outputs.pop()
        block.transactions += transactions
        return block.commit_to_witnesses()

    base = changed()
    base.transactions[0].outputs[0].value += 1
    yield "too large a reward", base
    yield "the height of another block", changed(height=template["height"] + 1)
    yield "too early", changed(curtime=template["mintime"] - 1)
    yield "too late", changed(curtime=template["curtime"] + 3 * 3600)
    yield "an old version", changed(version=1)
    yield "another target", changed(bits="207ffffe")
    yield "no such parent", changed(previousblockhash="11" * 32)
    commitment = changed()
    commitment.transactions[0].outputs[-1].script = commitment.transactions[0].outputs[-1].script[:-1] + b"\x01"
    yield "a wrong commitment", commitment
    bare = changed()
    bare.transactions[0].outputs.pop()
    yield "no commitment", bare
    second = changed()
    second.transactions.insert(1, second.transactions[0])
    yield "two coinbases", second
    yield "a coin that does not exist", with_transactions(spend([("22" * 32, 0, 5000)], fee=1000))
    yield "a coin that is spent twice", with_transactions(spend([coins[0]], fee=1000), spend([coins[0]], fee=2000))
    yield "more out than in", with_transactions(Transaction([Input(*coins[0][:2])], [Output(coins[0][2] + 1)]))
    yield "a wrong script", with_transactions(Transaction([Input(*coins[0][:2], witness=[b"\x52"])], [Output(1000)]))
    yield "an early lock time", with_transactions(spend([coins[0]], fee=1000, lock_time=template["height"] + 5))
    young = next(c for c in reversed(coins))
    yield "a young coinbase", with_transactions(spend([young], fee=1000))
    twins = with_transactions(spend([coins[0]], fee=1000))
    twins.transactions.append(twins.transactions[-1])
    yield "a transaction twice", twins
    yield "no coinbase", with_transactions_only(template, spend([coins[0]], fee=1000))


def with_transactions_only(template, transaction):
    block = block_of(template)
    block.transactions = [transaction]
    return block


def proposals(test, pair, template, coins):
    test.step("proposals")
    verdicts = {}
    for what, block in bad_blocks(template, coins):
        block.solve()
        verdicts[what] = pair.ask("getblocktemplate", {"mode": "proposal", "data": block.hex()})
        assert verdicts[what] is not None, what
    good = block_of(template).solve()
    equal(pair.ask("getblocktemplate", {"mode": "proposal", "data": good.hex()}), None)
    for data in ("", "00", "zz", good.hex()[:-2], good.hex() + "00", 5, None):
        pair.ask("getblocktemplate", {"mode": "proposal", "data": data})
    pair.ask("getblocktemplate", {"mode": "proposal", "data": pair.nodes[0].getblock(template["previousblockhash"], 0)})
    print("  " + ", ".join(f"{what}: {verdict}" for what, verdict in verdicts.items()))


def submissions(test, pair, template, coins):
    test.step("blocks and headers that are submitted")
    for what, block in bad_blocks(template, coins):
        if what == "no coinbase":  # 28.1 refuses it without a look at the rest, 29 does not
            continue
        block.solve()
        pair.ask("submitheader", block.header().hex())
        pair.ask("submitblock", block.hex())
        pair.ask("submitblock", block.hex())
        pair.ask("submitheader", block.header().hex())
    lazy = block_of(template)
    lazy.solve().unsolve()
    pair.ask("submitblock", lazy.hex())
    pair.ask("submitheader", lazy.header().hex())
    for text in ("", "00", "zz", lazy.header().hex()[:-2]):
        pair.ask("submitheader", text)
        pair.ask("submitblock", text)
    pair.ask("submitheader", lazy.header().hex() + "00")
    side = make_block(pair.nodes[0].getblockhash(template["height"] - 2), template["height"] - 1,
                      time=template["curtime"], extra=b"side")
    equal(pair.ask("submitblock", side.hex()), "inconclusive")
    pair.ask("submitblock", side.hex())
    plain = block_of(template)
    plain.transactions[0].inputs[0].witness = []  # bitcoind adds the reserved value, and so does daler
    plain.solve()
    equal(pair.ask("submitblock", plain.hex(), "ignored"), None)
    equal(pair.ask("submitblock", plain.hex()), "duplicate")
    equal(pair.ask("getblocktemplate", {"mode": "proposal", "data": plain.hex()}), "duplicate")
    equal(pair.ask("getbestblockhash"), plain.hash)


def requests(pair):
    for request in ({}, {"rules": []}, {"rules": ["signet"]}, {"rules": "segwit"}, {"rules": [1]}, {"mode": "x"},
                    {"mode": 5, "rules": ["segwit"]}, {"mode": "proposal"}, {"mode": "proposal", "data": [1]},
                    {"rules": ["segwit"], "longpollid": "12"}, {"rules": ["segwit"], "longpollid": "x" * 70}, [], 5, "x"):
        pair.ask("getblocktemplate", request)


def blocks_of_both(test, nodes, coins):
    test.step("a miner mines on either of two connected nodes, with their mempools, and long polls tell it of the other's")
    nodes[0].connect(nodes[1])
    sync_blocks(nodes)
    for number, node in enumerate(nodes * 3):
        parent = spend([coins[number]], fee=1000 + number, outputs=2)
        other = nodes[1 - nodes.index(node)]
        node.sendrawtransaction(parent.hex())
        node.sendrawtransaction(spend([coin(parent), coin(parent, 1)], fee=3000).hex())
        sync_mempools(nodes)
        old, found = other.getblocktemplate(RULES), []
        rpc = Rpc(other.rpc._host, other.rpc._port, other.rpc._credentials)
        poll = threading.Thread(
            target=lambda r=rpc, i=old["longpollid"]: found.append(r.getblocktemplate({**RULES, "longpollid": i})))
        poll.start()
        wait_until(lambda: any(call["method"] == "getblocktemplate" for call in other.getrpcinfo()["active_commands"]),
                   what="the long poll")
        waiting = len(node.getrawmempool())
        tip = mine(node)
        poll.join(60)
        equal(found[0]["previousblockhash"], tip)
        if node.kind == "daler":  # bitcoind keeps a template for five seconds
            equal(len(node.getblock(tip)["tx"]), waiting + 1)
        sync_blocks(nodes)


def main(test):
    bitcoind_folder()  # or skip
    nodes = [test.node(kind=kind) for kind in ("daler", "bitcoind")]
    nodes[0].generatetoaddress(120, ANYONE_ADDRESS)
    for height in range(1, 121):
        nodes[1].submitblock(nodes[0].getblock(nodes[0].getblockhash(height), 0))
    pair = Pair(nodes)
    coins = coins_of(nodes[0], 1, 120)
    template = nodes[0].getblocktemplate(RULES)
    equal(to_hash(template["target"]), to_hash(nodes[1].getblocktemplate(RULES)["target"]))
    equal(nodes[1].getblocktemplate(RULES)["previousblockhash"], template["previousblockhash"])
    requests(pair)
    proposals(test, pair, template, coins)
    submissions(test, pair, template, coins)
    blocks_of_both(test, nodes, coins)


run(main)
