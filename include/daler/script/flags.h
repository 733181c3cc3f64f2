#pragma once

#include <cstdint>
#include <string_view>

namespace daler::script {

/// The rules that a script is checked under.
enum Flag : std::uint32_t {
    verify_none = 0,
    verify_p2sh = 1u << 0,         ///< BIP 16
    verify_strictenc = 1u << 1,    ///< defined hash types, valid key encodings
    verify_dersig = 1u << 2,       ///< BIP 66
    verify_low_s = 1u << 3,        ///< BIP 146
    verify_nulldummy = 1u << 4,    ///< BIP 147
    verify_sigpushonly = 1u << 5,  ///< scriptSig only pushes (BIP 62 rule 2)
    verify_minimaldata = 1u << 6,  ///< BIP 62 rules 3 and 4
    verify_discourage_upgradable_nops = 1u << 7,
    verify_cleanstack = 1u << 8,            ///< exactly one element left (BIP 62 rule 6)
    verify_checklocktimeverify = 1u << 9,   ///< BIP 65
    verify_checksequenceverify = 1u << 10,  ///< BIP 112
    verify_witness = 1u << 11,              ///< BIP 141
    verify_discourage_upgradable_witness_program = 1u << 12,
    verify_minimalif = 1u << 13,           ///< segwit v0: IF takes exactly 0 or 1 (policy)
    verify_nullfail = 1u << 14,            ///< BIP 146
    verify_witness_pubkeytype = 1u << 15,  ///< only compressed keys in segwit v0 (policy)
    verify_const_scriptcode = 1u << 16,
    verify_taproot = 1u << 17,  ///< BIPs 341, 342
    verify_discourage_upgradable_taproot_version = 1u << 18,
    verify_discourage_op_success = 1u << 19,
    verify_discourage_upgradable_pubkeytype = 1u << 20,
};
using Flags = std::uint32_t;

/// Consensus rules at any height. A script that fails under them in the mempool is also invalid in
/// a block ("mandatory-").
inline constexpr Flags mandatory_flags = verify_p2sh | verify_dersig | verify_nulldummy |
                                         verify_checklocktimeverify | verify_checksequenceverify |
                                         verify_witness | verify_taproot;

/// What the mempool requires by default.
inline constexpr Flags standard_flags =
    mandatory_flags | verify_strictenc | verify_minimaldata | verify_discourage_upgradable_nops |
    verify_cleanstack | verify_minimalif | verify_nullfail | verify_low_s |
    verify_discourage_upgradable_witness_program | verify_witness_pubkeytype |
    verify_const_scriptcode | verify_discourage_upgradable_taproot_version |
    verify_discourage_op_success | verify_discourage_upgradable_pubkeytype;

/// The flag with this standard name ("P2SH", "STRICTENC", ...), or verify_none.
[[nodiscard]] Flags flag_by_name(std::string_view name);

}  // namespace daler::script
