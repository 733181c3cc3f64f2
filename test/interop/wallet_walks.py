#!/usr/bin/python3
"""Random walks of three wallets with the same descriptors: two of daler, one of bitcoind. After each block all three agree
on balances, coins, history and conflicts."""
import random
import re
import shutil
import sys
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "functional"))

from chainkit import ANYONE_ADDRESS  # noqa: E402
from framework import LONG, SEED, RpcError, equal, run, sync_blocks, wait_until  # noqa: E402

STEPS = 2000 if LONG else 200
OF_THE_FORK = ("in_mempool",)
OF_ITS_TIME = ("time", "timereceived", "timesmart")
TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
FEE = Decimal("0.0001")
# Answers to payments that cannot be made.
REFUSED = (-4, -6, -8)


def without(entry, *names):
    return {key: value for key, value in entry.items() if key not in names}


def picture(node):
    """What the wallet says, without what differs by nature."""
    wallet = node.wallet("w")
    history = [without(entry, *OF_ITS_TIME, *OF_THE_FORK) for entry in wallet.listtransactions("*", 1_000_000, 0, True)]
    for entry in history:
        entry["walletconflicts"] = sorted(entry["walletconflicts"])
    unsettled = sorted({entry["txid"] for entry in history if entry["confirmations"] <= 0})
    details = {}
    for txid in unsettled:
        entry = wallet.gettransaction(txid)
        details[txid] = {"amount": entry["amount"], "fee": entry.get("fee"), "confirmations": entry["confirmations"],
                         "conflicts": sorted(entry["walletconflicts"]), "in mempool": sorted(entry["mempoolconflicts"]),
                         "by": entry.get("replaced_by_txid"), "of": entry.get("replaces_txid")}
    return {"balances": wallet.getbalances(),
            "coins": {f"{coin['txid']}:{coin['vout']}": coin for coin in wallet.listunspent(0, 9_999_999, [], True)},
            "history": sorted(history, key=lambda entry: (entry["txid"], entry.get("vout", -1), entry["category"])),
            "unsettled": details,
            "groups": sorted(sorted(group) for group in wallet.listaddressgroupings()),
            "locked": sorted((coin["txid"], coin["vout"]) for coin in wallet.listlockunspent())}


