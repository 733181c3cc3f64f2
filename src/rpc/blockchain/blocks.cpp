#include "rpc/block_access.h"
#include "rpc/blockchain/block_json.h"
#include "rpc/blockchain/methods.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// A number, or a boolean as in old versions of the method.
std::int64_t verbosity(const Call& call, std::size_t i) {
    if (!call.has(i)) return 1;
    if (call.json(i).is_bool()) return call.json(i).as_bool() ? 1 : 0;
    return to_int32(call.json(i));
}

/// Writes the array of all transactions, from memory if the same was asked for before.
void write_all_transactions(Services& node, JsonWriter& out, const chain::BlockEntry& entry,
                            const chain::StoredBlock& block, bool show_prevouts) {
    // The text is about so much longer than the block.
    constexpr std::size_t growth = 8;
    const bool has_undo = entry.has(chain::has_undo);
    const WrittenBlocks::Key key{entry.hash, show_prevouts && has_undo, has_undo};
    const auto known = node.written_blocks.find(key);
    if (known.text) return out.written(*known.text);

    std::optional<coins::BlockUndo> undo;
    if (has_undo) undo = node.ledger.chain().read_undo(entry);
    out.reserve(growth * block.bytes().size());
    const std::size_t start = out.text().size();
    write_transactions(out, block, undo ? &*undo : nullptr, show_prevouts, node.params.address);
    if (known.is_wanted && undo.has_value() == has_undo)
        node.written_blocks.keep(key, std::string(out.text().substr(start)));
}

}  // namespace

void getblockheader(Call& call, JsonWriter& result) {
    const auto& entry = find_block(call.node().ledger, call.hash<BlockHash>(0, "hash"));
    if (!call.boolean(1, true)) return result.hex(encode(entry.header));
    result.begin_object();
    write_header(result, entry, *call.node().ledger.view());
    result.end_object();
}

void getblock(Call& call, JsonWriter& result) {
    const auto hash = call.hash<BlockHash>(0);
    const auto level = verbosity(call, 1);
    const auto& entry = find_block(call.node().ledger, hash);
    const auto block = read_stored_block(call.node().ledger, entry);
    if (level <= 0) {
        // With the end of the answer, so that the text is not moved for it.
        constexpr std::size_t end_of_answer = 1000;
        result.reserve(2 * block->bytes().size() + end_of_answer);
        return result.hex(block->bytes());
    }
    result.begin_object();
    write_header(result, entry, *call.node().ledger.view());
    write_sizes(result, *block);
    result.key("tx");
    if (level == 1)
        write_txids(result, *block);
    else
        write_all_transactions(call.node(), result, entry, *block, level >= 3);
    result.end_object();
}

Json getblockfrompeer(Call& call) {
    const auto hash = call.hash<BlockHash>(0);
    const auto peer = call.long_integer(1);
    const auto& node = call.node();
    const auto* block = node.ledger.chain().index().find(hash);
    if (!block) throw Error{code::misc, "Block header missing"};
    if (node.prune_target && block->height > node.ledger.view()->height()) {
        throw Error{code::misc,
                    "In prune mode, only blocks that the node has already synced previously can be "
                    "fetched from a peer"};
    }
    if (block->has(chain::has_data)) throw Error{code::misc, "Block already downloaded"};
    if (node.loading()) throw Error{code::misc, "Loading blocks ..."};
    if (const auto asked = node.peers.fetch_block(peer, *block); !asked)
        throw Error{code::misc, asked.error()};
    return Json::object();
}

}  // namespace daler::rpc
