#!/usr/bin/python3
"""fundrawtransaction of daler and bitcoind, in wallets with the same keys and coins: fees, sizes, positions and errors."""
import os
import random
import sys
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "functional"))

from framework import SEED, RpcError, equal, run, wait_until  # noqa: E402

TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
ELSEWHERE = ("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "mkHS9ne12qx9pS9VojpwU5xtRd4T7X7ZUt",
             "bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6")
KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"


class Pair:
    """The same call to both wallets."""

    def __init__(self, daler, core):
        self.wallets = [node.wallet("w") for node in (daler, core)]
        self.calls, self.differences = 0, []

    def ask(self, method, *arguments):
        answers = []
        for wallet in self.wallets:
            try:
                answers.append(getattr(wallet, method)(*arguments))
            except RpcError as error:
                answers.append((error.code, error.message))
        self.calls += 1
        return answers

    def same(self, what, ours, theirs):
        if ours != theirs:
            self.differences.append(f"{what}: {ours} instead of {theirs}")


def prepare(test):
    """Two nodes with the same chain, whose wallets "w" have the same descriptors and one coin of each type and amount."""
    core = test.node("-fallbackfee=0.0002", kind="bitcoind", name="bitcoind")
    daler = test.node("-strictregtest", "-fallbackfee=0.0002", name="daler")
    daler.createwallet("w")
    core.createwallet("w", False, True)
    described = daler.wallet("w").listdescriptors(True)["descriptors"]
    equal({result["success"] for result in core.wallet("w").importdescriptors(
        [{**{key: value for key, value in one.items() if key in ("desc", "active", "internal", "range")},
          "timestamp": "now"} for one in described])}, {True})
    core.createwallet("miner")
    miner = core.wallet("miner")
    blocks = core.generatetoaddress(110, miner.getnewaddress())
    pays = {daler.wallet("w").getnewaddress("", kind): Decimal(n + 1) for n, kind in enumerate(TYPES * 3)}
    miner.sendmany("", pays)
    blocks += core.generatetoaddress(7, miner.getnewaddress())
    for block in blocks:
        daler.submitblock(core.getblock(block, 0))
    wait_until(lambda: daler.wallet("w").getbalance() == sum(pays.values()))
    equal(core.wallet("w").getbalance(), sum(pays.values()))
    coins = sorted(daler.wallet("w").listunspent(), key=lambda coin: coin["amount"])
    return daler, core, coins


def facts(node, answer):
    """What must be equal in the answers of both: all but the choice of change address and, without given inputs, of coins."""
    if isinstance(answer, tuple):
        return answer
    tx = node.decoderawtransaction(answer["hex"])
    spent = [(one["txid"], one["vout"], one["sequence"], one["scriptSig"]["hex"]) for one in tx["vin"]]
    outputs = [one["value"] if n == answer["changepos"] else (one["value"], one["scriptPubKey"]["hex"])
               for n, one in enumerate(tx["vout"])]
    return answer["fee"], answer["changepos"], spent, outputs, tx["version"]


def given_inputs(test, pair, daler, coins, chosen):
    """The coins decide all but the position of change, which is given."""
    test.step("given inputs of all types")
    for _ in range(60):
        inputs = chosen.sample(coins, chosen.randint(1, 4))
        total = sum(coin["amount"] for coin in inputs)
        share = chosen.choice((Decimal("0.3"), Decimal("0.999"), Decimal("0.99999"), Decimal(1), Decimal("1.2")))
        to = chosen.sample(ELSEWHERE, chosen.randint(1, 3))
        outputs = [{address: (total * share / len(to)).quantize(Decimal("1e-8"))} for address in to]
        raw = daler.createrawtransaction(
            [{"txid": coin["txid"], "vout": coin["vout"], "sequence": chosen.choice((0xfffffffd, 7))} for coin in inputs],
            outputs, chosen.choice((0, 7)))
        options = {"add_inputs": False, "changePosition": chosen.randint(0, len(to)),
                   "fee_rate": chosen.choice((0, "0.5", 1, "3.333", 47, 200)),
                   # Knots has no change of type bech32m unless it is asked for.
                   "change_type": chosen.choice(TYPES),
                   "subtractFeeFromOutputs": chosen.sample(range(len(to)), chosen.randint(0, len(to)))}
        if chosen.random() < 0.3:
            options["max_tx_weight"] = chosen.choice((300, 500, 800, 1000, 1500, 4000))
        if chosen.random() < 0.2:
            options["input_weights"] = [{"txid": inputs[0]["txid"], "vout": inputs[0]["vout"],
                                         "weight": chosen.choice((165, 900, 5000))}]
        pair.same(f"fundrawtransaction {raw} {options}",
                  *(facts(daler, answer) for answer in pair.ask("fundrawtransaction", raw, options)))


