#include "networks/funding.h"

#include "networks/hard_blocks.h"

#include <daler/util/ensure.h>

#include <fmt/format.h>

#include <numeric>

namespace daler::networks {
namespace {

using Step = Result<void, std::string>;

/// A longer chain takes minutes to mine.
constexpr std::int64_t max_funding_blocks = 20'000;

Amount subsidy_at(const ChainParams& chain, std::int64_t height) {
    const std::int64_t halvings = height / chain.halving_interval;
    constexpr std::int64_t bits = 63;
    return Amount{halvings > bits ? 0 : chain.initial_subsidy.satoshis() >> halvings};
}

/// All that the first max_funding_blocks blocks issue.
Amount issued(const ChainParams& chain) {
    Amount sum;
    for (std::int64_t height = 1; height <= max_funding_blocks; ++height)
        sum += subsidy_at(chain, height);
    return sum;
}

/// From how many hashes on people should see why they wait.
constexpr double hashes_of_hard_blocks = 1e5;

}  // namespace

Result<FundingPlan, std::string> plan_funding(const ChainParams& chain, std::size_t wallets,
                                              Amount amount) {
    FundingPlan plan;
    std::int64_t height = 0;
    for (std::size_t i = 0; i < wallets; ++i) {
        Amount sum;
        std::int64_t blocks = 0;
        while (sum < amount) {
            ++height;
            ++blocks;
            const Amount subsidy = subsidy_at(chain, height);
            if (subsidy == Amount{} || height > max_funding_blocks) {
                return fail(fmt::format(
                    "--fund {}: the chain cannot issue as much for {} wallet{}. It issues {} in "
                    "its "
                    "first {} blocks; a little less than {} for each is possible.",
                    amount.to_short_text(), wallets, wallets == 1 ? "" : "s",
                    issued(chain).to_short_text(), max_funding_blocks,
                    Amount{issued(chain).satoshis() / static_cast<std::int64_t>(wallets)}
                        .to_short_text()));
            }
            sum += subsidy;
        }
        plan.blocks.push_back(blocks);
    }
    // A wallet spends a coinbase one block later than the rule allows.
    plan.blocks_on_top = height == 0 ? 0 : chain.coinbase_maturity;
    return plan;
}

Step fund(Network& network, const FundingPlan& plan, Interrupts& interrupts) {
    const auto nodes = network.running_nodes();
    ensure(nodes.size() == plan.blocks.size());
    std::vector<std::string> addresses(nodes.size());
    const auto new_address = [&](NodeEntry& node) -> Step {
        const auto address = network.call(node, "getnewaddress");
        if (!address) return fail(address.error());
        const auto index = std::ranges::find(nodes, node.name, &NodeEntry::name) - nodes.begin();
        addresses[static_cast<std::size_t>(index)] = address->as_string();
        return {};
    };
    if (auto step = network.on_each(nodes, new_address); !step) return step;
    const auto hashes = hashes_of_a_block(network, *nodes.front());
    if (!hashes) return fail(hashes.error());
    if (*hashes >= hashes_of_hard_blocks) {
        const auto total =
            std::accumulate(plan.blocks.begin(), plan.blocks.end(), plan.blocks_on_top);
        HardBlocks hard(network, *nodes.front(), total, interrupts);
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (auto step = hard.mine(plan.blocks[i], addresses[i]); !step) return step;
        if (auto step = hard.mine_on_top(plan.blocks_on_top, addresses.front()); !step) return step;
    } else {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (auto step = mine_to(network, *nodes.front(), plan.blocks[i], addresses[i]); !step)
                return step;
        const auto& first = addresses.front();
        if (auto step = mine_to(network, *nodes.front(), plan.blocks_on_top, first); !step)
            return step;
    }
    return network.wait_until_agreed();
}

}  // namespace daler::networks
