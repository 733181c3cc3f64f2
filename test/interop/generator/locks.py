"""Outputs of many forms, and inputs that spend them. A lock has a scriptPubKey and fills in an input that spends it. A
Signer makes the signatures; each of its fields can be set to a wrong value."""
from chainkit import ANYONE_SCRIPT, Input, Output, Transaction

from . import script as s
from .script import OPCODES, script
from .secp import Key, der, tagged_hash

KEYS = [Key(0x1000 + i) for i in range(3)]
UNUSED_KEY = Key(0x2000)  # no lock uses it
FINAL = 0xFFFFFFFF


class Signer:
    def __init__(self, hash_type=None, encode=None, key=lambda key: key, digest=lambda digest: digest, annex=None):
        self.hash_type, self.encode, self.key, self.digest, self.annex = hash_type, encode, key, digest, annex

    def ecdsa(self, key, digest):
        hash_type = 1 if self.hash_type is None else self.hash_type
        r, signature_s = self.key(key).ecdsa(self.digest(digest(hash_type)))
        encode = self.encode or (lambda r, s, t: der(r, s) + bytes([t]))
        return encode(r, signature_s, hash_type)

    def schnorr(self, key, digest):
        hash_type = self.hash_type or 0
        signature = self.key(key).schnorr(self.digest(digest(hash_type)))
        if self.encode:
            return self.encode(signature, hash_type)
        return signature + (bytes([hash_type]) if self.hash_type is not None else b"")


class Spend(Input):
    """An input with the list of its script's pushes, so that one push can be changed."""

    def __init__(self, coin, sequence=0xFFFFFFFD):
        super().__init__(coin.txid, coin.index, b"", sequence, [])
        self.pushes = []

    def elements(self):
        return self.witness if self.witness else self.pushes

    def rebuild(self):
        self.script = b"".join(map(s.push, self.pushes))


class Tx(Transaction):
    """A transaction with the coins that it spends."""

    def __init__(self, coins, outputs, **settings):
        super().__init__([Spend(coin) for coin in coins], outputs, **settings)
        self.coins = list(coins)

    @property
    def fee(self):
        return sum(coin.value for coin in self.coins) - sum(txout.value for txout in self.outputs)

    def spent(self):
        return [Output(coin.value, coin.lock.script) for coin in self.coins]

    def prepare(self):
        """Sets the lock times that its coins need."""
        for i, coin in enumerate(self.coins):
            coin.lock.prepare(self, i)
        return self

    def sign(self, signers=None):
        for i, coin in enumerate(self.coins):
            coin.lock.unlock(self, i, (signers or {}).get(i, Signer()))
        return self


class Lock:
    name = script = None
    has_keys = has_ecdsa = is_taproot = False
    standard = True  # the output and its spend may be relayed

    def prepare(self, tx, index):
        """Lock time and sequence that the input needs."""

    def fill(self, tx, index, pushes, witness):
        txin = tx.inputs[index]
        txin.pushes, txin.witness = list(pushes), list(witness)
        txin.rebuild()

    def unlock(self, tx, index, signer):
        raise NotImplementedError


class Inner:
    """A script and the data that satisfy it: `items(sign)`, where sign(key) gives a signature."""

    def __init__(self, name, code, items=lambda sign: [], signed_code=None, times=None, keys=False, wrappers=None):
        self.name, self.code, self.items, self.keys = name, code, items, keys
        self.signed_code = code if signed_code is None else signed_code
        self.times = times or (lambda txin: None)  # returns the lock time
        self.wrappers = wrappers or ("bare", "p2sh", "p2wsh", "p2sh-p2wsh")


class ScriptLock(Lock):
    def __init__(self, inner, wrapper):
        self.inner, self.wrapper, self.name = inner, wrapper, f"{wrapper} {inner.name}"
        self.has_keys = self.has_ecdsa = inner.keys
        program = s.p2wsh(inner.code)
        self.script = {"bare": inner.code, "p2sh": s.p2sh(inner.code), "p2wsh": program,
                       "p2sh-p2wsh": s.p2sh(program)}[wrapper]
        self.standard = wrapper != "bare" or inner.name in ("pk", "pk uncompressed", "pkh", "2 of 3", "1 of 2")

    def prepare(self, tx, index):
        lock_time = self.inner.times(tx.inputs[index])
        if lock_time is not None:
            tx.lock_time = lock_time

    def unlock(self, tx, index, signer):
        code, value = self.inner.signed_code, tx.coins[index].value
        segwit = self.wrapper.endswith("p2wsh")

        def digest(hash_type):
            return s.segwit_hash(tx, index, code, value, hash_type) if segwit else s.legacy_hash(
                tx, index, code, hash_type)
        items = self.inner.items(lambda key: signer.ecdsa(key, digest))
        if self.wrapper == "bare":
            self.fill(tx, index, items, [])
        elif self.wrapper == "p2sh":
            self.fill(tx, index, items + [self.inner.code], [])
        else:
            pushes = [s.p2wsh(self.inner.code)] if self.wrapper == "p2sh-p2wsh" else []
            self.fill(tx, index, pushes, items + [self.inner.code])


