// Encrypting a wallet's private keys, locking and unlocking it.

#include <daler/crypto/secret_bytes.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>
#include <daler/wallet/wallet.h>

#include "store.h"

namespace daler::wallet {

bool Wallet::is_encrypted() const {
    return vault_ != nullptr;
}

bool Wallet::is_locked() const {
    return vault_ && vault_->is_locked();
}

Outcome<void> Wallet::check_unlocked() const {
    if (!is_locked()) return {};
    return fail(FailureKind::unlock_needed,
                "Error: Please enter the wallet passphrase with walletpassphrase first.");
}

std::optional<std::int64_t> Wallet::unlocked_until() const {
    if (!vault_) return std::nullopt;
    return vault_->is_locked() ? 0 : unlocked_until_;
}

const std::map<std::int64_t, MasterKey>& Wallet::master_keys() const {
    ensure(vault_ != nullptr);
    return vault_->master_keys();
}

void Wallet::seal_record(std::size_t position) {
    vault_->seal(position, keys_.records()[position].descriptor);
    seals_changed_.insert(position);
}

void Wallet::encrypt(KeyVault vault) {
    ensure(!vault_ && !flags_.private_keys_disabled);
    // Whoever has an old copy of the file has the old keys: new addresses get new ones.
    std::vector<NewRecord> fresh;
    if (!flags_.blank) fresh = new_records(fresh_master_key(), now());
    write_encrypted(vault, fresh);

    vault_ = std::make_unique<KeyVault>(std::move(vault));
    for (auto& [key, record] : fresh)
        keys_.set_active(key, keys_.add(std::move(record)));
    lock();
    log::info("wallet {}: encrypted", name_);
    store_->purge();
}

void Wallet::write_encrypted(KeyVault& vault, std::vector<NewRecord>& fresh) {
    Store::Batch batch(*store_);
    auto position = keys_.records().size();
    auto active = keys_.active();
    for (std::size_t i = 0; i < position; ++i) {
        auto record = keys_.records()[i];
        record.is_sealed = true;
        vault.seal(i, record.descriptor);
        batch.descriptor(i, record);
    }
    for (auto& [key, record] : fresh) {
        record.is_sealed = true;
        vault.seal(position, record.descriptor);
        batch.descriptor(position, record);
        active[key] = position++;
    }
    batch.active(active);
    batch.master_keys(vault.master_keys());
    batch.sealed_keys(vault.sealed());
    batch.unsealed_remains();
    batch.commit();
}

bool Wallet::unlock(std::span<const OpenedMasterKey> opened, std::chrono::seconds duration) {
    ensure(vault_ != nullptr);
    if (!vault_->unlock(opened)) return false;
    for (std::size_t i = 0; i < keys_.records().size(); ++i) {
        const auto& record = keys_.records()[i];
        const auto range_end = record.range_end;
        keys_.set_sealed(i, record.descriptor.with_private_keys(vault_->open(i)));
        if (record.range_end != range_end) descriptors_changed_.insert(i);
    }
    unlocked_until_ = unix_seconds(node().clock().now() + duration);
    relock_at_ = std::chrono::steady_clock::now() + duration;
    return true;
}

void Wallet::lock() {
    if (!vault_) return;
    vault_->lock();
    for (std::size_t i = 0; i < keys_.records().size(); ++i) {
        const auto& record = keys_.records()[i];
        keys_.set_sealed(
            i, record.descriptor.without_private_keys(record.range_begin, record.range_end));
    }
    unlocked_until_ = 0;
}

void Wallet::lock_if_due() {
    if (vault_ && !vault_->is_locked() && std::chrono::steady_clock::now() >= relock_at_) lock();
}

bool Wallet::replace_master_key(const OpenedMasterKey& opened, const MasterKey& sealed) {
    ensure(vault_ != nullptr);
    if (!vault_->fits(opened)) return false;
    const auto before = vault_->master_keys();
    auto after = before;
    after.at(opened.number) = sealed;
    vault_->set_master_keys(std::move(after));
    all_changed_ = purge_due_ = true;
    try {
        commit();
    } catch (...) {
        vault_->set_master_keys(before);
        purge_due_ = false;
        throw;
    }
    purge_due_ = false;
    // The old passphrase opens nothing that is left.
    store_->purge();
    return true;
}

}  // namespace daler::wallet
