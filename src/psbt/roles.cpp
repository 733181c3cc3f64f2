#include <daler/descriptor/signing.h>
#include <daler/psbt/roles.h>
#include <daler/script/interpreter.h>
#include <daler/script/standard.h>

#include <algorithm>

#include "spend_parts.h"

namespace daler::psbt {
namespace {

using descriptor::KeyRing;
using descriptor::SignatureSource;

/// Puts input `index` together. True if it is complete.
bool process(Psbt& psbt, std::uint32_t index, const SignatureSource& source, const KeyRing& ring,
             Finalize finalize, descriptor::MissingParts* missing) {
    const TxOutput* known = psbt.spent_output(index);
    if (!known) return false;
    const TxOutput spent = *known;
    Input& input = psbt.inputs[index];
    auto data = spend_data(input);
    const bool complete = make_spend(spent.script_pubkey, source, ring, data);
    // Only witness signatures commit to the amount. If the previous transaction is not there to
    // prove it, other signatures could pay any fee.
    if (!input.non_witness_utxo && !data.has_witness) return false;
    if (finalize == Finalize::no) data.complete = false;
    add_parts(input, data);
    if (data.has_witness) input.witness_utxo = spent;
    if (missing) *missing = std::move(data.missing);
    return complete;
}

}  // namespace

script::PrecomputedHashes precompute(const Psbt& psbt) {
    std::vector<TxOutput> spent;
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        const auto* output = psbt.spent_output(i);
        if (!output) return {psbt.tx, std::vector<TxOutput>{}};
        spent.push_back(*output);
    }
    return {psbt.tx, std::move(spent)};
}

bool is_signed(const Psbt& psbt, std::uint32_t index, const script::PrecomputedHashes& hashes) {
    const auto* spent = psbt.spent_output(index);
    if (!spent) return false;
    Transaction tx = psbt.tx;
    tx.inputs[index].script_sig = psbt.inputs[index].final_script_sig;
    tx.inputs[index].witness = psbt.inputs[index].final_witness;
    return script::verify_input({tx, index, *spent, hashes, script::standard_flags}) ==
           script::ScriptError::ok;
}

bool process_input(Psbt& psbt, std::uint32_t index, const script::PrecomputedHashes& hashes,
                   const KeyRing& ring, const SignOptions& options,
                   descriptor::MissingParts* missing) {
    if (is_signed(psbt, index, hashes)) return true;
    const auto* known = psbt.spent_output(index);
    if (!known) return false;
    const TxOutput spent = *known;
    const descriptor::InputSignatures source(psbt.tx, index, spent, hashes, options.sighash_type);
    return process(psbt, index, source, ring, options.finalize, missing);
}

bool process_input_with_placeholders(Psbt& psbt, std::uint32_t index,
                                     const script::PrecomputedHashes& hashes) {
    if (is_signed(psbt, index, hashes)) return true;
    return process(psbt, index, descriptor::PlaceholderSignatures{}, {}, Finalize::yes, nullptr);
}

void update_output(Psbt& psbt, std::size_t index, const KeyRing& ring) {
    auto data = spend_data(psbt.outputs[index]);
    make_spend(psbt.tx.outputs[index].script_pubkey, descriptor::NoSignatures{}, ring, data);
    add_parts(psbt.outputs[index], data);
}

void drop_unneeded_transactions(Psbt& psbt, std::uint8_t sighash_type) {
    if (sighash_type & script::sighash_anyonecanpay) return;
    const auto needs_transaction = [](const Input& input) {
        if (!input.witness_utxo) return true;
        const auto program = script::witness_program(input.witness_utxo->script_pubkey.bytes());
        return !program || program->version == 0;
    };
    if (std::ranges::any_of(psbt.inputs, needs_transaction)) return;
    for (auto& input : psbt.inputs)
        input.non_witness_utxo = nullptr;
}

bool finalize(Psbt& psbt) {
    const auto hashes = precompute(psbt);
    bool complete = true;
    for (std::uint32_t i = 0; i < psbt.inputs.size(); ++i)
        complete = process_input(psbt, i, hashes, {}, {}) && complete;
    return complete;
}

std::optional<Transaction> finalize_and_extract(Psbt& psbt) {
    if (!finalize(psbt)) return std::nullopt;
    Transaction tx = psbt.tx;
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        tx.inputs[i].script_sig = psbt.inputs[i].final_script_sig;
        tx.inputs[i].witness = psbt.inputs[i].final_witness;
    }
    return tx;
}

}  // namespace daler::psbt
