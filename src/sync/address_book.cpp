#include "address_book.h"

#include <daler/crypto/hash.h>
#include <daler/wire/limits.h>

namespace daler::sync {

namespace limits = wire::limits;
using wire::Endpoint;
using wire::KnownNode;

namespace {

/// First bytes of peers.dat: a name and the version of the format.
constexpr std::string_view file_mark = "daler peers 2\n";
/// Before, the file had a text in place of the source of an address.
constexpr std::string_view first_file_mark = "daler peers 1\n";
constexpr std::chrono::minutes retry_pause{10};
constexpr std::chrono::hours too_old{30 * 24};
constexpr std::uint32_t unreachable_failures = 10;
/// A newer time is stored only if it is newer by more than this.
constexpr std::chrono::minutes fresh_enough{20};

bool is_after(std::uint32_t seconds, BlockTime now) {
    return seconds > unix_seconds(now);
}

}  // namespace

bool AddressBook::has_room_for(const std::string& group, const std::string& source_group) const {
    const auto count = [](const auto& counts, const std::string& key) {
        const auto found = counts.find(key);
        return found == counts.end() ? 0 : found->second;
    };
    return count(per_group_, group) < limits::address_book_per_group &&
           count(per_source_, source_group) < limits::address_book_per_source;
}

bool AddressBook::insert(Entry entry) {
    const auto group = entry.node.endpoint.host.group();
    const auto source_group = entry.source.group();
    if (!has_room_for(group, source_group)) return false;
    const auto endpoint = entry.node.endpoint;
    if (!entries_.emplace(endpoint, std::move(entry)).second) return false;
    ++per_group_[group];
    ++per_source_[source_group];
    return true;
}

void AddressBook::erase(std::map<Endpoint, Entry>::iterator position) {
    const auto count_down = [](auto& counts, const std::string& key) {
        const auto found = counts.find(key);
        if (--found->second == 0) counts.erase(found);
    };
    count_down(per_group_, position->first.host.group());
    count_down(per_source_, position->second.source.group());
    entries_.erase(position);
}

/// Removes the first entry from a random place on that is old, has never worked or has failed too
/// often. False if there is none.
bool AddressBook::make_room(BlockTime now) {
    if (entries_.size() < limits::address_book_entries) return true;
    auto position =
        std::next(entries_.begin(), static_cast<std::ptrdiff_t>(random_.below(entries_.size())));
    for (std::size_t looked = 0; looked < entries_.size(); ++looked) {
        const auto& entry = position->second;
        const bool is_old = from_unix(entry.node.last_seen) + too_old < now;
        if (entry.last_success == BlockTime{} || is_old || entry.failures > unreachable_failures) {
            erase(position);
            return true;
        }
        if (++position == entries_.end()) position = entries_.begin();
    }
    return false;
}

bool AddressBook::add(const KnownNode& node, const wire::HostAddress& source, BlockTime now) {
    if (!node.endpoint.host.is_routable() || node.endpoint.port == 0) return false;
    const auto now_seconds = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(unix_seconds(now), 0, std::numeric_limits<std::uint32_t>::max()));
    if (const auto found = entries_.find(node.endpoint); found != entries_.end()) {
        auto& known = found->second.node;
        known.last_seen = std::min(std::max(known.last_seen, node.last_seen), now_seconds);
        known.services |= node.services;
        return false;
    }
    if (!has_room_for(node.endpoint.host.group(), source.group()) || !make_room(now)) return false;
    Entry entry{node, source, {}, {}, 0};
    // A time in the future would keep the entry too long.
    if (is_after(node.last_seen, now)) entry.node.last_seen = now_seconds;
    return insert(std::move(entry));
}

void AddressBook::tried(const Endpoint& endpoint, BlockTime now) {
    const auto found = entries_.find(endpoint);
    if (found == entries_.end()) return;
    found->second.last_try = now;
    ++found->second.failures;
}

void AddressBook::worked(const Endpoint& endpoint, std::uint64_t services, BlockTime now) {
    const auto found = entries_.find(endpoint);
    if (found == entries_.end()) return;
    auto& entry = found->second;
    entry.last_success = now;
    entry.failures = 0;
    entry.node.services = services;
}

void AddressBook::was_connected(const Endpoint& endpoint, BlockTime now) {
    const auto found = entries_.find(endpoint);
    if (found == entries_.end()) return;
    auto& last_seen = found->second.node.last_seen;
    if (from_unix(last_seen) + fresh_enough < now)
        last_seen = static_cast<std::uint32_t>(unix_seconds(now));
}

