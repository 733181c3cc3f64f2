#include <daler/script/opcodes.h>

#include <algorithm>
#include <array>

namespace daler::script {
namespace {

// Names of 0x4c (OP_PUSHDATA1) to 0xba (OP_CHECKSIGADD).
constexpr std::array<std::string_view, op_checksigadd - op_pushdata1 + 1> names{
    "OP_PUSHDATA1",
    "OP_PUSHDATA2",
    "OP_PUSHDATA4",
    "-1",
    "OP_RESERVED",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "OP_NOP",
    "OP_VER",
    "OP_IF",
    "OP_NOTIF",
    "OP_VERIF",
    "OP_VERNOTIF",
    "OP_ELSE",
    "OP_ENDIF",
    "OP_VERIFY",
    "OP_RETURN",
    "OP_TOALTSTACK",
    "OP_FROMALTSTACK",
    "OP_2DROP",
    "OP_2DUP",
    "OP_3DUP",
    "OP_2OVER",
    "OP_2ROT",
    "OP_2SWAP",
    "OP_IFDUP",
    "OP_DEPTH",
    "OP_DROP",
    "OP_DUP",
    "OP_NIP",
    "OP_OVER",
    "OP_PICK",
    "OP_ROLL",
    "OP_ROT",
    "OP_SWAP",
    "OP_TUCK",
    "OP_CAT",
    "OP_SUBSTR",
    "OP_LEFT",
    "OP_RIGHT",
    "OP_SIZE",
    "OP_INVERT",
    "OP_AND",
    "OP_OR",
    "OP_XOR",
    "OP_EQUAL",
    "OP_EQUALVERIFY",
    "OP_RESERVED1",
    "OP_RESERVED2",
    "OP_1ADD",
    "OP_1SUB",
    "OP_2MUL",
    "OP_2DIV",
    "OP_NEGATE",
    "OP_ABS",
    "OP_NOT",
    "OP_0NOTEQUAL",
    "OP_ADD",
    "OP_SUB",
    "OP_MUL",
    "OP_DIV",
    "OP_MOD",
    "OP_LSHIFT",
    "OP_RSHIFT",
    "OP_BOOLAND",
    "OP_BOOLOR",
    "OP_NUMEQUAL",
    "OP_NUMEQUALVERIFY",
    "OP_NUMNOTEQUAL",
    "OP_LESSTHAN",
    "OP_GREATERTHAN",
    "OP_LESSTHANOREQUAL",
    "OP_GREATERTHANOREQUAL",
    "OP_MIN",
    "OP_MAX",
    "OP_WITHIN",
    "OP_RIPEMD160",
    "OP_SHA1",
    "OP_SHA256",
    "OP_HASH160",
    "OP_HASH256",
    "OP_CODESEPARATOR",
    "OP_CHECKSIG",
    "OP_CHECKSIGVERIFY",
    "OP_CHECKMULTISIG",
    "OP_CHECKMULTISIGVERIFY",
    "OP_NOP1",
    "OP_CHECKLOCKTIMEVERIFY",
    "OP_CHECKSEQUENCEVERIFY",
    "OP_NOP4",
    "OP_NOP5",
    "OP_NOP6",
    "OP_NOP7",
    "OP_NOP8",
    "OP_NOP9",
    "OP_NOP10",
    "OP_CHECKSIGADD",
};

constexpr bool in_range(Opcode op, Opcode first, Opcode last) {
    return first <= op && op <= last;
}

}  // namespace

std::string_view name(Opcode op) {
    if (op == op_0) return "0";
    if (in_range(op, op_pushdata1, op_checksigadd)) return names[op - op_pushdata1];
    if (op == op_invalidopcode) return "OP_INVALIDOPCODE";
    return "OP_UNKNOWN";
}

std::optional<Opcode> opcode_by_name(std::string_view text) {
    if (!text.starts_with("OP_")) return std::nullopt;
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<Opcode>(op_pushdata1 + (found - names.begin()));
}

bool is_op_success(Opcode op) {
    return op == op_reserved || op == op_ver || in_range(op, op_cat, op_right) ||
           in_range(op, op_invert, op_xor) || in_range(op, op_reserved1, op_reserved2) ||
           in_range(op, op_2mul, op_2div) || in_range(op, op_mul, op_rshift) ||
           (op > op_checksigadd && op < op_invalidopcode);
}

bool is_disabled(Opcode op) {
    return in_range(op, op_cat, op_right) || in_range(op, op_invert, op_xor) ||
           in_range(op, op_2mul, op_2div) || in_range(op, op_mul, op_rshift);
}

}  // namespace daler::script