class KeyHashLock(Lock):
    """P2WPKH, native or inside P2SH."""
    has_keys = has_ecdsa = True

    def __init__(self, nested, public=KEYS[0].compressed, name="p2wpkh"):
        self.nested, self.public = nested, public
        self.program = s.witness_program(0, s.hash160(public))
        self.script = s.p2sh(self.program) if nested else self.program
        self.name = ("p2sh-" if nested else "") + name

    def unlock(self, tx, index, signer):
        code = script("DUP", "HASH160", self.program[2:], "EQUALVERIFY", "CHECKSIG")
        value = tx.coins[index].value
        signature = signer.ecdsa(KEYS[0], lambda t: s.segwit_hash(tx, index, code, value, t))
        self.fill(tx, index, [self.program] if self.nested else [], [signature, self.public])


class TaprootLock(Lock):
    """Spent by key, or by the leaf `inner` of a tree, at `depth`."""
    is_taproot = True

    def __init__(self, name, inner=None, version=s.TAPSCRIPT, depth=0, separator=s.NO_SEPARATOR):
        self.name, self.inner, self.version, self.separator = f"p2tr {name}", inner, version, separator
        self.has_keys = inner is None or inner.keys
        internal = KEYS[0]
        root, self.path = b"", []
        if inner:
            root = self.leaf = s.leaf_hash(version, inner.code)
            for i in range(depth):
                self.path.append(s.leaf_hash(s.TAPSCRIPT, script(i)))
                root = s.branch_hash(root, self.path[-1])
        self.output_key = internal.tweaked(tagged_hash("TapTweak", internal.xonly + root))
        self.script = s.witness_program(1, self.output_key.xonly)
        self.control = bytes([version | self.output_key.point[1] & 1]) + internal.xonly + b"".join(self.path)

    def unlock(self, tx, index, signer):
        def digest(hash_type):
            return s.taproot_hash(tx, index, tx.spent(), hash_type, signer.annex, self.leaf if self.inner else None,
                                  self.separator)

        def sign(key):
            return signer.schnorr(key, digest)
        if self.inner:
            witness = self.inner.items(sign) + [self.inner.code, self.control]
        else:
            witness = [sign(self.output_key)]
        self.fill(tx, index, [], witness + ([signer.annex] if signer.annex is not None else []))


class FixedLock(Lock):
    """An output that is always spent by the same input data."""

    def __init__(self, name, script_pubkey, pushes=(), witness=(), standard=True):
        self.name, self.script, self.pushes, self.witness = name, script_pubkey, pushes, witness
        self.standard = standard

    def unlock(self, tx, index, signer):
        self.fill(tx, index, self.pushes, self.witness)


ANYONE = FixedLock("anyone", ANYONE_SCRIPT, witness=[b"\x51"])
K1, K2, K3 = (key.compressed for key in KEYS)
X1, X2, X3 = (key.xonly for key in KEYS)
START_TIME = 1_700_000_000  # of the first block; passed lock times are near it
WITNESS = ("p2wsh", "p2sh-p2wsh")


def _sequence(sequence, lock_time=None):
    def times(txin):
        txin.sequence = sequence
        return lock_time
    return times


def _one(sign):
    return [sign(KEYS[0])]


_FAKE_SIGNATURE = der(5, 7) + b"\x01"

