#include <daler/primitives/chain_params.h>

#include <daler/crypto/hash.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/genesis.h>
#include <daler/util/ensure.h>

namespace daler {
namespace {

constexpr std::array<std::uint8_t, 4> main_extended_public{0x04, 0x88, 0xb2, 0x1e};
constexpr std::array<std::uint8_t, 4> main_extended_secret{0x04, 0x88, 0xad, 0xe4};
constexpr std::array<std::uint8_t, 4> test_extended_public{0x04, 0x35, 0x87, 0xcf};
constexpr std::array<std::uint8_t, 4> test_extended_secret{0x04, 0x35, 0x83, 0x94};

// The message and key of the genesis coinbase that all chains but testnet4 share.
constexpr std::string_view times_message =
    "The Times 03/Jan/2009 Chancellor on brink of second bailout for banks";
constexpr std::string_view times_key =
    "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec1"
    "12de5c384df7"
    "ba0b8d578a4c702b6bf11d5f";
// BIP 94.
constexpr std::string_view testnet4_message =
    "03/May/2024 000000000000000000001ebd58c244970b3aa9d783bb001011fbe8ea8e98e00e";

Bytes hex(std::string_view text) {
    auto bytes = from_hex(text);
    ensure(bytes.has_value());
    return *bytes;
}

BlockHash block_hash(std::string_view text) {
    const auto hash = BlockHash::from_hex(text);
    ensure(hash.has_value());
    return *hash;
}

U256 number(std::string_view text) {
    const auto value = U256::from_hex(text);
    ensure(value.has_value());
    return *value;
}

void set_genesis(ChainParams& params, const GenesisPlan& plan, std::string_view hash) {
    params.genesis = make_genesis(plan);
    params.genesis_hash = params.genesis->header.hash();
    ensure(params.genesis_hash == block_hash(hash));
}

void set_test_addresses(ChainParams& params, std::string_view hrp) {
    params.address = {111, 196, 239, test_extended_public, test_extended_secret, std::string(hrp)};
}

constexpr Amount fifty_coins{50 * satoshis_per_coin};

// Every private and public test chain has these two for display and for -vbparams.
std::vector<VersionBitsDeployment> usual_version_bits(std::int64_t testdummy_start,
                                                      Height taproot_min_height,
                                                      std::int64_t taproot_start,
                                                      std::int64_t taproot_timeout) {
    return {{"testdummy", 28, testdummy_start, testdummy_start == 0 ? INT64_MAX : 0, 0},
            {"taproot", 2, taproot_start, taproot_timeout, taproot_min_height}};
}

constexpr std::int64_t always = VersionBitsDeployment::always_active;
constexpr std::int64_t never = VersionBitsDeployment::never_active;

}  // namespace

ChainParams main_params() {
    ChainParams params;
    params.kind = ChainKind::main;
    params.name = "main";
    params.magic = {0xf9, 0xbe, 0xb4, 0xd9};
    params.p2p_port = 8333;
    params.rpc_port = 8332;
    params.address = {0, 5, 128, main_extended_public, main_extended_secret, "bc"};
    set_genesis(params, {times_message, times_key, 1231006505, 2083236893, 0x1d00ffff, fifty_coins},
                "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    params.pow_limit = number("00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    params.activation = {227931, 363725, 388381, 419328, 481824, 709632};
    params.bip34_hash =
        block_hash("000000000000024b89b42a942fe0d9fea3bb44ab7bd1b19115dd6a759c0808b8");
    params.bip30_exceptions = {
        {91842, block_hash("00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec")},
        {91880, block_hash("00000000000743f190a18c5577a3c2d2a1f610ae9601ac046a38084ccb7cd721")}};
    params.script_exceptions = {
        {block_hash("00000000000002dc756eebf4f49723ed8d30cc28a5f108eb94b1ba88ac4f9c22"),
         ScriptException::no_rules},
        {block_hash("0000000000000000000f14c35b2d841e986ab5441de8c585d5ffe55ea1e395ad"),
         ScriptException::no_taproot}};
    params.unknown_rules_from = 483840;
    params.version_bits = usual_version_bits(never, 709632, 1619222400, 1628640000);
    params.minimum_chain_work =
        number("000000000000000000000000000000000000000088e186b70e0862c193ec44d6");
    params.assume_valid =
        block_hash("000000000000000000011c5890365bdbe5d25b97ce0057589acaef4f1a57263f");
    return params;
}

ChainParams test_params() {
    ChainParams params;
    params.kind = ChainKind::test;
    params.name = "test";
    params.folder = "testnet3";
    params.magic = {0x0b, 0x11, 0x09, 0x07};
    params.p2p_port = 18333;
    params.rpc_port = 18332;
    set_test_addresses(params, "tb");
    set_genesis(params, {times_message, times_key, 1296688602, 414098458, 0x1d00ffff, fifty_coins},
                "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943");
    params.pow_limit = number("00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    params.retarget.min_difficulty_blocks = true;
    params.activation = {21111, 330776, 581885, 770112, 834624, 0};
    params.bip34_hash =
        block_hash("0000000023b3a96d3484e5abb3755c413e7d41500f8e2a5c3f0dd01299cd8ef8");
    params.script_exceptions = {
        {block_hash("00000000dd30457c001f4095d208cc1296b0eed002427aa599874af7a432b105"),
         ScriptException::no_rules}};
    params.unknown_rules_from = 836640;
    params.version_bits = usual_version_bits(never, 0, 1619222400, 1628640000);
    params.version_bits_threshold = 1512;
    params.minimum_chain_work =
        number("000000000000000000000000000000000000000000000f209695166be8b61fa9");
    params.assume_valid =
        block_hash("000000000000000465b1a66c9f386308e8c75acef9201f3f577811da09fc90ad");
    return params;
}

ChainParams testnet4_params() {
    ChainParams params;
    params.kind = ChainKind::testnet4;
    params.name = "testnet4";
    params.folder = "testnet4";
    params.magic = {0x1c, 0x16, 0x3f, 0x28};
    params.p2p_port = 48333;
    params.rpc_port = 48332;
    set_test_addresses(params, "tb");
    set_genesis(params,
                {testnet4_message, unspendable_key, 1714777860, 393743547, 0x1d00ffff, fifty_coins},
                "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043");
    params.pow_limit = number("00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    params.retarget.min_difficulty_blocks = true;
    params.retarget.from_first_block = true;
    params.retarget.timewarp_protection = true;
    params.activation = {1, 1, 1, 1, 1, 0};
    params.version_bits = usual_version_bits(never, 0, always, INT64_MAX);
    params.version_bits_threshold = 1512;
    params.minimum_chain_work =
        number("00000000000000000000000000000000000000000000005faa15d02e6202f3ba");
    params.assume_valid =
        block_hash("000000005be348057db991fa5d89fe7c4695b667cfb311391a8db374b6f681fd");
    return params;
}

ChainParams signet_params(const Bytes& challenge) {
    // The challenge of the default signet: 1-of-2 multisig (BIP 325).
    static constexpr std::string_view default_challenge =
        "512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430210359ef5021964fe22d"
        "6f8e05b2463c9540ce"
        "96883fe3b278760f048f5189f2e6c452ae";
    ChainParams params;
    params.kind = ChainKind::signet;
    params.name = "signet";
    params.folder = "signet";
    params.signet_challenge = challenge.empty() ? hex(default_challenge) : challenge;
    ByteWriter sized;
    sized.sized_bytes(params.signet_challenge);
    const auto digest = crypto::sha256d(sized.view());
    std::copy_n(digest.begin(), params.magic.size(), params.magic.begin());
    params.p2p_port = 38333;
    params.rpc_port = 38332;
    set_test_addresses(params, "tb");
    set_genesis(params, {times_message, times_key, 1598918400, 52613770, 0x1e0377ae, fifty_coins},
                "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6");
    params.pow_limit = number("00000377ae000000000000000000000000000000000000000000000000000000");
    params.activation = {1, 1, 1, 1, 1, 0};
    params.version_bits = usual_version_bits(never, 0, always, INT64_MAX);
    if (challenge.empty()) {
        params.minimum_chain_work =
            number("0000000000000000000000000000000000000000000000000000025dbd66e58f");
        params.assume_valid =
            block_hash("0000014aad1d58dddcb964dd749b073374c6306e716b22f573a2efe68d414539");
    }
    return params;
}

ChainParams regtest_params() {
    ChainParams params;
    params.kind = ChainKind::regtest;
    params.name = "regtest";
    params.folder = "regtest";
    params.magic = {0xfa, 0xbf, 0xb5, 0xda};
    params.p2p_port = 18444;
    params.rpc_port = 18443;
    set_test_addresses(params, "bcrt");
    set_genesis(params, {times_message, times_key, 1296688602, 2, 0x207fffff, fifty_coins},
                "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");
    params.pow_limit = number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    params.retarget.window = 144;
    params.retarget.never = true;
    params.retarget.min_difficulty_blocks = true;
    params.halving_interval = 150;
    params.activation = {1, 1, 1, 1, 0, 0};
    params.version_bits = usual_version_bits(0, 0, always, INT64_MAX);
    params.version_bits_threshold = 108;
    params.is_private = true;
    return params;
}

bool ChainParams::is_public() const {
    switch (kind) {
        case ChainKind::main:
        case ChainKind::test:
        case ChainKind::testnet4:
            return true;
        case ChainKind::signet:
            return signet_challenge == signet_params().signet_challenge;
        case ChainKind::regtest:
        case ChainKind::custom:
            return false;
    }
    return true;
}

std::optional<ChainParams> params_by_name(std::string_view name) {
    if (name == "main") return main_params();
    if (name == "test") return test_params();
    if (name == "testnet4") return testnet4_params();
    if (name == "signet") return signet_params();
    if (name == "regtest") return regtest_params();
    return std::nullopt;
}

}  // namespace daler
