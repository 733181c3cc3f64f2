#include <daler/psbt/roles.h>

#include <algorithm>

namespace daler::psbt {
namespace {

void add_input(Psbt& psbt, const TxInput& spending, const Input& input) {
    psbt.tx.inputs.push_back(spending);
    psbt.inputs.push_back(input);
    Input& added = psbt.inputs.back();
    added.signatures.clear();
    added.final_script_sig.clear();
    added.final_witness.clear();
}

void add_output(Psbt& psbt, const TxOutput& value, const Output& output) {
    psbt.tx.outputs.push_back(value);
    psbt.outputs.push_back(output);
}

}  // namespace

Result<Psbt, OutPoint> join(std::span<const Psbt> psbts) {
    Psbt out;
    out.tx.version = 1;
    out.tx.lock_time = 0xffffffff;
    for (const auto& psbt : psbts) {
        out.tx.version = std::max(out.tx.version, psbt.tx.version);
        out.tx.lock_time = std::min(out.tx.lock_time, psbt.tx.lock_time);
        for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
            const TxInput& spending = psbt.tx.inputs[i];
            if (std::ranges::find(out.tx.inputs, spending) != out.tx.inputs.end())
                return fail(spending.prevout);
            add_input(out, spending, psbt.inputs[i]);
        }
        for (std::size_t i = 0; i < psbt.outputs.size(); ++i)
            add_output(out, psbt.tx.outputs[i], psbt.outputs[i]);
        for (const auto& [origin, keys] : psbt.extended_keys)
            out.extended_keys[origin].insert(keys.begin(), keys.end());
        out.unknown.insert(psbt.unknown.begin(), psbt.unknown.end());
    }
    return out;
}

Psbt reordered(const Psbt& psbt, std::span<const std::size_t> inputs,
               std::span<const std::size_t> outputs) {
    Psbt out;
    out.tx.version = psbt.tx.version;
    out.tx.lock_time = psbt.tx.lock_time;
    for (const std::size_t i : inputs)
        add_input(out, psbt.tx.inputs[i], psbt.inputs[i]);
    for (const std::size_t i : outputs)
        add_output(out, psbt.tx.outputs[i], psbt.outputs[i]);
    out.unknown = psbt.unknown;
    return out;
}

}  // namespace daler::psbt
