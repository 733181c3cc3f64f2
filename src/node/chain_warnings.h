#pragma once

#include <daler/consensus/unknown_rules.h>
#include <daler/ledger/ledger.h>
#include <daler/util/published.h>

#include <functional>
#include <string>
#include <vector>

namespace daler::node {

/// Watches the chain for what its user must know. A warning stays until the node ends.
class ChainWarnings final : public ledger::LedgerObserver {
public:
    /// `alert` is called with each new warning, on the ledger thread.
    ChainWarnings(const ChainParams& params, std::function<void(const std::string&)> alert)
        : unknown_rules_(params), alert_(std::move(alert)) {}

    /// The warnings there are. Any thread.
    [[nodiscard]] std::vector<std::string> list() const;

    /// During initial download the miners' votes are old news.
    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override;

private:
    consensus::UnknownRules unknown_rules_;
    const std::function<void(const std::string&)> alert_;
    Published<const std::string> warning_;  ///< null: none
};

}  // namespace daler::node
