#pragma once

#include <daler/config/settings.h>
#include <daler/crypto/hash.h>

#include <optional>

namespace daler::node {

/// The secret of this node on this chain, which derives from the text of -seedfile, the chain and
/// -nodename; nothing without -seedfile. The same three give the same secret on every machine, and
/// another chain or name gives an unrelated one. The error says what is wrong with the file.
///
/// The chain of a chain file is told by the digest of its rules, another one by the hash of its
/// genesis block and, on a signet, its challenge.
[[nodiscard]] Result<std::optional<crypto::Digest256>, std::string> read_seed(
    const config::Settings& settings, const ChainParams& params);

/// A secret for one purpose that derives from the node's; other purposes get unrelated ones.
[[nodiscard]] crypto::Digest256 derive_secret(const crypto::Digest256& seed,
                                              std::string_view purpose);

}  // namespace daler::node
