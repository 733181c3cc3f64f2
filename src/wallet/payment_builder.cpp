#include "payment_builder.h"

#include <daler/descriptor/signing.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::wallet {
namespace {

using consensus::witness_scale_factor;

constexpr std::int64_t max_tip_age =
    8 * 60 * 60;  // seconds; with an older tip, no lock time is set
constexpr std::uint32_t max_lock_time_offset = 100;  // blocks
constexpr std::int64_t least_max_weight = policy::min_standard_stripped_size * witness_scale_factor;

// Version, lock time, and the number of inputs, if that is one byte.
constexpr std::int64_t frame_size = 9;
// Marker and flag of a transaction with witnesses. They are not scaled.
constexpr std::int64_t witness_mark_weight = 2;

tl::unexpected<Failure> insufficient(std::string message) {
    return fail(FailureKind::insufficient_funds, std::move(message));
}

}  // namespace

Outcome<void> PaymentBuilder::run(std::span<const Step> steps) {
    for (const Step step : steps)
        if (auto ok = (this->*step)(); !ok) return ok;
    return {};
}

Outcome<Payment> PaymentBuilder::build() {
    constexpr Step until_fee[] = {
        &PaymentBuilder::check_request, &PaymentBuilder::choose_rate,
        &PaymentBuilder::choose_change, &PaymentBuilder::add_recipients,
        &PaymentBuilder::choose_coins,  &PaymentBuilder::fill_transaction};
    if (auto ok = run(until_fee); !ok) return daler::fail(ok.error());
    if (!try_groups())
        if (auto ok = finish(); !ok) return daler::fail(ok.error());
    draft_.result.fee_reason = rate_.reason;
    if (draft_.result.change_position) draft_.result.change_record = change_record_;
    return std::move(draft_.result);
}

Outcome<void> PaymentBuilder::finish() {
    constexpr Step steps[] = {&PaymentBuilder::sign_transaction, &PaymentBuilder::check_result,
                              &PaymentBuilder::check_chain};
    return run(steps);
}

bool PaymentBuilder::try_groups() {
    const auto most = wallet_.options().max_group_fee;
    if (grouping_ == Grouping::by_script || !most || !selection_) return false;
    if (!selection_->splits_scripts(std::span(draft_.coins).subspan(request_.inputs.size())))
        return false;
    auto usual = std::exchange(draft_, {});
    grouping_ = Grouping::by_script;
    constexpr Step again[] = {&PaymentBuilder::choose_coins, &PaymentBuilder::fill_transaction};
    if (run(again) && draft_.result.fee <= usual.result.fee + *most && finish()) return true;
    draft_ = std::move(usual);
    return false;
}

Outcome<void> PaymentBuilder::check_request() {
    if (auto ok = CoinFinder::check_given(wallet_, request_); !ok) return ok;
    if (request_.recipients.empty())
        return insufficient("Transaction must have at least one recipient");
    for (const auto& recipient : request_.recipients) {
        if (recipient.amount < Amount{0} || !is_money(recipient.amount) ||
            !is_money(sent_ + recipient.amount)) {
            return insufficient("Transaction amounts must not be negative");
        }
        sent_ += recipient.amount;
        recipients_pay_ |= recipient.pays_fee;
    }
    if (request_.max_weight < least_max_weight ||
        request_.max_weight > policy::max_standard_weight) {
        return insufficient(fmt::format("Maximum transaction weight must be between {} and {}",
                                        least_max_weight, policy::max_standard_weight));
    }
    return {};
}

Outcome<void> PaymentBuilder::choose_rate() {
    auto rate = choose_fee_rate(wallet_, request_);
    if (!rate) return daler::fail(rate.error());
    rate_ = std::move(*rate);
    discard_rate_ = discard_rate(wallet_.node(), wallet_.options());
    const bool avoids_reuse = request_.avoid_reuse.value_or(wallet_.flags().avoid_reuse);
    if (avoids_reuse || wallet_.options().avoid_partial_spends) grouping_ = Grouping::by_script;
    return {};
}

Outcome<void> PaymentBuilder::add_recipients() {
    const FeeRate dust_rate = wallet_.node().relay_dust_fee_rate();
    for (const auto& recipient : request_.recipients) {
        const TxOutput output{recipient.amount, recipient.script};
        if (policy::is_dust(output, dust_rate)) return insufficient("Transaction amount too small");
        outputs_.push_back(output);
    }
    return {};
}

/// Without inputs and change.
std::int64_t PaymentBuilder::base_size() const {
    auto out = frame_size + static_cast<std::int64_t>(compact_size_length(outputs_.size()));
    for (const auto& output : outputs_)
        out += output_size(output);
    return out;
}

