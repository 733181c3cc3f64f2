#!/usr/bin/python3
"""Wallets that are restored from a copy or from descriptors find everything while the node is busy: while payments and blocks
come in and blocks leave the chain, while other wallets are rescanned, on a branch that is stale, on a pruned node; with and
without block filters. Payments are often to the last address that the wallet can find.
"""
import random
import threading

from chainkit import ANYONE_ADDRESS
from framework import LONG, SEED, RpcError, equal, fails, run

KEYPOOL = 30
TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
BLOCKS = 600  # that the restored wallet has to look through


def picture(wallet):
    return (set(wallet.getbalances()["mine"].items()) |
            {(coin["txid"], coin["vout"], coin["confirmations"]) for coin in wallet.listunspent(0)} |
            {(entry["txid"], entry["confirmations"]) for entry in wallet.listtransactions("*", 10_000)})


def same(copy, wallet, what):
    found, expected = picture(copy), picture(wallet)
    assert found == expected, f"{what}: {found - expected} instead of {expected - found}"


class Owner:
    """A wallet that is paid; its copies must find the payments."""

    def __init__(self, node, dice):
        self.node, self.dice = node, dice
        node.createwallet("payer", load_on_startup=True)
        node.generatetoaddress(120, node.wallet("payer").getnewaddress())
        node.createwallet("owner", load_on_startup=True)
        self.wallet = node.wallet("owner")

    def next_address(self):
        """Up to the last one that a wallet finds which knows the payments before."""
        kind, skipped = self.dice.choice(TYPES), self.dice.choice([0, 0, 3, KEYPOOL - 1])
        for _ in range(skipped):
            self.wallet.getnewaddress("", kind)
        return self.wallet.getnewaddress("", kind)

    def receive(self):
        self.node.wallet("payer").sendtoaddress(self.next_address(), self.dice.randint(1, 20) / 100)

    def spend(self):
        try:
            self.wallet.sendtoaddress(ANYONE_ADDRESS, 0.05)
        except RpcError as error:
            equal(error.code, -6, error)

    def mine(self, count=1):
        self.node.generatetoaddress(count, ANYONE_ADDRESS)

    def reorganise(self):
        depth = self.dice.randint(1, 3)
        old = self.node.getblockhash(self.node.getblockcount() - depth + 1)
        self.node.invalidateblock(old)
        self.node.generateblock(self.node.wallet("payer").getnewaddress(), [])
        self.mine(depth)
        self.node.reconsiderblock(old)

    def live(self, blocks):
        """Payments in and out, and many blocks."""
        for _ in range(blocks // 20):
            self.receive()
            if self.dice.random() < 0.3:
                self.spend()
            self.mine(self.dice.randint(1, 39))

    def check(self, name, what):
        """Compares with the wallet itself, and with a rescan."""
        self.node.syncwithvalidationinterfacequeue()
        copy = self.node.wallet(name)
        same(copy, self.wallet, what)
        copy.rescanblockchain()
        same(copy, self.wallet, f"{what}, after a rescan")
        copy.unloadwallet()


class Busy:
    """While it lasts, another thread pays, mines and reorganises, and a third one rescans another wallet."""

    def __init__(self, owner):
        self.owner, self.stopping, self.problems = owner, threading.Event(), []
        self.threads = [threading.Thread(target=self.repeat, args=(work,)) for work in (self.use, self.rescan)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        if self.problems:
            raise self.problems[0]

    def repeat(self, work):
        try:
            while not self.stopping.is_set():
                work()
        except Exception as problem:  # noqa: BLE001 - raised by the main thread
            self.problems.append(problem)

    def use(self):
        owner = self.owner
        owner.dice.choice([owner.receive, owner.receive, owner.mine, owner.spend, owner.reorganise])()

    def rescan(self):
        node = self.owner.node
        node.wallet("payer").rescanblockchain(node.getblockchaininfo().get("pruneheight", 0))


def from_copy(test, owner, number):
    test.step("from a copy")
    copy = test.folder / f"copy{number}.dat"
    owner.wallet.backupwallet(str(copy))
    owner.live(BLOCKS)
    with Busy(owner):
        owner.node.restorewallet("copy", str(copy), False)
    owner.check("copy", "restored while the node is busy")


def from_descriptors(test, owner):
    test.step("from descriptors")
    described = owner.wallet.listdescriptors(True)["descriptors"]
    requests = [{"desc": entry["desc"], "timestamp": 0, "active": True, "internal": entry["internal"], "range": KEYPOOL - 1}
                for entry in described]
    owner.node.createwallet("described", blank=True)
    with Busy(owner):
        for answer in owner.node.wallet("described").importdescriptors(requests):
            assert answer["success"], answer
    owner.check("described", "imported while the node is busy")


def from_stale_branch(test, owner, number):
    test.step("from a copy whose last block left the chain")
    owner.live(60)
    fork = owner.node.getblockhash(owner.node.getblockcount() - 8)
    copy = test.folder / f"stale{number}.dat"
    owner.wallet.backupwallet(str(copy))
    owner.node.invalidateblock(fork)
    owner.node.generateblock(owner.node.wallet("payer").getnewaddress(), [])
    owner.live(60)
    with Busy(owner):
        owner.node.restorewallet("stale", str(copy), False)
    owner.check("stale", "restored from another branch")


def pruned(test, dice, number):
    test.step("on a pruned node")
    node = test.node(f"-keypool={KEYPOOL}", "-fallbackfee=0.0002", "-prune=1", "-fastprune", name=f"pruned{number}")
    owner = Owner(node, dice)
    early, late = test.folder / f"early{number}.dat", test.folder / f"late{number}.dat"
    owner.wallet.backupwallet(str(early))
    owner.live(BLOCKS)
    owner.wallet.backupwallet(str(late))
    height = node.getblockcount()
    owner.live(100)
    node.pruneblockchain(height - 20)
    assert node.getblockchaininfo()["pruneheight"] > 130
    with Busy(owner):
        node.restorewallet("late", str(late), False)
    same(node.wallet("late"), owner.wallet, "restored on a pruned node")
    fails(-4, "Wallet loading failed.", node.restorewallet, "early", str(early), False)
    assert not (node.folder / "wallets" / "early").exists()
    # It is refused in full: a wallet with a gap would show wrong balances.
    assert "early" not in node.listwallets()
    described = owner.wallet.listdescriptors(True)["descriptors"][0]["desc"]
    node.createwallet("described", blank=True)
    answer, = node.wallet("described").importdescriptors([{"desc": described, "timestamp": 0}])
    assert not answer["success"] and "removed by pruning" in answer["error"]["message"], answer
    node.stop()


def main(test):
    rounds = 10 if LONG else 1
    test.step(f"seed {SEED}, {rounds} rounds")
    dice = random.Random(SEED)
    for number in range(rounds):
        for filters in (0, 1):
            test.step(f"round {number}, -blockfilterindex={filters}")
            node = test.node(f"-keypool={KEYPOOL}", "-fallbackfee=0.0002", f"-blockfilterindex={filters}",
                             name=f"node{number}{filters}")
            owner = Owner(node, dice)
            from_copy(test, owner, f"{number}{filters}")
            from_descriptors(test, owner)
            from_stale_branch(test, owner, f"{number}{filters}")
            node.stop()
        pruned(test, dice, number)


run(main)
