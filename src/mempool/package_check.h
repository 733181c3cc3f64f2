#pragma once

#include "admission.h"

#include <deque>

namespace daler::mempool {

using Transactions = std::span<const TransactionRef>;

/// What a PackageCheck knows of the mempool.
struct PackageSurroundings {
    const Rules& rules;
    const Pool& pool;
    FeeRate min_fee;
    std::vector<Amount> fee_deltas;  ///< of the transactions, in their order
};

/// Why a package is refused: the package as a whole, or one of its transactions.
struct PackageRefusal {
    std::string error;  ///< empty: only a transaction is refused
    std::size_t index = 0;
    std::optional<Refused> refused{};  ///< of transaction `index`
};

/// The checks of several transactions together, each as if those before it had been accepted, in
/// the order of Bitcoin Core. Changes nothing.
class PackageCheck {
public:
    /// The references must stay valid. If the options allow replacement, two transactions may
    /// replace others. With `shares_fees` the fee rate of all together must be high enough.
    PackageCheck(PackageSurroundings surroundings, Transactions package,
                 const AcceptOptions& options, InPackage settings);
    PackageCheck(const PackageCheck&) = delete;
    PackageCheck& operator=(const PackageCheck&) = delete;

    /// All checks but those of scripts. Nothing if the package passes.
    [[nodiscard]] std::optional<PackageRefusal> check_before_scripts();
    /// Afterwards: the scripts of one transaction.
    [[nodiscard]] std::optional<Refused> check_scripts(std::size_t index) {
        return admissions_[index].check_only_scripts();
    }

    [[nodiscard]] const Candidate& entry(std::size_t index) const {
        return admissions_[index].entry();
    }
    /// What the package replaces.
    [[nodiscard]] const std::vector<const Entry*>& replaced() const { return replaced_; }
    /// Of all together.
    [[nodiscard]] FeeRate fee_rate() const { return FeeRate::of(fees_, vsize_); }

private:
    using Error = std::optional<std::string>;

    [[nodiscard]] std::optional<PackageRefusal> check_each();
    [[nodiscard]] Error check_truc() const;
    [[nodiscard]] std::optional<PackageRefusal> check_shared_fees() const;
    [[nodiscard]] Error check_room() const;
    [[nodiscard]] Error check_replacement();
    [[nodiscard]] Error check_replacement_fees(const EntrySet& conflicts) const;

    const PackageSurroundings around_;
    const Transactions package_;
    const AcceptOptions& options_;
    InPackage settings_;
    PackageTransactions before_;
    std::deque<Admission> admissions_;  ///< a deque: its elements must not move
    Amount fees_;                       ///< modified
    std::int64_t vsize_ = 0;
    std::vector<const Entry*> replaced_;
};

/// True if a block could earn more with the chunks `after` than with `before`, whatever room they
/// get, and never less. A chunk is a group of transactions that are mined together.
[[nodiscard]] bool improves_fee_rates(std::vector<Rate> before, std::vector<Rate> after);

/// The chunks of the entries `replaced` and of their parents.
[[nodiscard]] std::vector<Rate> chunks_before(const std::vector<const Entry*>& replaced);

/// Why fee rates before and after replacing `conflicts` cannot be compared: one of them has more
/// relatives than one parent or one child.
[[nodiscard]] std::optional<std::string> cluster_error(const EntrySet& conflicts);

}  // namespace daler::mempool
