"""Spends of the locks, valid or with one thing wrong, and random scripts."""
from chainkit import Output

from .kinds import case, fund, funded, ordinary, stocked
from .locks import ANYONE, BY_NAME, FINAL, KEYS, LOCKS, UNUSED_KEY, FixedLock, Inner, ScriptLock, Signer, TaprootLock, Tx
from .script import OPCODES, TAPSCRIPT, long_push, number, p2sh, p2wsh, push
from .secp import N, P, der, der_integer
from .world import SCRIPT_FAILED, Coin

REMAINING = {}  # the shuffled locks that are still to be used, for each purpose


def next_lock(world, purpose, locks):
    """The next one of `locks`: all of them in random order, then again."""
    left = REMAINING.setdefault((id(world), purpose), [])
    if not left:
        left += world.rng.sample(locks, len(locks))
    return left.pop()


def spend(world, coin, extra_outputs=0):
    outputs = [Output(coin.value - 3000 - 1000 * extra_outputs, ANYONE.script)]
    outputs += [Output(1000, ANYONE.script)] * extra_outputs
    return Tx([coin], outputs).prepare()


def in_block(world, lock, change=lambda tx: tx.sign()):
    """A block that creates a coin of this lock and spends it; `change` signs the spend, and may alter it."""
    parent, coin = funded(world, lock)
    child = spend(world, coin)
    change(child)
    return world.submit(world.block([*ordinary(world, 1), parent, child], commit=True))


def alone(world, lock, change=lambda tx: tx.sign()):
    tx = spend(world, stocked(world, lock))
    change(tx)
    verdict = world.test(tx) if world.rng.random() < 0.8 else world.send(tx)
    if verdict and SCRIPT_FAILED in verdict:
        check_mandatory(world, tx, world.said)
    return verdict


def check_mandatory(world, tx, said):
    """An error that 28.1 calls mandatory in the mempool also makes a block invalid; 29 does not distinguish them."""
    in_block = world.propose(world.block([tx], commit=True, solve=False))
    if (in_block is None) != ("non-mandatory" in said):
        world.disagree("wrongly called mandatory, or not", {"transaction": tx.hex()}, said, in_block)


STOCKED = [lock for lock in LOCKS if len(lock.script) <= 10_000]


@case(24)
def lock_in_block(world):
    in_block(world, next_lock(world, "block", LOCKS))


@case(22)
def lock_alone(world):
    alone(world, next_lock(world, "alone", STOCKED))


# -------------------------------------------------------------------------------------- one thing is wrong


def half_order(r, s, hash_type):
    return der(r, N - s) + bytes([hash_type])


def _der(change):
    return lambda r, s, hash_type: bytes(change(r, s, bytearray(der(r, s)))) + bytes([hash_type])


def _set(data, at, value):
    data[at] = value
    return data


def _padded(r, s, data):
    body = der_integer(r, 1) + der_integer(s)
    return b"\x30" + bytes([len(body)]) + body


ENCODINGS = {
    "high s": half_order,
    "length too large": _der(lambda r, s, data: _set(data, 1, data[1] + 1)),
    "wrong tag": _der(lambda r, s, data: _set(data, 0, 0x31)),
    "wrong integer tag": _der(lambda r, s, data: _set(data, 2, 0x03)),
    "padded r": _der(_padded),
    "negative r": _der(lambda r, s, data: der(r, s)[:4] + b"\xff" + der(r, s)[5:]),
    "byte behind": _der(lambda r, s, data: data + b"\0"),
    "r is 0": _der(lambda r, s, data: der(0, s)),
    "s is 0": _der(lambda r, s, data: der(r, 0)),
    "s is the order": _der(lambda r, s, data: der(r, N)),
    "r is the field's size": _der(lambda r, s, data: der(P, s)),
    "no r": _der(lambda r, s, data: b"\x30" + bytes([len(der_integer(s)) + 2]) + b"\x02\0" + der_integer(s)),
    "long form": _der(lambda r, s, data: b"\x30\x81" + bytes(data[1:])),
    "no hash type": lambda r, s, hash_type: der(r, s),
    "empty": lambda r, s, hash_type: b"",
    "hash type alone": lambda r, s, hash_type: bytes([hash_type]),
    "wrong r": lambda r, s, hash_type: der(r ^ 1, s) + bytes([hash_type]),
}
SCHNORR_ENCODINGS = {
    "63 bytes": lambda sig, hash_type: sig[:63],
    "66 bytes": lambda sig, hash_type: sig + b"\x01\x01",
    "explicit default": lambda sig, hash_type: sig + b"\0",
    "unsigned type": lambda sig, hash_type: sig + b"\x01",
    "empty": lambda sig, hash_type: b"",
    "r too large": lambda sig, hash_type: b"\xff" * 32 + sig[32:],
    "s too large": lambda sig, hash_type: sig[:32] + N.to_bytes(32, "big"),
    "wrong s": lambda sig, hash_type: sig[:63] + bytes([sig[63] ^ 1]),
}
ECDSA_TYPES = [1, 2, 3, 0x81, 0x82, 0x83, 0, 4, 0x1F, 0x80, 0x84, 0x21, 0x41, 0xFF]
SCHNORR_TYPES = [0, 1, 2, 3, 0x81, 0x82, 0x83, 4, 0x80, 0x84, 0x41, 0xFF]


