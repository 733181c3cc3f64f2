#pragma once

#include "rpc/transaction_results.h"
#include "rpc/warnings.h"

// The results of the methods in methods.cpp.

namespace daler::rpc {

// block_json.cpp

inline const ResultFields header_fields = {
    {"hash", Type::hex, "The block"},
    {"confirmations", Type::integer, "Those of the block; -1 if it is not on the best chain"},
    {"height", Type::integer, "Its height"},
    {"version", Type::integer, "Its version"},
    {"versionHex", Type::hex, "The version in hex"},
    {"merkleroot", Type::hex, "The root of the tree of its transactions"},
    {"time", Type::time, "The time in the header"},
    {"mediantime", Type::time, "The median of the times of the last 11 blocks"},
    {"nonce", Type::integer, "The nonce"},
    {"bits", Type::hex, "The target in its short form"},
    {"difficulty", Type::number, "As a multiple of the lowest one on the main chain"},
    {"chainwork", Type::hex, "The expected number of hashes for the chain up to this block"},
    {"nTx", Type::integer, "Its transactions; 0 if only the header is known"},
    {"previousblockhash?", Type::hex, "The block before it; not of genesis"},
    {"nextblockhash?", Type::hex, "The block after it on the best chain"}};

inline const ResultFields block_fields = {
    {"", Type::same_fields, "", header_fields},
    {"strippedsize", units::bytes, "Its size without witnesses"},
    {"size", units::bytes, "Its size"},
    {"weight", units::weight, "Its weight (BIP 141)"}};

inline const ResultField block_result{
    "",
    Type::one_of,
    "",
    {{"for verbosity = 0", Type::hex, "The block"},
     {"for verbosity = 1",
      Type::object,
      "",
      {{"", Type::same_fields, "", block_fields}, {"tx", Type::array, "Its transactions", txids}}},
     {"for verbosity = 2",
      Type::object,
      "",
      {{"", Type::same_fields, "The same as for verbosity = 1, up to weight", block_fields},
       {"tx",
        Type::objects,
        "Its transactions",
        {{"", Type::same_fields, "The same as for decoderawtransaction", transaction_fields},
         fee_field,
         whole_transaction_field}}}},
     {"for verbosity = 3",
      Type::object,
      "",
      {{"", Type::same_fields, "The same as for verbosity = 1, up to weight", block_fields},
       {"tx",
        Type::objects,
        "Its transactions",
        {{"", Type::same_fields, "", transaction_with_prevouts},
         fee_field,
         whole_transaction_field}}}}}};

inline const ResultField header_result{"",
                                       Type::one_of,
                                       "",
                                       {{"for verbose = true", Type::object, "", header_fields},
                                        {"for verbose = false", Type::hex, "The header"}}};

// block_stats.cpp

/// All but those that begin with utxo.
inline const ResultFields block_stats_fields = {
    {"avgfee?", units::satoshis, "The average fee"},
    {"avgfeerate?", units::satoshis_per_vbyte, "The average fee rate"},
    {"avgtxsize?", units::bytes, "The average size of a transaction"},
    {"blockhash?", Type::hex, "The block"},
    {"feerate_percentiles?",
     Type::tuple,
     "The fee rates at these parts of the weight",
     {{"", units::satoshis_per_vbyte, "10 %"},
      {"", units::satoshis_per_vbyte, "25 %"},
      {"", units::satoshis_per_vbyte, "50 %"},
      {"", units::satoshis_per_vbyte, "75 %"},
      {"", units::satoshis_per_vbyte, "90 %"}}},
    {"height?", Type::integer, "Its height"},
    {"ins?", Type::integer, "Inputs, without that of the coinbase"},
    {"maxfee?", units::satoshis, "The highest fee"},
    {"maxfeerate?", units::satoshis_per_vbyte, "The highest fee rate"},
    {"maxtxsize?", units::bytes, "The largest transaction"},
    {"medianfee?", units::satoshis, "The median fee"},
    {"mediantime?", Type::time, "The median time past"},
    {"mediantxsize?", units::bytes, "The median size of a transaction"},
    {"minfee?", units::satoshis, "The lowest fee"},
    {"minfeerate?", units::satoshis_per_vbyte, "The lowest fee rate"},
    {"mintxsize?", units::bytes, "The smallest transaction"},
    {"outs?", Type::integer, "Outputs"},
    {"subsidy?", units::satoshis, "The new coins"},
    {"swtotal_size?", units::bytes, "All transactions with witnesses"},
    {"swtotal_weight?", units::weight, "All transactions with witnesses"},
    {"swtxs?", Type::integer, "Transactions with witnesses"},
    {"time?", Type::time, "The time in the header"},
    {"total_out?", units::satoshis, "All outputs, without those of the coinbase"},
    {"total_size?", units::bytes, "All transactions without the coinbase"},
    {"total_weight?", units::weight, "All transactions without the coinbase"},
    {"totalfee?", units::satoshis, "All fees"},
    {"txs?", Type::integer, "Transactions with the coinbase"}};

inline const ResultField coins_increase{"utxo_increase?", Type::integer,
                                        "Outputs that were made, less those that were spent"};
inline const ResultField coins_increase_actual{"utxo_increase_actual?", Type::integer,
                                               "The same without unspendable outputs"};
inline const ResultField coins_size_increase{"utxo_size_inc?", units::bytes,
                                             "How the set of unspent outputs grew"};
inline const ResultField coins_size_increase_actual{"utxo_size_inc_actual?", units::bytes,
                                                    "The same without unspendable outputs"};

inline const ResultField block_stats{
    "",
    Type::one_of,
    "",
    {{"if stats is not given",
      Type::object,
      "",
      {{"", Type::same_fields, "", block_stats_fields},
       coins_increase,
       coins_size_increase,
       coins_increase_actual,
       coins_size_increase_actual}},
     {"otherwise",
      Type::object,
      "In alphabetical order",
      {{"", Type::same_fields, "The ones of the same names", block_stats_fields},
       coins_increase,
       coins_increase_actual,
       coins_size_increase,
       coins_size_increase_actual}}}};

// block_filters.cpp

inline const ResultFields block_filter = {
    {"filter", Type::hex, "The filter"},
    {"header", Type::hex, "Its header, which commits to the filters of all blocks below"}};

// chain_info.cpp

inline const ResultFields blockchain_info = {
    {"chain", Type::string,
     "main, test, testnet4, signet, regtest, or the name of a private chain"},
    {"blocks", Type::integer, "The height of the tip; genesis has 0"},
    {"headers", Type::integer, "The height of the best header"},
    {"bestblockhash", Type::hex, "The tip"},
    {"difficulty", Type::number, "As a multiple of the lowest one on the main chain"},
    {"time", Type::time, "The time in the tip's header"},
    {"mediantime", Type::time, "The median of the times of the last 11 blocks"},
    {"verificationprogress", Type::number, "An estimate, from 0 to 1"},
    {"initialblockdownload", Type::boolean, "Whether the node is far behind its peers"},
    {"chainwork", Type::hex, "The expected number of hashes for the chain"},
    {"size_on_disk", units::bytes, "The files of blocks and undo data"},
    {"pruned", Type::boolean, "Whether old blocks are removed"},
    {"pruneheight?", Type::integer, "The lowest block that is there; only if pruned"},
    {"automatic_pruning?", Type::boolean, "Whether the node prunes by itself; only if pruned"},
    {"prune_target_size?", units::bytes, "How much it keeps; only if it prunes by itself"},
    warnings_field};

inline const ResultField chain_tips{
    "",
    Type::objects,
    "",
    {{"height", Type::integer, "Its height"},
     {"hash", Type::hex, "The tip"},
     {"branchlen", Type::integer, "Its distance from the best chain; 0 for the best chain itself"},
     {"status", Type::string,
      "active (the best chain), valid-fork (all blocks were checked), valid-headers (the blocks "
      "are there), headers-only (blocks are missing) or invalid"}}};

inline const ResultFields chain_tx_stats = {
    {"time", Type::time, "The time in the header of the last block"},
    {"txcount?", Type::integer, "All transactions up to there"},
    {"window_final_block_hash", Type::hex, "The last block"},
    {"window_final_block_height", Type::integer, "Its height"},
    {"window_block_count", Type::integer, "Blocks in the window"},
    {"window_interval?", units::seconds, "Its duration; only if it has blocks"},
    {"window_tx_count?", Type::integer, "Its transactions; only if it has blocks"},
    {"txrate?", {Type::number, "per second"}, "Its transactions by its duration"}};

inline const ResultFields chain_states = {
    {"headers", Type::integer, "The height of the known header with the most work"},
    {"chainstates",
     Type::objects,
     "",
     {{"blocks", Type::integer, "The height of the tip"},
      {"bestblockhash", Type::hex, "The tip"},
      {"difficulty", Type::number},
      {"verificationprogress", Type::number, "Estimated share of the chain that is here: 0 to 1"},
      {"coins_db_cache_bytes", units::bytes, "Memory for the coins in LevelDB, by -dbcache"},
      {"coins_tip_cache_bytes", units::bytes, "Memory for coins in front of LevelDB, by -dbcache"},
      {"validated", Type::boolean, "Always true: no snapshot of coins was loaded"}}}};

// coin_scan.cpp

inline const ResultField coin_scan{
    "",
    Type::one_of,
    "",
    {{"for action = \"start\"",
      Type::object,
      "",
      {{"success", Type::boolean, "Whether the scan reached the end"},
       {"txouts", Type::integer, "Unspent outputs that were looked at"},
       {"height", Type::integer, "The height of the tip"},
       {"bestblock", Type::hex, "The tip"},
       {"unspents",
        Type::objects,
        "What was found",
        {{"txid", Type::hex, "The transaction"},
         {"vout", Type::integer, "The number of the output"},
         {"scriptPubKey", Type::hex, "Its script"},
         {"desc", Type::string, "A descriptor of the script"},
         {"amount", Type::amount},
         {"coinbase", Type::boolean, "Whether a coinbase made it"},
         {"height", Type::integer, "The height of its block"},
         {"blockhash", Type::hex, "The block"},
         {"confirmations", Type::integer}}},
       {"total_amount", Type::amount, "The sum"}}},
     {"for action = \"abort\"", Type::boolean, "Whether a scan was running"},
     {"for action = \"status\"",
      Type::object,
      "",
      {{"progress", {Type::integer, "percent"}, "How far the scan is"}}},
     {"for action = \"status\" if none is running", Type::null}}};

// filter_scan.cpp

inline const ResultField filter_scan{
    "",
    Type::one_of,
    "",
    {{"for action = \"start\"",
      Type::object,
      "",
      {{"from_height", Type::integer, "The first block that was scanned"},
       {"to_height", Type::integer, "The last one"},
       {"relevant_blocks", Type::array, "The blocks that were found", {{"", Type::hex}}},
       {"completed", Type::boolean, "Whether the scan was not aborted"}}},
     {"for action = \"abort\"", Type::boolean, "Whether a scan was running"},
     {"for action = \"status\"",
      Type::object,
      "",
      {{"progress", {Type::integer, "percent"}, "How far the scan is"},
       {"current_height", Type::integer, "The block that was scanned last"}}},
     {"for action = \"status\" if none is running", Type::null}}};

// coins.cpp

inline const ResultField unspent_output{
    "",
    Type::one_of,
    "",
    {{"if there is no such output", Type::null},
     {"otherwise",
      Type::object,
      "",
      {{"bestblock", Type::hex, "The tip"},
       {"confirmations", Type::integer, "0: it is in the mempool"},
       {"value", Type::amount},
       script_pubkey_field,
       {"coinbase", Type::boolean, "Whether a coinbase made it"}}}}};

inline const ResultFields coin_totals = {
    {"height", Type::integer, "The height of the block after which was counted"},
    {"bestblock", Type::hex, "This block"},
    {"txouts", Type::integer, "Unspent outputs"},
    {"bogosize", Type::integer, "A measure of their size that does not depend on the database"},
    {"hash_serialized_3?", Type::hex, "Their hash; only with this hash_type"},
    {"muhash?", Type::hex, "Their hash; only with this hash_type"},
    {"total_amount", Type::amount, "Their sum"},
    {"transactions?", Type::integer, "Transactions that made them; not from the index"},
    {"disk_size?", units::bytes, "The size of their database, estimated; not from the index"},
    {"total_unspendable_amount?", Type::amount,
     "The coins that can never be spent; only from the index"},
    {"block_info?",
     Type::object,
     "The block itself; only from the index",
     {{"prevout_spent", Type::amount, "What it spends"},
      {"coinbase", Type::amount, "The spendable outputs of its coinbase"},
      {"new_outputs_ex_coinbase", Type::amount, "The spendable outputs of the others"},
      {"unspendable", Type::amount, "What can never be spent"},
      {"unspendables",
       Type::object,
       "Its parts",
       {{"genesis_block", Type::amount, "The coinbase of genesis"},
        {"bip30", Type::amount, "Outputs that were replaced by others of the same id"},
        {"scripts", Type::amount, "Outputs whose scripts cannot be solved"},
        {"unclaimed_rewards", Type::amount, "What the coinbase could have taken"}}}}}};

// deployments.cpp

inline const ResultFields bip9_fields = {
    {"bit?", Type::integer, "Of the version; only for started and locked_in"},
    {"start_time", Type::time, "Signals count from this median time past"},
    {"timeout", Type::time, "It fails at this median time past"},
    {"min_activation_height", Type::integer, "It is not active below"},
    {"status", Type::string, "defined, started, locked_in, active or failed"},
    {"since", Type::integer, "The height from which the status holds"},
    {"status_next", Type::string, "The status of the next block"},
    {"statistics?",
     Type::object,
     "How blocks signal; only for started and locked_in",
     {{"period", Type::integer, "Blocks that are counted together"},
      {"elapsed", Type::integer, "Blocks of this period so far"},
      {"count", Type::integer, "Those that signal"},
      {"threshold?", Type::integer, "How many must; only for started"},
      {"possible?", Type::boolean, "Whether enough still can; only for started"}}},
    {"signalling?", Type::string, "A \"#\" for each block that signals, a \"-\" for the others"}};

inline const ResultFields deployment_info = {
    {"hash", Type::hex, "The block"},
    {"height", Type::integer, "Its height"},
    {"deployments",
     Type::map,
     "By name",
     {{"name",
       Type::one_of,
       "",
       {{"if it has a fixed height",
         Type::object,
         "",
         {{"type", Type::string, "buried"},
          {"active", Type::boolean, "Whether it holds for the next block"},
          {"height", Type::integer, "It holds from there"}}},
        {"if miners vote on it",
         Type::object,
         "",
         {{"type", Type::string, "bip9"},
          {"height?", Type::integer, "It holds from there; only if it is active"},
          {"active", Type::boolean, "Whether it holds for the next block"},
          {"bip9", Type::object, "The votes", bip9_fields}}}}}}}};

// mempool.cpp

inline const ResultFields mempool_entry = {
    {"vsize", units::vbytes, "Its size (BIP 141), or more if it has many signature checks"},
    {"weight", units::weight, "Its weight (BIP 141)"},
    {"time", Type::time, "When it came"},
    {"height", Type::integer, "The height of the tip when it came"},
    {"descendantcount", Type::integer, "Transactions that depend on it, with itself"},
    {"descendantsize", units::vbytes, "Their size"},
    {"ancestorcount", Type::integer, "Transactions on which it depends, with itself"},
    {"ancestorsize", units::vbytes, "Their size"},
    {"wtxid", Type::hex, "The hash of its form with witness"},
    {"fees",
     Type::object,
     "",
     {{"base", Type::amount, "Its fee"},
      {"modified", Type::amount, "The same with what prioritisetransaction added"},
      {"ancestor", Type::amount, "The modified fees of its ancestors, with itself"},
      {"descendant", Type::amount, "The modified fees of its descendants, with itself"}}},
    {"depends", Type::array, "Its parents in the mempool", txids},
    {"spentby", Type::array, "Its children in the mempool", txids},
    {"bip125-replaceable", Type::boolean, "Whether it or an ancestor signals BIP 125"},
    {"unbroadcast", Type::boolean, "Whether no peer has asked for it yet"}};

inline const ResultField mempool_relatives{
    "",
    Type::one_of,
    "",
    {{"for verbose = false", Type::array, "", txids},
     {"for verbose = true", Type::map, "By id", {{"txid", Type::object, "", mempool_entry}}}}};

inline const ResultField mempool_transactions{
    "",
    Type::one_of,
    "",
    {{"for verbose = false", Type::array, "", txids},
     {"for verbose = true", Type::map, "By id", {{"txid", Type::object, "", mempool_entry}}},
     {"for verbose = false and mempool_sequence = true",
      Type::object,
      "",
      {{"txids", Type::array, "", txids},
       {"mempool_sequence", Type::integer, "Changes of the mempool so far"}}}}};

inline const ResultFields mempool_info = {
    {"loaded", Type::boolean, "Whether the file of the mempool has been read"},
    {"size", Type::integer, "Transactions"},
    {"bytes", units::vbytes, "Their size"},
    {"usage", units::bytes, "The memory they take"},
    {"total_fee", Type::amount, "Their fees"},
    {"maxmempool", units::bytes, "The memory they may take"},
    {"mempoolminfee", units::btc_per_kvb, "The lowest fee rate that is accepted now"},
    {"minrelaytxfee", units::btc_per_kvb, "The lowest fee rate that is ever accepted"},
    {"incrementalrelayfee", units::btc_per_kvb, "What a replacement must pay more"},
    {"unbroadcastcount", Type::integer, "Transactions that no peer has asked for yet"},
    {"fullrbf", Type::boolean, "Whether transactions that do not signal BIP 125 can be replaced"}};

inline const ResultField spending_transactions{
    "",
    Type::objects,
    "In the order of the outputs",
    {{"txid", Type::hex, "The transaction of the output"},
     {"vout", Type::integer, "The number of the output"},
     {"spendingtxid?", Type::hex, "The transaction that spends it, if there is one"}}};

inline const ResultField imported_mempool{"", Type::object};

inline const ResultFields saved_mempool = {{"filename", Type::string, "The file"}};

// tips.cpp

inline const ResultFields tip_fields = {{"hash", Type::hex, "The tip"},
                                        {"height", Type::integer, "Its height"}};

}  // namespace daler::rpc
