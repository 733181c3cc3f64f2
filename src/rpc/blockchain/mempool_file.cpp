#include "rpc/blockchain/methods.h"

#include <daler/ledger/mempool_import.h>
#include <daler/rpc/values.h>
#include <daler/storage/file_system.h>
#include <daler/util/log.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// A file of the user may be anything. The mempool of a node is much smaller.
constexpr std::uint64_t max_file_size = 1u << 30;

/// The error is for the log.
Result<mempool::SavedMempool, std::string> read_saved(const std::string& path) {
    auto& files = storage::real_file_system();
    try {
        if (!files.exists(path)) return fail(std::string("there is no such file"));
        if (files.open(path, storage::OpenMode::read)->size() > max_file_size)
            return fail(fmt::format("it has more than {} MiB", max_file_size >> 20));
        auto saved = mempool::decode_saved(storage::read_file(files, path).value_or(Bytes{}));
        if (!saved) return fail(std::string(describe(saved.error())));
        return std::move(*saved);
    } catch (const StorageError& error) {
        return fail(std::string(error.what()));
    }
}

bool option_flag(const Json& options, std::string_view name, bool fallback) {
    const auto* value = options.is_object() ? member(options, name) : nullptr;
    return value && !value->is_null() ? to_bool(*value) : fallback;
}

}  // namespace

Json importmempool(Call& call) {
    const auto& node = call.node();
    if (node.ledger.view()->initial_download()) {
        throw Error{code::client_in_initial_download,
                    "Can only import the mempool after the block download and sync is done."};
    }
    // Others are ignored, as in Bitcoin Core.
    const auto& options = call.json(1);
    const ledger::MempoolImport import{
        .keeps_times = !option_flag(options, "use_current_time", true),
        .keeps_fee_deltas = option_flag(options, "apply_fee_delta_priority", false),
        .keeps_unbroadcast = option_flag(options, "apply_unbroadcast_set", false)};
    const auto path = call.string(0);
    const auto saved = read_saved(path);
    if (!saved) {
        log::warning("{} was not imported: {}", path, saved.error());
        throw Error{code::misc, "Unable to import mempool file, see debug.log for details."};
    }
    const auto accepted = ledger::import_mempool(node.ledger, *saved, import, node.stopping);
    log::info("{}: {} of {} transactions accepted", path, accepted, saved->transactions.size());
    return Json::object();
}

Json savemempool(Call& call) {
    const auto& node = call.node();
    if (!node.save_mempool || node.loading())
        throw Error{code::misc, "The mempool was not loaded yet"};
    try {
        Json out = Json::object();
        out.append("filename", node.save_mempool());
        return out;
    } catch (const StorageError& error) {
        log::error("{}", error.what());
        throw Error{code::misc, "Unable to dump mempool to disk"};
    }
}

}  // namespace daler::rpc
