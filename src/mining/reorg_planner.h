#pragma once

#include <daler/mining/reorg.h>

#include <map>

namespace daler::mining {

/// Fills a branch block by block with what is valid there.
class ReorgPlanner {
public:
    /// `branch` begins where the chain is left. The references must stay valid.
    ReorgPlanner(ledger::State& state, const ReorgRequest& request, chain::Branch& branch);

    /// Is called after each block that was appended to the branch.
    using Appended = std::function<void(const Block&)>;
    [[nodiscard]] Result<ReorgPlan, std::string> run(const Appended& appended);

private:
    /// A transaction that is to be in the branch.
    struct Candidate {
        TransactionRef tx;
        Height earliest = 0;  ///< the block where it was; it cannot be valid before
        bool is_required = false;
        bool is_placed = false;
        std::optional<consensus::Rejection> refused{};  ///< the last time
    };
    using Status = Result<void, std::string>;

    void read_leaving_blocks();
    void collect_unconfirmed();
    Status choose();
    /// Adds `tx` and what it depends on, itself last.
    void require(const TransactionRef& tx, Height earliest);
    void add_candidate(const TransactionRef& tx, Height earliest, bool is_required);
    [[nodiscard]] std::vector<mempool::Selected> fill_block(Height height);
    Status append_block();
    [[nodiscard]] BlockTime block_time(Height height) const;
    [[nodiscard]] Status check() const;

    ledger::State& state_;
    const ReorgRequest& request_;
    chain::Branch& branch_;
    ReorgPlan plan_;
    struct Loose {
        TransactionRef tx;
        Height height;  ///< of its block; of the mempool: above the tip
    };
    std::map<Txid, Loose> loose_;  ///< what the branch may confirm again
    std::vector<Candidate> candidates_;
    std::set<Txid> chosen_;
    std::optional<BlockTime> last_time_;
};

}  // namespace daler::mining
