#pragma once

#include <string>

namespace daler::rpc {

/// The error codes of the JSON-RPC interface: Bitcoin Core's numbers, and below -32000 those of the
/// JSON-RPC standard.
namespace code {
inline constexpr int misc = -1;  ///< also errors without a code of their own
inline constexpr int type = -3;  ///< a value of the wrong type
inline constexpr int wallet = -4;
inline constexpr int invalid_address_or_key = -5;  ///< also an unknown id
inline constexpr int wallet_insufficient_funds = -6;
inline constexpr int invalid_parameter = -8;
inline constexpr int client_not_connected = -9;  ///< there are no peers
inline constexpr int client_in_initial_download = -10;
inline constexpr int wallet_invalid_label_name = -11;
inline constexpr int wallet_keypool_ran_out = -12;
inline constexpr int wallet_unlock_needed = -13;  ///< the wallet is locked
inline constexpr int wallet_passphrase_incorrect = -14;
inline constexpr int wallet_wrong_encryption_state = -15;  ///< encrypted, or not
inline constexpr int wallet_encryption_failed = -16;
inline constexpr int wallet_not_found = -18;
inline constexpr int wallet_not_specified = -19;  ///< several are loaded
inline constexpr int database = -20;
inline constexpr int deserialization = -22;
inline constexpr int client_node_already_added = -23;
inline constexpr int client_node_not_added = -24;
inline constexpr int verify = -25;  ///< a transaction or block cannot be checked or accepted
inline constexpr int verify_rejected = -26;  ///< it breaks a rule
inline constexpr int verify_already_in_chain = -27;
inline constexpr int in_warmup = -28;  ///< the node is not ready
inline constexpr int client_node_not_connected = -29;
inline constexpr int client_invalid_ip_or_subnet = -30;
inline constexpr int method_deprecated = -32;
inline constexpr int client_node_capacity_reached = -34;
inline constexpr int wallet_already_loaded = -35;
inline constexpr int wallet_already_exists = -36;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;
inline constexpr int parse_error = -32700;
}  // namespace code

/// The failure of a method. Methods and argument accessors throw it, the dispatcher catches it. Not
/// used outside this module.
struct Error {
    int code;
    std::string message;
};

}  // namespace daler::rpc
