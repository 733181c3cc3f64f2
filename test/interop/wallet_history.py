#!/usr/bin/python3
"""One wallet in daler and bitcoind, through payments, a replacement, reorganisations, an orphaned coinbase and a double
spend: after each of them all calls about the history give the same answers, with the times of the same clock."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS  # noqa: E402
from framework import RpcError, bitcoind_folder, equal, run  # noqa: E402

# daler cannot know these of payments that bitcoind made; in_mempool is of the fork.
OWN = ("comment", "to", "replaced_by_txid", "replaces_txid", "in_mempool")


def comparable(value):
    """Without the order of lists, which is arbitrary in bitcoind."""
    if isinstance(value, dict):
        return [(key, comparable(item)) for key, item in value.items() if key not in OWN]
    if isinstance(value, list):
        return sorted((comparable(item) for item in value), key=repr)
    return value


class Pair:
    """bitcoind makes the payments and blocks; daler gets them."""

    def __init__(self, core, daler):
        self.core, self.daler, self.marks, self.calls = core, daler, [], 0
        core.createwallet("w")
        daler.createwallet("w", False, True)
        self.now = core.getblockheader(core.tip())["time"] + 1800000000
        self.wallet, self.copy = core.wallet("w"), daler.wallet("w")
        imports = [{"desc": entry["desc"], "timestamp": 0, "active": True, "internal": entry["internal"], "range": [0, 99],
                    "next_index": 0} for entry in self.wallet.listdescriptors(True)["descriptors"]]
        assert all(answer["success"] for answer in self.copy.importdescriptors(imports))
        self.clock(0)
        self.shop = self.address("bech32", "shop")

    def address(self, kind="bech32", label=""):
        addresses = [wallet.getnewaddress(label, kind) for wallet in (self.wallet, self.copy)]
        equal(*addresses)
        return addresses[0]

    def sync(self):
        missing, block = [], self.core.tip()
        while not self.knows(block):
            missing.append(block)
            block = self.core.getblockheader(block)["previousblockhash"]
        for block in reversed(missing):
            self.daler.submitblock(self.core.getblock(block, 0))
        equal(self.daler.tip(), self.core.tip())
        pool = self.core.getrawmempool(True)
        for txid in sorted(pool, key=lambda txid: pool[txid]["ancestorcount"]):
            self.daler.sendrawtransaction(self.core.getrawtransaction(txid), 0)
        equal(set(self.daler.getrawmempool()), set(pool))
        self.core.syncwithvalidationinterfacequeue()
        self.copy.getwalletinfo()

    def knows(self, block):
        try:
            return self.daler.getblockheader(block)["confirmations"] >= 0
        except RpcError:
            return False

    def clock(self, seconds):
        """Both wallets have seen everything when the time moves on."""
        self.sync()
        self.now += seconds
        for node in (self.core, self.daler):
            node.setmocktime(self.now)

    def mine(self, count, address=ANYONE_ADDRESS, pause=600):
        self.core.generatetoaddress(count, address)
        self.clock(pause)

    def disconnect(self, height):
        block = self.core.getblockhash(height)
        for node in (self.daler, self.core):
            node.invalidateblock(block)

    def ask(self, method, *arguments):
        self.calls += 1
        found = []
        for wallet in (self.copy, self.wallet):
            try:
                found.append(comparable(getattr(wallet, method)(*arguments)))
            except RpcError as error:
                found.append((error.code, error.message))
        equal(*found, f"{method} {arguments}")

    def compare(self, test, what):
        self.sync()
        txids = sorted({entry["txid"] for entry in self.wallet.listtransactions("*", 1000)})
        for txid in txids:
            self.ask("gettransaction", txid)
            self.ask("gettransaction", txid, True, True)
        for arguments in (("*", 1000), ("shop", 100), ("*", 1000, 0, True)):
            self.ask("listtransactions", *arguments)
        for block in ("", *self.marks):
            for more in ((), (3,), (1, False, True, True), (1, True, False), (1, True, True, True, "shop"),
                         (1, True, True, False, "shop")):
                self.ask("listsinceblock", block, *more)
        orders = [[entry["address"] for entry in wallet.listreceivedbyaddress(0, True)] for wallet in (self.copy, self.wallet)]
        equal(*orders, "the order of addresses")
        for arguments in ((), (0,), (0, True), (6,), (0, True, False, self.shop), (1, True, False, None, True),
                          (0, True, True, ANYONE_ADDRESS), (0, True, False, "x"), (0, True, False, "")):
            self.ask("listreceivedbyaddress", *arguments)
        for arguments in ((), (0,), (0, True), (6,), (1, True, False, True)):
            self.ask("listreceivedbylabel", *arguments)
        for arguments in ((self.shop,), (self.shop, 0), (self.shop, 6), (self.shop, 1, True), (ANYONE_ADDRESS,), ("x",)):
            self.ask("getreceivedbyaddress", *arguments)
        for arguments in (("shop",), ("shop", 0), ("",), ("", 0), ("nosuch",), ("*",), ("", 1, True)):
            self.ask("getreceivedbylabel", *arguments)
        self.ask("getbalances")
        self.marks.append(self.core.tip())
        test.step(f"{what}: {len(txids)} transactions")

    def spend(self, coin, *amounts):
        """A transaction that pays the amounts, and the rest to the wallet."""
        rest = coin["amount"] - sum(amounts) - 1
        outputs = [*[{ANYONE_ADDRESS: amount} for amount in amounts], {self.shop: rest}]
        raw = self.wallet.createrawtransaction([{"txid": coin["txid"], "vout": coin["vout"]}], outputs)
        return self.wallet.signrawtransactionwithwallet(raw)["hex"]


def main(test):
    bitcoind_folder()
    pair = Pair(test.node(kind="bitcoind", name="bitcoind"), test.node("-strictregtest", kind="daler", name="daler"))
    wallet = pair.wallet
    pair.mine(1, pair.address("bech32m"))
    pair.mine(1, pair.address("legacy", "miner"))
    pair.mine(101)
    pair.compare(test, "coinbases")
    wallet.sendtoaddress(pair.shop, 1.5)
    pair.clock(50)
    wallet.sendtoaddress(ANYONE_ADDRESS, 2.5)
    pair.clock(50)
    wallet.sendmany("", {pair.shop: 0.25, ANYONE_ADDRESS: 0.5, pair.address("p2sh-segwit", "shop2"): 0.125})
    pair.compare(test, "not confirmed")
    pair.mine(1)
    pair.compare(test, "confirmed")
    replaced = wallet.sendtoaddress(ANYONE_ADDRESS, 1)
    pair.clock(50)
    wallet.bumpfee(replaced)
    pair.compare(test, "replaced")
    pair.mine(1)
    pair.compare(test, "the replacement is confirmed")

    pair.mine(2, pair.address("bech32", "orphan"))
    pair.compare(test, "coinbases that are not mature")
    pair.disconnect(pair.core.getblockcount() - 1)
    pair.mine(3)
    pair.compare(test, "orphaned coinbases")
    wallet.sendtoaddress(ANYONE_ADDRESS, 0.75)
    pair.clock(10)
    pair.mine(1)
    pair.compare(test, "a payment")
    pair.disconnect(pair.core.getblockcount())
    for _ in range(2):
        pair.core.generateblock(ANYONE_ADDRESS, [])
    pair.clock(600)
    pair.compare(test, "its block was disconnected")

    coin = next(coin for coin in wallet.listunspent(1) if coin["amount"] > 5)
    first, second = pair.spend(coin, 1), pair.spend(coin, 2)
    pair.core.sendrawtransaction(first, 0)
    pair.compare(test, "the first spend of a coin")
    pair.core.generateblock(ANYONE_ADDRESS, [second])
    pair.clock(600)
    pair.compare(test, "a block has the second one")
    pair.ask("abandontransaction", pair.core.decoderawtransaction(first)["txid"])
    test.step(f"{pair.calls} calls")


run(main)
