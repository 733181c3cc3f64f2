#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"

#include <daler/consensus/check_transaction.h>
#include <daler/consensus/merkle_proof.h>
#include <daler/encoding/hex.h>
#include <daler/index/indexes.h>
#include <daler/rpc/values.h>

#include <algorithm>
#include <set>

namespace daler::rpc {
namespace {

/// No block has a transaction with more outputs: each has a weight of at least 36.
constexpr std::uint32_t block_outputs = consensus::max_block_weight / 36;
/// So many outputs are looked up before others may use the ledger.
constexpr std::uint32_t outputs_at_once = 2000;

std::set<Txid> wanted_transactions(const Json& list) {
    if (list.empty()) throw Error{code::invalid_parameter, "Parameter 'txids' cannot be empty"};
    std::set<Txid> out;
    for (const Json& item : list.items()) {
        const Txid txid{to_hash(item, "txid")};
        if (!out.insert(txid).second) {
            throw Error{code::invalid_parameter,
                        "Invalid parameter, duplicated txid: " + item.as_string()};
        }
    }
    return out;
}

/// The height of the block that contains the transaction, if one of its outputs is unspent.
std::optional<Height> height_by_coins(const Services& node, const Txid& txid) {
    for (std::uint32_t first = 0; first < block_outputs; first += outputs_at_once) {
        refuse_if_stopping(node);
        const auto height = node.ledger.call([&](ledger::State& state) -> std::optional<Height> {
            for (auto i = first; i < std::min(first + outputs_at_once, block_outputs); ++i)
                if (const auto coin = state.chain.coin({txid, i})) return coin->height;
            return {};
        });
        if (height) return height;
    }
    return {};
}

/// The block to prove from if the caller names none.
const chain::BlockEntry& block_with(const Services& node, const std::set<Txid>& wanted) {
    for (const auto& txid : wanted) {
        const auto height = height_by_coins(node, txid);
        const auto* block = height ? node.ledger.view()->at(*height) : nullptr;
        if (block) return *block;
    }
    auto* index = node.indexes ? node.indexes->transactions() : nullptr;
    if (index) {
        (void)index->follower().wait_if_synced();
        if (const auto found = index->find(*wanted.begin())) return *found->block;
    }
    throw Error{code::invalid_address_or_key, "Transaction not yet in block"};
}

}  // namespace

Json gettxoutproof(Call& call) {
    const auto wanted = wanted_transactions(call.json(0));
    const auto& node = call.node();
    const auto& entry =
        call.has(1) ? find_block(node.ledger, call.hash<BlockHash>(1)) : block_with(node, wanted);
    const auto block = read_available_block(node.ledger, entry);
    std::vector<bool> shown;
    for (const auto& tx : block->transactions)
        shown.push_back(wanted.contains(tx->txid));
    if (std::cmp_not_equal(std::ranges::count(shown, true), wanted.size())) {
        throw Error{code::invalid_address_or_key,
                    "Not all transactions found in specified or retrieved block"};
    }
    return to_hex(encode(consensus::prove(*block, shown)));
}

Json verifytxoutproof(Call& call) {
    const auto proof = consensus::decode_merkle_proof(call.hex(0));
    if (!proof) throw Error{code::misc, "DataStream::read(): end of data: iostream error"};
    const auto transactions = consensus::proved_transactions(*proof);
    Json out = Json::array();
    if (!transactions) return out;
    const auto& ledger = call.node().ledger;
    const auto* block = ledger.chain().index().find(proof->header.hash());
    if (!block || !ledger.view()->contains(*block))
        throw Error{code::invalid_address_or_key, "Block not found in chain"};
    if (block->tx_count != proof->transactions) return out;
    for (const auto& txid : *transactions)
        out.push(txid.to_hex());
    return out;
}

}  // namespace daler::rpc
