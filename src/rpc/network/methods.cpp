#include "rpc/network/methods.h"

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
     "null",
     addnode},
    {"Network",
     "disconnectnode",
     "Ends the connection to a peer, given by its address or its id.",
     {{"address", Type::string, "null", "HOST:PORT as getpeerinfo shows it"},
      {"nodeid", Type::integer, "null", "The id that getpeerinfo shows"}},
     "null",
     disconnectnode},
    {"Network",
     "getaddednodeinfo",
     "Lists the nodes that were added by addnode or -addnode.",
     {{"node", Type::string, "null", "Only this one"}},
     "for each node whether it is connected, and how",
     getaddednodeinfo},
    {"Network",
     "getconnectioncount",
     "Counts the connections to peers.",
     {},
     "a number",
     getconnectioncount},
    {"Network",
     "getnettotals",
     "Counts bytes received and sent.",
     {},
     "totals since the start",
     getnettotals},
    {"Network",
     "getnetworkinfo",
     "Shows what this node tells the network about itself.",
     {},
     "versions, services, connections, fees",
     getnetworkinfo},
    {"Network", "getpeerinfo", "Shows the connected peers.", {}, "a list of objects", getpeerinfo},
    {"Network",
     "ping",
     "Sends a ping to every peer; getpeerinfo shows how long the answer took. A peer answers after "
     "it has processed the earlier messages.",
     {},
     "null",
     ping},
    {"Network",
     "setnetworkactive",
     "Switches all connections to peers off or on.",
     {{"state", Type::boolean, "", "true: on"}},
     "the new state",
     setnetworkactive},
};

}  // namespace

std::span<const Method> network_methods() {
    return network_table;
}

}  // namespace daler::rpc
