#!/usr/bin/python3
"""importprunedfunds and removeprunedfunds."""
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run


def main(test):
    node = test.node("-fallbackfee=0.0002")
    node.createwallet("payer")
    node.createwallet("w")
    payer, wallet = node.wallet("payer"), node.wallet("w")
    node.generatetoaddress(1, payer.getnewaddress())
    node.generatetoaddress(101, ANYONE_ADDRESS)
    txid = payer.sendtoaddress(wallet.getnewaddress(), 3)
    block = node.generatetoaddress(1, ANYONE_ADDRESS)[0]
    foreign = node.getblock(block)["tx"][0]
    raw, proof = node.getrawtransaction(txid, 0, block), node.gettxoutproof([txid], block)
    before = wallet.gettransaction(txid)
    coins = wallet.listunspent()
    equal(wallet.getbalance(), Decimal(3))

    test.step("a transaction that is removed is gone, also after a restart")
    wallet.removeprunedfunds(txid)
    fails(-4, f"Transaction {txid} does not belong to this wallet", wallet.removeprunedfunds, txid)
    equal((wallet.getbalance(), wallet.listunspent(), wallet.listtransactions()), (0, [], []))
    node.restart()
    for name in ("payer", "w"):
        if name not in node.listwallets():
            node.loadwallet(name)
    equal((wallet.getbalance(), wallet.listunspent(), wallet.listtransactions()), (0, [], []))

    test.step("its proof brings it back, in the same place")
    wallet.importprunedfunds(raw, proof)
    after = wallet.gettransaction(txid)
    for field in ("amount", "confirmations", "blockhash", "blockheight", "blockindex", "hex", "details"):
        equal(after[field], before[field])
    equal(wallet.listunspent(), coins)
    node.restart()
    for name in ("payer", "w"):
        if name not in node.listwallets():
            node.loadwallet(name)
    equal(wallet.listunspent(), coins)

    test.step("calls that are wrong")
    fails(-22, "TX decode failed. Make sure the tx has at least one input.", wallet.importprunedfunds, "00", proof)
    fails(-1, "end of data", wallet.importprunedfunds, raw, "00")
    lie = proof[:200] + ("0" if proof[200] != "0" else "1") + proof[201:]
    fails(-5, "Something wrong with merkleblock", wallet.importprunedfunds, raw, lie)
    fails(-5, "Transaction given doesn't exist in proof", wallet.importprunedfunds, raw, node.gettxoutproof([foreign], block))
    other = node.getrawtransaction(foreign, 0, block)
    fails(-5, "No addresses in wallet correspond to included transaction", wallet.importprunedfunds, other,
          node.gettxoutproof([foreign], block))
    node.invalidateblock(block)
    fails(-5, "Block not found in chain", wallet.importprunedfunds, raw, proof)


run(main)
