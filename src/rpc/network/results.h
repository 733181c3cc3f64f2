#pragma once

#include "rpc/warnings.h"

// The results of the methods in methods.cpp.

namespace daler::rpc {

// connections.cpp

inline const ResultField added_nodes{
    "",
    Type::objects,
    "",
    {{"addednode", Type::string, "The node, as it was given to addnode"},
     {"connected", Type::boolean, "Whether there is a connection"},
     {"addresses",
      Type::objects,
      "The connection, if there is one",
      {{"address", Type::string, "IP address and port of the node"},
       {"connected", Type::string, "inbound or outbound"}}}}};

// network_info.cpp

inline const ResultFields network_totals = {
    {"totalbytesrecv", units::bytes, "Received since the start"},
    {"totalbytessent", units::bytes, "Sent since the start"},
    {"timemillis", {Type::integer, "milliseconds"}, "Unix time"},
    {"uploadtarget",
     Type::object,
     "The limit on what is sent",
     {{"timeframe", units::seconds, "The time for which it holds"},
      {"target", units::bytes, "The limit; 0: none"},
      {"target_reached", Type::boolean, "Whether it is reached"},
      {"serve_historical_blocks", Type::boolean, "Whether old blocks are sent"},
      {"bytes_left_in_cycle", units::bytes, "What is left"},
      {"time_left_in_cycle", units::seconds, "The time that is left"}}}};

inline const ResultFields network_info = {
    {"version", Type::integer, "The version of Bitcoin Core that this node follows"},
    {"subversion", Type::string, "The user agent"},
    {"protocolversion", Type::integer, "The version of the protocol"},
    {"localservices", Type::hex, "The services of this node, as bits"},
    {"localservicesnames", Type::array, "Their names", {{"", Type::string}}},
    {"localrelay", Type::boolean, "Whether it wants transactions from peers"},
    {"timeoffset", units::seconds, "0: peers do not change the clock"},
    {"networkactive", Type::boolean, "See setnetworkactive"},
    {"connections", Type::integer, "All connections"},
    {"connections_in", Type::integer, "Those that peers made"},
    {"connections_out", Type::integer, "Those that this node made"},
    {"networks",
     Type::objects,
     "",
     {{"name", Type::string, "ipv4, ipv6, onion, i2p or cjdns"},
      {"limited", Type::boolean, "Whether it is not used"},
      {"reachable", Type::boolean, "Whether it is used"},
      {"proxy", Type::string, "The proxy; empty: none"},
      {"proxy_randomize_credentials", Type::boolean,
       "Whether each connection has its own circuit"}}},
    {"relayfee", units::btc_per_kvb, "The lowest fee rate that is relayed"},
    {"incrementalfee", units::btc_per_kvb, "What a replacement must pay more"},
    {"localaddresses",
     Type::objects,
     "The addresses of this node that it tells peers",
     {{"address", Type::string, "The address"},
      {"port", Type::integer, "The port"},
      {"score", Type::integer, "How good it is"}}},
    warnings_field};

// peers.cpp

inline const ResultFields message_counts = {{"msg", units::bytes, "Messages of this type"}};

inline const ResultField peer_list{
    "",
    Type::objects,
    "",
    {{"id", Type::integer, "Its number"},
     {"addr", Type::string, "Its address, HOST:PORT"},
     {"addrbind?", Type::string, "The address of this end of the connection"},
     {"addrlocal?", Type::string, "This node's address as the peer sees it"},
     {"network", Type::string, "ipv4, ipv6, onion, i2p, cjdns or not_publicly_routable"},
     {"services", Type::hex, "Its services, as bits"},
     {"servicesnames", Type::array, "Their names", {{"", Type::string}}},
     {"relaytxes", Type::boolean, "Whether it wants transactions"},
     {"lastsend", Type::time, "When something was sent to it"},
     {"lastrecv", Type::time, "When something came from it"},
     {"last_transaction", Type::time, "When it sent a valid transaction"},
     {"last_block", Type::time, "When it sent a block"},
     {"bytessent", units::bytes, "Sent to it"},
     {"bytesrecv", units::bytes, "Received from it"},
     {"conntime", Type::time, "When the connection was made"},
     {"timeoffset", units::seconds, "How far its clock is ahead"},
     {"pingtime?", units::fraction_of_seconds, "How long the last ping took"},
     {"minping?", units::fraction_of_seconds, "How long the fastest one took"},
     {"pingwait?", units::fraction_of_seconds, "How long one has been waiting"},
     {"version", Type::integer, "The version of its protocol"},
     {"subver", Type::string, "Its user agent"},
     {"inbound", Type::boolean, "Whether the peer made the connection"},
     {"bip152_hb_to", Type::boolean, "Whether we asked it for compact blocks at once"},
     {"bip152_hb_from", Type::boolean, "Whether it asked us for compact blocks at once"},
     {"startingheight", Type::integer, "Its height when the connection was made"},
     {"presynced_headers", Type::integer,
      "How far its headers are checked before they are stored; -1: not now"},
     {"synced_headers", Type::integer, "The last header in common"},
     {"synced_blocks", Type::integer, "The last block in common"},
     {"inflight", Type::array, "Heights of the blocks that we asked it for", {{"", Type::integer}}},
     {"addr_relay_enabled", Type::boolean, "Whether addresses are exchanged"},
     {"addr_processed", Type::integer, "Addresses that it sent"},
     {"addr_rate_limited", Type::integer, "Those that were too many"},
     {"permissions", Type::array, "See -whitelist", {{"", Type::string}}},
     {"minfeefilter", units::btc_per_kvb, "The lowest fee rate that it wants"},
     {"bytessent_per_msg", Type::map, "Sent by type of message", message_counts},
     {"bytesrecv_per_msg", Type::map, "Received by type of message", message_counts},
     {"connection_type", Type::string,
      "outbound-full-relay, block-relay-only, inbound, manual, addr-fetch or feeler"},
     {"transport_protocol_type", Type::string, "detecting, v1 or v2"},
     {"session_id", Type::string, "Of the v2 transport; empty: none"}}};

// addresses.cpp, bans.cpp, connections.cpp

inline const ResultField message_sent{"", Type::object};

inline const ResultField address_counts{
    "",
    Type::map,
    "",
    {{"network",
      Type::object,
      "The addresses of ipv4, ipv6, onion, i2p, cjdns and all_networks",
      {{"new", Type::integer, "Those that this node was not connected to"},
       {"tried", Type::integer, "Those that it was connected to"},
       {"total", Type::integer, "Both"}}}}};

inline const ResultFields connection_added = {
    {"address", Type::string, "The address"},
    {"connection_type", Type::string, "The kind of the connection"}};

inline const ResultField raw_addresses{
    "",
    Type::map,
    "",
    {{"table",
      Type::map,
      "new: those that this node was not connected to; tried: the others",
      {{"bucket/position",
        Type::object,
        "The place in the table",
        {{"address", Type::string, "The address"},
         {"port", Type::integer, "The port"},
         {"network", Type::string, "ipv4, ipv6, onion, i2p or cjdns"},
         {"services", Type::integer, "The bits of its services"},
         {"time", Type::time, "When it was seen last"},
         {"source", Type::string, "The peer that sent it first"},
         {"source_network", Type::string, "The network of that"}}}}}}};

inline const ResultFields address_added = {
    {"error?", Type::string, "failed-adding-to-new: it is known, not routable or has no room"},
    {"success", Type::boolean, "Whether it was added"}};

inline const ResultField node_addresses{
    "",
    Type::objects,
    "",
    {{"time", Type::time, "When it was seen last"},
     {"services", Type::integer, "The bits of its services"},
     {"address", Type::string, "The address"},
     {"port", Type::integer, "The port"},
     {"network", Type::string, "ipv4, ipv6, onion, i2p or cjdns"}}};

inline const ResultField banned{"",
                                Type::objects,
                                "",
                                {{"address", Type::string, "The range: 10.0.0.0/8"},
                                 {"ban_created", Type::time, "When it was banned"},
                                 {"banned_until", Type::time, "When the ban ends"},
                                 {"ban_duration", units::seconds, "The time between them"},
                                 {"time_remaining", units::seconds, "The time until then"}}};

}  // namespace daler::rpc
