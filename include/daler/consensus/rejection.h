#pragma once

#include <daler/util/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace daler::consensus {

/// The rule that a header, block or transaction breaks. A table in rejection.cpp has the reject
/// strings, which other Bitcoin software uses too, and the blame.
enum class Reason : std::uint8_t {
    // Transactions, context-free.
    no_inputs,               ///< bad-txns-vin-empty
    no_outputs,              ///< bad-txns-vout-empty
    tx_oversize,             ///< bad-txns-oversize
    output_negative,         ///< bad-txns-vout-negative
    output_too_large,        ///< bad-txns-vout-toolarge
    output_total_too_large,  ///< bad-txns-txouttotal-toolarge
    inputs_duplicate,        ///< bad-txns-inputs-duplicate
    coinbase_length,         ///< bad-cb-length
    prevout_null,            ///< bad-txns-prevout-null
    // Transactions against the coins they spend.
    inputs_missing_or_spent,    ///< bad-txns-inputs-missingorspent
    coinbase_immature,          ///< bad-txns-premature-spend-of-coinbase
    input_values_out_of_range,  ///< bad-txns-inputvalues-outofrange
    inputs_below_outputs,       ///< bad-txns-in-belowout
    fee_out_of_range,           ///< bad-txns-fee-outofrange
    block_fees_out_of_range,    ///< bad-txns-accumulated-fee-outofrange
    not_final,                  ///< bad-txns-nonfinal
    bip30,                      ///< bad-txns-BIP30
    // Headers.
    high_hash,           ///< high-hash
    bad_diffbits,        ///< bad-diffbits
    time_too_old,        ///< time-too-old
    time_too_new,        ///< time-too-new
    timewarp,            ///< time-timewarp-attack
    bad_version,         ///< bad-version(0x%08x)
    previous_not_found,  ///< prev-blk-not-found
    bad_previous,        ///< bad-prevblk
    duplicate_invalid,   ///< duplicate-invalid: known to be invalid
    // Blocks.
    bad_merkle_root,           ///< bad-txnmrklroot
    duplicate_transaction,     ///< bad-txns-duplicate (CVE-2012-2459)
    bad_block_length,          ///< bad-blk-length
    coinbase_missing,          ///< bad-cb-missing
    coinbase_multiple,         ///< bad-cb-multiple
    bad_block_sigops,          ///< bad-blk-sigops
    bad_coinbase_height,       ///< bad-cb-height
    bad_witness_nonce_size,    ///< bad-witness-nonce-size
    bad_witness_merkle_match,  ///< bad-witness-merkle-match
    unexpected_witness,        ///< unexpected-witness
    bad_block_weight,          ///< bad-blk-weight
    bad_coinbase_amount,       ///< bad-cb-amount
    bad_signet_solution,       ///< bad-signet-blksig
    script_failed,             ///< mandatory-script-verify-flag-failed (TEXT)
    // Policy (mempool).
    script_failed_policy,          ///< non-mandatory-script-verify-flag (TEXT)
    coinbase_alone,                ///< coinbase
    nonstandard_version,           ///< version
    nonstandard_size,              ///< tx-size
    nonstandard_small_size,        ///< tx-size-small
    scriptsig_size,                ///< scriptsig-size
    scriptsig_not_pushonly,        ///< scriptsig-not-pushonly
    nonstandard_output,            ///< scriptpubkey
    bare_multisig,                 ///< bare-multisig
    multi_op_return,               ///< multi-op-return
    dust,                          ///< dust
    nonstandard_inputs,            ///< bad-txns-nonstandard-inputs
    nonstandard_witness,           ///< bad-witness-nonstandard
    too_many_sigops,               ///< bad-txns-too-many-sigops
    not_final_yet,                 ///< non-final
    not_final_bip68,               ///< non-BIP68-final
    already_in_mempool,            ///< txn-already-in-mempool
    same_non_witness_data,         ///< txn-same-nonwitness-data-in-mempool
    already_known,                 ///< txn-already-known
    mempool_conflict,              ///< txn-mempool-conflict
    mempool_min_fee,               ///< mempool min fee not met
    min_relay_fee,                 ///< min relay fee not met
    too_long_chain,                ///< too-long-mempool-chain
    insufficient_fee,              ///< insufficient fee
    too_many_replacements,         ///< too many potential replacements
    replacement_adds_unconfirmed,  ///< replacement-adds-unconfirmed
    spends_conflicting,            ///< bad-txns-spends-conflicting-tx
    mempool_full,                  ///< mempool full
    truc_violation,                ///< TRUC-violation (BIP 431)
    replacement_disallowed,        ///< bip125-replacement-disallowed
    max_fee_exceeded,              ///< max-fee-exceeded
    max_fee_rate_exceeded,         ///< max feerate exceeded
    count,                         ///< not a reason: their number
};

/// What a broken rule means for the data and its sender.
enum class Blame : std::uint8_t {
    invalid,  ///< can never be valid: remember the hash as bad; the sender is at fault
    mutated,  ///< this copy is bad, but the hash may belong to valid data: do not remember the hash
    later,    ///< may become valid (time, missing parent): do not remember or punish
    policy,   ///< we do not relay it; the sender is not at fault
};

struct Rejection {
    Reason reason;
    std::string detail;  ///< added to the reject string: a script error, numbers; may be empty

    bool operator==(const Rejection&) const = default;
};

/// Accepted, or why not.
using Verdict = Result<void, Rejection>;

/// The failing Verdict.
[[nodiscard]] inline tl::unexpected<Rejection> reject(Reason reason, std::string detail = {}) {
    return fail(Rejection{reason, std::move(detail)});
}

/// The standard reject string without details: "bad-txns-vin-empty".
[[nodiscard]] std::string_view code(Reason reason);
/// The blame for a header or block that breaks this rule.
[[nodiscard]] Blame blame(Reason reason);
/// The same for an unconfirmed transaction: missing inputs, immature coinbases and lock times may
/// be valid later. Only Blame::invalid is the sender's fault.
[[nodiscard]] Blame transaction_blame(Reason reason);

/// The reject reason that `submitblock` and `testmempoolaccept` return: script errors and versions
/// are part of it, other details are not. "mandatory-script-verify-flag-failed (Signature must be
/// zero for failed CHECK(MULTI)SIG operation)", "bad-version(0x00000001)", "min relay fee not
/// met".
[[nodiscard]] std::string reject_reason(const Rejection& rejection);

/// The reject reason with all its details, as the log and the errors of `sendrawtransaction` show
/// it: "min relay fee not met, 0 < 141".
[[nodiscard]] std::string to_text(const Rejection& rejection);

}  // namespace daler::consensus
