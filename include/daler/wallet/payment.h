#pragma once

#include <daler/descriptor/descriptor.h>
#include <daler/policy/policy.h>
#include <daler/primitives/transaction.h>

#include <limits>

namespace daler::wallet {

struct Recipient {
    Script script;
    Amount amount;
    bool pays_fee =
        false;  ///< the fee is deducted from this amount (shared by all such recipients)
};

/// An input that a payment must have. Whether the coin is locked does not matter.
struct GivenInput {
    OutPoint outpoint;
    std::optional<TxOutput> output{};         ///< needed if the coin is not the wallet's
    std::optional<std::int64_t> weight{};     ///< of the signed input, instead of the computed one
    std::optional<std::uint32_t> sequence{};  ///< nothing: as that of the other inputs
    Script script_sig{};                      ///< these stay as they are unless the wallet signs
    Witness witness{};
};

/// A payment to make.
struct PaymentRequest {
    std::vector<Recipient> recipients;
    std::optional<FeeRate> fee_rate{};   ///< exactly this, instead of an estimate
    bool any_fee_rate = false;           ///< fee_rate may be below the wallet's minimum
    std::optional<int> conf_target{};    ///< blocks, for the estimate
    std::optional<bool> conservative{};  ///< the estimate; if not given: unless it is replaceable
    std::optional<bool> replaceable{};   ///< signals BIP 125; the option's default if not given
    std::optional<bool> avoid_reuse{};   ///< do not spend coins of reused scripts
    std::vector<GivenInput> inputs{};    ///< the first inputs, in this order
    bool add_inputs = true;              ///< others may be spent as well
    bool include_unsafe = false;         ///< others' unconfirmed payments may be spent
    Height min_depth = 0;                ///< of the other coins to spend
    Height max_depth = std::numeric_limits<Height>::max();
    std::int64_t max_weight = policy::max_standard_weight;  ///< of the signed transaction
    /// How given inputs that are not the wallet's can be spent; decides their weights.
    descriptor::KeyRing solving_data{};
    std::optional<Script> change_script{};
    std::optional<descriptor::AddressType> change_type{};
    std::optional<std::size_t> change_position{};
    std::optional<std::uint32_t> version{};    ///< 2 if not given
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
