#pragma once

#include <daler/primitives/address_format.h>
#include <daler/primitives/block.h>
#include <daler/primitives/u256.h>

#include <array>
#include <map>
#include <string>
#include <vector>

namespace daler {

/// The built-in chains, and `custom` for a chain from a chain file.
enum class ChainKind : std::uint8_t { main, test, testnet4, signet, regtest, custom };

/// The rules for the next target (the consensus module implements them).
struct RetargetRule {
    Height window = 2016;               ///< blocks between two changes of the target
    std::chrono::seconds spacing{600};  ///< wanted time between two blocks
    bool never = false;                 ///< regtest: the target stays as it is
    bool min_difficulty_blocks =
        false;                      ///< testnets: a block 2 x spacing late may have the pow limit
    bool from_first_block = false;  ///< BIP 94: retarget from the first block of the window
    bool timewarp_protection =
        false;  ///< BIP 94: first block of a window at most 600 s before its parent

    [[nodiscard]] std::chrono::seconds timespan() const { return spacing * window; }
};

/// First height at which each buried deployment holds (BIP 90). There are no defaults: a chain that
/// does not set one of them does not compile.
struct ActivationHeights {
    Height bip34;    ///< coinbase starts with the height; versions >= 2
    Height bip66;    ///< strict DER; versions >= 3
    Height bip65;    ///< CHECKLOCKTIMEVERIFY; versions >= 4
    Height csv;      ///< BIP 68, 112, 113
    Height segwit;   ///< BIP 141, 143, 147
    Height taproot;  ///< for display only: taproot, like P2SH and witness, is checked from genesis
};

/// Which of the rules P2SH, witness and taproot do not hold in a listed block: all, or taproot.
enum class ScriptException : std::uint8_t { no_rules, no_taproot };

/// A version-bits deployment (BIP 9).
struct VersionBitsDeployment {
    static constexpr std::int64_t always_active = -1;
    static constexpr std::int64_t never_active = -2;
    std::string name;
    std::uint8_t bit = 28;
    std::int64_t start_time = never_active;  ///< seconds since 1970, or one of the two above
    std::int64_t timeout = 0;
    Height min_activation_height = 0;
};

/// The parameters of a chain, as a plain value.
struct ChainParams {
    ChainKind kind = ChainKind::regtest;
    std::string name;    ///< as in getblockchaininfo.chain: "main", "regtest"
    std::string folder;  ///< below the data folder; empty on main
    std::array<std::uint8_t, 4> magic{};
    std::uint16_t p2p_port = 0;
    std::uint16_t rpc_port = 0;
    AddressFormat address;

    BlockRef genesis;
    BlockHash genesis_hash;

    U256 pow_limit;
    RetargetRule retarget;
    Height halving_interval = 210'000;  ///< blocks
    Amount initial_subsidy{50 * satoshis_per_coin};
    Height coinbase_maturity = 100;  ///< the block that spends a coinbase is so much higher
    ActivationHeights activation{};
    std::vector<VersionBitsDeployment> version_bits;
    std::int32_t version_bits_threshold = 1815;
    /// Votes in blocks below were for rules that all nodes know by their height now.
    Height unknown_rules_from = 0;

    /// P2SH, witness and taproot hold from genesis on, except in these blocks.
    std::map<BlockHash, ScriptException> script_exceptions;
    /// The two coinbases of main that BIP 30 would forbid: height and hash of the overwriting
    /// block.
    std::map<Height, BlockHash> bip30_exceptions;
    BlockHash bip34_hash;  ///< main: the block at activation.bip34, below which BIP 30 is needed

    Bytes signet_challenge;  ///< BIP 325: the script that blocks must satisfy; empty elsewhere

    U256 minimum_chain_work;
    BlockHash assume_valid;  ///< zero: check every script

    /// A private chain without -strictregtest: an old tip does not stop spending, mining and relay;
    /// the node looks for no peers; the wallet may pay a fallback fee.
    bool is_private = false;
    bool is_strict = false;  ///< -strictregtest: a private chain with Bitcoin Core's defaults
    /// Whether nodes of this chain relay only standard transactions by default. True for the
    /// built-in chains. On main the user cannot change it.
    bool require_standard = true;

    /// Main, the public testnets and the default signet: chains of other people. A node does not
    /// change their history and time at will.
    [[nodiscard]] bool is_public() const;
};

[[nodiscard]] ChainParams main_params();
[[nodiscard]] ChainParams test_params();
[[nodiscard]] ChainParams testnet4_params();
/// The default signet, or the one with this challenge (BIP 325). The magic is made from the
/// challenge.
[[nodiscard]] ChainParams signet_params(const Bytes& challenge = {});
[[nodiscard]] ChainParams regtest_params();

/// The chain called `name` ("main", "test", "testnet4", "signet", "regtest").
[[nodiscard]] std::optional<ChainParams> params_by_name(std::string_view name);

}  // namespace daler
