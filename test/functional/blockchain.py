#!/usr/bin/python3
"""RPC methods for blocks and the chain: queries, submitted blocks, invalidation, the coin statistics."""
from decimal import Decimal

from chainkit import (ANYONE_ADDRESS, ANYONE_SCRIPT, COIN, REGTEST_GENESIS, Block, coinbase, coins_of, make_block,
                      make_chain, next_block, spend)
from framework import RpcError, equal, fails, run


def genesis_answers(test, node):
    test.step("the genesis block")
    equal(node.getblockhash(0), REGTEST_GENESIS)
    equal(node.getblockcount(), 0)
    info = node.getblockchaininfo()
    states = node.getchainstates()
    equal((states["headers"], len(states["chainstates"])), (0, 1))
    equal({key: value for key, value in states["chainstates"][0].items() if not key.endswith("_bytes")},
          {"blocks": 0, "bestblockhash": REGTEST_GENESIS, "difficulty": info["difficulty"], "verificationprogress": 1,
           "validated": True})
    equal((info["chain"], info["blocks"], info["headers"], info["bestblockhash"], info["pruned"]),
          ("regtest", 0, 0, REGTEST_GENESIS, False))
    equal(str(info["difficulty"]), "4.656542373906925E-10")
    equal(info["chainwork"], "02".rjust(64, "0"))
    header = node.getblockheader(REGTEST_GENESIS)
    equal({key: header[key] for key in ("confirmations", "height", "version", "versionHex", "merkleroot", "time",
                                        "nonce", "bits", "nTx")},
          {"confirmations": 1, "height": 0, "version": 1, "versionHex": "00000001",
           "merkleroot": "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", "time": 1296688602,
           "nonce": 2, "bits": "207fffff", "nTx": 1})
    assert "previousblockhash" not in header and "nextblockhash" not in header
    equal(node.gettxoutsetinfo()["txouts"], 0)
    equal(node.getchaintips(), [{"height": 0, "hash": REGTEST_GENESIS, "branchlen": 0, "status": "active"}])


