#!/usr/bin/python3
"""`reorg`: a competing branch is mined and wins. Wallets, mempool and indexes afterwards are those of a node that got the
same blocks from a peer, and a dry run says what will happen."""
import random
from decimal import Decimal

from chainkit import double_spend
from framework import LONG, SEED, RpcError, equal, fails, run, sync_blocks, sync_mempools, wait_until

INDEXES = ["-txindex", "-blockfilterindex", "-coinstatsindex"]
WALLET = ["-fallbackfee=0.0001"]


def indexed(node):
    """What the indexes say about the best chain."""
    height = node.getblockcount()
    wait_until(lambda: all(index["synced"] and index["best_block_height"] == height
                           for index in node.getindexinfo().values()), 30, "the indexes")
    hashes = [node.getblockhash(at) for at in range(height + 1)]
    return {"filters": [node.getblockfilter(block) for block in hashes],
            "totals": [node.gettxoutsetinfo("muhash", at) for at in (height - 3, height)],
            "payments": [node.getrawtransaction(node.getblock(block)["tx"][-1]) for block in hashes[1:]]}


def set_up(test):
    """Two connected nodes with wallets: the first has coins."""
    first, second = test.node(*INDEXES, *WALLET), test.node(*INDEXES, *WALLET)
    for node in (first, second):
        node.createwallet("w")
    first.connect(second)
    first.mine(120)
    sync_blocks([first, second])
    return first, second


def pay_and_mine(payer, receiver, blocks, payments=1):
    """Payments in each of some blocks; returns their ids by block."""
    out = []
    for _ in range(blocks):
        out.append([payer.sendtoaddress(receiver.getnewaddress(), 1) for _ in range(payments)])
        payer.mine()
    sync_blocks([payer, receiver])
    return out


def check_returned(first, second):
    """By default the branch is empty and all payments wait again."""
    payments = sum(pay_and_mine(first, second, 2), [])
    left = [first.getblockhash(first.getblockcount() - back) for back in (1, 0)]
    equal(second.getbalance(), 2)
    planned = first.reorg(2, {"dry_run": True})
    equal(first.tip(), left[1])
    done = first.reorg(2)
    hashes = done.pop("blocks")
    equal(done, planned)
    equal(done, {"forkheight": first.getblockcount() - 3, "left": left, "entered": 3, "confirmed": [],
                 "returned": payments, "dropped": [], "conflicted": []})
    equal(hashes, [first.getblockhash(first.getblockcount() - back) for back in (2, 1, 0)])
    sync_blocks([first, second])
    sync_mempools([first, second])
    equal(sorted(first.getrawmempool()), sorted(payments))
    equal((second.getbalance(), second.getbalances()["mine"]["untrusted_pending"]), (0, 2))
    equal({tip["status"] for tip in first.getchaintips()}, {"active", "valid-fork"})
    first.mine()
    sync_blocks([first, second])
    equal(second.getbalance(), 2)


def check_confirmed_again(first, second):
    payments = pay_and_mine(first, second, 3)
    done = first.reorg(3, {"transactions": "all", "blocks": 5})
    equal((done["entered"], done["confirmed"], done["returned"]), (5, sum(payments, []), []))
    equal([first.getblock(block)["tx"][1:] for block in done["blocks"]], payments + [[], []])
    sync_blocks([first, second])
    equal(first.getrawmempool(), [])

    chosen = pay_and_mine(first, second, 2, payments=2)
    some = [chosen[1][1], chosen[0][0]]
    planned = first.reorg(2, {"transactions": some, "dry_run": True})
    done = first.reorg(2, {"transactions": some})
    del done["blocks"]
    equal(done, planned)
    assert set(some) <= set(done["confirmed"])
    equal(sorted(done["confirmed"] + done["returned"]), sorted(sum(chosen, [])))
    first.mine()
    sync_blocks([first, second])


def check_double_spend(first, second):
    """A payment and one that spends it are replaced: the receiver sees a conflict."""
    balance = second.getbalance()
    [[paid]] = pay_and_mine(first, second, 1)
    child = second.sendtoaddress(first.getnewaddress(), second.getbalance(), "", "", True)
    assert paid in [entry["txid"] for entry in second.decoderawtransaction(
        second.gettransaction(child)["hex"])["vin"]]
    sync_mempools([first, second])
    rival = double_spend(first, paid)
    options = {"replace": [rival]}
    planned = first.reorg(1, dict(options, dry_run=True))
    done = first.reorg(1, options)
    rival_id = first.decoderawtransaction(rival)["txid"]
    equal(first.getblock(done.pop("blocks")[0])["tx"][1:], [rival_id])
    equal(done, planned)
    equal((done["confirmed"], done["returned"], done["conflicted"], done["dropped"]), ([], [], [paid, child], []))
    sync_blocks([first, second])
    wait_until(lambda: second.gettransaction(paid)["confirmations"] < 0, 30, "the conflict")
    equal(second.gettransaction(paid)["walletconflicts"], [])
    equal((second.getrawmempool(), second.getbalance()), ([], balance))
    equal(first.gettransaction(rival_id)["confirmations"], 2)


