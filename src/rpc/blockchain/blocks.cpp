#include "rpc/block_access.h"
#include "rpc/blockchain/block_json.h"

#include <daler/encoding/hex.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::string_view not_on_disk = "Block not found on disk";

Json getblockheader(Call& call) {
    const auto& entry = find_block(call.node().ledger, call.hash<BlockHash>(0, "hash"));
    if (!call.boolean(1, true)) return to_hex(encode(entry.header));
    return header_json(entry, *call.node().ledger.view());
}

/// A number, or a truth value as in the days before verbosity had levels.
std::int64_t verbosity(const Call& call, std::size_t i) {
    if (!call.has(i)) return 1;
    if (call.json(i).is_bool()) return call.json(i).as_bool() ? 1 : 0;
    return to_int32(call.json(i));
}

Json getblock(Call& call) {
    const auto hash = call.hash<BlockHash>(0);
    const auto level = verbosity(call, 1);
    const auto& chain = call.node().ledger.chain();
    const auto& entry = find_block(call.node().ledger, hash);
    if (level <= 0) {
        require_block_data(entry);
        const Bytes bytes = chain.read_block_bytes(entry);
        if (bytes.empty()) throw Error{code::misc, std::string(not_on_disk)};
        return to_hex(bytes);
    }
    const BlockRef block = read_available_block(call.node().ledger, entry);
    std::optional<chain::BlockUndo> undo;
    if (level >= 2 && entry.has(chain::has_undo)) undo = chain.read_undo(entry);
    const auto detail = level == 1   ? BlockDetail::txids
                        : level == 2 ? BlockDetail::transactions
                                     : BlockDetail::prevouts;
    return block_json(entry, *call.node().ledger.view(), *block, undo ? &*undo : nullptr, detail,
                      call.node().params.address);
}

}  // namespace

void require_block_data(const chain::BlockEntry& entry) {
    if (entry.has(chain::has_data)) return;
    throw Error{code::misc, entry.is_pruned() ? "Block not available (pruned data)"
                                              : "Block not available (not fully downloaded)"};
}

BlockRef read_available_block(const ledger::Ledger& ledger, const chain::BlockEntry& entry) {
    require_block_data(entry);
    auto block = ledger.chain().read_block(entry);
    if (!block) throw Error{code::misc, std::string(not_on_disk)};
    return block;
}

chain::BlockUndo read_available_undo(const ledger::Ledger& ledger, const chain::BlockEntry& entry) {
    if (!entry.has(chain::has_undo)) {
        throw Error{code::misc, entry.is_pruned() ? "Undo data not available (pruned data)"
                                                  : "Undo data not available"};
    }
    auto undo = ledger.chain().read_undo(entry);
    if (!undo) throw Error{code::misc, "Can't read undo data from disk"};
    return std::move(*undo);
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

std::vector<Method> block_methods() {
    return {
        {"Blockchain",
         "getblock",
         "A block: its bytes, or what is in it.",
         {{"blockhash", Type::hex, "", "The block"},
          {"verbosity|verbose", Type::any, "1",
           "0 for hex, 1 for an object with ids of transactions, 2 for whole transactions, 3 with "
           "the outputs they spend, too"}},
         "hex or an object",
         getblock},
        {"Blockchain",
         "getblockheader",
         "The header of a block.",
         {{"blockhash", Type::hex, "", "The block"},
          {"verbose", Type::boolean, "true", "true for an object, false for hex"}},
         "an object or hex",
         getblockheader},
    };
}

}  // namespace daler::rpc