INNERS = [
    Inner("true", script(1)),
    Inner("false", script(0)),
    Inner("pk", script(K1, "CHECKSIG"), _one, keys=True),
    Inner("pk uncompressed", script(KEYS[0].uncompressed, "CHECKSIG"), _one, keys=True),
    Inner("pk hybrid", script(KEYS[0].hybrid, "CHECKSIG"), _one, keys=True),
    Inner("pkh", script("DUP", "HASH160", s.hash160(K1), "EQUALVERIFY", "CHECKSIG"),
          lambda sign: [sign(KEYS[0]), K1], keys=True),
    Inner("2 of 3", script(2, K1, K2, K3, 3, "CHECKMULTISIG"),
          lambda sign: [b"", sign(KEYS[0]), sign(KEYS[2])], keys=True),
    Inner("1 of 2", script(1, K1, K2, 2, "CHECKMULTISIG"), lambda sign: [b"", sign(KEYS[1])], keys=True),
    Inner("2 of 3, wrong order", script(2, K1, K2, K3, 3, "CHECKMULTISIG"),
          lambda sign: [b"", sign(KEYS[2]), sign(KEYS[0])], keys=True),
    Inner("0 of 0", script(0, 0, "CHECKMULTISIG"), lambda sign: [b""]),
    Inner("21 keys", script(0, *[K1] * 21, 21, "CHECKMULTISIG"), lambda sign: [b""], wrappers=("bare", "p2wsh")),
    Inner("20 keys", script(0, *[K1] * 20, 20, "CHECKMULTISIG"), lambda sign: [b""], wrappers=("bare", "p2wsh")),
    Inner("-1 keys", script(0, -1, "CHECKMULTISIG"), lambda sign: [b""]),
    Inner("2 of 1", script(2, K1, 1, "CHECKMULTISIG"), lambda sign: [b"", sign(KEYS[0]), b""]),
    Inner("not pk", script(K1, "CHECKSIG", "NOT"), lambda sign: [b""]),
    Inner("not pk, bad signature", script(K1, "CHECKSIG", "NOT"), lambda sign: [_FAKE_SIGNATURE]),
    Inner("not an odd key", script(b"\x05" + bytes(32), "CHECKSIG", "NOT"), lambda sign: [b""]),
    Inner("checksigverify", script(K1, "CHECKSIGVERIFY", 1), _one, keys=True),
    Inner("checksigverify false", script(K1, "CHECKSIGVERIFY", 1), lambda sign: [b""]),
    Inner("checkmultisigverify false", script(1, K1, 1, "CHECKMULTISIGVERIFY", 1), lambda sign: [b"", b""]),
    Inner("signature in code", script(_FAKE_SIGNATURE, "DROP", K1, "CHECKSIG", "NOT"), lambda sign: [_FAKE_SIGNATURE]),
    Inner("codeseparator", script("CODESEPARATOR", K1, "CHECKSIG"), _one, script(K1, "CHECKSIG"), keys=True),
    Inner("if", script("IF", 1, "ELSE", 0, "ENDIF"), lambda sign: [b"\x01"]),
    Inner("notif", script("NOTIF", 1, "ELSE", 0, "ENDIF"), lambda sign: [b""]),
    Inner("if 2", script("IF", 1, "ELSE", 0, "ENDIF"), lambda sign: [b"\x02"]),
    Inner("if 0100", script("IF", 1, "ELSE", 0, "ENDIF"), lambda sign: [b"\x01\x00"]),
    Inner("hash", script("SHA256", s.sha256(b"secret"), "EQUAL"), lambda sign: [b"secret"]),
    Inner("height", script(50, "CLTV", "DROP", 1), times=_sequence(0xFFFFFFFE, 50)),
    Inner("time", script(START_TIME + 50, "CLTV", "DROP", 1), times=_sequence(0xFFFFFFFE, START_TIME + 50)),
    Inner("height, too low", script(50, "CLTV", "DROP", 1), times=_sequence(0xFFFFFFFE, 49)),
    Inner("height, but final", script(50, "CLTV", "DROP", 1), times=_sequence(FINAL, 50)),
    Inner("height for a time", script(START_TIME, "CLTV", "DROP", 1), times=_sequence(0xFFFFFFFE, 50)),
    Inner("time for a height", script(50, "CLTV", "DROP", 1), times=_sequence(0xFFFFFFFE, START_TIME)),
    Inner("negative height", script(-1, "CLTV", "DROP", 1), times=_sequence(0xFFFFFFFE, 50)),
    Inner("large height", script(2**33, "CLTV", "DROP", 1), times=_sequence(0xFFFFFFFE, 50)),
    Inner("huge height", script(2**40, "CLTV", "DROP", 1), times=_sequence(0xFFFFFFFE, 50)),
    Inner("no height", script("CLTV", 1), times=_sequence(0xFFFFFFFE, 50)),
    Inner("age", script(3, "CSV", "DROP", 1), times=_sequence(3)),
    Inner("age 0", script(0, "CSV", "DROP", 1), times=_sequence(0)),
    Inner("age, too young", script(3, "CSV", "DROP", 1), times=_sequence(2)),
    Inner("age in time", script(1 << 22, "CSV", "DROP", 1), times=_sequence(1 << 22)),
    Inner("age for time", script(1 << 22, "CSV", "DROP", 1), times=_sequence(0)),
    Inner("age, input without", script(0, "CSV", "DROP", 1), times=_sequence(1 << 31)),
    Inner("age without", script(1 << 31, "CSV", "DROP", 1), times=_sequence(1 << 31)),
    Inner("negative age", script(-1, "CSV", "DROP", 1), times=_sequence(0)),
    Inner("age, large bits", script(0x3F0000, "CSV", "DROP", 1), times=_sequence(0)),
    Inner("nop1", script("NOP1", 1)),
    Inner("nop10", script("NOP10", 1)),
    Inner("nop", script("NOP", 1)),
    Inner("return", script(1, "RETURN")),
    Inner("disabled", script(0, "IF", "CAT", "ENDIF", 1)),
    Inner("reserved", script("RESERVED", 1)),
    Inner("reserved, not run", script(0, "IF", "RESERVED", "ENDIF", 1)),
    Inner("verif, not run", script(0, "IF", "VERIF", "ENDIF", 1)),
    Inner("invalid, not run", script(0, "IF", "INVALID", "ENDIF", 1)),
    Inner("checksigadd", script(0, 0, K1, "CHECKSIGADD", 1)),
    Inner("unbalanced", script(1, "IF", 1)),
    Inner("else alone", script("ELSE", 1)),
    Inner("verify", script(0, "VERIFY", 1)),
    Inner("equalverify", script(1, 2, "EQUALVERIFY", 1)),
    Inner("numequalverify", script(1, 2, "NUMEQUALVERIFY", 1)),
    Inner("no operands", script("ADD", 1)),
    Inner("no alternative", script("FROMALTSTACK", 1)),
    Inner("left on the alternative", script(1, 1, "TOALTSTACK")),
    Inner("two left", script(1, 1)),
    Inner("nothing left", script("DROP"), lambda sign: [b"\x01"]),
    Inner("pick below", script(1, 5, "PICK")),
    Inner("stack of 1000", script(*[1] * 1000, *["2DROP"] * 199), wrappers=("bare",)),
    Inner("stack of 1001", script(*[1] * 1001), wrappers=("bare", "p2wsh")),
    Inner("push of 520", script(bytes(520), "DROP", 1), wrappers=("bare", "p2wsh")),
    Inner("push of 521", script(bytes(521), "DROP", 1), wrappers=("bare", "p2wsh")),
    Inner("201 operations", script(*["NOP"] * 201, 1)),
    Inner("202 operations", script(*["NOP"] * 202, 1)),
    Inner("10000 bytes", script(*[bytes(500), "DROP"] * 19) + script(*["NOP"] * 182) + script(*[1] * 242),
          wrappers=("p2wsh",)),
    Inner("10001 bytes", script(*[bytes(500), "DROP"] * 19) + script(*["NOP"] * 182) + script(*[1] * 243),
          wrappers=("p2wsh",)),
    Inner("long push", b"\x01\x05" + script("DROP", 1)),
    Inner("long number", script(b"\x01\x00", "1ADD", "DROP", 1)),
    Inner("number of 5 bytes", script(b"\x01" * 5, "1ADD", "DROP", 1)),
    Inner("cut push", script(1) + b"\x05\x01"),
    Inner("negative zero", script(b"\x80")),
]

