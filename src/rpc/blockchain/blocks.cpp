#include "rpc/block_access.h"
#include "rpc/blockchain/block_json.h"
#include "rpc/blockchain/methods.h"

#include <daler/encoding/hex.h>
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

}  // namespace

Json getblockheader(Call& call) {
    const auto& entry = find_block(call.node().ledger, call.hash<BlockHash>(0, "hash"));
    if (!call.boolean(1, true)) return to_hex(encode(entry.header));
    return header_json(entry, *call.node().ledger.view());
}

Json getblock(Call& call) {
    const auto hash = call.hash<BlockHash>(0);
    const auto level = verbosity(call, 1);
    const auto& chain = call.node().ledger.chain();
    const auto& entry = find_block(call.node().ledger, hash);
    if (level <= 0) return to_hex(read_available_bytes(call.node().ledger, entry));
    const BlockRef block = read_available_block(call.node().ledger, entry);
    std::optional<coins::BlockUndo> undo;
    if (level >= 2 && entry.has(chain::has_undo)) undo = chain.read_undo(entry);
    const auto detail = level == 1   ? BlockDetail::txids
                        : level == 2 ? BlockDetail::transactions
                                     : BlockDetail::prevouts;
    return block_json(entry, *call.node().ledger.view(), *block, undo ? &*undo : nullptr, detail,
                      call.node().params.address);
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
