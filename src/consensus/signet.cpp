#include <daler/consensus/check_block.h>
#include <daler/consensus/signet.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/interpreter.h>
#include <daler/script/opcodes.h>

#include <algorithm>

namespace daler::consensus {
namespace {

constexpr std::array<std::uint8_t, 4> solution_marker{0xec, 0xc7, 0xda, 0xa2};

// The rules that a solution is checked under (BIP 325), at any height.
constexpr script::Flags solution_flags =
    script::verify_p2sh | script::verify_witness | script::verify_dersig | script::verify_nulldummy;

// Pushes by length alone: unlike script::push it does not turn a byte into OP_1 to OP_16.
void push_data(Script& script, ByteSpan data) {
    ByteWriter length;
    if (data.size() < script::op_pushdata1) {
        length.u8(static_cast<std::uint8_t>(data.size()));
    } else if (data.size() <= 0xff) {
        length.u8(script::op_pushdata1);
        length.u8(static_cast<std::uint8_t>(data.size()));
    } else if (data.size() <= 0xffff) {
        length.u8(script::op_pushdata2);
        length.u16(static_cast<std::uint16_t>(data.size()));
    } else {
        length.u8(script::op_pushdata4);
        length.u32(static_cast<std::uint32_t>(data.size()));
    }
    script.append(length.view());
    script.append(data);
}

ByteSpan read_push(ByteReader& reader, std::uint8_t opcode) {
    std::size_t size = opcode;
    if (opcode == script::op_pushdata1) size = reader.u8();
    if (opcode == script::op_pushdata2) size = reader.u16();
    if (opcode == script::op_pushdata4) size = reader.u32();
    return reader.bytes(size);
}

// Removes the solution from the commitment's script and keeps its marker, because a solution
// cannot sign itself. Nothing if there is none; then the script does not change.
std::optional<Bytes> take_solution(Script& script) {
    std::optional<Bytes> solution;
    Script rest;
    ByteReader reader(script.bytes());
    while (!reader.remaining().empty()) {
        const std::uint8_t opcode = reader.u8();
        const ByteSpan data =
            opcode <= script::op_pushdata4 ? read_push(reader, opcode) : ByteSpan{};
        if (!reader.ok()) break;
        if (data.empty()) {
            rest.append(opcode);
        } else if (!solution && data.size() > solution_marker.size() &&
                   std::ranges::equal(data.first(solution_marker.size()), solution_marker)) {
            const ByteSpan behind = data.subspan(solution_marker.size());
            solution.emplace(behind.begin(), behind.end());
            push_data(rest, solution_marker);
        } else {
            push_data(rest, data);
        }
    }
    if (solution) script = std::move(rest);
    return solution;
}

bool read_solution(ByteSpan solution, TxInput& input) {
    ByteReader reader(solution);
    input.script_sig = Script(reader.sized_bytes());
    const std::size_t count = reader.count(1);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        const ByteSpan item = reader.sized_bytes();
        input.witness.emplace_back(item.begin(), item.end());
    }
    return reader.finish() == DecodeError::none;
}

MerkleRoot merkle_root_with(const Transaction& coinbase, const Block& block) {
    std::vector<Hash256> leaves{compute_txid(coinbase).as<Hash256>()};
    for (std::size_t i = 1; i < block.transactions.size(); ++i)
        leaves.push_back(block.transactions[i]->txid.as<Hash256>());
    return merkle_root(std::move(leaves));
}

// The data that the signature commits to: the header without target and nonce.
Bytes signed_block_data(const BlockHeader& header, const MerkleRoot& root) {
    ByteWriter writer(72);
    writer.i32(header.version);
    writer.bytes(header.previous.bytes);
    writer.bytes(root.bytes);
    writer.u32(header.time);
    return writer.take();
}

Transaction empty_transaction(Script script_pubkey) {
    Transaction tx;
    tx.version = 0;
    tx.inputs.resize(1);
    tx.inputs[0].sequence = 0;
    tx.outputs.push_back({Amount{0}, std::move(script_pubkey)});
    return tx;
}

}  // namespace

std::optional<SignetTransactions> signet_transactions(const Block& block, const Bytes& challenge) {
    const auto index = witness_commitment_index(block);
    if (!index) return std::nullopt;
    Transaction coinbase = *block.transactions[0];
    const auto solution = take_solution(coinbase.outputs[*index].script_pubkey);

    Script data_output;
    data_output.append(script::op_return);
    SignetTransactions out{empty_transaction(Script(challenge)), empty_transaction(data_output)};
    if (solution && !read_solution(*solution, out.to_sign.inputs[0])) return std::nullopt;

    Script& commitment = out.to_spend.inputs[0].script_sig;
    commitment.append(script::op_0);
    push_data(commitment, signed_block_data(block.header, merkle_root_with(coinbase, block)));
    out.to_sign.inputs[0].prevout = {compute_txid(out.to_spend), 0};
    return out;
}

void append_signet_solution(Script& commitment_script, ByteSpan solution) {
    Bytes data(solution_marker.begin(), solution_marker.end());
    data.insert(data.end(), solution.begin(), solution.end());
    push_data(commitment_script, data);
}

bool has_signet_solution(const Block& block, const BlockHash& hash, const ChainParams& params) {
    if (hash == params.genesis_hash) return true;
    const auto transactions = signet_transactions(block, params.signet_challenge);
    if (!transactions) return false;
    const auto& [to_spend, to_sign] = *transactions;
    const script::PrecomputedHashes hashes(to_sign, to_spend.outputs);
    return script::verify_input({.tx = to_sign,
                                 .index = 0,
                                 .spent = to_spend.outputs[0],
                                 .hashes = hashes,
                                 .flags = solution_flags,
                                 .cache = nullptr}) == script::ScriptError::ok;
}

}  // namespace daler::consensus
