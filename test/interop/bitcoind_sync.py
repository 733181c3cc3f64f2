#!/usr/bin/python3
"""daler and bitcoind on one network: each syncs the other's chain, relays and mines the other's payments, follows the
other's reorganisations, and both have the same coins in the end.
"""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, coin, coins_of, spend  # noqa: E402
from framework import bitcoind_folder, equal, run, sync_blocks, sync_mempools, wait_until  # noqa: E402


def same_coins(test, daler, core):
    sync_blocks([daler, core])
    equal(daler.utxo(), core.utxo(), "coins of daler and bitcoind")
    test.step(f"same coins at height {daler.getblockcount()}: {daler.utxo()['hash_serialized_3']}")


def syncs_from_bitcoind(test):
    test.step("daler syncs a chain that bitcoind mined; the connection is opened from each side")
    core = test.node("-whitelist=noban,in,out@127.0.0.1", kind="bitcoind", name="bitcoind")
    core.generatetoaddress(120, ANYONE_ADDRESS)
    for one in coins_of(core, 1, 5):
        parent = spend([one], outputs=10)
        core.sendrawtransaction(parent.hex())
        core.sendrawtransaction(spend([coin(parent, n) for n in range(10)], fee=5000).hex())
    core.generatetoaddress(1, ANYONE_ADDRESS)
    daler = test.node(name="daler")
    daler.connect(core)
    same_coins(test, daler, core)
    second = test.node(name="daler2")
    core.connect(second)
    same_coins(test, second, core)
    core.disconnect(second)
    second.stop()
    return daler, core


def syncs_from_daler(test):
    test.step("bitcoind syncs a chain that daler mined; the connection is opened from each side")
    daler = test.node(name="miner")
    daler.generatetoaddress(130, ANYONE_ADDRESS)
    for one in coins_of(daler, 1, 5):
        daler.sendrawtransaction(spend([one], outputs=10).hex())
    daler.generatetoaddress(1, ANYONE_ADDRESS)
    for connect in (lambda core: core.connect(daler), lambda core: daler.connect(core)):
        core = test.node(kind="bitcoind", name=f"follower{len(test.nodes)}")
        connect(core)
        same_coins(test, daler, core)
        core.stop()
    core = test.node("-v2transport=0", f"-connect={daler.address}", kind="bitcoind", name="oldtransport")
    same_coins(test, daler, core)
    core.stop()
    daler.stop()


def payments(test, daler, core):
    for node in (daler, core):
        node.createwallet("w")
    for payer, payee in ((core, daler), (daler, core)):
        test.step(f"payments from {payer.name}'s wallet to {payee.name}'s, mined by {payee.name}")
        payer.generatetoaddress(1, payer.wallet("w").getnewaddress())
        payer.generatetoaddress(100, ANYONE_ADDRESS)
        sync_blocks([daler, core])
        before = payee.wallet("w").getbalance()
        for kind in ("bech32", "bech32m", "legacy", "p2sh-segwit"):
            txid = payer.wallet("w").sendtoaddress(payee.wallet("w").getnewaddress("", kind), 1)
            wait_until(lambda: txid in payee.getrawmempool(), 60, f"{payee.name} to receive the payment")
            equal(payee.getmempoolentry(txid)["fees"], payer.getmempoolentry(txid)["fees"])
        payee.generatetoaddress(1, ANYONE_ADDRESS)
        sync_blocks([daler, core])
        payee.syncwithvalidationinterfacequeue()
        equal(payee.wallet("w").getbalance(), before + 4)
        equal(payer.wallet("w").gettransaction(txid)["confirmations"], 1)
        equal(payer.getrawmempool(), [])
    same_coins(test, daler, core)


