#pragma once

#include "rpc/transaction_results.h"

// The results of the methods in methods.cpp that are about transactions and scripts.

namespace daler::rpc {

// packages.cpp

inline const ResultField acceptance{
    "",
    Type::objects,
    "In the order of the transactions",
    {{"txid", Type::hex, "Its id"},
     {"wtxid", Type::hex, "The hash of its form with witness"},
     {"package-error?", Type::string, "Why the transactions as a group are refused"},
     {"allowed?", Type::boolean, "Whether it would be accepted; none after one that is refused"},
     {"vsize?", units::vbytes, "Its size; only if it is allowed"},
     {"fees?",
      Type::object,
      "Only if it is allowed",
      {{"base", Type::amount, "Its fee"},
       {"effective-feerate", units::btc_per_kvb, "With what prioritisetransaction added"},
       {"effective-includes", Type::array, "The wtxids of those that it counts", txids}}},
     {"reject-reason?", Type::string, "Why it is not allowed"}}};

inline const ResultFields package_result = {
    {"package_msg", Type::string,
     "\"success\": all are in the mempool; otherwise what is wrong with the package, or "
     "\"transaction failed\""},
    {"tx-results",
     Type::map,
     "By wtxid; empty if the package has a wrong form",
     {{"wtxid",
       Type::object,
       "",
       {{"txid", Type::hex, "Its id"},
        {"other-wtxid?", Type::hex,
         "That of the transaction in the mempool which has the same id and another witness; the "
         "given one is ignored"},
        {"vsize?", units::vbytes, "Its size; only if it is in the mempool"},
        {"fees?",
         Type::object,
         "Only if it is in the mempool",
         {{"base", Type::amount, "Its fee"},
          {"effective-feerate?", units::btc_per_kvb,
           "The fee rate that counted, of this transaction or of several together, with what "
           "prioritisetransaction added; only if it was not in the mempool before"},
          {"effective-includes?", Type::array, "The wtxids of those that it counts", txids}}},
        {"error?", Type::string, "Why it is not in the mempool"}}}}},
    {"replaced-transactions", Type::array, "The ids of those that had to leave", txids}};

// scripts.cpp

inline const ResultFields decoded_script = {
    {"asm", Type::string, "The script in words"},
    {"desc", Type::string, "Its descriptor"},
    {"address?", Type::string, "Its address, if it has one"},
    {"type", Type::string, "Its type, as in getrawtransaction"},
    {"p2sh?", Type::string, "The address of P2SH with this script, if that is possible"},
    {"segwit?",
     Type::object,
     "The witness program for this script, if that is possible",
     {{"", Type::same_fields, "", output_script_fields},
      {"p2sh-segwit", Type::string, "The address of P2SH with this program"}}}};

// transactions.cpp

/// What follows vout.
inline const ResultFields transaction_tail = {
    whole_transaction_field,
    {"blockhash?", Type::hex, "Its block"},
    {"confirmations?", Type::integer, "0 if the block is not on the best chain"},
    {"time?", Type::time, "The same as blocktime"},
    {"blocktime?", Type::time, "The time of the block"}};

inline const ResultField active_chain_field{
    "in_active_chain?", Type::boolean,
    "Whether the given block is on the best chain; only if one is given"};

inline const ResultField transaction_result{
    "",
    Type::one_of,
    "",
    {{"for verbosity = 0", Type::hex, "The transaction"},
     {"for verbosity = 1",
      Type::object,
      "",
      {active_chain_field,
       {"", Type::same_fields, "", transaction_fields},
       {"", Type::same_fields, "", transaction_tail}}},
     {"for verbosity = 2",
      Type::object,
      "",
      {active_chain_field,
       {"", Type::same_fields, "", transaction_with_prevouts},
       fee_field,
       {"", Type::same_fields, "", transaction_tail}}}}};

}  // namespace daler::rpc
