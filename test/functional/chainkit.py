"""Builds regtest blocks and transactions byte by byte, independently of the program under test.

Coins are locked by the witness script OP_TRUE, so that tests can spend them without keys.
"""
import hashlib
import struct
import time
from decimal import Decimal

COIN = 100_000_000
MAGIC = {"main": bytes.fromhex("f9beb4d9"), "regtest": bytes.fromhex("fabfb5da")}
REGTEST_GENESIS = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"
REGTEST_BITS = 0x207FFFFF
WITNESS_RESERVED = bytes(32)


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def to_hash(text):
    """The bytes of a hash that is written as hex, last byte first."""
    return bytes.fromhex(text)[::-1]


def from_hash(data):
    return data[::-1].hex()


def compact_size(number):
    if number < 253:
        return struct.pack("<B", number)
    if number < 0x10000:
        return b"\xfd" + struct.pack("<H", number)
    if number < 0x100000000:
        return b"\xfe" + struct.pack("<I", number)
    return b"\xff" + struct.pack("<Q", number)


def var_bytes(data):
    return compact_size(len(data)) + data


def push(data):
    assert len(data) < 76
    return bytes([len(data)]) + data


def script_number(number):
    """A push of a number, as used for the height in coinbases."""
    if number == 0:
        return b"\x00"
    if 1 <= number <= 16:
        return bytes([0x50 + number])
    data = number.to_bytes((number.bit_length() + 8) // 8, "little")
    return push(data)


# ----------------------------------------------------------------------------------------------- bech32

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


BASE58_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58_payload(text):
    """The bytes of an extended key (BIP 32), without the checksum."""
    number = 0
    for letter in text:
        number = number * 58 + BASE58_LETTERS.index(letter)
    return number.to_bytes(82, "big")[:78]


def bech32_address(prefix, version, program):
    """A segwit address (BIP 173 and BIP 350)."""
    values, bits, held = [version], 0, 0
    for byte in program:
        held, bits = (held << 8) | byte, bits + 8
        while bits >= 5:
            bits -= 5
            values.append((held >> bits) & 31)
    if bits:
        values.append((held << (5 - bits)) & 31)
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = 1
    for value in expanded + values + [0] * 6:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> i & 1 else 0
    check ^= 0x2BC830A3 if version else 1
    values += [(check >> 5 * (5 - i)) & 31 for i in range(6)]
    return prefix + "1" + "".join(CHARSET[value] for value in values)


ANYONE_WITNESS_SCRIPT = b"\x51"
ANYONE_SCRIPT = b"\x00\x20" + hashlib.sha256(ANYONE_WITNESS_SCRIPT).digest()
ANYONE_ADDRESS = bech32_address("bcrt", 0, ANYONE_SCRIPT[2:])


# ----------------------------------------------------------------------------------------- transactions


class Input:
    def __init__(self, txid, index, script=b"", sequence=0xFFFFFFFD, witness=(ANYONE_WITNESS_SCRIPT,)):
        self.txid, self.index, self.script, self.sequence = txid, index, script, sequence
        self.witness = list(witness)


class Output:
    def __init__(self, value, script=ANYONE_SCRIPT):
        self.value, self.script = value, script


class Transaction:
    def __init__(self, inputs, outputs, version=2, lock_time=0):
        self.inputs, self.outputs, self.version, self.lock_time = inputs, outputs, version, lock_time

    def serialize(self, witness=True):
        witness = witness and any(txin.witness for txin in self.inputs)
        parts = [struct.pack("<I", self.version), b"\x00\x01" if witness else b"", compact_size(len(self.inputs))]
        for txin in self.inputs:
            parts += (to_hash(txin.txid), struct.pack("<I", txin.index), var_bytes(txin.script),
                      struct.pack("<I", txin.sequence))
        parts.append(compact_size(len(self.outputs)))
        for txout in self.outputs:
            parts += (struct.pack("<q", txout.value), var_bytes(txout.script))
        if witness:
            for txin in self.inputs:
                parts.append(compact_size(len(txin.witness)))
                parts += map(var_bytes, txin.witness)
        parts.append(struct.pack("<I", self.lock_time))
        return b"".join(parts)

    @property
    def txid(self):
        return from_hash(sha256d(self.serialize(witness=False)))

    @property
    def wtxid(self):
        return from_hash(sha256d(self.serialize()))

    def hex(self):
        return self.serialize().hex()

    @property
    def vsize(self):
        bare, full = len(self.serialize(witness=False)), len(self.serialize())
        return (3 * bare + full + 3) // 4


def spend(coins, fee=1000, outputs=1, script=ANYONE_SCRIPT, **settings):
    """A transaction that spends `coins`, each (txid, index, value), to equal outputs."""
    left = sum(value for _, _, value in coins) - fee
    parts = [left // outputs] * outputs
    parts[0] += left - sum(parts)
    return Transaction([Input(txid, index) for txid, index, _ in coins],
                       [Output(value, script) for value in parts], **settings)


def coin(transaction, index=0):
    return transaction.txid, index, transaction.outputs[index].value


def subsidy(height):
    return (50 * COIN) >> (height // 150)


def coinbase(height, value=None, extra=b"", script=ANYONE_SCRIPT):
    script_sig = script_number(height) + push(b"daler" + extra)
    transaction = Transaction([Input("00" * 32, 0xFFFFFFFF, script_sig, 0xFFFFFFFF, [])],
                              [Output(subsidy(height) if value is None else value, script)])
    return transaction


# ----------------------------------------------------------------------------------------------- blocks


def merkle_root(hashes):
    level = list(hashes)
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        level = [sha256d(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


class Block:
    def __init__(self, previous, transactions, time, version=0x20000000, bits=REGTEST_BITS):
        self.previous, self.transactions, self.time = previous, transactions, time
        self.version, self.bits, self.nonce = version, bits, 0
        self.root = None

    def commit_to_witnesses(self):
        """Adds the witness commitment to the coinbase (BIP 141)."""
        base = self.transactions[0]
        base.inputs[0].witness = [WITNESS_RESERVED]
        root = merkle_root([bytes(32)] + [to_hash(tx.wtxid) for tx in self.transactions[1:]])
        base.outputs.append(Output(0, b"\x6a\x24\xaa\x21\xa9\xed" + sha256d(root + WITNESS_RESERVED)))
        return self

    def header(self):
        root = self.root or merkle_root([to_hash(tx.txid) for tx in self.transactions])
        return struct.pack("<I", self.version) + to_hash(self.previous) + root + struct.pack(
            "<III", self.time, self.bits, self.nonce)

    def has_work(self):
        exponent, mantissa = self.bits >> 24, self.bits & 0x7FFFFF
        return int.from_bytes(sha256d(self.header()), "little") <= mantissa << 8 * (exponent - 3)

    def solve(self):
        self.root = merkle_root([to_hash(tx.txid) for tx in self.transactions])
        while not self.has_work():
            self.nonce += 1
        return self

    def unsolve(self):
        """The header with too little work."""
        while self.has_work():
            self.nonce += 1
        return self

    @property
    def hash(self):
        return from_hash(sha256d(self.header()))

    def serialize(self):
        return self.header() + compact_size(len(self.transactions)) + b"".join(
            tx.serialize() for tx in self.transactions)

    def hex(self):
        return self.serialize().hex()


def make_block(previous, height, transactions=(), time=None, fees=0, extra=b"", **settings):
    """A solved, valid block at `height` whose parent is `previous`."""
    block = Block(previous, [coinbase(height, subsidy(height) + fees, extra), *transactions],
                  time if time is not None else _now(), **settings)
    if any(txin.witness for tx in transactions for txin in tx.inputs):
        block.commit_to_witnesses()
    return block.solve()


def next_block(node, transactions=(), **settings):
    """A solved block on top of a node's tip."""
    tip = node.rpc.getblockheader(node.rpc.getbestblockhash())
    settings.setdefault("time", max(tip["mediantime"] + 1, tip["time"] + 1))
    return make_block(tip["hash"], tip["height"] + 1, transactions, **settings)


def make_chain(previous, height, count, start_time, extra=b""):
    """`count` empty blocks, the first at `height` on top of `previous`."""
    blocks = []
    for i in range(count):
        blocks.append(make_block(previous, height + i, time=start_time + i, extra=extra))
        previous = blocks[-1].hash
    return blocks


def _now():
    return int(time.time())


def coins_of(node, first, last):
    """The coinbase coins of blocks `first` to `last`, mined to ANYONE_ADDRESS, as (txid, index, value)."""
    coins = []
    for height in range(first, last + 1):
        block = node.rpc.getblock(node.rpc.getblockhash(height), 2)
        output = block["tx"][0]["vout"][0]
        coins.append((block["tx"][0]["txid"], 0, int(output["value"] * COIN)))
    return coins


def double_spend(node, txid):
    """A transaction of the node's wallet, in hex, that spends the coins of its payment `txid`, back to itself."""
    spent = []
    for entry in node.decoderawtransaction(node.gettransaction(txid)["hex"])["vin"]:
        parent = node.decoderawtransaction(node.gettransaction(entry["txid"])["hex"])
        output = parent["vout"][entry["vout"]]
        spent.append({"txid": entry["txid"], "vout": entry["vout"], "amount": output["value"],
                      "scriptPubKey": output["scriptPubKey"]["hex"]})
    value = sum(coin["amount"] for coin in spent) - Decimal("0.001")
    raw = node.createrawtransaction([{"txid": coin["txid"], "vout": coin["vout"]} for coin in spent],
                                    {node.getnewaddress(): value})
    return node.signrawtransactionwithwallet(raw, spent)["hex"]


def sats(amount):
    return int(Decimal(amount) * COIN)


# ------------------------------------------------------------------------------------------ block files


def records(data, magic=MAGIC["regtest"]):
    """(offset, block bytes) of each record of a block file or bootstrap file."""
    at = 0
    while (at := data.find(magic, at)) >= 0 and at + 8 <= len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        if at + 8 + size > len(data):
            return
        yield at, data[at + 8:at + 8 + size]
        at += 8 + size


def framed(block, magic=MAGIC["regtest"]):
    data = block if isinstance(block, bytes) else block.serialize()
    return magic + struct.pack("<I", len(data)) + data
