#!/usr/bin/python3
"""Payments that are replaced by payments with a higher fee: bumpfee, psbtbumpfee, and what is refused. And
simulaterawtransaction."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import DEFAULT_KIND, equal, fails, run, wait_until

FEE_RATE = 5  # sat/vB of the payments that are replaced


def pay(wallet, amount="1", **named):
    return wallet.sendtoaddress(address=ANYONE_ADDRESS, amount=Decimal(amount), fee_rate=FEE_RATE, **named)


def inputs_of(node, txid):
    return {(entry["txid"], entry["vout"]) for entry in node.getrawtransaction(txid, 1)["vin"]}


def outputs_of(node, txid):
    return {entry["scriptPubKey"]["address"]: entry["value"] for entry in node.getrawtransaction(txid, 1)["vout"]}


def bumped(test, node, wallet):
    test.step("a payment with a higher fee")
    old = pay(wallet, comment="for what", comment_to="whom")
    spent, paid = inputs_of(node, old), outputs_of(node, old)
    entry = node.getmempoolentry(old)
    answer = wallet.bumpfee(old)
    equal(sorted(answer), ["errors", "fee", "origfee", "txid"])
    new = answer["txid"]
    equal((answer["errors"], answer["origfee"], node.getrawmempool()), ([], entry["fees"]["base"], [new]))
    equal(node.getmempoolentry(new)["fees"]["base"], answer["fee"])
    # 5 sat/vB more than before.
    assert answer["fee"] * 100_000_000 >= 2 * FEE_RATE * entry["vsize"], answer
    now = outputs_of(node, new)
    equal((inputs_of(node, new), now.keys(), now[ANYONE_ADDRESS]), (spent, paid.keys(), 1))
    before, after = wallet.gettransaction(old), wallet.gettransaction(new)
    equal((before["replaced_by_txid"], after["replaces_txid"]), (new, old))
    equal((after["comment"], after["to"], after["walletconflicts"]), ("for what", "whom", [old]))
    assert "replaces_txid" not in before and "replaced_by_txid" not in after
    listed = {entry["txid"]: entry for entry in wallet.listtransactions()}
    equal((listed[old]["replaced_by_txid"], listed[new]["replaces_txid"]), (new, old))
    equal([coin["safe"] for coin in wallet.listunspent(0) if coin["txid"] == new], [False])
    fails(-4, f"Cannot bump transaction {old} which was already bumped by transaction {new}", wallet.bumpfee, old)

    test.step("again, at a given rate, and for the last time")
    second = wallet.bumpfee(new, {"fee_rate": 40, "replaceable": False})
    equal((second["origfee"], wallet.gettransaction(new)["replaced_by_txid"]), (answer["fee"], second["txid"]))
    fails(-4, "Transaction is not BIP 125 replaceable", wallet.bumpfee, second["txid"])
    mined = pay(wallet)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    wait_until(lambda: wallet.gettransaction(mined)["confirmations"] == 1, what="the confirmation")
    for txid in (mined, old):
        fails(-1, "is already spent", wallet.bumpfee, txid)
    equal([coin["safe"] for coin in wallet.listunspent() if coin["txid"] == second["txid"]], [True])


def kept_on_disk(test, node, wallet):
    test.step("after a restart")
    old = pay(wallet)
    new = wallet.bumpfee(old)["txid"]
    node.unloadwallet("w")
    node.loadwallet("w")
    equal((wallet.gettransaction(old)["replaced_by_txid"], wallet.gettransaction(new)["replaces_txid"]), (new, old))
    node.generatetoaddress(1, ANYONE_ADDRESS)


def other_outputs(test, node, wallet):
    test.step("other outputs, and a given change output")
    old = pay(wallet)
    elsewhere = wallet.getnewaddress()
    new = wallet.bumpfee(old, {"outputs": [{elsewhere: Decimal("0.7")}], "fee_rate": 20})["txid"]
    outputs = outputs_of(node, new)
    equal((outputs[elsewhere], ANYONE_ADDRESS in outputs), (Decimal("0.7"), False))
    old = pay(wallet)
    position = [entry["value"] for entry in node.getrawtransaction(old, 1)["vout"]].index(1)
    new = wallet.bumpfee(old, {"original_change_index": position})["txid"]
    assert Decimal("0.999") < outputs_of(node, new)[ANYONE_ADDRESS] < 1
    node.generatetoaddress(1, ANYONE_ADDRESS)


def more_coins(test, node, wallet):
    test.step("a payment without change needs another coin")
    coin = min((coin for coin in wallet.listunspent() if coin["amount"] > 1), key=lambda coin: coin["amount"])
    paid = coin["amount"] - Decimal("0.0001")
    raw = node.createrawtransaction([{"txid": coin["txid"], "vout": coin["vout"], "sequence": 0xfffffffd}],
                                    {ANYONE_ADDRESS: paid})
    old = node.sendrawtransaction(wallet.signrawtransactionwithwallet(raw)["hex"])
    wait_until(lambda: old in {entry["txid"] for entry in wallet.listtransactions("*", 100)}, what="the payment")
    new = wallet.bumpfee(old)["txid"]
    equal((len(inputs_of(node, new)), outputs_of(node, new)[ANYONE_ADDRESS]), (2, paid))
    node.generatetoaddress(1, ANYONE_ADDRESS)


def low_parent(test, node, wallet):
    test.step("a parent that pays too little")
    parent = wallet.sendtoaddress(address=ANYONE_ADDRESS, amount=1, fee_rate=2)
    wait_until(lambda: any(coin["txid"] == parent for coin in wallet.listunspent(0)), what="the change")
    coin = next(coin for coin in wallet.listunspent(0) if coin["txid"] == parent)
    raw = node.createrawtransaction([{"txid": parent, "vout": coin["vout"], "sequence": 0xfffffffd}], [
        {ANYONE_ADDRESS: Decimal("0.1")}, {wallet.getrawchangeaddress(): coin["amount"] - Decimal("0.10001")}])
    child = node.sendrawtransaction(wallet.signrawtransactionwithwallet(raw)["hex"])
    wait_until(lambda: child in {entry["txid"] for entry in wallet.listtransactions("*", 100)}, what="the payment")
    fails(-8, "Insufficient total fee", wallet.bumpfee, child, {"fee_rate": 3})
    answer = wallet.bumpfee(child, {"fee_rate": 30})
    entries = [node.getmempoolentry(txid) for txid in (parent, answer["txid"])]
    rate = sum(entry["fees"]["base"] for entry in entries) * 100_000_000 / sum(entry["vsize"] for entry in entries)
    assert 30 <= rate < Decimal("30.3"), rate
    node.generatetoaddress(1, ANYONE_ADDRESS)


def refused(test, node, wallet):
    test.step("what is refused")
    old = pay(wallet)
    fails(-5, "Invalid or non-wallet transaction id", wallet.bumpfee, "11" * 32)
    fails(-8, "txid must be of length 64", wallet.bumpfee, "11")
    fails(-8, "Insufficient total fee 0.0000", wallet.bumpfee, old, {"fee_rate": FEE_RATE})
    fails(-8, "Insufficient total fee 0.0000", wallet.bumpfee, old, {"fee_rate": "0.5"})
    fails(-4, "Specified or calculated fee 0.", wallet.bumpfee, old, {"fee_rate": 100_000})
    fails(-8, "Change position is out of range", wallet.bumpfee, old, {"original_change_index": 2})
    fails(-8, "The options 'outputs' and 'original_change_index' are incompatible.", wallet.bumpfee, old,
          {"original_change_index": 0, "outputs": [{ANYONE_ADDRESS: 1}]})
    fails(-8, "Invalid parameter, output argument cannot be an empty array", wallet.bumpfee, old, {"outputs": []})
    fails(-8, "confTarget and conf_target options should not both be set.", wallet.bumpfee, old,
          {"conf_target": 1, "confTarget": 1})
    fails(-3, "Unexpected key x", wallet.bumpfee, old, {"x": 1})
    fails(-3, "JSON value of type string for field replaceable is not of expected type bool", wallet.bumpfee, old,
          {"replaceable": "no"})
    fails(-4, "Unable to create transaction. Insufficient funds", wallet.bumpfee, old,
          {"outputs": [{ANYONE_ADDRESS: 5000}]})
    change = next(coin for coin in wallet.listunspent(0) if coin["txid"] == old)
    raw = node.createrawtransaction([{"txid": old, "vout": change["vout"]}], {ANYONE_ADDRESS: change["amount"] - Decimal("0.001")})
    signed = wallet.signrawtransactionwithwallet(raw)["hex"]
    node.sendrawtransaction(signed)
    wait_until(lambda: all(coin["txid"] != old for coin in wallet.listunspent(0)), what="the spending of the change")
    fails(-8, "Transaction has descendants in the wallet", wallet.bumpfee, old)
    node.generatetoaddress(1, ANYONE_ADDRESS)


def locked(test, node):
    test.step("a locked wallet replaces nothing")
    node.createwallet(wallet_name="sealed", passphrase="secret")
    sealed = node.wallet("sealed")
    for method in (sealed.bumpfee, sealed.psbtbumpfee):
        fails(-13, "Please enter the wallet passphrase with walletpassphrase first", method, "11" * 32)
        fails(-8, "txid must be of length 64", method, "11", {"fee_rate": "x"})
    node.unloadwallet("sealed")


def with_psbt(test, node, wallet):
    test.step("a wallet without private keys makes a PSBT")
    node.createwallet("watching", True, True)
    watching = node.wallet("watching")
    entries = [{"desc": entry["desc"], "timestamp": 0, "range": [0, 30], "active": entry["active"],
                **({"internal": entry["internal"]} if entry["active"] else {})}
               for entry in wallet.listdescriptors()["descriptors"]]
    assert all(entry["success"] for entry in watching.importdescriptors(entries))
    old = pay(wallet)
    wait_until(lambda: watching.getbalances()["mine"]["trusted"] == wallet.getbalances()["mine"]["trusted"],
               what="the payment")
    fails(-4, "bumpfee is not available with wallets that have private keys disabled. Use psbtbumpfee instead.",
          watching.bumpfee, old)
    answer = watching.psbtbumpfee(old, {"fee_rate": 20})
    equal(sorted(answer), ["errors", "fee", "origfee", "psbt"])
    equal(node.decodepsbt(answer["psbt"])["fee"], answer["fee"])
    signed = wallet.walletprocesspsbt(answer["psbt"])
    new = node.sendrawtransaction(signed["hex"])
    equal((node.getrawmempool(), outputs_of(node, new)[ANYONE_ADDRESS]), ([new], 1))
    node.unloadwallet("watching")
    node.generatetoaddress(1, ANYONE_ADDRESS)


def simulated(test, node, wallet):
    test.step("what transactions would change")
    coin = max(wallet.listunspent(), key=lambda coin: coin["amount"])
    own = wallet.getnewaddress()
    first = node.createrawtransaction([{"txid": coin["txid"], "vout": coin["vout"]}], {own: 1, ANYONE_ADDRESS: 2})
    txid = node.decoderawtransaction(first)["txid"]
    second = node.createrawtransaction([{"txid": txid, "vout": 0}], {ANYONE_ADDRESS: 1})
    equal(wallet.simulaterawtransaction([first])["balance_change"], 1 - coin["amount"])
    equal(wallet.simulaterawtransaction([first, second], {"include_watchonly": True}), {"balance_change": -coin["amount"]})
    equal(wallet.simulaterawtransaction([])["balance_change"], 0)
    fails(-8, "Transaction(s) are spending the same output more than once", wallet.simulaterawtransaction, [first, first])
    fails(-8, "One or more transaction inputs are missing or have been spent already", wallet.simulaterawtransaction, [second])
    fails(-22, "Transaction hex string decoding failure.", wallet.simulaterawtransaction, ["00"])


def main(test):
    strict = ["-strictregtest"] if DEFAULT_KIND == "daler" else []
    node = test.node(*strict, "-fallbackfee=0.0002")
    node.createwallet("w")
    wallet = node.wallet("w")
    node.generatetoaddress(3, wallet.getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    wait_until(lambda: wallet.getbalance() == 150, what="mature coins")
    wallet.sendmany("", {wallet.getnewaddress(): 2, wallet.getnewaddress(): 3})
    node.generatetoaddress(1, ANYONE_ADDRESS)
    bumped(test, node, wallet)
    kept_on_disk(test, node, wallet)
    other_outputs(test, node, wallet)
    more_coins(test, node, wallet)
    low_parent(test, node, wallet)
    refused(test, node, wallet)
    with_psbt(test, node, wallet)
    simulated(test, node, wallet)
    locked(test, node)


run(main)
