#pragma once

#include <daler/util/result.h>
#include <daler/wire/address.h>

#include <string>
#include <vector>

namespace daler::sync {

/// Permissions that the user gives to certain peers, as bits.
enum Permission : std::uint32_t {
    permission_none = 0,
    permission_bloom = 1u << 1,  ///< accepted for compatibility; we serve no bloom filters
    permission_relay = 1u << 3,  ///< may relay even with -blocksonly
    permission_noban = 1u << 4 | 1u << 6,  ///< never punished nor evicted; implies download
    permission_forcerelay = 1u << 2 | permission_relay,  ///< what it sends is relayed even if known
    permission_mempool = 1u << 5,   ///< may ask for the contents of the mempool
    permission_download = 1u << 6,  ///< may always ask for blocks
    permission_addr = 1u << 7,      ///< may ask for addresses at any time
    permission_implicit = permission_noban | permission_mempool | permission_relay,
    permission_all = permission_bloom | permission_forcerelay | permission_noban |
                     permission_mempool | permission_addr,
};

/// The names of the bits, in the order of getpeerinfo.
[[nodiscard]] std::vector<std::string> permission_names(std::uint32_t permissions);

/// One `-whitelist=[PERMISSION,...@]ADDRESS[/BITS]`.
struct WhitelistEntry {
    std::uint32_t permissions = permission_none;
    wire::Subnet subnet;
    bool inbound = true;
    bool outbound = false;

    /// Without names: noban, mempool and relay. The error says what is wrong.
    static Result<WhitelistEntry, std::string> from_text(std::string_view text);
};

}  // namespace daler::sync
