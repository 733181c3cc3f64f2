#!/usr/bin/python3
"""gettxoutproof and verifytxoutproof."""
from chainkit import ANYONE_ADDRESS, coin, coins_of, spend
from framework import equal, fails, run, wait_until


def main(test):
    node = test.node()
    node.generatetoaddress(110, ANYONE_ADDRESS)
    payments = [spend([one], fee=1000, outputs=2) for one in coins_of(node, 1, 6)]
    for payment in payments:
        node.sendrawtransaction(payment.hex())
    spent = payments[0]
    fails(-5, "Transaction not yet in block", node.gettxoutproof, [spent.txid])
    block = node.generatetoaddress(1, ANYONE_ADDRESS)[0]
    ids = node.getblock(block)["tx"]

    test.step("a proof shows the transactions for which it was asked, in the order of the block")
    for wanted in ([ids[0]], [ids[3]], [ids[6], ids[1]], ids):
        proof = node.gettxoutproof(wanted)
        equal(proof, node.gettxoutproof(wanted, block))
        equal(node.verifytxoutproof(proof), [each for each in ids if each in wanted])
        equal(proof[:160], node.getblockheader(block, False))

    test.step("the block of a spent transaction must be named, or found by the index")
    children = [spend([coin(spent, number)], fee=1000) for number in (0, 1)]
    for child in children:
        node.sendrawtransaction(child.hex())
    node.generatetoaddress(1, ANYONE_ADDRESS)
    fails(-5, "Transaction not yet in block", node.gettxoutproof, [spent.txid])
    proof = node.gettxoutproof([spent.txid], block)
    equal(node.gettxoutproof([payments[1].txid, spent.txid]), node.gettxoutproof([spent.txid, payments[1].txid], block))

    test.step("calls that are wrong")
    fails(-8, "Parameter 'txids' cannot be empty", node.gettxoutproof, [])
    fails(-8, f"Invalid parameter, duplicated txid: {ids[0]}", node.gettxoutproof, [ids[0], ids[0]])
    fails(-8, "txid must be of length 64 (not 2, for 'ab')", node.gettxoutproof, ["ab"])
    fails(-5, "Block not found", node.gettxoutproof, [ids[0]], "11" * 32)
    fails(-5, "Not all transactions found in specified or retrieved block", node.gettxoutproof,
          [ids[0], children[0].txid], block)
    fails(-8, "proof must be hexadecimal string (not 'x')", node.verifytxoutproof, "x")
    fails(-1, "end of data", node.verifytxoutproof, proof[:-2])

    test.step("a proof that does not hold proves nothing")
    equal(node.verifytxoutproof(proof[:200] + ("0" if proof[200] != "0" else "1") + proof[201:]), [])
    # It says that the block has fewer transactions: an inner node would be one (CVE-2017-12842).
    root = node.getblockheader(block)["merkleroot"]
    lie = proof[:160] + "01000000" + "01" + bytes.fromhex(root)[::-1].hex() + "01" + "01"
    equal(node.verifytxoutproof(lie), [])

    test.step("the block must be on the best chain")
    node.invalidateblock(block)
    fails(-5, "Block not found in chain", node.verifytxoutproof, proof)
    node.reconsiderblock(block)
    equal(node.verifytxoutproof(proof), [spent.txid])
    node.restart("-txindex")
    wait_until(lambda: node.getindexinfo()["txindex"]["synced"])
    equal(node.gettxoutproof([spent.txid]), proof)


run(main)