def reorganisations(test, daler, core):
    other_address = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202"
    for winner, loser in ((daler, core), (core, daler)):
        test.step(f"a reorganisation to the chain of {winner.name}")
        daler.disconnect(core)
        core.disconnect(daler)
        wait_until(lambda: daler.getconnectioncount() == 0 and core.getconnectioncount() == 0)
        payment = loser.wallet("w").sendtoaddress(ANYONE_ADDRESS, 1)
        lost = loser.generatetoaddress(3, ANYONE_ADDRESS)
        won = winner.generatetoaddress(5, other_address)
        daler.connect(core)
        sync_blocks([daler, core])
        equal(loser.tip(), won[-1])
        equal(loser.getblockheader(lost[0])["confirmations"], -1)
        loser.syncwithvalidationinterfacequeue()
        equal(loser.wallet("w").gettransaction(payment)["confirmations"], 0)
        assert payment in loser.getrawmempool()
        loser.generatetoaddress(1, ANYONE_ADDRESS)
        same_coins(test, daler, core)
    test.step("a deep reorganisation by invalidateblock, from each side")
    for side, address in ((core, other_address), (daler, ANYONE_ADDRESS)):
        invalidated = side.getblockhash(side.getblockcount() - 30)
        side.invalidateblock(invalidated)
        side.generatetoaddress(35, address)
        same_coins(test, daler, core)
        side.reconsiderblock(invalidated)


def command_lines(test, daler, core):
    test.step("bitcoin-cli with dalerd, and daler-cli with bitcoind")
    for node, kind in ((daler, "bitcoind"), (core, daler.kind)):
        def cli(*args, **settings):
            return node.cli(*args, client=kind, **settings)

        equal(cli("getblockcount"), str(node.getblockcount()))
        equal(cli("-named", "getblockhash", "height=5"), node.getblockhash(5))
        equal(json.loads(cli("getblockchaininfo"))["bestblockhash"], node.tip())
        equal(len(json.loads(cli("-rpcwallet=w", "-generate", 2))["blocks"]), 2)
        assert "Chain: regtest" in cli("-rpcwallet=w", "-getinfo")
        if kind == "bitcoind":
            assert "70016" in cli("-netinfo"), "the table of connections"
        address = cli("-rpcwallet=w", "getnewaddress", "", "bech32m")
        txid = cli("-rpcwallet=w", "-named", "sendtoaddress", f"address={address}", "amount=0.5", "fee_rate=20")
        equal(node.getmempoolentry(txid)["depends"], [])
        failed = cli("getblockhash", 100000, check=False)
        equal((failed.returncode, failed.stderr), (8, "error code: -8\nerror message:\nBlock height out of range\n"))
        sync_mempools([daler, core])
    daler.generatetoaddress(1, ANYONE_ADDRESS)
    same_coins(test, daler, core)


def restarts(test, daler, core):
    test.step("both restart and connect again")
    daler.restart(f"-addnode={core.address}")
    wait_until(daler.peers, 60, "daler to connect again")
    core.generatetoaddress(3, ANYONE_ADDRESS)
    same_coins(test, daler, core)
    core.restart(f"-addnode={daler.address}", "-wallet=w")
    wait_until(core.peers, 120, "bitcoind to connect again")
    daler.generatetoaddress(3, ANYONE_ADDRESS)
    same_coins(test, daler, core)


def block_files(test, daler, core):
    if daler.kind == "daler":
        test.step("daler reads the block files that bitcoind wrote")
        core.stop()
        key = (core.folder / "blocks" / "xor.dat").read_bytes()
        plain = test.folder / "plain.dat"
        with open(plain, "wb") as out:
            for path in sorted((core.folder / "blocks").glob("blk*.dat")):
                data = path.read_bytes()
                mask = (key * (len(data) // 8 + 1))[:len(data)]
                out.write((int.from_bytes(data, "little") ^ int.from_bytes(mask, "little"))
                          .to_bytes(len(data), "little"))
        reader = test.node(f"-loadblock={plain}", name="reader")
        equal(reader.utxo(), daler.utxo())
        reader.stop()
    test.step("bitcoind reads the block files that daler wrote")
    coins = daler.utxo()
    daler.stop()
    reader = test.node("-reindex", kind="bitcoind", name="reindexer", start=False)
    target = reader.folder / "blocks"
    target.mkdir(parents=True)
    for path in (daler.folder / "blocks").iterdir():
        if path.name == "xor.dat" or path.name.startswith("blk"):
            shutil.copy(path, target)
    reader.start()
    equal(reader.utxo(), coins)


def main(test):
    print(bitcoind_folder())
    syncs_from_daler(test)
    daler, core = syncs_from_bitcoind(test)
    payments(test, daler, core)
    reorganisations(test, daler, core)
    command_lines(test, daler, core)
    restarts(test, daler, core)
    block_files(test, daler, core)


run(main)
