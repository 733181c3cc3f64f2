#include <daler/consensus/check_transaction.h>
#include <daler/script/flags.h>
#include <daler/script/standard.h>
#include <daler/util/ensure.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::consensus {
namespace {

// Bytes of a coinbase's script.
constexpr std::size_t min_coinbase_script = 2;
constexpr std::size_t max_coinbase_script = 100;

Verdict check_outputs(const Transaction& tx) {
    Amount total;
    for (const auto& output : tx.outputs) {
        if (output.value < Amount{0}) return reject(Reason::output_negative);
        if (output.value > max_money) return reject(Reason::output_too_large);
        total += output.value;
        if (!is_money(total)) return reject(Reason::output_total_too_large);
    }
    return {};
}

bool spends_one_output_twice(const Transaction& tx) {
    // CVE-2018-17144: without this check one coin could be spent twice by one transaction.
    std::vector<OutPoint> spent;
    spent.reserve(tx.inputs.size());
    for (const auto& input : tx.inputs)
        spent.push_back(input.prevout);
    std::ranges::sort(spent);
    return std::ranges::adjacent_find(spent) != spent.end();
}

std::int64_t legacy_sigops(const Transaction& tx) {
    std::int64_t count = 0;
    for (const auto& input : tx.inputs)
        count += script::count_sigops(input.script_sig.bytes(), false);
    for (const auto& output : tx.outputs)
        count += script::count_sigops(output.script_pubkey.bytes(), false);
    return count;
}

}  // namespace

Verdict check_transaction(const Transaction& tx) {
    if (tx.inputs.empty()) return reject(Reason::no_inputs);
    if (tx.outputs.empty()) return reject(Reason::no_outputs);
    const auto stripped = static_cast<std::int64_t>(serialized_size(tx, WitnessMode::exclude));
    if (stripped * witness_scale_factor > max_block_weight) return reject(Reason::tx_oversize);

    if (auto verdict = check_outputs(tx); !verdict) return verdict;
    if (tx.inputs.size() > 1 && spends_one_output_twice(tx))
        return reject(Reason::inputs_duplicate);
    if (tx.is_coinbase()) {
        const auto size = tx.inputs[0].script_sig.size();
        if (size < min_coinbase_script || size > max_coinbase_script)
            return reject(Reason::coinbase_length);
        return {};
    }
    for (const auto& input : tx.inputs)
        if (input.prevout.is_null()) return reject(Reason::prevout_null);
    return {};
}

bool is_final(const Transaction& tx, Height height, BlockTime time) {
    if (tx.lock_time == 0) return true;
    const std::int64_t now =
        tx.lock_time < lock_time_threshold ? std::int64_t{height} : unix_seconds(time);
    if (std::int64_t{tx.lock_time} < now) return true;
    // A lock time counts only if an input is not final.
    return std::ranges::all_of(
        tx.inputs, [](const TxInput& input) { return input.sequence == TxInput::final_sequence; });
}

Result<Amount, Rejection> check_inputs(const Transaction& tx, std::span<const Coin> coins,
                                       Height height, Height coinbase_maturity) {
    ensure(coins.size() == tx.inputs.size());
    Amount in;
    for (const auto& coin : coins) {
        const Height depth = height - coin.height;
        if (coin.is_coinbase && depth < coinbase_maturity) {
            return reject(Reason::coinbase_immature,
                          fmt::format("tried to spend coinbase at depth {}", depth));
        }
        if (!is_money(coin.output.value)) return reject(Reason::input_values_out_of_range);
        in += coin.output.value;
        if (!is_money(in)) return reject(Reason::input_values_out_of_range);
    }
    const Amount out = tx.output_value();
    if (in < out) {
        return reject(
            Reason::inputs_below_outputs,
            fmt::format("value in ({}) < value out ({})", in.to_short_text(), out.to_short_text()));
    }
    const Amount fee = in - out;
    if (!is_money(fee)) return reject(Reason::fee_out_of_range);
    return fee;
}

std::int64_t legacy_sigop_cost(const Transaction& tx) {
    return legacy_sigops(tx) * witness_scale_factor;
}

std::int64_t sigop_cost(const Transaction& tx, std::span<const Coin> coins, std::uint32_t flags) {
    std::int64_t cost = legacy_sigop_cost(tx);
    if (tx.is_coinbase()) return cost;
    ensure(coins.size() == tx.inputs.size());
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const ByteSpan pubkey = coins[i].output.script_pubkey.bytes();
        const ByteSpan sig = tx.inputs[i].script_sig.bytes();
        if ((flags & script::verify_p2sh) && script::is_pay_to_script_hash(pubkey))
            cost += script::count_p2sh_sigops(pubkey, sig) * witness_scale_factor;
        if (flags & script::verify_witness)
            cost += script::count_witness_sigops(pubkey, sig, tx.inputs[i].witness);
    }
    return cost;
}

}  // namespace daler::consensus
