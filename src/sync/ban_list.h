#pragma once

#include <daler/encoding/bytes.h>
#include <daler/sync/peer_service.h>

#include <map>

namespace daler::sync {

/// The addresses that the user has banned, each until a time. A pure state machine.
class BanList {
public:
    /// Bans the addresses of `subnet` until `until`. A ban that ends later stays as it is.
    void add(const wire::Subnet& subnet, BlockTime now, BlockTime until);
    /// False if exactly this range was not banned.
    bool remove(const wire::Subnet& subnet);
    void clear() { bans_.clear(); }

    [[nodiscard]] bool is_banned(const wire::HostAddress& host, BlockTime now) const;
    /// The bans that have not ended, sorted by their ranges. Forgets the others.
    [[nodiscard]] std::vector<Ban> list(BlockTime now);

    /// The contents of banlist.json, in the form of Bitcoin Core.
    [[nodiscard]] Bytes encode(BlockTime now);
    /// Replaces all bans by those of a banlist.json. Leaves out bans that have ended and entries of
    /// a version or range that is not known. False, and nothing changes, if it is malformed.
    bool decode(ByteSpan bytes, BlockTime now);

private:
    struct Times {
        BlockTime created;
        BlockTime until;
    };
    std::map<wire::Subnet, Times> bans_;
};

}  // namespace daler::sync
