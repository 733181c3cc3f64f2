#include "coin_finder.h"

#include <daler/descriptor/signing.h>
#include <daler/policy/policy.h>
#include <daler/script/standard.h>

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

/// An output in the wallet's history; null if there is none.
const TxOutput* known_output(const Wallet& wallet, const OutPoint& outpoint) {
    const auto* record = wallet.history().find(outpoint.txid);
    if (!record || outpoint.index >= record->tx->outputs.size()) return nullptr;
    return &record->tx->outputs[outpoint.index];
}

bool is_owned(const Wallet& wallet, const OutPoint& outpoint) {
    const auto* output = known_output(wallet, outpoint);
    return output && wallet.history().owner(*output);
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

PricedCoin CoinFinder::priced(const OutPoint& outpoint, const TxOutput& output,
                              std::int64_t weight) const {
    const Amount fee = fee_of_weight(rate_, weight);
    const Amount long_term = fee_of_weight(wallet_.options().consolidate_fee, weight);
    PricedCoin out{
        .outpoint = outpoint,
        .output = output,
        .place = {},
        .candidate = {recipients_pay_ ? output.value : output.value - fee, fee, long_term, weight},
        .has_witness = has_witness(output.script_pubkey),
        .type = type_of(output.script_pubkey)};
    if (const auto* place = wallet_.keys().find(output.script_pubkey)) out.place = *place;
    return out;
}

const TxOutput* CoinFinder::spent_output(const GivenInput& input) const {
    const auto* known = known_output(wallet_, input.outpoint);
    return known || !input.output ? known : &*input.output;
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
        const auto* output = spent_output(input);
        const auto weight = output ? weight_of(input, output->script_pubkey) : std::nullopt;
        if (weight) {
            out.push_back(priced(input.outpoint, *output, *weight));
            out.back().given = &input;
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

bool CoinFinder::is_allowed(const OwnedCoin& coin, bool avoid_reuse) const {
    if (request_.sign && !coin.spendable) return false;
    if (!coin.safe && !request_.include_unsafe) return false;
    if (avoid_reuse && coin.reused) return false;
    return coin.depth >= request_.min_depth && coin.depth <= request_.max_depth;
}

std::vector<PricedCoin> CoinFinder::others() const {
    std::vector<PricedCoin> out;
    if (!request_.add_inputs) return out;
    std::set<OutPoint> taken = wallet_.locked_coins();
    for (const auto& input : request_.inputs)
        taken.insert(input.outpoint);
    const bool avoid_reuse = request_.avoid_reuse.value_or(wallet_.flags().avoid_reuse);
    // Sorted, so that choices do not depend on the order in which payments arrived.
    auto coins = wallet_.history().coins();
    std::ranges::sort(coins, {}, &OwnedCoin::outpoint);
    for (const auto& owned : coins) {
        if (taken.contains(owned.outpoint) || !is_allowed(owned, avoid_reuse)) continue;
        const auto weight = wallet_.keys().input_weight(owned.output.script_pubkey);
        if (!weight) continue;
        auto coin = priced(owned.outpoint, owned.output, *weight);
        coin.depth = owned.depth;
        coin.from_me = owned.from_me;
        out.push_back(std::move(coin));
    }
    add_bump_fees(out);
    std::erase_if(out, [](const PricedCoin& coin) { return coin.candidate.value <= Amount{0}; });
    add_chains(out);
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

std::optional<AddressType> CoinFinder::type_of(const Script& script) const {
    switch (script::solve(script.bytes()).type) {
        case OutputType::pubkey_hash:
            return AddressType::legacy;
        case OutputType::script_hash:
            return has_witness(script) ? AddressType::p2sh_segwit : AddressType::legacy;
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

}  // namespace daler::wallet