TAP_INNERS = [
    Inner("leaf true", script(1)),
    Inner("leaf false", script(0)),
    Inner("leaf empty", b"", lambda sign: [b"\x01"]),
    Inner("leaf pk", script(X1, "CHECKSIG"), _one, keys=True),
    Inner("leaf 2 of 3", script(X1, "CHECKSIG", X2, "CHECKSIGADD", X3, "CHECKSIGADD", 2, "NUMEQUAL"),
          lambda sign: [sign(KEYS[2]), b"", sign(KEYS[0])], keys=True),
    Inner("leaf 1 of 3", script(X1, "CHECKSIG", X2, "CHECKSIGADD", X3, "CHECKSIGADD", 2, "NUMEQUAL"),
          lambda sign: [sign(KEYS[2]), b"", b""], keys=True),
    Inner("leaf checksigverify false", script(X1, "CHECKSIGVERIFY", 1), lambda sign: [b""]),
    Inner("leaf multisig", script(1, X1, 1, "CHECKMULTISIG"), lambda sign: [b"", b""]),
    Inner("leaf multisig, not run", script(0, "IF", "CHECKMULTISIG", "ENDIF", 1)),
    Inner("leaf if 2", script("IF", 1, "ENDIF"), lambda sign: [b"\x02"]),
    Inner("leaf if", script("IF", 1, "ENDIF"), lambda sign: [b"\x01"]),
    Inner("leaf success", script("RETURN", "SUCCESS")),
    Inner("leaf success, cut", script("SUCCESS") + b"\x4c"),
    Inner("leaf cut", script(1) + b"\x4c"),
    Inner("leaf key of 33 bytes", script(K1, "CHECKSIG"), lambda sign: [b"any"]),
    Inner("leaf empty key", script(0, "CHECKSIG"), lambda sign: [b"any"]),
    Inner("leaf key not on the curve", script(b"\xff" * 32, "CHECKSIG"), lambda sign: [bytes(64)]),
    Inner("leaf bad signature", script(X1, "CHECKSIG", "NOT"), lambda sign: [bytes(64)]),
    Inner("leaf no signature", script(X1, "CHECKSIG", "NOT"), lambda sign: [b""]),
    Inner("leaf many signatures", script(*["DUP", X1, "CHECKSIGVERIFY"] * 3, 1, "NIP"), _one, keys=True),
    Inner("leaf too many signatures", script(*["2DUP", "CHECKSIGVERIFY"] * 8, "CHECKSIG"),
          lambda sign: [sign(KEYS[0]), X1], keys=True),
    Inner("leaf 500 operations", script(*["NOP"] * 500, 1)),
    Inner("leaf two left", script(1, 1)),
    Inner("leaf disabled", script(1, "RETURN")),
    Inner("leaf nop10", script("NOP10", 1)),
    Inner("leaf push of 521", script("DROP", 1), lambda sign: [bytes(521)]),
    Inner("leaf push of 81", script("DROP", 1), lambda sign: [bytes(81)]),
    Inner("leaf push of 80", script("DROP", 1), lambda sign: [bytes(80)]),
    Inner("leaf stack of 1001", script(1), lambda sign: [b""] * 1001),
    Inner("leaf height", script(50, "CLTV", "DROP", 1)),
]


