#!/usr/bin/python3
"""-minimumchainwork and -assumevalid: chains with too little work, blocks of the user, and scripts that are not run."""
from chainkit import ANYONE_ADDRESS, COIN, Block, coinbase, coins_of, spend
from framework import equal, run, sync_blocks
from p2p import Peer, headers_payload

WORK_OF_BLOCK = 2  # on regtest, genesis included
LEAST = 50


def main(test):
    test.step("a chain with too little work is not downloaded and not relayed")
    first = test.node(name="first")
    patient = test.node(f"-minimumchainwork={WORK_OF_BLOCK * (LEAST + 1):x}", name="patient")
    last = test.node(name="last")
    patient.connect(first)
    last.connect(patient)
    first.generatetoaddress(LEAST - 1, ANYONE_ADDRESS)
    peer = Peer(patient)
    hashes = [first.getblockhash(height) for height in range(1, LEAST)]
    peer.send("headers", headers_payload([bytes.fromhex(first.getblockheader(name, False)) for name in hashes]))
    peer.sync()
    info = patient.getblockchaininfo()
    equal([info[key] for key in ("blocks", "headers", "initialblockdownload")], [0, 0, True])
    peer.close()
    equal(last.getblockcount(), 0)

    test.step("with one block more, the chain is downloaded")
    first.generatetoaddress(1, ANYONE_ADDRESS)
    sync_blocks([first, patient, last])
    equal(patient.getblockcount(), LEAST)

    test.step("blocks from the user are accepted with any work")
    own = test.node("-minimumchainwork=ffff", name="own")
    own.generatetoaddress(3, ANYONE_ADDRESS)
    equal(own.getblockcount(), 3)
    equal(own.getblockchaininfo()["initialblockdownload"], True)

    test.step("a script in an ancestor of the assumed-valid block is not run if two weeks of work follow")
    maker = test.node(name="maker")
    maker.generatetoaddress(101, ANYONE_ADDRESS)
    bad = spend(coins_of(maker, 1, 1))
    bad.inputs[0].witness = [b"\x52"]  # not the script that locks the coin
    tip, time = maker.tip(), maker.getblockheader(maker.tip())["time"]
    blocks = [Block(tip, [coinbase(102, 50 * COIN + 1000), bad], time + 1)]
    blocks[0].commit_to_witnesses()
    blocks[0].solve()
    while len(blocks) < 2100:
        above = blocks[-1]
        blocks.append(Block(above.hash, [coinbase(102 + len(blocks), 0)], above.time + 1).solve())
    for assumed, height in ((blocks[10].hash, 101 + 1900), ("0", 101)):
        node = test.node(f"-assumevalid={assumed}")
        for at in range(1, 102):
            equal(node.submitblock(maker.getblock(maker.getblockhash(at), 0)), None)
        peer = Peer(node)
        for start in (0, 2000):
            peer.send("headers", headers_payload([block.header() for block in blocks[start:start + 2000]]))
        peer.sync()
        answers = [node.submitblock(block.hex()) for block in blocks[:1900]]
        equal(node.getblockcount(), height)
        equal(answers[0] is None, height > 101)
        peer.close()
        node.stop()


run(main)
