#include <daler/consensus/rejection.h>

#include <set>

#include <test.h>

using namespace daler;
using namespace daler::consensus;

TEST_CASE("every reason has a reject string of its own", "[consensus]") {
    std::set<std::string_view> codes;
    for (int i = 0; i <= static_cast<int>(Reason::max_fee_exceeded); ++i)
        codes.insert(code(static_cast<Reason>(i)));
    CHECK(codes.size() == static_cast<std::size_t>(Reason::max_fee_exceeded) + 1);
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

TEST_CASE("a changed copy of a block says nothing about its hash", "[consensus]") {
    const auto reason = GENERATE(Reason::bad_merkle_root, Reason::duplicate_transaction,
                                 Reason::bad_witness_nonce_size, Reason::bad_witness_merkle_match,
                                 Reason::unexpected_witness, Reason::coinbase_missing);
    CHECK(blame(reason) == Blame::mutated);
}

TEST_CASE("what time can heal is nobody's fault", "[consensus]") {
    CHECK(blame(Reason::time_too_new) == Blame::later);
    CHECK(blame(Reason::time_too_old) == Blame::invalid);
    CHECK(blame(Reason::inputs_missing_or_spent) == Blame::invalid);
    CHECK(transaction_blame(Reason::inputs_missing_or_spent) == Blame::later);
    CHECK(transaction_blame(Reason::coinbase_immature) == Blame::later);
    CHECK(transaction_blame(Reason::inputs_below_outputs) == Blame::invalid);
}
