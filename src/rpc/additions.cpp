#include "rpc/additions.h"

#include <daler/descriptor/addresses.h>
#include <daler/encoding/bech32.h>
#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

#include <array>

namespace daler::rpc {
namespace {

struct KnownChain {
    std::string_view name;
    std::string_view described;
};

// The test networks share their formats; legacy addresses of regtest have them, too.
constexpr std::array<KnownChain, 3> known_chains{{
    {"main", "the main chain"},
    {"test", "a test network"},
    {"regtest", "regtest"},
}};

std::string owner_of(std::string_view address, const ChainParams& params) {
    for (const auto& [name, described] : known_chains) {
        if (!descriptor::decode_address(address, params_by_name(name)->address)) continue;
        return fmt::format("It is an address of {}, and this node runs {}.", described,
                           params.name);
    }
    const auto parts = bech32_decode(address);
    if (!parts || parts->prefix == params.address.bech32_hrp) return {};
    return fmt::format("Addresses of this chain, {}, begin with {}1.", params.name,
                       params.address.bech32_hrp);
}

}  // namespace

std::string add_sentence(std::string text, std::string_view sentence) {
    if (sentence.empty()) return text;
    const bool is_closed = text.ends_with('.') || text.ends_with(')');
    text += is_closed ? " " : ". ";
    return text.append(sentence);
}

std::string refused_address(std::string text, std::string_view address, const ChainParams& params) {
    if (!params.is_private) return text;
    return add_sentence(std::move(text), owner_of(address, params));
}

}  // namespace daler::rpc
