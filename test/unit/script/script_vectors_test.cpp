#include "assembly.h"

#include <daler/script/interpreter.h>
#include <test.h>
#include <vectors.h>

namespace daler::script {
namespace {

using test::assemble;

struct Vector {
    Witness witness;
    Amount value;
    Script script_sig;
    Script script_pubkey;
    Flags flags;
    std::string expected;
};

Vector read_vector(const Json& row) {
    Vector out;
    std::size_t at = 0;
    if (row[0].is_array()) {
        const auto items = row[0].items();
        for (const auto& item : items.first(items.size() - 1))
            out.witness.push_back(test::unhex(item.as_string()));
        out.value = Amount::from_text(items.back().number_text()).value();
        ++at;
    }
    out.script_sig = assemble(row[at].as_string());
    out.script_pubkey = assemble(row[at + 1].as_string());
    out.flags = test::parse_flags(row[at + 2].as_string());
    if (out.flags & verify_cleanstack) out.flags |= verify_p2sh | verify_witness;
    out.expected = row[at + 3].as_string();
    return out;
}

Transaction crediting_transaction(const Vector& vector) {
    Transaction tx;
    tx.version = 1;
    TxInput input;
    input.script_sig = assemble("0 0");
    tx.inputs.push_back(input);
    tx.outputs.push_back({vector.value, vector.script_pubkey});
    return tx;
}

Transaction spending_transaction(const Vector& vector) {
    Transaction tx;
    tx.version = 1;
    TxInput input;
    input.prevout = {compute_txid(crediting_transaction(vector)), 0};
    input.script_sig = vector.script_sig;
    input.witness = vector.witness;
    tx.inputs.push_back(input);
    tx.outputs.push_back({vector.value, Script()});
    return tx;
}

ScriptError run(const Vector& vector, Flags flags) {
    const auto tx = spending_transaction(vector);
    const TxOutput spent{vector.value, vector.script_pubkey};
    const PrecomputedHashes hashes(tx, std::vector<TxOutput>{spent});
    return verify_input({tx, 0, spent, hashes, flags});
}

TEST_CASE("every published script ends with its published error", "[script]") {
    const auto text = daler::test::read_vectors("core/script_tests.json");
    if (!text) return;
    std::size_t count = 0;
    const auto json = test::parse_json(*text);
    for (const auto& row : json.items()) {
        if (row.size() < 4) continue;  // a comment
        ++count;
        const auto vector = read_vector(row);
        INFO(row.write());
        CHECK(name(run(vector, vector.flags)) == vector.expected);
        // A flag only forbids: a valid script stays valid without one of the flags.
        if (vector.expected != "OK") continue;
        for (Flags flag = 1; flag <= verify_discourage_upgradable_pubkeytype; flag <<= 1) {
            auto fewer = vector.flags & ~flag;
            if (!(fewer & verify_p2sh)) fewer &= ~Flags{verify_witness};
            if (!(fewer & verify_witness)) fewer &= ~Flags{verify_cleanstack};
            CHECK(run(vector, fewer) == ScriptError::ok);
        }
    }
    CHECK(count == 1207);
}

}  // namespace
}  // namespace daler::script
