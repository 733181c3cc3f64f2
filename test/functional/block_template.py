#!/usr/bin/python3
"""getblocktemplate: its fields, long polls, proposals and limits, and a miner outside the node that uses it."""
import threading
from decimal import Decimal

from chainkit import ANYONE_ADDRESS, coin, coins_of, spend, subsidy
from framework import Rpc, equal, fails, run, wait_until
from miner import RULES, block_of, fields_of_input, mine, sign_block, signet_psbt

FIELDS = ("capabilities version rules vbavailable vbrequired previousblockhash transactions coinbaseaux coinbasevalue "
          "longpollid target mintime mutable noncerange sigoplimit sizelimit weightlimit curtime bits height "
          "default_witness_commitment").split()


class LongPoll(threading.Thread):
    """A call of getblocktemplate that waits for another template than that of `longpollid`."""

    def __init__(self, node, longpollid):
        super().__init__(daemon=True)
        self.rpc = Rpc(node.rpc._host, node.rpc._port, node.rpc._credentials)
        self.rpc.timeout = 200
        self.request, self.answer = {**RULES, "longpollid": longpollid}, None
        self.start()

    def run(self):
        try:
            self.answer = self.rpc.getblocktemplate(self.request)
        except Exception as error:  # the test looks at it
            self.answer = error

    def result(self):
        self.join(200)
        assert self.answer is not None
        return self.answer


def running(node, method="getblocktemplate"):
    return sum(call["method"] == method for call in node.getrpcinfo()["active_commands"])


def ids(template):
    return [entry["txid"] for entry in template["transactions"]]


def contents(test, node, coins):
    test.step("a template has the best transactions, and those of a moment ago")
    template = node.getblocktemplate(RULES)
    equal(list(template), FIELDS)
    equal((template["transactions"], template["coinbasevalue"]), ([], subsidy(node.getblockcount() + 1)))
    parent = spend([coins[0]], fee=1000, outputs=2)
    child = spend([coin(parent), coin(parent, 1)], fee=40_000)
    other = spend([coins[1]], fee=2000)
    for tx in (parent, child, other):
        node.sendrawtransaction(tx.hex())
        template = node.getblocktemplate(RULES)
    equal(ids(template), [parent.txid, child.txid, other.txid])
    equal([entry["depends"] for entry in template["transactions"]], [[], [1, 1], []])
    equal([entry["fee"] for entry in template["transactions"]], [1000, 40_000, 2000])
    equal(template["transactions"][1]["data"], child.hex())
    equal(template["transactions"][1]["hash"], child.wtxid)
    equal(template["coinbasevalue"], subsidy(template["height"]) + 43_000)
    again = node.getblocktemplate(RULES)
    equal(dict(again, curtime=0), dict(template, curtime=0))

    node.prioritisetransaction(other.txid, 0, 100_000)
    changed = node.getblocktemplate(RULES)
    equal(ids(changed), [other.txid, parent.txid, child.txid])
    equal([entry["depends"] for entry in changed["transactions"]], [[], [], [2, 2]])
    equal([entry["fee"] for entry in changed["transactions"]], [2000, 1000, 40_000])
    assert changed["longpollid"] != template["longpollid"]
    replacement = spend([coins[1]], fee=200_000)
    node.sendrawtransaction(replacement.hex())
    equal(ids(node.getblocktemplate(RULES)), [replacement.txid, parent.txid, child.txid])
    node.setmocktime(template["curtime"] + 5000)
    equal(node.getblocktemplate(RULES)["curtime"], template["curtime"] + 5000)
    node.setmocktime(0)
    equal(node.getmininginfo()["currentblocktx"], 3)
    equal(node.getblock(mine(node))["tx"][1:], [replacement.txid, parent.txid, child.txid])
    equal(ids(node.getblocktemplate(RULES)), [])


def proposals(test, node):
    test.step("proposals are judged, and change nothing")
    template = node.getblocktemplate(RULES)

    def propose(block):
        return node.getblocktemplate({"mode": "proposal", "data": block if isinstance(block, str) else block.hex()})

    def prepared(**changes):
        block = block_of(dict(template, **changes))
        block.solve().unsolve()  # the merkle root is right, the work is not
        return block

    equal(propose(prepared()), None)
    equal(propose(prepared(coinbasevalue=template["coinbasevalue"] + 1)), "bad-cb-amount")
    equal(propose(prepared(curtime=template["mintime"] - 1)), "time-too-old")
    equal(propose(prepared(height=template["height"] + 1)), "bad-cb-height")
    equal(propose(prepared(previousblockhash="11" * 32)), "inconclusive-not-best-prevblk")
    block = prepared()
    block.root = bytes(32)
    equal(propose(block), "bad-txnmrklroot")
    known = block_of(template).solve()
    node.submitheader(known.header().hex())
    equal(propose(known), "duplicate-inconclusive")
    equal(propose(node.getblock(node.tip(), 0)), "duplicate")
    fails(-3, "Missing data String key for proposal", node.getblocktemplate, {"mode": "proposal"})
    fails(-22, "Block decode failed", propose, "00")
    fails(-8, "Invalid mode", node.getblocktemplate, {"mode": "guess"})
    fails(-8, "Invalid mode", node.getblocktemplate, {"mode": 1, **RULES})
    fails(-8, "segwit rule set (call with {\"rules\": [\"segwit\"]})", node.getblocktemplate, {"rules": []})
    equal(node.tip(), template["previousblockhash"])


