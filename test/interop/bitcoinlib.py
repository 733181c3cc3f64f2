#!/usr/bin/python3
"""Debian's python3-bitcoinlib uses a node: it makes calls, builds and reads blocks and payments with its own code, and speaks
the protocol of peers."""
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, next_block  # noqa: E402
from framework import Skip, equal, run  # noqa: E402

try:
    import bitcoin
    import bitcoin.rpc
    from bitcoin import core, messages, net
    from bitcoin.core import COIN, COutPoint, CMutableTxIn, CMutableTxOut, CMutableTransaction
    from bitcoin.core.script import (OP_0, OP_CHECKSIG, OP_DUP, OP_EQUALVERIFY, OP_HASH160, SIGHASH_ALL, SIGVERSION_WITNESS_V0,
                                     CScript, CScriptWitness, SignatureHash)
    from bitcoin.wallet import CBitcoinAddress, CBitcoinSecret
except ImportError:
    bitcoin = None


def expect(error, call, *arguments):
    try:
        call(*arguments)
    except error as caught:
        return caught
    raise AssertionError(f"{call} {arguments} succeeded")


def look_at_the_chain(proxy):
    equal(proxy.getblockcount(), 110)
    equal(proxy.getblock(proxy.getblockhash(0)).serialize(), bitcoin.params.GENESIS_BLOCK.serialize())
    for height in (1, 109, 110):
        block = proxy.getblock(proxy.getblockhash(height))
        equal(block.calc_merkle_root(), block.hashMerkleRoot)
        core.CheckBlock(block)
        equal(proxy.getblockheader(block.GetHash()).GetHash(), block.GetHash())
        equal(proxy.getblockheader(block.GetHash(), True)["height"], height)
    expect(IndexError, proxy.getblockhash, 10_000)
    for ask in (proxy.getblock, proxy.getblockheader, proxy.getrawtransaction, proxy.gettransaction):
        expect(IndexError, ask, b"\1" * 32)
    expect(IndexError, proxy.gettxout, COutPoint(b"\1" * 32, 0))
    equal(expect(bitcoin.rpc.JSONRPCError, proxy.call, "nosuch").error["code"], -32601)
    equal([answer["error"] and answer["error"]["code"] for answer in proxy._batch(
        [{"id": 1, "method": "getblockcount", "params": []}, {"id": 2, "method": "getblockhash", "params": [-1]}])], [None, -8])


def signed(secret, spent, value, target):
    """A payment of a P2WPKH coin that the library signs."""
    payment = CMutableTransaction([CMutableTxIn(spent)], [CMutableTxOut(value - 10_000, target.to_scriptPubKey())])
    code = CScript([OP_DUP, OP_HASH160, core.Hash160(secret.pub), OP_EQUALVERIFY, OP_CHECKSIG])
    digest = SignatureHash(code, payment, 0, SIGHASH_ALL, amount=value, sigversion=SIGVERSION_WITNESS_V0)
    stack = CScriptWitness([secret.sign(digest) + bytes([SIGHASH_ALL]), secret.pub])
    payment.wit = core.CTxWitness([core.CTxInWitness(stack)])
    return payment


def pay(proxy):
    """The wallet pays to a key of the library, which pays back."""
    secret = CBitcoinSecret.from_secret_bytes(b"\x05" * 32)
    script = CScript([OP_0, core.Hash160(secret.pub)])
    address = CBitcoinAddress.from_scriptPubKey(script)
    equal(proxy.validateaddress(address)["address"], address)
    txid = proxy.sendtoaddress(address, 2 * COIN)
    transaction = proxy.getrawtransaction(txid)
    equal((transaction.GetTxid(), proxy.getrawmempool()), (txid, [txid]))
    spent = COutPoint(txid, next(n for n, output in enumerate(transaction.vout) if output.scriptPubKey == script))
    coin = proxy.gettxout(spent)["txout"]
    equal((coin.nValue, coin.scriptPubKey), (2 * COIN, script))

    target = proxy.getnewaddress()
    unsigned = CMutableTransaction([CMutableTxIn(spent)], [CMutableTxOut(COIN, script)])
    expect(bitcoin.rpc.VerifyRejectedError, proxy.sendrawtransaction, unsigned)
    payment = signed(secret, spent, 2 * COIN, target)
    equal(proxy.sendrawtransaction(payment), payment.GetTxid())
    mined, = proxy.generatetoaddress(1, target)
    equal({entry.GetTxid() for entry in proxy.getblock(mined).vtx[1:]}, {txid, payment.GetTxid()})
    expect(bitcoin.rpc.VerifyAlreadyInChainError, proxy.sendrawtransaction, payment)
    equal(proxy.gettransaction(payment.GetTxid())["confirmations"], 1)
    assert COutPoint(payment.GetTxid(), 0) in [entry["outpoint"] for entry in proxy.listunspent()]
    equal(proxy.getreceivedbyaddress(target), 2 * COIN - 10_000)


def submit(proxy, node):
    block = core.CBlock.deserialize(next_block(node).serialize())
    equal(proxy.submitblock(block), None)
    equal(proxy.submitblock(block), "duplicate")
    equal(proxy.getbestblockhash(), block.GetHash())


def speak_as_peer(proxy, node):
    with socket.create_connection(("127.0.0.1", node.port), timeout=30) as connection:
        stream = connection.makefile("rb")

        def send(message):
            connection.sendall(message.to_bytes())

        def receive(kind):
            while True:
                message = messages.MsgSerializable.stream_deserialize(stream)
                if isinstance(message, kind):
                    return message

        hello = messages.msg_version()
        hello.nVersion = 70015
        send(hello)
        equal(receive(messages.msg_version).nStartingHeight, proxy.getblockcount())
        send(messages.msg_verack())
        receive(messages.msg_verack)
        send(messages.msg_ping(nonce=77))
        equal(receive(messages.msg_pong).nonce, 77)
        ask = messages.msg_getheaders()
        ask.locator.vHave = [proxy.getblockhash(0)]
        send(ask)
        # The library does not skip the zero after each header, so it reads only the first one correctly.
        equal(receive(messages.msg_headers).headers[0].GetHash(), proxy.getblockhash(1))
        ask = messages.msg_getdata()
        wanted = net.CInv()
        wanted.type, wanted.hash = 2, proxy.getbestblockhash()
        ask.inv = [wanted]
        send(ask)
        equal(receive(messages.msg_block).block.GetHash(), proxy.getbestblockhash())


def main(test):
    if bitcoin is None:
        raise Skip("no python3-bitcoinlib (contrib/install-deps --interop)")
    bitcoin.SelectParams("regtest")
    node = test.node()
    node.createwallet("w")
    node.generatetoaddress(10, node.getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    proxy = bitcoin.rpc.Proxy(f"http://{node.cookie()}@127.0.0.1:{node.rpcport}")
    for part in (look_at_the_chain, pay):
        test.step(part.__name__)
        part(proxy)
    for part in (submit, speak_as_peer):
        test.step(part.__name__)
        part(proxy, node)


if __name__ == "__main__":
    run(main)
