#include <daler/primitives/chain_params.h>

#include <test.h>

using namespace daler;

TEST_CASE("every chain starts with its published genesis block", "[primitives]") {
    struct Example {
        std::string_view name;
        std::string_view hash;
        std::string_view merkle_root;
    };
    constexpr std::string_view usual =
        "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b";
    const auto example = GENERATE_COPY(values<Example>({
        {"main", "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f", usual},
        {"test", "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943", usual},
        {"testnet4", "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
         "7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e"},
        {"signet", "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6", usual},
        {"regtest", "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206", usual},
    }));
    CAPTURE(example.name);
    const auto params = params_by_name(example.name);
    REQUIRE(params);
    CHECK(params->name == example.name);
    CHECK(params->genesis_hash.to_hex() == example.hash);
    CHECK(params->genesis->header.hash() == params->genesis_hash);
    CHECK(params->genesis->header.merkle_root.to_hex() == example.merkle_root);
    CHECK(U256::from_little_endian(params->genesis_hash.bytes) <= params->pow_limit);
    CHECK(params->require_standard);
}

TEST_CASE("an unknown name gives no chain", "[primitives]") {
    CHECK_FALSE(params_by_name("testnet3"));
    CHECK_FALSE(params_by_name(""));
}

TEST_CASE("the magic of a signet is made from its challenge", "[primitives]") {
    using Magic = std::array<std::uint8_t, 4>;
    CHECK(signet_params().magic == Magic{0x0a, 0x03, 0xcf, 0x40});
    const auto own = signet_params(Bytes{0x51});
    CHECK(own.magic == Magic{0x54, 0xd2, 0x6f, 0xbd});
    CHECK(own.minimum_chain_work.is_zero());
    CHECK(own.genesis_hash == signet_params().genesis_hash);
}
