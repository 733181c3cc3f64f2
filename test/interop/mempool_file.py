#!/usr/bin/python3
"""mempool.dat of daler and bitcoind: each reads the other's, in both versions, at the start and by importmempool."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, coin, coins_of, spend  # noqa: E402
from framework import RpcError, bitcoind_folder, equal, run  # noqa: E402

ALL = {"use_current_time": False, "apply_fee_delta_priority": True, "apply_unbroadcast_set": True}


def contents(node, with_times=True):
    entries = node.getrawmempool(True)
    fields = ("vsize", "fees", "depends", "unbroadcast", "wtxid") + (("time",) if with_times else ())
    return ({txid: [sorted(entry[name]) if name == "depends" else entry[name] for name in fields]
             for txid, entry in entries.items()},
            {txid: entry["fee_delta"] for txid, entry in node.getprioritisedtransactions().items()})


def file_of(node):
    return node.folder / "mempool.dat"


def fill(test, node):
    """Parents, children, priorities, and transactions that nobody has requested."""
    coins = coins_of(node, 1, 8)
    for one in coins[:4]:
        parent = spend([one], outputs=2)
        child = spend([coin(parent), coin(parent, 1)], fee=3000)
        for transaction in (parent, child):
            node.sendrawtransaction(transaction.hex())
    node.prioritisetransaction(child.txid, 0, 1234)
    node.prioritisetransaction(spend([coins[5]]).txid, 0, -77)


def read_at_start(test, source, target):
    for version in (1, 2):
        test.step(f"{target.name} starts with the mempool.dat of {source.name}, version {version}")
        before = contents(source)
        source.restart(f"-persistmempoolv1={2 - version}")
        source.stop()
        data = file_of(source).read_bytes()
        equal(data[0], version)
        target.stop()
        file_of(target).write_bytes(data)
        target.start()
        source.start()
        equal(contents(source), before)
        equal(contents(target), before)


def imported(test, source, target):
    test.step(f"{target.name} imports the file of {source.name}")
    expected = contents(source)
    source.savemempool()
    path = str(file_of(source))
    target.stop()
    file_of(target).unlink()
    target.start()
    equal(target.importmempool(path), {})
    found = contents(target)
    equal(found[0].keys(), expected[0].keys())
    equal(found[1], {})
    assert not any(entry[3] for entry in found[0].values()), "unbroadcast"
    target.stop()
    file_of(target).unlink()
    target.start()
    equal(target.importmempool(path, ALL), {})
    equal(contents(target), expected)


def refused(test, node):
    test.step(f"what {node.name} does not import")
    bad = test.folder / "bad.dat"
    for content in (b"", b"\x03" + bytes(7), b"garbage" * 100):
        bad.write_bytes(content)
        yield lambda: node.importmempool(str(bad))
    bad.unlink()
    for path in (str(bad), str(test.folder), ""):
        yield lambda: node.importmempool(path)
    yield lambda: node.importmempool(str(bad), {"use_current_time": 1})
    yield lambda: node.importmempool(str(bad), {"other": True})
    yield lambda: node.importmempool(1)
    file_of(node).unlink(missing_ok=True)
    file_of(node).mkdir()
    (file_of(node) / "file").write_bytes(b"")
    yield lambda: node.savemempool()
    (file_of(node) / "file").unlink()
    file_of(node).rmdir()


def texts(calls):
    out = []
    for call in calls:
        try:
            out.append(call())
        except RpcError as error:
            out.append(str(error).replace("debug.log", "debug log"))  # as 29 has it
    return out


def main(test):
    bitcoind_folder()  # or skip
    daler, core = test.node(name="daler"), test.node(kind="bitcoind", name="bitcoind")
    daler.generatetoaddress(120, ANYONE_ADDRESS)
    for height in range(1, 121):
        equal(core.submitblock(daler.getblock(daler.getblockhash(height), 0)), None)
    fill(test, daler)
    read_at_start(test, daler, core)
    imported(test, daler, core)
    read_at_start(test, core, daler)
    imported(test, core, daler)
    equal(texts(refused(test, daler)), texts(refused(test, core)))


run(main)
