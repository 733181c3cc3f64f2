#include "rpc/private_networks/methods.h"

namespace daler::rpc {
namespace {

const Method private_networks_table[] = {
    {private_networks,
     "advancetime",
     "Moves chain time forward. Connections, downloads and bans keep their own time.",
     {{"seconds", Type::integer, "", "How far"}},
     "the state of chain time, see gettime",
     advancetime},
    {private_networks,
     "dropsnapshot",
     "Removes a snapshot. Others do not depend on it.",
     {{"name", Type::string, "", "Which one"}},
     "null",
     dropsnapshot},
    {private_networks,
     "faucet",
     "Pays to an address from the wallet. If the wallet has too few mature coins, mines blocks to "
     "it first: as few as needed, and never more than the maturity of coinbases and one. On a "
     "chain whose blocks cost work or need a signature, mines nothing. Example: faucet "
     "\"bcrt1q...\" 2.5",
     {{"address", Type::string, "", "Who is paid"},
      {"amount", Type::amount, "1", "How much, in BTC"}},
     "txid, and blocks: how many were mined",
     faucet},
    {private_networks,
     "getautomine",
     "Shows when the node mines by itself.",
     {},
     "when, address (if it is not the wallet), blocks (since the start), error (of the last "
     "attempt, if it failed); with cpu also threads and hashespersecond",
     getautomine},
    {private_networks,
     "gettime",
     "Shows chain time: the time in blocks, lock times, mempool and wallets.",
     {},
     "time, offset (seconds ahead of the system's clock), stopped, mediantime",
     gettime},
    {private_networks,
     "listlinks",
     "Lists the nodes that this one is connected to or should be, and those to which the link is "
     "cut.",
     {},
     "for each node: name (its -nodename), address, up (false: cut by setlink), connected, and "
     "direction (inbound, outbound, both: who makes the connections)",
     listlinks},
    {private_networks,
     "listsnapshots",
     "Lists the snapshots, the oldest first.",
     {},
     "an array of name, time (when it was taken), height, hash",
     listsnapshots},
    {private_networks,
     "mine",
     "Mines blocks. Without an address the coins go to the wallet.",
     {{"n", Type::integer, "1", "How many"},
      {"options", Type::object, "{}",
       "address: who gets the coins; interval: seconds between the block times, with which chain "
       "time moves along; transactions: exactly those of the first block, in hex or by their ids "
       "in the mempool, in this order, while further blocks are empty (default: the mempool's "
       "best); maxtries: hashes to try at most (default: 1000000000)"}},
     "address, blocks (hashes), and warning: why there are fewer, or which peers reject them for "
     "now. Example: mine 3 {\"interval\": 600}",
     mine},
    {private_networks,
     "reorg",
     "Mines a competing branch that begins below the tip and wins. Wallets, mempool, indexes and "
     "peers see it as any other reorganisation.",
     {{"depth", Type::integer, "", "How many blocks leave the best chain"},
      {"options", Type::object, "{}",
       "blocks: of the branch (default: depth + 1); transactions: which of those that leave the "
       "branch confirms again: \"none\" (default), \"all\", or an array of ids, also of the "
       "mempool; replace: transactions in hex that the branch confirms first, for example to spend "
       "the same coins as others; address: who gets the coins (default: the wallet); dry_run: "
       "true changes nothing; maxtries: hashes to try at most (default: 1000000000)"}},
     "forkheight, left (hashes, lowest first), entered (how many blocks), and ids of transactions: "
     "confirmed (in the branch), returned (to the mempool), conflicted (a transaction of the "
     "branch spends their coins, or those of an ancestor), dropped (their coins have vanished, or "
     "the mempool's limits exclude them); blocks (hashes, not with dry_run). Example: reorg 2 "
     "{\"transactions\": \"all\"}",
     reorg},
    {private_networks,
     "revert",
     "Returns the node to a snapshot: chain, mempool, wallets, chain time and automatic mining. It "
     "stays and may be reverted to again; later ones are dropped. The blocks since then are "
     "forgotten, and the same blocks may come again. Wallets that did not exist are unloaded and "
     "renamed. Peers that have the later blocks send them again. To revert several nodes together, "
     "call setnetworkactive false on all of them, then revert on all, then setnetworkactive true.",
     {{"name", Type::string, "the latest", "Which snapshot"}},
     "name, height and hash of the new tip, blocks (how many were reverted), wallets (those that "
     "were renamed: name, newname), dropped (names of snapshots), and warning: which peers may "
     "send "
     "the later blocks again. Example: revert before-payment",
     revert},
    {private_networks,
     "setautomine",
     "Lets the node mine by itself, also after a restart. Without an address the coins go to the "
     "wallet.",
     {{"when", Type::string, "",
       "off, or one or several of: tx (as soon as the mempool has a transaction; a burst becomes "
       "one block), 10s (when the tip is that old), poisson:60s (at random, that far apart on "
       "average, as on the real network), cpu (searches blocks all the time, on chains with "
       "difficulty). Separated by commas; units of time are s, m and h"},
      {"options", Type::object, "{}",
       "address: who gets the coins; threads: how many search with cpu (default: 1)"}},
     "the new state, see getautomine. Example: setautomine tx,30s",
     setautomine},
    {private_networks,
     "setfeeestimate",
     "Sets the fee rate that estimatesmartfee answers and the wallet pays, to simulate a fee "
     "market. It is forgotten when the node stops. Example: setfeeestimate 0.0005 2",
     {{"feerate", Type::any, "", "BTC/kvB; 0 or null removes what was set"},
      {"conf_target", Type::integer, "null",
       "Holds from this target up to the next one that is set; without it, for all targets"}},
     "the rates that are set now: conf_target, feerate",
     setfeeestimate},
    {private_networks,
     "setlink",
     "Cuts or restores the link to a node. While it is cut on one side, there is no connection in "
     "either direction. A restart restores all links.",
     {{"peer", Type::string, "",
       "The node's name (its -nodename) or its address, HOST or HOST:PORT"},
      {"options", Type::any, "{}",
       "up: false cuts the link, true restores it (default: no change). true and false can stand "
       "in place of the options"}},
     "the link, see listlinks. Example: setlink n2 false",
     setlink},
    {private_networks,
     "settime",
     "Sets chain time. It cannot be at or below the median time of the last blocks.",
     {{"time", Type::any, "",
       "Unix time, a time such as 2030-01-01T00:00:00Z, or \"now\": that of the system's "
       "clock"}},
     "the state of chain time, see gettime",
     settime},
    {private_networks,
     "snapshot",
     "Takes a snapshot of the node, to which revert returns: chain, mempool, wallets, chain time "
     "and automatic mining. On disk it survives restarts.",
     {{"name", Type::string, "the next number", "1 to 64 letters, digits, \"-\", \"_\" and \".\""}},
     "name, time, height, hash. Example: snapshot before-payment",
     snapshot},
};

}  // namespace

std::span<const Method> private_networks_methods() {
    return private_networks_table;
}

}  // namespace daler::rpc
