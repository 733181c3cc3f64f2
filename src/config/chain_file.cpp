#include <daler/config/chain_file.h>

#include "chain_choice.h"
#include "chain_fields.h"

#include <daler/consensus/header_rules.h>
#include <daler/crypto/hash.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/genesis.h>
#include <daler/script/limits.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace daler::config {
namespace {

constexpr std::size_t max_name = 32;
// With it, an address of the longest witness program fits into the 90 characters of bech32.
constexpr std::size_t max_hrp = 16;
constexpr std::int64_t max_port = 65535;
constexpr std::int64_t max_height = std::numeric_limits<Height>::max() - 1;
constexpr std::int64_t max_spacing = 24 * 60 * 60;
// A retarget counts at least a quarter of the expected seconds: with 4 blocks that is not zero.
constexpr std::int64_t min_window = 4;
constexpr std::int64_t max_window = 1'000'000;
constexpr std::int64_t max_maturity = 100'000;
constexpr std::size_t max_challenge = script::max_script_size;
constexpr std::int64_t default_genesis_time = 1704067200;  // 2024-01-01 00:00 UTC
// Limit of the expected hashes for a genesis block: one core solves it in about a minute.
constexpr unsigned max_genesis_work_bits = 26;

// Names of folders and files in the data folder, and of other chains.
constexpr std::array<std::string_view, 10> reserved_names{
    "main",    "test",   "testnet3",   "testnet4", "signet",
    "regtest", "blocks", "chainstate", "indexes",  "wallets"};
constexpr std::array<std::string_view, 4> retarget_rules{"bitcoin", "testnet", "testnet4", "none"};

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= max_name && is_letter(text[0]) &&
           std::ranges::all_of(text,
                               [](char c) { return is_letter(c) || is_digit(c) || c == '-'; }) &&
           std::ranges::find(reserved_names, text) == reserved_names.end();
}