def mined_blocks(test, node):
    test.step("mining, and getblock at every verbosity")
    hashes = node.generatetoaddress(110, ANYONE_ADDRESS)
    equal(len(hashes), 110)
    equal((node.getblockcount(), node.getbestblockhash()), (110, hashes[-1]))
    payment = spend(coins_of(node, 1, 1), fee=2000)
    node.sendrawtransaction(payment.hex())
    tip = node.generatetoaddress(1, ANYONE_ADDRESS)[0]
    raw = node.getblock(tip, 0)
    equal(node.getblock(tip, False), raw)
    one, two, three = (node.getblock(tip, verbosity) for verbosity in (1, 2, 3))
    equal(one["tx"][1], payment.txid)
    equal(one, node.getblock(tip))
    equal(one["size"], len(raw) // 2)
    equal((one["height"], one["confirmations"], one["nTx"], one["previousblockhash"]), (111, 1, 2, hashes[-1]))
    equal([tx["txid"] for tx in two["tx"]], one["tx"])
    equal(two["tx"][1]["hex"], payment.hex())
    equal(two["tx"][1]["fee"], Decimal("0.00002000"))
    assert "fee" not in two["tx"][0] and "prevout" not in two["tx"][1]["vin"][0]
    spent = three["tx"][1]["vin"][0]["prevout"]
    equal((spent["generated"], spent["height"], spent["value"], spent["scriptPubKey"]["address"]),
          (True, 1, Decimal("50.00000000"), ANYONE_ADDRESS))
    coinbase_value = two["tx"][0]["vout"][0]["value"]
    equal(coinbase_value, Decimal("50.00002000"))
    equal(node.getblockheader(tip, False), raw[:160])
    header = node.getblockheader(hashes[-1])
    equal((header["nextblockhash"], header["confirmations"]), (tip, 2))
    for key in ("hash", "height", "merkleroot", "time", "mediantime", "nonce", "bits", "difficulty", "chainwork"):
        assert key in header, key
    fails(-8, "Block height out of range", node.getblockhash, 112)
    fails(-5, "Block not found", node.getblockheader, "11" * 32)
    fails(-5, "Invalid address", node.generatetoaddress, 1, "nonsense")


def coin_statistics(test, node):
    test.step("gettxoutsetinfo and gettxout")
    info = node.gettxoutsetinfo()
    equal((info["height"], info["bestblock"], info["txouts"]), (111, node.tip(), 111))
    equal(info["total_amount"], Decimal("5550.00000000"))
    muhash, none = node.gettxoutsetinfo("muhash"), node.gettxoutsetinfo("none")
    assert len(muhash["muhash"]) == 64 and "hash_serialized_3" not in muhash
    assert "muhash" not in none and "hash_serialized_3" not in none
    fails(-8, "'nosuch' is not a valid hash_type", node.gettxoutsetinfo, "nosuch")
    block = node.getblock(node.tip(), 2)
    out = node.gettxout(block["tx"][1]["txid"], 0)
    equal((out["bestblock"], out["confirmations"], out["value"], out["coinbase"]),
          (node.tip(), 1, Decimal("49.99998000"), False))
    equal(out["scriptPubKey"]["type"], "witness_v0_scripthash")
    equal(node.gettxout(block["tx"][1]["txid"], 1), None)
    equal(node.gettxout(block["tx"][1]["vin"][0]["txid"], 0), None)


def invalidation(test, node):
    test.step("invalidateblock, reconsiderblock and getchaintips")
    before, height = node.utxo(), node.getblockcount()
    tip = node.tip()
    invalidated = node.getblockhash(100)
    node.invalidateblock(invalidated)
    equal(node.getblockcount(), 99)
    tips = {entry["hash"]: entry for entry in node.getchaintips()}
    equal((tips[tip]["status"], tips[tip]["branchlen"]), ("invalid", 12))
    equal(tips[node.tip()]["status"], "active")
    equal(node.getblockheader(invalidated)["confirmations"], -1)
    node.reconsiderblock(tip)
    equal(node.tip(), tip)
    equal(node.utxo(), before)
    equal(node.getblockcount(), height)
    fails(-5, "Block not found", node.invalidateblock, "22" * 32)

    test.step("a fork, and a reorganisation to it when it is longer")
    fork = make_chain(node.getblockhash(109), 110, 4, node.getblockheader(tip)["time"] + 1, b"fork")
    equal(node.submitblock(fork[0].hex()), "inconclusive")
    equal(node.submitblock(fork[1].hex()), "inconclusive")
    equal(node.tip(), tip)
    equal(node.submitblock(fork[2].hex()), None)
    equal(node.tip(), fork[2].hash)
    tips = {entry["hash"]: entry for entry in node.getchaintips()}
    equal((tips[tip]["status"], tips[tip]["branchlen"]), ("valid-fork", 2))
    equal(len(node.getrawmempool()), 1, "transactions of the old branch in the mempool")
    node.invalidateblock(fork[0].hash)
    equal(node.tip(), tip)
    equal(node.getrawmempool(), [])
    node.reconsiderblock(fork[0].hash)
    equal(node.tip(), fork[2].hash)
    equal(node.submitblock(fork[3].hex()), None)


def submitted_blocks(test, node):
    test.step("submitblock: the kinds of answers")
    fails(-22, "Block decode failed", node.submitblock, "00")
    fails(-22, "Block decode failed", node.submitblock, "nonsense")
    good = next_block(node)
    equal(node.submitblock(good.hex() + "00ff"), None, "bytes after the block are ignored")
    equal(node.submitblock(good.hex()), "duplicate")
    height, tip = node.getblockcount() + 1, node.tip()
    time = node.getblockheader(tip)["time"] + 1

    def verdict(block, reason):
        equal(node.submitblock(block.hex()), reason)
        equal(node.tip(), tip, f"tip after a block with {reason}")

    greedy = make_block(tip, height, time=time, fees=1)
    verdict(greedy, "bad-cb-amount")
    verdict(greedy, "duplicate-invalid")
    verdict(Block(tip, [coinbase(height)], time).unsolve(), "high-hash")
    verdict(make_block(tip, height + 1, time=time), "bad-cb-height")
    verdict(make_block(tip, height, time=node.getblockheader(tip)["mediantime"]), "time-too-old")
    verdict(make_block(tip, height, time=time + 3 * 3600 + 86400 * 400), "time-too-new")
    verdict(make_block("33" * 32, height, time=time), "prev-blk-not-found")
    verdict(make_block(greedy.hash, height + 1, time=time + 1), "bad-prevblk")
    verdict(make_block(tip, height, time=time, version=1), "bad-version(0x00000001)")
    missing = spend([("44" * 32, 0, COIN)])
    verdict(make_block(tip, height, [missing], time=time), "bad-txns-inputs-missingorspent")
    young = coins_of(node, height - 1, height - 1)
    verdict(make_block(tip, height, [spend(young)], time=time), "bad-txns-premature-spend-of-coinbase")
    old = coins_of(node, 2, 2)
    verdict(make_block(tip, height, [spend(old), spend(old, fee=3000)], time=time), "bad-txns-inputs-missingorspent")
    verdict(make_block(tip, height, [spend(old, fee=-5)], time=time), "bad-txns-in-belowout")
    wrong = spend(old)
    wrong.inputs[0].witness = [b"\x52"]
    verdict(make_block(tip, height, [wrong], time=time),
            "mandatory-script-verify-flag-failed (Witness program hash mismatch)")
    bare = Block(tip, [coinbase(height), spend(old)], time).solve()
    verdict(bare, "unexpected-witness")
    double = Block(tip, [coinbase(height), coinbase(height, extra=b"2")], time).solve()
    verdict(double, "bad-cb-multiple")
    # 28.1 refuses it before it checks the proof of work; 29 gives the reason of the rules
    try:
        verdict(Block(tip, [spend(old)], time).solve(), "bad-cb-missing")
    except RpcError as error:
        equal((error.code, error.message), (-22, "Block does not start with a coinbase"))
    mutated = next_block(node, [spend(old), spend(coins_of(node, 3, 3))], fees=2000)
    mutated.transactions.append(mutated.transactions[2])
    verdict(mutated, "bad-txns-duplicate")
    mutated.transactions.pop()
    mutated.transactions[1].inputs[0].witness = [b"\x51", b"\x51"]
    verdict(mutated, "bad-witness-merkle-match")
    mutated.transactions[1].inputs[0].witness = [b"\x51"]
    equal(node.submitblock(mutated.hex()), None, "a good block after mutated copies of it")
    equal(node.gettxout(old[0][0], 0), None)


def main(test):
    node = test.node()
    genesis_answers(test, node)
    mined_blocks(test, node)
    coin_statistics(test, node)
    invalidation(test, node)
    submitted_blocks(test, node)
    test.step("the same state after a restart")
    before, tips = node.utxo(), sorted(entry["hash"] for entry in node.getchaintips())
    node.restart()
    equal(node.utxo(), before)
    equal(sorted(entry["hash"] for entry in node.getchaintips()), tips)
    assert ANYONE_SCRIPT.hex() == node.validateaddress(ANYONE_ADDRESS)["scriptPubKey"]


run(main)
