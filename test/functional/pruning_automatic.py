#!/usr/bin/python3
"""-prune=550: files are deleted automatically, and peers and wallets still get the recent blocks."""
import struct

from chainkit import ANYONE_ADDRESS, Block, Output, bech32_address, coinbase, coins_of, spend
from framework import FACTOR, equal, fails, run, wait_until
from p2p import MSG_BLOCK, WITNESS_FLAG, NODE_NETWORK, Peer, inventory

NETWORK_LIMITED = 1024
KEPT = 288
SLACK = 2  # further blocks that peers may request
TARGET = 550 << 20
LARGE = 3_900_000  # bytes of a witness that no rule checks
UNKNOWN_VERSION = b"\x52\x02\x01\x02"  # a witness program of a version without rules


def coins_for_large_blocks(node, count):
    """Unspent outputs that can be spent with a witness of any size."""
    payment = spend(coins_of(node, 1, 1), fee=0)
    value = payment.outputs[0].value // count
    payment.outputs = [Output(value, UNKNOWN_VERSION) for _ in range(count)]
    node.generateblock(ANYONE_ADDRESS, [payment.hex()])
    return [(payment.txid, index, value) for index in range(count)]


def send_large_blocks(node, peer, coins):
    """Sends blocks of 3.9 MB, one on top of the other. Returns the size on disk after each."""
    tip = node.getblockheader(node.tip())
    previous, height, time = tip["hash"], tip["height"], tip["time"]
    sizes = []
    for coin in coins:
        height, time = height + 1, time + 1
        payment = spend([coin], fee=0)
        payment.inputs[0].witness = [bytes(LARGE)]
        block = Block(previous, [coinbase(height), payment], time).commit_to_witnesses().solve()
        previous = block.hash
        peer.send("block", block.serialize())
        peer.sync(120)
        sizes.append(node.getblockchaininfo()["size_on_disk"])
    equal(node.tip(), previous)
    return sizes


def get_block(node, height):
    """Whether a node sends the block at this height to a peer; if not, it disconnects."""
    peer = Peer(node)
    peer.send("getdata", inventory([(MSG_BLOCK | WITNESS_FLAG, node.getblockhash(height))]))
    try:
        return peer.is_open() and peer.count("block") == 1
    finally:
        peer.close()


def services_of(node):
    peer = Peer(node)
    (payload,) = [payload for name, payload in peer.received if name == "version"]
    peer.close()
    return struct.unpack_from("<Q", payload, 4)[0]


def import_at(node, wallet, address, time):
    described = node.getdescriptorinfo(f"addr({address})")["descriptor"]
    (answer,) = node.wallet(wallet).importdescriptors([{"desc": described, "timestamp": time}])
    return answer


def files_above_target(test, node, early, start):
    """Returns the peer that sent large blocks, and coins for more of them."""
    test.step("the files exceed the target, but all blocks are recent")
    services = services_of(node)
    assert services & NETWORK_LIMITED and not services & NODE_NETWORK, services
    node.setmocktime(start)
    node.generatetoaddress(5, ANYONE_ADDRESS)
    node.generatetoaddress(1, early)
    node.generatetoaddress(1000 - 6, ANYONE_ADDRESS)  # shorter chains are not pruned
    coins = coins_for_large_blocks(node, 200)
    sender = Peer(node)
    send_large_blocks(node, sender, coins[:150])
    info = node.getblockchaininfo()
    equal([info[key] for key in ("pruned", "automatic_pruning", "prune_target_size", "pruneheight")],
          [True, True, TARGET, 0])
    assert info["size_on_disk"] > TARGET, info
    assert (node.folder / "blocks" / "blk00000.dat").exists()
    return sender, coins[150:]


