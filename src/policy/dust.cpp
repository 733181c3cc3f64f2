#include <daler/policy/policy.h>
#include <daler/script/standard.h>

#include <algorithm>

namespace daler::policy {
namespace {

// A signature and a compressed key, each with its length.
constexpr std::int64_t signature_and_key_size = 107;
constexpr std::int64_t bare_input_size = signed_input_size - signature_and_key_size;

}  // namespace

Amount dust_threshold(const TxOutput& output, FeeRate dust_relay_fee) {
    const auto script = output.script_pubkey.bytes();
    if (script::is_unspendable(script)) return Amount{0};
    // The coin costs its own bytes now and those of the input that spends it later.
    const auto output_size =
        static_cast<std::int64_t>(8 + compact_size_length(script.size()) + script.size());
    const auto unlocking_size = script::witness_program(script)
                                    ? signature_and_key_size / consensus::witness_scale_factor
                                    : signature_and_key_size;
    return dust_relay_fee.fee(output_size + bare_input_size + unlocking_size);
}

bool is_dust(const TxOutput& output, FeeRate dust_relay_fee) {
    return output.value < dust_threshold(output, dust_relay_fee);
}

std::int64_t virtual_size(std::int64_t weight, std::int64_t sigop_cost,
                          std::int64_t bytes_per_sigop) {
    const auto heavier = std::max(weight, sigop_cost * bytes_per_sigop);
    return (heavier + consensus::witness_scale_factor - 1) / consensus::witness_scale_factor;
}

}  // namespace daler::policy
