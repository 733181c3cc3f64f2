#include "rpc/block_access.h"

#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr const char* not_on_disk = "Block not found on disk";

void require_block_data(const chain::BlockEntry& entry) {
    if (entry.has(chain::has_data)) return;
    throw Error{code::misc, entry.is_pruned() ? "Block not available (pruned data)"
                                              : "Block not available (not fully downloaded)"};
}

}  // namespace

const chain::BlockEntry& find_block(const ledger::Ledger& ledger, const BlockHash& hash) {
    const chain::BlockEntry* entry = ledger.chain().index().find(hash);
    if (!entry) throw Error{code::invalid_address_or_key, "Block not found"};
    return *entry;
}

const chain::BlockEntry& block_by_hash_or_height(const Call& call, std::size_t i) {
    const Json& given = call.json(i);
    const auto& ledger = call.node().ledger;
    if (!given.is_number()) return find_block(ledger, {to_hash(given, call.argument_name(i))});
    const auto height = to_int32(given);
    if (height < 0) {
        throw Error{code::invalid_parameter,
                    fmt::format("Target block height {} is negative", height)};
    }
    const auto view = ledger.view();
    if (height > view->height()) {
        throw Error{
            code::invalid_parameter,
            fmt::format("Target block height {} after current tip {}", height, view->height())};
    }
    return *view->at(height);
}

BlockRef read_available_block(const ledger::Ledger& ledger, const chain::BlockEntry& entry) {
    require_block_data(entry);
    auto block = ledger.chain().read_block(entry);
    if (!block) throw Error{code::misc, not_on_disk};
    return block;
}

std::shared_ptr<const chain::StoredBlock> read_stored_block(const ledger::Ledger& ledger,
                                                            const chain::BlockEntry& entry) {
    require_block_data(entry);
    auto block = ledger.chain().stored_block(entry);
    if (!block) throw Error{code::misc, not_on_disk};
    return block;
}

coins::BlockUndo read_available_undo(const ledger::Ledger& ledger, const chain::BlockEntry& entry) {
    if (!entry.has(chain::has_undo)) {
        throw Error{code::misc, entry.is_pruned() ? "Undo data not available (pruned data)"
                                                  : "Undo data not available"};
    }
    auto undo = ledger.chain().read_undo(entry);
    if (!undo) throw Error{code::misc, "Can't read undo data from disk"};
    return std::move(*undo);
}

std::optional<Height> last_pruned(const chain::ChainView& view) {
    // The genesis block has no undo data and is left out.
    const auto is_whole = [](const chain::BlockEntry& entry) {
        return entry.has(chain::has_data | chain::has_undo);
    };
    for (const auto* entry = &view.tip(); entry->height > 0; entry = entry->previous)
        if (!is_whole(*entry)) return entry->height;
    return std::nullopt;
}

}  // namespace daler::rpc
