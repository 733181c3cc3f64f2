"""Scripts in readable form, and signature hashes (legacy, BIP 143, BIP 341)."""
import hashlib
import struct

from chainkit import compact_size, sha256d, to_hash, var_bytes

from .secp import tagged_hash

OPCODES = {name: code for code, name in enumerate(
    "RESERVED 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 NOP VER IF NOTIF VERIF VERNOTIF ELSE ENDIF VERIFY RETURN "
    "TOALTSTACK FROMALTSTACK 2DROP 2DUP 3DUP 2OVER 2ROT 2SWAP IFDUP DEPTH DROP DUP NIP OVER PICK ROLL ROT SWAP "
    "TUCK CAT SUBSTR LEFT RIGHT SIZE INVERT AND OR XOR EQUAL EQUALVERIFY RESERVED1 RESERVED2 1ADD 1SUB 2MUL 2DIV "
    "NEGATE ABS NOT 0NOTEQUAL ADD SUB MUL DIV MOD LSHIFT RSHIFT BOOLAND BOOLOR NUMEQUAL NUMEQUALVERIFY NUMNOTEQUAL "
    "LESSTHAN GREATERTHAN LESSTHANOREQUAL GREATERTHANOREQUAL MIN MAX WITHIN RIPEMD160 SHA1 SHA256 HASH160 HASH256 "
    "CODESEPARATOR CHECKSIG CHECKSIGVERIFY CHECKMULTISIG CHECKMULTISIGVERIFY NOP1 CLTV CSV NOP4 NOP5 NOP6 NOP7 NOP8 "
    "NOP9 NOP10 CHECKSIGADD".split(), 0x50)}
OPCODES |= {"0": 0, "1NEGATE": 0x4F, "INVALID": 0xFF, "SUCCESS": 0xBB}

ANNEX_TAG = b"\x50"
TAPSCRIPT = 0xC0
NO_SEPARATOR = 0xFFFFFFFF


def hash160(data):
    return hashlib.new("ripemd160", hashlib.sha256(data).digest()).digest()


def sha256(data):
    return hashlib.sha256(data).digest()


