#include <daler/consensus/rejection.h>
#include <daler/util/ensure.h>

#include <array>

namespace daler::consensus {
namespace {

/// Where the detail is in the text.
enum class Detail : std::uint8_t {
    after_comma,     ///< "min relay fee not met, 0 < 141": the detail is not part of the reason
    in_parentheses,  ///< "mandatory-script-verify-flag-failed (TEXT)"
    attached,        ///< "bad-version(0x00000001)"
    note_first,      ///< after_comma, but a note in parentheses at its start is part of the reason:
                     ///< "insufficient fee (including sibling eviction), rejecting ..."
};

struct Row {
    Reason reason;
    std::string_view code;
    Blame blame;
    Detail detail = Detail::after_comma;
};

constexpr auto rows = std::to_array<Row>({
    {Reason::no_inputs, "bad-txns-vin-empty", Blame::invalid},
    {Reason::no_outputs, "bad-txns-vout-empty", Blame::invalid},
    {Reason::tx_oversize, "bad-txns-oversize", Blame::invalid},
    {Reason::output_negative, "bad-txns-vout-negative", Blame::invalid},
    {Reason::output_too_large, "bad-txns-vout-toolarge", Blame::invalid},
    {Reason::output_total_too_large, "bad-txns-txouttotal-toolarge", Blame::invalid},
    {Reason::inputs_duplicate, "bad-txns-inputs-duplicate", Blame::invalid},
    {Reason::coinbase_length, "bad-cb-length", Blame::invalid},
    {Reason::prevout_null, "bad-txns-prevout-null", Blame::invalid},

    {Reason::inputs_missing_or_spent, "bad-txns-inputs-missingorspent", Blame::invalid},
    {Reason::coinbase_immature, "bad-txns-premature-spend-of-coinbase", Blame::invalid},
    {Reason::input_values_out_of_range, "bad-txns-inputvalues-outofrange", Blame::invalid},
    {Reason::inputs_below_outputs, "bad-txns-in-belowout", Blame::invalid},
    {Reason::fee_out_of_range, "bad-txns-fee-outofrange", Blame::invalid},
    {Reason::block_fees_out_of_range, "bad-txns-accumulated-fee-outofrange", Blame::invalid},
    {Reason::not_final, "bad-txns-nonfinal", Blame::invalid},
    {Reason::bip30, "bad-txns-BIP30", Blame::invalid},

    {Reason::high_hash, "high-hash", Blame::invalid},
    {Reason::bad_diffbits, "bad-diffbits", Blame::invalid},
    {Reason::time_too_old, "time-too-old", Blame::invalid},
    {Reason::time_too_new, "time-too-new", Blame::later},
    {Reason::timewarp, "time-timewarp-attack", Blame::invalid},
    {Reason::bad_version, "bad-version", Blame::invalid, Detail::attached},
    {Reason::previous_not_found, "prev-blk-not-found", Blame::later},
    {Reason::bad_previous, "bad-prevblk", Blame::invalid},
    {Reason::duplicate_invalid, "duplicate-invalid", Blame::invalid},

    {Reason::bad_merkle_root, "bad-txnmrklroot", Blame::mutated},
    {Reason::duplicate_transaction, "bad-txns-duplicate", Blame::mutated},
    {Reason::bad_block_length, "bad-blk-length", Blame::invalid},
    // Inner nodes of the merkle tree can look like transactions of 64 bytes. Then the first is not
    // a coinbase, but the real block may be valid.
    {Reason::coinbase_missing, "bad-cb-missing", Blame::mutated},
    {Reason::coinbase_multiple, "bad-cb-multiple", Blame::invalid},
    {Reason::bad_block_sigops, "bad-blk-sigops", Blame::invalid},
    {Reason::bad_coinbase_height, "bad-cb-height", Blame::invalid},
    {Reason::bad_witness_nonce_size, "bad-witness-nonce-size", Blame::mutated},
    {Reason::bad_witness_merkle_match, "bad-witness-merkle-match", Blame::mutated},
    {Reason::unexpected_witness, "unexpected-witness", Blame::mutated},
    {Reason::bad_block_weight, "bad-blk-weight", Blame::invalid},
    {Reason::bad_coinbase_amount, "bad-cb-amount", Blame::invalid},
    {Reason::bad_signet_solution, "bad-signet-blksig", Blame::invalid},
    {Reason::script_failed, "mandatory-script-verify-flag-failed", Blame::invalid,
     Detail::in_parentheses},

    {Reason::script_failed_policy, "non-mandatory-script-verify-flag", Blame::policy,
     Detail::in_parentheses},
    {Reason::coinbase_alone, "coinbase", Blame::invalid},
    {Reason::nonstandard_version, "version", Blame::policy},
    {Reason::nonstandard_size, "tx-size", Blame::policy},
    {Reason::nonstandard_small_size, "tx-size-small", Blame::policy},
    {Reason::scriptsig_size, "scriptsig-size", Blame::policy},
    {Reason::scriptsig_not_pushonly, "scriptsig-not-pushonly", Blame::policy},
    {Reason::nonstandard_output, "scriptpubkey", Blame::policy},
    {Reason::bare_multisig, "bare-multisig", Blame::policy},
    {Reason::multi_op_return, "multi-op-return", Blame::policy},
    {Reason::dust, "dust", Blame::policy},
    {Reason::nonstandard_inputs, "bad-txns-nonstandard-inputs", Blame::policy},
    {Reason::nonstandard_witness, "bad-witness-nonstandard", Blame::policy},
    {Reason::too_many_sigops, "bad-txns-too-many-sigops", Blame::policy},
    {Reason::not_final_yet, "non-final", Blame::later},
    {Reason::not_final_bip68, "non-BIP68-final", Blame::later},
    {Reason::already_in_mempool, "txn-already-in-mempool", Blame::policy},
    {Reason::same_non_witness_data, "txn-same-nonwitness-data-in-mempool", Blame::policy},
    {Reason::already_known, "txn-already-known", Blame::policy},
    {Reason::mempool_conflict, "txn-mempool-conflict", Blame::policy},
    {Reason::mempool_min_fee, "mempool min fee not met", Blame::policy},
    {Reason::min_relay_fee, "min relay fee not met", Blame::policy},
    {Reason::too_long_chain, "too-long-mempool-chain", Blame::policy},
    {Reason::insufficient_fee, "insufficient fee", Blame::policy, Detail::note_first},
    {Reason::too_many_replacements, "too many potential replacements", Blame::policy,
     Detail::note_first},
    {Reason::replacement_adds_unconfirmed, "replacement-adds-unconfirmed", Blame::policy},
    {Reason::spends_conflicting, "bad-txns-spends-conflicting-tx", Blame::invalid},
    {Reason::mempool_full, "mempool full", Blame::policy},
    {Reason::truc_violation, "TRUC-violation", Blame::policy},
    {Reason::replacement_disallowed, "bip125-replacement-disallowed", Blame::policy},
    {Reason::max_fee_exceeded, "max-fee-exceeded", Blame::policy},
    {Reason::max_fee_rate_exceeded, "max feerate exceeded", Blame::policy},
});

constexpr bool table_is_complete() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (static_cast<std::size_t>(rows[i].reason) != i) return false;
    return rows.size() == static_cast<std::size_t>(Reason::count);
}
static_assert(table_is_complete(), "a Reason has no row, or the rows are out of order");

/// The note in parentheses at the start of a detail, or nothing.
std::string_view note(const Row& row, std::string_view detail) {
    if (row.detail != Detail::note_first || !detail.starts_with('(')) return {};
    return detail.substr(0, detail.find(')') + 1);
}

const Row& row(Reason reason) {
    const auto index = static_cast<std::size_t>(reason);
    ensure(index < rows.size());
    return rows[index];
}

}  // namespace

