#pragma once

#include <daler/encoding/json.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/result.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace daler::config {

/// A chain that a user described in a JSON file (-chainfile); doc/private-chains.md lists the
/// fields.
struct ChainFile {
    std::filesystem::path path;
    /// All of the chain, except that nobody has looked for the nonce of its genesis block yet: the
    /// block's hash is that of nonce 0. Minimum work and assumevalid are zero.
    ChainParams params;
    /// Every field that nodes of one chain must agree on, defaults included, in one fixed order and
    /// spelling: an object. Name, ports and magic are not among them.
    Json rules;
    Hash256 digest;  ///< SHA-256, twice, of `rules` as text
};

/// Reads the text of a chain file. The error is a sentence that begins with the field's name in
/// quotes and says what is allowed. Equal rules give an equal magic, different ones another, unless
/// the file names the magic; it is never that of a public chain or regtest.
[[nodiscard]] Result<ChainFile, std::string> parse_chain_file(std::string_view text);

}  // namespace daler::config
