#!/usr/bin/python3
"""`mine`: blocks on demand, to the wallet or an address, at chosen times and with chosen transactions; `generateblock`."""
import json
from decimal import Decimal

from framework import equal, fails, run, wait_until


def check_simple(node):
    mined = node.mine()
    equal(mined["blocks"], [node.tip()])
    assert node.getaddressinfo(mined["address"])["ismine"]
    address = node.getnewaddress()
    mined = node.mine(3, {"address": address})
    equal((mined["address"], len(mined["blocks"]), mined["blocks"][-1]), (address, 3, node.tip()))
    assert "warning" not in mined
    equal(node.mine(0)["blocks"], [])
    fails(-8, "n must be from 0 to", node.mine, -1)
    fails(-5, "Invalid address", node.mine, 1, {"address": "x"})
    fails(-3, "Unexpected key addres", node.mine, 1, {"addres": address})
    fails(-8, "Unknown named parameter addres", node.mine, n=1, addres=address)
    equal(node.mine(n=1, address=address)["address"], address)
    equal(json.loads(node.cli("-named", "mine", "n=2", f"address={address}", "interval=1"))["address"], address)
    short = node.mine(1, {"maxtries": 0})
    assert short["blocks"] == [] and "Only 0 of 1 blocks" in short["warning"], short


def pay(node, outpoint_of, value, change=Decimal("0.001")):
    """A signed transaction that spends output 0 of another."""
    raw = node.createrawtransaction([{"txid": outpoint_of, "vout": 0}], {node.getnewaddress(): value - change})
    signed = node.signrawtransactionwithwallet(
        raw, [{"txid": outpoint_of, "vout": 0, "amount": value,
               "scriptPubKey": node.getrawtransaction(outpoint_of, 1)["vout"][0]["scriptPubKey"]["hex"]}]
        if outpoint_of in node.getrawmempool() else [])["hex"]
    return signed, node.decoderawtransaction(signed)["txid"]


def check_transactions(node):
    node.mine(110)
    coins = [coin for coin in node.listunspent() if coin["amount"] > 1][:2]
    (first, first_id), (second, second_id) = [pay(node, coin["txid"], coin["amount"]) for coin in coins]
    waiting = node.sendrawtransaction(first)
    block = node.mine(1, {"transactions": [second, waiting]})["blocks"][0]
    equal(node.getblock(block)["tx"][1:], [second_id, first_id])
    # The coinbase has the fees.
    reward = node.getblock(block, 2)["tx"][0]["vout"][0]["value"]
    equal(reward, 50 + Decimal("0.002"))

    height = node.getblockcount()
    fails(-25, f"Transaction {second_id} cannot be in the next block: bad-txns-inputs-missingorspent",
          node.mine, 1, {"transactions": [second]})
    fails(-5, "not in mempool", node.mine, 1, {"transactions": ["11" * 32]})
    fails(-22, "Transaction decode failed for zz", node.mine, 1, {"transactions": ["zz"]})
    equal(node.getblockcount(), height)

    waiting = node.sendtoaddress(node.getnewaddress(), 1)
    blocks = node.mine(2, {"transactions": []})["blocks"]
    equal([len(node.getblock(block)["tx"]) for block in blocks], [1, 1])
    equal(node.getrawmempool(), [waiting])
    blocks = node.mine(2)["blocks"]
    equal(node.getblock(blocks[0])["tx"][1:], [waiting])


def check_interval(node, peer):
    before = node.gettime()["time"]
    blocks = node.mine(4, {"interval": 600})["blocks"]
    times = [node.getblockheader(block)["time"] for block in blocks]
    equal([later - earlier for earlier, later in zip(times, times[1:])], [600] * 3)
    assert before + 600 <= times[0] <= before + 603, (before, times)
    assert 0 <= node.gettime()["time"] - times[-1] <= 3
    wait_until(lambda: peer.tip() == node.tip(), 30, "the peer to follow")
    fails(-8, "interval must be from 1 to", node.mine, 1, {"interval": 0})
    fails(-8, "latest time that a block can have", node.mine, 1000, {"interval": 10**7})


def check_generateblock(node):
    address = node.getnewaddress()
    coin = next(coin for coin in node.listunspent() if coin["amount"] > 1)
    raw, txid = pay(node, coin["txid"], coin["amount"])
    made = node.generateblock(address, [raw], False)
    equal(sorted(made), ["hash", "hex"])
    equal(node.submitblock(made["hex"]), None)
    equal(node.getblock(made["hash"])["tx"][1:], [txid])
    equal(sorted(node.generateblock(address, [])), ["hash"])
    foreign = node.createrawtransaction([{"txid": "11" * 32, "vout": 0}], {address: 1})
    fails(-25, "testBlockValidity failed: bad-txns-inputs-missingorspent", node.generateblock, address, [foreign])
    fails(-5, f"Transaction {'11' * 32} not in mempool.", node.generateblock, address, ["11" * 32])
    fails(-22, "Transaction decode failed for 00. Make sure the tx has at least one input.",
          node.generateblock, address, ["00"])
    fails(-5, "Error: Invalid address or descriptor", node.generateblock, "x", [])


def main(test):
    node, peer = test.node(), test.node()
    node.createwallet("w")
    node.connect(peer)
    test.step("blocks and transactions")
    check_simple(node)
    check_transactions(node)
    check_generateblock(node)
    test.step("block times")
    check_interval(node, peer)
    test.step("no wallet, and a public chain")
    bare = test.node("-disablewallet")
    fails(-8, "This node has no wallets", bare.mine)
    fails(-8, "This node has no wallets", bare.setautomine, "tx")
    public = test.node("-connect=0", chain="testnet4")
    for method, *arguments in (["mine"], ["reorg", 1], ["setautomine", "tx"], ["getautomine"]):
        fails(-1, f"{method} works on private networks only", public.rpc.call, method, *arguments)


run(main)
