#include "rpc/network/methods.h"
#include "rpc/network/results.h"

namespace daler::rpc {
namespace {

const Method network_table[] = {
    {"Network",
     "addnode",
     "Keeps a connection to a node (add), ends that (remove), or tries to connect once (onetry).",
     {{"node", Type::string, "", "HOST or HOST:PORT"},
      {"command", Type::string, "", "add, remove or onetry"},
      {"v2transport", Type::boolean, "set by -v2transport",
       "Accepted; connections use the v1 transport"}},
     nothing,
     addnode,
     "10.0.0.2:18444 add"},
    {"Network",
     "disconnectnode",
     "Ends the connection to a peer, given by its address or its id.",
     {{"address", Type::string, "null", "HOST:PORT as getpeerinfo shows it"},
      {"nodeid", Type::integer, "null", "The id that getpeerinfo shows"}},
     nothing,
     disconnectnode,
     "10.0.0.2:18444"},
    {"Network",
     "getaddednodeinfo",
     "Lists the nodes that were added by addnode or -addnode.",
     {{"node", Type::string, "null", "Only this one"}},
     added_nodes,
     getaddednodeinfo},
    {"Network",
     "getconnectioncount",
     "Counts the connections to peers.",
     {},
     {"", Type::integer, "How many"},
     getconnectioncount},
    {"Network",
     "getnettotals",
     "Counts bytes received and sent.",
     {},
     network_totals,
     getnettotals},
    {"Network",
     "getnetworkinfo",
     "Shows what this node tells the network about itself.",
     {},
     network_info,
     getnetworkinfo},
    {"Network", "getpeerinfo", "Shows the connected peers.", {}, peer_list, getpeerinfo},
    {"Network",
     "ping",
     "Sends a ping to every peer; getpeerinfo shows how long the answer took. A peer answers after "
     "it has processed the earlier messages.",
     {},
     nothing,
     ping},
    {"Network",
     "setnetworkactive",
     "Switches all connections to peers off or on.",
     {{"state", Type::boolean, "", "true: on"}},
     {"", Type::boolean, "The new state"},
     setnetworkactive,
     "false"},
};

}  // namespace

std::span<const Method> network_methods() {
    return network_table;
}

}  // namespace daler::rpc
