#include "rpc/mining/methods.h"
#include "rpc/mining/proposal.h"

#include <daler/encoding/hex.h>
#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// The answer for a block as in BIP 22: null, or the reason in one word.
Json verdict_json(const consensus::Verdict& verdict) {
    if (verdict) return nullptr;
    return consensus::reject_reason(verdict.error());
}

/// Bytes after the block are ignored, because mining software may rely on that.
Block decode_hex_block(const std::string& hex) {
    const auto bytes = from_hex(hex);
    if (!bytes) throw Error{code::deserialization, "Block decode failed"};
    ByteReader reader(*bytes);
    Block block = read_block(reader);
    if (reader.error() != DecodeError::none)
        throw Error{code::deserialization, "Block decode failed"};
    return block;
}

BlockHeader decode_hex_header(const std::string& hex) {
    const auto bytes = from_hex(hex);
    if (!bytes) throw Error{code::deserialization, "Block header decode failed"};
    ByteReader reader(*bytes);
    const BlockHeader header = read_header(reader);
    if (reader.error() != DecodeError::none)
        throw Error{code::deserialization, "Block header decode failed"};
    return header;
}

/// Miners may leave out the witness reserved value of the coinbase: it is always the same.
void add_reserved_value(Block& block, const chain::BlockEntry* parent, const ChainParams& params) {
    if (!parent || parent->height + 1 < params.activation.segwit) return;
    if (!consensus::witness_commitment_index(block) || block.transactions[0]->has_witness()) return;
    Transaction coinbase = *block.transactions[0];
    coinbase.inputs[0].witness = {Bytes(32, 0)};
    block.transactions[0] = seal(std::move(coinbase));
}

std::optional<Json> known_block(const chain::BlockEntry* entry) {
    if (!entry) return std::nullopt;
    if (entry->has(chain::was_connected)) return Json("duplicate");
    if (entry->is_failed()) return Json("duplicate-invalid");
    return std::nullopt;
}

}  // namespace

Json judge_proposal(Call& call, const Json& request) {
    const auto* data = member(request, "data");
    if (!data || !data->is_string())
        throw Error{code::type, "Missing data String key for proposal"};
    auto block = std::make_shared<const Block>(decode_hex_block(data->as_string()));
    auto& ledger = call.node().ledger;
    if (const auto* entry = ledger.chain().index().find(block->header.hash())) {
        if (const auto known = known_block(entry)) return *known;
        return "duplicate-inconclusive";
    }
    if (block->header.previous != ledger.view()->tip().hash) return "inconclusive-not-best-prevblk";
    return verdict_json(
        ledger.call([&](ledger::State& state) { return state.chain.test_block(block, false); }));
}

Json submitblock(Call& call) {
    Block block = decode_hex_block(call.json(0).as_string());
    if (block.transactions.empty() || !block.transactions[0]->is_coinbase())
        throw Error{code::deserialization, "Block does not start with a coinbase"};
    auto& ledger = call.node().ledger;
    const auto hash = block.header.hash();
    const auto& index = ledger.chain().index();
    if (const auto known = known_block(index.find(hash))) return *known;
    add_reserved_value(block, index.find(block.header.previous), call.node().params);

    const auto shared = std::make_shared<const Block>(std::move(block));
    const auto result =
        ledger.call([&](ledger::State& state) { return state.chain.submit(shared); });
    if (!result.verdict) return verdict_json(result.verdict);
    if (!result.is_new) return "duplicate";
    if (!result.was_connected) return "inconclusive";
    return nullptr;
}

Json submitheader(Call& call) {
    const auto header = decode_hex_header(call.string(0));
    auto& ledger = call.node().ledger;
    if (!ledger.chain().index().find(header.previous)) {
        throw Error{code::verify, fmt::format("Must submit previous header ({}) first",
                                              header.previous.to_hex())};
    }
    const auto verdict =
        ledger.call([&](ledger::State& state) { return state.chain.accept_header(header); });
    if (!verdict) throw Error{code::verify, consensus::reject_reason(verdict.error())};
    return nullptr;
}

}  // namespace daler::rpc