def random_signer(world, lock):
    """A signer with one thing wrong, or unusual."""
    rng = world.rng
    choice = rng.randrange(10)
    if choice < 4:
        table = ENCODINGS if lock.has_ecdsa else SCHNORR_ENCODINGS
        return Signer(encode=table[rng.choice(sorted(table))])
    if choice < 7:
        return Signer(hash_type=rng.choice(ECDSA_TYPES if lock.has_ecdsa else SCHNORR_TYPES))
    if choice == 7:
        return Signer(key=lambda key: UNUSED_KEY)
    if choice == 8:
        return Signer(digest=lambda digest: bytes(31) + b"\x01" if rng.random() < 0.2 else digest[::-1])
    return Signer(annex=b"\x50" + rng.randbytes(rng.randrange(4))) if lock.is_taproot else Signer(
        encode=lambda r, s, hash_type: der(r, s) + bytes([hash_type, hash_type]))


def changed_after_signing(world, tx):
    """A change of a signed transaction; some hash types allow it."""
    rng = world.rng
    change = rng.randrange(6)
    if change == 0:
        tx.version = 1
    elif change == 1:
        tx.lock_time ^= 1
    elif change == 2:
        tx.inputs[0].sequence ^= rng.choice((1, 2, FINAL))
    elif change == 3:
        tx.outputs[0].value -= 1
    elif change == 4:
        tx.outputs.append(Output(1000, ANYONE.script))
    else:
        tx.outputs.insert(0, Output(1000, ANYONE.script))


def changed_elements(world, tx):
    """One element of the witness, or one push, is changed, added, removed or moved."""
    rng, txin = world.rng, tx.inputs[0]
    items = txin.elements()
    if not items:
        txin.witness = [rng.choice((b"", b"\x01", b"x" * 521))]
        return
    at, change = rng.randrange(len(items)), rng.randrange(11)
    if change == 0 and items[at]:
        data = bytearray(items[at])
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        items[at] = bytes(data)
    elif change == 1:
        del items[at]
    elif change == 2:
        items.insert(rng.randrange(len(items) + 1), rng.choice((b"", b"\x01", b"\x02", bytes(521), bytes(520))))
    elif change == 3:
        items[at] = b""
    elif change == 4:
        items[at] = items[at] + b"\0"
    elif change == 5:
        other = rng.randrange(len(items))
        items[at], items[other] = items[other], items[at]
    elif change == 6:
        items[at] = rng.choice((b"\x01", b"\x02", b"\x81", b"\x80", b"\0", bytes(80), bytes(81), bytes(521)))
    elif change == 7:
        items.insert(0, b"\x01")
    elif change == 8:
        items[-1] = items[-1][:-1]
    elif change == 9:
        items *= 2
    else:
        txin.witness, txin.pushes = list(txin.pushes), list(txin.witness)
    txin.rebuild()


def changed_script(world, tx):
    """A change of the input's script that breaks a rule of standard transactions or of witnesses."""
    rng, txin = world.rng, tx.inputs[0]
    change = rng.randrange(6)
    if change == 0:
        txin.script = b"\x61" + txin.script
    elif change == 1:
        txin.script = b"\x51" + txin.script
    elif change == 2:
        txin.script += bytes([rng.choice((0x00, 0x51, 0x61, 0x4C, 0x6A, 0xAB, 0x50, 0xFF))])
    elif change == 3 and txin.pushes:
        longest = max(txin.pushes, key=len)
        txin.script = b"".join(long_push(item) if item is longest else push(item) for item in txin.pushes)
    elif change == 4:
        txin.script = push(bytes(520)) * 4 + txin.script
    else:
        txin.witness = [b"\x01"] if not txin.witness else []


