#include <daler/wallet/replacement.h>

#include <daler/policy/policy.h>
#include <daler/script/script_reader.h>

#include "coin_finder.h"
#include "fees.h"

#include <fmt/format.h>

#include <algorithm>

namespace daler::wallet {
namespace {

using consensus::witness_scale_factor;

// At least this much more than the old rate, because nodes may demand more later.
constexpr FeeRate wallet_incremental_rate{Amount{5000}};
// Of an ECDSA signature with the byte of its type.
constexpr std::int64_t full_signature_size = 72;
constexpr std::int64_t least_signature_size = 9;

tl::unexpected<Failure> refuse(std::string message) {
    return fail(FailureKind::invalid_parameter, std::move(message));
}

/// What other signatures of the same keys could have more than this one, if it is one (DER).
std::int64_t room_of_signature(ByteSpan data) {
    const auto size = static_cast<std::int64_t>(data.size());
    if (size < least_signature_size || size > full_signature_size || data[0] != 0x30) return 0;
    return data[1] + 3 == size ? full_signature_size - size : 0;
}

/// The weight of a signed input of somebody else, if it is signed again.
std::int64_t weight_when_signed_again(const TxInput& input) {
    const auto script_size = input.script_sig.size();
    auto out = static_cast<std::int64_t>(40 + compact_size_length(script_size) + script_size) *
               witness_scale_factor;
    script::ScriptReader reader(input.script_sig.bytes());
    while (const auto instruction = reader.next())
        out += room_of_signature(instruction->data) * witness_scale_factor;
    out += static_cast<std::int64_t>(compact_size_length(input.witness.size()));
    for (const auto& item : input.witness) {
        out += static_cast<std::int64_t>(compact_size_length(item.size()) + item.size());
        out += room_of_signature(item);
    }
    return out;
}

/// Builds one replacement. Keeps references to its arguments.
class Replacer {
public:
    Replacer(Wallet& wallet, const TxRecord& record, ReplacementRequest& request)
        : wallet_(wallet),
          record_(record),
          stored_(wallet.history().transaction(record)),
          tx_(*stored_),
          request_(request) {}

    Outcome<Replacement> build();

private:
    Outcome<void> take_inputs();
    Outcome<void> check_replaceable() const;
    Outcome<void> take_outputs();
    Outcome<void> choose_rate();
    Outcome<void> check_rate(FeeRate rate) const;
    [[nodiscard]] Outcome<std::int64_t> signed_size() const;
    [[nodiscard]] FeeRate estimated_rate() const;
    [[nodiscard]] std::span<const TxOutput> outputs() const {
        return request_.outputs.empty() ? tx_.outputs : request_.outputs;
    }
    [[nodiscard]] bool is_change(std::size_t index) const {
        if (request_.change_index) return *request_.change_index == index;
        return wallet_.is_change(outputs()[index]);
    }

