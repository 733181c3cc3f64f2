#!/usr/bin/python3
"""mempool.dat in both versions, and importmempool."""
from chainkit import ANYONE_ADDRESS, coin, coins_of, spend
from framework import equal, fails, run

NOT_IMPORTED = "Unable to import mempool file, see debug.log for details."
NOT_SAVED = "Unable to dump mempool to disk"


def versions(test, node):
    test.step("version 2 has another key each time, version 1 has none")
    before = node.getrawmempool(True)
    file = node.folder / "mempool.dat"
    seen = set()
    for option, version in (("-persistmempoolv1=0", 2), ("-persistmempoolv1=0", 2), ("-persistmempoolv1", 1)):
        node.restart(option)
        equal(node.getrawmempool(True), before)
        node.savemempool()
        data = file.read_bytes()
        equal(data[:8], bytes([version]) + bytes(7))
        seen.add(data[8:17])
    equal(len(seen), 3)
    node.restart()
    equal(node.getrawmempool(True), before)


def imports(test, node, file, txids):
    test.step("importmempool")
    source, before = file.read_bytes(), node.getrawmempool(True)
    copy = test.folder / "copy.dat"
    copy.write_bytes(source)
    node.setmocktime(max(entry["time"] for entry in before.values()) + 100)
    for options, expected in (({}, (False, False, False)), ({"use_current_time": False}, (True, False, False)),
                              ({"apply_fee_delta_priority": True}, (False, True, False)),
                              ({"apply_unbroadcast_set": True}, (False, False, True))):
        node.stop()
        file.unlink()
        node.start(f"-mocktime={max(entry['time'] for entry in before.values()) + 100}")
        equal(node.importmempool(str(copy), options), {})
        found = node.getrawmempool(True)
        equal(sorted(found), sorted(txids))
        equal((all(found[txid]["time"] == before[txid]["time"] for txid in txids), bool(node.getprioritisedtransactions()),
               any(entry["unbroadcast"] for entry in found.values())), expected)
    # What is there already stays.
    equal(node.importmempool(str(copy)), {})
    equal(node.getrawmempool(True), found)


def refusals(test, node):
    test.step("what cannot be imported or saved")
    bad = test.folder / "bad.dat"
    for content in (b"", b"garbage" * 50):
        bad.write_bytes(content)
        fails(-1, NOT_IMPORTED, node.importmempool, str(bad))
    fails(-1, NOT_IMPORTED, node.importmempool, str(test.folder))
    fails(-1, NOT_IMPORTED, node.importmempool, str(test.folder / "missing"))
    with open(bad, "wb") as file:
        file.truncate(1 << 40)  # no bytes on the disk
    fails(-1, NOT_IMPORTED, node.importmempool, str(bad))
    file = node.folder / "mempool.dat"
    file.unlink(missing_ok=True)
    (file / "folder").mkdir(parents=True)
    fails(-1, NOT_SAVED, node.savemempool)
    (file / "folder").rmdir()
    file.rmdir()
    equal(node.savemempool(), {"filename": str(file)})


def main(test):
    node = test.node()
    node.generatetoaddress(110, ANYONE_ADDRESS)
    coins = coins_of(node, 1, 3)
    parent = spend([coins[0]], outputs=2)
    child = spend([coin(parent), coin(parent, 1)])
    for transaction in (parent, child):
        node.sendrawtransaction(transaction.hex())
    node.prioritisetransaction(child.txid, 0, 500)
    versions(test, node)
    imports(test, node, node.folder / "mempool.dat", [parent.txid, child.txid])
    refusals(test, node)


run(main)
