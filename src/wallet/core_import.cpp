// The records of Bitcoin Core as a wallet of ours.

#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "core_conversion.h"

namespace daler::wallet {
namespace {

template <class T>
using Read = Result<T, std::string>;

/// What an encrypted wallet's descriptors need and a file of an older version lacks.
constexpr auto missing_caches =
    "{} has no keys in the clear from which its addresses derive, or damaged ones. If an older "
    "version of Bitcoin Core wrote the file: load it there once and unlock it with "
    "walletpassphrase";

std::optional<crypto::ExtendedPublicKey> extended_key(const CoreKeyBytes& bytes) {
    constexpr crypto::KeyVersion no_version{};
    Bytes whole(no_version.begin(), no_version.end());
    whole.insert(whole.end(), bytes.begin(), bytes.end());
    return crypto::ExtendedPublicKey::decode(whole, no_version);
}

/// Puts a key of the file into its place; false if it is damaged, or there is no such place.
bool put_key(std::vector<descriptor::KeyCache>& caches, std::uint32_t expression,
             const CoreKeyBytes& bytes,
             std::optional<crypto::ExtendedPublicKey> descriptor::KeyCache::*member) {
    if (expression >= caches.size()) return false;
    caches[expression].*member = extended_key(bytes);
    return (caches[expression].*member).has_value();
}

bool put_derived_key(std::vector<descriptor::KeyCache>& caches, std::uint32_t expression,
                     std::uint32_t index, const CoreKeyBytes& bytes) {
    const auto key = extended_key(bytes);
    if (!key || expression >= caches.size()) return false;
    caches[expression].derived.insert_or_assign(index, *key);
    return true;
}

/// The descriptor, which derives with the caches of the file.
std::optional<descriptor::Descriptor> with_core_caches(const descriptor::Descriptor& descriptor,
                                                       const CoreDescriptor& stored) {
    std::vector<descriptor::KeyCache> caches(descriptor.key_caches(0, 0).size());
    bool fits = true;
    for (const auto& [expression, bytes] : stored.parents)
        fits &= put_key(caches, expression, bytes, &descriptor::KeyCache::parent);
    for (const auto& [expression, bytes] : stored.last_hardened)
        fits &= put_key(caches, expression, bytes, &descriptor::KeyCache::last_hardened);
    for (const auto& [place, bytes] : stored.derived)
        fits &= put_derived_key(caches, place.first, place.second, bytes);
    return fits ? descriptor.with_key_caches(caches) : std::nullopt;
}

/// Whether all keys of the descriptor are sealed in the file, or none: then it is to be watched.
bool seals_all(const descriptor::Descriptor& descriptor, const CoreDescriptor& stored) {
    if (stored.sealed_keys.empty()) return true;
    return std::ranges::all_of(descriptor.key_caches(0, 0), [&](const auto& cache) {
        return stored.sealed_keys.contains(*cache.written);
    });
}

bool has_good_range(const CoreDescriptor& stored) {
    return stored.range_begin >= 0 && stored.range_begin <= stored.range_end &&
           stored.next_index >= 0 && stored.range_end - stored.range_begin <= max_core_range &&
           stored.created <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
}

Read<DescriptorRecord> read_core_descriptor(const Hash256& id, const CoreDescriptor& stored,
                                            bool is_encrypted, const ChainParams& params) {
    if (stored.text.empty())
        return daler::fail(fmt::format("the descriptor {} is missing", id.to_hex()));
    auto parsed = descriptor::Descriptor::parse(stored.text, params.address,
                                                descriptor::ChecksumRule::required);
    if (!parsed)
        return daler::fail(fmt::format("its descriptor {}: {}", stored.text, parsed.error()));
    const auto what = fmt::format("its descriptor {}", parsed->to_text());
    if (parsed->core_id() != id || parsed->has_private_keys() || !has_good_range(stored))
        return daler::fail(what + " is damaged");
    if (is_encrypted ? !stored.keys.empty() : !stored.sealed_keys.empty())
        return daler::fail(what + " has both sealed keys and keys in the clear");
    DescriptorRecord out{.descriptor = *parsed,
                         .created = static_cast<std::int64_t>(stored.created),
                         .range_begin = static_cast<std::uint32_t>(stored.range_begin),
                         .range_end = static_cast<std::uint32_t>(stored.range_end),
                         .next_index = static_cast<std::uint32_t>(stored.next_index),
                         .is_sealed = is_encrypted};
    if (is_encrypted) {
        auto cached = with_core_caches(*parsed, stored);
        if (!cached) return daler::fail(fmt::format(missing_caches, what));
        out.descriptor = std::move(*cached);
        out.is_spendable = seals_all(*parsed, stored);
        return out;
    }
    out.descriptor = parsed->with_private_keys(stored.keys);
    if (out.descriptor.private_keys().size() != stored.keys.size())
        return daler::fail(what + " has keys that do not belong to it");
    return out;
}

Read<void> read_core_descriptors(const CoreWallet& wallet, const ChainParams& params,
                                 WholeWallet& out) {
    std::map<Hash256, std::size_t> positions;
    const bool is_encrypted = !wallet.master_keys.empty();
    for (const auto& [id, stored] : wallet.descriptors) {
        auto record = read_core_descriptor(id, stored, is_encrypted, params);
        if (!record) return daler::fail(record.error());
        const auto position = out.descriptors.size();
        positions[id] = position;
        out.descriptors.push_back(std::move(*record));
        for (const auto& [key, sealed] : stored.sealed_keys)
            out.sealed_keys[{position, key}] = sealed;
    }
    for (const auto& [place, id] : wallet.active) {
        const auto found = positions.find(id);
        if (found == positions.end() ||
            place.second > static_cast<std::uint8_t>(descriptor::AddressType::bech32m))
            return daler::fail(std::string("its list of active descriptors is damaged"));
        const ActiveKey key{static_cast<descriptor::AddressType>(place.second), place.first};
        out.active.emplace_back(key, found->second);
    }
    return {};
}

/// A sealed descriptor keeps public keys below a hardened wildcard, but not their chain codes.
void note_chain_codes(const CoreWallet& wallet, const WholeWallet& out, LeftOut& left_out) {
    std::size_t count = 0;
    for (const auto& [id, stored] : wallet.descriptors)
        count += stored.derived.size();
    if (count > 0 && !out.master_keys.empty()) {
        left_out.push_back(fmt::format(
            "the chain codes of {} derived keys, from which nothing is derived", count));
    }
}

Read<void> read_core_master_keys(const CoreWallet& wallet, WholeWallet& out) {
    for (const auto& [number, key] : wallet.master_keys) {
        if (key.method != 0 || !key.parameters.empty() || key.rounds < 1 ||
            key.rounds > max_rounds) {
            return daler::fail(
                fmt::format("its master key is of an unknown kind: method {}, {} rounds",
                            key.method, key.rounds));
        }
        out.master_keys[number] = {.sealed = key.sealed, .salt = key.salt, .rounds = key.rounds};
    }
    return {};
}

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t out = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, out);
    if (read.ec != std::errc() || read.ptr != end || out < 0) return std::nullopt;
    return out;
}