    Wallet& wallet_;
    const TxRecord& record_;
    const TransactionRef stored_;
    const SealedTransaction& tx_;
    ReplacementRequest& request_;
    Amount old_fee_;
};

Outcome<Replacement> Replacer::build() {
    using Step = Outcome<void> (Replacer::*)();
    constexpr Step steps[] = {&Replacer::take_inputs, &Replacer::take_outputs,
                              &Replacer::choose_rate};
    for (const Step step : steps)
        if (auto ok = (this->*step)(); !ok) return daler::fail(ok.error());
    auto& payment = request_.payment;
    payment.add_inputs = true;
    payment.avoid_reuse = false;
    // BIP 125 does not allow further unconfirmed inputs.
    payment.min_depth = 1;
    auto made = wallet_.prepare(payment);
    if (!made)
        return fail(FailureKind::wallet, "Unable to create transaction. " + made.error().message);
    return Replacement{std::move(*made), old_fee_};
}

Outcome<void> Replacer::take_inputs() {
    for (const auto& input : tx_.inputs) {
        const auto coin = request_.coins.find(input.prevout);
        if (coin == request_.coins.end()) {
            return fail(FailureKind::misc,
                        fmt::format("{}:{} is already spent", input.prevout.txid.to_hex(),
                                    input.prevout.index));
        }
        old_fee_ += coin->second.value;
        GivenInput given{.outpoint = input.prevout};
        if (!wallet_.history().owned_prevout(input)) {
            given.output = coin->second;
            given.weight = weight_when_signed_again(input);
        }
        request_.payment.inputs.push_back(std::move(given));
    }
    old_fee_ -= tx_.output_value();
    return check_replaceable();
}

Outcome<void> Replacer::check_replaceable() const {
    const auto& history = wallet_.history();
    if (history.has_children(record_)) return refuse("Transaction has descendants in the wallet");
    if (wallet_.node().has_descendants(record_.txid))
        return refuse("Transaction has descendants in the mempool");
    const auto refuse_state = [](std::string message) {
        return fail(FailureKind::wallet, std::move(message));
    };
    if (history.depth(record_) != 0) {
        return refuse_state(
            "Transaction has been mined, or is conflicted with a mined transaction");
    }
    if (!policy::signals_replacement(tx_))
        return refuse_state("Transaction is not BIP 125 replaceable");
    if (const auto& by = record_.notes().replaced_by) {
        return refuse_state(
            fmt::format("Cannot bump transaction {} which was already bumped by transaction {}",
                        record_.txid.to_hex(), by->to_hex()));
    }
    const auto is_own = [&history](const TxInput& input) {
        const auto spent = history.owned_prevout(input);
        return spent && history.is_spendable(*spent);
    };
    if (request_.needs_own_inputs && !std::ranges::all_of(tx_.inputs, is_own))
        return refuse_state("Transaction contains inputs that don't belong to this wallet");
    return {};
}

/// The change address stays the same, so that nobody learns which output is change.
Outcome<void> Replacer::take_outputs() {
    auto& payment = request_.payment;
    Amount sum;
    for (std::size_t i = 0; i < outputs().size(); ++i) {
        const auto& output = outputs()[i];
        sum += output.value;
        if (is_change(i))
            payment.change_script = output.script_pubkey;
        else
            payment.recipients.push_back({output.script_pubkey, output.value});
    }
    if (!payment.recipients.empty()) return {};
    if (!payment.change_script)
        return refuse("Unable to create transaction. Transaction must have at least one recipient");
    // The payment goes to change only: that output pays the fee.
    payment.recipients.push_back({*payment.change_script, sum, true});
    payment.change_script.reset();
    return {};
}

Outcome<void> Replacer::choose_rate() {
    auto& rate = request_.payment.fee_rate;
    if (rate) return check_rate(*rate);
    rate = estimated_rate();
    return {};
}

/// More than the old rate, and not less than what a new payment would have.
FeeRate Replacer::estimated_rate() const {
    const auto old = FeeRate::of(old_fee_, policy::virtual_size(tx_.weight(), 0, 0));
    const auto step = std::max(wallet_.node().incremental_fee_rate(), wallet_incremental_rate);
    const FeeRate higher{old.per_kvb + Amount{1} + step.per_kvb};
    const auto usual = choose_fee_rate(wallet_, request_.payment);
    return usual ? std::max(higher, usual->rate) : higher;
}

/// The virtual size of the replacement with the old inputs, signed, without further inputs.
Outcome<std::int64_t> Replacer::signed_size() const {
    const auto coins = CoinFinder(wallet_, request_.payment, {}, false).given();
    if (!coins) return daler::fail(coins.error());
    return policy::virtual_size(signed_weight(*coins, outputs()), 0, 0);
}

Outcome<void> Replacer::check_rate(FeeRate rate) const {
    const auto& node = wallet_.node();
    if (const auto least = node.full_mempool_fee_rate(); rate < least) {
        return fail(
            FailureKind::wallet,
            fmt::format("New fee rate ({}) is lower than the minimum fee rate ({}) to get into "
                        "the mempool -- ",
                        rate.per_kvb.to_short_text(), least.per_kvb.to_short_text()));
    }
    const auto size = signed_size();
    if (!size) return daler::fail(size.error());
    std::vector<OutPoint> spent;
    for (const auto& input : tx_.inputs)
        spent.push_back(input.prevout);
    // Unconfirmed parents that pay less than the rate are paid for.
    const Amount fee = rate.fee(*size) + node.bump_fees(spent, rate).together;
    const Amount increment = node.incremental_fee_rate().fee(*size);
    if (fee < old_fee_ + increment) {
        return refuse(fmt::format(
            "Insufficient total fee {}, must be at least {} (oldFee {} + incrementalFee {})",
            fee.to_short_text(), (old_fee_ + increment).to_short_text(), old_fee_.to_short_text(),
            increment.to_short_text()));
    }
    const Amount required = std::max(wallet_.options().min_tx_fee, node.min_fee_rate()).fee(*size);
    if (fee < required) {
        return refuse(fmt::format("Insufficient total fee (cannot be less than required fee {})",
                                  required.to_short_text()));
    }
    const Amount highest = wallet_.options().max_tx_fee;
    if (fee <= highest) return {};
    return fail(FailureKind::wallet,
                fmt::format("Specified or calculated fee {} is too high (cannot be higher than "
                            "-maxtxfee {})",
                            fee.to_short_text(), highest.to_short_text()));
}

}  // namespace

Outcome<TransactionRef> find_replaced(const Wallet& wallet, const Txid& txid,
                                      const ReplacementRequest& request) {
    if (!request.outputs.empty() && request.change_index) {
        return refuse(
            "The options 'outputs' and 'original_change_index' are incompatible. You can only "
            "either specify a new set of outputs, or designate a change output to be recycled.");
    }
    const auto* record = wallet.history().find(txid);
    if (!record)
        return fail(FailureKind::invalid_address_or_key, "Invalid or non-wallet transaction id");
    if (request.change_index && *request.change_index >= record->body.output_count())
        return refuse("Change position is out of range");
    return wallet.history().transaction(*record);
}

Outcome<Replacement> prepare_replacement(Wallet& wallet, const Txid& txid,
                                         ReplacementRequest request) {
    if (auto found = find_replaced(wallet, txid, request); !found)
        return daler::fail(found.error());
    return Replacer(wallet, *wallet.history().find(txid), request).build();
}

}  // namespace daler::wallet
