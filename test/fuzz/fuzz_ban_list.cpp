#include <daler/util/ensure.h>
#include <sync/ban_list.h>

// A banlist.json that can be read is written and read again without change.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const auto now = from_unix(1'700'000'000);
    sync::BanList bans;
    if (!bans.decode({data, size}, now)) return 0;
    const auto written = bans.encode(now);
    sync::BanList copy;
    ensure(copy.decode(written, now) && copy.list(now) == bans.list(now));
    for (const auto& ban : bans.list(now))
        ensure(wire::Subnet::from_text(ban.subnet.to_text()) == ban.subnet);
    return 0;
}