void set_place(const CoreTransaction& stored, TxRecord& out) {
    constexpr BlockHash abandoned_mark{{1}};
    if (stored.block.is_zero()) return;
    if (stored.position < 0 && stored.block == abandoned_mark) {
        out.abandoned = true;
        return;
    }
    out.status = stored.position < 0 ? TxStatus::conflicted : TxStatus::confirmed;
    out.block = stored.block;
    out.height = unknown_height;
    out.position = stored.position < 0 ? 0 : static_cast<std::uint32_t>(stored.position);
}

/// A transaction without its place in the list. Counts what cannot be kept.
TxRecord read_core_record(const CoreTransaction& stored, std::size_t& lost) {
    TxRecord out;
    out.received = stored.received;
    set_place(stored, out);
    for (const auto& [name, text] : stored.values)
        if (name == "comment")
            out.edit_notes().comment = text;
        else if (name == "to")
            out.edit_notes().comment_to = text;
        else if (name == "replaces_txid")
            out.edit_notes().replaces = Txid::from_hex(text);
        else if (name == "replaced_by_txid")
            out.edit_notes().replaced_by = Txid::from_hex(text);
        else if (name == "timesmart")
            out.time = whole_number(text).value_or(0);
        else if (name != "n" && name != "fromaccount" && name != "from")
            ++lost;
    if (out.time == 0) out.time = out.received;
    lost += stored.order_form.size();
    return out;
}

