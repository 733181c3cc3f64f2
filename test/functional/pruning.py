#!/usr/bin/python3
"""Pruning: which blocks are kept and which are deleted, and the answers of a pruned node to RPC clients and peers."""
import shutil

from chainkit import ANYONE_ADDRESS, COIN, Output, bech32_address, coins_of, spend
from framework import equal, fails, run, sync_blocks, wait_until

KEPT = 288
PADDING = b"\x6a" + b"\x4d\x28\x23" + bytes(9000)  # an unspendable output of 9 kB


def block_files(node):
    return sorted(path.name for path in (node.folder / "blocks").glob("blk*.dat"))


def data_blocks(node):
    """The lowest height from which the node has all blocks."""
    height = node.getblockcount()
    while height > 0:
        try:
            node.getblock(node.getblockhash(height - 1), 0)
        except Exception:
            break
        height -= 1
    return height


def large_block(node, full):
    """Mines a block with a transaction of 9 kB that spends a coin of a block that `full` has."""
    large_block.height += 1
    payment = spend(coins_of(full, large_block.height, large_block.height), fee=COIN)
    payment.outputs.append(Output(0, PADDING))
    return node.generateblock(ANYONE_ADDRESS, [payment.hex()])["hash"]


large_block.height = 0


def refusals(test):
    test.step("refused options, and the service bits")
    node = test.node(start=False, name="refused")
    for options, text in (
            (["-prune=-1"], "negative value"), (["-prune=2"], "minimum of 550 MiB"), (["-prune=549"], "minimum of 550"),
            (["-prune=550", "-txindex"], "incompatible with -txindex"),
            (["-prune=1", "-reindex-chainstate"], "incompatible with -reindex-chainstate")):
        assert text in node.fails_to_start(*options), options
    node.start("-prune=550")
    info = node.getblockchaininfo()
    equal([info[key] for key in ("pruned", "pruneheight", "automatic_pruning", "prune_target_size")],
          [True, 0, True, 550 << 20])
    node.restart("-prune=0")
    equal(node.getblockchaininfo()["pruned"], False)
    assert "pruneheight" not in node.getblockchaininfo()
    fails(-1, "not in prune mode", node.pruneblockchain, 5)
    node.stop()


def chain_to_prune(test):
    """A full node and a node that can prune, both with the same 500 blocks."""
    test.step("a chain to prune")
    full = test.node("-blockfilterindex", name="full")
    node = test.node("-prune=1", "-fastprune", "-coinstatsindex", "-blockfilterindex", name="pruned")
    equal(node.getnetworkinfo()["localservicesnames"], ["WITNESS", "NETWORK_LIMITED"])
    equal(full.getnetworkinfo()["localservicesnames"], ["NETWORK", "WITNESS", "NETWORK_LIMITED"])
    full.connect(node)  # before the chain grows: peers do not request old blocks from a pruned node
    node.generatetoaddress(99, ANYONE_ADDRESS)
    fails(-1, "too short for pruning", node.pruneblockchain, 1)
    node.generatetoaddress(11, ANYONE_ADDRESS)
    for _ in range(150):
        large_block(node, node)
    node.generatetoaddress(240, ANYONE_ADDRESS)
    equal(node.getblockcount(), 500)
    sync_blocks([full, node])
    assert len(block_files(node)) > 15, block_files(node)
    return full, node


def pruning(test, full, node):
    """Returns the height of the last pruned block."""
    test.step("pruneblockchain")
    node.syncwithvalidationinterfacequeue()  # blocks that are not yet in an index are kept
    equal(node.pruneblockchain(0), -1)
    fails(-8, "Negative block height.", node.pruneblockchain, -1)
    fails(-8, "shorter than the attempted prune height", node.pruneblockchain, 501)
    fails(-8, "Could not find block with at least the specified timestamp.", node.pruneblockchain, 2_140_000_000)
    last = node.pruneblockchain(500)  # at most 212 may be pruned
    assert 0 < last <= 500 - KEPT, last
    info = node.getblockchaininfo()
    equal([info["pruned"], info["pruneheight"], info["automatic_pruning"]], [True, last + 1, False])
    assert "prune_target_size" not in info
    equal(data_blocks(node), last + 1)
    assert "blk00000.dat" not in block_files(node)
    gone = node.getblockhash(last)
    for verbosity in (0, 1, 2):
        fails(-1, "Block not available (pruned data)", node.getblock, gone, verbosity)
    fails(-1, "Block not available (pruned data)", node.getblockstats, last)
    equal(node.getblockheader(gone)["nTx"], 2)
    equal(node.submitblock(full.getblock(gone, 0)), "duplicate")
    equal(node.submitblock(full.getblock(full.getblockhash(0), 0)), "duplicate")
    fails(-20, "pruned", node.invalidateblock, gone)
    equal(node.getblockcount(), 500)
    return last


