// The change output of a payment: its address, and the least amount for which it is made.

#include <daler/descriptor/signing.h>
#include <daler/policy/policy.h>
#include <daler/script/standard.h>

#include "coin_finder.h"
#include "payment_builder.h"

namespace daler::wallet {

using descriptor::AddressType;
using script::OutputType;

std::int64_t PaymentBuilder::output_size(const TxOutput& output) {
    const auto size = output.script_pubkey.size();
    return static_cast<std::int64_t>(8 + compact_size_length(size) + size);
}

AddressType PaymentBuilder::change_type() const {
    const auto& options = wallet_.options();
    if (request_.change_type) return *request_.change_type;
    if (options.change_type) return *options.change_type;
    if (options.address_type == AddressType::legacy) return AddressType::legacy;
    // Change of the payment's type does not show which output is change.
    const auto pays_to = [this](OutputType type) {
        return std::ranges::any_of(request_.recipients, [type](const Recipient& recipient) {
            return script::solve(recipient.script.bytes()).type == type;
        });
    };
    const auto has = [this](AddressType type) {
        return wallet_.keys().active({type, true}).has_value();
    };
    if (has(AddressType::bech32m) && pays_to(OutputType::witness_v1_taproot))
        return AddressType::bech32m;
    if (has(AddressType::bech32) && pays_to(OutputType::witness_v0_key_hash))
        return AddressType::bech32;
    if (has(AddressType::p2sh_segwit) && pays_to(OutputType::script_hash))
        return AddressType::p2sh_segwit;
    if (has(AddressType::legacy) && pays_to(OutputType::pubkey_hash)) return AddressType::legacy;
    if (has(AddressType::bech32m)) return AddressType::bech32m;
    if (has(AddressType::bech32)) return AddressType::bech32;
    return options.address_type;
}

/// The next change address of the wallet. Without one, the payment is possible if no change is
/// needed.
void PaymentBuilder::take_change_address() {
    constexpr std::size_t usual_script_size = 22;
    const auto refuse = [this](const std::string& why) {
        change_.script_pubkey = Script(Bytes(usual_script_size));
        change_problem_ =
            "Transaction needs a change address, but we can't generate it. Error: " + why;
    };
    const auto type = change_type();
    const auto record = wallet_.keys().active({type, true});
    if (!record) return refuse("No " + std::string(name(type)) + " addresses available.");
    const auto script = wallet_.keys().peek(*record);
    if (!script) return refuse("Keypool ran out, please call keypoolrefill first");
    change_.script_pubkey = *script;
    change_record_ = record;
}

std::int64_t PaymentBuilder::change_spend_weight() const {
    const auto& keys = wallet_.keys();
    const auto* place = keys.find(change_.script_pubkey);
    std::optional<KeyBook::Place> at;
    if (place) at = *place;
    // The next address may not be derived yet.
    if (change_record_) at = {*change_record_, keys.records()[*change_record_].next_index};
    std::optional<std::int64_t> weight;
    if (at) {
        const auto ring = keys.key_ring(*at, descriptor::Descriptor::Secrets::exclude);
        weight = descriptor::signed_input_weight(change_.script_pubkey, ring);
    }
    return weight.value_or(policy::signed_input_size * consensus::witness_scale_factor);
}

Outcome<void> PaymentBuilder::choose_change() {
    if (request_.change_script)
        change_.script_pubkey = *request_.change_script;
    else
        take_change_address();
    change_fee_ = rate_.rate.fee(output_size(change_));
    change_spend_fee_ = fee_of_weight(discard_rate_, change_spend_weight());
    min_change_ =
        std::max(change_spend_fee_ + Amount{1}, policy::dust_threshold(change_, discard_rate_));
    return {};
}

}  // namespace daler::wallet
