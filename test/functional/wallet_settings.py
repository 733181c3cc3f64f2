#!/usr/bin/python3
"""settxfee and setwalletflag: what they refuse, what they change, and what is kept."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run


def fee_rate(node, wallet, **options):
    """In sat/vB, of a payment of confirmed coins."""
    txid = wallet.sendtoaddress(address=ANYONE_ADDRESS, amount=1, **options)
    entry = node.getmempoolentry(txid)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    return (entry["fees"]["base"] * 10**8 / entry["vsize"]).quantize(Decimal(1))


def fee_rates(node, wallet):
    fails(-8, "txfee cannot be less than min relay tx fee (0.00001000 BTC/kvB)", wallet.settxfee, 0.00000999)
    fails(-8, "txfee cannot be less than wallet min fee (0.00003000 BTC/kvB)", wallet.settxfee, 0.00001)
    fails(-8, "txfee cannot be more than wallet max tx fee (0.05000000 BTC/kvB)", wallet.settxfee, 0.05000001)
    fails(-3, "Invalid amount", wallet.settxfee, "x")
    equal(wallet.getwalletinfo()["paytxfee"], Decimal("0.00007"))
    equal(fee_rate(node, wallet), 7)
    equal(wallet.settxfee(0.0003), True)
    equal(wallet.getwalletinfo()["paytxfee"], Decimal("0.0003"))
    equal(fee_rate(node, wallet), 30)
    equal(fee_rate(node, wallet, fee_rate=5), 5)
    equal(fee_rate(node, wallet, conf_target=3, estimate_mode="unset"), 20)
    equal(wallet.settxfee(0), True)
    equal(wallet.getwalletinfo()["paytxfee"], 0)
    equal(fee_rate(node, wallet), 20)
    wallet.settxfee(0.0003)
    equal(node.wallet("other").getwalletinfo()["paytxfee"], Decimal("0.00007"))
    node.unloadwallet("w")
    node.loadwallet("w")
    equal(wallet.getwalletinfo()["paytxfee"], Decimal("0.00007"))


def flags(node, wallet):
    for name in ("blank", "disable_private_keys", "descriptor_wallet", "key_origin_metadata"):
        fails(-8, f"Wallet flag is immutable: {name}", wallet.setwalletflag, name)
    fails(-8, "Unknown wallet flag: x", wallet.setwalletflag, "x", False)
    fails(-8, "Wallet flag is already set to false: avoid_reuse", wallet.setwalletflag, "avoid_reuse", False)
    changed = wallet.setwalletflag("avoid_reuse")
    assert changed.pop("warnings").startswith("You need to rescan the blockchain")
    equal(changed, {"flag_name": "avoid_reuse", "flag_state": True})
    fails(-8, "Wallet flag is already set to true: avoid_reuse", wallet.setwalletflag, "avoid_reuse")
    equal(wallet.getwalletinfo()["avoid_reuse"], True)
    # bitcoind has written neither its blocks nor its chain state then.
    (node.kill if node.kind == "daler" else node.stop)()
    node.start()
    node.loadwallet("w")
    equal(wallet.getwalletinfo()["avoid_reuse"], True)
    equal(wallet.setwalletflag("avoid_reuse", False), {"flag_name": "avoid_reuse", "flag_state": False})
    assert "used" not in wallet.getbalances()["mine"]


def spent_before(node, wallet):
    used = wallet.getnewaddress()
    source = node.wallet("other")
    source.sendtoaddress(used, 1)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    coin, = wallet.listunspent(1, 9999999, [used])
    wallet.sendall(recipients=[source.getnewaddress()], inputs=[coin])
    node.generatetoaddress(1, ANYONE_ADDRESS)
    source.sendtoaddress(used, 2)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    before = wallet.getbalance()
    wallet.setwalletflag("avoid_reuse", True)
    if node.kind == "bitcoind":
        wallet.rescanblockchain()
    equal(wallet.getbalances()["mine"]["used"], 2)
    equal((wallet.getbalance(), wallet.getbalance(avoid_reuse=False)), (before - 2, before))
    equal(wallet.getwalletinfo()["balance"], before - 2)
    equal([coin["amount"] for coin in wallet.listunspent() if coin["reused"]], [2])
    source.sendtoaddress(used, 3)
    source.sendtoaddress(wallet.getnewaddress(), 4)
    node.syncwithvalidationinterfacequeue()
    equal((wallet.getunconfirmedbalance(), wallet.getbalances()["mine"]["used"]), (4, 5))


OPTIONS = ["-paytxfee=0.00007", "-mintxfee=0.00003", "-maxtxfee=0.05", "-fallbackfee=0.0002"]


def options(test):
    refused = test.node(start=False, name="refused")
    for option, text in (
            ("-addresstype=x", "Unknown address type 'x'"), ("-changetype=x", "Unknown change type 'x'"),
            ("-paytxfee=0.00000999",
             "Invalid amount for -paytxfee=<amount>: '0.00000999' (must be at least 0.00001000 BTC/kvB)"),
            ("-maxtxfee=0.00000999",
             "Invalid amount for -maxtxfee=<amount>: '0.00000999' (must be at least the minrelay fee of 0.00001000 "
             "BTC/kvB to prevent stuck transactions)")):
        equal(refused.fails_to_start(option), f"Error: {text}")
    small = test.node("-keypool=0", "-paytxfee=0.00001", "-maxtxfee=0.00001", name="small")
    small.createwallet("w")
    equal(small.wallet("w").getwalletinfo()["keypoolsize"], 4)


def main(test):
    node = test.node(*OPTIONS)
    for name in ("w", "other"):
        node.createwallet(name)
        node.generatetoaddress(1, node.wallet(name).getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    wallet = node.wallet("w")

    test.step("the fee rate of a wallet")
    fee_rates(node, wallet)

    test.step("the flags of a wallet, which a kill does not lose")
    flags(node, wallet)
    node.loadwallet("other")

    if node.kind == "daler":  # bitcoind looks at them when it opens a wallet
        test.step("options that cannot be")
        options(test)

    test.step("scripts that were spent from before the flag was set")
    spent_before(node, wallet)


run(main)
