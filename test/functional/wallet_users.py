"""Clients of one node that do what users do with wallets, all at once and at random, until the node is gone; and what the
node has answered them. For wallet_kills.py."""
import http.client
import itertools
import random
import threading

from chainkit import ANYONE_ADDRESS, COIN, spend
from framework import RpcError

GONE = (OSError, http.client.BadStatusLine, http.client.IncompleteRead)
# Answers to calls that came too late: coins are spent, a payment is confirmed, the mempool has something else, a block is
# the same as one that a reorganisation made invalid, a wallet is locked, unloaded or loaded by another client.
REFUSED = {-1, -4, -5, -6, -8, -13, -18, -25, -26, -27, -35, -32603}
PASSPHRASE = "a passphrase of several words"
WALLETS = ("plain", "sealed")
TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
# Of the imported keys.
MASTER = "tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK"
KINDS = ("pkh({})", "sh(wpkh({}))", "wpkh({})", "tr({})")


class Asked:
    """A call that was sent. If the node is killed before the answer, it may have had an effect or not."""

    def __init__(self, *what):
        self.what, self.answered, self.refused = what, False, False

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.answered = kind is None
        self.refused = kind is RpcError


class Answers:
    """What was answered. Each client adds to it, so each change is one operation that needs no lock."""

    def __init__(self):
        self.payments = []  # (wallet, txid)
        self.addresses = []  # (wallet, address)
        self.labels = {}  # (wallet, address): one that is set once
        self.created = []
        self.encrypted = {}  # wallet: (an address, private keys that it had before)
        self.abandoned = []  # Asked(wallet, txid)
        self.imported = []  # Asked(wallet, descriptor with its private key)
        self.locks = {}  # (wallet, txid, output): the last Asked(whether it is locked)
        self.backups = []  # (wallet, file, addresses that it had before)
        self.restored = []  # Asked(name of the copy, wallet, file, addresses)
        self.problems = []

    def of(self, name):
        return [address for owner, address in list(self.addresses) if owner == name]


