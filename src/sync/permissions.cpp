#include <daler/sync/permissions.h>

#include <fmt/format.h>

namespace daler::sync {
namespace {

struct Name {
    std::string_view name;
    std::uint32_t bits;
};

// In the order of getpeerinfo; "bloom" is an older name of the first.
constexpr Name names[] = {
    {"bloomfilter", permission_bloom},
    {"noban", permission_noban},
    {"forcerelay", permission_forcerelay},
    {"relay", permission_relay},
    {"mempool", permission_mempool},
    {"download", permission_download},
    {"addr", permission_addr},
};

}  // namespace

std::vector<std::string> permission_names(std::uint32_t permissions) {
    std::vector<std::string> out;
    for (const auto& [name, bits] : names)
        if ((permissions & bits) == bits) out.emplace_back(name);
    return out;
}

Result<WhitelistEntry, std::string> WhitelistEntry::from_text(std::string_view text) {
    WhitelistEntry entry;
    const auto at = text.find('@');
    bool in = false;
    bool out = false;
    if (at == std::string_view::npos) {
        entry.permissions = permission_implicit;
    } else {
        auto list = text.substr(0, at);
        while (!list.empty()) {
            const auto comma = list.find(',');
            const auto word = list.substr(0, comma);
            list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
            const auto* known = std::ranges::find(names, word, &Name::name);
            if (known != std::end(names))
                entry.permissions |= known->bits;
            else if (word == "bloom")
                entry.permissions |= permission_bloom;
            else if (word == "all")
                entry.permissions |= permission_all;
            else if (word == "in")
                in = true;
            else if (word == "out")
                out = true;
            else if (!word.empty())
                return fail(fmt::format("Invalid P2P permission: '{}'", word));
        }
    }
    entry.inbound = in || !out;
    entry.outbound = out;
    const auto address = at == std::string_view::npos ? text : text.substr(at + 1);
    const auto subnet = wire::Subnet::from_text(address);
    if (!subnet) return fail(fmt::format("Invalid netmask specified in -whitelist: '{}'", address));
    entry.subnet = *subnet;
    return entry;
}

}  // namespace daler::sync
