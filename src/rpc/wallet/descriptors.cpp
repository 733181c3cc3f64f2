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

/// The options of one import.
wallet::ImportRequest with_options(const descriptor::Descriptor& parsed, const Json& data,
                                   std::int64_t created,
                                   const std::optional<std::string>& label_text) {
    const auto* active = data.find("active");
    const bool label = label_text.has_value();
    wallet::ImportRequest out{.descriptor = parsed, .created = created};
    const auto* internal = data.find("internal");
    const auto* range = member(data, "range");
    const auto* next_index = member(data, "next_index");
    out.active = active && to_bool(*active);
    out.internal = internal && to_bool(*internal);
    if (label) out.label = *label_text;

    const bool is_range = out.descriptor.is_range();
    if (!is_range && range) {
        throw Error{code::invalid_parameter,
                    "Range should not be specified for an un-ranged descriptor"};
    }
    if (range) {
        const auto [first, last] = to_index_range(*range);
        out.range = {first, last};
    }
    if (next_index && is_range) {
        const auto index = to_integer(*next_index);
        if (index < 0 || index >> 31 != 0)
            throw Error{code::invalid_parameter, "next_index is out of range"};
        out.next_index = static_cast<std::uint32_t>(index);
    }
    if (out.active && !is_range)
        throw Error{code::invalid_parameter, "Active descriptors must be ranged"};
    if (is_range && label)
        throw Error{code::invalid_parameter, "Ranged descriptors should not have a label"};
    if (out.internal && label)
        throw Error{code::invalid_parameter, "Internal addresses should not have a label"};
    if (out.active && !out.descriptor.is_single_script())
        throw Error{code::wallet, "Combo descriptors cannot be set to active"};
    return out;
}

/// One import, or one for each path of a descriptor with several (BIP 389).
std::vector<wallet::ImportRequest> parse_imports(const Json& data, std::int64_t created,
                                                 const AddressFormat& format) {
    const auto* text = data.find("desc");
    if (!text) throw Error{code::invalid_parameter, "Descriptor not found."};
    const auto* active = data.find("active");
    const auto* label = member(data, "label");
    const std::string& descriptor_text = to_text(*text);
    if (active) static_cast<void>(to_bool(*active));
    const auto label_text = label ? std::optional(label_of(*label)) : std::nullopt;
    const auto all = descriptor::Descriptor::parse_all(descriptor_text, format,
                                                       descriptor::ChecksumRule::required);
    if (!all) throw Error{code::invalid_address_or_key, all.error()};
    const bool has_paths = all->size() > 1;
    if (has_paths && data.find("internal")) {
        throw Error{code::invalid_address_or_key,
                    "Cannot have multipath descriptor while also specifying 'internal'"};
    }
    if (has_paths && label)
        throw Error{code::invalid_parameter, "Multipath descriptors should not have a label"};
    std::vector<wallet::ImportRequest> out;
    for (const auto& parsed : *all)
        out.push_back(with_options(parsed, data, created, label_text));
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
    const auto [first, last] = request.range.value_or(std::pair<std::uint32_t, std::uint32_t>{});
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

Json import_one(const Call& call, const std::string& wallet, const Json& data,
                std::int64_t created) {
    Json out = Json::object();
    try {
        auto requests = parse_imports(data, created, call.node().params.address);
        std::vector<std::string> warnings;
        for (auto& request : requests) {
            with_wallet(call, wallet,
                        [&](const wallet::Wallet& open) { value_of(open.check_import(request)); });
            derive(call, wallet, request);
            // The paths have the same warnings.
            warnings = with_wallet(call, wallet, [&](wallet::Wallet& open) {
                return value_of(open.import_descriptor(std::move(request)));
            });
        }
        out.append("success", true);
        if (!warnings.empty()) out.append("warnings", warnings_json(warnings));
    } catch (const Error& error) {
        // If a request is malformed or the node is stopping, the whole call fails.
        if (error.code == code::type || error.code == code::misc) throw;
        Json reason = Json::object();
        reason.append("code", error.code);
        reason.append("message", error.message);
        out.append("success", false);
        out.append("error", std::move(reason));
    }
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

}  // namespace

Json listdescriptors(Call& call) {
    const bool with_private = call.boolean(0, false);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        if (with_private && wallet.flags().private_keys_disabled)
            throw Error{code::wallet, "Can't get private descriptor string for watch-only wallets"};
        if (with_private) value_of(wallet.check_unlocked());
        const auto& records = wallet.keys().records();
        std::vector<std::pair<std::string, Json>> sorted;
        for (std::size_t i = 0; i < records.size(); ++i) {
            const auto& record = records[i];
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
