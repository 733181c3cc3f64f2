#pragma once

#include <daler/descriptor/descriptor.h>
#include <daler/primitives/transaction.h>

#include <set>

namespace daler::wallet {

struct Recipient {
    Script script;
    Amount amount;
    bool pays_fee =
        false;  ///< the fee is deducted from this amount (shared by all such recipients)
};

/// A payment to make.
struct PaymentRequest {
    std::vector<Recipient> recipients;
    std::optional<FeeRate> fee_rate{};   ///< exactly this, instead of an estimate
    std::optional<int> conf_target{};    ///< blocks, for the estimate
    std::optional<bool> conservative{};  ///< the estimate; if not given: unless it is replaceable
    std::optional<bool> replaceable{};   ///< signals BIP 125; the option's default if not given
    std::optional<bool> avoid_reuse{};   ///< do not spend coins of reused scripts
    std::set<OutPoint> inputs{};         ///< these must be spent
    bool add_inputs = true;              ///< others may be spent as well
    bool include_unsafe = false;         ///< others' unconfirmed payments may be spent
    Height min_depth = 0;                ///< of the coins to spend
    std::optional<Script> change_script{};
    std::optional<descriptor::AddressType> change_type{};
    std::optional<std::size_t> change_position{};
    std::optional<std::uint32_t> lock_time{};  ///< instead of one that discourages fee sniping
    bool sign = true;
};

/// A payment that is ready to be sent.
struct Payment {
    TransactionRef tx;
    Amount fee;
    std::optional<std::size_t> change_position;
    std::string fee_reason;  ///< Bitcoin Core's words
    /// The record whose next script is used for change; marked as used when the payment is sent.
    std::optional<std::size_t> change_record;
};

}  // namespace daler::wallet
