#!/usr/bin/python3
"""Coins of one address are spent together: -avoidpartialspends, -maxapsfee, and wallets with avoid_reuse."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run

# What a second input of a bech32 address adds to the payments below: 67 vbytes, at the fallback fee rate of 20 sat/vB.
INPUT_FEE = 1340


def pay_to(node, source, address, amounts):
    """One payment for each amount, so that the address has as many coins, with six confirmations."""
    for amount in amounts:
        source.sendtoaddress(address, amount)
        if len(node.getrawmempool()) % 20 == 0:
            node.generatetoaddress(1, ANYONE_ADDRESS)
    node.generatetoaddress(6, ANYONE_ADDRESS)


def spent(node, wallet, amount, **options):
    """The amounts of the coins that a payment would spend, by address."""
    funded = wallet.walletcreatefundedpsbt([], [{ANYONE_ADDRESS: amount}], 0, options)
    coins = {(coin["txid"], coin["vout"]): coin for coin in wallet.listunspent(0)}
    out = {}
    for used in node.decodepsbt(funded["psbt"])["tx"]["vin"]:
        coin = coins[used["txid"], used["vout"]]
        out.setdefault(coin["address"], []).append(coin["amount"])
    return out


def restart(node, *options):
    node.stop()
    node.start(*options)
    for name in ("source", "w"):
        node.loadwallet(name)


def small_groups(test, node, source, wallet):
    test.step("without an option: together if it costs no more")
    pairs = [wallet.getnewaddress() for _ in range(4)]
    for address in pairs:
        pay_to(node, source, address, [Decimal("0.6"), Decimal("0.6")])
    for _ in range(10):
        equal([len(coins) for coins in spent(node, wallet, 1).values()], [2])
    equal([len(coins) for coins in spent(node, wallet, 0.5).values()], [1])

    test.step("-maxapsfee: together if it costs at most so much more")
    for more, count in ((INPUT_FEE - 1, 1), (INPUT_FEE, 2)):
        restart(node, f"-maxapsfee={Decimal(more) / 10**8:.8f}")
        equal([len(coins) for coins in spent(node, wallet, 0.5).values()], [count])

    test.step("-maxapsfee=-1: not tried")
    restart(node, "-maxapsfee=-1")
    equal([len(coins) for coins in spent(node, wallet, 0.5).values()], [1])
    seen = [len(spent(node, wallet, 1)) for _ in range(40)]
    assert 2 in seen, seen

    test.step("-avoidpartialspends: always together")
    restart(node, "-avoidpartialspends")
    equal([len(coins) for coins in spent(node, wallet, 0.5).values()], [2])
    equal([len(coins) for coins in spent(node, wallet, 1.5).values()], [2, 2])

    test.step("a coin that is named, or locked, is not in the group")
    coin = next(coin for coin in wallet.listunspent() if coin["address"] == pairs[0])
    given = {"txid": coin["txid"], "vout": coin["vout"]}
    funded = wallet.walletcreatefundedpsbt([given], [{ANYONE_ADDRESS: 0.5}])
    equal(len(node.decodepsbt(funded["psbt"])["tx"]["vin"]), 1)
    wallet.lockunspent(False, [given])
    equal(sorted(len(coins) for coins in spent(node, wallet, Decimal("4.1")).values()), [1, 2, 2, 2])
    wallet.lockunspent(True)

    test.step("an unconfirmed payment of others does not hold up the other coins of its address")
    source.sendtoaddress(pairs[1], 5)
    equal(sorted(len(coins) for coins in spent(node, wallet, Decimal("4.7")).values()), [2, 2, 2, 2])
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal([len(coins) for coins in spent(node, wallet, Decimal("6")).values()], [3])
    wallet.sendall([source.getnewaddress()])
    node.generatetoaddress(1, ANYONE_ADDRESS)


def large_groups(test, node, source, wallet):
    test.step("more than 100 coins of one address: 100 of them, and the rest only if these do not suffice")
    address = wallet.getnewaddress()
    pay_to(node, source, address, [Decimal("0.01")] * 110)
    equal([len(coins) for coins in spent(node, wallet, 0.005).values()], [100])
    equal([len(coins) for coins in spent(node, wallet, 1.05).values()], [110])
    first = wallet.send([{source.getnewaddress(): 0.5}])["txid"]
    equal(len(node.getrawtransaction(first, True)["vin"]), 100)
    node.generatetoaddress(6, ANYONE_ADDRESS)
    equal(sorted(len(coins) for coins in spent(node, wallet, 0.55).values()), [1, 10])


def reuse(test, node, source):
    test.step("wallets with avoid_reuse spend coins of an address together, unless the call says otherwise")
    restart(node)
    node.createwallet("r", avoid_reuse=True)
    wallet = node.wallet("r")
    reused, fresh = wallet.getnewaddress(), wallet.getnewaddress()
    pay_to(node, source, reused, [1, 1, 1])

    def inputs(amount, **options):
        txid = wallet.sendtoaddress(address=source.getnewaddress(), amount=amount, **options)
        node.generatetoaddress(6, ANYONE_ADDRESS)
        return len(node.getrawtransaction(txid, True)["vin"])
    equal(inputs(0.5, avoid_reuse=False), 1)
    mine = wallet.getbalances()["mine"]
    equal(mine["used"], 2)
    equal(sorted((coin["amount"], coin["reused"]) for coin in wallet.listunspent() if coin["address"] == reused),
          [(1, True), (1, True)])
    fails(-6, "Insufficient funds", wallet.sendtoaddress, source.getnewaddress(), 1)
    equal(wallet.getbalance(), mine["trusted"])
    equal(wallet.getbalance(avoid_reuse=False), mine["trusted"] + 2)
    pay_to(node, source, fresh, [1, 1, 1])
    equal(inputs(0.6), 3)
    equal(inputs(3.3, avoid_reuse=False), 2)
    for method, arguments in ((source.getbalance, {}), (source.sendtoaddress, {"address": fresh, "amount": 1})):
        fails(-4, 'wallet does not have the "avoid reuse" feature enabled', lambda: method(**arguments, avoid_reuse=True))


def main(test):
    node = test.node("-fallbackfee=0.0002", "-txindex")
    for name in ("source", "w"):
        node.createwallet(name)
    source, wallet = node.wallet("source"), node.wallet("w")
    node.generatetoaddress(8, source.getnewaddress())
    node.generatetoaddress(101, ANYONE_ADDRESS)
    small_groups(test, node, source, wallet)
    large_groups(test, node, source, wallet)
    reuse(test, node, source)
    if node.kind == "daler":
        test.step("what -maxapsfee can be")
        for amount in ("x", "-2", "", "21000001"):
            equal(test.node(start=False, name=f"wrong{amount}").fails_to_start(f"-maxapsfee={amount}"),
                  f"Error: Invalid amount for -maxapsfee=<amount>: '{amount}'")


run(main)
