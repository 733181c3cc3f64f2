#!/usr/bin/python3
"""Wallets that are restored from an old copy during a download of blocks find the payments; orphaned coinbases do not
make coins unspendable.

wallet_restore.py [SEED [ROUNDS]]: all random choices come from SEED
"""
import random
import shutil
import sys

from chainkit import ANYONE_ADDRESS, framed
from framework import LONG, SEED, equal, run, wait_until

KEYPOOL = 40
TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
OPTIONS = (f"-keypool={KEYPOOL}",)


def mine(wallet):
    return wallet.getbalances()["mine"]


def indices(dice):
    """Indices of the paid addresses, in the order of the payments; often the last one that the wallet can find."""
    out, last = [], -1
    for _ in range(dice.randint(2, 4)):
        last += dice.choice((1, KEYPOOL, KEYPOOL, dice.randint(1, KEYPOOL)))
        out.append(last)
        if dice.random() < 0.3:
            out.append(dice.randint(0, last))  # one that was skipped, or one that was paid before
    return out


def pay(dice, node, owner):
    """Pays addresses of each type: one or several in a block, by coinbases and by payments."""
    payer = node.wallet("payer")
    payments = []
    for kind in TYPES:
        wanted = indices(dice)
        addresses = [owner.getnewaddress("", kind) for _ in range(max(wanted) + 1)]
        payments.append([addresses[index] for index in wanted])
    while any(payments):
        queue = dice.choice([queue for queue in payments if queue])
        address = queue.pop(0)
        if dice.random() < 0.4:
            node.generatetoaddress(1, address)
            continue
        payer.sendtoaddress(address, dice.randint(1, 9))
        if dice.random() < 0.5:
            node.generatetoaddress(1, ANYONE_ADDRESS)
    node.generatetoaddress(101, ANYONE_ADDRESS)


def check(test, node, name, expected, what):
    """Compares a restored wallet with its original, and with itself after a rescan."""
    node.syncwithvalidationinterfacequeue()
    wallet = node.wallet(name)
    equal(mine(wallet), expected, what)
    wallet.rescanblockchain()
    equal(mine(wallet), expected, f"{what}, after a rescan")


def restored(test, dice, number):
    source = test.node(*OPTIONS, "-fallbackfee=0.0002", name=f"source{number}")
    source.createwallet("payer")
    source.generatetoaddress(101 + dice.randint(0, 20), source.wallet("payer").getnewaddress())
    source.createwallet("owner")
    copy = test.folder / f"copy{number}.dat"
    owner = source.wallet("owner")
    owner.backupwallet(str(copy))
    pay(dice, source, owner)
    source.syncwithvalidationinterfacequeue()
    expected = mine(owner)

    test.step(f"round {number}: restored while a peer sends the blocks")
    peer = test.node(*OPTIONS, name=f"peer{number}")
    peer.addnode(source.address, "onetry")
    if dice.random() < 0.5:
        wait_until(lambda: peer.getblockcount() > 0, what="the first blocks")
    peer.restorewallet("old", str(copy))
    wait_until(lambda: peer.tip() == source.tip(), what="the chain")
    check(test, peer, "old", expected, "restored during the download")

    test.step(f"round {number}: loaded before -loadblock imports the blocks")
    blocks = test.folder / f"blocks{number}.dat"
    blocks.write_bytes(b"".join(framed(bytes.fromhex(source.getblock(source.getblockhash(height), 0)))
                                for height in range(1, source.getblockcount() + 1)))
    importer = test.node(*OPTIONS, start=False, name=f"importer{number}")
    folder = importer.folder / "wallets" / "old"
    folder.mkdir(parents=True)
    shutil.copy(copy, folder / "wallet.dat")
    importer.start(f"-loadblock={blocks}", "-wallet=old", "-connect=0")
    wait_until(lambda: importer.tip() == source.tip(), what="the import")
    check(test, importer, "old", expected, "loaded before the import")
    for node in (source, peer, importer):
        node.stop()


def waits_for_orphan(wallet, txid, mempool):
    """Whether an unconfirmed payment that is not abandoned depends on a coinbase that left the chain."""
    tx = wallet.gettransaction(txid, True, True)
    if tx["confirmations"] != 0 or txid in mempool:
        return False
    if any(entry["category"] == "orphan" for entry in tx["details"]):
        return True
    if any(entry["abandoned"] for entry in tx["details"]):
        return False
    parents = {coin["txid"] for coin in tx["decoded"]["vin"] if "txid" in coin}
    return any(waits_for_orphan(wallet, parent, mempool) for parent in parents)


def orphaned(test, dice, node):
    """Disconnects coinbases that were spent, and connects them again."""
    node.createwallet("miner")
    wallet = node.wallet("miner")
    node.generatetoaddress(1, wallet.getnewaddress())
    node.generatetoaddress(dice.randint(1, 3), ANYONE_ADDRESS)
    node.generatetoaddress(dice.randint(2, 5), wallet.getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    for _ in range(dice.randint(1, 4)):
        wallet.sendtoaddress(ANYONE_ADDRESS, dice.randint(1, 15))
        if dice.random() < 0.3:
            node.generatetoaddress(1, ANYONE_ADDRESS)
    node.syncwithvalidationinterfacequeue()
    before, count = mine(wallet), node.getblockcount()
    own = sorted({entry["txid"] for entry in wallet.listtransactions("*", 1000)})

    # The other branch lacks at least one coinbase that was spent.
    parents = {coin["txid"] for txid in own for coin in wallet.gettransaction(txid, True, True)["decoded"]["vin"]
               if "txid" in coin}
    spent = [wallet.gettransaction(txid) for txid in sorted(parents)]
    height = dice.choice(sorted(tx["blockheight"] for tx in spent if "generated" in tx))
    fork = node.getblockhash(height)
    node.invalidateblock(fork)
    node.createwallet("other")
    node.generatetoaddress(count, node.wallet("other").getnewaddress())
    node.syncwithvalidationinterfacequeue()
    mempool = node.getrawmempool()
    for txid in own:
        if "generated" in wallet.gettransaction(txid):
            continue
        assert not waits_for_orphan(wallet, txid, mempool), f"{txid} locks coins of an orphaned coinbase"
    if dice.random() < 0.5:
        node.unloadwallet("miner")
        node.loadwallet("miner")
    node.invalidateblock(node.getblockhash(height))
    node.reconsiderblock(fork)
    wait_until(lambda: mine(wallet) == before, what=f"the balance to be {before} again")
    for txid in own:
        details = wallet.gettransaction(txid)["details"]
        assert not any(entry["abandoned"] for entry in details), details
    wallet.unloadwallet()


def main(test):
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20 if LONG else 2
    test.step(f"seed {seed}, {rounds} rounds")
    dice = random.Random(seed)
    for number in range(rounds):
        restored(test, dice, number)
    for number in range(rounds):
        test.step(f"round {number}: coinbases leave the chain and return")
        node = test.node("-keypool=10", "-fallbackfee=0.0002", name=f"miner{number}")
        orphaned(test, dice, node)
        node.stop()


run(main)