def indexes(test, full, node, gone):
    test.step("the indexes keep the data of pruned blocks")
    equal(node.getblockfilter(gone), full.getblockfilter(gone))
    equal(node.gettxoutsetinfo("none", 5)["txouts"], 5)
    equal(node.utxo(), full.utxo())


def kill(test, node, last):
    test.step("a kill and a restart")
    node.kill()
    node.start()
    equal(data_blocks(node), last + 1)
    equal(node.getchaintxstats()["txcount"], 651)
    equal(node.verifychain(4, 100), True)
    equal(node.verifychain(1, 0), False)  # some blocks to verify are pruned
    equal(node.getblockchaininfo()["pruneheight"], last + 1)


def pruning_again(test, full, node, last):
    test.step("more blocks are mined and pruned; the last 288 are kept")
    node.connect(full)
    for _ in range(60):
        large_block(node, full)
    node.syncwithvalidationinterfacequeue()
    equal(node.pruneblockchain(560 - KEPT), node.getblockchaininfo()["pruneheight"] - 1)
    assert last < data_blocks(node) - 1 <= 560 - KEPT
    sync_blocks([full, node])


def reorganisation(test, full, node):
    test.step("a reorganisation of 100 blocks")
    branch = full.getblockhash(461)
    node.disconnect(full)
    wait_until(lambda: not full.getpeerinfo())
    full.invalidateblock(branch)
    full.generatetoaddress(102, bech32_address("bcrt", 0, bytes(32)))  # these blocks differ from the disconnected ones
    node.connect(full)
    sync_blocks([full, node])
    equal(node.utxo(), full.utxo())


def new_peer(test, full, node):
    test.step("a new node gets the headers from a pruned node, but the blocks only from a full one")
    new_node = test.node(name="new")
    new_node.connect(node)
    wait_until(lambda: new_node.getblockchaininfo()["headers"] == node.getblockcount(), what="the headers")
    equal(new_node.getblockcount(), 0)
    new_node.connect(full)
    sync_blocks([new_node, node])
    new_node.stop()


def pruned_blocks_needed(test, node):
    test.step("calls and options that need pruned blocks fail with a clear error")
    node.stop()
    text = node.fails_to_start("-prune=0")
    assert "-reindex" in text and "pruned" in text, text
    shutil.rmtree(node.folder / "indexes" / "coinstats")
    text = node.fails_to_start()
    assert "coinstatsindex" in text and "goes beyond pruned data" in text, text
    node.options.remove("-coinstatsindex")
    node.start()


def reindex(test, full, node):
    test.step("a reindex begins at genesis")
    node.stop().start("-reindex")
    equal(node.getblockcount(), 0)
    node.connect(full)
    sync_blocks([full, node])
    equal(node.utxo(), full.utxo())
    equal(data_blocks(node), 0)
    node.pruneblockchain(200)
    assert data_blocks(node) > 0


def reindex_without_pruning(test, full, node):
    test.step("without -prune, all blocks are downloaded again")
    node.stop().start("-reindex", "-prune=0")
    equal(node.getblockcount(), 0)
    node.connect(full)
    sync_blocks([full, node])
    equal(data_blocks(node), 0)
    equal(node.getblockchaininfo()["pruned"], False)


def main(test):
    refusals(test)
    full, node = chain_to_prune(test)
    last = pruning(test, full, node)
    indexes(test, full, node, node.getblockhash(last))
    kill(test, node, last)
    pruning_again(test, full, node, last)
    reorganisation(test, full, node)
    new_peer(test, full, node)
    pruned_blocks_needed(test, node)
    reindex(test, full, node)
    reindex_without_pruning(test, full, node)


run(main)