/// Coinbases whose block left the chain, and what spends from them, are abandoned for that reason.
void mark_orphans(std::vector<WholeWallet::Entry>& entries) {
    std::set<Txid> orphans;
    for (auto& [record, tx] : entries) {
        if (!record.abandoned) continue;
        record.orphaned =
            tx->is_coinbase() || std::ranges::any_of(tx->inputs, [&](const TxInput& input) {
                return orphans.contains(input.prevout.txid);
            });
        if (record.orphaned) orphans.insert(tx->txid);
    }
}

void read_core_history(const CoreWallet& wallet, WholeWallet& out, LeftOut& left_out) {
    // Without a place in the list, by the time of arrival at the end.
    std::multimap<std::pair<std::int64_t, std::uint32_t>, const CoreTransaction*> ordered;
    for (const auto& [txid, stored] : wallet.transactions) {
        const auto found = stored.values.find("n");
        const auto place =
            found == stored.values.end() ? std::nullopt : whole_number(found->second);
        constexpr auto last = std::numeric_limits<std::int64_t>::max() / 2;
        ordered.emplace(std::pair(std::min(place.value_or(last), last), stored.received), &stored);
    }
    std::size_t lost = 0;
    std::uint64_t next = 0;
    for (const auto& [place, stored] : ordered) {
        auto record = read_core_record(*stored, lost);
        const bool has_place = stored->values.contains("n");
        record.order = has_place ? std::max(next, static_cast<std::uint64_t>(place.first)) : next;
        next = record.order + 1;
        out.transactions.push_back({std::move(record), stored->tx});
    }
    mark_orphans(out.transactions);
    if (lost > 0) left_out.push_back(fmt::format("{} further texts of transactions", lost));
}

void read_core_addresses(const CoreWallet& wallet, WholeWallet& out, LeftOut& left_out) {
    for (const auto& [address, label] : wallet.labels)
        out.labels[address].label = label;
    std::size_t lost = 0;
    for (const auto& [address, purpose] : wallet.purposes) {
        const auto found = out.labels.find(address);
        if (found == out.labels.end())
            ++lost;
        else
            found->second.purpose = purpose;
    }
    if (lost > 0)
        left_out.push_back(fmt::format("the purposes of {} addresses without a label", lost));
}

/// Whether we understand the wallet at all.
Read<void> check_kind(const CoreWallet& wallet) {
    if (wallet.min_version > core_wallet_version) {
        return daler::fail(
            fmt::format("it needs a newer program: its version is {}, known are those up "
                        "to {}",
                        wallet.min_version, core_wallet_version));
    }
    if ((wallet.flags & core_descriptors) == 0) {
        return daler::fail(std::string(
            "it is a legacy wallet, without descriptors. Bitcoin Core makes a descriptor wallet of "
            "it with migratewallet"));
    }
    if ((wallet.flags & core_external_signer) != 0)
        return daler::fail(
            std::string("its keys are on an external signer, which daler does not have"));
    constexpr std::uint64_t known =
        std::uint64_t{core_no_private_keys} | core_blank | core_descriptors;
    constexpr int optional_bits = 32;
    const auto unknown = (wallet.flags & ~known) >> optional_bits << optional_bits;
    if (unknown != 0)
        return daler::fail(
            fmt::format("it has properties that daler does not know: {:#x}", unknown));
    return {};
}

}  // namespace

Result<WholeWallet, std::string> from_core(const CoreWallet& wallet, const ChainParams& params,
                                           LeftOut& left_out) {
    WholeWallet out;
    if (auto checked = check_kind(wallet); !checked) return daler::fail(checked.error());
    out.flags = {.private_keys_disabled = (wallet.flags & core_no_private_keys) != 0,
                 .blank = (wallet.flags & core_blank) != 0,
                 .avoid_reuse = (wallet.flags & core_avoid_reuse) != 0};
    out.locator = wallet.locator;
    if (auto read = read_core_master_keys(wallet, out); !read) return daler::fail(read.error());
    if (auto read = read_core_descriptors(wallet, params, out); !read)
        return daler::fail(read.error());
    note_chain_codes(wallet, out, left_out);
    read_core_history(wallet, out, left_out);
    read_core_addresses(wallet, out, left_out);
    out.locked_coins = wallet.locked_coins;
    for (const auto& [kind, count] : wallet.others)
        left_out.push_back(fmt::format("{} records of the kind \"{}\"", count, kind));
    return out;
}

}  // namespace daler::wallet