SelectionGoal PaymentBuilder::goal() const {
    // One byte for marker and flag, as in Bitcoin Core.
    const auto no_inputs = base_size() + 1;
    SelectionGoal out;
    out.target = sent_;
    out.change_weight = output_size(change_) * witness_scale_factor;
    out.max_weight = request_.max_weight - no_inputs * witness_scale_factor - out.change_weight;
    out.change_fee = recipients_pay_ ? Amount{0} : change_fee_;
    out.cost_of_change = change_fee_ + change_spend_fee_;
    out.min_change = min_change_;
    const auto recipients = static_cast<std::int64_t>(request_.recipients.size());
    const Amount mean_payment{sent_.satoshis() / recipients};
    out.wanted_change =
        out.change_fee + std::max(min_change_, random_change(mean_payment, random_));
    const FeeRate long_term = wallet_.options().consolidate_fee;
    out.fees_are_high = rate_.rate > FeeRate{long_term.per_kvb * 3};
    // If recipients pay the fee, the target is the exact sum, and there is usually change.
    out.allow_exact = !recipients_pay_;
    if (!recipients_pay_) out.target += rate_.rate.fee(no_inputs);
    return out;
}

Outcome<void> PaymentBuilder::choose_coins() {
    auto wanted = goal();
    if (wanted.target == Amount{0} && request_.inputs.empty()) {
        return insufficient(
            "Transaction requires one destination of non-zero value, a non-zero feerate, or a "
            "pre-selected input");
    }
    const CoinFinder finder(wallet_, request_, rate_.rate, recipients_pay_);
    auto given = finder.given();
    if (!given) return daler::fail(given.error());
    draft_.coins = std::move(*given);
    for (const auto& coin : draft_.coins)
        wanted.target -= coin.candidate.value;
    if (wanted.target <= Amount{0}) return {};
    if (!request_.add_inputs) {
        return insufficient(
            "The preselected coins total amount does not cover the transaction target. Please "
            "allow other inputs to be automatically selected or include more coins manually");
    }
    if (!selection_) selection_.emplace(wallet_, request_, finder, rate_.rate, random_);
    auto others = selection_->choose(wanted, grouping_);
    if (!others) return daler::fail(others.error());
    std::shuffle(others->begin(), others->end(), random_);
    std::ranges::move(*others, std::back_inserter(draft_.coins));
    return check_weight_of_coins(wanted);
}

/// The selection does not count the given inputs.
Outcome<void> PaymentBuilder::check_weight_of_coins(const SelectionGoal& wanted) const {
    std::int64_t inputs = 0;
    for (const auto& coin : draft_.coins)
        inputs += coin.candidate.weight;
    if (request_.inputs.empty() || inputs <= wanted.max_weight + wanted.change_weight) return {};
    return insufficient(
        "The combination of the pre-selected inputs and the wallet automatic inputs selection "
        "exceeds the transaction maximum weight. Please try sending a smaller amount or manually "
        "consolidating your wallet's UTXOs");
}

std::int64_t PaymentBuilder::weight(bool with_change) const {
    std::int64_t inputs = 0;
    std::int64_t empty_witnesses = 0;
    bool has_witness = false;
    for (const auto& coin : draft_.coins) {
        inputs += coin.candidate.weight;
        has_witness |= coin.has_witness;
        // A computed weight has a byte for the length of the witness.
        if (!coin.given || !coin.given->weight) ++empty_witnesses;
    }
    const auto outputs = outputs_.size();
    auto size =
        base_size() + static_cast<std::int64_t>(compact_size_length(draft_.coins.size())) - 1;
    if (with_change) {
        size += output_size(change_) + static_cast<std::int64_t>(compact_size_length(outputs + 1)) -
                static_cast<std::int64_t>(compact_size_length(outputs));
    }
    const std::int64_t witness = has_witness ? witness_mark_weight : -empty_witnesses;
    return size * witness_scale_factor + inputs + witness;
}

Amount PaymentBuilder::fee_for(bool with_change) const {
    return fee_of_weight(rate_.rate, weight(with_change)) + draft_.ancestors_fee;
}

/// A negative fee is shared, too: what is left over and too little for change.
Outcome<void> PaymentBuilder::take_fee_from_recipients(Amount fee) {
    std::int64_t payers = 0;
    for (const auto& recipient : request_.recipients)
        payers += recipient.pays_fee ? 1 : 0;
    const FeeRate dust_rate = wallet_.node().relay_dust_fee_rate();
    bool first = true;
    for (std::size_t i = 0; i < request_.recipients.size(); ++i) {
        if (!request_.recipients[i].pays_fee) continue;
        auto& output = draft_.tx.outputs[i];
        output.value -= Amount{fee.satoshis() / payers};
        // The first one pays the remainder.
        if (first) output.value -= Amount{fee.satoshis() % payers};
        first = false;
        if (output.value < Amount{0})
            return insufficient("The transaction amount is too small to pay the fee");
        if (policy::is_dust(output, dust_rate)) {
            return insufficient(
                "The transaction amount is too small to send after the fee has been deducted");
        }
    }
    return {};
}

