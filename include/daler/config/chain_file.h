#pragma once

#include <daler/encoding/json.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/result.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace daler::config {

/// A chain that a user described by the fields of a JSON file (-chainfile), by single fields
/// (-rule), or both; doc/private-chains.md lists the fields.
struct ChainFile {
    std::filesystem::path path;  ///< empty if there are only single fields
    std::string options;  ///< those that choose this chain: "-regtest -rule=block_spacing=60"
    /// The whole chain, but its genesis block is not solved yet: the block's hash is that with
    /// nonce 0. Minimum work and assumevalid are zero.
    ChainParams params;
    /// An object with every field that nodes of one chain must agree on, defaults included, in a
    /// fixed order and spelling. Name, ports and magic are not in it.
    Json rules;
    Hash256 digest;  ///< SHA-256, twice, of `rules` as text

    /// What an error about the fields begins with: "Chain file PATH" or "-rule".
    [[nodiscard]] std::string source() const;
};

/// Reads the text of a chain file. The error is a sentence that begins with the field's name in
/// quotes and says what is allowed. If the file has no magic, it is made from the digest of the
/// rules. The magic of a public chain or regtest is refused.
[[nodiscard]] Result<ChainFile, std::string> parse_chain_file(std::string_view text);
/// The two steps of parse_chain_file: text to an object, object to a chain.
[[nodiscard]] Result<Json, std::string> parse_chain_fields(std::string_view text);
[[nodiscard]] Result<ChainFile, std::string> read_chain_fields(const Json& fields);

}  // namespace daler::config
