#include "chain_builder.h"

#include <daler/consensus/check_block.h>
#include <daler/script/standard.h>

namespace daler::test {
namespace {

constexpr std::uint8_t op_true = 0x51;

void commit_to_witnesses(Block& block, Transaction coinbase) {
    const Hash256 reserved{};
    coinbase.inputs[0].witness = {Bytes(32, 0)};
    const auto commitment = consensus::witness_commitment(block, reserved);
    coinbase.outputs.push_back({Amount{0}, consensus::witness_commitment_script(commitment)});
    block.transactions[0] = seal(std::move(coinbase));
}

}  // namespace

Script anyone_can_spend() {
    return Script(Bytes{op_true});
}

TransactionRef spend(std::span<const OutPoint> inputs, std::span<const Amount> values) {
    Transaction tx;
    for (const auto& outpoint : inputs)
        tx.inputs.push_back({outpoint, {}, 0xffffffff, {}});
    for (const auto& value : values)
        tx.outputs.push_back({value, anyone_can_spend()});
    return seal(std::move(tx));
}

TransactionRef spend(const OutPoint& input, Amount value) {
    return spend({&input, 1}, {&value, 1});
}

ChainBuilder::ChainBuilder(ChainParams params) : params_(std::move(params)) {
    known_[params_.genesis_hash] = {0, params_.genesis->header.time};
}

BlockRef ChainBuilder::block(const BlockHash& parent, Plan plan) {
    const auto& below = known_.at(parent);
    const Height height = below.height + 1;

    Transaction coinbase;
    TxInput input;
    script::push_number(input.script_sig, height);
    ++made_;
    script::push(input.script_sig,
                 ByteSpan{reinterpret_cast<const std::uint8_t*>(&made_), sizeof made_});
    coinbase.inputs.push_back(std::move(input));
    coinbase.outputs.push_back(
        {consensus::block_subsidy(height, params_) + plan.fees, std::move(plan.payout)});

    Block block;
    block.header.version = 0x20000000;
    block.header.previous = parent;
    block.header.time = plan.time != 0 ? plan.time : below.time + 1;
    block.header.bits = params_.genesis->header.bits;
    block.transactions.push_back(seal(coinbase));
    bool has_witness = false;
    for (auto& tx : plan.transactions) {
        has_witness = has_witness || tx->has_witness();
        block.transactions.push_back(std::move(tx));
    }
    if (has_witness) commit_to_witnesses(block, std::move(coinbase));
    return finish(std::move(block));
}

std::vector<BlockRef> ChainBuilder::chain(const BlockHash& parent, std::size_t count) {
    std::vector<BlockRef> blocks;
    auto at = parent;
    for (std::size_t i = 0; i < count; ++i) {
        blocks.push_back(block(at));
        at = blocks.back()->header.hash();
    }
    return blocks;
}

BlockRef ChainBuilder::finish(Block block) {
    block.header.merkle_root = consensus::merkle_root(block);
    solve(block.header);
    known_[block.header.hash()] = {known_.at(block.header.previous).height + 1, block.header.time};
    return std::make_shared<const Block>(std::move(block));
}

void ChainBuilder::solve(BlockHeader& header) const {
    while (!consensus::has_proof_of_work(header.hash(), header.bits, params_))
        ++header.nonce;
}

}  // namespace daler::test
