#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace daler::script {

/// The instructions of script. Values 0x01 to 0x4b push that many of the bytes that follow; every
/// other value without a name here is invalid (or, in tapscript, OP_SUCCESS).
enum Opcode : std::uint8_t {
    // Pushes.
    op_0 = 0x00,
    op_pushdata1 = 0x4c,  ///< the next byte is the length
    op_pushdata2 = 0x4d,  ///< the next two bytes are the length
    op_pushdata4 = 0x4e,  ///< the next four bytes are the length
    op_1negate = 0x4f,
    op_reserved = 0x50,
    op_1 = 0x51,
    op_2 = 0x52,
    op_3 = 0x53,
    op_16 = 0x60,
    // Flow control.
    op_nop = 0x61,
    op_ver = 0x62,
    op_if = 0x63,
    op_notif = 0x64,
    op_verif = 0x65,
    op_vernotif = 0x66,
    op_else = 0x67,
    op_endif = 0x68,
    op_verify = 0x69,
    op_return = 0x6a,
    // Moving stack elements.
    op_toaltstack = 0x6b,
    op_fromaltstack = 0x6c,
    op_2drop = 0x6d,
    op_2dup = 0x6e,
    op_3dup = 0x6f,
    op_2over = 0x70,
    op_2rot = 0x71,
    op_2swap = 0x72,
    op_ifdup = 0x73,
    op_depth = 0x74,
    op_drop = 0x75,
    op_dup = 0x76,
    op_nip = 0x77,
    op_over = 0x78,
    op_pick = 0x79,
    op_roll = 0x7a,
    op_rot = 0x7b,
    op_swap = 0x7c,
    op_tuck = 0x7d,
    // Byte strings and bits; most are disabled since 2010.
    op_cat = 0x7e,
    op_substr = 0x7f,
    op_left = 0x80,
    op_right = 0x81,
    op_size = 0x82,
    op_invert = 0x83,
    op_and = 0x84,
    op_or = 0x85,
    op_xor = 0x86,
    op_equal = 0x87,
    op_equalverify = 0x88,
    op_reserved1 = 0x89,
    op_reserved2 = 0x8a,
    // Arithmetic.
    op_1add = 0x8b,
    op_1sub = 0x8c,
    op_2mul = 0x8d,
    op_2div = 0x8e,
    op_negate = 0x8f,
    op_abs = 0x90,
    op_not = 0x91,
    op_0notequal = 0x92,
    op_add = 0x93,
    op_sub = 0x94,
    op_mul = 0x95,
    op_div = 0x96,
    op_mod = 0x97,
    op_lshift = 0x98,
    op_rshift = 0x99,
    op_booland = 0x9a,
    op_boolor = 0x9b,
    op_numequal = 0x9c,
    op_numequalverify = 0x9d,
    op_numnotequal = 0x9e,
    op_lessthan = 0x9f,
    op_greaterthan = 0xa0,
    op_lessthanorequal = 0xa1,
    op_greaterthanorequal = 0xa2,
    op_min = 0xa3,
    op_max = 0xa4,
    op_within = 0xa5,
    // Hashes and signatures.
    op_ripemd160 = 0xa6,
    op_sha1 = 0xa7,
    op_sha256 = 0xa8,
    op_hash160 = 0xa9,
    op_hash256 = 0xaa,
    op_codeseparator = 0xab,
    op_checksig = 0xac,
    op_checksigverify = 0xad,
    op_checkmultisig = 0xae,
    op_checkmultisigverify = 0xaf,
    // No operations, reserved for later rules; two of them became lock times.
    op_nop1 = 0xb0,
    op_checklocktimeverify = 0xb1,  ///< BIP 65
    op_checksequenceverify = 0xb2,  ///< BIP 112
    op_nop4 = 0xb3,
    op_nop5 = 0xb4,
    op_nop6 = 0xb5,
    op_nop7 = 0xb6,
    op_nop8 = 0xb7,
    op_nop9 = 0xb8,
    op_nop10 = 0xb9,
    op_checksigadd = 0xba,  ///< BIP 342, tapscript only
    op_invalidopcode = 0xff,
};

/// "OP_DUP"; the small numbers are "0", "-1", "1" to "16"; "OP_UNKNOWN" for opcodes without a
/// name.
[[nodiscard]] std::string_view name(Opcode op);

/// The opcode called `text` ("OP_DUP"), small numbers not included.
[[nodiscard]] std::optional<Opcode> opcode_by_name(std::string_view text);

/// True for the opcodes that make a tapscript valid at once (BIP 342).
[[nodiscard]] bool is_op_success(Opcode op);

/// True for the opcodes that make a script before tapscript invalid, even if they are not executed
/// (CVE-2010-5137 and similar ones).
[[nodiscard]] bool is_disabled(Opcode op);

/// The opcode that pushes `number`. Requires 0 <= number <= 16.
[[nodiscard]] constexpr Opcode small_number_opcode(int number) {
    return number == 0 ? op_0 : static_cast<Opcode>(op_1 + (number - 1));
}

/// The number that `op` pushes, if it is OP_0 or OP_1 to OP_16.
[[nodiscard]] constexpr std::optional<int> small_number(Opcode op) {
    if (op == op_0) return 0;
    if (op >= op_1 && op <= op_16) return op - op_1 + 1;
    return std::nullopt;
}

}  // namespace daler::script