def number(value):
    """A number in the encoding of the interpreter's stack."""
    if value == 0:
        return b""
    data = bytearray(abs(value).to_bytes((abs(value).bit_length() + 8) // 8, "little"))
    if value < 0:
        data[-1] |= 0x80
    return bytes(data)


def push(data):
    """The shortest push of `data`."""
    if not data:
        return b"\x00"
    if len(data) == 1 and 1 <= data[0] <= 16:
        return bytes([0x50 + data[0]])
    if data == b"\x81":
        return b"\x4f"
    return long_push(data, 0)


def long_push(data, wider=1):
    """A push of `data`, with a length field that is `wider` steps larger than needed."""
    size = len(data)
    step = (0 if size < 76 else 1 if size < 256 else 2 if size < 65536 else 3) + wider
    return [bytes([size & 255]), b"\x4c" + bytes([size & 255]), b"\x4d" + struct.pack("<H", size & 65535),
            b"\x4e" + struct.pack("<I", size)][min(step, 3)] + data


def script(*parts):
    """script("DUP", 5, b"data"): opcodes by name, numbers and data as pushes."""
    return b"".join(bytes([OPCODES[part]]) if isinstance(part, str) else
                    push(part if isinstance(part, bytes) else number(part)) for part in parts)


def p2sh(redeem):
    return script("HASH160", hash160(redeem), "EQUAL")


def p2wsh(witness_script):
    return b"\x00\x20" + sha256(witness_script)


def witness_program(version, program):
    return bytes([0x50 + version if version else 0, len(program)]) + program


# ------------------------------------------------------------------------------------- signature hashes


def _outpoint(txin):
    return to_hash(txin.txid) + struct.pack("<I", txin.index)


def _output(txout):
    return struct.pack("<q", txout.value) + var_bytes(txout.script)


def legacy_hash(tx, index, script_code, hash_type):
    """Before segwit. The script code holds neither signatures nor OP_CODESEPARATOR."""
    base, alone = hash_type & 0x1F, hash_type & 0x80
    if base == 3 and index >= len(tx.outputs):
        return b"\x01" + bytes(31)
    data = struct.pack("<I", tx.version)
    inputs = [index] if alone else range(len(tx.inputs))
    data += compact_size(len(inputs))
    for i in inputs:
        other = i != index
        sequence = 0 if other and base in (2, 3) else tx.inputs[i].sequence
        data += _outpoint(tx.inputs[i]) + var_bytes(b"" if other else script_code) + struct.pack("<I", sequence)
    if base == 2:
        data += compact_size(0)
    elif base == 3:
        data += compact_size(index + 1) + (b"\xff" * 8 + b"\0") * index + _output(tx.outputs[index])
    else:
        data += compact_size(len(tx.outputs)) + b"".join(map(_output, tx.outputs))
    return sha256d(data + struct.pack("<II", tx.lock_time, hash_type))


def segwit_hash(tx, index, script_code, value, hash_type):
    """BIP 143."""
    base, alone = hash_type & 0x1F, hash_type & 0x80
    prevouts = sequences = outputs = bytes(32)
    if not alone:
        prevouts = sha256d(b"".join(map(_outpoint, tx.inputs)))
        if base not in (2, 3):
            sequences = sha256d(b"".join(struct.pack("<I", txin.sequence) for txin in tx.inputs))
    if base not in (2, 3):
        outputs = sha256d(b"".join(map(_output, tx.outputs)))
    elif base == 3 and index < len(tx.outputs):
        outputs = sha256d(_output(tx.outputs[index]))
    txin = tx.inputs[index]
    return sha256d(struct.pack("<I", tx.version) + prevouts + sequences + _outpoint(txin) + var_bytes(script_code) +
                   struct.pack("<qI", value, txin.sequence) + outputs + struct.pack("<II", tx.lock_time, hash_type))


def taproot_hash(tx, index, spent, hash_type, annex=None, leaf=None, separator=NO_SEPARATOR):
    """BIP 341 and 342. `spent`: the outputs that the inputs spend; `leaf`: the hash of the executed leaf; `separator`:
    the position of the last executed OP_CODESEPARATOR."""
    base, alone = hash_type & 3, hash_type & 0x80
    data = b"\0" + bytes([hash_type]) + struct.pack("<II", tx.version, tx.lock_time)
    if not alone:
        data += sha256(b"".join(map(_outpoint, tx.inputs)))
        data += sha256(b"".join(struct.pack("<q", txout.value) for txout in spent))
        data += sha256(b"".join(var_bytes(txout.script) for txout in spent))
        data += sha256(b"".join(struct.pack("<I", txin.sequence) for txin in tx.inputs))
    if base not in (2, 3):
        data += sha256(b"".join(map(_output, tx.outputs)))
    data += bytes([(2 if leaf else 0) + (1 if annex is not None else 0)])
    if alone:
        data += _outpoint(tx.inputs[index]) + _output(spent[index]) + struct.pack("<I", tx.inputs[index].sequence)
    else:
        data += struct.pack("<I", index)
    if annex is not None:
        data += sha256(var_bytes(annex))
    if base == 3:  # if the index is out of range, any hash is rejected
        data += sha256(_output(tx.outputs[index])) if index < len(tx.outputs) else bytes(32)
    if leaf:
        data += leaf + b"\0" + struct.pack("<I", separator)
    return tagged_hash("TapSighash", data)


def leaf_hash(version, leaf_script):
    return tagged_hash("TapLeaf", bytes([version]) + var_bytes(leaf_script))


def branch_hash(one, other):
    return tagged_hash("TapBranch", min(one, other) + max(one, other))
