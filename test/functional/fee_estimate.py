#!/usr/bin/python3
"""On private chains there is always an estimate of the fee rate, and the user may set it."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run

NO_ESTIMATE = ["Insufficient data or no feerate found"]


def rate_of(node, txid):
    """In BTC/kvB. The fee is chosen before the signature, which in taproot may have a byte more than it then has."""
    entry = node.getmempoolentry(txid)
    return round(entry["fees"]["base"] / ((entry["weight"] + 1 + 3) // 4) * 1000, 6)


def rate_paid(node):
    """What a new payment pays, and why. No payment before it is unconfirmed, for which it might pay, too."""
    node.generatetoaddress(1, ANYONE_ADDRESS)
    sent = node.sendtoaddress(ANYONE_ADDRESS, 1, verbose=True)
    return rate_of(node, sent["txid"]), sent["fee_reason"]


def floor(test, node):
    test.step("without anything set, estimates and payments are at -fallbackfee")
    equal(node.estimatesmartfee(6), {"feerate": Decimal("0.0002"), "blocks": 6})
    node.faucet(ANYONE_ADDRESS)
    equal(rate_paid(node), (Decimal("0.0002"), "Fallback fee"))
    fails(-8, "Invalid conf_target, must be between 1 and 1008", node.estimatesmartfee, 0)


def set_rates(test, node):
    test.step("setfeeestimate: for all targets, and for some")
    equal(node.setfeeestimate("0.0005"), [{"conf_target": 1, "feerate": Decimal("0.0005")}])
    equal(node.estimatesmartfee(1)["feerate"], Decimal("0.0005"))
    equal(rate_paid(node)[0], Decimal("0.0005"))
    node.setfeeestimate("0.002", 2)
    equal(node.setfeeestimate("0.0001", 144),
          [{"conf_target": 1, "feerate": Decimal("0.0005")}, {"conf_target": 2, "feerate": Decimal("0.002")},
           {"conf_target": 144, "feerate": Decimal("0.0001")}])
    equal([node.estimatesmartfee(target)["feerate"] for target in (1, 2, 143, 144, 1008)],
          [Decimal(rate) for rate in ("0.0005", "0.002", "0.002", "0.0001", "0.0001")])
    equal(rate_paid(node)[0], Decimal("0.002"))
    node.generatetoaddress(1, ANYONE_ADDRESS)
    sent = node.sendtoaddress(address=ANYONE_ADDRESS, amount=1, conf_target=144)
    equal(rate_of(node, sent), Decimal("0.0001"))
    node.setfeeestimate(0, 2)
    equal(node.estimatesmartfee(2)["feerate"], Decimal("0.0005"))
    equal(node.setfeeestimate(None), [])
    equal(node.estimatesmartfee(2)["feerate"], Decimal("0.0002"))
    fails(-8, "Invalid conf_target, must be between 1 and 1008", node.setfeeestimate, 1, 1009)
    fails(-3, "Amount out of range", node.setfeeestimate, -1)

    test.step("an estimate is at least what the mempool accepts")
    node.setfeeestimate("0.000001")
    equal(node.estimatesmartfee(2)["feerate"], Decimal("0.00001"))
    equal(rate_paid(node), (Decimal("0.00001"), "Minimum Required Fee"))


def options(test, node):
    test.step("-fixedfeeestimate, -fallbackfee")
    node.restart("-fixedfeeestimate=0.0007")
    equal(node.estimatesmartfee(100), {"feerate": Decimal("0.0007"), "blocks": 100})
    equal(rate_paid(node)[0], Decimal("0.0007"))
    node.restart("-fallbackfee=0.0003")
    equal(node.estimatesmartfee(2)["feerate"], Decimal("0.0003"))
    node.restart("-fallbackfee=0")
    equal(node.estimatesmartfee(2)["errors"], NO_ESTIMATE)
    fails(-6, "Fee estimation failed. Fallbackfee is disabled.", node.sendtoaddress, ANYONE_ADDRESS, 1)


def strict(test, node):
    test.step("-strictregtest: no estimate, unless it was set")
    node.restart("-strictregtest", "-fallbackfee=0.0002")
    equal(node.estimatesmartfee(2)["errors"], NO_ESTIMATE)
    node.restart("-strictregtest")
    fails(-6, "Fee estimation failed. Fallbackfee is disabled. Wait a few blocks or enable -fallbackfee.",
          node.sendtoaddress, ANYONE_ADDRESS, 1)
    node.setfeeestimate("0.0004")
    equal(node.estimatesmartfee(2)["feerate"], Decimal("0.0004"))
    node.stop()
    public = test.node(chain="signet")
    fails(-1, "setfeeestimate works on private networks only", public.setfeeestimate, 1)
    equal(public.estimatesmartfee(2), {"errors": NO_ESTIMATE, "blocks": 0})
    public.stop()
    assert "works on private networks only" in public.fails_to_start("-fixedfeeestimate=0.0007")


def main(test):
    node = test.node()
    floor(test, node)
    set_rates(test, node)
    options(test, node)
    strict(test, node)


run(main)
