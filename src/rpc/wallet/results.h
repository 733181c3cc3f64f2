#pragma once

#include "rpc/transaction_results.h"

// The results of the methods in methods.cpp.

namespace daler::rpc {

inline const ResultFields warning_texts = {{"", Type::string, "A warning"}};

inline const ResultField last_block_field{
    "lastprocessedblock",
    Type::object,
    "The last block that the wallet knows",
    {{"hash", Type::hex, "The block"}, {"height", Type::integer, "Its height"}}};

inline const ResultFields parent_descriptors = {
    {"", Type::string, "A descriptor of the wallet that has the script"}};

// addresses.cpp

inline const ResultFields key_and_script_fields = {
    {"isscript?", Type::boolean, "Whether it stands for a script"},
    {"iswitness", Type::boolean, "Whether it has a witness program"},
    {"witness_version?", Type::integer, "The version of the witness program"},
    {"witness_program?", Type::hex, "The witness program"},
    {"script?", Type::string, "The type of the script that it stands for"},
    {"hex?", Type::hex, "This script"},
    {"pubkey?", Type::hex, "The public key, if there is one"},
    {"iscompressed?", Type::boolean, "Whether the key is compressed"}};

inline const ResultFields multisig_fields = {
    {"sigsrequired?", Type::integer, "How many signatures a multisig script needs"},
    {"pubkeys?", Type::array, "The keys of a multisig script", {{"", Type::hex}}}};

inline const ResultFields address_and_script_fields = {
    {"address", Type::string, "The address"}, {"scriptPubKey", Type::hex, "Its output script"}};

inline const ResultFields innermost_address = {
    {"", Type::same_fields, "", key_and_script_fields},
    {"", Type::same_fields, "", multisig_fields},
    {"", Type::same_fields, "", address_and_script_fields}};

inline const ResultFields embedded_address = {
    {"", Type::same_fields, "", key_and_script_fields},
    {"embedded?", Type::object, "The address inside of this one", innermost_address},
    {"", Type::same_fields, "", multisig_fields},
    {"", Type::same_fields, "", address_and_script_fields}};

inline const ResultFields address_info_fields = {
    {"address", Type::string, "The address"},
    {"scriptPubKey", Type::hex, "Its output script"},
    {"ismine", Type::boolean, "Whether it is the wallet's"},
    {"solvable", Type::boolean, "Whether the wallet knows how to spend from it, apart from keys"},
    {"desc?", Type::string, "A descriptor of it; only if solvable"},
    {"parent_desc?", Type::string, "The descriptor of the wallet that it comes from"},
    {"iswatchonly", Type::boolean, "false"},
    {"", Type::same_fields, "", key_and_script_fields},
    {"embedded?", Type::object, "The address of the script that it stands for", embedded_address},
    {"", Type::same_fields, "", multisig_fields},
    {"ischange", Type::boolean, "Whether it was used for change"},
    {"timestamp?", Type::time, "When its descriptor came into use; only if it has one key"},
    {"hdkeypath?", Type::string, "The path of derivation of its key"},
    {"hdseedid?", Type::hex, "Zeros"},
    {"hdmasterfingerprint?", Type::hex, "The fingerprint of the master key"},
    {"labels", Type::array, "Its label, if it has one", {{"", Type::string, "The label"}}}};

inline const ResultField addresses_by_label{
    "",
    Type::map,
    "By address",
    {{"address",
      Type::object,
      "",
      {{"purpose", Type::string, "send (of others) or receive (of the wallet)"}}}}};

inline const ResultField labels{
    "", Type::array, "In alphabetical order", {{"", Type::string, "A label"}}};

// coins.cpp

inline const ResultFields wallet_balances = {
    {"mine",
     Type::object,
     "",
     {{"trusted", Type::amount, "Confirmed coins, and change of the wallet's own payments"},
      {"untrusted_pending", Type::amount, "Unconfirmed payments from others"},
      {"immature", Type::amount, "Coinbases that are not mature"},
      {"used?", Type::amount, "Coins of reused addresses; only with avoid_reuse"}}},
    last_block_field};

inline const ResultField unspent_coins{
    "",
    Type::objects,
    "",
    {{"txid", Type::hex, "The transaction"},
     {"vout", Type::integer, "The number of the output"},
     {"address?", Type::string, "Its address, if it has one"},
     {"label?", Type::string, "The label of the address"},
     {"redeemScript?", Type::hex, "Of P2SH: the script"},
     {"witnessScript?", Type::hex, "Of P2WSH: the script"},
     {"scriptPubKey", Type::hex, "The output's script"},
     {"amount", Type::amount},
     {"confirmations", Type::integer},
     {"ancestorcount?", Type::integer,
      "Transactions in the mempool on which an unconfirmed one depends, with itself"},
     {"ancestorsize?", units::vbytes, "Their size"},
     {"ancestorfees?", units::satoshis, "Their modified fees"},
     {"spendable", Type::boolean, "Whether the wallet has the keys"},
     {"solvable", Type::boolean, "Whether it knows how to spend the coin, apart from keys"},
     {"desc?", Type::string, "A descriptor of the script; only if solvable"},
     {"parent_descs", Type::array, "", parent_descriptors},
     {"reused?", Type::boolean, "Whether the address was reused; only with avoid_reuse"},
     {"safe", Type::boolean, "false: an unconfirmed payment from others"}}};

inline const ResultField locked_coins{
    "",
    Type::objects,
    "",
    {{"txid", Type::hex, "The transaction"}, {"vout", Type::integer, "The number of the output"}}};

// descriptors.cpp

inline const ResultField import_results{
    "",
    Type::objects,
    "In the order of the requests",
    {{"success", Type::boolean, "Whether it was imported"},
     {"error?",
      Type::object,
      "Why it was not",
      {{"code", Type::integer, "The code of the error"}, {"message", Type::string, ""}}},
     {"warnings?", Type::array, "", warning_texts}}};

inline const ResultFields wallet_descriptors = {
    {"wallet_name", Type::string, "The wallet"},
    {"descriptors",
     Type::objects,
     "In alphabetical order",
     {{"desc", secret(Type::string), "The descriptor"},
      {"timestamp", Type::time, "When it came into use"},
      {"active", Type::boolean, "Whether new addresses come from it"},
      {"internal?", Type::boolean, "Whether these are for change; only if active"},
      {"range?",
       Type::tuple,
       "The addresses that were derived; only if ranged",
       {{"", Type::integer, "The first"}, {"", Type::integer, "The last"}}},
      {"next?", Type::integer, "The same as next_index"},
      {"next_index?", Type::integer, "The next address to give; only if ranged"}}}};

// hd_keys.cpp

inline const ResultField hd_keys{
    "",
    Type::objects,
    "In the order of their bytes",
    {{"xpub", Type::string, "The extended public key"},
     {"has_private", Type::boolean, "Whether the wallet has the private key"},
     {"xprv?", secret(Type::string), "The extended private key"},
     {"descriptors",
      Type::objects,
      "Those that use the key",
      {{"desc", Type::string, "The descriptor"},
       {"active", Type::boolean, "Whether new addresses come from it"}}}}};

inline const ResultFields created_descriptors = {
    {"descs", Type::array, "", {{"", Type::string, "A new descriptor, without private keys"}}}};

// address_groups.cpp

inline const ResultField group_member{
    "",
    Type::one_of,
    "",
    {{"if it has a label",
      Type::tuple,
      "",
      {{"", Type::string, "The address"},
       {"", Type::amount, "Its coins"},
       {"", Type::string, "Its label"}}},
     {"if it has none",
      Type::tuple,
      "",
      {{"", Type::string, "The address"}, {"", Type::amount, "Its coins"}}}}};

inline const ResultField address_groups{
    "",
    Type::array,
    "",
    {{"", Type::array, "Addresses whose common owner the chain shows", {group_member}}}};

// files.cpp

inline const ResultFields opened_wallet = {{"name", Type::string, "The wallet"},
                                           {"warnings?", Type::array, "", warning_texts}};

inline const ResultFields unloaded_wallet = {{"warnings?", Type::array, "", warning_texts}};

inline const ResultFields wallet_info = {
    {"walletname", Type::string, "Its name"},
    {"walletversion", Type::integer, "The version of its format"},
    {"format", Type::string, "sqlite"},
    {"balance", Type::amount, "trusted of getbalances"},
    {"unconfirmed_balance", Type::amount, "untrusted_pending of getbalances"},
    {"immature_balance", Type::amount, "immature of getbalances"},
    {"txcount", Type::integer, "Its transactions"},
    {"keypoolsize", Type::integer, "Addresses that were derived in advance"},
    {"keypoolsize_hd_internal", Type::integer, "The same for change"},
    {"unlocked_until?", Type::time,
     "Until when it is unlocked; 0: it is locked; only if encrypted"},
    {"paytxfee", units::btc_per_kvb, "The fee rate that was set"},
    {"private_keys_enabled", Type::boolean, "false: it is watch-only"},
    {"avoid_reuse", Type::boolean, "Whether it tells coins of reused addresses from others"},
    {"scanning",
     Type::one_of,
     "",
     {{"while it reads blocks again",
       Type::object,
       "",
       {{"duration", units::seconds, "So far"}, {"progress", Type::number, "From 0 to 1"}}},
      {"otherwise", Type::boolean, "false"}}},
    {"descriptors", Type::boolean, "true"},
    {"external_signer", Type::boolean, "false"},
    {"blank", Type::boolean,
     "Whether it was created without keys and has made none itself; imported ones do not count"},
    {"birthtime?", Type::time, "Blocks before it are not read"},
    last_block_field};

inline const ResultFields changed_flag = {
    {"flag_name", Type::string, "The property"},
    {"flag_state", Type::boolean, "Its new state"},
    {"warnings?", Type::string, "What must be known about it; only if it is set"}};

inline const ResultFields upgraded_wallet = {
    {"wallet_name", Type::string, "The wallet"},
    {"previous_version", Type::integer, "The version of its format before"},
    {"current_version", Type::integer, "The version after"},
    {"result?", Type::string, "What was done, if nothing failed"},
    {"error?", Type::string, "Why the version stays as it is"}};

inline const ResultFields wallet_folder = {
    {"wallets", Type::objects, "", {{"name", Type::string, "A wallet"}}}};

inline const ResultField loaded_wallets{"", Type::array, "", {{"", Type::string, "The name"}}};

// funded_transactions.cpp

inline const ResultFields funded_transaction{
    {"hex", Type::hex, "The transaction"},
    {"fee", Type::amount, "The fee that it pays"},
    {"changepos", Type::integer, "The position of the change output; -1: there is none"}};

inline const ResultFields funded_psbt{
    {"psbt", Type::string, "The PSBT in base64"},
    {"fee", Type::amount, "The fee that it pays"},
    {"changepos", Type::integer, "The position of the change output; -1: there is none"}};

// spending.cpp

inline const ResultFields spending_result{
    {"psbt?", Type::string, "The PSBT in base64, if it is not complete or not added to the wallet"},
    {"txid?", Type::hex, "The transaction's id, if it is complete"},
    {"hex?", Type::hex, "The transaction, if it is complete and not added to the wallet"},
    {"complete", Type::boolean, "Whether it has all signatures"}};

// replacements.cpp

inline const ResultFields replacement_fees{
    {"origfee", Type::amount, "The fee of the old payment"},
    {"fee", Type::amount, "The fee of the new one"},
    {"errors", Type::array, "Empty", {{"", Type::string, "What went wrong"}}}};
inline const ResultFields replaced_payment{{"txid", Type::hex, "The new payment"},
                                           {"", Type::same_fields, "", replacement_fees}};
inline const ResultFields psbt_of_replacement{{"psbt", Type::string, "The new payment, unsigned"},
                                              {"", Type::same_fields, "", replacement_fees}};

// simulations.cpp

inline const ResultFields simulated_change{
    {"balance_change", Type::amount, "What the wallet gains; below 0: loses"}};

// payments.cpp

inline const ResultField payment_result{
    "",
    Type::one_of,
    "",
    {{"for verbose = false", Type::hex, "The transaction's id"},
     {"for verbose = true",
      Type::object,
      "",
      {{"txid", Type::hex, "The transaction's id"},
       {"fee_reason", Type::string, "Where the fee rate comes from"}}}}};

// received.cpp

inline const ResultField received_by_address{
    "",
    Type::objects,
    "",
    {{"address", Type::string, "The address"},
     {"amount", Type::amount, "What it received"},
     {"confirmations", Type::integer, "Those of the latest transaction"},
     {"label", Type::string, "Its label"},
     {"txids", Type::array, "The transactions", txids}}};

inline const ResultField received_by_label{
    "",
    Type::objects,
    "",
    {{"amount", Type::amount, "What the addresses of the label received"},
     {"confirmations", Type::integer, "Those of the latest transaction"},
     {"label", Type::string, "The label"}}};

// scans.cpp

inline const ResultFields scanned_blocks = {
    {"start_height", Type::integer, "The first block that was read"},
    {"stop_height", Type::integer, "The last block that was read"}};

// transactions.cpp

/// What the wallet knows of a whole transaction.
inline const ResultFields wallet_transaction_fields = {
    {"confirmations", Type::integer, "Below 0: those of a transaction that excludes it"},
    {"generated?", Type::boolean, "true: it is a coinbase"},
    {"blockhash?", Type::hex, "Its block"},
    {"blockheight?", Type::integer, "The height of the block"},
    {"blockindex?", Type::integer, "Its number in the block"},
    {"blocktime?", Type::time, "The time of the block"},
    {"trusted?", Type::boolean, "Whether its coins may be spent; only if it is unconfirmed"},
    {"txid", Type::hex, "Its id"},
    {"wtxid", Type::hex, "The hash of its form with witness"},
    {"walletconflicts", Type::array, "Transactions of the wallet that exclude it", txids},
    {"mempoolconflicts", Type::array, "Transactions of the mempool that exclude it", txids},
    {"time", Type::time, "Its time: of its block, or when it came"},
    {"timereceived", Type::time, "When it came"},
    {"bip125-replaceable", Type::string, "yes, no or unknown"},
    {"comment?", Type::string, "The note on its purpose"},
    {"replaced_by_txid?", Type::hex, "The payment that replaces it (bumpfee)"},
    {"replaces_txid?", Type::hex, "The payment that it replaces"},
    {"to?", Type::string, "The note on its recipient"}};

inline const ResultField category_field{"category", Type::string,
                                        "send, receive, generate, immature or orphan (coinbases)"};
inline const ResultField payment_label_field{"label?", Type::string, "The label of the address"};
inline const ResultField output_number_field{"vout", Type::integer, "The number of the output"};
inline const ResultField abandoned_field{"abandoned", Type::boolean, "See abandontransaction"};

inline const ResultFields sent_payment = {
    {"address?", Type::string, "Who was paid"},
    category_field,
    {"amount", Type::amount, "Below 0"},
    payment_label_field,
    output_number_field,
    {"fee", Type::amount, "That of the transaction, below 0"}};

inline const ResultFields received_payment = {
    {"address?", Type::string, "The address of the wallet"},
    {"parent_descs", Type::array, "", parent_descriptors},
    category_field,
    {"amount", Type::amount},
    payment_label_field,
    output_number_field,
    abandoned_field};

inline const ResultFields payment_details = {
    {"",
     Type::one_of,
     "",
     {{"if it was sent",
       Type::object,
       "",
       {{"", Type::same_fields, "", sent_payment}, abandoned_field}},
      {"if it was received", Type::object, "", received_payment}}}};

inline const ResultFields listed_payments = {
    {"",
     Type::one_of,
     "",
     {{"if it was sent",
       Type::object,
       "",
       {{"", Type::same_fields, "", sent_payment},
        {"", Type::same_fields, "", wallet_transaction_fields},
        abandoned_field}},
      {"if it was received",
       Type::object,
       "",
       {{"", Type::same_fields, "", received_payment},
        {"", Type::same_fields, "", wallet_transaction_fields}}}}}};

inline const ResultFields wallet_transaction = {
    {"amount", Type::amount, "What the wallet gained, without the fee"},
    {"fee?", Type::amount, "Below 0; only if the wallet paid it"},
    {"", Type::same_fields, "", wallet_transaction_fields},
    {"details", Type::array, "Its payments", payment_details},
    {"hex", Type::hex, "All of it"},
    {"decoded?",
     Type::object,
     "Only for verbose = true",
     {{"", Type::same_fields, "The same as for decoderawtransaction", transaction_fields}}},
    last_block_field};

inline const ResultField payments{"", Type::array, "The oldest first", listed_payments};

inline const ResultFields payments_since = {
    {"transactions", Type::array, "", listed_payments},
    {"removed?", Type::array,
     "Payments in blocks that left the chain; only for include_removed = true", listed_payments},
    {"lastblock", Type::hex, "The block with target_confirmations, for the next call"}};

}  // namespace daler::rpc