std::uint32_t PaymentBuilder::lock_time() {
    if (request_.lock_time) return *request_.lock_time;
    // A given sequence may have a meaning that a lock time changes.
    if (std::ranges::any_of(request_.inputs, &std::optional<std::uint32_t>::has_value,
                            &GivenInput::sequence)) {
        return 0;
    }
    const auto& tip = wallet_.tip();
    if (wallet_.now() - tip.header.time > max_tip_age) return 0;
    auto height = static_cast<std::uint32_t>(tip.height);
    // Sometimes a lower height, so that payments that were delayed cannot be recognised.
    if (random_.below(10) == 0)
        height -= std::min(height, static_cast<std::uint32_t>(random_.below(max_lock_time_offset)));
    return height;
}

void PaymentBuilder::add_inputs() {
    const bool replaceable = request_.replaceable.value_or(wallet_.options().replaceable);
    for (const auto& coin : draft_.coins) {
        auto& input = draft_.tx.inputs.emplace_back();
        input.prevout = coin.outpoint;
        input.sequence =
            replaceable ? policy::max_replaceable_sequence : TxInput::max_locking_sequence;
        if (!coin.given) continue;
        input.sequence = coin.given->sequence.value_or(input.sequence);
        input.script_sig = coin.given->script_sig;
        input.witness = coin.given->witness;
    }
}

Outcome<void> PaymentBuilder::fill_transaction() {
    draft_.tx.outputs = outputs_;
    add_inputs();
    if (request_.version) draft_.tx.version = *request_.version;
    draft_.tx.lock_time = lock_time();

    Amount selected;
    std::vector<const PricedCoin*> coins;
    for (const auto& coin : draft_.coins) {
        selected += CoinFinder::output_of(wallet_, coin).value;
        coins.push_back(&coin);
    }
    draft_.ancestors_fee = common_bump_fee(wallet_.node(), coins, rate_.rate);
    const Amount fee_with_change = fee_for(true);
    const Amount change = selected - sent_ - (recipients_pay_ ? Amount{0} : fee_with_change);
    const bool makes_change = change >= min_change_;
    if (makes_change && !change_problem_.empty()) return insufficient(change_problem_);
    draft_.weight = weight(makes_change);
    draft_.result.fee = makes_change ? fee_with_change : fee_for(false);
    if (recipients_pay_) {
        const Amount left = makes_change ? Amount{0} : change;
        if (auto ok = take_fee_from_recipients(draft_.result.fee - left); !ok) return ok;
    } else if (!makes_change) {
        // The remainder goes to the miner.
        if (selected - sent_ < draft_.result.fee)
            return fail(FailureKind::too_few_coins, "Insufficient funds");
        draft_.result.fee = selected - sent_;
    }
    if (!makes_change) return {};
    change_.value = change;
    if (!change_position_)
        change_position_ =
            request_.change_position.value_or(random_.below(draft_.tx.outputs.size() + 1));
    const std::size_t position = *change_position_;
    if (position > draft_.tx.outputs.size())
        return insufficient("Transaction change output index out of range");
    draft_.tx.outputs.insert(draft_.tx.outputs.begin() + static_cast<std::ptrdiff_t>(position),
                             change_);
    draft_.result.change_position = position;
    return {};
}

Outcome<void> PaymentBuilder::sign_transaction() {
    if (!request_.sign) return {};
    std::vector<TxOutput> spent;
    for (const auto& coin : draft_.coins)
        spent.push_back(CoinFinder::output_of(wallet_, coin));
    const script::PrecomputedHashes hashes(draft_.tx, spent);
    for (std::uint32_t i = 0; i < draft_.tx.inputs.size(); ++i) {
        const auto& place = draft_.coins[i].place;
        if (!place ||
            !descriptor::sign_input(
                draft_.tx, i, spent[i], hashes,
                wallet_.keys().key_ring(*place, descriptor::Descriptor::Secrets::include)))
            return insufficient("Signing transaction failed");
    }
    return {};
}

Outcome<void> PaymentBuilder::check_result() {
    draft_.result.tx = seal(std::move(draft_.tx));
    if ((request_.sign ? draft_.result.tx->weight() : draft_.weight) > policy::max_standard_weight)
        return insufficient("Transaction too large");
    if (draft_.result.fee > wallet_.options().max_tx_fee)
        return insufficient("Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
    return {};
}

/// Coins that are each within the chain limits may exceed them together.
Outcome<void> PaymentBuilder::check_chain() {
    if (!request_.sign || !wallet_.options().reject_long_chains) return {};
    const bool confirmed =
        std::ranges::all_of(draft_.coins, [](const PricedCoin& coin) { return coin.depth > 0; });
    if (confirmed) return {};
    const auto verdict = wallet_.node().check(draft_.result.tx);
    if (verdict || verdict.error().reason != consensus::Reason::too_long_chain) return {};
    return insufficient("Transaction has too long of a mempool chain");
}

}  // namespace daler::wallet