def changed_control(world, tx):
    rng, txin = world.rng, tx.inputs[0]
    at = len(txin.witness) - 1
    control = bytearray(txin.witness[at])
    change = rng.randrange(7)
    if change == 0:
        control[0] ^= 1
    elif change == 1:
        control[0] = rng.choice((0xC2, 0x50, 0x66, 0x00, 0xFE)) | control[0] & 1
    elif change == 2:
        control += rng.choice((b"\0", bytes(32), bytes(32 * 129)))
    elif change == 3:
        del control[-1 - rng.randrange(33):]
    elif change == 4:
        control[rng.randrange(1, len(control))] ^= 1 << rng.randrange(8)
    elif change == 5:
        txin.witness[at - 1] += b"\x51"
    else:
        txin.witness.append(b"\x50" + rng.randbytes(rng.randrange(3)))
    if change < 5:
        txin.witness[at] = bytes(control)


def one_thing_wrong(world, lock):
    """A function that makes a small change to a valid spend of `lock`."""
    rng = world.rng
    choice = rng.random()

    def change(tx):
        if lock.has_keys and choice < 0.45:
            tx.sign({0: random_signer(world, lock)})
        elif lock.has_keys and choice < 0.6:
            tx.sign({0: Signer(hash_type=rng.choice([1, 2, 3, 0x81, 0x82, 0x83]))})
            changed_after_signing(world, tx)
        elif lock.is_taproot and len(tx.sign().inputs[0].witness) > 1 and choice < 0.8:
            changed_control(world, tx)
        elif choice < 0.9:
            tx.sign()
            changed_elements(world, tx)
        else:
            tx.sign()
            changed_script(world, tx)
    return change


GOOD = [BY_NAME[name] for name in (
    "anyone", "p2wpkh", "p2sh-p2wpkh", "bare pk", "bare pkh", "bare 2 of 3", "bare 1 of 2", "p2sh pk", "p2sh pkh",
    "p2sh 2 of 3", "p2sh pk uncompressed", "p2sh true", "p2sh if", "p2sh height", "p2sh age", "p2sh hash",
    "p2wsh pk", "p2wsh pkh", "p2wsh 2 of 3", "p2wsh 1 of 2", "p2wsh if", "p2wsh notif", "p2wsh height", "p2wsh time",
    "p2wsh age", "p2wsh age in time", "p2wsh codeseparator", "p2sh codeseparator", "p2sh-p2wsh 2 of 3",
    "p2sh-p2wsh pk", "p2wsh hash", "p2wsh not pk", "p2wsh checksigverify", "p2tr key", "p2tr key", "p2tr key",
    "p2tr leaf true", "p2tr leaf pk", "p2tr leaf pk", "p2tr deep leaf", "p2tr deep leaf", "p2tr leaf 2 of 3",
    "p2tr leaf if", "p2tr codeseparator", "p2tr codeseparator not run",
    "p2tr leaf many signatures", "p2tr other leaf version", "p2tr leaf no signature", "p2a")]


@case(25)
def wrong_spend_in_block(world):
    lock = next_lock(world, "wrong in block", GOOD)
    in_block(world, lock, one_thing_wrong(world, lock))


@case(20)
def wrong_spend_alone(world):
    lock = next_lock(world, "wrong alone", GOOD)
    alone(world, lock, one_thing_wrong(world, lock))


@case(4)
def several_inputs(world):
    """Several inputs with signatures of different hash types; one of them may be wrong."""
    rng = world.rng
    locks = [rng.choice([lock for lock in GOOD if lock.has_keys]) for _ in range(rng.randrange(2, 5))]
    parent = fund(world, locks)
    coins = [Coin(parent.txid, i, parent.outputs[i].value, lock, world.height, False) for i, lock in enumerate(locks)]
    tx = Tx(coins, [Output(50_000, ANYONE.script)] * rng.randrange(1, 4)).prepare()
    types = {i: Signer(hash_type=rng.choice([1, 2, 3, 0x81, 0x82, 0x83])) for i in range(len(coins))}
    wrong = rng.random() < 0.5
    if wrong:
        types[rng.randrange(len(coins))] = Signer(key=lambda key: UNUSED_KEY)
    tx.sign(types)
    world.submit(world.block([parent, tx]))


# ------------------------------------------------------------------------------------------ errors by name


def _certain(kind, lock_name, text, change=lambda tx: tx.sign()):
    """Registers a kind with a known error; `text` is a part of it."""
    lock = BY_NAME[lock_name]

    def test(world):
        tx = spend(world, stocked(world, lock))
        change(tx)
        if kind == "alone":
            world.test(tx, expect=text)
        else:
            world.submit(world.block([tx], commit=True), expect=text)
    test.__name__ = f"{lock_name}, {kind}"
    case(1)(test)


