#include <daler/consensus/check_transaction.h>
#include <daler/policy/policy.h>
#include <daler/psbt/roles.h>
#include <daler/script/flags.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::psbt {
namespace {

Analysis invalid(std::string error) {
    Analysis out;
    out.error = std::move(error);
    return out;
}

/// Finalizes the input if that is possible.
InputAnalysis analyze_input(Psbt& psbt, std::uint32_t index,
                            const script::PrecomputedHashes& hashes) {
    InputAnalysis out;
    out.has_utxo = psbt.spent_output(index) != nullptr;
    if (!out.has_utxo) out.next = Role::updater;
    if (is_signed(psbt, index, hashes)) {
        out.is_final = true;
        return out;
    }
    descriptor::MissingParts missing;
    if (process_input(psbt, index, hashes, {}, {}, &missing)) {
        out.next = Role::finalizer;
        return out;
    }
    const bool lacks_only_signatures = missing.public_keys.empty() && !missing.redeem_script &&
                                       !missing.witness_script && !missing.signatures.empty();
    out.next = lacks_only_signatures ? Role::signer : Role::updater;
    out.missing = std::move(missing);
    return out;
}

/// The sum of the outputs; nothing if it is not money.
std::optional<Amount> output_sum(const Transaction& tx) {
    Amount sum;
    for (const auto& output : tx.outputs) {
        if (!is_money(output.value)) return std::nullopt;
        sum += output.value;
        if (!is_money(sum)) return std::nullopt;
    }
    return sum;
}

/// The size of the signed transaction; nothing if an input cannot be put together.
std::optional<std::int64_t> estimate_vsize(Psbt& psbt, const script::PrecomputedHashes& hashes,
                                           std::int64_t bytes_per_sigop) {
    Transaction tx = psbt.tx;
    std::vector<consensus::Coin> coins;
    for (std::uint32_t i = 0; i < psbt.inputs.size(); ++i) {
        if (!process_input_with_placeholders(psbt, i, hashes)) return std::nullopt;
        tx.inputs[i].script_sig = psbt.inputs[i].final_script_sig;
        tx.inputs[i].witness = psbt.inputs[i].final_witness;
        coins.push_back(consensus::Coin{*psbt.spent_output(i)});
    }
    const auto cost = consensus::sigop_cost(tx, coins, script::standard_flags);
    return policy::virtual_size(seal(std::move(tx))->weight(), cost, bytes_per_sigop);
}

}  // namespace

std::string_view name(Role role) {
    switch (role) {
        case Role::creator:
            return "creator";
        case Role::updater:
            return "updater";
        case Role::signer:
            return "signer";
        case Role::finalizer:
            return "finalizer";
        case Role::extractor:
            return "extractor";
    }
    return "";
}

Analysis analyze(Psbt psbt, std::int64_t bytes_per_sigop) {
    Analysis out;
    out.next = Role::extractor;
    const auto hashes = precompute(psbt);
    Amount in;
    bool has_all_utxos = true;
    for (std::uint32_t i = 0; i < psbt.inputs.size(); ++i) {
        if (const auto* spent = psbt.spent_output(i)) {
            if (!is_money(spent->value) || !is_money(in + spent->value))
                return invalid(fmt::format("PSBT is not valid. Input {} has invalid value", i));
            if (script::is_unspendable(spent->script_pubkey.bytes())) {
                return invalid(
                    fmt::format("PSBT is not valid. Input {} spends unspendable output", i));
            }
            in += spent->value;
        }
        out.inputs.push_back(analyze_input(psbt, i, hashes));
        has_all_utxos = has_all_utxos && out.inputs.back().has_utxo;
        out.next = std::min(out.next, out.inputs.back().next);
    }
    if (!has_all_utxos) return out;
    const auto sum = output_sum(psbt.tx);
    if (!sum) return invalid("PSBT is not valid. Output amount invalid");
    out.fee = in - *sum;
    out.vsize = estimate_vsize(psbt, hashes, bytes_per_sigop);
    if (out.vsize) out.fee_rate = FeeRate::of(*out.fee, *out.vsize);
    return out;
}

}  // namespace daler::psbt
