#!/usr/bin/python3
"""Writes seed inputs for the fuzz targets: well-formed data, made with the builders of the functional tests.

test/fuzz/seeds.py FOLDER    writes a few files to FOLDER/TARGET for each target
"""
import hashlib
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "test" / "functional"))
from chainkit import (ANYONE_ADDRESS, COIN, MAGIC, REGTEST_GENESIS, compact_size, coin, framed, make_block,  # noqa: E402
                      sha256d, spend, to_hash, var_bytes)
from p2p import headers_payload, inventory, locator_payload, message, version_payload  # noqa: E402

BLOCK = make_block(REGTEST_GENESIS, 1, time=1296688700)
PAYMENT = spend([coin(BLOCK.transactions[0])], outputs=3)
NEXT = make_block(BLOCK.hash, 2, [PAYMENT], time=1296688701, fees=1000)

ADDRESSES = (ANYONE_ADDRESS, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc",
             "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
             "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA",
             "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn")
KEY = "02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13"
XPUB = ("tpubD6NzVbkrYhZ4XgiXtGrdW5XDAPFCL9h7we1vwNCpn8tGbBcgfVYjXyhWo4E1xkh56hjod1RhGjxbaTLV3X4FyWuejifB9jusQ46QzG87VKp"
        )
DESCRIPTORS = (f"pk({KEY})", f"wpkh({KEY})", f"sh(wpkh({KEY}))", f"wsh(multi(1,{KEY}))", f"sh(sortedmulti(1,{KEY},{KEY}))",
               f"combo({KEY})", "raw(51)", f"addr({ANYONE_ADDRESS})", f"wpkh([d34db33f/84h/1h/0h]{XPUB}/0/*)",
               f"tr({KEY[2:]},{{pk({KEY[2:]}),pk({KEY[2:]})}})")
# Unsigned, with an unknown field and one of another program; then with the previous transaction and a signature type.
UNSIGNED = b"psbt\xff\x01\x00" + var_bytes(spend([coin(PAYMENT)]).serialize(witness=False))
PSBTS = (UNSIGNED + bytes(3), UNSIGNED + b"\x02\xe0\x01\x01\x07" + b"\x05\xfc\x01a\x00k\x01v" + bytes(3),
         UNSIGNED + b"\x00\x01\x00" + var_bytes(PAYMENT.serialize()) + b"\x01\x03\x04\x01\x00\x00\x00" + bytes(2))
BANS = b'{"banned_nets":[{"version":1,"ban_created":1,"banned_until":4000000000,"address":"1.2.3.0/24"}]}'
MINISCRIPTS = ("andor(pk(A),older(9),pkh(B))", "thresh(2,pk(A),s:pk(B),sln:after(9))", "t:or_c(multi(1,A,B),v:pk(C))",
               "or_i(and_b(pk(A),a:multi_a(1,B)),jtv:sha256(" + "00" * 32 + "))", bytes.fromhex("21" + KEY + "ad60b2"),
               bytes.fromhex("21" + KEY + "ac6476a914" + "00" * 20 + "88ac6759b268"),
               bytes.fromhex("20" + KEY[2:] + "ac20" + KEY[2:] + "ba529c"))
REQUESTS = ('{"jsonrpc":"2.0","id":1,"method":"getblockcount"}', '{"method":"getblock","params":["' + REGTEST_GENESIS + '",2]}',
            '[{"id":1,"method":"getblockhash","params":{"height":0}},{"id":2,"method":"help"}]',
            '!["' + PAYMENT.hex() + '"]', '1["' + ANYONE_ADDRESS + '"]', '"[0,true,null,"text",{"a":[1.5e3]}]')
SIGNATURE = bytes.fromhex("3006020101020101") + b"\x01"
SCRIPTS = (b"\x51", b"\x00\x14" + bytes(20), b"\x76\xa9\x14" + bytes(20) + b"\x88\xac", b"\x51\x20" + bytes(32),
           b"\x00\x20" + hashlib.sha256(b"\x51").digest(), bytes.fromhex("5121") + bytes.fromhex(KEY) + b"\x51\xae",
           bytes.fromhex("0164b17501029387016387670068"))
