// Merkle trees and the witness commitment: the last part of check_block.h.
#include <daler/consensus/check_block.h>

namespace daler::consensus {
namespace {

// BIP 141: OP_RETURN, a push of 36 bytes, a marker, then the commitment.
constexpr std::array<std::uint8_t, 6> commitment_prefix{0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed};

}  // namespace

MerkleRoot merkle_root(std::vector<Hash256> leaves, bool* mutated) {
    bool twins = false;
    while (leaves.size() > 1) {
        for (std::size_t i = 0; i + 1 < leaves.size(); i += 2)
            twins = twins || leaves[i] == leaves[i + 1];
        if (leaves.size() % 2 != 0) leaves.push_back(leaves.back());
        for (std::size_t i = 0; i < leaves.size() / 2; ++i)
            leaves[i].bytes = crypto::sha256d(leaves[2 * i].bytes, leaves[2 * i + 1].bytes);
        leaves.resize(leaves.size() / 2);
    }
    if (mutated) *mutated = twins;
    return leaves.empty() ? MerkleRoot{} : leaves[0].as<MerkleRoot>();
}

MerkleRoot merkle_root(const Block& block, bool* mutated) {
    std::vector<Hash256> leaves;
    leaves.reserve(block.transactions.size() + 1);
    for (const auto& tx : block.transactions)
        leaves.push_back(tx->txid.as<Hash256>());
    return merkle_root(std::move(leaves), mutated);
}

MerkleRoot witness_merkle_root(const Block& block) {
    std::vector<Hash256> leaves;
    leaves.reserve(block.transactions.size() + 1);
    for (const auto& tx : block.transactions)
        leaves.push_back(leaves.empty() ? Hash256{} : tx->wtxid.as<Hash256>());
    return merkle_root(std::move(leaves));
}

std::optional<std::size_t> witness_commitment_index(const Block& block) {
    if (block.transactions.empty()) return std::nullopt;
    const auto& outputs = block.transactions[0]->outputs;
    for (std::size_t i = outputs.size(); i-- > 0;) {
        const ByteSpan script = outputs[i].script_pubkey.bytes();
        if (script.size() >= commitment_prefix.size() + 32 &&
            std::ranges::equal(script.first(commitment_prefix.size()), commitment_prefix)) {
            return i;
        }
    }
    return std::nullopt;
}

Hash256 witness_commitment(const Block& block, const Hash256& reserved_value) {
    return {crypto::sha256d(witness_merkle_root(block).bytes, reserved_value.bytes)};
}

Script witness_commitment_script(const Hash256& commitment) {
    Script script(commitment_prefix);
    script.append(commitment.bytes);
    return script;
}

}  // namespace daler::consensus