def old_files_deleted(test, node, sender, coins, time):
    """Returns the heights of the first stored block and of the last."""
    test.step("old files are deleted")
    before = node.getblockchaininfo()["size_on_disk"]
    node.setmocktime(time)
    node.generatetoaddress(KEPT, ANYONE_ADDRESS)
    largest = max(send_large_blocks(node, sender, coins))
    sender.close()
    wait_until(lambda: node.getblockchaininfo()["size_on_disk"] <= TARGET, what="files to be deleted")
    assert largest <= before + (30 << 20), (largest, before)
    info = node.getblockchaininfo()
    first = info["pruneheight"]
    assert 0 < first <= info["blocks"] - KEPT, info
    assert info["size_on_disk"] > TARGET - (160 << 20), info  # no more files than necessary
    assert not (node.folder / "blocks" / "blk00000.dat").exists()
    assert not (node.folder / "blocks" / "rev00000.dat").exists()
    fails(-1, "Block not available (pruned data)", node.getblock, node.getblockhash(first - 1))
    node.getblock(node.getblockhash(first))
    return first, info["blocks"]


def blocks_for_peers(test, node, first, tip):
    test.step("peers get all stored blocks on a private chain, else the last 288 blocks and two more")
    assert first < tip - KEPT - SLACK - 1
    equal(get_block(node, tip), True)
    equal(get_block(node, tip - KEPT - SLACK), True)
    equal(get_block(node, tip - KEPT - SLACK - 1), True)  # on a private chain there may be no other peer
    equal(get_block(node, 1), False)
    node.restart("-strictregtest")
    equal(get_block(node, tip - KEPT - SLACK), True)
    equal(get_block(node, tip - KEPT - SLACK - 1), False)
    equal(get_block(node, 1), False)
    node.restart()


def rescans(test, node, first, tip):
    test.step("wallets cannot rescan pruned blocks")
    node.createwallet(wallet_name="watch", disable_private_keys=True)
    wallet = node.wallet("watch")
    fails(-1, "Can't rescan beyond pruned data.", wallet.rescanblockchain, first - 1)
    fails(-1, "Can't rescan beyond pruned data.", wallet.rescanblockchain)
    equal(wallet.rescanblockchain(first), {"start_height": first, "stop_height": tip})
    return wallet


def imports(node, wallet, first, early, start):
    """Imports of addresses with payments in pruned blocks and in stored ones."""
    answer = import_at(node, "watch", early, start)
    equal([answer["success"], answer["error"]["code"]], [False, -1])
    assert f"Rescan failed for descriptor with timestamp {start}" in answer["error"]["message"], answer
    assert "pruning" in answer["error"]["message"], answer
    equal(len(wallet.listdescriptors()["descriptors"]), 1)  # it is watched from now on
    equal(wallet.getwalletinfo()["txcount"], 0)
    late = bech32_address("bcrt", 0, bytes([2] * 20))
    node.generatetoaddress(1, late)
    # Block times may be wrong by two hours, so the pruned blocks must be older than the key by more than that.
    gone = max(node.getblockheader(node.getblockhash(height))["time"] for height in range(0, first, 50))
    assert gone + 7300 < start + 100_000
    equal(import_at(node, "watch", late, start + 100_000), {"success": True})
    equal(wallet.getwalletinfo()["txcount"], 1)
    one, other = wallet.importdescriptors([
        {"desc": node.getdescriptorinfo(f"addr({name})")["descriptor"], "timestamp": time}
        for name, time in ((early, 0), (late, "now"))])
    equal([one["success"], other], [False, {"success": True}])


def restart(test, node, first):
    test.step("the same state after a restart")
    node.restart()
    info = node.getblockchaininfo()
    equal([info["pruneheight"], info["automatic_pruning"]], [first, True])
    assert info["size_on_disk"] <= TARGET, info


def main(test):
    if FACTOR > 1:
        test.step("not run with a sanitizer: 600 MB of blocks are too slow; pruning.py covers pruning there")
        return
    node = test.node("-prune=550", name="pruned")
    early = bech32_address("bcrt", 0, bytes([1] * 20))
    start = node.getblockheader(node.getblockhash(0))["time"] + 1_000_000
    sender, coins = files_above_target(test, node, early, start)
    first, tip = old_files_deleted(test, node, sender, coins[:10], start + 100_000)
    blocks_for_peers(test, node, first, tip)
    wallet = rescans(test, node, first, tip)
    imports(node, wallet, first, early, start)
    restart(test, node, first)


run(main)
