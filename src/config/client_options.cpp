#include "option_tables.h"

#include <array>

namespace daler::config {
namespace {

constexpr std::array own{
    Option{"?", "", Kind::flag, Group::general, "", "Print this help and exit (also -h, -help)"},
    Option{"version", "", Kind::flag, Group::general, "", "Print the version and exit"},
    Option{"datadir", "<dir>", Kind::path, Group::general, "~/.daler",
           "The node's data folder: its config and cookie are read from there"},
    Option{"conf", "<file>", Kind::path, Group::general, "daler.conf",
           "Config file; a relative path lies in the data folder. Without a daler.conf there, a "
           "bitcoin.conf is read"},
    Option{"rpcconnect", "<host>[:<port>]", Kind::text, Group::connection, "127.0.0.1",
           "Host of the node"},
    Option{
        "rpcport", "<port>", Kind::integer, Group::connection, "",
        "Port of the node (default: the one that a node in the data folder has chosen, else main "
        "8332, test 18332, testnet4 48332, signet 38332, regtest 18443)",
        true, 0, 65535},
    Option{"rpcuser", "<name>", Kind::text, Group::connection, "", "User name"},
    Option{"rpcpassword", "<password>", Kind::text, Group::connection, "", "Password"},
    Option{"rpccookiefile", "<file>", Kind::path, Group::connection, ".cookie",
           "File with name and password when -rpcpassword is not given (relative to the chain's "
           "folder)"},
    Option{"rpcclienttimeout", "<s>", Kind::integer, Group::connection, "900",
           "Longest wait for an answer; 0 waits forever", false, 0, 1000000000},
    Option{"rpcwait", "", Kind::flag, Group::connection, "0",
           "Wait until the node runs and is ready"},
    Option{"rpcwaittimeout", "<s>", Kind::integer, Group::connection, "0",
           "Longest wait of -rpcwait; 0 waits forever", false, 0, 1000000000},
    Option{"rpcwallet", "<name>", Kind::text, Group::client, "",
           "Wallet to use if the node has more than one"},
    Option{"named", "", Kind::flag, Group::client, "0",
           "Arguments have the form name=value; ones without a name come first"},
    Option{"stdin", "", Kind::flag, Group::client, "0",
           "Read further arguments from standard input, one per line, until it ends"},
    Option{"stdinrpcpass", "", Kind::flag, Group::client, "0",
           "Read the password from standard input, as its first line"},
    Option{"stdinwalletpassphrase", "", Kind::flag, Group::client, "0",
           "Read the first argument of walletpassphrase from standard input, as its next line"},
    Option{"getinfo", "", Kind::flag, Group::commands, "",
           "Print an overview: chain, network, wallets"},
    Option{"generate", "", Kind::flag, Group::commands, "",
           "Mine blocks to a new address of the wallet; arguments: [blocks [max tries]]"},
    Option{"netinfo", "", Kind::flag, Group::commands, "", "Print an overview of the connections"},
    Option{"addrinfo", "", Kind::flag, Group::commands, "",
           "Print how many addresses of each network the node knows"},
    Option{"color", "<when>", Kind::text, Group::client, "auto",
           "Colours in -getinfo: always, never, or auto, which means on terminals"},
    Option{"h", "", Kind::flag, Group::hidden, "", "Print the help and exit"},
    Option{"help", "", Kind::flag, Group::hidden, "", "Print the help and exit"},
    Option{"help-debug", "", Kind::flag, Group::hidden, "",
           "Print the help with all options and exit"},
    Option{"includeconf", "<file>", Kind::list, Group::hidden, "",
           "In a config file only: read this file, too"},
    Option{"settings", "<file>", Kind::path, Group::hidden, "settings.json",
           "The node's settings.json; not read by daler-cli"},
};

}  // namespace

std::span<const Option> client_options() {
    static const std::vector<Option> all = join({own, chain_options()});
    return all;
}

}  // namespace daler::config
