#include "rpc/rawtransactions/methods.h"

namespace daler::rpc {
namespace {

const Method rawtransactions_table[] = {
    {"Rawtransactions",
     "createrawtransaction",
     "Builds a transaction that spends the given inputs to the given outputs. It is not "
     "signed, stored or sent.",
     {{"inputs", Type::array, "", "Objects with txid, vout and optionally sequence"},
      {"outputs", Type::any, "",
       "Addresses and amounts in BTC, or \"data\" and hex; an object or an array of them"},
      {"locktime", Type::integer, "0", "Lock time: a height or seconds since 1970"},
      {"replaceable", Type::boolean, "true",
       "Signal that the transaction may be replaced (BIP 125)"}},
     "hex of the transaction",
     createrawtransaction},
    {"Rawtransactions",
     "decoderawtransaction",
     "Decodes a transaction.",
     {{"hexstring", Type::hex, "", "The transaction"},
      {"iswitness", Type::boolean, "depends on the data",
       "Whether the hex has the form with witness (BIP 144)"}},
     "the transaction as an object",
     decoderawtransaction},
    {"Rawtransactions",
     "decodescript",
     "Decodes a script, and shows its addresses.",
     {{"hexstring", Type::hex, "", "The script"}},
     "asm, desc, type and addresses",
     decodescript},
    {"Rawtransactions",
     "getrawtransaction",
     "Gives a transaction of the mempool, of the given block, or of the index (-txindex).",
     {{"txid", Type::hex, "", "Its id"},
      {"verbosity|verbose", Type::any, "0",
       "0: hex, 1: an object, 2: with fee and the outputs it spends"},
      {"blockhash", Type::hex, "null", "The block to look in"}},
     "hex, or the transaction as an object",
     getrawtransaction},
    {"Rawtransactions",
     "sendrawtransaction",
     "Puts a transaction into the mempool and announces it to all peers.",
     {{"hexstring", Type::hex, "", "The transaction"},
      {"maxfeerate", Type::amount, "0.10",
       "Refuse to pay more than this, in BTC/kvB; 0: pay anything"},
      {"maxburnamount", Type::amount, "0.00",
       "Refuse to lose more than this in outputs that cannot be spent"}},
     "txid",
     sendrawtransaction},
    {"Rawtransactions",
     "signrawtransactionwithkey",
     "Signs what can be signed with the given keys.",
     {{"hexstring", Type::hex, "", "The transaction"},
      {"privkeys", Type::array, "", "Private keys in wallet import format"},
      {"prevtxs", Type::array, "null",
       "Outputs it spends that neither chain nor mempool has: txid, vout, scriptPubKey, "
       "redeemScript, "
       "witnessScript, amount"},
      {"sighashtype", Type::string, "DEFAULT for Taproot, ALL otherwise", "Signature hash type"}},
     "hex, complete, and the errors of inputs",
     signrawtransactionwithkey},
    {"Rawtransactions",
     "testmempoolaccept",
     "Tells whether the mempool would accept these transactions now, in their order. After the "
     "first one that is refused, the others have no verdict.",
     {{"rawtxs", Type::array, "",
       "Transactions in hex, at most 25, parents before children; no two may spend the same "
       "coin"},
      {"maxfeerate", Type::amount, "0.10",
       "Refuse to pay more than this, in BTC/kvB; 0: pay anything"}},
     "for each transaction: txid, wtxid, package-error if the group as such is refused, "
     "allowed, "
     "and vsize and fees or the reject-reason",
     testmempoolaccept},
};

}  // namespace

std::span<const Method> rawtransaction_methods() {
    return rawtransactions_table;
}

}  // namespace daler::rpc
