#include "rpc/block_templates.h"
#include "rpc/private_networks/methods.h"
#include "rpc/private_networks/mining_arguments.h"

#include <daler/consensus/header_rules.h>
#include <daler/descriptor/addresses.h>
#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/util/time_text.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::int64_t max_blocks = 1'000'000;
constexpr std::int64_t latest_mined_time = unix_seconds(latest_block_time);

std::vector<mempool::Selected> selected_transactions(Services& node, const Json& list) {
    return node.ledger.call([&](ledger::State& state) {
        auto selected = mining::select_exactly(state, block_transactions(state, list));
        if (selected) return std::move(*selected);
        throw Error{code::verify, fmt::format("Transaction {} cannot be in the next block: {}",
                                              selected.error().tx->txid.to_hex(),
                                              consensus::to_text(selected.error().rejection))};
    });
}

std::optional<std::chrono::seconds> interval_of(const Services& node, const Json& options,
                                                std::int64_t count) {
    if (!member(options, "interval")) return std::nullopt;
    const auto interval = integer_option(options, "interval", 1, 1, latest_mined_time);
    const auto room = latest_mined_time - unix_seconds(node.clock.chain_now());
    if (interval <= room / std::max<std::int64_t>(count, 1)) return std::chrono::seconds{interval};
    throw Error{code::invalid_parameter,
                fmt::format("The last block would be later than {}, the latest time that a block "
                            "can have. Use a smaller interval or fewer blocks.",
                            latest_mined_time)};
}

/// What the user must know about the blocks; empty: nothing.
std::string warning(const Services& node, std::size_t mined, std::int64_t wanted) {
    if (std::cmp_less(mined, wanted)) {
        return fmt::format(
            "Only {} of {} blocks were found: the hashes that `maxtries` allows are "
            "used up.",
            mined, wanted);
    }
    const auto time = node.ledger.view()->tip().header.block_time();
    if (time <= node.clock.now() + consensus::max_future_block_time) return "";
    return fmt::format(
        "Block times are more than two hours ahead. A peer rejects these blocks until its time has "
        "come: call advancetime on other daler nodes, `setmocktime {}` on other software.",
        unix_seconds(time));
}

}  // namespace

Json mine(Call& call) {
    Services& node = call.node();
    const Json& options = call.options(1);
    const auto count = std::int64_t{call.integer(0, 1)};
    if (count < 0 || count > max_blocks)
        throw Error{code::invalid_parameter, fmt::format("n must be from 0 to {}", max_blocks)};
    mining::GenerateOptions wanted;
    wanted.count = static_cast<int>(count);
    wanted.interval = interval_of(node, options, count);
    wanted.max_tries = max_tries(options);
    wanted.made = [&node](const mining::Template& made) { remember_template(node, made); };
    if (const auto* list = member(options, "transactions"))
        wanted.transactions = selected_transactions(node, *list);
    const auto script = coinbase_script(call, options);
    wanted.block = mining_options(node, script);
    const auto mined = mining::generate(node.ledger, node.clock, std::move(wanted), node.stopping);
    if (node.keep_chain_time) node.keep_chain_time();
    refuse_if_stopping(node);
    if (!mined)
        throw Error{code::verify, "A block was refused: " + consensus::to_text(mined.error())};
    Json out = Json::object();
    if (auto address = descriptor::encode_address(script, node.params.address))
        out.append("address", std::move(*address));
    Json hashes = Json::array();
    for (const auto& hash : *mined)
        hashes.push(hash.to_hex());
    out.append("blocks", std::move(hashes));
    if (auto text = warning(node, mined->size(), count); !text.empty())
        out.append("warning", std::move(text));
    return out;
}

}  // namespace daler::rpc
