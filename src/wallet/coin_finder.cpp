#include "coin_finder.h"

#include <daler/descriptor/signing.h>
#include <daler/policy/policy.h>
#include <daler/script/standard.h>
#include <daler/util/ensure.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace daler::wallet {
namespace {

using descriptor::AddressType;
using descriptor::KeyRing;
using script::OutputType;
using Secrets = descriptor::Descriptor::Secrets;

constexpr std::size_t shown_txid_digits = 10;

/// As Bitcoin Core shows it in messages.
std::string short_text(const OutPoint& outpoint) {
    return fmt::format("COutPoint({}, {})", outpoint.txid.to_hex().substr(0, shown_txid_digits),
                       outpoint.index);
}

bool is_owned(const Wallet& wallet, const OutPoint& outpoint) {
    const auto output = wallet.history().output(outpoint);
    return output && wallet.history().owner(*output);
}

std::optional<AddressType> type_of(const Script& script, bool has_witness) {
    switch (script::solve(script.bytes()).type) {
        case OutputType::pubkey_hash:
            return AddressType::legacy;
        case OutputType::script_hash:
            return has_witness ? AddressType::p2sh_segwit : AddressType::legacy;
        case OutputType::witness_v0_key_hash:
        case OutputType::witness_v0_script_hash:
            return AddressType::bech32;
        case OutputType::witness_v1_taproot:
            return AddressType::bech32m;
        case OutputType::anchor:
        case OutputType::multisig:
        case OutputType::nonstandard:
        case OutputType::null_data:
        case OutputType::pubkey:
        case OutputType::witness_unknown:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

Amount fee_of_weight(FeeRate rate, std::int64_t weight) {
    return rate.fee(policy::virtual_size(weight, 0, 0));
}

std::int64_t signed_weight(std::span<const PricedCoin> coins, std::span<const TxOutput> outputs) {
    Transaction without_inputs;
    without_inputs.outputs.assign(outputs.begin(), outputs.end());
    const auto base = serialized_size(without_inputs, WitnessMode::exclude) - 1 +
                      compact_size_length(coins.size());
    auto weight = static_cast<std::int64_t>(base) * consensus::witness_scale_factor;
    for (const auto& coin : coins)
        weight += coin.candidate.weight;
    // Marker and flag of witnesses, or else no counts of their items.
    if (std::ranges::any_of(coins, &PricedCoin::has_witness)) return weight + 2;
    return weight - std::ssize(coins);
}

Amount common_bump_fee(const NodeView& node, std::span<const PricedCoin* const> coins,
                       FeeRate rate) {
    std::vector<OutPoint> outputs;
    for (const auto* coin : coins)
        if (coin->bump_fee > Amount{0}) outputs.push_back(coin->outpoint);
    return outputs.empty() ? Amount{0} : node.bump_fees(outputs, rate).together;
}

Outcome<void> CoinFinder::check_given(const Wallet& wallet, const PaymentRequest& request) {
    for (const auto& input : request.inputs)
        if (input.sequence && !input.output && !is_owned(wallet, input.outpoint))
            return fail(FailureKind::wallet, "Unable to find UTXO for external input");
    return {};
}

CoinFinder::Kind CoinFinder::kind_of(const Script& script, std::int64_t weight) const {
    const bool witness = has_witness(script);
    return {.weight = weight,
            .fee = fee_of_weight(rate_, weight),
            .long_term_fee = fee_of_weight(wallet_.options().consolidate_fee, weight),
            .has_witness = witness,
            .type = type_of(script, witness)};
}

Candidate CoinFinder::candidate(Amount value, const Kind& kind) const {
    return {recipients_pay_ ? value : value - kind.fee, kind.fee, kind.long_term_fee, kind.weight};
}

TxOutput CoinFinder::output_of(const Wallet& wallet, const PricedCoin& coin) {
    if (auto known = wallet.history().output(coin.outpoint)) return std::move(*known);
    ensure(coin.given && coin.given->output);
    return *coin.given->output;
}

std::optional<TxOutput> CoinFinder::spent_output(const GivenInput& input) const {
    auto known = wallet_.history().output(input.outpoint);
    return known ? known : input.output;
}

std::optional<std::int64_t> CoinFinder::weight_of(const GivenInput& input,
                                                  const Script& script) const {
    if (input.weight) return input.weight;
    const auto weight = wallet_.keys().input_weight(script);
    return weight ? weight : descriptor::signed_input_weight(script, request_.solving_data);
}

Outcome<std::vector<PricedCoin>> CoinFinder::given() const {
    std::vector<PricedCoin> out;
    // Of several inputs that cannot be spent, the one with the least id is reported.
    std::map<OutPoint, std::string_view> problems;
    for (const auto& input : request_.inputs) {
        const auto output = spent_output(input);
        const auto weight = output ? weight_of(input, output->script_pubkey) : std::nullopt;
        if (weight) {
            const auto& script = output->script_pubkey;
            const auto kind = kind_of(script, *weight);
            const auto* place = wallet_.keys().find(script);
            out.push_back({.outpoint = input.outpoint,
                           .place = place ? std::optional(*place) : std::nullopt,
                           .candidate = candidate(output->value, kind),
                           .has_witness = kind.has_witness,
                           .type = kind.type,
                           .given = &input});
        } else {
            problems.emplace(input.outpoint, output ? "Not solvable" : "Not found");
        }
    }
    add_bump_fees(out);
    if (problems.empty()) return out;
    const auto& [outpoint, problem] = *problems.begin();
    return fail(FailureKind::wallet,
                fmt::format("{} pre-selected input {}", problem, short_text(outpoint)));
}

/// Collects the coins of the wallet that a request allows. Keeps references to its arguments.
class CoinFinder::OtherCoins {
public:
    explicit OtherCoins(const CoinFinder& finder)
        : finder_(finder),
          wallet_(finder.wallet_),
          request_(finder.request_),
          avoid_reuse_(request_.avoid_reuse.value_or(wallet_.flags().avoid_reuse)),
          taken_(wallet_.locked_coins()) {
        for (const auto& input : request_.inputs)
            taken_.insert(input.outpoint);
    }

    void reserve(std::size_t count) { found_.reserve(count); }

    void examine(const CoinIndex::Coin& coin) {
        if (!is_allowed(coin)) return;
        const auto* kind = kind_of(coin);
        if (!kind) return;
        found_.push_back({.outpoint = coin.outpoint,
                          .place = coin.place,
                          .candidate = finder_.candidate(coin.value, *kind),
                          .has_witness = kind->has_witness,
                          .type = kind->type,
                          .depth = wallet_.history().depth(coin),
                          .from_me = coin.from_me});
    }

    /// Those that bring more than they cost.
    std::vector<PricedCoin> take() {
        finder_.add_bump_fees(found_);
        std::erase_if(found_,
                      [](const PricedCoin& coin) { return coin.candidate.value <= Amount{0}; });
        finder_.add_chains(found_);
        if (wallet_.options().choice_seed) sort(found_);
        return std::move(found_);
    }

    /// Then choices do not depend on the order in which payments arrived.
    static void sort(std::vector<PricedCoin>& coins) {
        std::ranges::sort(coins, {}, &PricedCoin::outpoint);
    }

private:
    [[nodiscard]] bool is_allowed(const CoinIndex::Coin& coin) {
        const auto& history = wallet_.history();
        if (request_.sign && !coin.spendable) return false;
        const auto depth = history.depth(coin);
        if (depth < request_.min_depth || depth > request_.max_depth) return false;
        if (history.matures_in(coin) > 0) return false;
        if (!taken_.empty() && taken_.contains(coin.outpoint)) return false;
        if (avoid_reuse_ && history.is_reused(script_of(coin))) return false;
        return request_.include_unsafe || history.is_safe(coin, known_good_);
    }

    static ByteSpan script_of(const CoinIndex::Coin& coin) {
        return coin.record->body.output(coin.outpoint.index).script_pubkey;
    }

    /// Null if no weight of a signed input is known.
    const Kind* kind_of(const CoinIndex::Coin& coin) {
        // Usually the same one again and again.
        const std::pair key(coin.place.record, coin.type);
        if (latest_ == kinds_.end() || latest_->first != key) {
            bool is_new = false;
            std::tie(latest_, is_new) = kinds_.try_emplace(key);
            if (is_new) {
                const Script script(script_of(coin));
                if (const auto weight = wallet_.keys().input_weight(script))
                    latest_->second = finder_.kind_of(script, *weight);
            }
        }
        return latest_->second ? &*latest_->second : nullptr;
    }

    const CoinFinder& finder_;
    const Wallet& wallet_;
    const PaymentRequest& request_;
    const bool avoid_reuse_;
    std::set<OutPoint> taken_;
    std::set<Txid> known_good_;
    /// By descriptor and type of script: see KeyBook::input_weight.
    std::map<std::pair<std::size_t, OutputType>, std::optional<Kind>> kinds_;
    decltype(kinds_)::iterator latest_ = kinds_.end();
    std::vector<PricedCoin> found_;
};

std::vector<PricedCoin> CoinFinder::confirmed_others() const {
    if (!request_.add_inputs) return {};
    OtherCoins out(*this);
    const auto& coins = wallet_.history().index().coins();
    out.reserve(coins.size());
    for (const auto& [key, coin] : coins)
        if (coin.height) out.examine(coin);
    return out.take();
}

std::vector<PricedCoin> CoinFinder::unconfirmed_others() const {
    if (!request_.add_inputs) return {};
    OtherCoins out(*this);
    const auto& index = wallet_.history().index();
    for (const auto& key : index.unconfirmed())
        out.examine(index.coins().at(key));
    return out.take();
}

std::vector<PricedCoin> CoinFinder::others() const {
    auto out = confirmed_others();
    std::ranges::move(unconfirmed_others(), std::back_inserter(out));
    OtherCoins::sort(out);
    return out;
}

void CoinFinder::add_bump_fees(std::vector<PricedCoin>& coins) const {
    std::vector<OutPoint> unconfirmed;
    for (const auto& coin : coins)
        if (coin.depth == 0) unconfirmed.push_back(coin.outpoint);
    if (unconfirmed.empty()) return;
    const auto fees = wallet_.node().bump_fees(unconfirmed, rate_);
    for (auto& coin : coins) {
        const auto found = fees.each.find(coin.outpoint);
        if (found == fees.each.end()) continue;
        coin.bump_fee = found->second;
        coin.candidate.fee += coin.bump_fee;
        if (!recipients_pay_) coin.candidate.value -= coin.bump_fee;
    }
}

void CoinFinder::add_chains(std::vector<PricedCoin>& coins) const {
    std::set<Txid> unconfirmed;
    for (const auto& coin : coins)
        if (coin.depth == 0) unconfirmed.insert(coin.outpoint.txid);
    if (unconfirmed.empty()) return;
    const auto chains = wallet_.node().mempool_chains(unconfirmed);
    for (auto& coin : coins) {
        const auto found = chains.find(coin.outpoint.txid);
        if (found != chains.end()) coin.chain = found->second;
    }
}

bool CoinFinder::has_witness(const Script& script) const {
    if (script::witness_program(script.bytes())) return true;
    const auto solution = script::solve(script.bytes());
    if (solution.type != OutputType::script_hash) return false;
    const auto is_program = [&](const KeyRing& ring) {
        const auto* redeem = ring.find_script(solution.data[0]);
        return redeem && script::witness_program(redeem->bytes());
    };
    const auto* place = wallet_.keys().find(script);
    return is_program(request_.solving_data) ||
           (place && is_program(wallet_.keys().key_ring(*place, Secrets::exclude)));
}

}  // namespace daler::wallet
