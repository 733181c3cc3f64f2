#!/usr/bin/python3
"""Kills at random moments, while several clients pay, bump, abandon, receive, mine, reorganise, make addresses, import keys,
lock coins, lock, unload and restore wallets and encrypt them.

After each kill the node starts, and whatever it had answered holds: each payment is in the mempool or in the chain, or was
replaced by a bump, or there is one of the few good reasons why not (`Payments.why_gone`); no coin is spent twice by payments
that do not replace each other; addresses, labels, imported keys, locked coins, backups and passphrases are known; and
balance and coins are those that a new wallet with the same keys finds in the blocks.
"""
import random
import shutil
import threading

from chainkit import ANYONE_ADDRESS, COIN, coins_of, spend
from framework import FACTOR, LONG, SEED, RpcError, equal, run, wait_until
from wallet_users import PASSPHRASE, WALLETS, Answers, User

KILLS = 1000 if LONG else 50 if FACTOR == 1 else 6
PER_ROUND = 50  # then a new node begins, so that its history stays short
LONGEST = 0.4  # seconds until a kill
MEANWHILE = 6  # blocks that other clients may have mined just before a reorganisation
DEEP = 6  # blocks that no reorganisation takes away
RECENT = 40  # blocks since the kill before, and more


class Payments:
    """Where the answered payments are."""

    def __init__(self, node, answers):
        self.node, self.answers = node, answers
        self.decoded = {}
        self.checked = 0  # so many were looked at
        self.pending = []  # those of them that are not deep in the chain
        self.look()

    def look(self):
        """Forgets what may have changed."""
        self.mempool = set(self.node.getrawmempool())
        self.entries, self.free = {}, {}

    def entry(self, name, txid):
        """What the wallet says of it; None if the wallet does not have it."""
        if (name, txid) not in self.entries:
            try:
                self.entries[name, txid] = self.node.wallet(name).gettransaction(txid)
            except RpcError as error:
                equal(error.code, -5, f"{name}: {error}")
                self.entries[name, txid] = None
        return self.entries[name, txid]

    def content(self, name, txid):
        if txid not in self.decoded:
            self.decoded[txid] = self.node.decoderawtransaction(self.entry(name, txid)["hex"])
        return self.decoded[txid]

    def inputs(self, name, txid):
        return {(spent["txid"], spent["vout"]) for spent in self.content(name, txid)["vin"] if "txid" in spent}

    def paid(self, name, txid):
        """What it pays to others than the wallets."""
        return sorted(output["value"] for output in self.content(name, txid)["vout"]
                      if output["scriptPubKey"].get("address") == ANYONE_ADDRESS)

    def is_there(self, name, txid):
        return txid in self.mempool or self.entry(name, txid)["confirmations"] > 0

    def is_abandoned(self, name, txid):
        return any(detail.get("abandoned") for detail in self.entry(name, txid)["details"])

    def relatives(self, name, txid):
        """The payments that replace this one, or that it replaces, and so on."""
        found, todo = {txid}, [txid]
        while todo:
            entry = self.entry(name, todo.pop())
            for key in ("replaced_by_txid", "replaces_txid"):
                if entry.get(key) and entry[key] not in found:
                    found.add(entry[key])
                    todo.append(entry[key])
        return found - {txid}

    def parents(self, name, txid):
        """The payments of the wallets whose outputs it spends, each with its wallet."""
        return [(owner, parent) for parent, _ in self.inputs(name, txid) for owner in WALLETS if self.entry(owner, parent)]

    def user_abandoned(self, txid):
        return any(asked.what[1] == txid for asked in self.answers.abandoned if not asked.refused)

    def was_free(self, name, txid):
        """Whether its coins could be spent otherwise for a while: it was abandoned, or a payment before it was void."""
        if (name, txid) not in self.free:
            self.free[name, txid] = self.user_abandoned(txid) or any(
                self.entry(*parent)["confirmations"] <= RECENT and self.was_void(*parent) for parent in self.parents(name, txid))
        return self.free[name, txid]

    def was_void(self, name, txid):
        return len(self.relatives(name, txid)) > 0 or self.was_free(name, txid)

    def is_known_to_others(self, name, txid):
        return any(self.entry(owner, txid) for owner in WALLETS if owner != name)

    def was_abandoned_with_parent(self, name, txid):
        """Whether the user abandoned a payment before it, which abandons all after that."""
        return self.is_abandoned(name, txid) and any(
            self.user_abandoned(parent) or self.was_abandoned_with_parent(owner, parent)
            for owner, parent in self.parents(name, txid))

    def why_gone(self, name, txid):
        """The reason why a payment that is neither in the mempool nor in the chain will not come back; "" if there is none."""
        if self.user_abandoned(txid) or self.was_abandoned_with_parent(name, txid):
            return "abandoned"
        for rival in self.entry(name, txid)["walletconflicts"]:
            if self.entry(name, rival)["confirmations"] > 0 and self.was_void(name, rival):
                return f"a block came back with {rival}, whose coins had been free"
            if self.is_there(name, rival) and self.was_free(name, txid):
                return f"its coins were free, and {rival} spends them"
            if self.is_there(name, rival) and self.was_void(name, rival) and self.is_known_to_others(name, rival):
                return f"{rival} was void, but the wallet that it pays to has offered it again"
        for owner, parent in self.parents(name, txid):
            if self.is_there(owner, parent):
                continue
            if any(self.entry(owner, other)["confirmations"] > 0 for other in self.relatives(owner, parent)):
                return f"{parent}, whose coin it spends, was replaced"
            if why := self.why_gone(owner, parent):
                return f"{parent}, whose coin it spends: {why}"
        return ""

    def is_settled(self, name, txid):
        if self.is_there(name, txid):
            return True
        # A bump may itself be replaced, and one that was not answered counts as well.
        if any(self.is_there(name, other) and self.paid(name, other) == self.paid(name, txid)
               for other in self.relatives(name, txid)):
            return True
        return bool(self.why_gone(name, txid))

    def waits_for_block(self, name, txid):
        """Whether a payment whose coin it spends was replaced, and the replacement is not in a block yet."""
        return any(not self.is_there(owner, parent) and self.relatives(owner, parent) & self.mempool or
                   self.waits_for_block(owner, parent)
                   for owner, parent in self.parents(name, txid) if self.entry(owner, parent)["confirmations"] <= 0)

    def missing(self):
        self.look()
        return [payment for payment in self.pending if not self.is_settled(*payment)]

    def check(self):
        """Waits until each answered payment is settled."""
        self.pending += self.answers.payments[self.checked:]
        self.checked = len(self.answers.payments)

        def is_done():
            missing = self.missing()
            if missing and all(self.waits_for_block(*payment) for payment in missing):
                self.node.generatetoaddress(1, ANYONE_ADDRESS)
            return not missing

        try:
            wait_until(is_done, 20)
        except AssertionError:
            for payment in self.missing():
                self.explain(*payment)
            raise
        self.pending = [payment for payment in self.pending if abs(self.entry(*payment)["confirmations"]) <= DEEP]

    def explain(self, name, txid):
        """Prints what is known of a payment that is missing."""
        answer, = self.node.testmempoolaccept([self.entry(name, txid)["hex"]])
        print(f"{name}: {txid} is missing: {answer['reject-reason'] if 'reject-reason' in answer else answer}")
        todo, shown = [(name, txid)], set()
        while todo:
            owner, other = todo.pop(0)
            if (owner, other) in shown or self.entry(owner, other)["confirmations"] > RECENT:
                continue
            shown.add((owner, other))
            entry = {key: value for key, value in self.entry(owner, other).items() if key not in ("hex", "lastprocessedblock")}
            marks = [self.is_there(owner, other), self.user_abandoned(other), self.was_void(owner, other)]
            print(f"  {owner}: there, abandoned, was void: {marks}, {entry}", flush=True)
            todo += [(owner, rival) for rival in entry["walletconflicts"]] + self.parents(owner, other)

    def check_abandoned(self):
        """They are abandoned still, unless a block or the mempool had them again, or a block a payment with the same coins."""
        for asked in self.answers.abandoned:
            entry = self.entry(*asked.what)
            if asked.answered and entry["confirmations"] == 0 and not entry["walletconflicts"]:
                assert self.is_there(*asked.what) or self.is_abandoned(*asked.what), entry

    def check_conflicts(self, name):
        """Payments that spend the same coin replace each other, or one of them is void or given up."""
        def is_wanted(txid):
            return self.entry(name, txid)["confirmations"] >= 0 and (
                self.is_there(name, txid) or
                not (self.is_abandoned(name, txid) or self.was_free(name, txid) or self.why_gone(name, txid)))

        for entry in self.node.wallet(name).listtransactions("*", 300):
            if entry["category"] == "send" and is_wanted(entry["txid"]):
                rivals = {txid for txid in entry["walletconflicts"] if is_wanted(txid)}
                assert rivals <= self.relatives(name, entry["txid"]), entry

    def spent_by(self, name):
        """The coins that the wallet's latest payments spend."""
        latest = {entry["txid"] for entry in self.node.wallet(name).listtransactions("*", 300) if entry["category"] == "send"}
        return set().union(*(self.inputs(name, txid) for txid in latest))


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
        self.keys = {name: self.descriptors(name).keys() for name in WALLETS}
        self.payments = Payments(self.node, self.answers)

    def unlock(self):
        self.node.wallet("sealed").walletpassphrase(PASSPHRASE, 100_000)

    def descriptors(self, name):
        return {entry["desc"]: entry for entry in self.node.wallet(name).listdescriptors(True)["descriptors"]}

    def stranger_coin(self):
        """A coin of an old block that anyone may spend; each one once."""
        while True:
            with self.lock:
                self.height += 1
                height = self.height
            if coins := [coin for coin in coins_of(self.node, height, height) if coin[2] > COIN // 10]:
                return coins[0]

    def kill(self):
        users = [User(self, self.dice.getrandbits(64)) for _ in range(4)]
        for user in users:
            user.start()
        threading.Event().wait(self.dice.uniform(0.01, LONGEST) * FACTOR)
        self.node.kill()
        for user in users:
            user.join()
        if self.answers.problems:
            raise self.answers.problems[0]
        self.node.start()
        self.unlock()
        # A kill in a reorganisation leaves a shorter chain, where the lock times of payments are not over.
        while self.node.getblockcount() < self.highest + MEANWHILE:
            self.node.generateblock(self.node.wallet("plain").getnewaddress(), [])

    # what must hold

    def check(self):
        self.check_imported()
        self.payments.check()
        self.payments.check_abandoned()
        for name in WALLETS:
            self.payments.check_conflicts(name)
            self.check_rescan(name)
        self.check_addresses()
        self.check_encrypted()
        self.check_backups()

    def check_imported(self):
        """Keys whose import was answered are there. Those of another one may be, but perhaps without their past: the user
        imports them again."""
        for asked in self.answers.imported:
            name, text = asked.what
            if asked.answered:
                self.keys[name] = self.keys[name] | {text}
            elif not asked.refused:
                answer, = self.node.wallet(name).importdescriptors([{"desc": text, "timestamp": 0}])
                assert answer["success"], answer
        self.answers.imported.clear()
        for name in WALLETS:
            assert self.keys[name] <= self.descriptors(name).keys(), self.keys[name] - self.descriptors(name).keys()

    def check_rescan(self, name):
        """A new wallet with the same keys finds the same coins. Those that were locked are locked still."""
        wallet = self.node.wallet(name)
        self.node.createwallet("found", blank=True, load_on_startup=False)
        found = self.node.wallet("found")
        answers = found.importdescriptors(
            [{"desc": text, "timestamp": 0, **({"range": entry["range"]} if "range" in entry else {})}
             for text, entry in self.descriptors(name).items()])
        assert all(answer["success"] for answer in answers), answers
        self.check_locks(name)
        wallet.lockunspent(True)
        same(coins(wallet), coins(found), f"coins of {name}")
        equal(amounts(wallet), amounts(found), f"balances of {name}")
        self.forget("found")

    def check_locks(self, name):
        locked = {(coin["txid"], coin["vout"]) for coin in self.node.wallet(name).listlockunspent()}
        spent = self.payments.spent_by(name)
        for (owner, *coin), asked in list(self.answers.locks.items()):
            if owner != name:
                continue
            if asked.answered and asked.what[0]:
                assert tuple(coin) in locked | spent, f"{name}: {coin} is not locked"
            elif asked.answered:
                assert tuple(coin) not in locked, f"{name}: {coin} is locked"
            del self.answers.locks[owner, *coin]

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

    def check_backups(self):
        """A copy of a wallet finds all coins of its own keys: one that was restored before the kill, and one of each
        backup."""
        for asked in self.answers.restored:
            copy, name, _, addresses = asked.what
            try:
                self.node.loadwallet(copy)
            except RpcError:
                assert not asked.answered
                # What a restore leaves that was killed is not in the way of another name.
                shutil.rmtree(self.node.folder / "wallets" / copy, ignore_errors=True)
                continue
            self.check_copy(copy, name, addresses)
        for name, file, addresses in self.answers.backups:
            self.node.restorewallet("copy", str(file), False)
            self.check_copy("copy", name, addresses)
            file.unlink()
        self.answers.restored.clear()
        self.answers.backups.clear()

    def check_copy(self, copy, name, addresses):
        wallet = self.node.wallet(copy)
        wallet.lockunspent(True)
        for address in addresses:
            assert wallet.getaddressinfo(address)["ismine"], address
        # Imported keys are left out: a backup during an import has the key, but not yet its past.
        known = {address for address in {coin["address"] for of in (name, copy) for coin in self.node.wallet(of).listunspent(0)}
                 if "*" in wallet.getaddressinfo(address).get("parent_desc", "")}
        same(coins(wallet, known), coins(self.node.wallet(name), known), f"coins of {copy} of {name}")
        self.forget(copy)

    def forget(self, name):
        self.node.unloadwallet(name)
        shutil.rmtree(self.node.folder / "wallets" / name)


def coins(wallet, addresses=None):
    return {(coin["txid"], coin["vout"], coin["amount"], coin["confirmations"], coin["address"]) for coin in wallet.listunspent(0)
            if addresses is None or coin["address"] in addresses}


def same(ours, theirs, what):
    assert ours == theirs, f"{what}: {ours - theirs} instead of {theirs - ours}"


def amounts(wallet):
    return wallet.getbalances()["mine"]


def main(test):
    test.step(f"seed {SEED}, {KILLS} kills")
    for number in range(0, KILLS, PER_ROUND):
        round_ = Round(test, SEED * 1000 + number)
        for _ in range(min(PER_ROUND, KILLS - number)):
            round_.kill()
            round_.check()
        test.step(f"{len(round_.answers.payments)} payments, {len(round_.answers.abandoned)} abandoned, "
                  f"height {round_.node.getblockcount()}")
        round_.node.stop()


run(main)
