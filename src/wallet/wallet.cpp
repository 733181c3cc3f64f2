#include <daler/wallet/wallet.h>

#include <daler/crypto/secret_bytes.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <fmt/format.h>

#include "store.h"

namespace daler::wallet {
namespace {

constexpr std::size_t seed_size = 32;
// As many scripts of a descriptor are stored together. The last ones are derived again.
constexpr std::uint32_t scripts_per_row = 100;
// A file that lags further behind the chain than this is written even if nothing else changed.
constexpr Height max_unwritten_blocks = 1000;

struct Account {
    descriptor::AddressType type;
    std::uint32_t purpose;  ///< first step of the path (BIPs 44, 49, 84, 86)
    std::string_view prefix, suffix;
};

constexpr std::array<Account, 4> accounts{{
    {descriptor::AddressType::legacy, 44, "pkh(", ")"},
    {descriptor::AddressType::p2sh_segwit, 49, "sh(wpkh(", "))"},
    {descriptor::AddressType::bech32, 84, "wpkh(", ")"},
    {descriptor::AddressType::bech32m, 86, "tr(", ")"},
}};

/// Whether so many scripts were derived that they are to be stored.
bool has_scripts_to_store(const DescriptorRecord& record) {
    return record.derived_end - record.stored_end >= scripts_per_row;
}

/// Writes the scripts that the file lacks; returns up to which index it has those of descriptors.
std::map<std::size_t, std::uint32_t> write_scripts(Store::Batch& batch, const KeyBook& keys) {
    std::map<std::size_t, std::uint32_t> out;
    for (std::size_t i = 0; i < keys.records().size(); ++i) {
        const auto& record = keys.records()[i];
        const auto rows = (record.derived_end - record.stored_end) / scripts_per_row;
        if (rows == 0) continue;
        const auto end = record.stored_end + rows * scripts_per_row;
        const auto all = keys.scripts_between(i, record.stored_end, end);
        for (std::uint32_t row = 0; row < rows; ++row) {
            const auto first = row * scripts_per_row;
            batch.scripts(i, record.stored_end + first,
                          std::span(all).subspan(first, scripts_per_row));
        }
        out[i] = end;
    }
    return out;
}

}  // namespace

crypto::ExtendedPrivateKey Wallet::fresh_master_key() {
    for (;;) {
        crypto::SecretBytes seed(seed_size);
        fill_secure_random(seed.bytes());
        const auto master = crypto::ExtendedPrivateKey::from_seed(seed.bytes());
        if (master) return *master;
    }
}

Wallet::Wallet(const WalletContext& context, std::string name, std::unique_ptr<Store> store)
    : context_(context),
      name_(std::move(name)),
      store_(std::move(store)),
      keys_(context.options.keypool),
      history_(
          keys_, [this](const TxRecord& record) { return store_->transaction(record); },
          context.node.params().coinbase_maturity, context.options.spend_unconfirmed_change),
      tip_(&context.node.view()->tip()) {
    history_.set_tip_height(tip_->height);
    schedule_resend();
}

Wallet::~Wallet() {
    if (!store_) return;
    try {
        flush();
    } catch (const std::exception& error) {
        log::error("wallet {}: {}", name_, error.what());
    }
}

Outcome<std::unique_ptr<Wallet>> Wallet::create(const WalletContext& context,
                                                const std::string& name,
                                                const std::filesystem::path& file,
                                                const WalletFlags& flags,
                                                const std::optional<crypto::Digest256>& seed,
                                                std::unique_ptr<KeyVault> vault) {
    std::unique_ptr<Wallet> wallet(new Wallet(
        context, name, Store::create(*context.options.files, file, context.node.params())));
    wallet->flags_ = flags;
    wallet->all_changed_ = true;
    wallet->vault_ = std::move(vault);
    if (!flags.blank && !flags.private_keys_disabled) {
        const auto derived = seed ? crypto::ExtendedPrivateKey::from_seed(*seed) : std::nullopt;
        if (derived) {
            wallet->tip_ = wallet->tip_->ancestor(0);
            wallet->history_.set_tip_height(0);
            wallet->add_keys(*derived, wallet->tip_->header.time);
        } else {
            wallet->add_keys(fresh_master_key(), wallet->now());
        }
    }
    wallet->commit();
    wallet->store_->save();
    wallet->lock();
    return wallet;
}

std::unique_ptr<Wallet> Wallet::open(const WalletContext& context, const std::string& name,
                                     const std::filesystem::path& file) {
    std::unique_ptr<Wallet> wallet(new Wallet(
        context, name, Store::open(*context.options.files, file, context.node.params())));
    wallet->restore(KeyBook(context.options.keypool));
    return wallet;
}

DescriptorRecord Wallet::new_record(const crypto::ExtendedPrivateKey& master_key, ActiveKey purpose,
                                    std::int64_t created) const {
    const auto& format = params().address;
    const auto account = std::ranges::find(accounts, purpose.type, &Account::type);
    ensure(account != accounts.end());
    // No text with the private key is made, because texts are not wiped.
    const auto neutered = master_key.neuter();
    const int coin_type = params().kind == ChainKind::main ? 0 : 1;
    const auto text = fmt::format("{}{}/{}h/{}h/0h/{}/*{}", account->prefix,
                                  neutered.to_text(format.extended_public), account->purpose,
                                  coin_type, purpose.internal ? 1 : 0, account->suffix);
    auto parsed = descriptor::Descriptor::parse(text, format);
    ensure(parsed.has_value());
    return {.descriptor = parsed->with_private_keys({{neutered.key(), master_key.key()}}),
            .created = created};
}

std::vector<Wallet::NewRecord> Wallet::new_records(const crypto::ExtendedPrivateKey& master_key,
                                                   std::int64_t created) const {
    std::vector<NewRecord> out;
    for (const bool internal : {false, true}) {
        for (const auto& account : accounts) {
            const ActiveKey purpose{account.type, internal};
            out.emplace_back(purpose, new_record(master_key, purpose, created));
        }
    }
    return out;
}

std::size_t Wallet::add_active(ActiveKey purpose, DescriptorRecord record) {
    record.is_sealed = is_encrypted();
    const auto position = keys_.add(std::move(record));
    keys_.set_active(purpose, position);
    descriptors_changed_.insert(position);
    if (vault_) seal_record(position);
    return position;
}

void Wallet::add_keys(const crypto::ExtendedPrivateKey& master_key, std::int64_t created) {
    for (auto& [key, record] : new_records(master_key, created))
        add_active(key, std::move(record));
}

void Wallet::find_block(TxRecord& record, bool is_coinbase) const {
    const auto* entry = node().index().find(record.block);
    if (entry && node().view()->contains(*entry)) {
        record.height = entry->height;
        return;
    }
    record.status = TxStatus::inactive;
    record.block = {};
    record.height = 0;
    record.position = 0;
    record.abandoned = record.orphaned = is_coinbase;
}

void Wallet::restore(KeyBook derived) {
    auto stored = store_->load();
    flags_ = stored.flags;
    labels_ = std::move(stored.labels);
    locked_ = persistent_locked_ = std::move(stored.locked_coins);
    if (!stored.master_keys.empty()) {
        vault_ = std::make_unique<KeyVault>(std::move(stored.master_keys),
                                            std::move(stored.sealed_keys));
    }
    keys_.add_all(std::move(stored.descriptors), std::move(derived), stored.scripts);
    for (const auto& [key, position] : stored.active)
        keys_.set_active(key, position);
    store_->load_transactions([this](TxRecord record, const TransactionView& tx) {
        // Set when the mempool is read.
        if (record.status == TxStatus::in_mempool) record.status = TxStatus::inactive;
        const bool is_imported = record.height == unknown_height;
        if (is_imported) history_.put_back_changed({tx.txid()});
        if (is_imported) find_block(record, tx.is_coinbase());
        history_.restore(std::move(record), tx);
    });

    const auto view = node().view();
    tip_ = &view->find_fork(node().index(), stored.locator);
    history_.rewind(tip_->height);
    unlock_spent_coins();
}

void Wallet::set_avoid_reuse(bool avoid) {
    flags_.avoid_reuse = avoid;
    all_changed_ = true;
    commit();
}

bool Wallet::is_dirty() const {
    return all_changed_ || locks_changed_ || !descriptors_changed_.empty() ||
           !labels_changed_.empty() || history_.has_changes() ||
           unwritten_blocks_ >= max_unwritten_blocks;
}

void Wallet::flush() {
    const bool has_scripts = std::ranges::any_of(keys_.records(), has_scripts_to_store);
    if (is_dirty() || unwritten_blocks_ > 0 || has_scripts) commit();
}

void Wallet::commit() {
    if (in_group_) {
        group_changed_ = true;
        return;
    }
    auto transactions = history_.take_changed();
    auto removed = history_.take_removed();
    try {
        Store::Batch batch(*store_);
        if (all_changed_) {
            batch.flags(flags_);
            batch.active(keys_.active());
            if (vault_) batch.master_keys(vault_->master_keys());
        }
        if (purge_due_) batch.unsealed_remains();
        for (const auto position : seals_changed_)
            batch.sealed_keys(vault_->sealed_at(position));
        batch.locator(chain::ChainView::locator_from(*tip_));
        for (const auto position : descriptors_changed_)
            batch.descriptor(position, keys_.records()[position]);
        for (const auto order : removed)
            batch.remove_transaction(order);
        for (const auto& txid : transactions) {
            const auto& record = *history_.find(txid);
            batch.transaction(record, history_.unwritten(record));
        }
        for (const auto& address : labels_changed_)
            batch.label(address, labels_.at(address));
        if (locks_changed_) batch.locked_coins(persistent_locked_);
        const auto stored = write_scripts(batch, keys_);
        batch.commit();
        for (const auto& [position, end] : stored)
            keys_.set_stored(position, end);
    } catch (...) {
        history_.put_back_changed(std::move(transactions));
        history_.put_back_removed(std::move(removed));
        throw;
    }
    history_.forget_unwritten(transactions);
    all_changed_ = locks_changed_ = false;
    unwritten_blocks_ = 0;
    descriptors_changed_.clear();
    seals_changed_.clear();
    labels_changed_.clear();
}

void Wallet::backup(const std::filesystem::path& target) {
    flush();
    store_->backup(target);
}

}  // namespace daler::wallet