def _with(**settings):
    return lambda tx: tx.sign({0: Signer(**settings)})


def _witness(change):
    def apply(tx):
        tx.sign()
        change(tx.inputs[0].witness)
    return apply


for _kind, _lock, _text, _change in (
        ("block", "p2sh false", "finished with a false", None),
        ("block", "p2wsh verify", "OP_VERIFY", None),
        ("block", "p2sh equalverify", "OP_EQUALVERIFY", None),
        ("block", "p2wsh numequalverify", "OP_NUMEQUALVERIFY", None),
        ("block", "p2wsh checksigverify false", "OP_CHECKSIGVERIFY", None),
        ("block", "p2wsh checkmultisigverify false", "OP_CHECKMULTISIGVERIFY", None),
        ("block", "p2wsh return", "OP_RETURN was", None),
        ("block", "p2wsh disabled", "disabled opcode", None),
        ("block", "bare reserved", "Opcode missing", None),
        ("block", "p2wsh unbalanced", "Invalid OP_IF", None),
        ("block", "bare no operands", "current stack size", None),
        ("block", "p2wsh no alternative", "current altstack", None),
        ("block", "p2wsh stack of 1001", "Stack size limit", None),
        ("block", "p2wsh push of 521", "Push value size", None),
        ("block", "p2wsh 202 operations", "Operation limit", None),
        ("block", "p2wsh 10001 bytes", "Script is too big", None),
        ("block", "p2wsh -1 keys", "Pubkey count", None),
        ("block", "p2wsh 2 of 1", "Signature count", None),
        ("block", "p2wsh negative height", "Negative locktime", None),
        ("block", "p2wsh height, too low", "Locktime requirement", None),
        ("block", "p2wsh two left", "Stack size must be exactly one", None),
        ("block", "p2wsh pk", "Non-canonical DER", _with(encode=ENCODINGS["padded r"])),
        ("block", "p2wsh 2 of 3", "Dummy CHECKMULTISIG", _witness(lambda witness: witness.__setitem__(0, b"\x01"))),
        ("block", "p2wsh true", "Witness program hash mismatch", _witness(lambda w: w.__setitem__(-1, b"\x52"))),
        ("block", "p2wsh without witness", "empty witness", None),
        ("block", "witness version 0, 31 bytes", "incorrect length", None),
        ("block", "p2sh true", "non-witness script", _witness(lambda witness: witness.append(b"x"))),
        ("block", "p2tr key", "Invalid Schnorr signature size", _with(encode=SCHNORR_ENCODINGS["63 bytes"])),
        ("block", "p2tr key", "Schnorr signature hash type", _with(hash_type=4)),
        ("block", "p2tr key", r"Invalid Schnorr signature\)", _with(key=lambda key: UNUSED_KEY)),
        ("block", "p2tr leaf true", "control block size", _witness(lambda w: w.__setitem__(-1, w[-1] + b"\0"))),
        ("block", "p2tr leaf too many signatures", "Too much signature validation", None),
        ("block", "p2tr leaf multisig", "not available in tapscript", None),
        ("block", "p2tr leaf if 2", "minimal in tapscript", None),
        ("block", "p2tr leaf empty key", "Public key is neither", None),
        ("alone", "p2wsh if 2", "argument must be minimal", None),
        ("alone", "p2wsh not pk, bad signature", "Signature must be zero", None),
        ("alone", "p2wsh pk", "S value", _with(encode=half_order)),
        ("alone", "p2sh pk", "hash type missing", _with(hash_type=0)),
        ("alone", "p2sh long push", "Data push larger", None),
        ("alone", "p2sh nop10", "NOPx reserved", None),
        ("alone", "p2wpkh uncompressed", "non-compressed keys", None),
        ("alone", "p2sh codeseparator", "OP_CODESEPARATOR in", None),
        ("alone", "p2sh signature in code", "found in scriptCode", None),
        ("alone", "p2sh pk hybrid", "Public key is neither", None),
        ("alone", "p2tr other leaf version", "Taproot version reserved", None),
        ("alone", "p2tr leaf success", "OP_SUCCESSx", None),
        ("alone", "p2tr leaf key of 33 bytes", "Public key version", None)):
    _certain(_kind, _lock, _text, _change or (lambda tx: tx.sign()))


