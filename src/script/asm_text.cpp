#include "signature_encoding.h"

#include <daler/encoding/hex.h>
#include <daler/script/script_number.h>
#include <daler/script/script_reader.h>
#include <daler/script/sighash.h>
#include <daler/script/standard.h>

namespace daler::script {
namespace {

// Pushes up to this size are shown as numbers.
constexpr std::size_t max_shown_number = 4;

std::string_view hash_type_name(std::uint8_t type) {
    switch (type) {
        case sighash_all:
            return "[ALL]";
        case sighash_none:
            return "[NONE]";
        case sighash_single:
            return "[SINGLE]";
        case sighash_all | sighash_anyonecanpay:
            return "[ALL|ANYONECANPAY]";
        case sighash_none | sighash_anyonecanpay:
            return "[NONE|ANYONECANPAY]";
        case sighash_single | sighash_anyonecanpay:
            return "[SINGLE|ANYONECANPAY]";
        default:
            return {};
    }
}

std::string push_text(ByteSpan data, bool decode_hash_types) {
    if (data.size() <= max_shown_number)
        return std::to_string(*decode_number(data, false, max_shown_number));
    if (decode_hash_types && check_signature_encoding(data, verify_strictenc) == ScriptError::ok)
        return to_hex(data.first(data.size() - 1)).append(hash_type_name(data.back()));
    return to_hex(data);
}

}  // namespace

std::string to_asm(ByteSpan script, bool decode_hash_types) {
    // Data after OP_RETURN may look like a signature.
    const bool decode = decode_hash_types && !is_unspendable(script);
    std::string out;
    ScriptReader reader(script);
    while (const auto instruction = reader.next()) {
        if (!out.empty()) out += ' ';
        out += instruction->pushes_data() ? push_text(instruction->data, decode)
                                          : std::string(name(instruction->opcode));
    }
    if (reader.failed()) out += out.empty() ? "[error]" : " [error]";
    return out;
}

}  // namespace daler::script
