#include "node/seed.h"

#include <daler/config/chain_file.h>
#include <daler/storage/secret_file.h>

#include <fmt/format.h>

namespace daler::node {
namespace {

crypto::Digest256 chain_digest(const config::ChainFile* file, const ChainParams& params) {
    if (file) return file->digest.bytes;
    const std::array<ByteSpan, 2> parts{params.genesis_hash.bytes, params.signet_challenge};
    return crypto::sha256d(parts);
}

}  // namespace

Result<std::optional<crypto::Digest256>, std::string> read_seed(const config::Settings& settings,
                                                                const ChainParams& params) {
    if (settings.text("seedfile").empty()) return std::nullopt;
    const auto text = storage::read_secret_file(settings.path("seedfile"));
    if (!text) return fail(fmt::format("-seedfile: {}", text.error()));
    return crypto::hkdf_sha256(as_bytes(*text), chain_digest(settings.chain_file(), params),
                               as_bytes(settings.text("nodename")));
}

crypto::Digest256 derive_secret(const crypto::Digest256& seed, std::string_view purpose) {
    return crypto::hkdf_sha256(seed, {}, as_bytes(purpose));
}

}  // namespace daler::node
