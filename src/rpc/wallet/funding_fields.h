#pragma once

#include <daler/rpc/declaration.h>

namespace daler::rpc {

// The declarations of options that methods have in common whose coins the wallet chooses.

inline constexpr Argument include_unsafe_field{
    "include_unsafe", Type::boolean, "false",
    "Also spend unconfirmed payments of others; if they fail, so does this one"};
inline constexpr Argument minconf_field{"minconf", Type::integer, "0",
                                        "Only spend coins with at least this many confirmations"};
inline constexpr Argument maxconf_field{"maxconf", Type::integer, "null",
                                        "Only spend coins with at most this many confirmations"};
inline constexpr Argument change_type_field{
    "change_type", Type::string, "set by -changetype",
    "The type of the change address: \"legacy\", \"p2sh-segwit\", \"bech32\" or \"bech32m\""};
inline constexpr Argument fee_rate_field{"fee_rate", units::sat_per_vb,
                                         "not set, fall back to wallet fee estimation",
                                         "Pay exactly this"};
inline constexpr Argument old_fee_rate_field{"feeRate", units::btc_per_kvb,
                                             "not set, fall back to wallet fee estimation",
                                             "Pay exactly this"};
inline constexpr Argument max_weight_field{"max_tx_weight", units::weight, "400000",
                                           "The weight that the transaction may have"};
inline constexpr Argument conf_target_field{"conf_target", Type::integer, "wallet -txconfirmtarget",
                                            "Confirm within this number of blocks"};
inline constexpr Argument estimate_mode_field{"estimate_mode", Type::string, "\"unset\"",
                                              "\"unset\", \"economical\" or \"conservative\""};
inline constexpr Argument replaceable_field{
    "replaceable", Type::boolean, "wallet default",
    "Signal that the transaction may be replaced (BIP 125)"};
inline const Argument solving_data_field{
    "solving_data",
    Type::object,
    "null",
    "How to spend inputs that are not the wallet's, to know their sizes",
    {{"pubkeys", Type::array, "[]", "", {{"pubkey", Type::hex, "null", "A public key"}}},
     {"scripts", Type::array, "[]", "", {{"script", Type::hex, "null", "A script"}}},
     {"descriptors",
      Type::array,
      "[]",
      "",
      {{"descriptor", Type::string, "null", "A descriptor"}}}}};

inline constexpr Argument camel_change_address_field{"changeAddress", Type::string, "automatic",
                                                     "The address for change"};
inline constexpr Argument camel_change_position_field{"changePosition", Type::integer, "random",
                                                      "The position of the change output"};
inline constexpr Argument camel_watching_field{"includeWatching", Type::boolean, "false",
                                               "Has no effect for descriptor wallets"};
inline constexpr Argument camel_lock_field{"lockUnspents", Type::boolean, "false",
                                           "Lock the coins that are spent"};
inline const Argument camel_fee_payers_field{
    "subtractFeeFromOutputs",
    Type::array,
    "[]",
    "The outputs that share the fee",
    {{"vout_index", Type::integer, "null", "The position of an output"}}};
inline constexpr Argument add_inputs_field{"add_inputs", Type::boolean,
                                           "false when \"inputs\" are specified, true otherwise",
                                           "Spend other coins if the given inputs are not enough"};

/// Inputs of a call, with the weights of those that are not the wallet's.
inline const std::initializer_list<Argument> weighted_input_fields = {
    {"txid", Type::hex, "", "The transaction"},
    {"vout", Type::integer, "", "The number of the output"},
    {"sequence", Type::integer, "as replaceable and locktime need it", "The sequence number"},
    {"weight", units::weight, "computed", "Of the input, at most, with signatures"}};

/// The options of fundrawtransaction.
inline const std::initializer_list<Argument> fund_fields = {
    {"add_inputs", Type::boolean, "true", "Spend other coins if the given inputs are not enough"},
    include_unsafe_field,
    minconf_field,
    maxconf_field,
    camel_change_address_field,
    camel_change_position_field,
    change_type_field,
    camel_watching_field,
    camel_lock_field,
    fee_rate_field,
    old_fee_rate_field,
    camel_fee_payers_field,
    {"input_weights",
     Type::objects,
     "[]",
     "Inputs and their weights when they are signed",
     {{"txid", Type::hex, "", "The transaction"},
      {"vout", Type::integer, "", "The number of the output"},
      {"weight", units::weight, "", "Of the input, at most, with signatures"}}},
    max_weight_field,
    conf_target_field,
    estimate_mode_field,
    replaceable_field,
    solving_data_field};

/// The options of walletcreatefundedpsbt.
inline const std::initializer_list<Argument> funded_psbt_fields = {
    add_inputs_field,  include_unsafe_field,       minconf_field,
    maxconf_field,     camel_change_address_field, camel_change_position_field,
    change_type_field, camel_watching_field,       camel_lock_field,
    fee_rate_field,    old_fee_rate_field,         camel_fee_payers_field,
    max_weight_field,  conf_target_field,          estimate_mode_field,
    replaceable_field, solving_data_field};

inline constexpr Argument add_to_wallet_field{"add_to_wallet", Type::boolean, "true",
                                              "Store and broadcast the transaction"};
inline constexpr Argument watching_field{"include_watching", Type::boolean, "false",
                                         "Has no effect for descriptor wallets"};
inline constexpr Argument locktime_field{"locktime", Type::integer, "0", "A height or Unix time"};
inline constexpr Argument lock_field{"lock_unspents", Type::boolean, "false",
                                     "Lock the coins that are spent"};
inline constexpr Argument psbt_field{"psbt", Type::boolean, "automatic",
                                     "Return a PSBT; implies add_to_wallet=false"};

/// The options of sendall.
inline const std::initializer_list<Argument> sendall_fields = {
    add_to_wallet_field,
    fee_rate_field,
    watching_field,
    {"inputs",
     Type::objects,
     "[]",
     "The coins to spend",
     {{"txid", Type::hex, "", "The transaction"},
      {"vout", Type::integer, "", "The number of the output"},
      {"sequence", Type::integer, "as replaceable and locktime need it", "The sequence number"}}},
    locktime_field,
    lock_field,
    psbt_field,
    {"send_max", Type::boolean, "false", "Leave out coins that cost more than they are worth"},
    minconf_field,
    maxconf_field,
    conf_target_field,
    estimate_mode_field,
    replaceable_field,
    solving_data_field};

/// The options of send.
inline const std::initializer_list<Argument> send_fields = {
    add_inputs_field,
    include_unsafe_field,
    minconf_field,
    maxconf_field,
    add_to_wallet_field,
    {"change_address", Type::string, "automatic", "The address for change"},
    {"change_position", Type::integer, "random", "The position of the change output"},
    change_type_field,
    fee_rate_field,
    watching_field,
    {"inputs", Type::objects, "[]", "Coins that must be spent", weighted_input_fields},
    locktime_field,
    lock_field,
    psbt_field,
    {"subtract_fee_from_outputs",
     Type::array,
     "[]",
     "The outputs that share the fee",
     {{"vout_index", Type::integer, "null", "The position of an output"}}},
    max_weight_field,
    conf_target_field,
    estimate_mode_field,
    replaceable_field,
    solving_data_field};

}  // namespace daler::rpc