def long_polls(test, node):
    test.step("long polls end with a new tip, and do not block other calls")
    template = node.getblocktemplate(RULES)
    fails(-8, "longpollid must be of length 64 (not 2, for '12')", node.getblocktemplate,
          {**RULES, "longpollid": "12"})
    fails(-8, "longpollid must be hexadecimal string", node.getblocktemplate, {**RULES, "longpollid": "g" * 64})
    polls = [LongPoll(node, longpollid) for longpollid in [template["longpollid"]] * 9 + [1]]
    wait_until(lambda: running(node) == len(polls), what="the long polls")
    equal(node.getblockcount() + 1, template["height"])
    tip = mine(node)
    for poll in polls:
        equal(poll.result()["previousblockhash"], tip)
    old = {**RULES, "longpollid": template["longpollid"]}
    equal(node.getblocktemplate(old)["previousblockhash"], tip)


def many_long_polls(test):
    test.step("as many long polls wait as threads and queue allow, and a single thread still answers others")
    node = test.node("-rpcthreads=1", "-rpcworkqueue=3", name="busy")
    longpollid = node.getblocktemplate(RULES)["longpollid"]
    polls = []
    for count in range(1, 5):
        polls.append(LongPoll(node, longpollid))
        wait_until(lambda count=count: running(node) == count, what="the long poll")
    error = LongPoll(node, longpollid).result()
    equal((error.status, "Work queue depth exceeded" in error.message), (503, True))
    tip = mine(node)
    equal({poll.result()["previousblockhash"] for poll in polls}, {tip})


def limits(test):
    test.step("-blockmaxweight, -blockmintxfee and -blockversion")
    node = test.node("-blockmaxweight=8000", "-blockmintxfee=0.00005", "-blockversion=805306368", name="limits")
    node.generatetoaddress(101, ANYONE_ADDRESS)
    spread = spend(coins_of(node, 1, 1), fee=100_000, outputs=20)
    node.sendrawtransaction(spread.hex())
    node.generatetoaddress(1, ANYONE_ADDRESS)
    payments = [spend([coin(spread, index)], fee=1000 * index) for index in range(1, 13)]
    payments.append(spend([coin(spread, 13)], fee=payments[0].vsize * 5))
    payments.append(spend([coin(spread, 14)], fee=payments[0].vsize * 5 - 1))
    for payment in payments:
        node.sendrawtransaction(payment.hex())
    template = node.getblocktemplate(RULES)
    # 4,000 of 8,000 are reserved for the coinbase, and the sum must be below the limit.
    most = (8000 - 4000 - 1) // (4 * payments[0].vsize)
    equal([entry["fee"] for entry in template["transactions"]], [1000 * index for index in range(12, 12 - most, -1)])
    equal((template["version"], template["weightlimit"]), (805306368, 4_000_000))
    equal(node.getmininginfo()["currentblockweight"], 4000 + sum(entry["weight"] for entry in template["transactions"]))
    equal(node.getblockheader(mine(node))["version"], 805306368)
    equal(node.getblockheader(node.generatetoaddress(1, ANYONE_ADDRESS)[0])["version"], 805306368)
    equal(node.getrawmempool(), [payments[-1].txid])
    equal(node.getblocktemplate(RULES)["transactions"], [])


def signets(test):
    test.step("a signet's block by an outside miner, signed by a node that does not mine")
    key = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"
    challenge = "51210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179851ae"
    node = test.node(f"-signetchallenge={challenge}", "-rule=pow_limit=" + "7f" + "ff" * 31, "-rule=retarget_rule=none",
                     "-blockversion=7", "-rpcuser=u", "-rpcpassword=p", chain="signet", start=False, name="signet")
    node.credentials = "u:p"
    node.start()
    fails(-8, 'must be called with the signet rule set (call with {"rules": ["segwit", "signet"]})',
          node.getblocktemplate, {"rules": ["segwit"]})
    for _ in range(2):
        template = node.getblocktemplate(RULES)
        equal(list(template), FIELDS[:-1] + ["signet_challenge"] + FIELDS[-1:])
        equal((template["signet_challenge"], template["rules"]), (challenge, ["csv", "!segwit", "!signet", "taproot"]))
        assert template["version"] != 7
        block = block_of(template)
        psbt = signet_psbt(block, bytes.fromhex(challenge))
        signed = node.descriptorprocesspsbt(psbt, [f"multi(1,{key})"])
        assert signed["complete"] and 7 in fields_of_input(signed["psbt"]), signed
        equal(node.submitblock(block_of(template).solve().hex()), "bad-signet-blksig")
        equal(node.submitblock(sign_block(block, signed["psbt"]).solve().hex()), None)
    equal(node.getblockcount(), 2)


def main(test):
    node = test.node()
    node.generatetoaddress(110, ANYONE_ADDRESS)
    coins = coins_of(node, 1, 9)
    quiet = test.node(name="quiet")
    quiet.generatetoaddress(101, ANYONE_ADDRESS)
    slow = LongPoll(quiet, quiet.getblocktemplate(RULES)["longpollid"])
    wait_until(lambda: running(quiet) == 1, what="the long poll")
    payment = spend(coins_of(quiet, 1, 1), fee=1000)
    quiet.sendrawtransaction(payment.hex())

    contents(test, node, coins)
    proposals(test, node)
    long_polls(test, node)
    many_long_polls(test)
    limits(test)
    signets(test)
    test.step("stop ends a long poll")
    last = LongPoll(node, node.getblocktemplate(RULES)["longpollid"])
    wait_until(lambda: running(node) == 1, what="the long poll")
    node.stop(timeout=30)
    equal((last.result().code, last.result().message), (-9, "Shutting down"))
    test.step("a long poll ends after a minute if there are new transactions")
    equal(ids(slow.result()), [payment.txid])


run(main)
