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
     {{"descriptor", Type::string, "", "The descriptor, with its checksum"},
      {"range", Type::any, "null", "For ranged descriptors: the last index, or [first, last]"}},
     addresses,
     deriveaddresses,
     "\"wpkh([d34db33f/84h/0h/0h]xpub6.../0/*)#checksum\" '[0, 2]'"},
    {"Util",
     "estimatesmartfee",
     "Estimates the fee rate at which a transaction confirms within this number of blocks. This "
     "node keeps no statistics. On private chains it answers the rate of setfeeestimate or "
     "-fixedfeeestimate, or else that of -fallbackfee; on others it has no estimate.",
     {{"conf_target", Type::integer, "", "Blocks"},
      {"estimate_mode", Type::string, "\"economical\"", "unset, economical or conservative"}},
     fee_estimate,
     estimatesmartfee,
     "6"},
    {"Util",
     "getdescriptorinfo",
     "Checks an output descriptor.",
     {{"descriptor", Type::string, "", "The descriptor"}},
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
     {{"privkey", Type::string, "", "The key in wallet import format"},
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
};

}  // namespace

std::span<const Method> util_methods() {
    return util_table;
}

}  // namespace daler::rpc
