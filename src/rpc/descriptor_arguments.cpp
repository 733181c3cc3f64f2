#include "rpc/descriptor_arguments.h"

#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// The last index of a ranged descriptor if no range is given.
constexpr std::uint32_t default_range_end = 1000;

}  // namespace

crypto::PublicKey to_public_key(const std::string& text) {
    const auto bytes = from_hex(text);
    if (!bytes || bytes->empty()) {
        throw Error{code::invalid_address_or_key,
                    fmt::format("Pubkey \"{}\" must be a hex string", text)};
    }
    const auto key = crypto::PublicKey::from_bytes(*bytes);
    if (bytes->size() != crypto::PublicKey::compressed_size &&
        bytes->size() != crypto::PublicKey::uncompressed_size) {
        throw Error{code::invalid_address_or_key,
                    fmt::format("Pubkey \"{}\" must have a length of either 33 or 65 bytes", text)};
    }
    if (!key || !key->is_on_curve()) {
        throw Error{code::invalid_address_or_key,
                    fmt::format("Pubkey \"{}\" must be cryptographically valid.", text)};
    }
    return *key;
}

void for_each_index(
    const Json& given, const Services& node, descriptor::Descriptor::Secrets secrets,
    const std::function<void(const std::vector<Script>&, const descriptor::KeyRing&)>& visit) {
    IndexRange range{0, default_range_end};
    std::string text;
    if (given.is_string()) {
        text = given.as_string();
    } else if (given.is_object()) {
        const Json* desc = member(given, "desc");
        if (!desc)
            throw Error{code::invalid_parameter, "Descriptor needs to be provided in scan object"};
        text = to_text(*desc);
        if (const Json* asked = member(given, "range")) range = to_index_range(*asked);
    } else {
        throw Error{code::invalid_parameter,
                    "Scan object needs to be either a string or an object"};
    }
    const auto all = descriptor::Descriptor::parse_all(text, node.params.address);
    if (!all) throw Error{code::invalid_address_or_key, all.error()};
    if (!all->front().is_range()) range = {0, 0};
    for (const auto& parsed : *all)
        for (auto index = range.first; index <= range.last; ++index) {
            refuse_if_stopping(node);
            const auto scripts = parsed.scripts(index);
            const auto ring = parsed.key_ring(index, secrets);
            if (!scripts || !ring) {
                throw Error{code::invalid_address_or_key,
                            fmt::format("Cannot derive script without private keys: '{}'", text)};
            }
            visit(*scripts, *ring);
        }
}

}  // namespace daler::rpc
