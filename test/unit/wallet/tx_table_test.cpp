#include <daler/wallet/tx_table.h>

#include <test.h>

using namespace daler;
using namespace daler::wallet;

TEST_CASE("each output of a transaction is found by its number", "[wallet]") {
    const auto count = GENERATE(1u, 2u, 15u, 16u, 17u, 32u, 33u, 1000u);
    Transaction tx;
    tx.inputs.resize(2);
    for (std::uint32_t i = 0; i < count; ++i)
        tx.outputs.push_back({Amount{i}, Script(Bytes(i % 40, static_cast<std::uint8_t>(i)))});
    TxTable table;
    const auto& body = table.add({}, tx).body;
    REQUIRE(body.output_count() == count);
    std::uint32_t number = 0;
    for (const auto& output : body.outputs()) {
        const auto found = body.output(number);
        const auto& expected = tx.outputs[number++];
        CHECK(output.value == expected.value);
        CHECK(found.value == expected.value);
        CHECK(std::ranges::equal(output.script_pubkey, expected.script_pubkey.bytes()));
        CHECK(std::ranges::equal(found.script_pubkey, expected.script_pubkey.bytes()));
    }
    CHECK(number == count);
}
