// Payments of a wallet: building, sending, signing.

#include <daler/util/log.h>
#include <daler/util/storage_error.h>

#include "payment_builder.h"

namespace daler::wallet {
namespace {

void note(TxRecord& record, const std::string& comment, const std::string& comment_to) {
    if (comment.empty() && comment_to.empty()) return;
    record.edit_notes().comment = comment;
    record.edit_notes().comment_to = comment_to;
}

}  // namespace

Random Wallet::choices() const {
    if (!options().choice_seed) return {};
    ByteWriter state;
    state.bytes(tip_->hash.bytes);
    state.u64(history_.next_order());
    state.bytes(as_bytes(name_));
    const auto digest = crypto::Sha256::tagged("daler/wallet choices")
                            .add(*options().choice_seed)
                            .add(state.take())
                            .finish();
    return Random(ByteReader(digest).u64());
}

Outcome<Payment> Wallet::prepare(const PaymentRequest& request) {
    if (flags_.private_keys_disabled && request.sign)
        return fail(FailureKind::wallet, "Error: Private keys are disabled for this wallet");
    if (request.sign)
        if (auto unlocked = check_unlocked(); !unlocked) return daler::fail(unlocked.error());
    auto random = choices();
    return PaymentBuilder(*this, request, random).build();
}

Outcome<Txid> Wallet::send(const Payment& payment, const std::string& comment,
                           const std::string& comment_to) {
    auto& record = history_.add_own(payment.tx, now());
    note(record, comment, comment_to);
    return store_and_broadcast(payment);
}

Outcome<Txid> Wallet::send_replacement(const Payment& payment, const Txid& replaced) {
    const auto* old = history_.find(replaced);
    if (!old)
        return fail(FailureKind::invalid_address_or_key, "Invalid or non-wallet transaction id");
    auto& record = history_.add_own(payment.tx, now());
    note(record, old->notes().comment, old->notes().comment_to);
    history_.link_replacement(replaced, payment.tx->txid);
    try {
        return store_and_broadcast(payment);
    } catch (const StorageError&) {
        history_.unlink_replacement(replaced);
        throw;
    }
}

Outcome<Txid> Wallet::store_and_broadcast(const Payment& payment) {
    const Txid txid = payment.tx->txid;
    note_changes();
    unsent_.push_back(payment.tx);
    if (in_group_)
        commit();
    else
        commit_payments();
    return txid;
}

void Wallet::commit_payments() {
    const auto payments = std::exchange(unsent_, {});
    try {
        commit();
    } catch (const StorageError&) {
        // They were not broadcast: their coins are freed.
        for (const auto& payment : payments)
            history_.abandon(payment->txid);
        throw;
    }
    if (!options().broadcast) return;
    for (const auto& payment : payments)
        broadcast(payment);
}

void Wallet::broadcast(const TransactionRef& payment) {
    const auto verdict = offer(payment);
    if (verdict) return;
    // It stays in the wallet and is offered again, after the next block or from time to time.
    log::warning("wallet {}: transaction {} cannot be broadcast immediately, {}", name_,
                 payment->txid.to_hex(), consensus::to_text(verdict.error()));
}

void Wallet::end_group() {
    in_group_ = false;
    if (std::exchange(group_changed_, false)) commit_payments();
}

Outcome<void> Wallet::keep_change(const Payment& payment) {
    if (!payment.change_record) return {};
    if (auto script = take_address(*payment.change_record); !script)
        return daler::fail(script.error());
    commit();
    return {};
}

descriptor::KeyRing Wallet::signing_keys(std::span<const Script> scripts) const {
    descriptor::KeyRing ring;
    for (const auto& script : scripts) {
        const auto* place = keys_.find(script);
        if (place) ring.merge(keys_.key_ring(*place, descriptor::Descriptor::Secrets::include));
    }
    return ring;
}

}  // namespace daler::wallet