def chosen_coins(test, pair, daler, chosen):
    """Which coins are chosen is random; whether some are, and what is said if not, is not."""
    test.step("chosen coins")
    for _ in range(40):
        amount = chosen.choice((1, 5, 11, 20, 40, 77, "77.99", 78, 79))
        raw = daler.createrawtransaction([], [{ELSEWHERE[0]: amount}])
        options = {"minconf": chosen.choice((0, 1, 7, 8)), "fee_rate": chosen.choice((1, 10, 100))}
        if chosen.random() < 0.3:
            options["maxconf"] = chosen.choice((8, 6, 1))
        if chosen.random() < 0.5:
            options["max_tx_weight"] = chosen.choice((259, 260, 290, 400, 560, 700, 1000, 2000, 400000, 400001))
        ours, theirs = (answer if isinstance(answer, tuple) else "a transaction"
                        for answer in pair.ask("fundrawtransaction", raw, options))
        # bitcoind gives up when the coins of one type are too heavy, although those of another are not.
        if ours != "a transaction" or "exceeds the maximum weight" not in str(theirs):
            pair.same(f"{amount} {options}", ours, theirs)


def external_inputs(test, pair, daler, core):
    test.step("inputs that are not the wallet's")
    miner = core.wallet("miner")
    coin = miner.listunspent()[0]
    raw = daler.createrawtransaction([{"txid": coin["txid"], "vout": coin["vout"]}], [{ELSEWHERE[0]: 1}])
    unknown = daler.createrawtransaction([{"txid": "11" * 32, "vout": 0}], [{ELSEWHERE[0]: 1}])
    for transaction in (raw, unknown):
        for options in ({}, {"solving_data": {"descriptors": [coin["desc"]]}}, {"solving_data": {"pubkeys": [KEY]}},
                        {"input_weights": [{"txid": coin["txid"], "vout": coin["vout"], "weight": 500}]}):
            pair.same(f"an external input, {options}", *(
                facts(daler, answer) for answer in pair.ask("fundrawtransaction", transaction,
                                                            {"changePosition": 0, "fee_rate": 5, **options})))


def locks(test, pair, daler, coins):
    test.step("coins that are locked afterwards")
    raw = daler.createrawtransaction([{"txid": coins[0]["txid"], "vout": coins[0]["vout"]}], [{ELSEWHERE[0]: "0.5"}])
    for _ in range(2):  # a locked coin may be given
        pair.same("lockUnspents", *(facts(daler, answer)[0] for answer in pair.ask(
            "fundrawtransaction", raw, {"lockUnspents": True, "add_inputs": False})))
    locked = pair.ask("listlockunspent")
    pair.same("the locked coins", *locked)
    equal(locked[0], [{"txid": coins[0]["txid"], "vout": coins[0]["vout"]}])


def main(test):
    chosen = random.Random(SEED)
    daler, core, coins = prepare(test)
    pair = Pair(daler, core)
    given_inputs(test, pair, daler, coins, chosen)
    chosen_coins(test, pair, daler, chosen)
    external_inputs(test, pair, daler, core)
    locks(test, pair, daler, coins)
    test.step(f"{pair.calls} calls")
    for text in pair.differences[:int(os.environ.get("DALER_SHOWN", "20"))]:
        print("DIFFERS", text)
    equal(len(pair.differences), 0, "differences")


if __name__ == "__main__":
    run(main)
