#include <daler/wallet/sweep.h>

#include <daler/descriptor/addresses.h>
#include <daler/primitives/chain_params.h>

#include "coin_finder.h"
#include "fees.h"

#include <fmt/format.h>

namespace daler::wallet {
namespace {

tl::unexpected<Failure> insufficient(std::string message) {
    return fail(FailureKind::insufficient_funds, std::move(message));
}

class Sweeper {
public:
    Sweeper(const Wallet& wallet, const SweepRequest& request)
        : wallet_(wallet), request_(request) {}

    Outcome<Transaction> build() {
        using Step = Outcome<void> (Sweeper::*)();
        constexpr Step steps[] = {&Sweeper::choose_rate, &Sweeper::take_coins, &Sweeper::choose_fee,
                                  &Sweeper::share};
        for (const Step step : steps)
            if (auto ok = (this->*step)(); !ok) return daler::fail(ok.error());
        return std::move(tx_);
    }

private:
    Outcome<void> choose_rate();
    Outcome<void> take_coins();
    Outcome<void> check_given() const;
    void add_inputs();
    Outcome<void> choose_fee();
    Outcome<void> share();
    [[nodiscard]] std::string address_of(const Script& script) const;

    const Wallet& wallet_;
    const SweepRequest& request_;
    FeeRate rate_;
    std::vector<PricedCoin> coins_;
    Amount left_;  ///< for the recipients
    Transaction tx_;
};

Outcome<void> Sweeper::choose_rate() {
    auto chosen = choose_fee_rate(wallet_, request_.payment);
    if (!chosen) {
        const auto kind =
            request_.payment.fee_rate ? FailureKind::invalid_parameter : FailureKind::wallet;
        return fail(kind, chosen.error().message);
    }
    rate_ = chosen->rate;
    return {};
}

Outcome<void> Sweeper::check_given() const {
    for (const auto& input : request_.payment.inputs) {
        const auto& outpoint = input.outpoint;
        const auto name = fmt::format("UTXO ({}:{})", outpoint.txid.to_hex(), outpoint.index);
        const auto& history = wallet_.history();
        if (history.is_spent(outpoint)) {
            return fail(FailureKind::invalid_parameter,
                        fmt::format("Input not available. {} was already spent.", name));
        }
        const auto output = history.output(outpoint);
        if (!output || !history.owner(*output)) {
            return fail(FailureKind::invalid_parameter,
                        fmt::format("Input not found. {} is not part of wallet.", name));
        }
    }
    return {};
}

Outcome<void> Sweeper::take_coins() {
    // Coins count with their whole amounts, so that none is left out.
    const CoinFinder finder(wallet_, request_.payment, rate_, true);
    if (request_.payment.inputs.empty()) {
        coins_ = finder.others();
    } else {
        if (auto ok = check_given(); !ok) return ok;
        auto given = finder.given();
        if (!given) return daler::fail(given.error());
        coins_ = std::move(*given);
    }
    if (request_.leaves_uneconomic) {
        std::erase_if(coins_, [this](const PricedCoin& coin) {
            return coin.candidate.fee - coin.bump_fee > CoinFinder::output_of(wallet_, coin).value;
        });
    }
    return {};
}

void Sweeper::add_inputs() {
    const bool replaceable = request_.payment.replaceable.value_or(wallet_.options().replaceable);
    for (const auto& coin : coins_) {
        auto& input = tx_.inputs.emplace_back();
        input.prevout = coin.outpoint;
        input.sequence = replaceable ? policy::max_replaceable_sequence : TxInput::final_sequence;
        if (coin.given) input.sequence = coin.given->sequence.value_or(input.sequence);
    }
    tx_.lock_time = request_.payment.lock_time.value_or(0);
}

Outcome<void> Sweeper::choose_fee() {
    const auto& payment = request_.payment;
    add_inputs();
    for (const auto& recipient : payment.recipients)
        tx_.outputs.push_back({recipient.amount, recipient.script});
    const auto weight = signed_weight(coins_, tx_.outputs);
    const Amount fee = fee_of_weight(rate_, weight);
    Amount total;
    std::vector<const PricedCoin*> coins;
    for (const auto& coin : coins_) {
        total += CoinFinder::output_of(wallet_, coin).value;
        coins.push_back(&coin);
    }
    left_ = total - fee - common_bump_fee(wallet_.node(), coins, rate_);
    if (fee > wallet_.options().max_tx_fee) {
        return fail(FailureKind::wallet,
                    "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
    }
    if (left_ <= Amount{0}) {
        return insufficient(request_.leaves_uneconomic
                                ? "Total value of UTXO pool too low to pay for transaction, try "
                                  "using lower feerate."
                                : "Total value of UTXO pool too low to pay for transaction. Try "
                                  "using lower feerate or excluding uneconomic UTXOs with "
                                  "'send_max' option.");
    }
    if (weight > policy::max_standard_weight)
        return fail(FailureKind::wallet, "Transaction too large.");
    Amount claimed;
    for (std::size_t i = 0; i < tx_.outputs.size(); ++i)
        if (!request_.sharing.contains(i)) claimed += tx_.outputs[i].value;
    if (claimed > total)
        return insufficient("Assigned more value to outputs than available funds.");
    left_ -= claimed;
    if (left_ < Amount{0})
        return insufficient("Insufficient funds for fees after creating specified outputs.");
    return {};
}

std::string Sweeper::address_of(const Script& script) const {
    return descriptor::encode_address(script, wallet_.params().address).value_or("");
}

Outcome<void> Sweeper::share() {
    const auto parts = static_cast<std::int64_t>(request_.sharing.size());
    Amount remainder{left_.satoshis() % parts};
    const FeeRate dust_rate = wallet_.node().relay_dust_fee_rate();
    for (std::size_t i = 0; i < tx_.outputs.size(); ++i) {
        auto& output = tx_.outputs[i];
        const bool shares = request_.sharing.contains(i);
        if (shares) output.value = Amount{left_.satoshis() / parts} + std::exchange(remainder, {});
        if (!policy::is_dust(output, dust_rate)) continue;
        if (shares) return insufficient("Dynamically assigned remainder results in dust output.");
        return fail(FailureKind::invalid_parameter,
                    fmt::format("Specified output amount to {} is below dust threshold.",
                                address_of(output.script_pubkey)));
    }
    return {};
}

}  // namespace

Outcome<Transaction> prepare_sweep(const Wallet& wallet, const SweepRequest& request) {
    return Sweeper(wallet, request).build();
}

}  // namespace daler::wallet
