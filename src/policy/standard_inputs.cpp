#include <daler/policy/policy.h>
#include <daler/script/limits.h>
#include <daler/script/script_reader.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>
#include <daler/util/ensure.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::policy {
namespace {

using consensus::Reason;
using consensus::reject;
using script::OutputType;

constexpr std::uint8_t annex_tag = 0x50;
constexpr std::uint8_t leaf_version_mask = 0xfe;

// The redeem script that a scriptSig pushes last; nothing if the scriptSig would fail or push
// nothing. A pushed number counts as empty: the rules here do not apply to a script of one byte.
std::optional<ByteSpan> redeem_script(ByteSpan script_sig) {
    script::ScriptReader reader(script_sig);
    std::optional<ByteSpan> last;
    while (const auto instruction = reader.next()) {
        if (instruction->opcode > script::op_16 || instruction->opcode == script::op_reserved ||
            instruction->data.size() > script::max_element_size) {
            return std::nullopt;
        }
        last = instruction->data;
    }
    return reader.failed() ? std::nullopt : last;
}

bool is_standard_input(const TxInput& input, const TxOutput& spent) {
    const auto type = script::solve(spent.script_pubkey.bytes()).type;
    switch (type) {
        case OutputType::nonstandard:
        // The interpreter's flags also refuse unknown witness versions, but only after more work.
        case OutputType::witness_unknown:
            return false;
        case OutputType::script_hash: {
            const auto redeem = redeem_script(input.script_sig.bytes());
            return redeem && script::count_sigops(*redeem, true) <= max_p2sh_sigops;
        }
        case OutputType::anchor:
        case OutputType::pubkey:
        case OutputType::pubkey_hash:
        case OutputType::multisig:
        case OutputType::null_data:
        case OutputType::witness_v0_key_hash:
        case OutputType::witness_v0_script_hash:
        case OutputType::witness_v1_taproot:
            return true;
    }
    return false;
}

bool all_at_most(std::span<const Bytes> items, std::size_t size) {
    return std::ranges::all_of(items, [=](const Bytes& item) { return item.size() <= size; });
}

bool is_standard_p2wsh(std::span<const Bytes> witness) {
    const auto items = witness.first(witness.size() - 1);
    return witness.back().size() <= max_standard_p2wsh_script &&
           items.size() <= max_standard_p2wsh_items &&
           all_at_most(items, max_standard_p2wsh_item_size);
}

bool is_standard_taproot(std::span<const Bytes> witness) {
    if (witness.size() == 1) return true;  // by key
    // Annexes have no meaning yet.
    if (!witness.back().empty() && witness.back()[0] == annex_tag) return false;
    const auto& control = witness.back();
    if (control.empty()) return false;
    if ((control[0] & leaf_version_mask) != script::tapscript_leaf_version) return true;
    return all_at_most(witness.first(witness.size() - 2), max_standard_tapscript_item_size);
}

// Requires: the input has a witness.
bool is_standard_witness(const TxInput& input, const TxOutput& spent) {
    ByteSpan script = spent.script_pubkey.bytes();
    if (script::solve(script).type == OutputType::anchor) return false;
    const bool in_p2sh = script::is_pay_to_script_hash(script);
    if (in_p2sh) {
        const auto redeem = redeem_script(input.script_sig.bytes());
        if (!redeem) return false;
        script = *redeem;
    }
    const auto program = script::witness_program(script);
    if (!program) return false;
    if (program->program.size() != 32) return true;
    if (program->version == 0) return is_standard_p2wsh(input.witness);
    if (program->version == 1 && !in_p2sh) return is_standard_taproot(input.witness);
    return true;
}

}  // namespace

Verdict check_inputs_standard(const Transaction& tx, std::span<const Coin> coins,
                              const PolicyOptions& options) {
    ensure(coins.size() == tx.inputs.size());
    if (!options.require_standard) return {};
    for (std::size_t i = 0; i < coins.size(); ++i)
        if (!is_standard_input(tx.inputs[i], coins[i].output))
            return reject(Reason::nonstandard_inputs);
    return {};
}

Verdict check_witness_standard(const Transaction& tx, std::span<const Coin> coins,
                               const PolicyOptions& options) {
    ensure(coins.size() == tx.inputs.size());
    if (!options.require_standard) return {};
    for (std::size_t i = 0; i < coins.size(); ++i) {
        if (tx.inputs[i].witness.empty()) continue;
        if (!is_standard_witness(tx.inputs[i], coins[i].output))
            return reject(Reason::nonstandard_witness);
    }
    return {};
}

bool needs_witness(const Transaction& tx, std::span<const Coin> coins) {
    ensure(coins.size() == tx.inputs.size());
    for (std::size_t i = 0; i < coins.size(); ++i) {
        ByteSpan script = coins[i].output.script_pubkey.bytes();
        if (script::solve(script).type == OutputType::anchor) continue;
        if (script::is_pay_to_script_hash(script)) {
            const auto redeem = redeem_script(tx.inputs[i].script_sig.bytes());
            if (!redeem) continue;
            script = *redeem;
        }
        if (script::witness_program(script)) return true;
    }
    return false;
}

Verdict check_sigop_cost(std::int64_t sigop_cost) {
    if (sigop_cost <= max_standard_sigop_cost) return {};
    return reject(Reason::too_many_sigops, fmt::format("{}", sigop_cost));
}

}  // namespace daler::policy