CONFIG = (b"regtest=1\nserver=1\n[regtest]\nrpcport=18443\nincludeconf=more.conf\n\0rpcuser=me\n\0{\"wallet\":[\"one\"]}\0"
          b"-connect=0\n-nolisten\n-rpcallowip=127.0.0.0/8\n")
# An undo record of one transaction that spent one coin, in the compact forms of the coin database.
COIN_RECORD = b"\x02\x80\x32" + b"\x06" + bytes(20)


def script_input(script_sig, witness, script):
    """The layout that fuzz_script reads."""
    return (struct.pack("<IBIII", 0x1FFFFF, 3, 2, 0, 0xFFFFFFFF) + var_bytes(script_sig) + bytes([len(witness)]) +
            b"".join(map(var_bytes, witness)) + script)


def messages():
    """Payloads, each after a byte with the number of its command in fuzz_message."""
    items = inventory([(1, PAYMENT.txid), (0x40000002, BLOCK.hash)])
    v1 = compact_size(1) + struct.pack("<IQ", 1, 9) + bytes(10) + b"\xff\xff" + bytes([127, 0, 0, 1]) + b"\x47\x9d"
    v2 = compact_size(1) + struct.pack("<I", 1) + b"\x09" + b"\x01" + var_bytes(bytes([127, 0, 0, 1])) + b"\x47\x9d"
    payloads = {0: version_payload(), 5: struct.pack("<Q", 1000), 6: b"\x01" + struct.pack("<Q", 2), 7: bytes(8), 8: bytes(8),
                9: items, 10: items, 11: items, 12: locator_payload([BLOCK.hash]), 13: locator_payload([BLOCK.hash]),
                14: headers_payload([BLOCK.header(), NEXT.header()]), 15: NEXT.serialize(), 16: PAYMENT.serialize(), 17: v1, 18: v2}
    return [bytes([command]) + payload for command, payload in payloads.items()]


def sized(data):
    return struct.pack("<Q", len(data)) + data


def fee_estimates():
    """fee_estimates.dat of a node that has seen no transaction."""
    bounds = [1000.0]
    while bounds[-1] * 1.05 <= 1e7:
        bounds.append(bounds[-1] * 1.05)
    bounds.append(1e99)

    def row(values):
        return compact_size(len(values)) + struct.pack(f"<{len(values)}d", *values)

    horizons = ((24, 2, .9952), (12, 1, .962), (42, 24, .99931))
    zeros = row([0.0] * len(bounds))
    return struct.pack("<5i", 149900, 0, 9, 3, 8) + row(bounds) + b"".join(
        struct.pack("<di", decay, scale) + zeros * 2 + (compact_size(periods) + zeros * periods) * 2
        for periods, scale, decay in horizons)


# A transaction, a fee delta of another one, and one that no peer has requested.
MEMPOOL = (struct.pack("<Q", 1) + PAYMENT.serialize() + struct.pack("<qq", 9, 5) + b"\x01" + to_hash(BLOCK.hash) +
           struct.pack("<q", -3) + b"\x01" + to_hash(PAYMENT.txid))
# Summary, clock, automatic mining, chain, mempool (a transaction), no fee rates, wallets (one), wallets to load, fee
# statistics.
SNAPSHOT = b"".join((
    b"daler snapshot 1\n", struct.pack("<Qqi", 1, 1_700_000_000, 5), to_hash(BLOCK.hash), bytes(24), sized(b"tx,30s"),
    sized(b""), struct.pack("<i", 1), sized(b"\x01" + to_hash(BLOCK.hash) + bytes(8 + 4)),
    sized(struct.pack("<QBQQ", 2, 8, 0, 1) + PAYMENT.serialize() + bytes(16 + 2)), struct.pack("<iq", 5, 9),
    b"\x00\x01\x01", sized(b"w"), b"\x01", sized(b"file"), b"\x01" + to_hash(BLOCK.hash) + bytes(4), bytes(1),
    b"\x01", sized(b"w"), sized(b""), b"\x01"))


