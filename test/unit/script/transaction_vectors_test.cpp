#include "assembly.h"

#include <daler/script/interpreter.h>
#include <test.h>
#include <vectors.h>

namespace daler::script {
namespace {

constexpr Flags all_flags = (verify_discourage_upgradable_pubkeytype << 1) - 1;

struct Vector {
    Transaction tx;
    std::vector<TxOutput> spent;  ///< in input order
    std::string flags;
};

std::optional<TxOutput> find_prevout(const Json& prevouts, const OutPoint& outpoint) {
    for (const auto& prevout : prevouts.items()) {
        // The index is -1 for coinbases.
        const auto index = static_cast<std::uint32_t>(prevout[1].as_integer<long>().value());
        if (prevout[0].as_string() != outpoint.txid.to_hex() || index != outpoint.index) continue;
        TxOutput out{Amount{0}, test::assemble(prevout[2].as_string())};
        if (prevout.size() > 3) out.value = Amount{prevout[3].as_integer<long>().value()};
        return out;
    }
    return std::nullopt;
}

// Nothing for comments, and for rows whose transaction breaks rules outside scripts; those are
// counted in `without_scripts`.
std::optional<Vector> read_vector(const Json& row, std::size_t& without_scripts) {
    if (row.size() < 3) return std::nullopt;
    Vector out;
    out.flags = row[2].as_string();
    if (out.flags.find("BADTX") != std::string::npos) {
        ++without_scripts;
        return std::nullopt;
    }
    out.tx = decode_transaction(test::unhex(row[1].as_string())).value();
    for (const auto& input : out.tx.inputs)
        out.spent.push_back(find_prevout(row[0], input.prevout).value());
    return out;
}

bool all_inputs_verify(const Vector& vector, Flags flags) {
    const PrecomputedHashes hashes(vector.tx, vector.spent);
    for (std::uint32_t i = 0; i < vector.tx.inputs.size(); ++i)
        if (verify_input({vector.tx, i, vector.spent[i], hashes, flags}) != ScriptError::ok)
            return false;
    return true;
}

// Some rules need others: there is no witness without P2SH, and no clean stack without witness.
Flags without_unusable(Flags flags) {
    if (!(flags & verify_p2sh)) flags &= ~Flags{verify_witness};
    if (!(flags & verify_witness)) flags &= ~Flags{verify_cleanstack};
    return flags;
}

Flags with_required(Flags flags) {
    if (flags & verify_cleanstack) flags |= verify_witness;
    if (flags & verify_witness) flags |= verify_p2sh;
    return flags;
}

TEST_CASE("published valid transactions verify under all flags but those excluded", "[script]") {
    const auto text = daler::test::read_vectors("core/tx_valid.json");
    if (!text) return;
    std::size_t count = 0;
    std::size_t without_scripts = 0;
    const auto json = test::parse_json(*text);
    for (const auto& row : json.items()) {
        const auto vector = read_vector(row, without_scripts);
        if (!vector) continue;
        ++count;
        INFO(row.write());
        const auto excluded = test::parse_flags(vector->flags);
        CHECK(all_inputs_verify(*vector, without_unusable(all_flags & ~excluded)));
        for (Flags flag = 1; flag <= all_flags; flag <<= 1) {
            CHECK(all_inputs_verify(*vector, without_unusable(all_flags & ~excluded & ~flag)));
            // With an excluded flag the transaction fails.
            if (!(excluded & flag)) continue;
            CHECK_FALSE(
                all_inputs_verify(*vector, without_unusable(all_flags & ~(excluded & ~flag))));
        }
    }
    CHECK(count == 120);
    CHECK(without_scripts == 0);
}

TEST_CASE("published invalid transactions fail under the flags they name", "[script]") {
    const auto text = daler::test::read_vectors("core/tx_invalid.json");
    if (!text) return;
    std::size_t count = 0;
    std::size_t without_scripts = 0;
    const auto json = test::parse_json(*text);
    for (const auto& row : json.items()) {
        const auto vector = read_vector(row, without_scripts);
        if (!vector) continue;
        ++count;
        INFO(row.write());
        const auto flags = test::parse_flags(vector->flags);
        CHECK_FALSE(all_inputs_verify(*vector, with_required(flags)));
        for (Flags flag = 1; flag <= all_flags; flag <<= 1) {
            CHECK_FALSE(all_inputs_verify(*vector, with_required(flags | flag)));
            // Without one of the named flags the transaction is valid.
            if (!(flags & flag)) continue;
            CHECK(all_inputs_verify(*vector, without_unusable(flags & ~flag)));
        }
    }
    CHECK(count + without_scripts == 93);
    CHECK(count > 60);
}

}  // namespace
}  // namespace daler::script
