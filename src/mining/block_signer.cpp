#include <daler/mining/block_signer.h>

#include <daler/consensus/check_block.h>
#include <daler/consensus/signet.h>
#include <daler/descriptor/signing.h>
#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>

namespace daler::mining {
namespace {

/// scriptSig and witness, as a block carries them.
Bytes encode_solution(const TxInput& input) {
    ByteWriter writer;
    writer.sized_bytes(input.script_sig.bytes());
    writer.compact_size(input.witness.size());
    for (const Bytes& item : input.witness)
        writer.sized_bytes(item);
    return writer.take();
}

void add_to_commitment(Block& block, std::size_t output, ByteSpan solution) {
    Transaction coinbase = *block.transactions[0];
    consensus::append_signet_solution(coinbase.outputs[output].script_pubkey, solution);
    block.transactions[0] = seal(std::move(coinbase));
}

}  // namespace

BlockSigner::BlockSigner(Bytes challenge, descriptor::KeyRing keys)
    : challenge_(std::move(challenge)), keys_(std::move(keys)) {}

bool BlockSigner::sign(Block& block) const {
    const auto output = consensus::witness_commitment_index(block);
    if (!output) return false;
    // The signature covers the place of the solution, but not what is there.
    Block marked = block;
    add_to_commitment(marked, *output, {});
    auto transactions = consensus::signet_transactions(marked, challenge_);
    if (!transactions) return false;
    auto& [to_spend, to_sign] = *transactions;
    const script::PrecomputedHashes hashes(to_sign, to_spend.outputs);
    if (!descriptor::sign_input(to_sign, 0, to_spend.outputs[0], hashes, keys_)) return false;
    add_to_commitment(block, *output, encode_solution(to_sign.inputs[0]));
    block.header.merkle_root = consensus::merkle_root(block);
    return true;
}

bool BlockSigner::can_sign() const {
    Transaction coinbase;
    coinbase.inputs.resize(1);
    coinbase.outputs.push_back({Amount{0}, consensus::witness_commitment_script(Hash256{})});
    Block block;
    block.transactions.push_back(seal(std::move(coinbase)));
    return sign(block);
}

}  // namespace daler::mining