def _future(version, size):
    return FixedLock(f"witness version {version}, {size} bytes", s.witness_program(version, b"\x4e" * size),
                     witness=[b"x"], standard=False)


LOCKS = [ANYONE, KeyHashLock(False), KeyHashLock(True), KeyHashLock(False, KEYS[0].uncompressed, "p2wpkh uncompressed"),
         TaprootLock("key")]
LOCKS += [ScriptLock(inner, wrapper) for inner in INNERS for wrapper in inner.wrappers
          if wrapper != "p2sh" or len(inner.code) <= 520]
LOCKS += [TaprootLock(inner.name, inner) for inner in TAP_INNERS]
LOCKS += [TaprootLock("deep leaf", TAP_INNERS[3], depth=2), TaprootLock("deepest leaf", TAP_INNERS[0], depth=128),
          TaprootLock("too deep leaf", TAP_INNERS[0], depth=129),
          TaprootLock("codeseparator", Inner("", script(1, "DROP", "CODESEPARATOR", X1, "CHECKSIG"), _one, keys=True),
                      separator=2),
          TaprootLock("codeseparator not run", Inner("", script(
              0, "IF", "CODESEPARATOR", "ENDIF", X1, "CHECKSIG"), _one, keys=True)),
          TaprootLock("other leaf version", TAP_INNERS[1], version=0xC2),
          TaprootLock("annex leaf version", TAP_INNERS[1], version=0x50)]
LOCKS += [_future(1, 33), _future(2, 32), _future(16, 2), _future(1, 2),
          FixedLock("p2a", s.witness_program(1, b"\x4e\x73")),
          FixedLock("p2a with a witness", s.witness_program(1, b"\x4e\x73"), witness=[b"x"], standard=False),
          FixedLock("p2sh p2tr", s.p2sh(s.witness_program(1, X1)), [s.witness_program(1, X1)]),
          FixedLock("witness version 0, 31 bytes", s.witness_program(0, b"\x4e" * 31), witness=[b"x"], standard=False),
          FixedLock("p2wsh of nothing", s.p2wsh(b""), witness=[b"\x01", b""]),
          FixedLock("p2wsh without witness", ANYONE_SCRIPT), FixedLock("p2wpkh without witness",
                                                                       s.witness_program(0, s.hash160(K1))),
          FixedLock("p2tr without witness", s.witness_program(1, X1)),
          FixedLock("p2sh without pushes", s.p2sh(script(1)))]
BY_NAME = {lock.name: lock for lock in LOCKS}
assert len(BY_NAME) == len(LOCKS), "two locks have one name"
assert OPCODES["CHECKSIG"] == 0xAC and OPCODES["CSV"] == 0xB2 and OPCODES["CHECKSIGADD"] == 0xBA
assert OPCODES["SHA256"] == 0xA8 and OPCODES["RETURN"] == 0x6A and OPCODES["DROP"] == 0x75
