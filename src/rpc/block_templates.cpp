#include "rpc/block_templates.h"

#include "rpc/transaction_arguments.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {

mining::TemplateOptions template_options(const Services& node, Script script) {
    mining::TemplateOptions options;
    options.coinbase_script = std::move(script);
    options.limits = node.block_limits;
    return options;
}

mining::TemplateOptions mining_options(const Services& node, Script script) {
    auto options = template_options(node, std::move(script));
    options.signer = node.block_signer();
    if (!options.signer || options.signer->can_sign()) return options;
    throw Error{code::internal_error,
                fmt::format("ProcessNewBlock, block not accepted{}",
                            node.params.is_public() ? "" : fmt::format(". {}", mining::no_signer))};
}

void remember_template(Services& node, const mining::Template& made) {
    // The weight reserved for the coinbase counts as used.
    const std::span transactions = std::span(made.block.transactions).subspan(1);
    std::int64_t weight = policy::coinbase_reserved_weight;
    for (const auto& tx : transactions)
        weight += tx->weight();
    node.last_template.weight = weight;
    node.last_template.transactions = std::ssize(transactions);
}

std::vector<TransactionRef> block_transactions(ledger::State& state, const Json& list) {
    std::vector<TransactionRef> transactions;
    for (const auto& item : list.items()) {
        const auto& text = to_text(item);
        if (const auto txid = Txid::from_hex(text)) {
            transactions.push_back(state.mempool.find(*txid));
            if (transactions.back()) continue;
            throw Error{code::invalid_address_or_key,
                        fmt::format("Transaction {} not in mempool.", text)};
        }
        transactions.push_back(seal(decode_hex_transaction(
            text, fmt::format("Transaction decode failed for {}. Make sure the tx has at least "
                              "one input.",
                              text))));
    }
    return transactions;
}

}  // namespace daler::rpc
