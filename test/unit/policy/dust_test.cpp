#include <daler/policy/policy.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>
#include <test.h>

namespace daler::policy {
namespace {

constexpr FeeRate default_fee{Amount{3000}};

Script witness(std::uint8_t version, std::size_t size) {
    return script::pay_to_witness(version, Bytes(size, 7));
}

TEST_CASE("an output is dust if its value is less than the cost to spend its type", "[policy]") {
    struct Example {
        std::string_view name;
        Script script;
        std::int64_t threshold;
    };
    const auto key = crypto::PublicKey::from_bytes(Bytes(33, 2)).value();
    const std::vector<Example> examples{
        {"P2PKH", script::pay_to_pubkey_hash({}), 546},
        {"P2SH", script::pay_to_script_hash({}), 540},
        {"P2PK", script::pay_to_pubkey(key), 576},
        {"P2WPKH", witness(0, 20), 294},
        {"P2WSH", witness(0, 32), 330},
        {"P2TR", witness(1, 32), 330},
        {"P2A", witness(1, 2), 240},
    };
    for (const auto& example : examples) {
        INFO(example.name);
        const Amount threshold{example.threshold};
        CHECK(dust_threshold({{}, example.script}, default_fee) == threshold);
        CHECK_FALSE(is_dust({threshold, example.script}, default_fee));
        CHECK(is_dust({threshold - Amount{1}, example.script}, default_fee));
    }
}

TEST_CASE("an output that cannot be spent is not dust", "[policy]") {
    Script data;
    data.append(script::op_return);
    CHECK_FALSE(is_dust({Amount{0}, data}, default_fee));
}

TEST_CASE("the dust threshold follows the fee rate, rounded up", "[policy]") {
    CHECK(dust_threshold({{}, witness(0, 20)}, FeeRate{Amount{0}}) == Amount{0});
    CHECK(dust_threshold({{}, witness(0, 20)}, FeeRate{Amount{1}}) == Amount{1});
    CHECK(dust_threshold({{}, witness(0, 20)}, FeeRate{Amount{10'001}}) == Amount{981});
}

TEST_CASE("virtual size is rounded up, and signature operations count for size", "[policy]") {
    CHECK(virtual_size(400, 0, 20) == 100);
    CHECK(virtual_size(401, 0, 20) == 101);
    CHECK(virtual_size(400, 20, 20) == 100);
    CHECK(virtual_size(400, 21, 20) == 105);
    CHECK(virtual_size(400, 1000, 0) == 100);
}

}  // namespace
}  // namespace daler::policy
