"""Two nodes with the same chain and mempool, and a copy of their state from which the generator makes the next case."""
import re
from collections import Counter, defaultdict, namedtuple

from chainkit import REGTEST_GENESIS, WITNESS_RESERVED, Block, coinbase, sha256d, subsidy
from framework import RpcError

from .locks import ANYONE, START_TIME

Coin = namedtuple("Coin", "txid index value lock height coinbase")
Entry = namedtuple("Entry", "hash height time times spent created transactions")  # of the chain
MATURITY = 100
FUTURE_LIMIT = 7200
GENESIS_TIME = 1296688602


class Disagreement(AssertionError):
    """The two nodes give different answers to one case, or a case does not break the rule that it should."""


# The bitcoind of the tests is Bitcoin Knots, based on Bitcoin Core 29.4. daler follows Bitcoin Core 28.1. These are the
# texts of bitcoind that differ: (pattern, text of 28.1, why).
SCRIPT_FAILED = "mandatory-script-verify-flag-failed"
KNOWN_WORDS = [
    (r"mempool-script-verify-flag-failed", SCRIPT_FAILED,
     "29 has one name for what 28.1 calls mandatory and non-mandatory in the mempool"),
    (r"Signature opts in to the hardfork, which is not active here", "Signature hash type missing or not understood",
     "Knots has one more type"),
    (r", input \d+ of \w{64} \(wtxid \w{64}\), spending \w{64}:\d+$", "", "29 names the input"),
    (r"bad-txns-input-[a-z0-9-]+", "bad-txns-nonstandard-inputs", "Knots has several names for this"),
    (r"bad-witness-(?!nonce|merkle)[a-z0-9-]+", "bad-witness-nonstandard", "Knots has several names for this"),
    (r"\btruc-[a-z0-9-]+", "TRUC-violation", "Knots has several names for this"),
    (r"^(error -26 dust), tx with dust output must be 0-fee$", r"\1", "29 allows dust in packages"),
]
# (daler's answer, bitcoind's, why)
KNOWN_PAIRS = [
    (r"txn-already-known", r"missing-inputs",
     "a transaction is known if its coins are in the cache, and bitcoind empties its cache for gettxoutsetinfo"),
    (r"(error -26 )?dust", r"(?!\w{64}$).+", "29 checks a single dust output later, after the inputs"),
    (r"package RBF failed: \w{64} has \d+ descendants, max 1 allowed",
     r"package RBF failed: \w{64} is not the only child of parent \w{64}",
     "29 also checks the relatives of what depends on the conflicts, in the order of their ids"),
    (r"error -22 Block does not start with a coinbase", r".*", "28.1 checks this first, 29 with the other rules"),
]
# Relay policy of Knots that no option turns off. A transaction that it rejects is not compared.
KNOTS_POLICY = [
    (r"bad-txns-vout-script-toolarge", "outputs of more than 34 bytes"),
    (r"Push value size limit exceeded", "pushes of more than 256 bytes"),
    (r"argument must be minimal in tapscript", "OP_IF in tapscripts"),
    (r"Invalid Taproot control block size", "control blocks of more than 257 bytes"),
]


def known_pair(ours, theirs):
    return isinstance(ours, str) and isinstance(theirs, str) and any(
        re.fullmatch(one, ours) and re.fullmatch(other, theirs) for one, other, _ in KNOWN_PAIRS)


def knots_only(ours, theirs):
    return any(re.search(pattern, theirs) and not re.search(pattern, ours) for pattern, _ in KNOTS_POLICY)


def outpoint(coin):
    return coin.txid, coin.index