std::string_view code(Reason reason) {
    return row(reason).code;
}

Blame blame(Reason reason) {
    return row(reason).blame;
}

Blame transaction_blame(Reason reason) {
    switch (reason) {
        case Reason::inputs_missing_or_spent:
        case Reason::coinbase_immature:
        case Reason::not_final:
            return Blame::later;
        default:
            return blame(reason);
    }
}

std::string reject_reason(const Rejection& rejection) {
    const Row& found = row(rejection.reason);
    std::string text(found.code);
    if (const auto first = note(found, rejection.detail); !first.empty())
        return text.append(" ").append(first);
    if (rejection.detail.empty() || found.detail == Detail::after_comma ||
        found.detail == Detail::note_first) {
        return text;
    }
    if (found.detail == Detail::in_parentheses) text += ' ';
    return text + '(' + rejection.detail + ')';
}

std::string to_text(const Rejection& rejection) {
    const Row& found = row(rejection.reason);
    std::string text = reject_reason(rejection);
    if (rejection.detail.empty()) return text;
    if (!note(found, rejection.detail).empty()) {
        text = found.code;
        return text.append(" ").append(rejection.detail);
    }
    if (found.detail == Detail::after_comma || found.detail == Detail::note_first)
        text += ", " + rejection.detail;
    return text;
}

}  // namespace daler::consensus