class User(threading.Thread):
    """Makes random calls until the node is gone."""

    numbers = itertools.count()

    def __init__(self, round_, seed):
        super().__init__()
        self.round, self.node, self.answers = round_, round_.node, round_.answers
        self.dice = random.Random(seed)
        self.locked = []  # coins that it has locked

    def run(self):
        calls = [self.pay] * 6 + [self.pay_many, self.send, self.sweep, self.receive, self.mine, self.address, self.abandon] * 2
        calls += [self.bump] * 3 + [self.reorganise, self.encrypt, self.lock_coin, self.unlock_coin, self.import_key, self.back_up,
                                    self.relock, self.reload]
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

    # payments

    def pay(self, to=None):
        name, wallet = self.wallet()
        to = to or self.target()
        self.answers.payments.append((name, wallet.sendtoaddress(to, self.amount(), fee_rate=self.dice.choice([2, 10]))))

    def pay_many(self):
        name, wallet = self.wallet()
        to = {self.target(): self.amount(), self.new_address(): self.amount()}
        self.answers.payments.append((name, wallet.sendmany("", to)))

    def send(self):
        name, wallet = self.wallet()
        made = wallet.send([{self.target(): self.amount()}], None, "unset", 3)
        if made["complete"]:  # the wallet is not locked
            self.answers.payments.append((name, made["txid"]))

    def sweep(self):
        """Spends up to three coins that another client may spend at the same time."""
        name, wallet = self.wallet()
        coins = wallet.listunspent()
        if not coins:
            return
        inputs = [{"txid": coin["txid"], "vout": coin["vout"]} for coin in self.dice.sample(coins, min(3, len(coins)))]
        made = wallet.sendall([self.new_address()], None, "unset", 2, {"inputs": inputs})
        if made["complete"]:
            self.answers.payments.append((name, made["txid"]))

    def bump(self):
        if not self.answers.payments:
            return
        name, txid = self.dice.choice(self.answers.payments[-20:])
        made = self.node.wallet(name).bumpfee(txid, {"fee_rate": self.dice.choice([30, 60])})
        self.answers.payments.append((name, made["txid"]))

    def abandon(self):
        """One that is not in the mempool: it was replaced, or a reorganisation has just dropped it."""
        name, wallet = self.wallet()
        mempool = self.node.getrawmempool()
        waiting = sorted({entry["txid"] for entry in wallet.listtransactions("*", 60)
                          if entry["category"] == "send" and entry["confirmations"] == 0 and entry["txid"] not in mempool})
        if not waiting:
            return
        txid = self.dice.choice(waiting)
        asked = Asked(name, txid)
        self.answers.abandoned.append(asked)
        with asked:
            wallet.abandontransaction(txid)

    def receive(self):
        """A stranger's payment of a coinbase to one of the wallets."""
        name = self.dice.choice(WALLETS)
        script = self.node.wallet(name).getaddressinfo(self.new_address(name))["scriptPubKey"]
        payment = spend([self.round.stranger_coin()], fee=20_000, outputs=5, script=bytes.fromhex(script))
        self.node.sendrawtransaction(payment.serialize().hex())

    # the chain

    def mine(self):
        self.node.generatetoaddress(self.dice.randint(1, 2), ANYONE_ADDRESS)

    def reorganise(self):
        depth = self.dice.randint(1, 4)
        self.round.highest = max(self.round.highest, self.node.getblockcount())
        old = self.node.getblockhash(self.node.getblockcount() - depth + 1)
        self.node.invalidateblock(old)
        try:
            if self.dice.random() < 0.5:
                self.abandon()
        except RpcError as error:
            assert error.code in REFUSED, error
        # The block of another miner, so that it is not the same again.
        self.node.generateblock(self.new_address(), [])
        self.node.generatetoaddress(depth, ANYONE_ADDRESS)
        self.node.reconsiderblock(old)

    # other calls

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

    def lock_coin(self):
        name, wallet = self.wallet()
        coins = wallet.listunspent()
        if len(coins) < 5:
            return
        coin = self.dice.choice(coins)
        key, asked = (name, coin["txid"], coin["vout"]), Asked(True)
        if self.answers.locks.setdefault(key, asked) is not asked:
            return  # another client has locked it
        with asked:
            wallet.lockunspent(False, [{"txid": coin["txid"], "vout": coin["vout"]}], True)
        self.locked.append(key)

    def unlock_coin(self):
        if not self.locked:
            return
        name, txid, vout = key = self.locked.pop()
        asked = self.answers.locks[key] = Asked(False)
        with asked:
            self.node.wallet(name).lockunspent(True, [{"txid": txid, "vout": vout}])

    def import_key(self):
        """A key that was paid before."""
        name, wallet = self.wallet()
        text = self.dice.choice(KINDS).format(f"{MASTER}/{next(self.numbers)}")
        known = self.node.getdescriptorinfo(text)
        self.pay(self.node.deriveaddresses(known["descriptor"])[0])
        if self.dice.random() < 0.5:
            self.mine()
        asked = Asked(name, f"{text}#{known['checksum']}")
        self.answers.imported.append(asked)
        with asked:
            answer, = wallet.importdescriptors([{"desc": asked.what[1], "timestamp": 0}])
            assert answer["success"], answer

    def back_up(self):
        """A copy of a wallet's file, and mostly a wallet of it."""
        name, wallet = self.wallet()
        number = next(self.numbers)
        file, addresses = self.round.test.folder / f"backup{number}", self.answers.of(name)
        wallet.backupwallet(str(file))
        self.answers.backups.append((name, file, addresses))
        if self.dice.random() < 0.3:
            return
        asked = Asked(f"copy{number}", name, file, addresses)
        self.answers.restored.append(asked)
        with asked:
            self.node.restorewallet(asked.what[0], str(file), False)

    def relock(self):
        try:
            self.node.wallet("sealed").walletlock()
        finally:
            self.round.unlock()

    def reload(self):
        name, wallet = self.wallet()
        wallet.unloadwallet()
        self.node.loadwallet(name)
        self.round.unlock()