bool is_prefix(std::string_view text) {
    return !text.empty() && text.size() <= max_hrp &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_message(std::string_view text) {
    constexpr unsigned char first_printable = 0x20;
    constexpr unsigned char deleted = 0x7f;
    return !text.empty() && text.size() <= max_genesis_message &&
           std::ranges::none_of(text, [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte < first_printable || byte == deleted;
           });
}

Json hex_of(std::uint32_t number) {
    return Json(fmt::format("{:08x}", number));
}

/// Reads a file field by field and records the rules that it read.
class Reader {
public:
    explicit Reader(const Json& object) : fields_(object), params_(regtest_params()) {}

    Result<ChainFile, std::string> read() {
        params_.kind = ChainKind::custom;
        params_.name = fields_.text(
            "name", "private",
            fmt::format("1 to {} of a-z, 0-9 and -, a letter first, and not the name of another "
                        "chain or folder",
                        max_name),
            is_name);
        params_.folder = params_.name;
        read_ports();
        const auto magic = fields_.hex_if_given("magic", params_.magic.size());
        read_addresses();
        read_work();
        read_money();
        read_heights();
        read_genesis();
        read_later_fields();
        if (auto wrong = fields_.finish()) return fail(std::move(*wrong));

        ChainFile out;
        out.rules = std::move(rules_);
        const std::string text = out.rules.write();
        out.digest.bytes = crypto::sha256d(as_bytes(text));
        if (auto step = choose_magic(magic, out.digest); !step) return fail(step.error());
        out.params = std::move(params_);
        return out;
    }

private:
    std::int64_t integer(std::string_view field, std::int64_t fallback, std::int64_t min,
                         std::int64_t max) {
        const auto value = fields_.integer(field, fallback, min, max);
        rules_.append(std::string(field), value);
        return value;
    }

    Amount amount(std::string_view field, Amount fallback) {
        const Amount value = fields_.amount(field, fallback, max_money);
        rules_.append(std::string(field), Json::number_text(value.to_text()));
        return value;
    }

    std::uint8_t prefix(std::string_view field, std::uint8_t fallback) {
        return static_cast<std::uint8_t>(integer(field, fallback, 0, 255));
    }

    template <std::size_t n>
    void bytes(std::string_view field, std::array<std::uint8_t, n>& value) {
        std::ranges::copy(fields_.hex(field, value), value.begin());
        rules_.append(std::string(field), to_hex(value));
    }

    Height height(std::string_view field, Height fallback) {
        return static_cast<Height>(integer(field, fallback, 0, max_height));
    }

    void read_ports() {
        constexpr std::uint16_t p2p = 17444, rpc = 17443;
        params_.p2p_port = static_cast<std::uint16_t>(fields_.integer("port", p2p, 1, max_port));
        params_.rpc_port = static_cast<std::uint16_t>(fields_.integer("rpcport", rpc, 1, max_port));
        if (params_.p2p_port == params_.rpc_port)
            fields_.refuse("rpcport", "different from \"port\"");
    }

    void read_addresses() {
        auto& address = params_.address;
        address.bech32_hrp =
            fields_.text("bech32_hrp", "pvt",
                         fmt::format("1 to {} lower-case letters and digits", max_hrp), is_prefix);
        rules_.append("bech32_hrp", address.bech32_hrp);
        address.pubkey_hash = prefix("pubkey_hash_prefix", address.pubkey_hash);
        address.script_hash = prefix("script_hash_prefix", address.script_hash);
        address.secret_key = prefix("secret_key_prefix", address.secret_key);
        bytes("extended_public_prefix", address.extended_public);
        bytes("extended_secret_prefix", address.extended_secret);
        if (address.pubkey_hash == address.script_hash)
            fields_.refuse("script_hash_prefix", "different from \"pubkey_hash_prefix\"");
        if (address.extended_public == address.extended_secret)
            fields_.refuse("extended_secret_prefix", "different from \"extended_public_prefix\"");
    }

    void read_work() {
        const U256 hardest = U256{1} << (256 - max_genesis_work_bits);
        const U256 easiest = params_.pow_limit;
        params_.pow_limit = fields_.number("pow_limit", easiest, hardest, easiest);
        rules_.append("pow_limit", params_.pow_limit.to_hex());

        auto& retarget = params_.retarget;
        const auto rule = fields_.choice("retarget_rule", "bitcoin", retarget_rules);
        rules_.append("retarget_rule", rule);
        const bool is_testnet4 = rule == "testnet4";
        retarget.never = rule == "none";
        retarget.min_difficulty_blocks = is_testnet4 || rule == "testnet";
        retarget.from_first_block = is_testnet4;
        retarget.timewarp_protection = is_testnet4;
        retarget.spacing = std::chrono::seconds{integer("block_spacing", 600, 1, max_spacing)};
        retarget.window =
            static_cast<Height>(integer("retarget_window", 2016, min_window, max_window));
    }

    void read_money() {
        constexpr Amount usual{50 * satoshis_per_coin};
        params_.initial_subsidy = amount("initial_subsidy", usual);
        params_.halving_interval =
            static_cast<Height>(integer("halving_interval", 210'000, 1, max_height));
        // The sum over all halvings is less than twice that of the first interval.
        const auto most = max_money.satoshis() / 2 / params_.halving_interval;
        if (params_.initial_subsidy.satoshis() > most) {
            fields_.refuse(
                "initial_subsidy",
                fmt::format("at most {} with {} blocks between two halvings, because no more than "
                            "21000000 coins may ever exist",
                            Amount{most}.to_text(), params_.halving_interval));
        }
        params_.coinbase_maturity =
            static_cast<Height>(integer("coinbase_maturity", 100, 1, max_maturity));
    }

    void read_heights() {
        // A new height does not compile here until it has a name. Taproot's height cannot be set.
        auto& [bip34, bip66, bip65, csv, segwit, taproot] = params_.activation;
        bip34 = height("bip34_height", 1);
        bip65 = height("bip65_height", 1);
        bip66 = height("bip66_height", 1);
        csv = height("csv_height", 1);
        segwit = height("segwit_height", 0);
        // No deployment is voted on: the heights above replace the votes.
        for (auto& deployment : params_.version_bits) {
            if (deployment.start_time == VersionBitsDeployment::always_active) continue;
            deployment.start_time = VersionBitsDeployment::never_active;
            deployment.timeout = 0;
        }
        params_.version_bits_threshold = params_.retarget.window * 3 / 4;
    }

    void read_genesis() {
        const auto message = fields_.text(
            "genesis_message", "A private chain",
            fmt::format("1 to {} bytes of text without control characters", max_genesis_message),
            is_message);
        rules_.append("genesis_message", message);
        GenesisPlan plan;
        plan.message = message;
        plan.key = unspendable_key;
        plan.time = static_cast<std::uint32_t>(integer("genesis_time", default_genesis_time, 1,
                                                       std::numeric_limits<std::uint32_t>::max()));
        plan.bits = read_bits();
        plan.reward = amount("genesis_reward", params_.initial_subsidy);
        params_.genesis = make_genesis(plan);
        params_.genesis_hash = params_.genesis->header.hash();
    }

    /// Fields that came after the first version: each is a rule only where it is not the default.
    void read_later_fields() {
        params_.signet_challenge = fields_.bytes("signet_challenge", max_challenge);
        if (!params_.signet_challenge.empty())
            rules_.append("signet_challenge", to_hex(params_.signet_challenge));
    }

    std::uint32_t read_bits() {
        const std::uint32_t easiest = consensus::bits_from_target(params_.pow_limit);
        const Bytes fallback{
            static_cast<std::uint8_t>(easiest >> 24), static_cast<std::uint8_t>(easiest >> 16),
            static_cast<std::uint8_t>(easiest >> 8), static_cast<std::uint8_t>(easiest)};
        const Bytes given = fields_.hex("genesis_bits", fallback);
        std::uint32_t bits = 0;
        for (const std::uint8_t byte : given)
            bits = bits << 8 | byte;
        rules_.append("genesis_bits", hex_of(bits));
        const bool is_target = consensus::target_from_bits(bits, params_.pow_limit).has_value();
        if (!is_target || consensus::work_of(bits) > U256{1} << max_genesis_work_bits) {
            fields_.refuse("genesis_bits",
                           fmt::format("a target in compact form that is at most pow_limit ({:08x})"
                                       " and takes at most 2^{} hashes (1d400000 or easier)",
                                       easiest, max_genesis_work_bits));
        }
        return bits;
    }

    Result<void, std::string> choose_magic(const std::optional<Bytes>& given, Hash256 digest) {
        const auto is_public = [this] {
            return std::ranges::any_of(chain_names, [this](std::string_view name) {
                return params_by_name(name)->magic == params_.magic;
            });
        };
        if (given) {
            std::ranges::copy(*given, params_.magic.begin());
            if (!is_public()) return {};
            return fail(
                fmt::format("\"magic\" must be different from that of a public chain, not {}",
                            to_hex(params_.magic)));
        }
        do {
            digest.bytes = crypto::sha256d(digest.bytes);
            std::copy_n(digest.bytes.begin(), params_.magic.size(), params_.magic.begin());
        } while (is_public());
        return {};
    }

    ChainFields fields_;
    ChainParams params_;
    Json rules_ = Json::object();
};

}  // namespace

std::string ChainFile::source() const {
    return path.empty() ? "-rule" : "Chain file " + path.string();
}

Result<ChainFile, std::string> read_chain_fields(const Json& fields) {
    return Reader(fields).read();
}

Result<Json, std::string> parse_chain_fields(std::string_view text) {
    auto json = Json::parse(text);
    if (!json) return fail("not JSON: " + json.error());
    if (!json->is_object()) return fail(std::string("an object of fields is expected: {...}"));
    return std::move(*json);
}

Result<ChainFile, std::string> parse_chain_file(std::string_view text) {
    const auto fields = parse_chain_fields(text);
    if (!fields) return fail(fields.error());
    return read_chain_fields(*fields);
}

}  // namespace daler::config
