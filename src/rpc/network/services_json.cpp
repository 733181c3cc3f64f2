#include "rpc/network/services_json.h"

#include <daler/wire/messages.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace daler::rpc {
namespace {

struct NamedService {
    std::uint64_t bit;
    std::string_view name;
};

constexpr std::array<NamedService, 6> named_services{{
    {wire::service::network, "NETWORK"},
    {wire::service::bloom, "BLOOM"},
    {wire::service::witness, "WITNESS"},
    {wire::service::compact_filters, "COMPACT_FILTERS"},
    {wire::service::network_limited, "NETWORK_LIMITED"},
    {wire::service::p2p_v2, "P2P_V2"},
}};

}  // namespace

Json service_names(std::uint64_t services) {
    Json out = Json::array();
    for (int i = 0; i < 64; ++i) {
        const std::uint64_t bit = std::uint64_t{1} << i;
        if ((services & bit) == 0) continue;
        const auto known = std::ranges::find(named_services, bit, &NamedService::bit);
        out.push(known != named_services.end() ? Json(known->name)
                                               : Json(fmt::format("UNKNOWN[2^{}]", i)));
    }
    return out;
}

Json service_hex(std::uint64_t services) {
    return fmt::format("{:016x}", services);
}

}  // namespace daler::rpc