@case(2)
def script_before_a_witness(world):
    """BIP 141: a native witness program needs an empty scriptSig; inside P2SH the scriptSig is only its push."""
    name = world.rng.choice(("p2wpkh", "p2sh-p2wpkh"))
    tx = spend(world, stocked(world, BY_NAME[name])).sign()
    tx.inputs[0].script = b"\x51" + tx.inputs[0].script
    world.submit(world.block([tx], commit=True), expect="only-redeemscript" if "p2sh" in name else "empty scriptSig")


# ------------------------------------------------------------------------------------------ random scripts

PUSHES = [b"", b"\x01", b"\x02", b"\x03", b"\x05", b"\x10", b"\x11", b"\x81", b"\x80", b"\0", b"\x01\0",
          b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\x80\0", b"data", KEYS[0].compressed, KEYS[1].xonly]
HARMLESS = [OPCODES[name] for name in (
    "NOP IF NOTIF ELSE ENDIF VERIFY TOALTSTACK FROMALTSTACK 2DROP 2DUP 3DUP 2OVER 2ROT 2SWAP IFDUP DEPTH DROP DUP NIP "
    "OVER PICK ROLL ROT SWAP TUCK SIZE EQUAL EQUALVERIFY 1ADD 1SUB NEGATE ABS NOT 0NOTEQUAL ADD SUB BOOLAND BOOLOR "
    "NUMEQUAL NUMEQUALVERIFY NUMNOTEQUAL LESSTHAN GREATERTHAN LESSTHANOREQUAL GREATERTHANOREQUAL MIN MAX WITHIN "
    "RIPEMD160 SHA1 SHA256 HASH160 HASH256 CODESEPARATOR CHECKSIG CHECKMULTISIG CLTV CSV CHECKSIGADD").split()]
TAKES = {"ADD": 2, "SUB": 2, "MIN": 2, "MAX": 2, "EQUAL": 2, "NUMEQUAL": 2, "LESSTHAN": 2, "BOOLAND": 2, "BOOLOR": 2,
         "WITHIN": 3, "NOT": 1, "ABS": 1, "NEGATE": 1, "1ADD": 1, "1SUB": 1, "0NOTEQUAL": 1, "SHA256": 1, "HASH160": 1,
         "SIZE": 1, "DUP": 1, "SWAP": 2, "ROT": 3, "TUCK": 2, "OVER": 2, "NIP": 2, "DROP": 1, "2DROP": 2, "IFDUP": 1,
         "GREATERTHANOREQUAL": 2, "NUMNOTEQUAL": 2, "SHA1": 1, "RIPEMD160": 1, "3DUP": 3, "2ROT": 6, "2OVER": 4}


def random_script(rng):
    """Operations, most of which find enough items on the stack, and sometimes random ones."""
    code, depth = b"", 0
    for _ in range(rng.randrange(1, 14)):
        choice = rng.random()
        if choice < 0.05:
            code += bytes([rng.choice(HARMLESS)])
        elif choice < 0.07:
            code += bytes([rng.randrange(256)])
        elif choice < 0.5 or not depth:
            item = rng.choice(PUSHES) if rng.random() < 0.5 else number(rng.randrange(-20, 20))
            code += push(item) if rng.random() < 0.95 else long_push(item)
            depth += 1
        else:
            name = rng.choice([name for name, takes in TAKES.items() if takes <= depth] or ["DEPTH"])
            code += bytes([OPCODES[name]])
            depth = max(1, depth - TAKES.get(name, 0) + 1)
    return code


@case(20)
def random_script_in_block(world):
    rng = world.rng
    code = random_script(rng)
    items = [rng.choice(PUSHES) for _ in range(rng.randrange(3))]
    wrapper = rng.choice(("bare", "p2sh", "p2wsh", "leaf"))
    inner = Inner("random", code, lambda sign: list(items))
    lock = TaprootLock("random", inner, TAPSCRIPT) if wrapper == "leaf" else ScriptLock(inner, wrapper)
    if wrapper == "bare" and code[:1] == b"\x6a":
        return
    in_block(world, lock)


@case(5)
def random_bytes_in_block(world):
    """Random bytes as a script; as a tapscript nearly all succeed or fail at once."""
    rng = world.rng
    code = rng.randbytes(rng.randrange(1, 12))
    wrapper = rng.choice((p2sh, p2wsh))
    if wrapper is p2sh:
        lock = FixedLock("random", p2sh(code), [rng.choice(PUSHES), code])
    else:
        lock = FixedLock("random", p2wsh(code), witness=[rng.choice(PUSHES), code])
    in_block(world, lock)
