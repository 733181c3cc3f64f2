#include <daler/primitives/genesis.h>

#include <daler/encoding/hex.h>
#include <daler/util/ensure.h>

namespace daler {
namespace {

constexpr std::uint8_t op_pushdata1 = 0x4c;
constexpr std::uint8_t op_checksig = 0xac;
constexpr std::size_t longest_plain_push = 75;

Bytes hex(std::string_view text) {
    auto bytes = from_hex(text);
    ensure(bytes.has_value());
    return *bytes;
}

}  // namespace

BlockRef make_genesis(const GenesisPlan& plan) {
    ensure(!plan.message.empty() && plan.message.size() <= max_genesis_message);
    Transaction coinbase;
    coinbase.version = 1;
    TxInput input;
    // Pushes of 0x1d00ffff and 4, then the message.
    input.script_sig = Script(hex("04ffff001d0104"));
    if (plan.message.size() > longest_plain_push) input.script_sig.append(op_pushdata1);
    input.script_sig.append(static_cast<std::uint8_t>(plan.message.size()));
    input.script_sig.append(as_bytes(plan.message));
    coinbase.inputs.push_back(std::move(input));

    TxOutput output;
    output.value = plan.reward;
    const Bytes key = hex(plan.key);
    output.script_pubkey.append(static_cast<std::uint8_t>(key.size()));
    output.script_pubkey.append(key);
    output.script_pubkey.append(op_checksig);
    coinbase.outputs.push_back(std::move(output));

    auto block = std::make_shared<Block>();
    block->transactions.push_back(seal(std::move(coinbase)));
    block->header.version = 1;
    block->header.merkle_root = block->transactions[0]->txid.as<MerkleRoot>();
    block->header.time = plan.time;
    block->header.bits = plan.bits;
    block->header.nonce = plan.nonce;
    return block;
}

}  // namespace daler