def check_vanished_coinbase(first, second):
    """A payment from a coinbase that leaves cannot come back."""
    first.mine(101)
    young = first.getblock(first.getblockhash(first.getblockcount() - 100))["tx"][0]
    raw = first.createrawtransaction([{"txid": young, "vout": 0}],
                                     {second.getnewaddress(): first.gettxout(young, 0)["value"] - Decimal("0.001")})
    payment = first.sendrawtransaction(first.signrawtransactionwithwallet(raw)["hex"])
    first.mine()
    fails(-25, f"Transaction {payment} cannot be in the branch", first.reorg, 110, {"transactions": [payment]})
    planned = first.reorg(110, {"transactions": "all", "dry_run": True})
    done = first.reorg(110, {"transactions": "all"})
    del done["blocks"]
    equal(done, planned)
    assert payment in done["dropped"], done
    sync_blocks([first, second])
    first.mine(101)
    sync_blocks([first, second])


def check_deep(first, second):
    """150 blocks with payments; all return, because each payment has few ancestors."""
    first.mine(160)
    payments = []
    for number in range(150):
        if number % 8 == 0:
            payments.append(first.sendtoaddress(second.getnewaddress(), 1))
        first.mine()
    sync_blocks([first, second])
    planned = first.reorg(150, {"dry_run": True})
    done = first.reorg(150)
    del done["blocks"]
    equal(done, planned)
    equal(sorted(done["returned"] + done["dropped"]), sorted(payments))
    sync_blocks([first, second])
    sync_mempools([first, second])
    first.mine(101)
    sync_blocks([first, second])


def check_errors(node):
    tip, height = node.tip(), node.getblockcount()
    address = node.getnewaddress()
    for depth in (0, -1, height + 1):
        fails(-25, f"depth must be from 1 to {height}", node.reorg, depth, {"address": address, "blocks": 1})
    fails(-25, "no more work", node.reorg, 3, {"blocks": 3})
    fails(-8, "blocks must be from 1", node.reorg, 1, {"blocks": 0})
    fails(-8, "transactions must be", node.reorg, 1, {"transactions": "some"})
    fails(-25, "neither in the mempool nor in a block", node.reorg, 1, {"transactions": ["11" * 32]})
    fails(-22, "Transaction decode failed for 00", node.reorg, 1, {"replace": ["00"]})
    foreign = node.createrawtransaction([{"txid": "11" * 32, "vout": 0}], {address: 1})
    fails(-25, "bad-txns-inputs-missingorspent", node.reorg, 1, {"replace": [foreign]})
    fails(-25, "maxtries", node.reorg, 1, {"maxtries": 0})
    fails(-5, "Invalid address", node.reorg, 1, {"address": "x"})
    fails(-3, "Unexpected key colour", node.reorg, 1, {"colour": "red"})
    equal(node.tip(), tip)


def check_random(first, second, rounds):
    """A dry run tells the truth, whatever is asked."""
    chance = random.Random(SEED)
    for _ in range(rounds):
        depth = chance.randrange(1, 6)
        for _ in range(depth):
            for _ in range(chance.randrange(3)):
                payer, receiver = chance.sample([first, second], 2)
                try:
                    payer.sendtoaddress(receiver.getnewaddress(), Decimal(chance.randrange(1, 60)) / 10)
                except RpcError as error:
                    assert error.code == -6, error
            sync_mempools([first, second])
            if chance.random() < 0.8:
                chance.choice([first, second]).mine()
                sync_blocks([first, second])
        known = [tx for back in range(depth) for tx in
                 first.getblock(first.getblockhash(first.getblockcount() - back))["tx"][1:]] + first.getrawmempool()
        options = {"blocks": depth + chance.randrange(1, 4)}
        choice = chance.choice(["none", "all", "some"])
        options["transactions"] = chance.sample(known, min(2, len(known))) if choice == "some" else choice
        before = set(first.getrawmempool())
        planned = first.reorg(depth, dict(options, dry_run=True))
        done = first.reorg(depth, options)
        del done["blocks"]
        equal(done, planned)
        equal(set(first.getrawmempool()), before - set(done["confirmed"]) - set(done["conflicted"]) -
              set(done["dropped"]) | set(done["returned"]))
        sync_blocks([first, second])
        sync_mempools([first, second])


def main(test):
    first, second = set_up(test)
    test.step("payments return, or are confirmed again")
    check_returned(first, second)
    check_confirmed_again(first, second)
    test.step("double spend, vanished coinbase, errors")
    check_double_spend(first, second)
    check_vanished_coinbase(first, second)
    check_errors(first)
    test.step("dry runs tell the truth")
    check_random(first, second, 60 if LONG else 12)
    test.step("150 blocks")
    check_deep(first, second)
    test.step("indexes and coins as on a node that saw only the result")
    third = test.node(*INDEXES)
    third.connect(first)
    sync_blocks([first, second, third])
    equal(indexed(first), indexed(third))
    equal(indexed(second), indexed(third))
    equal(first.utxo(), third.utxo())


run(main)
