#!/usr/bin/python3
"""initialblockdownload on private chains: true only while a peer's headers are more than 144 blocks ahead."""
from chainkit import ANYONE_ADDRESS
from framework import equal, run, sync_blocks
from p2p import Peer, headers_payload

FAR = 145


def is_downloading(node):
    return node.getblockchaininfo()["initialblockdownload"]


def show_headers(node, source, first, last):
    """A peer sends headers of `source`, and no blocks."""
    peer = Peer(node)
    hashes = [source.getblockhash(height) for height in range(first, last + 1)]
    peer.send("headers", headers_payload([bytes.fromhex(source.getblockheader(name, False)) for name in hashes]))
    peer.sync()
    equal(node.getblockchaininfo()["headers"], last)
    peer.close()


def main(test):
    test.step("a node without peers has nothing to download, however old its tip is")
    source, node = test.node(name="source"), test.node(name="node")
    equal(is_downloading(node), False)
    source.generatetoaddress(2 * FAR, ANYONE_ADDRESS)
    equal(is_downloading(source), False)

    test.step("headers that are 144 blocks ahead begin no download, one more does")
    near = test.node(name="near")
    show_headers(near, source, 1, FAR - 1)
    equal(is_downloading(near), False)
    show_headers(node, source, 1, FAR)
    equal(is_downloading(node), True)

    test.step("without its peers it is still downloading; after a restart it does not know")
    node.restart()
    equal(is_downloading(node), False)
    show_headers(node, source, 1, FAR)
    equal(is_downloading(node), True)

    test.step("the download ends when the blocks have come, and does not come back")
    node.connect(source)
    sync_blocks([node, source])
    equal(is_downloading(node), False)
    node.invalidateblock(source.getblockhash(1))
    equal((node.getblockcount(), is_downloading(node)), (0, False))
    node.reconsiderblock(source.getblockhash(1))
    node.disconnect(source)
    source.generatetoaddress(FAR, ANYONE_ADDRESS)
    show_headers(node, source, 2 * FAR + 1, 3 * FAR)
    equal(is_downloading(node), False)

    test.step("with -strictregtest, as in bitcoind, the age of the tip decides")
    strict = test.node("-strictregtest", name="strict")
    equal(is_downloading(strict), True)
    strict.generatetoaddress(1, ANYONE_ADDRESS)
    equal(is_downloading(strict), False)


run(main)
