#include <daler/policy/policy.h>
#include <daler/script/standard.h>

namespace daler::policy {
namespace {

using consensus::Reason;
using consensus::reject;
using script::OutputType;

Verdict check_input_scripts(const Transaction& tx) {
    for (const auto& input : tx.inputs) {
        // Room for 15 signatures and a redeem script of as many keys.
        if (input.script_sig.size() > max_standard_script_sig)
            return reject(Reason::scriptsig_size);
        if (!script::is_push_only(input.script_sig.bytes()))
            return reject(Reason::scriptsig_not_pushonly);
    }
    return {};
}

bool is_standard_output(const script::Solution& solution, std::size_t script_size,
                        const PolicyOptions& options) {
    switch (solution.type) {
        case OutputType::nonstandard:
            return false;
        case OutputType::multisig:
            return solution.data.back()[0] <= max_standard_multisig_keys;
        case OutputType::null_data:
            return options.max_datacarrier_bytes && script_size <= *options.max_datacarrier_bytes;
        case OutputType::anchor:
        case OutputType::pubkey:
        case OutputType::pubkey_hash:
        case OutputType::script_hash:
        case OutputType::witness_v0_key_hash:
        case OutputType::witness_v0_script_hash:
        case OutputType::witness_v1_taproot:
        case OutputType::witness_unknown:
            return true;
    }
    return false;
}

Verdict check_outputs(const Transaction& tx, const PolicyOptions& options) {
    int data_outputs = 0;
    for (const auto& output : tx.outputs) {
        const auto solution = script::solve(output.script_pubkey.bytes());
        if (!is_standard_output(solution, output.script_pubkey.size(), options))
            return reject(Reason::nonstandard_output);
        if (solution.type == OutputType::null_data)
            ++data_outputs;
        else if (solution.type == OutputType::multisig && !options.permit_bare_multisig)
            return reject(Reason::bare_multisig);
        else if (is_dust(output, options.dust_relay_fee))
            return reject(Reason::dust);
    }
    if (data_outputs > 1) return reject(Reason::multi_op_return);
    return {};
}

Verdict check_form(const SealedTransaction& tx, const PolicyOptions& options) {
    if (tx.version < 1 || tx.version > max_standard_version)
        return reject(Reason::nonstandard_version);
    // Large transactions cost more to check than they pay for.
    if (tx.weight() > max_standard_weight) return reject(Reason::nonstandard_size);
    if (auto verdict = check_input_scripts(tx); !verdict) return verdict;
    return check_outputs(tx, options);
}

}  // namespace

Verdict check_standard(const SealedTransaction& tx, const PolicyOptions& options) {
    if (tx.is_coinbase()) return reject(Reason::coinbase_alone);
    if (options.require_standard) {
        if (auto verdict = check_form(tx, options); !verdict) return verdict;
    }
    // A transaction of 64 bytes can look like an inner node of a merkle tree.
    if (tx.stripped_size < min_standard_stripped_size)
        return reject(Reason::nonstandard_small_size);
    return {};
}

}  // namespace daler::policy
