#include "payment_builder.h"

#include <daler/descriptor/signing.h>
#include <daler/policy/policy.h>
#include <daler/script/standard.h>

namespace daler::wallet {
namespace {

using consensus::witness_scale_factor;
using descriptor::AddressType;
using script::OutputType;

constexpr std::int64_t max_tip_age =
    8 * 60 * 60;  // seconds; with an older tip, no lock time is set
constexpr std::uint32_t max_lock_time_offset = 100;  // blocks

std::int64_t output_weight(const TxOutput& output) {
    const auto size = output.script_pubkey.size();
    return witness_scale_factor * static_cast<std::int64_t>(8 + compact_size_length(size) + size);
}

FeeRate long_term_rate(const WalletOptions& options) {
    return options.consolidate_fee;
}

Amount fee_of_weight(FeeRate rate, std::int64_t weight) {
    return rate.fee(policy::virtual_size(weight, 0, 0));
}

tl::unexpected<Failure> insufficient(std::string message) {
    return fail(FailureKind::insufficient_funds, std::move(message));
}

}  // namespace

Outcome<Payment> PaymentBuilder::build() {
    if (auto ok = check_recipients(); !ok) return daler::fail(ok.error());
    auto rate = choose_fee_rate(wallet_.node(), wallet_.options(), request_);
    if (!rate) return daler::fail(rate.error());
    rate_ = std::move(*rate);
    discard_rate_ = discard_rate(wallet_.node(), wallet_.options());
    if (auto ok = choose_change(); !ok) return daler::fail(ok.error());
    if (auto ok = choose_coins(); !ok) return daler::fail(ok.error());
    if (auto ok = fill_transaction(); !ok) return daler::fail(ok.error());
    if (request_.sign) {
        if (auto ok = sign(); !ok) return daler::fail(ok.error());
    }
    if (result_.fee > wallet_.options().max_tx_fee)
        return insufficient("Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
    result_.tx = seal(std::move(tx_));
    if (auto ok = check_chain(); !ok) return daler::fail(ok.error());
    result_.fee_reason = rate_.reason;
    if (result_.change_position) result_.change_record = change_record_;
    return std::move(result_);
}

/// Coins that are each within the chain limits may exceed them together.
Outcome<void> PaymentBuilder::check_chain() {
    if (!request_.sign || !wallet_.options().reject_long_chains) return {};
    const bool confirmed =
        std::ranges::all_of(chosen_, [](const Coin& coin) { return coin.owned.depth > 0; });
    if (confirmed) return {};
    const auto verdict = wallet_.node().check(result_.tx);
    if (verdict || verdict.error().reason != consensus::Reason::too_long_chain) return {};
    return insufficient("Transaction has too long of a mempool chain");
}

Outcome<void> PaymentBuilder::check_recipients() {
    if (request_.recipients.empty())
        return insufficient("Transaction must have at least one recipient");
    const FeeRate dust_rate = wallet_.node().relay_dust_fee_rate();
    for (const auto& recipient : request_.recipients) {
        if (recipient.amount < Amount{0} || !is_money(recipient.amount) ||
            !is_money(sent_ + recipient.amount)) {
            return insufficient("Transaction amounts must not be negative");
        }
        sent_ += recipient.amount;
        recipients_pay_ |= recipient.pays_fee;
        if (!recipient.pays_fee && policy::is_dust({recipient.amount, recipient.script}, dust_rate))
            return insufficient("Transaction amount too small");
        tx_.outputs.push_back({recipient.amount, recipient.script});
    }
    return {};
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

Outcome<void> PaymentBuilder::choose_change() {
    std::optional<std::int64_t> spend_weight;
    if (request_.change_script) {
        change_.script_pubkey = *request_.change_script;
        if (const auto* place = wallet_.keys().find(*request_.change_script)) {
            const auto ring =
                wallet_.keys().key_ring(*place, descriptor::Descriptor::Secrets::exclude);
            spend_weight = descriptor::signed_input_weight(*request_.change_script, ring);
        }
    } else if (const auto record = wallet_.keys().active({change_type(), true})) {
        const auto script = wallet_.keys().peek(*record);
        if (!script) return insufficient("Error: Keypool ran out, please call keypoolrefill first");
        change_.script_pubkey = *script;
        change_record_ = record;
        const auto ring =
            wallet_.keys().key_ring({*record, wallet_.keys().records()[*record].next_index},
                                    descriptor::Descriptor::Secrets::exclude);
        spend_weight = descriptor::signed_input_weight(*script, ring);
    } else {
        // There is no change address. The payment is possible if the coins match exactly; if they
        // do not, fill_transaction fails.
        change_.script_pubkey = Script(Bytes(22));
    }
    constexpr std::int64_t default_spend_weight = policy::signed_input_size * witness_scale_factor;
    const auto weight = spend_weight.value_or(default_spend_weight);
    change_fee_ = fee_of_weight(rate_.rate, output_weight(change_));
    change_spend_fee_ = fee_of_weight(discard_rate_, weight);
    min_change_ =
        std::max(change_spend_fee_ + Amount{1}, policy::dust_threshold(change_, discard_rate_));
    return {};
}

std::optional<PaymentBuilder::Coin> PaymentBuilder::evaluate(const OwnedCoin& owned) const {
    const auto weight = wallet_.keys().input_weight(owned.output.script_pubkey);
    if (!weight) return std::nullopt;
    const Amount fee = fee_of_weight(rate_.rate, *weight);
    const Amount value = recipients_pay_ ? owned.output.value : owned.output.value - fee;
    return Coin{owned,
                {value, fee, fee_of_weight(long_term_rate(wallet_.options()), *weight), *weight}};
}

std::optional<std::vector<PaymentBuilder::Coin>> PaymentBuilder::usable_coins(Amount& preset) {
    std::vector<Coin> out;
    std::size_t presets_found = 0;
    const bool avoid_reuse = request_.avoid_reuse.value_or(wallet_.flags().avoid_reuse);
    // Sorted, so that choices do not depend on the order in which payments arrived.
    auto coins = wallet_.history().coins();
    std::ranges::sort(coins, {}, &OwnedCoin::outpoint);
    for (const auto& owned : coins) {
        if (request_.sign && !owned.spendable) continue;
        if (request_.inputs.contains(owned.outpoint)) {
            const auto coin = evaluate(owned);
            if (!coin) return std::nullopt;
            preset += coin->candidate.value;
            chosen_.push_back(*coin);
            ++presets_found;
            continue;
        }
        if (!request_.add_inputs || wallet_.locked_coins().contains(owned.outpoint)) continue;
        if (!owned.safe && !request_.include_unsafe) continue;
        if (owned.depth < request_.min_depth || (avoid_reuse && owned.reused)) continue;
        const auto coin = evaluate(owned);
        // Leave out coins that cost more to spend than they are worth.
        if (coin && coin->candidate.value > Amount{0}) out.push_back(*coin);
    }
    if (presets_found != request_.inputs.size()) return std::nullopt;
    std::set<Txid> unconfirmed;
    for (const auto& coin : out)
        if (coin.owned.depth == 0) unconfirmed.insert(coin.owned.outpoint.txid);
    if (unconfirmed.empty()) return out;
    const auto chains = wallet_.node().mempool_chains(unconfirmed);
    for (auto& coin : out) {
        const auto found = chains.find(coin.owned.outpoint.txid);
        if (found != chains.end()) coin.chain = found->second;
    }
    return out;
}

SelectionGoal PaymentBuilder::goal() const {
    SelectionGoal out;
    out.target = sent_;
    out.max_weight = policy::max_standard_weight - weight(true);
    out.change_fee = recipients_pay_ ? Amount{0} : change_fee_;
    out.cost_of_change = change_fee_ + change_spend_fee_;
    out.min_change = min_change_;
    const auto recipients = static_cast<std::int64_t>(request_.recipients.size());
    const Amount mean_payment{sent_.satoshis() / recipients};
    out.wanted_change =
        out.change_fee + std::max(min_change_, random_change(mean_payment, random_));
    out.fees_are_high = rate_.rate > FeeRate{long_term_rate(wallet_.options()).per_kvb * 3};
    // If recipients pay the fee, the target is the exact sum, and there is usually change.
    out.allow_exact = !recipients_pay_;
    if (!recipients_pay_) {
        // There are no inputs yet.
        const auto base = static_cast<std::int64_t>(serialized_size(tx_, WitnessMode::exclude)) *
                              witness_scale_factor +
                          2;
        out.target += fee_of_weight(rate_.rate, base);
    }
    return out;
}

/// Confirmed coins first, because unconfirmed transactions may become invalid. Then short chains
/// first, because each payment that is added to a chain uses up a part of its limit.
std::vector<PaymentBuilder::Stage> PaymentBuilder::stages() const {
    const auto max = wallet_.node().max_chain();
    const auto at_most = [](std::int64_t ancestors, std::int64_t descendants) {
        return MempoolChain{ancestors, descendants};
    };
    const auto longest = at_most(max.ancestors - 1, max.descendants - 1);
    std::vector<Stage> out{{1, 6, at_most(0, 0)}, {1, 1, at_most(0, 0)}};
    if (wallet_.options().spend_unconfirmed_change) {
        out.push_back({0, 1, at_most(2, 2)});
        out.push_back({0, 1,
                       at_most(std::min<std::int64_t>(4, max.ancestors / 3),
                               std::min<std::int64_t>(4, max.descendants / 3))});
        out.push_back({0, 1, at_most(max.ancestors / 2, max.descendants / 2)});
        out.push_back({0, 1, longest});
    }
    if (request_.include_unsafe) out.push_back({0, 0, longest});
    if (!wallet_.options().reject_long_chains) {
        constexpr auto any = std::numeric_limits<std::int64_t>::max();
        out.push_back({0, request_.include_unsafe ? 0 : 1, at_most(any, any)});
    }
    return out;
}

bool PaymentBuilder::is_eligible(const Coin& coin, const Stage& stage) {
    const auto& owned = coin.owned;
    return owned.depth >= (owned.from_me ? stage.from_me : stage.from_others) &&
           coin.chain.ancestors <= stage.max_chain.ancestors &&
           coin.chain.descendants <= stage.max_chain.descendants;
}

bool PaymentBuilder::select_from(const std::vector<Coin>& available, const SelectionGoal& wanted) {
    for (const auto& stage : stages()) {
        std::vector<Candidate> candidates;
        std::vector<const Coin*> coins;
        for (const auto& coin : available) {
            if (!is_eligible(coin, stage)) continue;
            candidates.push_back(coin.candidate);
            coins.push_back(&coin);
        }
        const auto selected = select_coins(candidates, wanted, random_);
        if (!selected) continue;
        for (const auto i : *selected)
            chosen_.push_back(*coins[i]);
        return true;
    }
    return false;
}

Failure PaymentBuilder::selection_failure(const std::vector<Coin>& available, Amount target) const {
    const auto last = stages().back();
    Amount eligible, all;
    for (const auto& coin : available) {
        all += coin.candidate.value;
        if (is_eligible(coin, last)) eligible += coin.candidate.value;
    }
    if (eligible >= target) {
        return {FailureKind::insufficient_funds,
                "The inputs size exceeds the maximum weight. Please try sending a smaller amount "
                "or manually consolidating your wallet's UTXOs"};
    }
    Amount in_long_chains;
    for (const auto& coin : available) {
        const bool is_long = coin.chain.ancestors > last.max_chain.ancestors ||
                             coin.chain.descendants > last.max_chain.descendants;
        if (is_long) in_long_chains += coin.candidate.value;
    }
    if (in_long_chains > Amount{0} && all >= target) {
        return {FailureKind::too_few_coins,
                "Unconfirmed UTXOs are available, but spending them creates a chain of "
                "transactions that will be rejected by the mempool"};
    }
    return {FailureKind::too_few_coins, "Insufficient funds"};
}

Outcome<void> PaymentBuilder::choose_coins() {
    Amount preset;
    const auto available = usable_coins(preset);
    if (!available)
        return fail(FailureKind::wallet, "Not found pre-selected input, or it is spent already");
    auto wanted = goal();
    wanted.target -= preset;
    if (!request_.inputs.empty() && wanted.target <= Amount{0}) return {};
    if (!request_.inputs.empty() && !request_.add_inputs) {
        return insufficient(
            "The preselected coins total amount does not cover the transaction target. Please "
            "allow "
            "other inputs to be automatically selected or include more coins manually");
    }
    if (select_from(*available, wanted)) return {};
    return daler::fail(selection_failure(*available, wanted.target));
}

std::int64_t PaymentBuilder::weight(bool with_change) const {
    // Version, lock time and counts, and the marker and flag of a witness.
    const auto outputs = tx_.outputs.size() + (with_change ? 1 : 0);
    std::int64_t out =
        witness_scale_factor * static_cast<std::int64_t>(8 + compact_size_length(chosen_.size()) +
                                                         compact_size_length(outputs)) +
        2;
    for (const auto& coin : chosen_)
        out += coin.candidate.weight;
    for (const auto& output : tx_.outputs)
        out += output_weight(output);
    return with_change ? out + output_weight(change_) : out;
}

Amount PaymentBuilder::fee_for(bool with_change) const {
    return fee_of_weight(rate_.rate, weight(with_change));
}

Outcome<void> PaymentBuilder::take_fee_from_recipients(Amount fee) {
    std::int64_t payers = 0;
    for (const auto& recipient : request_.recipients)
        payers += recipient.pays_fee ? 1 : 0;
    const FeeRate dust_rate = wallet_.node().relay_dust_fee_rate();
    bool first = true;
    for (std::size_t i = 0; i < request_.recipients.size(); ++i) {
        if (!request_.recipients[i].pays_fee) continue;
        auto& output = tx_.outputs[i];
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
    const auto& tip = wallet_.tip();
    if (wallet_.now() - tip.header.time > max_tip_age) return 0;
    auto height = static_cast<std::uint32_t>(tip.height);
    // Sometimes a lower height, so that payments that were delayed cannot be recognised.
    if (random_.below(10) == 0)
        height -= std::min(height, static_cast<std::uint32_t>(random_.below(max_lock_time_offset)));
    return height;
}

Outcome<void> PaymentBuilder::fill_transaction() {
    Amount selected;
    std::shuffle(chosen_.begin(), chosen_.end(), random_);
    const bool replaceable = request_.replaceable.value_or(wallet_.options().replaceable);
    for (const auto& coin : chosen_) {
        selected += coin.owned.output.value;
        auto& input = tx_.inputs.emplace_back();
        input.prevout = coin.owned.outpoint;
        input.sequence =
            replaceable ? policy::max_replaceable_sequence : TxInput::max_locking_sequence;
    }
    tx_.lock_time = lock_time();

    const Amount fee_with_change = fee_for(true);
    const Amount change = selected - sent_ - (recipients_pay_ ? Amount{0} : fee_with_change);
    const bool makes_change = change >= min_change_;
    if (makes_change && !request_.change_script && !change_record_) {
        return insufficient(
            "Transaction needs a change address, but we can't generate it. Error: "
            "No " +
            std::string(name(change_type())) + " addresses available.");
    }
    // Without a change output, the remainder goes to the miner.
    result_.fee = makes_change ? fee_with_change : fee_for(false);
    if (recipients_pay_) {
        const Amount left = makes_change ? Amount{0} : change;
        if (auto ok = take_fee_from_recipients(std::max(Amount{0}, result_.fee - left)); !ok)
            return ok;
        result_.fee = std::max(result_.fee, left);
    } else if (!makes_change) {
        if (selected - sent_ < result_.fee)
            return fail(FailureKind::too_few_coins, "Insufficient funds");
        result_.fee = selected - sent_;
    }
    if (!makes_change) return {};
    change_.value = change;
    const std::size_t position =
        request_.change_position.value_or(random_.below(tx_.outputs.size() + 1));
    if (position > tx_.outputs.size())
        return insufficient("Transaction change output index out of range");
    tx_.outputs.insert(tx_.outputs.begin() + static_cast<std::ptrdiff_t>(position), change_);
    result_.change_position = position;
    return {};
}

Outcome<void> PaymentBuilder::sign() {
    std::vector<TxOutput> spent;
    for (const auto& coin : chosen_)
        spent.push_back(coin.owned.output);
    const script::PrecomputedHashes hashes(tx_, spent);
    for (std::uint32_t i = 0; i < tx_.inputs.size(); ++i) {
        const auto ring = wallet_.keys().key_ring(chosen_[i].owned.place,
                                                  descriptor::Descriptor::Secrets::include);
        if (!descriptor::sign_input(tx_, i, spent[i], hashes, ring))
            return insufficient("Signing transaction failed");
    }
    return {};
}

}  // namespace daler::wallet
