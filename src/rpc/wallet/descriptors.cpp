#include "rpc/block_access.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::int64_t oldest_time = 1;  // 0 means the same as 1
// Tolerance for the times of blocks (seconds).
constexpr std::int64_t block_time_margin = 7200;
constexpr std::uint32_t derivations_per_check = 200;  // about ten milliseconds

std::int64_t parse_timestamp(const Json& request, std::int64_t now) {
    const auto* value = request.is_object() ? request.find("timestamp") : nullptr;
    if (!value) throw Error{code::type, "Missing required timestamp field for key"};
    if (value->is_number()) return std::max(to_integer(*value), oldest_time);
    if (value->is_string() && value->as_string() == "now") return now;
    throw Error{code::type,
                fmt::format("Expected number or \"now\" timestamp value for key. got type {}",
                            type_name(value->kind()))};
}

/// What the objects of importdescriptors say, apart from the descriptor.
struct ImportOptions {
    bool active = false;
    std::optional<bool> internal{};
    std::optional<std::string> label{};
};

/// The range of a ranged descriptor, and its next index.
void read_range(const Json& data, std::uint32_t keypool, wallet::ImportRequest& out,
                std::vector<std::string>& warnings) {
    const auto* range = member(data, "range");
    const auto* next_index = member(data, "next_index");
    if (!out.descriptor.is_range()) {
        if (!range) return;
        throw Error{code::invalid_parameter,
                    "Range should not be specified for an un-ranged descriptor"};
    }
    if (range) {
        const auto [first, last] = to_index_range(*range);
        out.range = {first, last};
    } else {
        warnings.emplace_back("Range not given, using default keypool range");
        out.range = {0, keypool - 1};
    }
    if (!next_index) return;
    const auto index = to_integer(*next_index);
    if (index < out.range->first || index > out.range->second)
        throw Error{code::invalid_parameter, "next_index is out of range"};
    out.next_index = static_cast<std::uint32_t>(index);
}

void check_options(const ImportOptions& options, const descriptor::Descriptor& descriptor,
                   bool has_paths) {
    if (options.active && !descriptor.is_range())
        throw Error{code::invalid_parameter, "Active descriptors must be ranged"};
    if (options.label && has_paths)
        throw Error{code::invalid_parameter, "Multipath descriptors should not have a label"};
    if (options.label && descriptor.is_range())
        throw Error{code::invalid_parameter, "Ranged descriptors should not have a label"};
    if (options.label && options.internal.value_or(false))
        throw Error{code::invalid_parameter, "Internal addresses should not have a label"};
    if (options.active && !descriptor.is_single_script())
        throw Error{code::wallet, "Combo descriptors cannot be set to active"};
}

/// One import, or one for each path of a descriptor with several (BIP 389).
std::vector<wallet::ImportRequest> parse_imports(const Json& data, std::int64_t created,
                                                 const Call& call,
                                                 std::vector<std::string>& warnings) {
    const auto* text = data.find("desc");
    if (!text) throw Error{code::invalid_parameter, "Descriptor not found."};
    const std::string& descriptor_text = to_text(*text);
    ImportOptions options;
    if (const auto* active = data.find("active")) options.active = to_bool(*active);
    if (const auto* label = member(data, "label")) options.label = label_of(*label);
    const auto all = descriptor::Descriptor::parse_all(descriptor_text, call.node().params.address,
                                                       descriptor::ChecksumRule::required);
    if (!all) throw Error{code::invalid_address_or_key, all.error()};
    const bool has_paths = all->size() > 1;
    if (const auto* internal = data.find("internal")) {
        if (has_paths) {
            throw Error{code::invalid_address_or_key,
                        "Cannot have multipath descriptor while also specifying 'internal'"};
        }
        options.internal = to_bool(*internal);
    }
    wallet::ImportRequest common{.descriptor = all->front(), .created = created};
    read_range(data, wallets(call).options().keypool, common, warnings);
    check_options(options, common.descriptor, has_paths);
    common.active = options.active;
    common.label = options.label;
    common.internal = options.internal.value_or(false);
    std::vector<wallet::ImportRequest> out;
    for (const auto& parsed : *all) {
        out.push_back(common);
        // A key that is written with its private key once may be written without it elsewhere.
        out.back().descriptor = parsed.with_private_keys(parsed.private_keys());
    }
    // Two paths are those of receiving and of change.
    if (out.size() == 2) out.back().internal = true;
    return out;
}

Json warnings_json(const std::vector<std::string>& warnings) {
    Json list = Json::array();
    for (const auto& warning : warnings)
        list.push(warning);
    return list;
}

/// Derives the scripts of a ranged import on this thread, so that calls on the wallet thread do not
/// wait.
void derive(const Call& call, const std::string& wallet, wallet::ImportRequest& request) {
    if (!request.descriptor.is_range()) return;
    const auto [first, last] = request.range.value();
    // The wallet derives scripts ahead of the first unused one.
    const auto keypool = wallets(call).options().keypool;
    const auto end = std::max(last + 1, request.next_index.value_or(first) + keypool);
    for (std::uint32_t index = first; index < end; ++index) {
        if ((index - first) % derivations_per_check == 0) {
            with_wallet(call, wallet,
                        [](const wallet::Wallet& open) { value_of(open.check_scan()); });
        }
        request.derived.push_back(
            request.descriptor.scripts(index).value_or(std::vector<Script>{}));
    }
}

