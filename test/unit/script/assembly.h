#pragma once

#include <daler/encoding/json.h>
#include <daler/primitives/transaction.h>
#include <daler/script/flags.h>

#include <string>
#include <string_view>

namespace daler::script::test {

/// The script that the published vectors write as words: opcodes with or without "OP_", decimal
/// numbers, 'text' to push, 0x... for raw bytes. Throws std::runtime_error on anything else.
[[nodiscard]] Script assemble(std::string_view text);

/// "P2SH,WITNESS" -> flags; "" and "NONE" are no flags. Throws on unknown names.
[[nodiscard]] Flags parse_flags(std::string_view text);

/// The bytes of a text of hex digits. Throws if it is not hex.
[[nodiscard]] Bytes unhex(std::string_view text);

/// Parses JSON text; throws if it is malformed.
[[nodiscard]] Json parse_json(std::string_view text);

}  // namespace daler::script::test
