// Addresses, labels, descriptors and locked coins of a wallet.

#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>
#include <daler/wallet/wallet.h>

#include <fmt/format.h>

namespace daler::wallet {

using descriptor::AddressType;

void Wallet::put_label(const std::string& address, AddressLabel label) {
    labels_[address] = std::move(label);
    labels_changed_.insert(address);
}

Outcome<std::size_t> Wallet::descriptor_for(AddressType type, bool internal) const {
    const auto record = keys_.active({type, internal});
    if (record) return *record;
    return fail(FailureKind::keypool_ran_out,
                fmt::format("Error: No {} addresses available.", descriptor::name(type)));
}

Outcome<Script> Wallet::take_address(std::size_t record) {
    const auto script = keys_.peek(record);
    if (!script) {
        return fail(FailureKind::keypool_ran_out,
                    "Error: Keypool ran out, please call keypoolrefill first");
    }
    keys_.mark_used({record, keys_.records()[record].next_index});
    descriptors_changed_.insert(record);
    return *script;
}

Outcome<Script> Wallet::new_address(AddressType type, const std::string& label) {
    const auto record = descriptor_for(type, false);
    if (!record) return daler::fail(record.error());
    auto script = take_address(*record);
    if (!script) return script;
    const auto address = descriptor::encode_address(*script, params().address);
    ensure(address.has_value());
    put_label(*address, {label, "receive"});
    commit();
    return script;
}

Outcome<Script> Wallet::new_change_address(AddressType type) {
    const auto record = descriptor_for(type, true);
    if (!record) return daler::fail(record.error());
    auto script = take_address(*record);
    if (script) commit();
    return script;
}

void Wallet::set_label(const std::string& address, const std::string& label) {
    const auto script = descriptor::decode_address(address, params().address);
    ensure(script.has_value());
    const bool mine = keys_.find(*script) != nullptr;
    put_label(address, {label, mine ? "receive" : "send"});
    commit();
}

const AddressLabel* Wallet::label_of(const Script& script) const {
    const auto address = descriptor::encode_address(script, params().address);
    if (!address) return nullptr;
    const auto found = labels_.find(*address);
    return found == labels_.end() ? nullptr : &found->second;
}

bool Wallet::is_change(const TxOutput& output) const {
    return history_.owner(output) && !label_of(output.script_pubkey);
}

bool Wallet::can_get_addresses(bool internal) const {
    return std::ranges::any_of(keys_.active(),
                               [=](const auto& entry) { return entry.first.internal == internal; });
}

Outcome<DescriptorRecord> Wallet::plan_import(const ImportRequest& request,
                                              std::vector<std::string>& warnings) const {
    const auto& descriptor = request.descriptor;
    DescriptorRecord record{.descriptor = descriptor, .created = request.created};
    if (descriptor.is_range()) {
        if (request.range) {
            record.range_begin = request.range->first;
            record.range_end = request.range->second + 1;
        } else {
            record.range_end = options().keypool;
        }
        record.next_index = request.next_index.value_or(record.range_begin);
        ensure(record.next_index >= record.range_begin && record.next_index < record.range_end);
    }
    if (flags_.private_keys_disabled && descriptor.has_private_keys()) {
        return fail(FailureKind::wallet,
                    "Cannot import private keys to a wallet with private keys disabled");
    }
    if (!descriptor.scripts(record.range_begin)) {
        return fail(FailureKind::wallet,
                    "Cannot expand descriptor. Probably because of hardened derivations without "
                    "private keys provided");
    }
    if (!flags_.private_keys_disabled) {
        if (!descriptor.has_private_keys()) {
            return fail(FailureKind::wallet,
                        "Cannot import descriptor without private keys to a wallet with private "
                        "keys enabled");
        }
        if (!descriptor.has_all_private_keys()) {
            warnings.emplace_back(
                "Not all private keys provided. Some wallet functionality may return unexpected "
                "errors");
        }
    }
    if (const auto known = keys_.find_record(descriptor.id())) {
        const auto& old = keys_.records()[*known];
        if (record.range_begin > old.range_begin || record.range_end < old.range_end) {
            return fail(FailureKind::invalid_parameter,
                        fmt::format("new range must include current range = [{},{}]",
                                    old.range_begin, old.range_end - 1));
        }
        record.created = std::min(record.created, old.created);
        // Addresses are given out again only if the request sets next_index.
        if (!request.next_index) record.next_index = std::max(record.next_index, old.next_index);
    }
    return record;
}

Outcome<void> Wallet::check_import(const ImportRequest& request,
                                   std::vector<std::string>& warnings) const {
    if (auto planned = plan_import(request, warnings); !planned)
        return daler::fail(planned.error());
    return {};
}

Outcome<std::vector<std::string>> Wallet::import_descriptor(ImportRequest request) {
    if (auto unlocked = check_unlocked(); !unlocked) return daler::fail(unlocked.error());
    std::vector<std::string> known, warnings;
    auto record = plan_import(request, known);
    if (!record) return daler::fail(record.error());
    const auto& descriptor = request.descriptor;
    record->is_sealed = is_encrypted();
    const auto position = keys_.add(std::move(*record), request.derived);
    if (vault_) seal_record(position);
    keys_.top_up_all();
    if (request.active) {
        if (const auto type = descriptor.address_type()) {
            keys_.clear_active(position);
            keys_.set_active({*type, request.internal}, position);
        } else {
            warnings.emplace_back("Unknown output type, cannot set descriptor to active.");
        }
    } else if (const auto type = descriptor.address_type()) {
        // It stays active for the other purpose, as in Bitcoin Core.
        const ActiveKey purpose{*type, request.internal};
        if (keys_.active(purpose) == position) keys_.clear_active(purpose);
    }
    descriptors_changed_.insert(position);
    all_changed_ = true;
    if (!descriptor.is_range() && !request.internal) {
        const auto scripts = descriptor.scripts(0);
        for (const auto& script : *scripts) {
            const auto address = descriptor::encode_address(script, params().address);
            if (address) put_label(*address, {request.label.value_or(""), "receive"});
        }
    }
    if (request.next_index)
        history_.owners_changed();
    else
        history_.keys_changed();
    note_changes();
    commit();
    return warnings;
}

void Wallet::lock_coin(const OutPoint& outpoint, bool persistent) {
    locked_.insert(outpoint);
    if (!persistent || !persistent_locked_.insert(outpoint).second) return;
    locks_changed_ = true;
    commit();
}

bool Wallet::unlock_coin(const OutPoint& outpoint) {
    const bool was_locked = locked_.erase(outpoint) > 0;
    if (persistent_locked_.erase(outpoint) > 0) {
        locks_changed_ = true;
        commit();
    }
    return was_locked;
}

void Wallet::unlock_all_coins() {
    locked_.clear();
    if (persistent_locked_.empty()) return;
    persistent_locked_.clear();
    locks_changed_ = true;
    commit();
}

Outcome<void> Wallet::import_transaction(const TransactionRef& tx, const chain::BlockEntry& block,
                                         std::uint32_t position) {
    keys_.top_up_all();
    if (std::ranges::none_of(tx->outputs,
                             [this](const auto& out) { return history_.owner(out) != nullptr; })) {
        return fail(FailureKind::invalid_address_or_key,
                    "No addresses in wallet correspond to included transaction");
    }
    history_.confirm(tx, block, position, now(), false);
    note_changes();
    commit();
    return {};
}

Outcome<void> Wallet::remove_transaction(const Txid& txid) {
    if (!history_.remove(txid)) {
        return fail(FailureKind::wallet,
                    fmt::format("Transaction {} does not belong to this wallet", txid.to_hex()));
    }
    displaced_.erase(txid);
    commit();
    return {};
}

Outcome<void> Wallet::abandon(const Txid& txid) {
    if (!history_.find(txid))
        return fail(FailureKind::invalid_address_or_key, "Invalid or non-wallet transaction id");
    if (!history_.abandon(txid)) {
        return fail(FailureKind::invalid_address_or_key,
                    "Transaction not eligible for abandonment");
    }
    commit();
    return {};
}

}  // namespace daler::wallet