/// Imports what one object describes. The reason of a failure and what was warned of before it are
/// part of the result.
Json import_one(const Call& call, const std::string& wallet, const Json& data,
                std::int64_t created) {
    Json out = Json::object();
    std::vector<std::string> warnings;
    try {
        for (auto& request : parse_imports(data, created, call, warnings)) {
            with_wallet(call, wallet, [&](const wallet::Wallet& open) {
                value_of(open.check_import(request, warnings));
            });
            derive(call, wallet, request);
            const auto more = with_wallet(call, wallet, [&](wallet::Wallet& open) {
                return value_of(open.import_descriptor(std::move(request)));
            });
            warnings.insert(warnings.end(), more.begin(), more.end());
        }
        out.append("success", true);
    } catch (const Error& error) {
        // If a request is malformed or the node is stopping, the whole call fails.
        if (error.code == code::type || error.code == code::misc) throw;
        Json reason = Json::object();
        reason.append("code", error.code);
        reason.append("message", error.message);
        out.append("success", false);
        out.append("error", std::move(reason));
    }
    if (!warnings.empty()) out.append("warnings", warnings_json(warnings));
    return out;
}

/// The time from which on the stored blocks have all payments to a key: later than the blocks up to
/// `last_pruned`.
std::int64_t scanned_since(const chain::ChainView& view, Height last_pruned) {
    std::int64_t latest = 0;
    for (Height height = 0; height <= last_pruned; ++height)
        latest = std::max<std::int64_t>(latest, view.at(height)->header.time);
    return latest + block_time_margin + 1;
}

Json not_scanned(std::int64_t created, std::int64_t since) {
    Json reason = Json::object();
    reason.append("code", code::misc);
    reason.append(
        "message",
        fmt::format("Rescan failed for descriptor with timestamp {}. Blocks up to time {} were "
                    "removed by pruning, so their payments to it are unknown. Download the "
                    "blocks again "
                    "(-reindex without -prune), then call rescanblockchain.",
                    created, since - block_time_margin - 1));
    Json out = Json::object();
    out.append("success", false);
    out.append("error", std::move(reason));
    return out;
}

/// Scans the blocks since `since` that are not pruned for transactions of the imported descriptors.
/// Returns the time from which on all were found.
std::int64_t rescan_since(Call& call, const std::string& wallet, std::int64_t since) {
    const auto view = call.node().ledger.view();
    const Height pruned = last_pruned(*view).value_or(-1);
    Height first = 0;
    auto range = with_wallet(call, wallet, [&](const wallet::Wallet& open) {
        first = open.first_height_since(since);
        return open.scan_range(std::max(first, pruned + 1), std::nullopt);
    });
    in_slices(call, wallet, [&](wallet::Wallet& open) { return open.scan_some(range); });
    return first > pruned ? since : scanned_since(*view, pruned);
}

/// Imports, then scans from the oldest timestamp of the requests on.
Json import_all(Call& call, const std::string& wallet) {
    const auto now = with_wallet(call, wallet, [](const wallet::Wallet& open) {
        value_of(open.check_unlocked());
        return unix_seconds(open.tip().median_time_past);
    });
    std::optional<std::int64_t> oldest;
    std::vector<Json> results;
    std::vector<std::int64_t> times;
    for (const auto& data : call.json(0).items()) {
        times.push_back(parse_timestamp(data, now));
        results.push_back(import_one(call, wallet, data, times.back()));
        if (results.back().find("success")->as_bool())
            oldest = std::min(oldest.value_or(times.back()), times.back());
    }
    const auto scanned = oldest ? rescan_since(call, wallet, *oldest) : 0;
    Json out = Json::array();
    for (std::size_t i = 0; i < results.size(); ++i) {
        const bool incomplete = results[i].find("success")->as_bool() && times[i] < scanned;
        out.push(incomplete ? not_scanned(times[i], scanned) : std::move(results[i]));
    }
    return out;
}

/// Whether a watch-only wallet has no private text of this descriptor.
bool lacks_private_keys(const wallet::Wallet& wallet, const wallet::DescriptorRecord& record) {
    return wallet.flags().private_keys_disabled && record.descriptor.is_solvable();
}

}  // namespace

Json listdescriptors(Call& call) {
    const bool with_private = call.boolean(0, false);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        if (with_private) value_of(wallet.check_unlocked());
        const auto& records = wallet.keys().records();
        std::vector<std::pair<std::string, Json>> sorted;
        for (std::size_t i = 0; i < records.size(); ++i) {
            const auto& record = records[i];
            if (with_private && lacks_private_keys(wallet, record))
                throw Error{code::wallet, "Can't get descriptor string."};
            const auto text =
                with_private ? record.descriptor.to_private_text() : record.normalized_text;
            const auto internal = wallet.keys().active_internal(i);
            Json entry = Json::object();
            entry.append("desc", text);
            entry.append("timestamp", record.created);
            entry.append("active", internal.has_value());
            if (internal) entry.append("internal", *internal);
            if (record.descriptor.is_range()) {
                Json range = Json::array();
                range.push(record.range_begin);
                range.push(record.range_end - 1);
                entry.append("range", std::move(range));
                entry.append("next", record.next_index);
                entry.append("next_index", record.next_index);
            }
            sorted.emplace_back(text, std::move(entry));
        }
        std::ranges::sort(sorted, {}, [](const auto& item) -> auto& { return item.first; });
        Json list = Json::array();
        for (auto& [text, entry] : sorted)
            list.push(std::move(entry));
        Json out = Json::object();
        out.append("wallet_name", wallet.name());
        out.append("descriptors", std::move(list));
        return out;
    });
}

Json importdescriptors(Call& call) {
    const ScannedWallet scanned(call);
    try {
        return import_all(call, scanned.name());
    } catch (const Error&) {
        const bool aborted = with_wallet(call, scanned.name(), [](const wallet::Wallet& open) {
            return open.scan() && open.scan()->aborted;
        });
        if (!aborted) throw;
        throw Error{code::misc, "Rescan aborted by user."};
    }
}

}  // namespace daler::rpc
