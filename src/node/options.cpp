#include "node/options.h"
#include "node/option_checks.h"
#include "node/seed.h"
#include "node/signet_signer.h"

#include <daler/node/node.h>
#include <daler/sync/node_name.h>
#include <daler/util/time_text.h>

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace daler::node {
namespace {

using config::Settings;
using Status = Result<void, std::string>;

// Default of -fallbackfee on private networks, so that payments work without a fee estimate.
constexpr FeeRate private_fallback_fee{Amount{20'000}};
constexpr std::string_view default_wallet_name = "default";
constexpr std::int64_t max_workers = 15;

std::size_t worker_count(std::int64_t wanted) {
    const auto cores = static_cast<std::int64_t>(std::max(1u, std::thread::hardware_concurrency()));
    if (wanted <= 0) wanted += cores;
    // The ledger thread checks scripts too.
    return static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 1, max_workers + 1) - 1);
}

FeeRate rate(const Settings& settings, std::string_view name) {
    return FeeRate{settings.amount(name)};
}

void read_chain(const Settings& settings, NodeOptions& options) {
    auto& chain = options.chain;
    chain.folder = options.folder;
    chain.cache_bytes =
        static_cast<std::size_t>(std::max<std::int64_t>(settings.integer("dbcache"), 4)) << 20;
    chain.check_blocks = static_cast<int>(settings.integer("checkblocks"));
    chain.check_level = static_cast<int>(settings.integer("checklevel"));
    chain.reindex = settings.flag("reindex");
    chain.reindex_chainstate = settings.flag("reindex-chainstate");
    chain.random_xor_key = settings.flag("blocksxor");
    chain.crash_ratio = static_cast<unsigned>(settings.integer("dbcrashratio"));
    chain.max_tip_age = std::chrono::seconds{settings.integer("maxtipage")};
    chain.trust_tip_time = options.params.is_private;
    // Also used to check headers and blocks of peers.
    if (const auto work = settings.hash("minimumchainwork"))
        options.params.minimum_chain_work = *work;
    if (const auto hash = settings.hash("assumevalid"))
        chain.assume_valid = BlockHash{hash->to_little_endian()};
    for (const auto& file : settings.list("loadblock"))
        options.load_blocks.emplace_back(file);
    options.stop_after_import = settings.flag("stopafterblockimport");
    options.stop_at_height = static_cast<Height>(settings.integer("stopatheight"));
}

Status read_blocks_folder(const Settings& settings, NodeOptions& options) {
    const auto given = settings.text("blocksdir");
    if (given.empty() || options.in_memory) return {};
    const auto folder = std::filesystem::absolute(given);
    if (!config::disk_files().is_folder(folder))
        return fail(fmt::format("Specified blocks directory \"{}\" does not exist.", given));
    options.chain.blocks_folder = folder / options.params.folder / "blocks";
    return {};
}

// A lower target has no room for 288 full blocks, their undo data and the files being written.
constexpr std::int64_t least_prune_target = 550;  // MiB
constexpr std::size_t least_index_cache = 2u << 20;
constexpr std::size_t most_index_cache = 64u << 20;

Status read_chain_time(const Settings& settings, NodeOptions& options) {
    const auto text = settings.text("chaintime");
    if (text.empty()) return {};
    options.chain_time = parse_time(text);
    if (options.chain_time) return {};
    return fail(
        fmt::format("-chaintime={} is not a time. Give Unix seconds or a time such as "
                    "2030-01-01T00:00:00Z, before 2106.",
                    text));
}

Status read_pruning(const Settings& settings, NodeOptions& options) {
    auto& chain = options.chain;
    chain.small_files = settings.flag("fastprune");
    chain.prune_after = options.params.kind == ChainKind::main ? 100'000
                        : chain.small_files                    ? 100
                                                               : 1000;
    const auto target = settings.integer("prune");
    if (target < 0) return fail(std::string("Prune cannot be configured with a negative value."));
    if (target == 0) return {};
    if (target > 1 && target < least_prune_target) {
        return fail(fmt::format(
            "Prune configured below the minimum of {} MiB.  Please use a higher number.",
            least_prune_target));
    }
    if (settings.flag("txindex"))
        return fail(std::string("Prune mode is incompatible with -txindex."));
    if (settings.flag("reindex-chainstate")) {
        return fail(
            std::string("Prune mode is incompatible with -reindex-chainstate. Use full "
                        "-reindex instead."));
    }
    chain.prune_target = target == 1 ? 0 : static_cast<std::uint64_t>(target) << 20;
    return {};
}

Status read_indexes(const Settings& settings, NodeOptions& options) {
    // The structured binding fails to compile if an index is missing here.
    auto& [transactions, filters, coin_stats] = options.wanted_indexes;
    transactions = settings.flag("txindex");
    coin_stats = settings.flag("coinstatsindex");
    if (!settings.negated("blockfilterindex")) {
        const auto type = settings.text("blockfilterindex");
        filters = type.empty() || type == "1" || type == "basic";
        if (!filters && type != "0")
            return fail(fmt::format("Unknown -blockfilterindex value {}.", type));
    }
    auto& index = options.index;
    index.folder = options.folder / "indexes";
    index.cache_bytes =
        std::clamp(options.chain.cache_bytes / 8, least_index_cache, most_index_cache);
    index.wipe = options.chain.reindex;
    index.sync_writes = options.chain.prune_target.has_value();
    return {};
}

Status read_relay(const Settings& settings, NodeOptions& options) {
    const auto accepts_nonstandard = settings.flag_if_set("acceptnonstdtxn");
    if (accepts_nonstandard == true && options.params.kind == ChainKind::main)
        return fail(std::string("acceptnonstdtxn is not currently supported for main chain"));
    auto& policy = options.policy;
    policy.require_standard =
        accepts_nonstandard ? !*accepts_nonstandard : options.params.require_standard;
    policy.permit_bare_multisig = settings.flag("permitbaremultisig");
    policy.max_datacarrier_bytes.reset();
    if (settings.flag("datacarrier")) {
        policy.max_datacarrier_bytes =
            static_cast<std::size_t>(settings.integer("datacarriersize"));
    }
    policy.dust_relay_fee = rate(settings, "dustrelayfee");
    policy.incremental_relay_fee = rate(settings, "incrementalrelayfee");
    policy.min_relay_fee = rate(settings, "minrelaytxfee");
    // A replacement must pay for its own relay: the minimum fee is lower only if the user set it.
    if (!settings.has("minrelaytxfee"))
        policy.min_relay_fee = std::max(policy.min_relay_fee, policy.incremental_relay_fee);
    policy.bytes_per_sigop = settings.integer("bytespersigop");

    auto& limits = options.mempool;
    limits.max_usage = static_cast<std::size_t>(settings.integer("maxmempool")) * 1'000'000;
    limits.expiry = std::chrono::hours{settings.integer("mempoolexpiry")};
    limits.ancestor_count = settings.integer("limitancestorcount");
    limits.ancestor_vsize = settings.integer("limitancestorsize") * 1000;
    limits.descendant_count = settings.integer("limitdescendantcount");
    limits.descendant_vsize = settings.integer("limitdescendantsize") * 1000;
    limits.full_rbf = settings.flag("mempoolfullrbf");
    options.persist_mempool = settings.flag("persistmempool");
    options.mempool_file_version_1 = settings.flag("persistmempoolv1");
    options.accepts_stale_fee_estimates = settings.flag("acceptstalefeeestimates");
    if (options.accepts_stale_fee_estimates && !options.params.is_private) {
        return fail(fmt::format("acceptstalefeeestimates is not supported on {} chain.",
                                options.params.name));
    }
    options.block_limits = {settings.integer("blockmaxweight"), rate(settings, "blockmintxfee")};
    const bool chooses_version =
        !options.params.is_public() && options.params.signet_challenge.empty();
    if (const auto version = settings.integer_if_set("blockversion"); version && chooses_version)
        options.block_limits.version = static_cast<std::int32_t>(*version);
    if (const auto when = settings.text_if_set("automine")) {
        const auto events = mining::AutoMineEvents::parse(*when);
        if (!events) return fail("-automine: " + events.error());
        options.auto_mine = *events;
    }
    const auto smallest = limits.descendant_vsize * 40;
    if (limits.max_usage < static_cast<std::size_t>(smallest)) {
        return fail(
            fmt::format("-maxmempool must be at least {} MB", (smallest + 999'999) / 1'000'000));
    }
    return {};
}

Status read_binds(const Settings& settings, std::uint16_t port, sync::SyncOptions& sync) {
    for (std::string text : settings.list("bind")) {
        // Bitcoin Core marks an address for Tor only with "=onion". Here it is an ordinary address.
        if (const auto mark = text.find("=onion"); mark != std::string::npos) text.erase(mark);
        auto address = net::PeerAddress::from_text(text, port);
        if (!address) return fail(fmt::format("Cannot resolve -bind address: '{}'", text));
        sync.binds.push_back(std::move(*address));
    }
    return {};
}

/// Characters that a comment in the user agent may have (BIP 14 reserves slashes, colons and
/// parentheses).
bool is_safe_in_comment(char c) {
    constexpr std::string_view signs = " .,;-_?@";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           signs.find(c) != std::string_view::npos;
}

/// The comments of the user agent: the node's name, then -uacomment.
Status read_comments(const Settings& settings, std::vector<std::string>& comments) {
    if (const auto name = settings.text("nodename"); !name.empty()) {
        if (!sync::is_node_name(name)) {
            return fail(
                fmt::format("-nodename={} is not a name: use 1 to {} letters, digits, - and _.",
                            name, wire::limits::node_name_bytes));
        }
        comments.push_back(sync::node_name_comment(name));
    }
    for (const auto& comment : settings.list("uacomment")) {
        if (!std::ranges::all_of(comment, is_safe_in_comment)) {
            return fail(
                fmt::format("User Agent comment ({}) contains unsafe characters.", comment));
        }
        comments.push_back(comment);
    }
    return {};
}

Status read_peers(const Settings& settings, NodeOptions& options) {
    auto& sync = options.sync;
    const auto port = static_cast<std::uint16_t>(
        settings.integer_if_set("port").value_or(options.params.p2p_port));
    sync.port = port;
    if (auto status = read_binds(settings, port, sync); !status) return status;
    sync.connect = settings.list("connect");
    std::erase(sync.connect, "0");
    sync.connect_only = settings.has("connect");
    // Bitcoin Core's rule: with -connect, the node does not listen unless -bind is set too.
    const bool listen_by_default = !sync.connect_only || !sync.binds.empty();
    sync.listen = settings.flag_if_set("listen").value_or(listen_by_default);
    sync.add_nodes = settings.list("addnode");
    sync.max_connections = static_cast<std::size_t>(settings.integer("maxconnections"));
    for (const auto& text : settings.list("whitelist")) {
        auto entry = sync::WhitelistEntry::from_text(text);
        if (!entry) return fail(entry.error());
        sync.whitelist.push_back(std::move(*entry));
    }
    if (auto status = read_comments(settings, sync.user_agent_comments); !status) return status;
    if (const auto agent = sync::make_user_agent(sync.user_agent_comments);
        agent.size() > wire::limits::user_agent_bytes) {
        return fail(fmt::format(
            "Total length of network version string ({}) exceeds maximum length ({}). Reduce the "
            "number or size of uacomments.",
            agent.size(), wire::limits::user_agent_bytes));
    }
    for (const auto& word : settings.list("onlynet"))
        sync.only_networks.push_back(word == "ipv4" ? wire::Network::ipv4 : wire::Network::ipv6);
    sync.look_up_names = settings.flag("dns");
    sync.network_active = settings.flag("networkactive");
    sync.blocks_only = settings.flag("blocksonly");
    sync.max_orphans = static_cast<std::size_t>(settings.integer("maxorphantx"));
    sync.pruned = options.chain.prune_target.has_value();
    sync.min_relay_fee_rate = options.policy.min_relay_fee;
    sync.ban_time = std::chrono::seconds{settings.integer("bantime")};
    sync.handshake_timeout = std::chrono::seconds{settings.integer("peertimeout")};
    return {};
}

Result<descriptor::AddressType, std::string> address_type(const Settings& settings,
                                                          std::string_view name,
                                                          std::string_view purpose) {
    const auto text = settings.text(name);
    if (const auto type = descriptor::address_type_by_name(text)) return *type;
    return fail(fmt::format("Unknown {} type '{}'", purpose, text));
}

/// Whatever a wallet pays at -paytxfee, or within -maxtxfee, must be relayed.
Status check_wallet_fees(const Settings& settings, const NodeOptions& options) {
    const FeeRate least = options.policy.min_relay_fee;
    const auto least_text = least.per_kvb.to_text() + " BTC/kvB";
    const auto refuse = [&](const char* name, const std::string& why) {
        return fail(fmt::format("Invalid amount for -{}=<amount>: '{}' ({})", name,
                                settings.amount(name).to_text(), why));
    };
    const FeeRate pay = options.wallet.pay_tx_fee;
    if (pay != FeeRate{} && pay < least)
        return refuse("paytxfee", fmt::format("must be at least {}", least_text));
    if (FeeRate{options.wallet.max_tx_fee} < least) {
        return refuse("maxtxfee",
                      fmt::format("must be at least the minrelay fee of {} to prevent stuck "
                                  "transactions",
                                  least_text));
    }
    return {};
}

/// How much more a payment may cost that spends whole groups of coins; nothing: no such payment is
/// tried.
Result<std::optional<Amount>, std::string> max_group_fee(const Settings& settings) {
    const auto text = settings.text("maxapsfee");
    if (text == "-1") return std::nullopt;
    if (const auto fee = Amount::from_text(text); fee && is_money(*fee)) return fee;
    return fail(fmt::format("Invalid amount for -maxapsfee=<amount>: '{}'", text));
}

Status read_wallet_folder(const Settings& settings, NodeOptions& options) {
    namespace fs = std::filesystem;
    options.wallet.folder = settings.path("walletdir");
    if (!settings.has("walletdir") || !options.use_wallets) return {};
    const fs::path given = settings.text("walletdir");
    const auto refuse = [&](const char* why) {
        return fail(fmt::format("Specified -walletdir \"{}\" {}", given.string(), why));
    };
    std::error_code ignored;
    if (!fs::exists(given, ignored)) return refuse("does not exist");
    if (!fs::is_directory(given, ignored)) return refuse("is not a directory");
    if (!given.is_absolute()) return refuse("is a relative path");
    options.wallet.folder = given;
    return {};
}

/// On private chains calls find a wallet where bitcoind would have none. With a seed its keys
/// derive from that, also on a signet whose key the node does not have.
void read_default_wallet(const Settings& settings, NodeOptions& options) {
    const bool has_seed = options.seed && !options.params.is_strict;
    if (!options.params.is_private && !has_seed) return;
    auto& wanted = options.wallet.default_wallet.emplace();
    wanted.name = default_wallet_name;
    if (options.seed) wanted.seed = derive_secret(*options.seed, "keys of the default wallet");
    options.creates_wallet = options.params.is_private && !settings.negated("wallet");
}

Status read_wallets(const Settings& settings, NodeOptions& options) {
    options.use_wallets = !settings.flag("disablewallet");
    options.wallets = settings.list("wallet");
    auto& wallet = options.wallet;
    if (auto status = read_wallet_folder(settings, options); !status) return status;
    wallet.keypool =
        static_cast<std::uint32_t>(std::max(settings.integer("keypool"), std::int64_t{1}));
    wallet.fallback_fee = settings.has("fallbackfee") ? rate(settings, "fallbackfee")
                          : options.params.is_private ? private_fallback_fee
                                                      : FeeRate{};
    if (settings.has("fixedfeeestimate"))
        options.fixed_fee_estimate = rate(settings, "fixedfeeestimate");
    wallet.pay_tx_fee = rate(settings, "paytxfee");
    wallet.min_tx_fee = rate(settings, "mintxfee");
    wallet.discard_fee = rate(settings, "discardfee");
    wallet.consolidate_fee = rate(settings, "consolidatefeerate");
    wallet.max_tx_fee = settings.amount("maxtxfee");
    if (options.use_wallets)
        if (auto status = check_wallet_fees(settings, options); !status) return status;
    wallet.confirm_target = static_cast<int>(settings.integer("txconfirmtarget"));
    const auto type = address_type(settings, "addresstype", "address");
    if (!type) return fail(type.error());
    wallet.address_type = *type;
    if (!settings.text("changetype").empty()) {
        const auto change = address_type(settings, "changetype", "change");
        if (!change) return fail(change.error());
        wallet.change_type = *change;
    }
    const auto group_fee = max_group_fee(settings);
    if (!group_fee) return fail(group_fee.error());
    wallet.max_group_fee = *group_fee;
    wallet.avoid_partial_spends = settings.flag("avoidpartialspends");
    wallet.spend_unconfirmed_change = settings.flag("spendzeroconfchange");
    wallet.replaceable = settings.flag("walletrbf");
    wallet.broadcast = settings.flag("walletbroadcast");
    wallet.reject_long_chains = settings.flag("walletrejectlongchains");
    return {};
}

/// The file of an option that keeps its place on disk also if all else is in memory; empty if there
/// is none.
std::filesystem::path disk_file(const Settings& settings, std::string_view name) {
    const bool only_if_named = settings.flag("inmemory");
    if (settings.negated(name) || (only_if_named && !settings.has(name))) return {};
    return settings.path(name);
}

std::vector<zmq::Feed> feeds(const Settings& settings) {
    struct TopicOptions {
        zmq::Topic topic;
        std::string_view addresses, high_water_mark;
    };
    using enum zmq::Topic;
    constexpr std::array topics{
        TopicOptions{hash_block, "zmqpubhashblock", "zmqpubhashblockhwm"},
        TopicOptions{hash_transaction, "zmqpubhashtx", "zmqpubhashtxhwm"},
        TopicOptions{raw_block, "zmqpubrawblock", "zmqpubrawblockhwm"},
        TopicOptions{raw_transaction, "zmqpubrawtx", "zmqpubrawtxhwm"},
        TopicOptions{sequence, "zmqpubsequence", "zmqpubsequencehwm"},
    };
    std::vector<zmq::Feed> out;
    for (const auto& [topic, addresses, high_water_mark] : topics) {
        const auto limit = static_cast<int>(settings.integer(high_water_mark));
        for (auto& address : settings.list(addresses))
            out.push_back({topic, std::move(address), limit});
    }
    return out;
}

notify::Commands commands(const Settings& settings) {
    const auto command = [&](std::string_view name) {
        return settings.negated(name) ? std::string{} : settings.text(name);
    };
    notify::Commands out;
    out.block = command("blocknotify");
    out.wallet = command("walletnotify");
    out.alert = command("alertnotify");
    out.startup = command("startupnotify");
    out.shutdown = settings.list("shutdownnotify");
    std::erase(out.shutdown, "");
    return out;
}

/// The signer of a signet. Its node has the defaults of a private chain; the other nodes do not.
Status read_signer(const Settings& settings, NodeOptions& options) {
    auto signer = read_signet_signer(settings, options.params);
    if (!signer) return fail(signer.error());
    options.signer = std::move(*signer);
    if (!options.params.signet_challenge.empty())
        options.params.is_private = options.signer != nullptr && !options.params.is_strict;
    return {};
}

}  // namespace

std::filesystem::path log_file(const Settings& settings) {
    return disk_file(settings, "debuglogfile");
}

Result<NodeOptions, std::string> node_options(const Settings& settings) {
    if (auto status = check_options(settings); !status) return fail(status.error());
    auto params = settings.chain_params();
    if (!params) return fail(params.error());
    NodeOptions options;
    options.params = std::move(*params);
    if (auto status = read_signer(settings, options); !status) return fail(status.error());
    options.folder = settings.chain_folder();
    options.in_memory = settings.flag("inmemory");
    options.pid_file = disk_file(settings, "pid");
    options.log_file = log_file(settings).string();
    const auto deprecated = settings.list("deprecatedrpc");
    options.warnings_as_text = std::ranges::find(deprecated, "warnings") != deprecated.end();
    options.checks_answers = settings.flag("rpcdoccheck");
    options.remember_settings = !settings.negated("settings");
    options.workers = worker_count(settings.integer("par"));
    options.signature_cache_bytes = static_cast<std::size_t>(settings.integer("maxsigcachesize"))
                                    << 20;
    read_chain(settings, options);
    if (auto status = read_blocks_folder(settings, options); !status) return fail(status.error());
    if (auto status = read_chain_time(settings, options); !status) return fail(status.error());
    if (auto status = read_pruning(settings, options); !status) return fail(status.error());
    if (auto status = read_indexes(settings, options); !status) return fail(status.error());
    if (auto status = read_relay(settings, options); !status) return fail(status.error());
    if (auto status = read_peers(settings, options); !status) return fail(status.error());
    auto seed = read_seed(settings, options.params);
    if (!seed) return fail(seed.error());
    options.seed = *seed;
    read_default_wallet(settings, options);
    if (auto status = read_wallets(settings, options); !status) return fail(status.error());
    if (options.chain_time && options.seed)
        options.wallet.choice_seed = derive_secret(*options.seed, "choices of wallets");
    options.feeds = feeds(settings);
    options.commands = commands(settings);
    options.serve_rpc = settings.flag("server");
    auto rpc = rpc::server_options(settings, options.params);
    if (!rpc) return fail(rpc.error());
    options.rpc = std::move(*rpc);
    options.rpc.credentials.cookie = disk_file(settings, "rpccookiefile");
    return options;
}

}  // namespace daler::node
