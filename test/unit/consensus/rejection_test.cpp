#include <daler/consensus/rejection.h>

#include <map>
#include <set>

#include <test.h>

using namespace daler;
using namespace daler::consensus;

namespace {

constexpr auto reason_count = static_cast<std::size_t>(Reason::count);

}  // namespace

TEST_CASE("every reason has a unique reject string", "[consensus]") {
    std::set<std::string_view> codes;
    for (std::size_t i = 0; i < reason_count; ++i)
        codes.insert(code(static_cast<Reason>(i)));
    CHECK(codes.size() == reason_count);
    CHECK(code(Reason::no_inputs) == "bad-txns-vin-empty");
    CHECK(code(Reason::max_fee_exceeded) == "max-fee-exceeded");
}

TEST_CASE("script errors and versions belong to the reason, other details do not", "[consensus]") {
    struct Example {
        Rejection rejection;
        std::string_view reason;
        std::string_view text;
    };
    const auto example = GENERATE(values<Example>({
        {{Reason::no_outputs, ""}, "bad-txns-vout-empty", "bad-txns-vout-empty"},
        {{Reason::script_failed, "Invalid opcode"},
         "mandatory-script-verify-flag-failed (Invalid opcode)",
         "mandatory-script-verify-flag-failed (Invalid opcode)"},
        {{Reason::script_failed_policy, "Non-canonical DER signature"},
         "non-mandatory-script-verify-flag (Non-canonical DER signature)",
         "non-mandatory-script-verify-flag (Non-canonical DER signature)"},
        {{Reason::bad_version, "0x00000001"}, "bad-version(0x00000001)", "bad-version(0x00000001)"},
        {{Reason::min_relay_fee, "0 < 141"},
         "min relay fee not met",
         "min relay fee not met, 0 < 141"},
        {{Reason::insufficient_fee, "rejecting"},
         "insufficient fee",
         "insufficient fee, rejecting"},
        {{Reason::insufficient_fee, "(including sibling eviction), rejecting"},
         "insufficient fee (including sibling eviction)",
         "insufficient fee (including sibling eviction), rejecting"},
    }));
    CHECK(reject_reason(example.rejection) == example.reason);
    CHECK(to_text(example.rejection) == example.text);
}

TEST_CASE("a mutated copy of a block does not make its hash bad", "[consensus]") {
    const auto reason = GENERATE(Reason::bad_merkle_root, Reason::duplicate_transaction,
                                 Reason::bad_witness_nonce_size, Reason::bad_witness_merkle_match,
                                 Reason::unexpected_witness, Reason::coinbase_missing);
    CHECK(blame(reason) == Blame::mutated);
}

TEST_CASE("data that may become valid later is not the sender's fault", "[consensus]") {
    CHECK(blame(Reason::time_too_new) == Blame::later);
    CHECK(blame(Reason::time_too_old) == Blame::invalid);
    CHECK(blame(Reason::inputs_missing_or_spent) == Blame::invalid);
}

// How Bitcoin Core 28.1 classifies each reason for a transaction from a peer. `invalid` means
// TX_CONSENSUS, the only class for which it disconnects the sender.
TEST_CASE("each reason has a blame for an unconfirmed transaction", "[consensus]") {
    std::map<Reason, Blame> expected;
    for (const auto reason :
         {Reason::no_inputs, Reason::no_outputs, Reason::tx_oversize, Reason::output_negative,
          Reason::output_too_large, Reason::output_total_too_large, Reason::inputs_duplicate,
          Reason::coinbase_length, Reason::prevout_null, Reason::input_values_out_of_range,
          Reason::inputs_below_outputs, Reason::fee_out_of_range, Reason::script_failed,
          Reason::coinbase_alone, Reason::spends_conflicting}) {
        expected[reason] = Blame::invalid;
    }
    for (const auto reason : {Reason::inputs_missing_or_spent, Reason::coinbase_immature,
                              Reason::not_final, Reason::not_final_yet, Reason::not_final_bip68}) {
        expected[reason] = Blame::later;
    }
    for (const auto reason : {Reason::script_failed_policy,
                              Reason::nonstandard_version,
                              Reason::nonstandard_size,
                              Reason::nonstandard_small_size,
                              Reason::scriptsig_size,
                              Reason::scriptsig_not_pushonly,
                              Reason::nonstandard_output,
                              Reason::bare_multisig,
                              Reason::multi_op_return,
                              Reason::dust,
                              Reason::nonstandard_inputs,
                              Reason::nonstandard_witness,
                              Reason::too_many_sigops,
                              Reason::already_in_mempool,
                              Reason::same_non_witness_data,
                              Reason::already_known,
                              Reason::mempool_conflict,
                              Reason::mempool_min_fee,
                              Reason::min_relay_fee,
                              Reason::too_long_chain,
                              Reason::insufficient_fee,
                              Reason::too_many_replacements,
                              Reason::replacement_adds_unconfirmed,
                              Reason::mempool_full,
                              Reason::truc_violation,
                              Reason::replacement_disallowed,
                              Reason::max_fee_exceeded,
                              Reason::max_fee_rate_exceeded}) {
        expected[reason] = Blame::policy;
    }
    // Only blocks are refused for these.
    const std::set blocks_only{Reason::block_fees_out_of_range,
                               Reason::bip30,
                               Reason::high_hash,
                               Reason::bad_diffbits,
                               Reason::time_too_old,
                               Reason::time_too_new,
                               Reason::timewarp,
                               Reason::bad_version,
                               Reason::previous_not_found,
                               Reason::bad_previous,
                               Reason::duplicate_invalid,
                               Reason::bad_merkle_root,
                               Reason::duplicate_transaction,
                               Reason::bad_block_length,
                               Reason::coinbase_missing,
                               Reason::coinbase_multiple,
                               Reason::bad_block_sigops,
                               Reason::bad_coinbase_height,
                               Reason::bad_witness_nonce_size,
                               Reason::bad_witness_merkle_match,
                               Reason::unexpected_witness,
                               Reason::bad_block_weight,
                               Reason::bad_coinbase_amount,
                               Reason::bad_signet_solution};
    for (std::size_t i = 0; i < reason_count; ++i) {
        const auto reason = static_cast<Reason>(i);
        CAPTURE(code(reason));
        CHECK(expected.contains(reason) != blocks_only.contains(reason));
        // Reasons of blocks come first: test/unit/chain/block_rules_test.cpp has a row for each.
        if (blocks_only.contains(reason)) CHECK(reason < Reason::script_failed);
        if (expected.contains(reason)) CHECK(transaction_blame(reason) == expected[reason]);
    }
}
