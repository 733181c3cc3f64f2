#!/usr/bin/python3
"""Kills at random moments, while several clients pay, bump, receive, mine, reorganise, make addresses and encrypt wallets.

After each kill the node starts, and whatever it had answered holds: each payment is in the mempool or in the chain, or was
replaced by a bump; no coin is spent twice by payments that do not replace each other; addresses, labels and passphrases are
known; and balance and coins are those that a new wallet with the same keys finds in the blocks.
"""
import http.client
import random
import threading

from chainkit import ANYONE_ADDRESS, COIN, coins_of, spend
from framework import FACTOR, LONG, SEED, RpcError, equal, run, wait_until

KILLS = 1000 if LONG else 50 if FACTOR == 1 else 6
PER_ROUND = 50  # then a new node begins, so that its history stays short
GONE = (OSError, http.client.BadStatusLine, http.client.IncompleteRead)
# Answers to calls that came too late: coins are spent, a payment is confirmed, the mempool has something else, a block is
# the same as one that a reorganisation made invalid.
REFUSED = {-1, -4, -5, -6, -8, -25, -26, -27, -32603}
LONGEST = 0.4  # seconds until a kill
MEANWHILE = 6  # blocks that other clients may have mined just before a reorganisation
PASSPHRASE = "a passphrase of several words"
WALLETS = ("plain", "sealed")
TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")


class Answers:
    """What was answered. Each client adds to it, so each change is one operation that needs no lock."""

    def __init__(self):
        self.payments = []  # (wallet, txid)
        self.addresses = []  # (wallet, address)
        self.labels = {}  # (wallet, address): one that is set once
        self.created = []
        self.encrypted = {}  # wallet: (an address, private keys that it had before)
        self.problems = []


class Client(threading.Thread):
    """Makes random calls until the node is gone."""

    def __init__(self, round_, seed):
        super().__init__()
        self.round, self.node, self.answers = round_, round_.node, round_.answers
        self.dice = random.Random(seed)

    def run(self):
        calls = [self.pay] * 6 + [self.pay_many, self.send, self.sweep, self.receive, self.mine, self.address] * 2
        calls += [self.bump] * 3 + [self.reorganise, self.encrypt]
        try:
            while True:
                call = self.dice.choice(calls)
                try:
                    call()
                except RpcError as error:
                    if error.code not in REFUSED and error.status != 503:
                        raise RpcError(error.code, f"{call.__name__}: {error.message}") from None
        except GONE:
            pass  # killed
        except Exception as problem:  # noqa: BLE001 - reported by the main thread
            self.answers.problems.append(problem)

    # what the calls need

    def wallet(self):
        name = self.dice.choice(WALLETS)
        return name, self.node.wallet(name)

    def new_address(self, name=None):
        name = name or self.dice.choice(WALLETS)
        address = self.node.wallet(name).getnewaddress("", self.dice.choice(TYPES))
        self.answers.addresses.append((name, address))
        return address

    def target(self):
        return self.new_address() if self.dice.random() < 0.5 else ANYONE_ADDRESS

    def amount(self):
        return self.dice.choice([10_000, 400_000, 30_000_000, 90_000_000]) / COIN

    # the calls

    def pay(self):
        name, wallet = self.wallet()
        to = self.target()
        self.answers.payments.append((name, wallet.sendtoaddress(to, self.amount(), fee_rate=self.dice.choice([2, 10]))))

    def pay_many(self):
        name, wallet = self.wallet()
        to = {self.target(): self.amount(), self.new_address(): self.amount()}
        self.answers.payments.append((name, wallet.sendmany("", to)))

    def send(self):
        name, wallet = self.wallet()
        made = wallet.send([{self.target(): self.amount()}], None, "unset", 3)
        assert made["complete"], made
        self.answers.payments.append((name, made["txid"]))

    def sweep(self):
        """Spends up to three coins that another client may spend at the same time."""
        name, wallet = self.wallet()
        coins = wallet.listunspent()
        if not coins:
            return
        inputs = [{"txid": coin["txid"], "vout": coin["vout"]} for coin in self.dice.sample(coins, min(3, len(coins)))]
        made = wallet.sendall([self.new_address()], None, "unset", 2, {"inputs": inputs})
        self.answers.payments.append((name, made["txid"]))

    def bump(self):
        if not self.answers.payments:
            return
        name, txid = self.dice.choice(self.answers.payments[-20:])
        made = self.node.wallet(name).bumpfee(txid, {"fee_rate": self.dice.choice([30, 60])})
        self.answers.payments.append((name, made["txid"]))

    def receive(self):
        """A stranger's payment of a coinbase to one of the wallets."""
        name = self.dice.choice(WALLETS)
        script = self.node.wallet(name).getaddressinfo(self.new_address(name))["scriptPubKey"]
        payment = spend([self.round.stranger_coin()], fee=20_000, outputs=5, script=bytes.fromhex(script))
        self.node.sendrawtransaction(payment.serialize().hex())

    def mine(self):
        self.node.generatetoaddress(self.dice.randint(1, 2), ANYONE_ADDRESS)

    def reorganise(self):
        depth = self.dice.randint(1, 4)
        self.round.highest = max(self.round.highest, self.node.getblockcount())
        old = self.node.getblockhash(self.node.getblockcount() - depth + 1)
        self.node.invalidateblock(old)
        # The block of another miner, so that it is not the same again.
        self.node.generateblock(self.new_address(), [])
        self.node.generatetoaddress(depth, ANYONE_ADDRESS)
        self.node.reconsiderblock(old)

    def address(self):
        name, wallet = self.wallet()
        address = self.new_address(name)
        label = f"label {self.dice.randrange(5)}"
        wallet.setlabel(address, label)
        self.answers.labels[name, address] = label

    def encrypt(self):
        name = f"new{self.dice.getrandbits(64):x}"
        self.node.createwallet(name, load_on_startup=False)
        self.answers.created.append(name)
        wallet = self.node.wallet(name)
        address = wallet.getnewaddress()
        keys = {entry["desc"] for entry in wallet.listdescriptors(True)["descriptors"]}
        wallet.encryptwallet(PASSPHRASE)
        self.answers.encrypted[name] = address, keys


