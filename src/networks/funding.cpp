#include "networks/funding.h"

#include <daler/util/ensure.h>

#include <fmt/format.h>

namespace daler::networks {
namespace {

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

Result<void, std::string> fund(Network& network, const FundingPlan& plan) {
    const auto nodes = network.running_nodes();
    ensure(nodes.size() == plan.blocks.size());
    std::vector<std::string> addresses(nodes.size());
    const auto new_address = [&](NodeEntry& node) -> Result<void, std::string> {
        const auto address = network.call(node, "getnewaddress");
        if (!address) return fail(address.error());
        const auto index = std::ranges::find(nodes, node.name, &NodeEntry::name) - nodes.begin();
        addresses[static_cast<std::size_t>(index)] = address->as_string();
        return {};
    };
    if (auto step = network.on_each(nodes, new_address); !step) return step;
    const auto mine = [&](std::int64_t blocks, const std::string& address) {
        Json params = Json::array();
        params.push(blocks);
        params.push(address);
        return network.call(*nodes.front(), "generatetoaddress", params);
    };
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto mined = mine(plan.blocks[i], addresses[i]);
        if (!mined) return fail(mined.error());
    }
    const auto mined = mine(plan.blocks_on_top, addresses.front());
    if (!mined) return fail(mined.error());
    return network.wait_until_agreed();
}

}  // namespace daler::networks
