#include "rpc/util/methods.h"

namespace daler::rpc {
namespace {

const Method util_table[] = {
    {"Util",
     "createmultisig",
     "Makes a multisig address.",
     {{"nrequired", Type::integer, "", "How many of the keys must sign"},
      {"keys", Type::array, "", "Public keys in hex"},
      {"address_type", Type::string, "legacy", "legacy, p2sh-segwit or bech32"}},
     "address, redeemScript and descriptor",
     createmultisig},
    {"Util",
     "deriveaddresses",
     "Lists the addresses that an output descriptor describes.",
     {{"descriptor", Type::string, "", "The descriptor, with its checksum"},
      {"range", Type::any, "null", "For ranged descriptors: the last index, or [first, last]"}},
     "addresses",
     deriveaddresses},
    {"Util",
     "estimatesmartfee",
     "Estimates the fee rate at which a transaction confirms within this number of blocks. This "
     "node keeps no statistics. On private chains it answers the rate of setfeeestimate or "
     "-fixedfeeestimate, or else that of -fallbackfee; on others it has no estimate.",
     {{"conf_target", Type::integer, "", "Blocks"},
      {"estimate_mode", Type::string, "economical", "unset, economical or conservative"}},
     "feerate in BTC/kvB or errors, and blocks",
     estimatesmartfee},
    {"Util",
     "getdescriptorinfo",
     "Checks an output descriptor.",
     {{"descriptor", Type::string, "", "The descriptor"}},
     "its canonical form, checksum and what it can do",
     getdescriptorinfo},
    {"Util",
     "getindexinfo",
     "Lists the indexes and the height that each has reached.",
     {{"index_name", Type::string, "all", "Only the index of this name"}},
     "by name: synced, best_block_height",
     getindexinfo},
    {"Util",
     "signmessagewithprivkey",
     "Signs a message with a private key.",
     {{"privkey", Type::string, "", "The key in wallet import format"},
      {"message", Type::string, "", "The message"}},
     "the signature in base 64",
     signmessagewithprivkey},
    {"Util",
     "validateaddress",
     "Tells whether a text is an address of this chain, and of what kind.",
     {{"address", Type::string, "", "The address"}},
     "isvalid, and its script or what is wrong",
     validateaddress},
    {"Util",
     "verifymessage",
     "Tells whether a signature shows that the owner of an address signed a message.",
     {{"address", Type::string, "", "A P2PKH address"},
      {"signature", Type::string, "", "The signature in base 64"},
      {"message", Type::string, "", "The message"}},
     "true or false",
     verifymessage},
};

}  // namespace

std::span<const Method> util_methods() {
    return util_table;
}

}  // namespace daler::rpc
