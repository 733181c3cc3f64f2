#include "rpc/descriptor_arguments.h"
#include "rpc/psbt_arguments.h"
#include "rpc/rawtransactions/methods.h"
#include "rpc/transaction_arguments.h"

#include <daler/index/indexes.h>
#include <daler/ledger/ledger.h>
#include <daler/psbt/roles.h>
#include <daler/script/standard.h>

#include <algorithm>

namespace daler::rpc {
namespace {

using descriptor::Descriptor;
using descriptor::KeyRing;

KeyRing ring_of(const Json& descriptors, const Services& node, Descriptor::Secrets secrets) {
    KeyRing ring;
    for (const auto& given : descriptors.items()) {
        for_each_index(
            given, node, secrets,
            [&ring](const std::vector<Script>&, const KeyRing& part) { ring.merge(part); });
    }
    return ring;
}

/// Whether an output is spent with a witness, as far as `ring` knows.
bool is_witness_output(const Script& locking, const KeyRing& ring) {
    if (script::witness_program(locking.bytes())) return true;
    if (!script::is_pay_to_script_hash(locking.bytes())) return false;
    const auto* redeem = ring.find_script(script::solve(locking.bytes()).data[0]);
    return redeem && script::witness_program(redeem->bytes());
}

/// Adds the spent transactions that index or mempool have, else the spent outputs of the chain.
void add_spent_outputs(psbt::Psbt& psbt, Services& node, const KeyRing& ring) {
    auto* index = node.indexes ? node.indexes->transactions() : nullptr;
    if (index) (void)index->follower().wait_if_synced();
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        auto& input = psbt.inputs[i];
        if (input.non_witness_utxo) continue;
        const auto& prevout = psbt.tx.inputs[i].prevout;
        if (auto found = index ? index->find(prevout.txid) : std::nullopt)
            input.non_witness_utxo = found->tx;
        else
            input.non_witness_utxo = node.ledger.call(
                [&](ledger::State& state) { return state.mempool.find(prevout.txid); });
    }
    const auto coins = find_spent_coins(node.ledger, psbt.tx);
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        const auto coin = coins.find(psbt.tx.inputs[i].prevout);
        if (psbt.inputs[i].non_witness_utxo || coin == coins.end()) continue;
        const TxOutput& output = coin->second.output;
        if (is_witness_output(output.script_pubkey, ring)) psbt.inputs[i].witness_utxo = output;
    }
}

void process_psbt(psbt::Psbt& psbt, Services& node, const KeyRing& ring,
                  const psbt::SignOptions& options) {
    add_spent_outputs(psbt, node, ring);
    const auto hashes = psbt::precompute(psbt);
    for (std::uint32_t i = 0; i < psbt.inputs.size(); ++i) {
        refuse_if_stopping(node);
        if (!psbt.inputs[i].is_final()) psbt::process_input(psbt, i, hashes, ring, options);
    }
    for (std::size_t i = 0; i < psbt.outputs.size(); ++i)
        psbt::update_output(psbt, i, ring);
    psbt::drop_unneeded_transactions(psbt, script::sighash_all);
}

}  // namespace

Json utxoupdatepsbt(Call& call) {
    const auto ring = ring_of(call.json(1), call.node(), Descriptor::Secrets::exclude);
    auto psbt = to_psbt(call.json(0));
    process_psbt(psbt, call.node(), ring, {script::sighash_all, psbt::Finalize::no});
    return psbt::to_base64(psbt);
}

Json descriptorprocesspsbt(Call& call) {
    auto ring = ring_of(call.json(1), call.node(), Descriptor::Secrets::include);
    const std::uint8_t type = sighash_by_name(call.json(2));
    if (!call.boolean(3, true)) ring.origins.clear();
    const auto finalize = call.boolean(4, true) ? psbt::Finalize::yes : psbt::Finalize::no;
    auto psbt = to_psbt(call.json(0));
    process_psbt(psbt, call.node(), ring, {type, finalize});

    const bool complete = std::ranges::all_of(psbt.inputs, &psbt::Input::is_final);
    return processed_psbt_json(std::move(psbt), complete);
}

}  // namespace daler::rpc
