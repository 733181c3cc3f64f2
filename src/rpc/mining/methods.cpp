#include "rpc/mining/methods.h"
#include "rpc/warnings.h"

namespace daler::rpc {
namespace {

const ResultFields template_transaction = {
    {"data", Type::hex, "The transaction"},
    {"txid", Type::hex, "Its id"},
    {"hash", Type::hex, "The hash of its form with witness (wtxid)"},
    {"depends",
     Type::array,
     "The numbers of the transactions that must come before it; the first one of the list has 1",
     {{"", Type::integer}}},
    {"fee", units::satoshis, "What it pays"},
    {"sigops", Type::integer, "The cost of its signature checks, as limits count it"},
    {"weight", units::weight, "Its weight"}};

const ResultField block_template{
    "otherwise",
    Type::object,
    "",
    {{"capabilities", Type::array, "What the node supports", {{"", Type::string}}},
     {"version", Type::integer, "The version of the block"},
     {"rules",
      Type::array,
      "The rules that hold; with \"!\" in front if a miner must know them (BIP 9)",
      {{"", Type::string}}},
     {"vbavailable",
      Type::map,
      "The deployments that blocks may signal for (BIP 9)",
      {{"rulename", Type::integer, "The bit of the version"}}},
     {"vbrequired", Type::integer, "The bits of the version that must be set"},
     {"previousblockhash", Type::hex, "The tip of the best chain"},
     {"transactions", Type::objects, "All but the coinbase, in their order", template_transaction},
     {"coinbaseaux", Type::map, "What the coinbase must contain: nothing", {{"key", Type::hex}}},
     {"coinbasevalue", units::satoshis, "What the coinbase may pay: new coins and fees"},
     {"longpollid", Type::string, "For a call that waits for another template"},
     {"target", Type::hex, "The hash of the block must not be above it"},
     {"mintime", Type::time, "The earliest time for the header"},
     {"mutable", Type::array, "What may be changed", {{"", Type::string}}},
     {"noncerange", Type::hex, "The lowest and the highest nonce"},
     {"sigoplimit", Type::integer, "The highest cost of signature checks in a block"},
     {"sizelimit", units::bytes, "The largest block"},
     {"weightlimit?", units::weight, "The heaviest block; only with segwit"},
     {"curtime", Type::time, "The time for the header"},
     {"bits", Type::hex, "The target in its short form"},
     {"height", Type::integer, "The height of the block"},
     {"signet_challenge?", Type::hex, "The script that a signet's blocks must solve"},
     {"default_witness_commitment?", Type::hex,
      "The script of the coinbase output that commits to the witnesses"}}};

const ResultField template_or_verdict{
    "",
    Type::one_of,
    "",
    {{"if mode is \"proposal\" and the block is valid", Type::null},
     {"if mode is \"proposal\" and the block is not accepted", Type::string, "The reason (BIP 22)"},
     block_template}};

const Argument template_request{
    "template_request",
    Type::object,
    "",
    "What is asked for",
    {{"mode", Type::string, "\"template\"", "\"template\" or \"proposal\" (BIP 23)"},
     {"capabilities",
      Type::array,
      "null",
      "What the miner supports; has no effect",
      {{"", Type::string, "null", "", {}, "\"str\""}}},
     {"rules",
      Type::array,
      "",
      "The rules that the miner knows",
      {{"", Type::string, "", "Must be among them", {}, "\"segwit\""},
       {"", Type::string, "null", "Another rule", {}, "\"str\""}}},
     {"longpollid", Type::string, "null",
      "Wait until the template with this id is old: until another tip, or after a minute another "
      "mempool"},
     {"data", Type::hex, "null", "The block of a proposal"}}};

const ResultFields mining_info = {
    {"blocks", Type::integer, "The height of the tip"},
    {"currentblockweight?", units::weight, "The last template, if one was made"},
    {"currentblocktx?", Type::integer, "Its transactions without the coinbase"},
    {"difficulty", Type::number, "The difficulty of the tip"},
    {"networkhashps", {Type::number, "hashes per second"}, "An estimate for all miners"},
    {"pooledtx", Type::integer, "Transactions in the mempool"},
    {"chain", Type::string, "The name of the chain"},
    warnings_field};

const ResultField priorities{
    "",
    Type::map,
    "By txid",
    {{"txid",
      Type::object,
      "",
      {{"fee_delta", units::satoshis, "What was added to the fee"},
       {"in_mempool", Type::boolean, "Whether the transaction is in the mempool"},
       {"modified_fee?", units::satoshis, "Its fee with what was added; only in the mempool"}}}}};

const ResultField verdict{"",
                          Type::one_of,
                          "",
                          {{"if the block was accepted", Type::null},
                           {"otherwise", Type::string, "The reason (BIP 22)"}}};

const ResultFields generated_block = {
    {"hash", Type::hex, "The block"},
    {"hex?", Type::hex, "All of it; only if it was not submitted"}};

const ResultField block_hashes{"", Type::array, "The new blocks", {{"", Type::hex, "The hash"}}};

constexpr Argument max_nonces{"maxtries", Type::integer, "1000000", "Nonces to try at most"};

const Method mining_table[] = {
    {"Mining",
     "getblocktemplate",
     "Returns the data that a miner needs for the next block (BIPs 22, 23, 145), or checks a "
     "proposed block.",
     {template_request},
     template_or_verdict,
     getblocktemplate,
     "'{\"rules\": [\"segwit\"]}'"},
    {"Mining", "getmininginfo", "Shows the state of mining.", {}, mining_info, getmininginfo},
    {"Mining",
     "getnetworkhashps",
     "Estimates the hashes per second of all miners.",
     {{"nblocks", Type::integer, "120",
       "Number of blocks to use; -1: since the last change of difficulty"},
      {"height", Type::integer, "-1", "As of the time of this block; -1: now"}},
     {"", {Type::number, "hashes per second"}, "The estimate"},
     getnetworkhashps},
    {"Mining",
     "getprioritisedtransactions",
     "Lists the changes made by prioritisetransaction.",
     {},
     priorities,
     getprioritisedtransactions},
    {"Mining",
     "prioritisetransaction",
     "Treats a transaction as if it paid more or less than it does.",
     {{"txid", Type::hex, "", "The transaction; it need not be known yet"},
      {"dummy", Type::number, "null", "Must be zero or null"},
      {"fee_delta", units::satoshis, "", "What to add to its fee; may be negative"}},
     {"", Type::boolean, "true"},
     prioritisetransaction,
     "\"txid\" 0 10000"},
    {"Mining",
     "submitblock",
     "Submits a block to the network.",
     {{"hexdata", Type::hex, "", "The block"},
      {"dummy", Type::string, "ignored", "Ignored, for compatibility with BIP 22"}},
     verdict,
     submitblock,
     "\"hexdata\""},
    {"Mining",
     "submitheader",
     "Submits a header as a candidate chain tip.",
     {{"hexdata", Type::hex, "", "The header"}},
     nothing,
     submitheader,
     "\"hexdata\""},
    {"hidden",
     "generate",
     "Has been replaced by the -generate option of daler-cli.",
     {},
     {"", Type::any, "No result: the method returns an error"},
     generate},
    {"hidden",
     "generateblock",
     "Mines a block with exactly these transactions.",
     {{"output", secret(Type::string), "", "Address or descriptor that gets the coins"},
      {"transactions",
       Type::array,
       "",
       "The transactions, in their order",
       {{"rawtx/txid", Type::hex, "null", "A transaction, or the id of one in the mempool"}}},
      {"submit", Type::boolean, "true", "Submit the block; otherwise its hex is returned"}},
     generated_block,
     generateblock,
     "\"address\" '[]'"},
    {"hidden",
     "generatetoaddress",
     "Mines blocks that pay to an address.",
     {{"nblocks", Type::integer, "", "How many"},
      {"address", Type::string, "", "Who gets the coins"},
      max_nonces},
     block_hashes,
     generatetoaddress,
     "11 \"address\""},
    {"hidden",
     "generatetodescriptor",
     "Mines blocks that pay to a descriptor.",
     {{"num_blocks", Type::integer, "", "How many"},
      {"descriptor", secret(Type::string), "", "Who gets the coins"},
      max_nonces},
     block_hashes,
     generatetodescriptor,
     "11 \"descriptor\""},
};

}  // namespace

std::span<const Method> mining_methods() {
    return mining_table;
}

}  // namespace daler::rpc
