#include "rpc/util/methods.h"

namespace daler::rpc {
namespace {

const ResultFields multisig = {{"address", Type::string, "The address"},
                               {"redeemScript", Type::hex, "The script"},
                               {"descriptor", Type::string, "The descriptor of the address"},
                               {"warnings?", Type::array, "", {{"", Type::string, "A warning"}}}};

const ResultField addresses{"",
                            Type::one_of,
                            "",
                            {{"for one path", Type::array, "", {{"", Type::string, "An address"}}},
                             {"for keys with several paths",
                              Type::array,
                              "A list for each path",
                              {{"", Type::array, "", {{"", Type::string, "An address"}}}}}}};

const ResultFields fee_estimate = {
    {"feerate?", units::btc_per_kvb, "The rate, if there is an estimate"},
    {"errors?", Type::array, "Why there is none", {{"", Type::string}}},
    {"blocks", Type::integer, "The target of the estimate"}};

const ResultFields fee_buckets = {
    {"startrange", Type::number, "From above this rate, in satoshis per 1000 virtual bytes"},
    {"endrange", Type::number, "Up to this rate"},
    {"withintarget", Type::number, "Transactions that confirmed within the target"},
    {"totalconfirmed", Type::number, "Transactions that confirmed at any time"},
    {"inmempool", Type::number, "Transactions that have waited for the target"},
    {"leftmempool", Type::number, "Transactions that left unconfirmed after the target"}};

const ResultFields horizon_fields = {
    {"feerate?", units::btc_per_kvb, "The rate, if there is an estimate"},
    {"decay", Type::number, "The weight of older blocks: a factor for each block"},
    {"scale", Type::integer, "In how many blocks steps of the target are"},
    {"pass?", Type::object, "The lowest rates that reached the threshold", fee_buckets},
    {"fail?", Type::object, "The highest rates that did not", fee_buckets},
    {"errors?", Type::array, "Why there is no estimate", {{"", Type::string}}}};

const ResultField raw_fees{"",
                           Type::object,
                           "The numbers of transactions are averages that decay",
                           {{"short?", Type::object, "For targets up to 12", horizon_fields},
                            {"medium?", Type::object, "For targets up to 48", horizon_fields},
                            {"long?", Type::object, "For all targets", horizon_fields}}};

const ResultFields descriptor_info = {
    {"descriptor", Type::string,
     "Its canonical form, without private keys; of several paths the first"},
    {"multipath_expansion?",
     Type::array,
     "If its keys have several paths, the descriptor of each",
     {{"", Type::string}}},
    {"checksum", Type::string, "The checksum of what was given"},
    {"isrange", Type::boolean, "Whether it has a range"},
    {"issolvable", Type::boolean, "Whether it says how to spend, apart from keys"},
    {"hasprivatekeys", Type::boolean, "Whether what was given has private keys"}};

const ResultField index_info{
    "",
    Type::map,
    "By index",
    {{"name",
      Type::object,
      "",
      {{"synced", Type::boolean, "Whether it has reached the tip"},
       {"best_block_height", Type::integer, "The height that it has reached"}}}}};

const ResultField validity{
    "",
    Type::one_of,
    "",
    {{"if it is an address",
      Type::object,
      "",
      {{"isvalid", Type::boolean, "true"},
       {"address", Type::string, "The address"},
       {"scriptPubKey", Type::hex, "Its output script"},
       {"isscript?", Type::boolean, "Whether it stands for a script"},
       {"iswitness", Type::boolean, "Whether it has a witness program"},
       {"witness_version?", Type::integer, "The version of the witness program"},
       {"witness_program?", Type::hex, "The witness program"}}},
     {"otherwise",
      Type::object,
      "",
      {{"isvalid", Type::boolean, "false"},
       {"error_locations", Type::array, "Where errors may be", {{"", Type::integer}}},
       {"error", Type::string, "What is wrong"}}}}};

const Method util_table[] = {
    {"Util",
     "createmultisig",
     "Makes a multisig address.",
     {{"nrequired", Type::integer, "", "How many of the keys must sign"},
      {"keys", Type::array, "", "The keys", {{"key", Type::hex, "null", "A public key"}}},
      {"address_type", Type::string, "\"legacy\"", "legacy, p2sh-segwit or bech32"}},
     multisig,
     createmultisig,
     "2 '[\"02...\", \"03...\"]'"},
    {"Util",
     "deriveaddresses",
     "Lists the addresses that an output descriptor describes.",
     {{"descriptor", secret(Type::string), "", "The descriptor, with its checksum"},
      {"range", Type::any, "null", "For ranged descriptors: the last index, or [first, last]"}},
     addresses,
     deriveaddresses,
     "\"wpkh([d34db33f/84h/0h/0h]xpub6.../0/*)#checksum\" '[0, 2]'"},
    {"Util",
     "estimatesmartfee",
     "Estimates the fee rate at which a transaction confirms within this number of blocks, from "
     "the transactions that the node saw and the blocks that confirmed them. On private chains the "
     "rate of setfeeestimate or -fixedfeeestimate comes first, and without statistics it is that "
     "of -fallbackfee.",
     {{"conf_target", Type::integer, "", "Blocks"},
      {"estimate_mode", Type::string, "\"economical\"", "unset, economical or conservative"}},
     fee_estimate,
     estimatesmartfee,
     "6"},
    {"Util",
     "getdescriptorinfo",
     "Checks an output descriptor.",
     {{"descriptor", secret(Type::string), "", "The descriptor"}},
     descriptor_info,
     getdescriptorinfo,
     "\"wpkh(02...)\""},
    {"Util",
     "getindexinfo",
     "Lists the indexes and the height that each has reached.",
     {{"index_name", Type::string, "all", "Only the index of this name"}},
     index_info,
     getindexinfo,
     "txindex"},
    {"Util",
     "signmessagewithprivkey",
     "Signs a message with a private key.",
     {{"privkey", secret(Type::string), "", "The key in wallet import format"},
      {"message", Type::string, "", "The message"}},
     {"", Type::string, "The signature in base 64"},
     signmessagewithprivkey,
     "\"privkey\" \"text\""},
    {"Util",
     "validateaddress",
     "Tells whether a text is an address of this chain, and of what kind.",
     {{"address", Type::string, "", "The address"}},
     validity,
     validateaddress,
     "\"bcrt1q...\""},
    {"Util",
     "verifymessage",
     "Tells whether a signature shows that the owner of an address signed a message.",
     {{"address", Type::string, "", "A P2PKH address"},
      {"signature", Type::string, "", "The signature in base 64"},
      {"message", Type::string, "", "The message"}},
     {"", Type::boolean, "Whether it does"},
     verifymessage,
     "\"address\" \"signature\" \"text\""},
    {"hidden",
     "estimaterawfee",
     "Shows the statistics from which fee rates are estimated, for each horizon that knows the "
     "target.",
     {{"conf_target", Type::integer, "", "Blocks"},
      {"threshold", Type::number, "0.95",
       "The part of the transactions that must have confirmed within the target"}},
     raw_fees,
     estimaterawfee,
     "6 0.9"},
};

}  // namespace

std::span<const Method> util_methods() {
    return util_table;
}

}  // namespace daler::rpc
