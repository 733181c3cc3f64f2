#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"

#include <daler/encoding/hex.h>
#include <daler/index/indexes.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

[[noreturn]] void filter_not_found(const chain::BlockEntry& block, bool is_ready) {
    std::string text = "Filter not found.";
    if (!block.has(chain::was_connected)) {
        text += " Block was not connected to active chain.";
        throw Error{code::invalid_address_or_key, text};
    }
    if (!is_ready) {
        text += " Block filters are still in the process of being indexed.";
        throw Error{code::misc, text};
    }
    text += " This error is unexpected and indicates index corruption.";
    throw Error{code::internal_error, text};
}

}  // namespace

Json getblockfilter(Call& call) {
    const auto hash = call.hash<BlockHash>(0);
    const auto type = call.string(1, "basic");
    if (type != "basic") throw Error{code::invalid_address_or_key, "Unknown filtertype"};
    auto* indexes = call.node().indexes;
    auto* index = indexes ? indexes->filters() : nullptr;
    if (!index)
        throw Error{code::misc, fmt::format("Index is not enabled for filtertype {}", type)};
    const auto& block = find_block(call.node().ledger, hash);
    const bool is_ready = index->follower().wait_if_synced();
    const auto filter = index->find(hash);
    if (!filter) filter_not_found(block, is_ready);
    Json out = Json::object();
    out.append("filter", to_hex(filter->bytes));
    out.append("header", filter->header.to_hex());
    return out;
}

}  // namespace daler::rpc
