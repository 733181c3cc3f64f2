// What a wallet signs and sends.

#include <daler/descriptor/signing.h>
#include <daler/script/interpreter.h>
#include <daler/util/log.h>
#include <daler/util/storage_error.h>

#include "payment_builder.h"

namespace daler::wallet {
namespace {

std::string describe_failure(script::ScriptError error) {
    if (error == script::ScriptError::invalid_stack_operation) {
        return "Unable to sign input, invalid stack size (possibly missing key)";
    }
    if (error == script::ScriptError::nullfail) {
        return "CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)";
    }
    return std::string(script::describe(error));
}

}  // namespace

Outcome<Payment> Wallet::prepare(const PaymentRequest& request) {
    if (flags_.private_keys_disabled && request.sign) {
        return fail(FailureKind::wallet, "Error: Private keys are disabled for this wallet");
    }
    return PaymentBuilder(*this, request, random_).build();
}

Outcome<Txid> Wallet::send(const Payment& payment, const std::string& comment,
                           const std::string& comment_to) {
    auto& record = history_.add_own(payment.tx, now());
    record.comment = comment;
    record.comment_to = comment_to;
    const Txid txid = payment.tx->txid;
    note_used_addresses();
    try {
        commit();
    } catch (const StorageError&) {
        // Nobody has heard of the payment: its coins are free again.
        history_.abandon(txid);
        throw;
    }
    if (!options().broadcast) return txid;

    const auto verdict = node().broadcast(payment.tx, Amount{0});
    if (verdict) {
        transaction_added(payment.tx);
        return txid;
    }
    if (verdict.error().reason == consensus::Reason::too_long_chain) {
        history_.abandon(txid);
        commit();
        return fail(FailureKind::insufficient_funds, "Transaction has too long of a mempool chain");
    }
    // It stays in the wallet and is offered again when the wallet is loaded.
    log::warning("wallet {}: transaction {} cannot be broadcast immediately, {}", name_,
                 txid.to_hex(), consensus::to_text(verdict.error()));
    return txid;
}

SignedTransaction Wallet::sign(Transaction tx, const std::map<OutPoint, TxOutput>& spent,
                               std::uint8_t hash_type) const {
    SignedTransaction out{std::move(tx), {}};
    std::vector<TxOutput> spent_outputs;
    for (const auto& input : out.tx.inputs) {
        if (const auto found = spent.find(input.prevout); found != spent.end()) {
            spent_outputs.push_back(found->second);
        }
    }
    // Taproot signatures need them all.
    const bool all_known = spent_outputs.size() == out.tx.inputs.size();
    if (!all_known) spent_outputs.clear();
    const script::PrecomputedHashes hashes(out.tx, std::move(spent_outputs));
    for (std::uint32_t i = 0; i < out.tx.inputs.size(); ++i) {
        const auto found = spent.find(out.tx.inputs[i].prevout);
        if (found == spent.end()) {
            out.errors.push_back({i, "Input not found or already spent"});
            continue;
        }
        descriptor::KeyRing ring;
        if (const auto* place = keys_.find(found->second.script_pubkey)) {
            ring = keys_.key_ring(*place, descriptor::Descriptor::Secrets::include);
        }
        descriptor::sign_input(out.tx, i, found->second, hashes, ring, hash_type);
        const auto error =
            script::verify_input({out.tx, i, found->second, hashes, script::standard_flags});
        if (error != script::ScriptError::ok) out.errors.push_back({i, describe_failure(error)});
    }
    return out;
}

}  // namespace daler::wallet
