#include "ban_list.h"

#include <daler/encoding/json.h>

#include <algorithm>

namespace daler::sync {
namespace {

constexpr std::string_view list_name = "banned_nets";
constexpr int entry_version = 1;

/// The ban that an entry of the file describes; nothing if it has another version or a range that
/// is not one of IPv4 or IPv6. False if it is malformed.
bool read_entry(const Json& entry, std::optional<Ban>& ban) {
    const auto number = [&](std::string_view name) {
        const auto* value = entry.find(name);
        return value ? value->as_integer<std::int64_t>() : std::nullopt;
    };
    const auto version = number("version");
    if (!version) return false;
    if (*version != entry_version) return true;
    const auto created = number("ban_created");
    const auto until = number("banned_until");
    const auto* address = entry.find("address");
    if (!created || !until || *created < 0 || *until < 0) return false;
    if (!address || !address->is_string()) return false;
    if (const auto subnet = wire::Subnet::from_text(address->as_string()))
        ban = Ban{*subnet, from_unix(*created), from_unix(*until)};
    return true;
}

}  // namespace

void BanList::add(const wire::Subnet& subnet, BlockTime now, BlockTime until) {
    auto& times = bans_[subnet];
    if (times.until < until) times = {now, until};
}

bool BanList::remove(const wire::Subnet& subnet) {
    return bans_.erase(subnet) > 0;
}

bool BanList::is_banned(const wire::HostAddress& host, BlockTime now) const {
    return std::ranges::any_of(
        bans_, [&](const auto& ban) { return now < ban.second.until && ban.first.contains(host); });
}

std::vector<Ban> BanList::list(BlockTime now) {
    std::erase_if(bans_, [&](const auto& ban) { return ban.second.until < now; });
    std::vector<Ban> out;
    for (const auto& [subnet, times] : bans_)
        out.push_back({subnet, times.created, times.until});
    return out;
}

Bytes BanList::encode(BlockTime now) {
    Json bans = Json::array();
    for (const auto& ban : list(now)) {
        Json entry = Json::object();
        entry.append("version", entry_version);
        entry.append("ban_created", unix_seconds(ban.created));
        entry.append("banned_until", unix_seconds(ban.until));
        entry.append("address", ban.subnet.to_text());
        bans.push(std::move(entry));
    }
    Json file = Json::object();
    file.append(std::string(list_name), std::move(bans));
    const auto text = file.write(4) + "\n";
    return {text.begin(), text.end()};
}

bool BanList::decode(ByteSpan bytes, BlockTime now) {
    const auto file = Json::parse(as_text(bytes));
    if (!file) return false;
    const auto* entries = file->find(list_name);
    if (!entries || !entries->is_array()) return false;
    BanList read;
    for (const auto& entry : entries->items()) {
        std::optional<Ban> ban;
        if (!read_entry(entry, ban)) return false;
        if (ban && ban->until >= now) read.add(ban->subnet, ban->created, ban->until);
    }
    bans_ = std::move(read.bans_);
    return true;
}

}  // namespace daler::sync
