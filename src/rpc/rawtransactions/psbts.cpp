#include "rpc/psbt_arguments.h"
#include "rpc/rawtransactions/methods.h"
#include "rpc/rawtransactions/psbt_json.h"
#include "rpc/transaction_arguments.h"

#include <daler/encoding/hex.h>
#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/psbt/roles.h>
#include <daler/rpc/values.h>
#include <daler/util/random.h>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace daler::rpc {
namespace {

/// The positions 0 to size - 1 in random order.
std::vector<std::size_t> shuffled_positions(std::size_t size, Random& random) {
    std::vector<std::size_t> out(size);
    std::iota(out.begin(), out.end(), std::size_t{0});
    std::shuffle(out.begin(), out.end(), random);
    return out;
}

std::vector<psbt::Psbt> to_psbts(const Json& given) {
    std::vector<psbt::Psbt> out;
    for (const auto& text : given.items())
        out.push_back(to_psbt(text));
    return out;
}

}  // namespace

Json createpsbt(Call& call) {
    return psbt::to_base64(psbt::Psbt(construct_transaction(call)));
}

Json converttopsbt(Call& call) {
    auto tx = decode_hex_in_any_form(
        call.string(0), call.has(2) ? std::optional(call.boolean(2, false)) : std::nullopt);
    const bool permits_signatures = call.boolean(1, false);
    for (const auto& input : tx.inputs) {
        if (permits_signatures || (input.script_sig.empty() && input.witness.empty())) continue;
        throw Error{code::deserialization, "Inputs must not have scriptSigs and scriptWitnesses"};
    }
    return psbt::to_base64(psbt::Psbt(std::move(tx)));
}

Json decodepsbt(Call& call) {
    return psbt_json(to_psbt(call.json(0)), call.node().params.address);
}

Json analyzepsbt(Call& call) {
    const auto bytes_per_sigop = call.node().ledger.call(
        [](ledger::State& state) { return state.mempool.policy().bytes_per_sigop; });
    return analysis_json(psbt::analyze(to_psbt(call.json(0)), bytes_per_sigop));
}

Json combinepsbt(Call& call) {
    const auto psbts = to_psbts(call.json(0));
    if (psbts.empty()) throw Error{code::invalid_parameter, "Parameter 'txs' cannot be empty"};
    psbt::Psbt out = psbts.front();
    for (const auto& other : std::span(psbts).subspan(1)) {
        if (out.merge(other)) continue;
        throw Error{code::invalid_parameter, "PSBTs not compatible (different transactions)"};
    }
    return psbt::to_base64(out);
}

Json finalizepsbt(Call& call) {
    auto psbt = to_psbt(call.json(0));
    const auto tx = psbt::finalize_and_extract(psbt);
    Json out = Json::object();
    if (tx && call.boolean(1, true))
        out.append("hex", to_hex(encode(*tx)));
    else
        out.append("psbt", psbt::to_base64(psbt));
    out.append("complete", tx.has_value());
    return out;
}

Json joinpsbts(Call& call) {
    const auto& given = call.json(0);
    if (given.size() <= 1)
        throw Error{code::invalid_parameter, "At least two PSBTs are required to join PSBTs."};
    const auto joined = psbt::join(to_psbts(given));
    if (!joined) {
        throw Error{
            code::invalid_parameter,
            fmt::format("Input {}:{} exists in multiple PSBTs", joined.error().txid.to_hex(),
                        // Bitcoin Core prints it as a signed number.
                        static_cast<std::int32_t>(joined.error().index))};
    }
    Random random;
    return psbt::to_base64(psbt::reordered(*joined,
                                           shuffled_positions(joined->inputs.size(), random),
                                           shuffled_positions(joined->outputs.size(), random)));
}

}  // namespace daler::rpc