def core_wallet():
    """Rows of one of Bitcoin Core's wallets: a descriptor that is watched, and a payment."""
    text = f"wpkh({KEY})#sckg2pqe"
    identifier = hashlib.sha256(text.encode()).digest()
    history = (PAYMENT.serialize() + to_hash(BLOCK.hash) + struct.pack("<xix", 1) + b"\x01" + var_bytes(b"n") + var_bytes(b"0") +
               struct.pack("<xIIxx", 1, 5))
    rows = [(b"flags", b"", struct.pack("<Q", 5 << 32)), (b"minversion", b"", struct.pack("<i", 169900)),
            (b"walletdescriptor", identifier, var_bytes(text.encode()) + struct.pack("<Qiii", 1, 0, 0, 1)),
            (b"activeexternalspk", b"\x02", identifier), (b"name", var_bytes(ANYONE_ADDRESS.encode()), var_bytes(b"label")),
            (b"mkey", bytes(4), var_bytes(bytes(48)) + var_bytes(bytes(8)) + struct.pack("<IIx", 0, 25000)),
            (b"lockedutxo", to_hash(PAYMENT.txid) + bytes(4), b"1"), (b"tx", to_hash(PAYMENT.txid), history),
            (b"bestblock_nomerkle", b"", struct.pack("<i", 70016) + b"\x01" + to_hash(BLOCK.hash))]
    return b"".join(var_bytes(var_bytes(kind) + key) + var_bytes(value) for kind, key, value in rows)


def seeds():
    headers = BLOCK.header() + NEXT.header()
    random = b"".join(sha256d(bytes([i])) for i in range(32))
    # Of a block with one transaction.
    proof = BLOCK.serialize()[:80] + b"\x01\x00\x00\x00\x01" + BLOCK.serialize()[36:68] + b"\x01\x01"
    return {
        "address": ADDRESSES, "base58": ADDRESSES, "bech32": ADDRESSES, "descriptor": DESCRIPTORS,
        "psbt": PSBTS, "ban_list": [BANS], "merkle_proof": [proof],
        "miniscript": MINISCRIPTS,
        "chain_file": [(ROOT / "contrib" / "chains" / "example.json").read_bytes(), b"{}"],
        "json": REQUESTS, "rpc_request": REQUESTS, "config": [CONFIG],
        "der": [SIGNATURE[:-1], SIGNATURE], "script": [script_input(b"\x51", [], script) for script in SCRIPTS] +
        [script_input(b"", [b"\x51"], SCRIPTS[4]), script_input(SIGNATURE + b"\x51", [SIGNATURE], SCRIPTS[5])],
        "transaction": [tx.serialize() for tx in (PAYMENT, NEXT.transactions[0])],
        "block": [block.serialize() for block in (BLOCK, NEXT)], "header": [b"\x03" + headers, b"\x00" + headers],
        "block_file": [b"\x00" + framed(BLOCK)[4:] + framed(NEXT), b"\x01" + framed(NEXT)[4:] + framed(BLOCK)],
        "message": messages(), "message_header": [message("ping", bytes(8)), message("verack", magic=MAGIC["main"])],
        "savepoint": [b"\x01" + to_hash(BLOCK.hash) + struct.pack("<II", 2, 999) +
                      b"".join(compact_size(n) + to_hash(BLOCK.hash) * n for n in counts)
                      for counts in ((0, 0, 0, 0), (1, 2, 0, 3))],
        "snapshot": [SNAPSHOT], "core_wallet": [core_wallet()], "fee_estimates": [fee_estimates()],
        "mempool_file": [struct.pack("<Q", 1) + MEMPOOL, struct.pack("<QBQ", 2, 8, 0) + MEMPOOL],
        "undo": [compact_size(1) + compact_size(1) + b"\x02\x00" + COIN_RECORD[1:]], "coin_record": [COIN_RECORD],
    } | {name: [random, random[:100], to_hash(BLOCK.hash) * 4 + struct.pack("<q", COIN)]
         for name in ("coin_cache", "address_book", "orphanage", "request_tracker", "block_download")
    } | {"header_presync": [bytes([0, 0, 200, 1]) * 2, bytes([1, 0, 100, 1, 1, 100, 100, 0]) * 2]}


def main(folder):
    for target, inputs in seeds().items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(inputs):
            (folder / target / str(number)).write_bytes(data if isinstance(data, bytes) else data.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