def differences(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            if key not in ours or key not in theirs:
                yield f"{path}.{key}: {ours.get(key, 'missing')} instead of {theirs.get(key, 'nothing')}"
            else:
                yield from differences(ours[key], theirs[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs)):
            yield from differences(one, other, f"{path}[{number}]")
    elif ours != theirs:
        yield f"{path}: {ours} instead of {theirs}"


class Walk:
    def __init__(self, test, seed):
        self.test, self.dice = test, random.Random(seed)
        self.core = test.node("-whitelist=noban@127.0.0.1", kind="bitcoind", name="bitcoind")
        # They choose coins in two ways.
        self.dalers = [test.node("-strictregtest", "-fallbackfee=0.0002", "-keypool=100", "-whitelist=noban@127.0.0.1",
                                 choice, name=f"daler{number}")
                       for number, choice in ((1, "-maxapsfee=0.0001"), (2, "-avoidpartialspends"))]
        self.nodes = [self.core, *self.dalers]
        self.restores = self.imports = 0
        self.counts = {}
        self.core.createwallet("w")
        descriptors = self.core.wallet("w").listdescriptors(True)["descriptors"]
        self.master = re.search(r"tprv\w+", descriptors[0]["desc"])[0]
        for node in self.dalers:
            node.createwallet("w", False, True)
            answers = node.wallet("w").importdescriptors(
                [{"desc": entry["desc"], "timestamp": 0, "active": True, "internal": entry["internal"], "range": [0, 100],
                  "next_index": 0} for entry in descriptors])
            assert all(answer["success"] for answer in answers), answers
            node.connect(self.core)
        self.dalers[0].connect(self.dalers[1])
        self.core.generatetoaddress(5, self.address(self.core))
        self.core.generatetoaddress(100, ANYONE_ADDRESS)
        self.agree()

    # what the walk needs

    def any_node(self):
        return self.dice.choice(self.nodes)

    def address(self, node):
        return node.wallet("w").getnewaddress("", self.dice.choice(TYPES))

    def unsettled(self):
        """Our transactions that are not confirmed and do not conflict with a block."""
        return sorted({entry["txid"] for entry in self.core.wallet("w").listtransactions("*", 1000)
                       if entry["confirmations"] == 0 and entry["category"] not in ("orphan", "immature")})

    def level(self):
        """Gives each mempool what the others have; some may refuse it as a conflict."""
        sync_blocks(self.nodes)
        for source in self.nodes:
            for txid in sorted(source.getrawmempool(), key=lambda txid: source.getmempoolentry(txid)["ancestorcount"]):
                text = source.getrawtransaction(txid)
                for node in self.nodes:
                    if node is not source and txid not in node.getrawmempool():
                        try:
                            node.sendrawtransaction(text, 0)
                        except RpcError as error:
                            assert error.code in (-25, -26, -27), error
        wait_until(lambda: len({tuple(sorted(node.getrawmempool())) for node in self.nodes}) == 1, 20, "equal mempools")

    def agree(self):
        """All three wallets say the same."""
        self.level()
        pictures = []

        def same():
            pictures[:] = [picture(node) for node in self.nodes]
            return pictures[1] == pictures[0] and pictures[2] == pictures[0]

        try:
            wait_until(same, 20, "three equal wallets")
        except AssertionError:
            for node, ours in zip(self.dalers, pictures[1:]):
                for difference in list(differences(ours, pictures[0]))[:20]:
                    print(f"{node.name}: {difference}", flush=True)
            raise

    # the steps

    def pay(self):
        node = self.any_node()
        to = self.address(self.any_node()) if self.dice.random() < 0.6 else ANYONE_ADDRESS
        amount = self.dice.choice([Decimal("0.001"), Decimal("0.5"), 3, 20, 60])
        node.wallet("w").sendtoaddress(to, amount, "", "", self.dice.random() < 0.3, self.dice.random() < 0.7,
                                       fee_rate=self.dice.choice([2, 5, 20]))
        self.level()

    def pay_many(self):
        node = self.any_node()
        outputs = {self.address(self.any_node()): Decimal(self.dice.randrange(1, 200)) / 100 for _ in range(3)}
        node.wallet("w").sendmany("", {**outputs, ANYONE_ADDRESS: Decimal("0.01")})
        self.level()

    def receive(self):
        """A payment of a stranger: a coin that anyone may spend."""
        coins = self.core.scantxoutset("start", [f"addr({ANYONE_ADDRESS})"])["unspents"]
        mature = [coin for coin in coins if not coin["coinbase"] or self.core.getblockcount() - coin["height"] >= 100]
        spent = {(vin["txid"], vin["vout"]) for txid in self.core.getrawmempool()
                 for vin in self.core.getrawtransaction(txid, 1)["vin"]}
        mature = [coin for coin in mature if (coin["txid"], coin["vout"]) not in spent and coin["amount"] > FEE * 10]
        if not mature:
            return
        coin = self.dice.choice(mature)
        # Its script hash is of OP_TRUE, which is the whole witness.
        raw = self.core.createrawtransaction([{"txid": coin["txid"], "vout": coin["vout"]}],
                                             {self.address(self.any_node()): coin["amount"] - FEE})
        self.core.sendrawtransaction(self.with_witness(raw), 0)
        self.level()

    @staticmethod
    def with_witness(raw):
        """The transaction of one input with the witness script OP_TRUE."""
        return raw[:8] + "0001" + raw[8:-8] + "010151" + raw[-8:]

    def conflict(self):
        """A transaction that spends the coins of another one of ours; by fee, or in a block."""
        candidates = [txid for txid in self.unsettled() if self.core.wallet("w").gettransaction(txid)["amount"] < 0]
        if not candidates:
            return
        node, txid = self.core, self.dice.choice(candidates)
        details = node.wallet("w").gettransaction(txid, False, True)
        inputs = [{"txid": vin["txid"], "vout": vin["vout"], "sequence": 0xfffffffd} for vin in details["decoded"]["vin"]]
        value = sum(vout["value"] for vout in details["decoded"]["vout"]) - FEE * 20
        if value <= FEE:
            return
        raw = node.createrawtransaction(inputs, {self.address(node): value})
        signed = node.wallet("w").signrawtransactionwithwallet(raw)
        if not signed["complete"]:
            return
        try:
            if self.dice.random() < 0.5:
                node.sendrawtransaction(signed["hex"], 0)
            else:
                node.generateblock(ANYONE_ADDRESS, [signed["hex"]])
        except RpcError as error:
            # The payments that it would replace pay more, or what it spends is not in a block.
            assert error.code in (-25, -26), error
        self.agree()

    def bump(self):
        """By psbtbumpfee: after bumpfee one wallet alone would know that one payment replaces the other."""
        mempool = self.core.getrawmempool()
        candidates = [txid for txid in self.unsettled() if txid in mempool]
        if not candidates:
            return
        wallet = self.any_node().wallet("w")
        made = wallet.psbtbumpfee(self.dice.choice(candidates), {"fee_rate": self.dice.choice([30, 80])})
        signed = wallet.walletprocesspsbt(made["psbt"])
        assert signed["complete"]
        self.any_node().sendrawtransaction(signed["hex"], 0)
        self.level()

    def mine(self):
        self.core.generatetoaddress(1, self.address(self.any_node()) if self.dice.random() < 0.3 else ANYONE_ADDRESS)
        self.agree()

    def mine_some(self):
        """A block with a part of the mempool."""
        chosen = [txid for txid in self.core.getrawmempool()
                  if self.core.getmempoolentry(txid)["ancestorcount"] == 1 and self.dice.random() < 0.5]
        self.core.generateblock(ANYONE_ADDRESS, chosen)
        self.agree()

    def reorganise(self):
        depth = self.dice.randrange(1, 4)
        old = self.core.getblockhash(self.core.getblockcount() - depth + 1)
        self.core.invalidateblock(old)
        to = self.address(self.core)  # so that the blocks are not the same
        if self.dice.random() < 0.5:
            self.core.generateblock(to, [])
        self.core.generatetoaddress(depth + 1, to)
        self.core.reconsiderblock(old)
        self.agree()

    def abandon(self):
        mempool = self.core.getrawmempool()
        for txid in self.unsettled():
            if txid not in mempool:
                for node in self.nodes:
                    try:
                        node.wallet("w").abandontransaction(txid)
                    except RpcError as error:
                        equal(error.code, -5, f"{node.name}: {error}")
        self.agree()

    def lock(self):
        coins = self.core.wallet("w").listunspent(0)
        if not coins:
            return
        coin = self.dice.choice(coins)
        for node in self.nodes:
            node.wallet("w").lockunspent(False, [{"txid": coin["txid"], "vout": coin["vout"]}], True)

    def unlock(self):
        for node in self.nodes:
            node.wallet("w").lockunspent(True)

    def import_key(self):
        """A key that was paid already. Its past is looked for."""
        self.imports += 1
        kind = self.dice.choice(["pkh({})", "wpkh({})", "sh(wpkh({}))", "tr({})"])
        secret = kind.format(f"{self.master}/99/{self.imports}")
        described = self.core.getdescriptorinfo(secret)
        public = described["descriptor"]
        address = self.core.deriveaddresses(public)[0]
        self.any_node().wallet("w").sendtoaddress(address, Decimal("0.3"), fee_rate=5)
        self.level()
        self.core.generatetoaddress(self.dice.randrange(3), ANYONE_ADDRESS)
        self.agree()
        for node in self.nodes:
            answer, = node.wallet("w").importdescriptors([{"desc": f"{secret}#{described['checksum']}", "timestamp": 0,
                                                           "label": f"imported {self.imports}"}])
            assert answer["success"], answer
        self.agree()

    def restore(self):
        """The wallet of a backup takes the place of the wallet."""
        node = self.dice.choice(self.dalers)
        self.restores += 1
        copy = self.test.folder / f"backup{self.restores}"
        node.wallet("w").backupwallet(str(copy))
        for _ in range(self.dice.randrange(3)):
            self.pay()
        if self.dice.random() < 0.5:
            self.mine()
        self.lose(node)
        node.restorewallet("w", str(copy))
        for coin in self.core.wallet("w").listlockunspent():
            node.wallet("w").lockunspent(False, [coin], True)
        self.agree()

    @staticmethod
    def lose(node):
        node.unloadwallet("w")
        shutil.rmtree(node.folder / "wallets" / "w")

    def crash(self):
        node = self.dice.choice(self.dalers)
        # A payment that only the mempool has shown is written a little later, or with the next answer that must be.
        self.address(node)
        node.kill().start()
        if "w" not in node.listwallets():
            node.loadwallet("w")
        self.connect_again(node)
        self.agree()

    def restart(self):
        node = self.dice.choice(self.dalers)
        node.restart()
        if "w" not in node.listwallets():
            node.loadwallet("w")
        self.connect_again(node)
        self.agree()

    def connect_again(self, node):
        for other in self.nodes:
            if other is not node:
                node.connect(other)

    def run(self):
        steps = [self.pay] * 8 + [self.mine] * 5 + [self.pay_many, self.receive, self.mine_some, self.conflict, self.bump] * 2
        steps += [self.reorganise, self.abandon, self.lock, self.unlock, self.crash, self.restart, self.import_key, self.restore]
        for number in range(STEPS):
            step = self.dice.choice(steps)
            self.counts[step.__name__] = self.counts.get(step.__name__, 0) + 1
            try:
                step()
            except RpcError as error:
                if step in (self.pay, self.pay_many, self.bump, self.import_key, self.restore) and error.code in REFUSED:
                    continue
                print(f"step {number}, {step.__name__}: {error}", flush=True)
                raise
            except AssertionError:
                print(f"step {number}, {step.__name__}", flush=True)
                raise
        self.mine()


def main(test):
    test.step(f"seed {SEED}, {STEPS} steps")
    walk = Walk(test, SEED)
    walk.run()
    test.step(", ".join(f"{count} {name}" for name, count in sorted(walk.counts.items())))


if __name__ == "__main__":
    run(main)
