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

/// The options of fundrawtransaction.
inline const std::initializer_list<Argument> fund_fields = {
    {"add_inputs", Type::boolean, "true", "Spend other coins if the given inputs are not enough"},
    include_unsafe_field,
    minconf_field,
    maxconf_field,
    {"changeAddress", Type::string, "automatic", "The address for change"},
    {"changePosition", Type::integer, "random", "The position of the change output"},
    change_type_field,
    {"includeWatching", Type::boolean, "false", "Has no effect for descriptor wallets"},
    {"lockUnspents", Type::boolean, "false", "Lock the coins that are spent"},
    fee_rate_field,
    old_fee_rate_field,
    {"subtractFeeFromOutputs",
     Type::array,
     "[]",
     "The outputs that share the fee",
     {{"vout_index", Type::integer, "null", "The position of an output"}}},
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

}  // namespace daler::rpc
