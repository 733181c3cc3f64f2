#!/usr/bin/python3
"""Makes the same calls about balances, coins and payments to daler and bitcoind, in wallets that have the same coins, with and
without avoid_reuse: answers, error codes and texts are the same, also if several arguments are wrong."""
import itertools
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS  # noqa: E402
from framework import RpcError, bitcoind_folder, equal, run, sync_blocks  # noqa: E402

# Wrong values of arguments, of which two at a time are given.
SENDTOADDRESS = {"address": ["x"], "amount": [-1, "x", 0, 10000, 0.00000001], "replaceable": [False],
                 "conf_target": [0, 2000], "estimate_mode": ["x", "economical"], "avoid_reuse": [True],
                 "fee_rate": [0, 0.5, "x", -1], "subtractfeefromamount": [True]}
SENDMANY = {"dummy": ["x"], "amounts": [{}, {"x": 1}, {ANYONE_ADDRESS: 0}, {ANYONE_ADDRESS: "x"}, {ANYONE_ADDRESS: 10000}],
            "subtractfeefrom": [["x"], [ANYONE_ADDRESS, ANYONE_ADDRESS]], "conf_target": [0, 2000],
            "estimate_mode": ["x", "economical"], "fee_rate": [0, 0.5, "x"]}
# Knots computes the balance of "*", and with minconf, from its old accounts; 28.1 does not.
GETBALANCE = {"dummy": ["x", ""], "include_watchonly": [True, False], "avoid_reuse": [True, False]}
LISTUNSPENT = {"minconf": [0, -1, 8], "maxconf": [0, 8, -1], "addresses": [["x"], [ANYONE_ADDRESS, ANYONE_ADDRESS]],
               "include_unsafe": [False],
               "query_options": [{"minimumAmount": 2.5}, {"maximumAmount": "2.5"}, {"minimumAmount": "x"}, {"maximumCount": 1.5},
                                 {"minimumSumAmount": 1000}, {"include_immature_coinbase": 1}, {"x": 1}]}


def answer(function, *arguments, **named):
    try:
        return function(*arguments, **named)
    except RpcError as error:
        return error.code, error.message if error.code != -1 else ""  # help texts differ


def pairs(values):
    """Each wrong value alone, and each two of different arguments."""
    for size in (1, 2):
        for names in itertools.combinations(values, size):
            for chosen in itertools.product(*(values[name] for name in names)):
                yield dict(zip(names, chosen))


def sorted_coins(coins):
    """Without labels: daler's wallet has not given out the addresses."""
    return sorted(({key: value for key, value in coin.items() if key != "label"} for coin in coins),
                  key=lambda coin: (coin["txid"], coin["vout"]))


def is_known(ours, theirs, named):
    # Knots looks at the amounts before the fee rate; 28.1 does not.
    if theirs == (-6, "Transaction amount too small"):
        return isinstance(ours, tuple) and ours[1].startswith("Fee rate")
    # daler reads all arguments before it looks for the wallet.
    return named.get("avoid_reuse") and theirs == (-4, 'wallet does not have the "avoid reuse" feature enabled')


def compared(nodes, wallet, method, base, values):
    different = []
    for change in pairs(values):
        named = {**base, **change}
        ours, theirs = (answer(getattr(node.wallet(wallet), method), **named) for node in nodes)
        if isinstance(ours, list):
            ours, theirs = (sorted_coins(coins) for coins in (ours, theirs))
        # Payments differ, because coins and change are chosen by chance.
        is_paid = method.startswith("send") and isinstance(ours, str) and isinstance(theirs, str)
        if ours != theirs and not is_paid and not is_known(ours, theirs, named):
            different.append(f"{wallet}: {method} {named}: {ours} instead of {theirs}")
    return different


def same_wallets(nodes):
    """Two wallets on each node, which have the same keys and no coins."""
    for name, avoid_reuse in (("w", False), ("r", True)):
        nodes[1].createwallet(name, avoid_reuse=avoid_reuse)
        nodes[0].createwallet(name, blank=True, avoid_reuse=avoid_reuse)
        keys = nodes[1].wallet(name).listdescriptors(True)["descriptors"]
        answers = nodes[0].wallet(name).importdescriptors(
            [{"desc": key["desc"], "timestamp": "now", "active": True, "internal": key["internal"], "range": [0, 99],
              "next_index": 0} for key in keys])
        assert all(entry["success"] for entry in answers), answers


def main(test):
    bitcoind_folder()
    nodes = [test.node("-strictregtest", "-fallbackfee=0.0002", "-keypool=100", kind="daler", name="daler"),
             test.node(kind="bitcoind", name="bitcoind")]
    nodes[0].connect(nodes[1])
    same_wallets(nodes)
    ours, theirs = nodes
    source, reuser = theirs.wallet("w"), theirs.wallet("r")
    theirs.generatetoaddress(3, source.getnewaddress())
    theirs.generatetoaddress(101, ANYONE_ADDRESS)
    used = reuser.getnewaddress()
    source.sendtoaddress(used, 1)
    theirs.generatetoaddress(1, ANYONE_ADDRESS)
    reuser.sendtoaddress(source.getnewaddress(), 0.5)
    theirs.generatetoaddress(1, ANYONE_ADDRESS)
    for address, amount in ((used, 2), (used, 3), (reuser.getnewaddress("", "bech32m"), 4)):
        source.sendtoaddress(address, amount)
    theirs.generatetoaddress(6, ANYONE_ADDRESS)
    sync_blocks(nodes)

    different = []
    for wallet in ("w", "r"):
        test.step(f"wallet {wallet}: balances and coins")
        for method in ("getbalances", "getunconfirmedbalance"):
            equal(*(getattr(node.wallet(wallet), method)() for node in nodes))
        equal(*(node.wallet(wallet).getwalletinfo()["balance"] for node in nodes))
        different += compared(nodes, wallet, "getbalance", {}, GETBALANCE)
        different += compared(nodes, wallet, "listunspent", {}, LISTUNSPENT)
        test.step(f"wallet {wallet}: refused payments")
        different += compared(nodes, wallet, "sendtoaddress", {"address": ANYONE_ADDRESS, "amount": 10000}, SENDTOADDRESS)
        different += compared(nodes, wallet, "sendmany", {"dummy": "", "amounts": {ANYONE_ADDRESS: 10000}}, SENDMANY)
    for line in different:
        print(line)
    assert not different, f"{len(different)} differences"


run(main)
