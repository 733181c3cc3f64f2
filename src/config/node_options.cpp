#include "option_tables.h"

#include <daler/policy/block_limits.h>
#include <daler/policy/policy.h>

#include <array>

namespace daler::config {
namespace {

constexpr std::int64_t max_port = 65535;

constexpr std::array general{
    Option{"?", "", Kind::flag, Group::general, "", "Print this help and exit (also -h, -help)"},
    Option{"version", "", Kind::flag, Group::general, "", "Print the version and exit"},
    Option{"help-debug", "", Kind::flag, Group::general, "",
           "Print this help with all options, also those for tests and those that have no effect, "
           "and exit"},
    Option{"datadir", "<dir>", Kind::path, Group::general, "~/.daler",
           "Folder for the node's files. It is created if only the last folder of the "
           "path is missing"},
    Option{"conf", "<file>", Kind::path, Group::general, "daler.conf",
           "Config file; a relative path lies in the data folder. Without a daler.conf there, a "
           "bitcoin.conf is read"},
    Option{"allowignoredconf", "", Kind::flag, Group::general, "0",
           "Start although the data folder has a config file that is not read, because another one "
           "is"},
    Option{"includeconf", "<file>", Kind::list, Group::general, "",
           "In a config file only: read this file, too (relative to the data folder)"},
    Option{"settings", "<file>", Kind::path, Group::general, "settings.json",
           "File for settings that RPCs change and that stay over restarts (relative to the "
           "chain's folder); -nosettings keeps none"},
    Option{"daemon", "", Kind::flag, Group::general, "0",
           "Run in the background; returns once the node has started or failed"},
    Option{"daemonwait", "", Kind::flag, Group::general, "0", "The same as -daemon here"},
    Option{"ready", "<form>", Kind::text, Group::general, "",
           "Print one line to standard output as soon as everything answers, for the program that "
           "started the node. The only form is json: an object with the process id, addresses, "
           "user and password of JSON-RPC, chain and tip. The log goes to standard error then"},
    Option{"withparent", "<pid>", Kind::text, Group::general, "",
           "End when this process ends (default: the one that started the node)"},
    Option{"pid", "<file>", Kind::path, Group::general, "dalerd.pid",
           "File for the process id (relative to the chain's folder)"},
    Option{"dbcache", "<MiB>", Kind::integer, Group::general, "450",
           "Memory for the coin cache and databases"},
    Option{"par", "<n>", Kind::integer, Group::general, "0",
           "Threads that check scripts: 0 is one per core, a negative number leaves that many "
           "cores free"},
    Option{"blocksdir", "<dir>", Kind::path, Group::general, "",
           "Folder for the files with blocks, instead of the data folder: they lie in blocks/ in "
           "the folder of the chain there"},
    Option{"loadblock", "<file>", Kind::list, Group::general, "",
           "Import blocks from this file (bootstrap framing) at start; may be repeated"},
    Option{"reindex", "", Kind::flag, Group::general, "0",
           "Rebuild block index and coins from the block files"},
    Option{"reindex-chainstate", "", Kind::flag, Group::general, "0",
           "Rebuild the coins from the blocks"},
    Option{"prune", "<n>", Kind::integer, Group::general, "0",
           "Remove old blocks: 0 keeps all, 1 removes them when the RPC pruneblockchain says so, "
           "550 or more is how many MiB block files may take. The last 288 blocks stay. Going "
           "back to 0 needs -reindex, which downloads the chain again"},
    Option{"txindex", "", Kind::flag, Group::general, "0",
           "Keep an index of all transactions, by which getrawtransaction finds them"},
    Option{"blockfilterindex", "<type>", Kind::text, Group::general, "0",
           "Keep an index of the filters of blocks (BIP 158): basic, or 1 for all types"},
    Option{"coinstatsindex", "", Kind::flag, Group::general, "0",
           "Keep an index of totals over the coins, by which gettxoutsetinfo knows them at every "
           "height"},
    Option{"blocksxor", "", Kind::flag, Group::general, "0",
           "XOR new block files with a random key, so that virus scanners do not react to their "
           "contents"},
    Option{"assumevalid", "<hex>", Kind::hash, Group::general, "",
           "Do not check the scripts of this block and its ancestors; 0 checks all"},
    Option{"minimumchainwork", "<hex>", Kind::hash, Group::general, "",
           "Least work that a chain must have to be downloaded"},
    Option{"maxtipage", "<s>", Kind::integer, Group::general, "86400",
           "Age of the tip from which the node counts as still downloading the chain (on regtest "
           "and private chains only with -strictregtest)"},
    Option{"blocksonly", "", Kind::flag, Group::general, "0",
           "Do not relay transactions of others"},
};

constexpr std::array connection{
    Option{"listen", "", Kind::flag, Group::connection, "1",
           "Accept connections (0 when -connect is used without -bind)"},
    Option{"bind", "<addr>[:<port>][=onion]", Kind::list, Group::connection, "",
           "Accept connections on this address; may be repeated", true},
    Option{"port", "<port>", Kind::integer, Group::connection, "",
           "Port to accept connections on (main 8333, test 18333, testnet4 48333, signet 38333, "
           "regtest 18444); 0: the system chooses one",
           true, 0, max_port},
    Option{"connect", "<addr>", Kind::list, Group::connection, "",
           "Connect to this node only; may be repeated. -connect=0 makes no connections", true},
    Option{"addnode", "<addr>", Kind::list, Group::connection, "",
           "Connect to this node and keep the connection up; may be repeated", true},
    Option{"maxconnections", "<n>", Kind::integer, Group::connection, "125",
           "Largest number of connections, without those of -addnode and addnode", false, 0},
    Option{"maxorphantx", "<n>", Kind::integer, Group::connection, "100",
           "Keep at most this number of transactions whose parents are not known yet", false, 0,
           10'000},
    Option{"bantime", "<s>", Kind::integer, Group::connection, "86400",
           "How many seconds a ban lasts for which setban gets no time", false, 0, 0xffffffff},
    Option{"whitelist", "<[permissions@]net>", Kind::list, Group::connection, "",
           "Give peers from this address or network permissions: noban, relay, forcerelay, "
           "mempool, download, addr, bloomfilter, in, out; may be repeated"},
    Option{"peertimeout", "<s>", Kind::integer, Group::connection, "60",
           "How long a peer may take for its handshake", false, 1},
    Option{"onlynet", "<net>", Kind::list, Group::connection, "",
           "Choose peers of this network only: ipv4 or ipv6; may be repeated. Peers that you name, "
           "and inbound peers, may be of any network"},
    Option{"dns", "", Kind::flag, Group::connection, "1",
           "Look up the names that -addnode, -connect and addnode give"},
    Option{"networkactive", "", Kind::flag, Group::connection, "1",
           "Make and accept connections from the start on (see the RPC setnetworkactive)"},
    Option{"uacomment", "<text>", Kind::list, Group::connection, "",
           "Comment to append to our user agent; may be repeated"},
};

constexpr std::array rpc{
    Option{"server", "", Kind::flag, Group::rpc, "1", "Answer JSON-RPC"},
    Option{"rpcuser", "<name>", Kind::text, Group::rpc, "", "User name for JSON-RPC"},
    Option{"rpcpassword", "<password>", Kind::text, Group::rpc, "", "Password for JSON-RPC"},
    Option{"rpcauth", "<name:salt$hash>", Kind::list, Group::rpc, "",
           "A further user: name, salt, and HMAC-SHA-256 of the password keyed with the salt, in "
           "hex; may be repeated"},
    Option{"rpccookiefile", "<file>", Kind::path, Group::rpc, ".cookie",
           "File for the name and password made at each start when -rpcpassword is not given "
           "(relative to the chain's folder)"},
    Option{"rpccookieperms", "<who>", Kind::text, Group::rpc, "owner",
           "Who may read the cookie file: owner, group or all"},
    Option{"rpcbind", "<addr>[:<port>]", Kind::list, Group::rpc, "",
           "Answer on this address (needs -rpcallowip, else loopback only); may be repeated", true},
    Option{"rpcport", "<port>", Kind::integer, Group::rpc, "",
           "Port to answer on (main 8332, test 18332, testnet4 48332, signet 38332, regtest "
           "18443); 0: the system chooses one, which daler-cli finds by the data folder",
           true, 0, max_port},
    Option{"rpcallowip", "<net>", Kind::list, Group::rpc, "",
           "Answer this address or network too (1.2.3.4, 1.2.3.4/24, ::1/128); may be repeated"},
    Option{"deprecatedrpc", "<name>", Kind::list, Group::rpc, "",
           "Use an older form of answers. warnings: one text in the warnings fields, not a list"},
    Option{"rpcthreads", "<n>", Kind::integer, Group::rpc, "4", "Calls answered at the same time",
           false, 1, 1024},
    Option{"rpcworkqueue", "<n>", Kind::integer, Group::rpc, "16",
           "Calls that may wait; more are refused with status 503", false, 1, 65536},
    Option{"rpcservertimeout", "<s>", Kind::integer, Group::rpc, "30",
           "Seconds after which a silent connection is closed", false, 1, 31536000},
    Option{"rpcwhitelist", "<name:methods>", Kind::list, Group::rpc, "",
           "Let this user call these methods only, separated by commas; may be repeated"},
    Option{"rpcwhitelistdefault", "", Kind::flag, Group::rpc, "",
           "Whether users without -rpcwhitelist may call nothing (default: 1 if there is any "
           "-rpcwhitelist)"},
};

constexpr std::array wallet{
    Option{"wallet", "<name>", Kind::list, Group::wallet, "",
           "Load this wallet at start; may be repeated", true},
    Option{"walletdir", "<dir>", Kind::path, Group::wallet, "wallets",
           "An existing folder for the wallets, as an absolute path; the default is in the chain's "
           "folder"},
    Option{"disablewallet", "", Kind::flag, Group::wallet, "0", "Run without wallets"},
    Option{"fallbackfee", "<BTC/kvB>", Kind::amount, Group::wallet, "",
           "Fee rate if there is no estimate; 0 refuses to send then (default: 0.0002 on regtest "
           "and private chains, else 0)"},
    Option{"paytxfee", "<BTC/kvB>", Kind::amount, Group::wallet, "0.00000000",
           "Fee rate of payments; 0 chooses one"},
    Option{"mintxfee", "<BTC/kvB>", Kind::amount, Group::wallet, "0.00001000",
           "Lowest fee rate a wallet pays"},
    Option{"maxtxfee", "<BTC>", Kind::amount, Group::wallet, "0.10000000",
           "Highest fee a wallet pays for one transaction"},
    Option{"discardfee", "<BTC/kvB>", Kind::amount, Group::wallet, "0.00010000",
           "Change that is not worth spending at this fee rate becomes part of the fee"},
    Option{"consolidatefeerate", "<BTC/kvB>", Kind::amount, Group::wallet, "0.00010000",
           "At a lower fee rate, payments may spend more coins than they need"},
    Option{"txconfirmtarget", "<n>", Kind::integer, Group::wallet, "6",
           "Blocks within which a payment should confirm", false, 1,
           policy::max_confirmation_target},
    Option{"addresstype", "<type>", Kind::text, Group::wallet, "bech32",
           "Type of new addresses: legacy, p2sh-segwit, bech32 or bech32m"},
    Option{"changetype", "<type>", Kind::text, Group::wallet, "",
           "Addresses for change (default: as the payment's outputs suggest)"},
    Option{"keypool", "<n>", Kind::integer, Group::wallet, "1000",
           "How many unused keys to derive ahead, at least 1", false, 0, 1000000},
    Option{"avoidpartialspends", "", Kind::flag, Group::wallet, "0",
           "Spend all coins of an address, up to 100, or none; so do payments of wallets with "
           "avoid_reuse"},
    Option{"maxapsfee", "<BTC>", Kind::text, Group::wallet, "0.00000000",
           "Do so also if it costs at most this much more than to spend single coins; -1: never "
           "try"},
    Option{"spendzeroconfchange", "", Kind::flag, Group::wallet, "1",
           "Spend unconfirmed change of our own payments"},
    Option{"walletrbf", "", Kind::flag, Group::wallet, "1",
           "Payments may be replaced by ones with a higher fee"},
    Option{"walletbroadcast", "", Kind::flag, Group::wallet, "1", "Send payments to the network"},
    Option{"walletrejectlongchains", "", Kind::flag, Group::hidden, "1",
           "Refuse payments that would exceed the limits for chains of unconfirmed transactions"},
};

constexpr std::array relay{
    Option{"maxmempool", "<MB>", Kind::integer, Group::relay, "300",
           "Memory for unconfirmed transactions", false, 0, 1000000},
    Option{"mempoolexpiry", "<h>", Kind::integer, Group::relay, "336",
           "Hours after which an unconfirmed transaction is dropped", false, 0, 1000000},
    Option{"persistmempool", "", Kind::flag, Group::relay, "1",
           "Save unconfirmed transactions at shutdown and load them at start"},
    Option{"persistmempoolv1", "", Kind::flag, Group::hidden, "0",
           "Write mempool.dat in version 1, for Bitcoin Core before version 26"},
    Option{"acceptstalefeeestimates", "", Kind::flag, Group::hidden, "0",
           "Read fee_estimates.dat even if it is older than 60 hours (private chains only)"},
    Option{"mempoolfullrbf", "", Kind::flag, Group::relay, "1",
           "Let a higher fee also replace transactions that do not signal it (BIP 125)"},
    Option{"minrelaytxfee", "<BTC/kvB>", Kind::amount, Group::relay, "0.00001000",
           "Lowest fee rate to accept and relay"},
    Option{"incrementalrelayfee", "<BTC/kvB>", Kind::amount, Group::relay, "0.00001000",
           "How much more a replacement must pay"},
    Option{"dustrelayfee", "<BTC/kvB>", Kind::amount, Group::relay, "0.00003000",
           "Outputs that are not worth spending at this fee rate are dust"},
    Option{"datacarrier", "", Kind::flag, Group::relay, "1", "Relay outputs that only carry data"},
    Option{"datacarriersize", "<bytes>", Kind::integer, Group::relay, "83",
           "Largest output script that only carries data", false, 0, consensus::max_block_weight},
    Option{"permitbaremultisig", "", Kind::flag, Group::relay, "1", "Relay bare multisig outputs"},
    Option{"acceptnonstdtxn", "", Kind::flag, Group::relay, "",
           "Relay transactions that are not standard (not on main)"},
    Option{"bytespersigop", "<n>", Kind::integer, Group::relay, "20",
           "Virtual bytes that a signature operation counts as", false, 0, 1000000},
    Option{"limitancestorcount", "<n>", Kind::integer, Group::relay, "25",
           "Largest number of unconfirmed ancestors of a transaction, itself included", false, 0,
           1000000},
    Option{"limitancestorsize", "<kvB>", Kind::integer, Group::relay, "101",
           "Their maximum size together", false, 0, 1000000},
    Option{"limitdescendantcount", "<n>", Kind::integer, Group::relay, "25",
           "Largest number of unconfirmed descendants of a transaction, itself included", false, 0,
           1000000},
    Option{"limitdescendantsize", "<kvB>", Kind::integer, Group::relay, "101",
           "Their maximum size together", false, 0, 1000000},
};

constexpr std::array mining{
    Option{"blockmaxweight", "<n>", Kind::integer, Group::mining, "3996000",
           "Largest weight of blocks we make", false, policy::coinbase_reserved_weight,
           consensus::max_block_weight},
    Option{"blockmintxfee", "<BTC/kvB>", Kind::amount, Group::mining, "0.00001000",
           "Lowest fee rate of transactions in blocks we make"},
    Option{
        "blockversion", "<n>", Kind::integer, Group::hidden, "",
        "Version of the blocks we make, to test forks; without effect on signets and public chains",
        false, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()},
};

constexpr std::string_view high_water_mark =
    "Messages that wait for a slow subscriber before newer ones are dropped; 0: no limit";

constexpr std::array notifications{
    Option{"alertnotify", "<cmd>", Kind::text, Group::notifications, "",
           "Run this command when there is a warning; %s is replaced by its text in quotes"},
    Option{"blocknotify", "<cmd>", Kind::text, Group::notifications, "",
           "Run this command when there is a new tip; %s is replaced by its hash"},
    Option{"shutdownnotify", "<cmd>", Kind::list, Group::notifications, "",
           "Run this command before the node stops, and wait for its end; may be repeated"},
    Option{"startupnotify", "<cmd>", Kind::text, Group::notifications, "",
           "Run this command when the node has started"},
    Option{"walletnotify", "<cmd>", Kind::text, Group::notifications, "",
           "Run this command when a transaction of a wallet comes or changes. %s is replaced by "
           "its id, %w by the wallet's name in quotes, %b by the hash of its block "
           "(\"unconfirmed\" without one), %h by the height of that (-1 without one)"},
    Option{"zmqpubhashblock", "<addr>", Kind::list, Group::notifications, "",
           "Publish the hash of each new tip at this address, tcp://127.0.0.1:28332 or "
           "unix:/a/path; may be repeated"},
    Option{"zmqpubhashtx", "<addr>", Kind::list, Group::notifications, "",
           "Publish the id of each transaction that comes into the mempool or a block"},
    Option{"zmqpubrawblock", "<addr>", Kind::list, Group::notifications, "",
           "Publish the block of each new tip"},
    Option{"zmqpubrawtx", "<addr>", Kind::list, Group::notifications, "",
           "Publish each transaction that comes into the mempool or a block"},
    Option{"zmqpubsequence", "<addr>", Kind::list, Group::notifications, "",
           "Publish each change of the chain and of the mempool, in order"},
    Option{"zmqpubhashblockhwm", "<n>", Kind::integer, Group::notifications, "1000",
           high_water_mark, false, 0, 2147483647},
    Option{"zmqpubhashtxhwm", "<n>", Kind::integer, Group::notifications, "1000", high_water_mark,
           false, 0, 2147483647},
    Option{"zmqpubrawblockhwm", "<n>", Kind::integer, Group::notifications, "1000", high_water_mark,
           false, 0, 2147483647},
    Option{"zmqpubrawtxhwm", "<n>", Kind::integer, Group::notifications, "1000", high_water_mark,
           false, 0, 2147483647},
    Option{"zmqpubsequencehwm", "<n>", Kind::integer, Group::notifications, "1000", high_water_mark,
           false, 0, 2147483647},
};

constexpr std::array debugging{
    Option{"debug", "<category>", Kind::list, Group::debugging, "",
           "Log more about bench, coindb, leveldb, mempool, mempoolrej, net, rpc, or another "
           "category of Bitcoin Core, of which there are no lines; 1, all or nothing is all, 0 or "
           "none is none; may be repeated"},
    Option{"debugexclude", "<category>", Kind::list, Group::debugging, "",
           "Leave this category out of -debug; may be repeated"},
    Option{"debuglogfile", "<file>", Kind::path, Group::debugging, "debug.log",
           "Log file (relative to the chain's folder); -nodebuglogfile writes none"},
    Option{"debuglogsize", "<MB>", Kind::integer, Group::debugging, "0",
           "Size of the log file together with an older one (debug.1.log), which is replaced each "
           "time the log file has half of it; 0: no limit",
           false, 0, 1'000'000},
    Option{"printtoconsole", "", Kind::flag, Group::debugging, "",
           "Log to standard output, too (default: 1 unless -daemon)"},
    Option{"loglevel", "<level>|<category>:<level>", Kind::list, Group::debugging, "",
           "Log debug lines of this level and above: trace, debug (the default), or info, which "
           "is none; of all categories that -debug names, or of one; may be repeated"},
    Option{"loglevelalways", "", Kind::flag, Group::debugging, "0",
           "Start all log lines with their category and level"},
    Option{"logsourcelocations", "", Kind::flag, Group::debugging, "0",
           "Start log lines with the place in the source code that wrote them"},
    Option{"logthreadnames", "", Kind::flag, Group::debugging, "0",
           "Start log lines with the name of the thread"},
    Option{"logtimemicros", "", Kind::flag, Group::debugging, "0",
           "Write microseconds in the times of log lines"},
    Option{"logtimestamps", "", Kind::flag, Group::debugging, "1", "Start log lines with the time"},
    Option{"checkblocks", "<n>", Kind::integer, Group::debugging, "6",
           "How many blocks to check at start; 0 or less is all", false, -2147483647, 2147483647},
    Option{"checklevel", "<n>", Kind::integer, Group::debugging, "3",
           "How thoroughly: 0 reads them, 1 checks them, 2 their undo data, 3 disconnects, 4 "
           "connects again",
           false, 0, 4},
    Option{"mocktime", "<s>", Kind::integer, Group::debugging, "0",
           "Freeze the clock at this Unix time", false, 0, 0xffffffff},
    Option{"dbcrashratio", "<n>", Kind::integer, Group::debugging, "0",
           "For crash tests: end the process in one of this many parts of a flush", false, 0,
           1000000000},
    Option{"maxsigcachesize", "<MiB>", Kind::integer, Group::debugging, "32",
           "Memory for signatures known to be good", false, 0, 16384},
    Option{"fastprune", "", Kind::flag, Group::hidden, "0",
           "For tests: small block files, so that a short chain can be pruned"},
    Option{"stopafterblockimport", "", Kind::flag, Group::debugging, "0",
           "Stop once -loadblock files are imported"},
    Option{"stopatheight", "<n>", Kind::integer, Group::debugging, "0",
           "Stop once the chain has this height; it may grow a little more meanwhile. 0: do not "
           "stop",
           false, 0, 2147483647},
};

/// Start scripts use these options. They are accepted, so that the scripts keep working; the log
/// says so if the value is not the default (src/node/option_checks.cpp).
constexpr std::string_view accepted = "Accepted for start scripts; has no effect here";
/// A user who relies on such an option would lose privacy or money. It is refused if its value is
/// not the default.
constexpr std::string_view refused = "Refused, unless it is switched off: daler does not have it";
constexpr std::array ignored{
    Option{"seednode", "<addr>", Kind::list, Group::hidden, "", accepted},
    Option{"timeout", "<ms>", Kind::integer, Group::hidden, "5000", accepted},
    Option{"externalip", "<addr>", Kind::list, Group::hidden, "", accepted},
    Option{"dnsseed", "", Kind::flag, Group::hidden, "1", accepted},
    Option{"fixedseeds", "", Kind::flag, Group::hidden, "1", accepted},
    Option{"discover", "", Kind::flag, Group::hidden, "1", accepted},
    Option{"v2transport", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"maxreceivebuffer", "<n>", Kind::integer, Group::hidden, "5000", accepted},
    Option{"maxsendbuffer", "<n>", Kind::integer, Group::hidden, "1000", accepted},
    Option{"whitelistrelay", "", Kind::flag, Group::hidden, "1", accepted},
    Option{"whitelistforcerelay", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"logips", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"signetseednode", "<addr>", Kind::list, Group::hidden, "", accepted},
    Option{"maxuploadtarget", "<MiB>", Kind::text, Group::hidden, "0", refused},
    Option{"rpcdoccheck", "", Kind::flag, Group::hidden, "0",
           "Compare the answer of each RPC with its declaration, and answer with an error if they "
           "differ: for tests"},
    Option{"unsafesqlitesync", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"upnp", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"natpmp", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"shrinkdebugfile", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"listenonion", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"checkmempool", "<n>", Kind::integer, Group::hidden, "0", accepted},
    Option{"checkblockindex", "<n>", Kind::integer, Group::hidden, "0", accepted},
    Option{"checkaddrman", "<n>", Kind::integer, Group::hidden, "0", accepted},
    Option{"checkpoints", "", Kind::flag, Group::hidden, "1", accepted},
    Option{"maxtimeadjustment", "<s>", Kind::integer, Group::hidden, "0", accepted},
    Option{"dbbatchsize", "<n>", Kind::integer, Group::hidden, "0", accepted},
    Option{"printpriority", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"capturemessages", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"flushwallet", "", Kind::flag, Group::hidden, "1", accepted},
    Option{"swapbdbendian", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"privdb", "", Kind::flag, Group::hidden, "1", accepted},
    Option{"asmap", "<file>", Kind::text, Group::hidden, "", accepted},
    Option{"forcednsseed", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"peerbloomfilters", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"rest", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"txreconciliation", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"i2pacceptincoming", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"cjdnsreachable", "", Kind::flag, Group::hidden, "0", accepted},
    Option{"proxy", "<addr>", Kind::text, Group::hidden, "", refused},
    Option{"onion", "<addr>", Kind::text, Group::hidden, "", refused},
    Option{"i2psam", "<addr>", Kind::text, Group::hidden, "", refused},
    Option{"signer", "<cmd>", Kind::text, Group::hidden, "", refused},
    Option{"walletcrosschain", "", Kind::flag, Group::hidden, "0", refused},
    Option{"proxyrandomize", "", Kind::flag, Group::hidden, "1", accepted},
    Option{"sandbox", "<mode>", Kind::text, Group::hidden, "", accepted},
    Option{"h", "", Kind::flag, Group::hidden, "", "Print the help and exit"},
    Option{"help", "", Kind::flag, Group::hidden, "", "Print the help and exit"},
};

constexpr std::array private_networks{
    Option{"automine", "<when>", Kind::text, Group::private_networks, "",
           "Mine blocks to the wallet without commands, for this run: off, tx, 10s, poisson:60s, "
           "cpu, or several with commas (see the RPC setautomine, whose setting is used without "
           "this option)"},
    Option{"chaintime", "<time>", Kind::text, Group::private_networks, "",
           "Let chain time, the time in blocks, stand still from this time on (Unix seconds or "
           "2030-01-01T00:00:00Z); a later one of an earlier start is kept. With -seedfile, the "
           "same calls then give the same keys, transactions and blocks on every machine"},
    Option{
        "inmemory", "", Kind::flag, Group::private_networks, "0",
        "Keep blocks, coins, wallets and all else in memory and write no file, except those that "
        "-debuglogfile, -pid or -rpccookiefile name; all is gone when the node ends. The data "
        "folder is not needed and its files are not read. The log goes to standard error. Give "
        "it on the command line"},
    Option{"fixedfeeestimate", "<BTC/kvB>", Kind::amount, Group::private_networks, "",
           "The fee rate that the node estimates for every target, to simulate a fee market (see "
           "the RPC setfeeestimate)"},
    Option{"nodename", "<name>", Kind::text, Group::private_networks, "",
           "The name of this node: up to 32 letters, digits, - and _. Peers see it in the user "
           "agent as (node=NAME), and setlink and listlinks use it. With -seedfile, nodes of "
           "different names have different keys"},
    Option{"seedfile", "<file>", Kind::path, Group::private_networks, "",
           "A file with a word or hex digits, which nobody else may read (mode 0600). The keys of "
           "the wallet \"default\" derive from it, the chain and -nodename, so that a node that "
           "starts again without its files has the same keys. A relative path lies in the chain's "
           "folder"},
    Option{
        "signetsigner", "<file>", Kind::path, Group::private_networks, "",
        "Sign the blocks that this node mines on a signet (BIP 325). The file, of mode 0600, has a "
        "private key or a descriptor in each line. A relative path lies in the chain's folder"},
};

constexpr std::array chains{
    Option{"chain", "<name>", Kind::text, Group::chain, "main",
           "The chain: main, test, testnet4, signet or regtest"},
    Option{
        "chainfile", "<file>", Kind::path, Group::chain, "",
        "A private chain that this JSON file describes (doc/private-chains.md lists its fields). "
        "A relative path starts at the working folder; one in a config file starts at the data "
        "folder"},
    Option{"regtest", "", Kind::flag, Group::chain, "0",
           "A local test chain with mining at any time (-chain=regtest)"},
    Option{"signet", "", Kind::flag, Group::chain, "0",
           "The test network with signed blocks (-chain=signet)"},
    Option{"testnet", "", Kind::flag, Group::chain, "0",
           "The old test network, version 3 (-chain=test)"},
    Option{"testnet4", "", Kind::flag, Group::chain, "0",
           "The test network, version 4 (-chain=testnet4)"},
    Option{"strictregtest", "", Kind::flag, Group::private_networks, "0",
           "On regtest and private chains, have bitcoind's defaults, delays and help"},
    Option{
        "rule", "<field>=<value>", Kind::list, Group::private_networks, "",
        "Set a field of the chain file, or of regtest's rules without one (doc/private-chains.md "
        "lists the fields); may be repeated. The chain that results has a magic and a folder of "
        "its own. daler-cli needs the same options"},
    Option{"vbparams", "<name:start:end[:height]>", Kind::list, Group::chain, "",
           "On regtest: start and timeout of a version-bits deployment; may be repeated"},
    Option{"testactivationheight", "<name@height>", Kind::list, Group::chain, "",
           "On regtest: height from which a rule holds (segwit, bip34, dersig, cltv, csv); may be "
           "repeated"},
    Option{"test", "<option>", Kind::list, Group::chain, "",
           "On regtest: change a rule for tests. bip94: a block that starts a new target may not "
           "be more than 10 minutes earlier than its parent (BIP 94)"},
    Option{"signetchallenge", "<hex>", Kind::list, Group::chain, "",
           "Signet: the script that blocks must satisfy; makes another signet"},
};

}  // namespace

std::span<const Option> chain_options() {
    return chains;
}

std::span<const Option> node_options() {
    static const std::vector<Option> all =
        join({general, connection, rpc, wallet, relay, mining, private_networks, chains,
              notifications, debugging, ignored});
    return all;
}

}  // namespace daler::config