class World:
    def __init__(self, daler, bitcoind, rng, seed):
        self.daler, self.bitcoind, self.rng, self.seed = daler, bitcoind, rng, seed
        self.nodes = [daler, bitcoind]
        self.histogram, self.valid, self.cases, self.skipped = Counter(), 0, 0, 0
        self.by_kind = Counter()
        self.kind = "setup"
        self.coins, self.in_mempool, self.known_transactions, self.pool = {}, {}, {}, []
        self.by_lock = defaultdict(dict)  # lock -> outpoint -> coin
        genesis = Entry(REGTEST_GENESIS, 0, GENESIS_TIME, [GENESIS_TIME], [], [], [])
        self.chain = [genesis]
        self.failed_blocks, self.utxo_checks = [], 0
        self.said = None  # daler's last verdict, unchanged
        self.reserved = set()  # coins that a transaction of this case spends
        self.now = 0
        self.set_time(START_TIME)

    # ------------------------------------------------------------------------------------- the chain

    @property
    def tip(self):
        return self.chain[-1]

    @property
    def height(self):
        return self.tip.height + 1

    @property
    def median_time(self):
        return median_time(self.tip)

    def set_time(self, now):
        self.now = now
        for node in self.nodes:
            node.setmocktime(now)

    def next_time(self):
        """A valid time for the next block, mostly a usual one."""
        lowest, highest = self.median_time + 1, self.now + FUTURE_LIMIT
        choice = self.rng.random()
        if choice < 0.05:
            return lowest
        if choice < 0.1:
            return highest
        return max(lowest, self.now - self.rng.randrange(600))

    def block(self, transactions=(), parent=None, commit=None, solve=True, reward=None, script=ANYONE.script, **header):
        """A solved, valid block; `header` sets fields of the header."""
        parent = parent or self.tip
        if reward is None:
            reward = subsidy(parent.height + 1) + sum(tx.fee for tx in transactions)
        base = coinbase(parent.height + 1, reward, self.rng.randbytes(6), script)
        time = header.pop("time", None) or max(median_time(parent) + 1, self.next_time())
        block = Block(parent.hash, [base, *transactions], time, **header)
        block.height, block.parent = parent.height + 1, parent
        if commit is None:
            commit = any(txin.witness for tx in transactions for txin in tx.inputs)
        if commit:
            block.commit_to_witnesses()
        return block.solve() if solve else block

    def spendable(self, coin):
        return not coin.coinbase or self.height - coin.height >= MATURITY

    def free_coins(self, lock=ANYONE, smallest=100_000):
        """Coins that the next block may spend and that neither the mempool nor this case spends."""
        return [coin for place, coin in self.by_lock[lock].items() if coin.value >= smallest and
                self.spendable(coin) and place not in self.in_mempool and place not in self.reserved]

    # ------------------------------------------------------------------------------------ judgements

    def ask(self, method, *args):
        """The answers of both nodes; an error is a text."""
        return [self.ask_one(node, method, *args) for node in self.nodes]

    def ask_one(self, node, method, *args):
        try:
            return node.rpc.call(method, *args)
        except RpcError as error:
            return f"error {error.code} {error.message}"

    def words(self, answers):
        """The answers without known differences of the texts."""
        ours, theirs = answers
        self.said = ours
        if not isinstance(ours, str) or not isinstance(theirs, str):
            return ours, theirs
        if "mempool-script" in theirs:
            ours = ours.replace("non-mandatory-script-verify-flag", SCRIPT_FAILED)
        for pattern, words, _ in KNOWN_WORDS:
            theirs = re.sub(pattern, words, theirs)
        return ours, theirs

    def disagree(self, what, hexes, ours, theirs):
        shown = "\n".join(f"  {name}: {text}" for name, text in hexes.items())
        raise Disagreement(f"case {self.cases} ({self.kind}, seed {self.seed}): {what}\n  daler:    {ours!r}\n"
                           f"  bitcoind: {theirs!r}\n  tip: {self.tip.hash} height {self.tip.height}, "
                           f"time {self.now}\n{shown}")

    def count(self, verdict):
        self.cases += 1
        self.by_kind[self.kind] += 1
        if verdict is None:
            self.valid += 1
        else:  # without the parts that differ from case to case
            self.histogram[re.sub(r"^error -?\d+ |, .*|: .*", "", verdict)] += 1

    def judge(self, hexes, method, *args, expect=None):
        """The verdict of both nodes, None if they accept. `expect`: a pattern for it, "" for acceptance."""
        answers = self.ask(method, *args)
        ours, theirs = self.words(answers)
        if ours != theirs and not known_pair(ours, theirs):
            self.disagree(f"{method} is answered differently", hexes, *answers)
        if expect is not None and (not re.search(expect, ours or "") or (expect == "" and ours)):
            self.disagree(f"the case should break {expect!r}", hexes, *answers)
        return ours

    def submit(self, block, expect=None, text=None):
        """Submits a block, or `text` in its place, to both. None if it is the new tip of both, else the reason."""
        for tx in block.transactions[1:]:
            self.known_transactions[tx.txid] = tx
        hexes = {"block": text or block.hex()}
        for tx in block.transactions[1:]:  # the coins that the transactions spend
            hexes[f"tx {tx.txid}"] = [(outpoint(coin), coin.value, coin.lock.name) for coin in getattr(tx, "coins", [])]
        verdict = self.judge(hexes, "submitblock", hexes["block"], expect=expect)
        self.count(verdict)
        if verdict is None or self.cases % 8 == 0:
            ours, theirs = self.ask("getbestblockhash")
            if ours != theirs:
                self.disagree("the tips differ", hexes, ours, theirs)
        if verdict is None:
            if ours != block.hash:
                self.disagree("accepted, but not the tip", hexes, ours, block.hash)
            self.connected(block)
            if self.cases % 16 == 0:
                self.compare_coins(hexes)
        else:
            self.failed_blocks.append(block)
        return verdict

    def submit_hex(self, text, expect=None):
        """Submits a block that is not accepted, or other bytes."""
        verdict = self.judge({"block": text}, "submitblock", text, expect=expect)
        self.count(verdict)
        return verdict

    def propose(self, block, expect=None):
        """The verdict of getblocktemplate on a proposed block."""
        text = block if isinstance(block, str) else block.hex()
        request = {"mode": "proposal", "data": text, "rules": ["segwit"]}
        verdict = self.judge({"proposal": text}, "getblocktemplate", request, expect=expect)
        self.count(verdict)
        return verdict

    def test(self, tx, expect=None, max_fee_rate=None):
        """The reject reason of testmempoolaccept, or None."""
        text = tx if isinstance(tx, str) else tx.hex()
        answers = self.ask("testmempoolaccept", [text], *([] if max_fee_rate is None else [max_fee_rate]))
        verdicts, details = [], []
        for answer in answers:
            answer = answer[0] if isinstance(answer, list) else {"reject-reason": answer}
            verdicts.append(answer.get("reject-reason", "" if answer.get("allowed") else "?"))
            details.append({key: value for key, value in answer.items() if key not in (
                "reject-reason", "reject-details", "usage")})
        ours, theirs = self.words(verdicts)
        hexes = {"transaction": text, "coins": [(coin.lock.name, coin.height) for coin in getattr(tx, "coins", [])]}
        if knots_only(ours, theirs):
            self.skipped += 1
            return ours or None
        if known_pair(ours, theirs):
            theirs = ours
        if ours != theirs or details[0] != details[1]:
            self.disagree("testmempoolaccept differs", hexes, *answers)
        if expect is not None and not (re.search(expect, ours) if expect else ours == ""):
            self.disagree(f"the transaction should break {expect!r}", hexes, *answers)
        self.count(ours or None)
        return ours or None

    def test_package(self, package, expect=None, max_fee_rate=None):
        """The first reason that testmempoolaccept gives for one of several transactions or for the package, or None.
        Compares the answers for each transaction."""
        texts = [tx.hex() for tx in package]
        answers = self.ask("testmempoolaccept", texts, *([] if max_fee_rate is None else [max_fee_rate]))
        hexes = {f"transaction {i}": text for i, text in enumerate(texts)}
        verdicts, shown = [], []
        for answer in answers:
            if isinstance(answer, str):
                verdicts.append([answer])
                shown.append([])
                continue
            verdicts.append([entry.get("package-error") or entry.get("reject-reason", "") for entry in answer])
            shown.append([{key: value for key, value in entry.items() if key not in (
                "reject-reason", "reject-details", "usage", "package-error")} for entry in answer])
        if any(knots_only(*pair) for pair in zip(*verdicts)):
            self.skipped += 1
            return "skipped"
        pairs = [self.words(pair) for pair in zip(*verdicts)]
        if len(verdicts[0]) != len(verdicts[1]) or shown[0] != shown[1] or any(
                ours != theirs and not known_pair(ours, theirs) for ours, theirs in pairs):
            self.disagree("testmempoolaccept of a package differs", hexes, *answers)
        verdict = next((ours for ours, _ in pairs if ours), "")
        if expect is not None and not (re.search(expect, verdict) if expect else verdict == ""):
            self.disagree(f"the package should break {expect!r}", hexes, *answers)
        self.count(verdict or None)
        return verdict or None

    def send(self, tx, expect=None, max_fee_rate=None, counted=True):
        """The error of sendrawtransaction, or None if the transaction is in both mempools now."""
        text = tx if isinstance(tx, str) else tx.hex()
        parameters = [text] if max_fee_rate is None else [text, max_fee_rate]
        theirs = self.ask_one(self.bitcoind, "sendrawtransaction", *parameters)
        if knots_only("", theirs):
            (answer,) = self.daler.testmempoolaccept([text], *parameters[1:])
            self.said = ours = answer.get("reject-reason", "")
            if knots_only(ours, theirs):  # daler accepts it, but the mempools must be equal
                self.skipped += 1
                return ours or None
        answers = [self.ask_one(self.daler, "sendrawtransaction", *parameters), theirs]
        ours, theirs = self.words(answers)
        hexes = {"transaction": text, "coins": [(coin.lock.name, coin.height) for coin in getattr(tx, "coins", [])]}
        if ours != theirs and not known_pair(ours, theirs):
            self.disagree("sendrawtransaction differs", hexes, *answers)
        verdict = ours if ours.startswith("error ") else None
        if expect is not None and not (re.search(expect, ours) if expect else verdict is None):
            self.disagree(f"the transaction should break {expect!r}", hexes, *answers)
        if counted:
            self.count(verdict)
        if verdict is None:
            self.known_transactions[tx.txid] = tx
            if counted:
                self.update_mempool(hexes)
        return verdict

    def submit_package(self, package, expect=None, max_fee_rate=None):
        """The package_msg of submitpackage, or its error. Compares what each transaction became, and the mempools."""
        texts = [tx.hex() for tx in package]
        answers = self.ask("submitpackage", texts, *([] if max_fee_rate is None else [max_fee_rate]))
        hexes = {f"transaction {i}": text for i, text in enumerate(texts)}
        if any(isinstance(answer, str) for answer in answers):
            ours, theirs = self.words(answers)
            if ours != theirs:
                self.disagree("submitpackage is answered differently", hexes, *answers)
            verdict = ours
        else:
            verdict, message = self.words([answer["package_msg"] for answer in answers])
            results = [answer["tx-results"] for answer in answers]
            same = (verdict == message or known_pair(verdict, message)) and answers[0]["replaced-transactions"] == answers[1]["replaced-transactions"] and \
                list(results[0]) == list(results[1])
            for name in results[0] if same else ():
                ours, theirs = self.words([one[name].pop("error", "") for one in results])
                same &= (ours == theirs or known_pair(ours, theirs)) and results[0][name] == results[1][name]
            if not same:
                self.disagree("submitpackage of a package differs", hexes, *answers)
        if expect is not None and not re.search(expect, verdict):
            self.disagree(f"the package should be answered with {expect!r}", hexes, *answers)
        for tx in package:
            self.known_transactions.setdefault(tx.txid, tx)  # what is known with another witness stays
        self.count(None if verdict == "success" else verdict)
        self.update_mempool(hexes)
        return verdict

    # ----------------------------------------------------------------------------------------- state

    def connected(self, block):
        spent, created = [], []
        for position, tx in enumerate(block.transactions):
            if position:
                for txin in tx.inputs:
                    spent.append(self.forget((txin.txid, txin.index)))
            txid, locks = tx.txid, getattr(tx, "locks", {})
            for index, txout in enumerate(tx.outputs):
                if txout.script[:1] != b"\x6a" and len(txout.script) <= 10_000:
                    lock = locks.get(index, ANYONE if txout.script == ANYONE.script else None)
                    coin = Coin(txid, index, txout.value, lock, block.height, position == 0)
                    self.remember(coin)
                    created.append(coin)
        times = [*block.parent.times, block.time][-11:]
        self.chain.append(Entry(block.hash, block.height, block.time, times, spent, created, block.transactions))
        self.update_mempool({"block": block.hash})

    def remember(self, coin):
        self.coins[outpoint(coin)] = self.by_lock[coin.lock][outpoint(coin)] = coin

    def forget(self, place):
        coin = self.coins.pop(place)
        del self.by_lock[coin.lock][place]
        return coin

    def disconnected(self):
        """Removes the last block, which the nodes have disconnected."""
        entry = self.chain.pop()
        for coin in entry.spent:
            self.remember(coin)
        for coin in entry.created:
            if outpoint(coin) in self.coins:
                self.forget(outpoint(coin))

    def update_mempool(self, hexes):
        ours, theirs = (sorted(pool) for pool in self.ask("getrawmempool"))
        if ours != theirs:
            self.disagree("the mempools differ", hexes, [txid for txid in ours if txid not in theirs],
                          [txid for txid in theirs if txid not in ours])
        self.in_mempool = {(txin.txid, txin.index): txid for txid in ours
                           for txin in self.known_transactions[txid].inputs}
        self.pool = [self.known_transactions[txid] for txid in ours]

    def compare_coins(self, hexes=None, of_tip=True):
        self.utxo_checks += 1
        answers = self.ask("gettxoutsetinfo")
        if isinstance(answers[1], str):
            self.disagree("gettxoutsetinfo fails", hexes or {}, *answers)
        ours, theirs = ({key: answer[key] for key in ("height", "bestblock", "txouts", "bogosize",
                                                     "hash_serialized_3", "total_amount")} for answer in answers)
        if ours != theirs:
            self.disagree("the coins differ", hexes or {}, ours, theirs)
        if of_tip and ours["txouts"] != len(self.coins):
            self.disagree("the generator's coins differ", hexes or {}, ours["txouts"], len(self.coins))


def median_time(entry):
    return sorted(entry.times)[len(entry.times) // 2]


def recommit(block):
    """Updates merkle root, witness commitment and proof of work after a change of the transactions."""
    base = block.transactions[0]
    if base.inputs[0].witness:
        base.outputs.pop()
        block.commit_to_witnesses()
    return block.solve()


def commitment(root, reserved=WITNESS_RESERVED):
    return b"\x6a\x24\xaa\x21\xa9\xed" + sha256d(root + reserved)