class Round:
    """A node, its answers so far, and what must hold after a kill."""

    def __init__(self, test, seed):
        self.test, self.dice = test, random.Random(seed)
        self.answers = Answers()
        self.node = test.node("-keypool=20", "-fallbackfee=0.0001")
        self.height, self.lock = 0, threading.Lock()
        self.highest = -MEANWHILE  # block before a reorganisation
        self.node.generatetoaddress(150, ANYONE_ADDRESS)
        self.node.createwallet("plain", load_on_startup=True)
        self.node.createwallet("sealed", passphrase=PASSPHRASE, load_on_startup=True)
        self.unlock()
        for name in WALLETS * 3:
            script = self.node.wallet(name).getaddressinfo(self.node.wallet(name).getnewaddress())["scriptPubKey"]
            payment = spend([self.stranger_coin()], fee=20_000, outputs=20, script=bytes.fromhex(script))
            self.node.sendrawtransaction(payment.serialize().hex())
        self.node.generatetoaddress(6, ANYONE_ADDRESS)
        self.keys = {name: self.node.wallet(name).listdescriptors(True)["descriptors"] for name in WALLETS}
        self.settled = 0  # so many payments were checked and are deep in the chain

    def unlock(self):
        self.node.wallet("sealed").walletpassphrase(PASSPHRASE, 100_000)

    def stranger_coin(self):
        """A coin of an old block that anyone may spend; each one once."""
        while True:
            with self.lock:
                self.height += 1
                height = self.height
            if coins := [coin for coin in coins_of(self.node, height, height) if coin[2] > COIN // 10]:
                return coins[0]

    def kill(self):
        clients = [Client(self, self.dice.getrandbits(64)) for _ in range(4)]
        for client in clients:
            client.start()
        threading.Event().wait(self.dice.uniform(0.01, LONGEST) * FACTOR)
        self.node.kill()
        for client in clients:
            client.join()
        if self.answers.problems:
            raise self.answers.problems[0]
        self.node.start()
        self.unlock()
        # A kill in a reorganisation leaves a shorter chain, where the lock times of payments are not over.
        while self.node.getblockcount() < self.highest + MEANWHILE:
            self.node.generateblock(self.node.wallet("plain").getnewaddress(), [])

    # what must hold

    def check(self):
        self.check_payments()
        for name in WALLETS:
            self.check_conflicts(name)
            self.check_rescan(name)
        self.check_addresses()
        self.check_encrypted()

    def check_payments(self):
        """Each answered payment, or a bump of it, is in the mempool or the chain."""
        pending = self.answers.payments[self.settled:]
        try:
            wait_until(lambda: not self.missing(pending), 20)
        except AssertionError:
            missing = self.missing(pending)
            print("\n".join(self.about(name, txid) for name, txid in pending if txid in missing), flush=True)
            raise
        if all(self.node.wallet(name).gettransaction(txid)["confirmations"] > 6 or self.replacement(name, txid)
               for name, txid in pending):
            self.settled += len(pending)

    def replacement(self, name, txid):
        return self.node.wallet(name).gettransaction(txid).get("replaced_by_txid")

    def missing(self, payments):
        mempool = set(self.node.getrawmempool())

        def is_there(name, txid):
            return txid in mempool or self.node.wallet(name).gettransaction(txid)["confirmations"] > 0

        def is_settled(name, txid):
            if is_there(name, txid):
                return True
            # A bump may itself be replaced, and one that was not answered counts as well.
            relatives = self.relatives(name, txid)
            if len(relatives) > 1 and any(is_there(name, other) for other in relatives):
                return True
            return self.lost_coin(name, txid)

        return [txid for name, txid in payments if not is_settled(name, txid)]

    def lost_coin(self, name, txid):
        """Whether it spends a coin of a payment that is void, because a reorganisation brought a block with the payment that
        it replaced or that replaces it."""
        for spent in self.node.decoderawtransaction(self.node.wallet(name).gettransaction(txid)["hex"])["vin"]:
            for owner in WALLETS:
                try:
                    entry = self.node.wallet(owner).gettransaction(spent["txid"])
                except RpcError:
                    continue  # not its payment
                if entry["confirmations"] >= 0:
                    continue
                if len(self.relatives(owner, spent["txid"])) > 1 or self.lost_coin(owner, spent["txid"]):
                    return True
        return False

    def about(self, name, txid):
        """Why a payment is missing."""
        entry = self.node.wallet(name).gettransaction(txid)
        answer, = self.node.testmempoolaccept([entry["hex"]])
        return f"{name}: {answer}, {entry}"

    def relatives(self, name, txid):
        """The payments that replace this one, or that it replaces, and so on."""
        wallet, found, todo = self.node.wallet(name), {txid}, [txid]
        while todo:
            entry = wallet.gettransaction(todo.pop())
            for key in ("replaced_by_txid", "replaces_txid"):
                if entry.get(key) and entry[key] not in found:
                    found.add(entry[key])
                    todo.append(entry[key])
        return found

    def check_conflicts(self, name):
        """Payments that spend the same coin replace each other, or one of them is void."""
        wallet = self.node.wallet(name)
        for entry in wallet.listtransactions("*", 200):
            if entry["category"] != "send" or entry["confirmations"] < 0:
                continue
            rivals = {txid for txid in entry["walletconflicts"] if wallet.gettransaction(txid)["confirmations"] >= 0}
            assert rivals <= self.relatives(name, entry["txid"]), entry

    def check_rescan(self, name):
        """A new wallet with the same keys finds the same coins."""
        wallet = self.node.wallet(name)
        ours = {entry["desc"].split("#")[0]: entry for entry in wallet.listdescriptors(True)["descriptors"]}
        self.node.createwallet("found", blank=True, load_on_startup=False)
        found = self.node.wallet("found")
        answers = found.importdescriptors(
            [{"desc": entry["desc"], "timestamp": 0, "range": ours[entry["desc"].split("#")[0]]["range"]}
             for entry in self.keys[name]])
        assert all(answer["success"] for answer in answers), answers
        equal(coins(wallet), coins(found), f"coins of {name}")
        equal(amounts(wallet), amounts(found), f"balances of {name}")
        self.node.unloadwallet("found")
        for path in (self.node.folder / "wallets" / "found").iterdir():
            path.unlink()

    def check_addresses(self):
        for name, address in self.answers.addresses:
            assert self.node.wallet(name).getaddressinfo(address)["ismine"], address
        for (name, address), label in self.answers.labels.items():
            equal(self.node.wallet(name).getaddressinfo(address)["labels"], [label])
        known = {address for _, address in self.answers.addresses}
        for name in WALLETS:
            assert self.node.wallet(name).getnewaddress() not in known
        self.answers.addresses.clear()
        self.answers.labels.clear()

    def check_encrypted(self):
        """Each new wallet opens; one that is encrypted opens with its passphrase and has all its keys."""
        for name in self.answers.created:
            wallet = self.node.wallet(name)
            self.node.loadwallet(name)
            is_encrypted = "unlocked_until" in wallet.getwalletinfo()
            assert is_encrypted or name not in self.answers.encrypted
            if is_encrypted:
                wallet.walletpassphrase(PASSPHRASE, 1000)
            address, keys = self.answers.encrypted.get(name, (None, set()))
            assert not address or wallet.getaddressinfo(address)["ismine"]
            assert keys <= {entry["desc"] for entry in wallet.listdescriptors(True)["descriptors"]}
            self.node.unloadwallet(name)
        self.answers.created.clear()
        self.answers.encrypted.clear()


def coins(wallet):
    return {(coin["txid"], coin["vout"], coin["amount"], coin["confirmations"]) for coin in wallet.listunspent(0)}


def amounts(wallet):
    return wallet.getbalances()["mine"]


def main(test):
    test.step(f"seed {SEED}, {KILLS} kills")
    for number in range(0, KILLS, PER_ROUND):
        round_ = Round(test, SEED * 1000 + number)
        for _ in range(min(PER_ROUND, KILLS - number)):
            round_.kill()
            round_.check()
        test.step(f"{len(round_.answers.payments)} payments, height {round_.node.getblockcount()}")
        round_.node.stop()


run(main)