std::optional<Endpoint> AddressBook::choose(const std::vector<std::string>& avoid, BlockTime now,
                                            std::span<const wire::Network> only) {
    std::vector<const Entry*> fresh;
    std::vector<const Entry*> proven;
    for (const auto& [endpoint, entry] : entries_) {
        if (entry.last_try != BlockTime{} && now - entry.last_try < retry_pause) continue;
        const auto network = endpoint.host.network();
        if (network != wire::Network::ipv4 && network != wire::Network::ipv6) continue;
        if (!only.empty() && std::ranges::find(only, network) == only.end()) continue;
        if (std::ranges::find(avoid, endpoint.host.group()) != avoid.end()) continue;
        (entry.last_success == BlockTime{} ? fresh : proven).push_back(&entry);
    }
    const auto& pool = fresh.empty() || (!proven.empty() && random_.below(2) == 0) ? proven : fresh;
    if (pool.empty()) return {};
    return pool[random_.below(pool.size())]->node.endpoint;
}

bool AddressBook::is_good(const Entry& entry, BlockTime now) {
    const bool is_old = from_unix(entry.node.last_seen) + too_old < now;
    return !is_old && entry.failures <= unreachable_failures;
}

std::vector<KnownAddress> AddressBook::all(BlockTime now) {
    std::vector<KnownAddress> out;
    for (const auto& [endpoint, entry] : entries_)
        out.push_back(
            {entry.node, entry.last_success != BlockTime{}, is_good(entry, now), entry.source});
    std::ranges::shuffle(out, random_);
    return out;
}

bool AddressBook::add_own(const Endpoint& endpoint, bool has_worked, BlockTime now) {
    constexpr auto services = wire::service::network | wire::service::witness;
    const auto seconds = static_cast<std::uint32_t>(unix_seconds(now));
    if (!add({seconds, services, endpoint}, endpoint.host, now)) return false;
    if (has_worked) worked(endpoint, services, now);
    return true;
}

std::vector<KnownNode> AddressBook::sample(std::size_t limit, BlockTime now) {
    std::vector<KnownNode> out;
    for (const auto& [endpoint, entry] : entries_)
        if (is_good(entry, now)) out.push_back(entry.node);
    std::ranges::shuffle(out, random_);
    out.resize(std::min({out.size(), limit, entries_.size() * limits::getaddr_percent / 100}));
    return out;
}

Bytes AddressBook::encode() const {
    ByteWriter writer;
    writer.text(file_mark);
    writer.compact_size(entries_.size());
    for (const auto& [endpoint, entry] : entries_) {
        writer.u8(static_cast<std::uint8_t>(endpoint.host.network()));
        writer.sized_bytes(endpoint.host.bytes());
        writer.u16(endpoint.port);
        writer.u64(entry.node.services);
        writer.u32(entry.node.last_seen);
        writer.u8(static_cast<std::uint8_t>(entry.source.network()));
        writer.sized_bytes(entry.source.bytes());
        writer.i64(unix_seconds(entry.last_try));
        writer.i64(unix_seconds(entry.last_success));
        writer.u32(entry.failures);
    }
    writer.u32(crypto::crc32c(writer.view()));
    return writer.take();
}

bool AddressBook::decode(ByteSpan bytes) {
    if (bytes.size() < 4) return false;
    const auto body = bytes.first(bytes.size() - 4);
    ByteReader reader(body);
    ByteReader sum(bytes.last(4));
    if (sum.u32() != crypto::crc32c(body)) return false;
    const auto mark = as_text(reader.bytes(file_mark.size()));
    const bool has_sources = mark == file_mark;
    if (!has_sources && mark != first_file_mark) return false;
    AddressBook read(random_);
    const auto count = reader.count(38);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        Entry entry;
        const auto network = static_cast<wire::Network>(reader.u8());
        const auto host = wire::HostAddress::from_bytes(network, reader.sized_bytes());
        entry.node.endpoint.port = reader.u16();
        entry.node.services = reader.u64();
        entry.node.last_seen = reader.u32();
        const auto source_network = has_sources ? static_cast<wire::Network>(reader.u8()) : network;
        const auto source_bytes = reader.sized_bytes();
        const auto source =
            has_sources ? wire::HostAddress::from_bytes(source_network, source_bytes) : host;
        entry.last_try = from_unix(reader.i64());
        entry.last_success = from_unix(reader.i64());
        entry.failures = reader.u32();
        const auto is_time = [](BlockTime time) {
            return unix_seconds(time) >= 0 && unix_seconds(time) <= 0xffffffff;
        };
        if (!is_time(entry.last_try) || !is_time(entry.last_success)) continue;
        if (!reader.ok() || !host || !source || read.size() >= limits::address_book_entries)
            continue;
        entry.node.endpoint.host = *host;
        entry.source = *source;
        (void)read.insert(std::move(entry));
    }
    if (reader.finish() != DecodeError::none) return false;
    entries_ = std::move(read.entries_);
    per_group_ = std::move(read.per_group_);
    per_source_ = std::move(read.per_source_);
    return true;
}

}  // namespace daler::sync
