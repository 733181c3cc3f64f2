#pragma once

#include <daler/rpc/declaration.h>

// What methods of several categories declare about transactions: the results of transaction_json.h
// and the arguments of transaction_arguments.h.

namespace daler::rpc {

inline const ResultFields output_script_fields = {
    {"asm", Type::string, "The script in words"},
    {"desc", Type::string, "Its descriptor"},
    {"hex", Type::hex, "The script"},
    {"address?", Type::string, "Its address, if it has one"},
    {"type", Type::string,
     "nonstandard, anchor, pubkey, pubkeyhash, scripthash, multisig, nulldata, "
     "witness_v0_scripthash, witness_v0_keyhash, witness_v1_taproot or witness_unknown"}};

inline const ResultField script_pubkey_field{"scriptPubKey", Type::object, "The output's script",
                                             output_script_fields};

/// The first fields of an input; the others are prevout and sequence.
inline const ResultFields input_fields = {
    {"coinbase?", Type::hex, "The script of a coinbase's input"},
    {"txid?", Type::hex, "The transaction of the output that it spends; not of a coinbase"},
    {"vout?", Type::integer, "The number of this output; not of a coinbase"},
    {"scriptSig?",
     Type::object,
     "The input's script; not of a coinbase",
     {{"asm", Type::string, "In words"}, {"hex", Type::hex, ""}}},
    {"txinwitness?", Type::array, "The witness, if there is one", {{"", Type::hex}}}};

inline const ResultField sequence_field{"sequence", Type::integer, "Its sequence number"};

inline const ResultField plain_inputs{"vin",
                                      Type::objects,
                                      "The inputs",
                                      {{"", Type::same_fields, "", input_fields}, sequence_field}};

inline const ResultField inputs_with_prevouts{
    "vin",
    Type::objects,
    "The inputs",
    {{"", Type::same_fields, "", input_fields},
     {"prevout?",
      Type::object,
      "The output that it spends, if the undo data of the block are there",
      {{"generated", Type::boolean, "Whether a coinbase made it"},
       {"height", Type::integer, "The height of its block"},
       {"value", Type::amount},
       script_pubkey_field}},
     sequence_field}};

inline const ResultField outputs_field{"vout",
                                       Type::objects,
                                       "The outputs",
                                       {{"value", Type::amount},
                                        {"n", Type::integer, "The number of the output"},
                                        script_pubkey_field}};

/// The first fields of a transaction; the others are vin and vout.
inline const ResultFields transaction_head = {
    {"txid", Type::hex, "The id of the transaction"},
    {"hash", Type::hex, "The hash of its form with witness (wtxid)"},
    {"version", Type::integer, "Its version"},
    {"size", units::bytes, "Its size with witness"},
    {"vsize", units::vbytes, "Its weight by four, rounded up"},
    {"weight", units::weight, "Its weight (BIP 141)"},
    {"locktime", Type::integer, "A height or Unix time"}};

/// A decoded transaction.
inline const ResultFields transaction_fields = {
    {"", Type::same_fields, "", transaction_head}, plain_inputs, outputs_field};

/// One whose inputs show the outputs that they spend.
inline const ResultFields transaction_with_prevouts = {
    {"", Type::same_fields, "", transaction_head}, inputs_with_prevouts, outputs_field};

inline const ResultField fee_field{"fee?", Type::amount,
                                   "Its fee, if the undo data of the block are there"};
inline const ResultField whole_transaction_field{"hex", Type::hex, "All of it"};

/// A list of ids of transactions.
inline const ResultFields txids = {{"", Type::hex, "The id of a transaction"}};

/// The result of sign_transaction.h.
inline const ResultFields signed_transaction = {
    {"hex", Type::hex, "The transaction with the signatures"},
    {"complete", Type::boolean, "Whether all inputs are signed"},
    {"errors?",
     Type::objects,
     "The inputs that are not",
     {{"txid", Type::hex, "The transaction of the output that it spends"},
      {"vout", Type::integer, "The number of this output"},
      {"witness", Type::array, "The witness", {{"", Type::hex}}},
      {"scriptSig", Type::hex, "The input's script"},
      {"sequence", Type::integer, "Its sequence number"},
      {"error", Type::string, "Why it is not signed"}}}};

/// Arguments: an output.
inline const std::initializer_list<Argument> outpoint_arguments = {
    {"txid", Type::hex, "", "The transaction"},
    {"vout", Type::integer, "", "The number of the output"}};

/// Arguments: outputs that a transaction spends and that neither chain nor mempool has.
inline const Argument previous_outputs{
    "prevtxs",
    Type::objects,
    "null",
    "Outputs it spends that neither chain nor mempool has",
    {{"txid", Type::hex, "", "The transaction"},
     {"vout", Type::integer, "", "The number of the output"},
     {"scriptPubKey", Type::hex, "", "Its script"},
     {"redeemScript", Type::hex, "null", "Of P2SH: the script"},
     {"witnessScript", Type::hex, "null", "Of P2WSH: the script"},
     {"amount", Type::amount, "null", "Its amount; needed for witnesses"}}};

/// What walletprocesspsbt and descriptorprocesspsbt return.
inline const ResultFields processed_psbt = {
    {"psbt", Type::string, "The PSBT in base64"},
    {"complete", Type::boolean, "Whether all inputs are final"},
    {"hex?", Type::hex, "The transaction, if it is complete"}};

inline constexpr Argument signature_hash_type{
    "sighashtype", Type::string, "DEFAULT for Taproot, ALL otherwise",
    "DEFAULT, ALL, NONE, SINGLE, or one of the last three with |ANYONECANPAY"};

}  // namespace daler::rpc
