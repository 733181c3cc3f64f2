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

void append_hex(std::string& out, ByteSpan bytes) {
    const std::size_t at = out.size();
    out.resize(at + 2 * bytes.size());
    write_hex(bytes, out.data() + at);
}

void append_push(std::string& out, ByteSpan data, bool decode_hash_types) {
    if (data.size() <= max_shown_number) {
        out += std::to_string(*decode_number(data, false, max_shown_number));
    } else if (decode_hash_types &&
               check_signature_encoding(data, verify_strictenc) == ScriptError::ok) {
        append_hex(out, data.first(data.size() - 1));
        out += hash_type_name(data.back());
    } else {
        append_hex(out, data);
    }
}

}  // namespace

void append_asm(std::string& out, ByteSpan script, bool decode_hash_types) {
    // Data after OP_RETURN may look like a signature.
    const bool decode = decode_hash_types && !is_unspendable(script);
    const std::size_t start = out.size();
    ScriptReader reader(script);
    while (const auto instruction = reader.next()) {
        if (out.size() > start) out += ' ';
        if (instruction->pushes_data())
            append_push(out, instruction->data, decode);
        else
            out += name(instruction->opcode);
    }
    if (reader.failed()) out += out.size() == start ? "[error]" : " [error]";
}

std::string to_asm(ByteSpan script, bool decode_hash_types) {
    std::string out;
    append_asm(out, script, decode_hash_types);
    return out;
}

}  // namespace daler::script
