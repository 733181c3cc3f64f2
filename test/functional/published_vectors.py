#!/usr/bin/python3
"""Published test vectors of RPC methods: decodescript, and multisig with sorted keys (BIP 67)."""
import json

from framework import equal, run, vectors


def read(name):
    return json.loads((vectors() / "core" / name).read_text())


def main(test):
    node = test.node()
    rows = read("rpc_decodescript.json")
    test.step(f"decodescript: {len(rows)} scripts")
    equal(len(rows), 10)
    for script, expected in rows:
        equal(node.decodescript(script), expected, script)

    rows = read("rpc_bip67.json")
    test.step(f"sortedmulti: {len(rows)} sets of keys")
    equal(len(rows), 4)
    for row in rows:
        described = node.getdescriptorinfo(f"sh(sortedmulti(2,{','.join(row['keys'])}))")["descriptor"]
        (address,) = node.deriveaddresses(described)
        equal(address, row["address"])
        equal(node.decodescript(row["script"])["p2sh"], row["address"])
        ordered = [row["script"][4 + 68 * i:4 + 68 * i + 66] for i in range(len(row["keys"]))]
        equal(ordered, row["sorted_keys"])
        made = node.createmultisig(2, row["sorted_keys"], "legacy")
        equal([made["address"], made["redeemScript"]], [row["address"], row["script"]])


run(main)
