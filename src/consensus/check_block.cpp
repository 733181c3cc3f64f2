#include <daler/consensus/check_block.h>
#include <daler/consensus/signet.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/flags.h>
#include <daler/script/standard.h>

#include <algorithm>

namespace daler::consensus {
namespace {

constexpr std::size_t commitment_offset = 6;  // in the script of the commitment's output

// A transaction of this size can look like an inner node of the merkle tree (CVE-2017-12842).
constexpr std::uint32_t merkle_node_size = 64;

Verdict check_merkle_root(const Block& block) {
    bool mutated = false;
    if (merkle_root(block, &mutated) != block.header.merkle_root)
        return reject(Reason::bad_merkle_root);
    // CVE-2012-2459: transactions that are repeated at the end may not change the root.
    if (mutated) return reject(Reason::duplicate_transaction);
    return {};
}

Verdict check_size(const Block& block) {
    const auto count = static_cast<std::int64_t>(block.transactions.size());
    if (count == 0 || count * witness_scale_factor > max_block_weight)
        return reject(Reason::bad_block_length);
    const auto stripped = static_cast<std::int64_t>(serialized_size(block, WitnessMode::exclude));
    if (stripped * witness_scale_factor > max_block_weight) return reject(Reason::bad_block_length);
    return {};
}

Verdict check_transactions(const Block& block) {
    const auto& all = block.transactions;
    if (!all[0]->is_coinbase()) return reject(Reason::coinbase_missing);
    for (std::size_t i = 1; i < all.size(); ++i)
        if (all[i]->is_coinbase()) return reject(Reason::coinbase_multiple);
    for (const auto& tx : all)
        if (auto verdict = check_transaction(*tx); !verdict) return verdict;
    std::int64_t cost = 0;
    for (const auto& tx : all)
        cost += legacy_sigop_cost(*tx);
    if (cost > max_block_sigop_cost) return reject(Reason::bad_block_sigops);
    return {};
}

Verdict check_block_alone(const Block& block, const BlockHash& hash, const ChainParams& params,
                          BlockChecks checks) {
    if (checks.proof_of_work) {
        if (auto verdict = check_header(block.header, hash, params); !verdict) return verdict;
        if (!params.signet_challenge.empty() && !has_signet_solution(block, hash, params)) {
            // A bad solution makes the hash bad only if the transactions match the merkle root.
            if (auto verdict = check_merkle_root(block); !verdict) return verdict;
            return reject(Reason::bad_signet_solution);
        }
    }
    if (checks.merkle_root) {
        if (auto verdict = check_merkle_root(block); !verdict) return verdict;
    }
    if (auto verdict = check_size(block); !verdict) return verdict;
    return check_transactions(block);
}

// BIP 141: the coinbase commits to the witnesses, or there are none.
Verdict check_witnesses(const Block& block, bool segwit_active) {
    if (segwit_active) {
        if (const auto index = witness_commitment_index(block)) {
            const auto& coinbase = *block.transactions[0];
            const Witness& witness = coinbase.inputs[0].witness;
            if (witness.size() != 1 || witness[0].size() != 32)
                return reject(Reason::bad_witness_nonce_size);
            Hash256 reserved_value;
            std::ranges::copy(witness[0], reserved_value.bytes.begin());
            const Hash256 expected = witness_commitment(block, reserved_value);
            const ByteSpan script = coinbase.outputs[*index].script_pubkey.bytes();
            if (!std::ranges::equal(script.subspan(commitment_offset, 32), expected.bytes))
                return reject(Reason::bad_witness_merkle_match);
            return {};
        }
    }
    for (const auto& tx : block.transactions)
        if (tx->has_witness()) return reject(Reason::unexpected_witness);
    return {};
}

bool starts_with_height(const Script& script, Height height) {
    Script expected;
    script::push_number(expected, height);
    return script.size() >= expected.size() &&
           std::ranges::equal(script.bytes().first(expected.size()), expected.bytes());
}

}  // namespace

Result<CheckedBlock, Rejection> check_block(BlockRef block, const BlockHash& hash,
                                            const ChainParams& params, BlockChecks checks) {
    if (auto verdict = check_block_alone(*block, hash, params, checks); !verdict)
        return fail(verdict.error());
    return CheckedBlock(std::move(block), hash);
}

Verdict check_block_in_chain(const Block& block, const HeaderChain& parents,
                             const ChainParams& params) {
    const Height height = parents.height() + 1;

    const BlockTime clock = is_csv_active(height, params)
                                ? parents.median_time_past(parents.height())
                                : block.header.block_time();
    for (const auto& tx : block.transactions)
        if (!is_final(*tx, height, clock)) return reject(Reason::not_final);
    if (height >= params.activation.bip34 &&
        !starts_with_height(block.transactions[0]->inputs[0].script_sig, height)) {
        return reject(Reason::bad_coinbase_height);
    }
    if (auto verdict = check_witnesses(block, height >= params.activation.segwit); !verdict)
        return verdict;
    // Checked last: before check_witnesses, a peer could have changed the witnesses.
    if (weight(block) > max_block_weight) return reject(Reason::bad_block_weight);
    return {};
}

bool is_mutated(const Block& block, bool segwit_active) {
    if (!check_merkle_root(block)) return true;
    if (block.transactions.empty() || !block.transactions[0]->is_coinbase()) {
        return std::ranges::any_of(block.transactions, [](const TransactionRef& tx) {
            return tx->stripped_size == merkle_node_size;
        });
    }
    return !check_witnesses(block, segwit_active);
}

namespace {

/// P2SH, witness and taproot hold from the first block: only the listed blocks broke them.
script::Flags flags_of_any_height(const BlockHash& hash, const ChainParams& params) {
    constexpr script::Flags p2sh_and_witness = script::verify_p2sh | script::verify_witness;
    const auto exception = params.script_exceptions.find(hash);
    if (exception == params.script_exceptions.end())
        return p2sh_and_witness | script::verify_taproot;
    switch (exception->second) {
        case ScriptException::no_rules:
            break;
        case ScriptException::no_taproot:
            return p2sh_and_witness;
    }
    return script::verify_none;
}

}  // namespace

std::uint32_t block_script_flags(Height height, const BlockHash& hash, const ChainParams& params) {
    script::Flags flags = flags_of_any_height(hash, params);
    // A new height does not compile here until it has a name.
    const auto& [bip34, bip66, bip65, csv, segwit, taproot] = params.activation;
    if (height >= bip66) flags |= script::verify_dersig;
    if (height >= bip65) flags |= script::verify_checklocktimeverify;
    if (height >= csv) flags |= script::verify_checksequenceverify;
    if (height >= segwit) flags |= script::verify_nulldummy;
    return flags;
}

bool is_csv_active(Height height, const ChainParams& params) {
    return height >= params.activation.csv;
}

}  // namespace daler::consensus
