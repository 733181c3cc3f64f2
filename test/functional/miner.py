"""A miner outside the node: makes blocks from the answers of getblocktemplate, as mining software does (BIPs 22, 23, 145),
and lets a node sign them on a signet (BIP 325), as Bitcoin Core's contrib/signet/miner does."""
import base64
import struct

from chainkit import (ANYONE_SCRIPT, WITNESS_RESERVED, Block, Input, Output, Transaction, push,
                      script_number, merkle_root, to_hash, var_bytes)

RULES = {"rules": ["segwit", "signet"]}
SIGNET_HEADER = bytes.fromhex("ecc7daa2")


class Given:
    """A transaction of a template."""

    def __init__(self, entry):
        self.data, self.txid, self.wtxid = bytes.fromhex(entry["data"]), entry["txid"], entry["hash"]

    def serialize(self):
        return self.data


def coinbase_of(template, script=ANYONE_SCRIPT, extra=b"miner"):
    tag = script_number(template["height"]) + push(extra)
    base = Transaction([Input("00" * 32, 0xFFFFFFFF, tag, 0xFFFFFFFF, [])], [Output(template["coinbasevalue"], script)])
    if "default_witness_commitment" in template:
        base.outputs.append(Output(0, bytes.fromhex(template["default_witness_commitment"])))
        base.inputs[0].witness = [WITNESS_RESERVED]
    return base


def block_of(template, **settings):
    """A block without proof of work, for `solve`."""
    transactions = [coinbase_of(template, **settings)] + [Given(entry) for entry in template["transactions"]]
    return Block(template["previousblockhash"], transactions, template["curtime"], template["version"],
                 int(template["bits"], 16))


def mine(node, **settings):
    """Mines one block outside of `node`, and returns its hash."""
    block = block_of(node.rpc.getblocktemplate(RULES), **settings).solve()
    answer = node.rpc.submitblock(block.hex())
    assert answer is None, answer
    return block.hash


# ------------------------------------------------------------------------------------------------ signets


def signet_psbt(block, challenge):
    """What the signers of `block` have to sign, whose commitment does not have a solution yet."""
    base = block.transactions[0]
    at = next(i for i, output in enumerate(base.outputs) if output.script.startswith(bytes.fromhex("6a24aa21a9ed")))
    plain = base.outputs[at].script
    base.outputs[at].script = plain + push(SIGNET_HEADER)
    root = merkle_root([to_hash(tx.txid) for tx in block.transactions])
    base.outputs[at].script = plain
    data = struct.pack("<I", block.version) + to_hash(block.previous) + root + struct.pack("<I", block.time)
    to_spend = Transaction([Input("00" * 32, 0xFFFFFFFF, b"\x00" + push(data), 0, [])], [Output(0, challenge)], 0)
    to_sign = Transaction([Input(to_spend.txid, 0, b"", 0, [])], [Output(0, b"\x6a")], 0)
    key_values = [(b"\x00", to_spend.serialize()), (b"\x01", struct.pack("<q", 0) + var_bytes(challenge))]
    psbt = b"psbt\xff" + var_bytes(b"\x00") + var_bytes(to_sign.serialize()) + b"\x00"
    psbt += b"".join(var_bytes(key) + var_bytes(value) for key, value in key_values) + b"\x00\x00"
    return base64.b64encode(psbt).decode()


def fields_of_input(psbt):
    """The fields of the only input of a PSBT, by type."""
    data, at, maps = base64.b64decode(psbt)[5:], 0, []

    def sized():
        nonlocal at
        size, at = data[at], at + 1
        if size == 253:
            size, at = struct.unpack_from("<H", data, at)[0], at + 2
        at += size
        return data[at - size:at]

    while len(maps) < 2:
        maps.append({})
        while key := sized():
            maps[-1][key[0]] = sized()
    return maps[1]


def sign_block(block, psbt):
    """Puts the solution in the signed `psbt` into the commitment of `block`."""
    fields = fields_of_input(psbt)
    script, witness = fields.get(7, b""), fields.get(8, b"\x00")
    solution = SIGNET_HEADER + var_bytes(script) + witness
    assert len(solution) < 256
    base = block.transactions[0]
    at = next(i for i, output in enumerate(base.outputs) if output.script.startswith(bytes.fromhex("6a24aa21a9ed")))
    base.outputs[at].script += b"\x4c" + bytes([len(solution)]) + solution if len(solution) > 75 else push(solution)
    return block
