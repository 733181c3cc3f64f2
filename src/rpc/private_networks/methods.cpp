#include "rpc/private_networks/methods.h"

namespace daler::rpc {
namespace {

const ResultFields chain_time = {
    {"time", Type::time, "Chain time"},
    {"offset", units::seconds, "How far it is ahead of the system's clock"},
    {"stopped", Type::boolean, "Whether it stands still"},
    {"mediantime", Type::time, "The median of the times of the last 11 blocks"}};

const ResultFields automine_state = {
    {"when", Type::string, "off, or what setautomine was given"},
    {"address?", Type::string, "Who gets the coins, if it is not the wallet"},
    {"blocks", Type::integer, "Blocks that were mined since the start"},
    {"threads?", Type::integer, "How many search; only with cpu"},
    {"hashespersecond?", Type::number, "How fast they are; only with cpu"},
    {"error?", Type::string, "Of the last attempt, if it failed"}};

const ResultFields payment = {{"txid", Type::hex, "The payment"},
                              {"blocks", Type::integer, "How many were mined for it"}};

const ResultFields link_fields = {
    {"name", Type::string, "The node's -nodename, or nothing"},
    {"address", Type::string, "Its address"},
    {"up", Type::boolean, "false: cut by setlink"},
    {"connected", Type::boolean, "Whether there is a connection"},
    {"direction", Type::string, "inbound, outbound or both: who makes the connections"}};

const ResultField links{"", Type::objects, "", link_fields};

const ResultFields snapshot_fields = {{"name", Type::string, "Its name"},
                                      {"time", Type::time, "When it was taken"},
                                      {"height", Type::integer, "The height of its tip"},
                                      {"hash", Type::hex, "Its tip"}};

const ResultField snapshots_result{"", Type::objects, "", snapshot_fields};

const ResultFields return_fields = {
    {"name", Type::string, "The snapshot"},
    {"height", Type::integer, "The height of the new tip"},
    {"hash", Type::hex, "The new tip"},
    {"blocks", Type::integer, "How many were reverted"},
    {"wallets",
     Type::objects,
     "Those that were renamed",
     {{"name", Type::string, "Before"}, {"newname", Type::string, "Now"}}},
    {"dropped", Type::array, "Snapshots that were dropped", {{"", Type::string, "The name"}}},
    {"warning?", Type::string, "Which peers may send the later blocks again"}};

const ResultFields mined = {
    {"address?", Type::string, "Who gets the coins, if the script has an address"},
    {"blocks", Type::array, "The new blocks", {{"", Type::hex, "The hash"}}},
    {"warning?", Type::string, "Why there are fewer, or which peers reject them for now"}};

const ResultFields reorg_fields = {
    {"forkheight", Type::integer, "The height of the last block that stays"},
    {"left", Type::array, "Blocks that left the best chain, the lowest first", {{"", Type::hex}}},
    {"entered", Type::integer, "How many blocks the branch has"},
    {"confirmed", Type::array, "Transactions in the branch", {{"", Type::hex}}},
    {"returned", Type::array, "Those that returned to the mempool", {{"", Type::hex}}},
    {"dropped",
     Type::array,
     "Those whose coins have vanished, or that the limits of the mempool exclude",
     {{"", Type::hex}}},
    {"conflicted",
     Type::array,
     "Those whose coins, or those of an ancestor, a transaction of the branch spends",
     {{"", Type::hex}}},
    {"blocks?", Type::array, "The hashes of the branch; not with dry_run", {{"", Type::hex}}}};

const ResultField rates{"",
                        Type::objects,
                        "The rates that are set now",
                        {{"conf_target", Type::integer, "From this target up"},
                         {"feerate", units::btc_per_kvb, "The rate"}}};

constexpr Argument receiver{"address", Type::string, "the wallet's", "Who gets the coins"};
constexpr Argument hashes_to_try{"maxtries", Type::integer, "1000000000", "Hashes to try at most"};

const Argument mine_options{
    "options",
    Type::options,
    "{}",
    "",
    {receiver,
     {"interval", units::seconds, "null",
      "The time from block to block, with which chain time moves along"},
     {"transactions",
      Type::array,
      "the mempool's best",
      "Exactly those of the first block, in this order, while further blocks are empty",
      {{"rawtx/txid", Type::hex, "null", "A transaction, or the id of one in the mempool"}}},
     hashes_to_try}};

const Argument reorg_options{
    "options",
    Type::options,
    "{}",
    "",
    {{"blocks", Type::integer, "depth + 1", "How many blocks the branch has"},
     {"transactions", Type::any, "\"none\"",
      "Which of the transactions that leave the branch confirms again: \"none\", \"all\", or an "
      "array of ids, also of the mempool"},
     {"replace",
      Type::array,
      "null",
      "What the branch confirms first, for example to spend the same coins as others",
      {{"rawtx", Type::hex, "null", "A transaction"}}},
     receiver,
     {"dry_run", Type::boolean, "false", "true changes nothing"},
     hashes_to_try}};

const Method private_networks_table[] = {
    {private_networks,
     "advancetime",
     "Moves chain time forward. Connections, downloads and bans keep their own time.",
     {{"seconds", units::seconds, "", "How far"}},
     chain_time,
     advancetime,
     "3600"},
    {private_networks,
     "dropsnapshot",
     "Removes a snapshot. Others do not depend on it.",
     {{"name", Type::string, "", "Which one"}},
     nothing,
     dropsnapshot,
     "before-payment"},
    {private_networks,
     "faucet",
     "Pays to an address from the wallet. If the wallet has too few mature coins, mines blocks to "
     "it first: as few as needed, and never more than the maturity of coinbases and one. On a "
     "chain whose blocks cost work or need a signature, mines nothing.",
     {{"address", Type::string, "", "Who is paid"}, {"amount", Type::amount, "1", "How much"}},
     payment,
     faucet,
     "\"bcrt1q...\" 2.5"},
    {private_networks,
     "getautomine",
     "Shows when the node mines by itself.",
     {},
     automine_state,
     getautomine},
    {private_networks,
     "gettime",
     "Shows chain time: the time in blocks, lock times, mempool and wallets.",
     {},
     chain_time,
     gettime},
    {private_networks,
     "listlinks",
     "Lists the nodes that this one is connected to or should be, and those to which the link is "
     "cut.",
     {},
     links,
     listlinks},
    {private_networks,
     "listsnapshots",
     "Lists the snapshots, the oldest first.",
     {},
     snapshots_result,
     listsnapshots},
    {private_networks,
     "mine",
     "Mines blocks. Without an address the coins go to the wallet.",
     {{"n", Type::integer, "1", "How many"}, mine_options},
     mined,
     mine,
     "3 '{\"interval\": 600}'"},
    {private_networks,
     "reorg",
     "Mines a competing branch that begins below the tip and wins. Wallets, mempool, indexes and "
     "peers see it as any other reorganisation.",
     {{"depth", Type::integer, "", "How many blocks leave the best chain"}, reorg_options},
     reorg_fields,
     reorg,
     "2 '{\"transactions\": \"all\"}'"},
    {private_networks,
     "revert",
     "Returns the node to a snapshot: chain, mempool, wallets, chain time and automatic mining. It "
     "stays and may be reverted to again; later ones are dropped. The blocks since then are "
     "forgotten, and the same blocks may come again. Wallets that did not exist are unloaded and "
     "renamed. Peers that have the later blocks send them again. To revert several nodes together, "
     "call setnetworkactive false on all of them, then revert on all, then setnetworkactive true.",
     {{"name", Type::string, "the latest", "Which snapshot"}},
     return_fields,
     revert,
     "before-payment"},
    {private_networks,
     "setautomine",
     "Lets the node mine by itself, also after a restart. Without an address the coins go to the "
     "wallet.",
     {{"when", Type::string, "",
       "off, or one or several of: tx (as soon as the mempool has a transaction; a burst becomes "
       "one block), 10s (when the tip is that old), poisson:60s (at random, that far apart on "
       "average, as on the real network), cpu (searches blocks all the time, on chains with "
       "difficulty). Separated by commas; units of time are s, m and h"},
      {"options",
       Type::options,
       "{}",
       "",
       {receiver, {"threads", Type::integer, "1", "How many search with cpu"}}}},
     automine_state,
     setautomine,
     "tx,30s"},
    {private_networks,
     "setfeeestimate",
     "Sets the fee rate that estimatesmartfee answers and the wallet pays, to simulate a fee "
     "market. It is forgotten when the node stops.",
     {{"feerate", {Type::any, "BTC/kvB"}, "", "The rate; 0 or null removes what was set"},
      {"conf_target", Type::integer, "null",
       "Holds from this target up to the next one that is set; without it, for all targets"}},
     rates,
     setfeeestimate,
     "0.0005 2"},
    {private_networks,
     "setlink",
     "Cuts or restores the link to a node. While it is cut on one side, there is no connection in "
     "either direction. A restart restores all links.",
     {{"peer", Type::string, "",
       "The node's name (its -nodename) or its address, HOST or HOST:PORT"},
      {"options",
       Type::any,
       "{}",
       "true or false, in place of the options, is the state of the link",
       {{"up", Type::boolean, "no change", "false cuts the link, true restores it"}}}},
     link_fields,
     setlink,
     "n2 false"},
    {private_networks,
     "settime",
     "Sets chain time. It cannot be at or below the median time of the last blocks.",
     {{"time", Type::any, "",
       "Unix time, a time such as 2030-01-01T00:00:00Z, or \"now\": that of the system's "
       "clock"}},
     chain_time,
     settime,
     "2030-01-01T00:00:00Z"},
    {private_networks,
     "snapshot",
     "Takes a snapshot of the node, to which revert returns: chain, mempool, wallets, chain time "
     "and automatic mining. On disk it survives restarts.",
     {{"name", Type::string, "the next number", "1 to 64 letters, digits, \"-\", \"_\" and \".\""}},
     snapshot_fields,
     snapshot,
     "before-payment"},
};

}  // namespace

std::span<const Method> private_networks_methods() {
    return private_networks_table;
}

}  // namespace daler::rpc
