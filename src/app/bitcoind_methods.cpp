#include "app/bitcoind_methods.h"

#include <array>

namespace daler::app {
namespace {

using client::Conversion;
using client::named_only;
using client::Rule;

constexpr auto rows = std::to_array<Conversion>({
    {"addmultisigaddress", 0, "nrequired", Rule::json},
    {"addmultisigaddress", 1, "keys", Rule::json},
    {"createwalletdescriptor", 1, "options", Rule::json},
    {"createwalletdescriptor", named_only, "internal", Rule::json},
    {"dumptxoutset", 2, "options", Rule::json},
    {"dumptxoutset", named_only, "rollback", Rule::json},
    {"gethdkeys", 0, "options", Rule::json},
    {"gethdkeys", named_only, "active_only", Rule::json},
    {"gethdkeys", named_only, "private", Rule::json},
    {"importaddress", 2, "rescan", Rule::json},
    {"importaddress", 3, "p2sh", Rule::json},
    {"importmulti", 0, "requests", Rule::json},
    {"importmulti", 1, "options", Rule::json},
    {"importmulti", named_only, "rescan", Rule::json},
    {"importprivkey", 2, "rescan", Rule::json},
    {"importpubkey", 2, "rescan", Rule::json},
    {"send", 0, "outputs", Rule::json},
    {"send", 1, "conf_target", Rule::json},
    {"send", 3, "fee_rate", Rule::json},
    {"send", 4, "options", Rule::json},
    {"send", named_only, "add_inputs", Rule::json},
    {"send", named_only, "include_unsafe", Rule::json},
    {"send", named_only, "minconf", Rule::json},
    {"send", named_only, "maxconf", Rule::json},
    {"send", named_only, "add_to_wallet", Rule::json},
    {"send", named_only, "change_position", Rule::json},
    {"send", named_only, "include_watching", Rule::json},
    {"send", named_only, "inputs", Rule::json},
    {"send", named_only, "locktime", Rule::json},
    {"send", named_only, "lock_unspents", Rule::json},
    {"send", named_only, "psbt", Rule::json},
    {"send", named_only, "subtract_fee_from_outputs", Rule::json},
    {"send", named_only, "max_tx_weight", Rule::json},
    {"send", named_only, "replaceable", Rule::json},
    {"send", named_only, "solving_data", Rule::json},
    {"sendall", 0, "recipients", Rule::json},
    {"sendall", 1, "conf_target", Rule::json},
    {"sendall", 3, "fee_rate", Rule::json},
    {"sendall", 4, "options", Rule::json},
    {"sendall", named_only, "add_to_wallet", Rule::json},
    {"sendall", named_only, "include_watching", Rule::json},
    {"sendall", named_only, "inputs", Rule::json},
    {"sendall", named_only, "locktime", Rule::json},
    {"sendall", named_only, "lock_unspents", Rule::json},
    {"sendall", named_only, "psbt", Rule::json},
    {"sendall", named_only, "send_max", Rule::json},
    {"sendall", named_only, "minconf", Rule::json},
    {"sendall", named_only, "maxconf", Rule::json},
    {"sendall", named_only, "replaceable", Rule::json},
    {"sendall", named_only, "solving_data", Rule::json},
    {"sethdseed", 0, "newkeypool", Rule::json},
    {"settxfee", 0, "amount", Rule::json},
    {"setwalletflag", 1, "value", Rule::json},
    {"walletcreatefundedpsbt", 0, "inputs", Rule::json},
    {"walletcreatefundedpsbt", 1, "outputs", Rule::json},
    {"walletcreatefundedpsbt", 2, "locktime", Rule::json},
    {"walletcreatefundedpsbt", 3, "options", Rule::json},
    {"walletcreatefundedpsbt", 4, "bip32derivs", Rule::json},
    {"walletcreatefundedpsbt", named_only, "add_inputs", Rule::json},
    {"walletcreatefundedpsbt", named_only, "include_unsafe", Rule::json},
    {"walletcreatefundedpsbt", named_only, "minconf", Rule::json},
    {"walletcreatefundedpsbt", named_only, "maxconf", Rule::json},
    {"walletcreatefundedpsbt", named_only, "changePosition", Rule::json},
    {"walletcreatefundedpsbt", named_only, "includeWatching", Rule::json},
    {"walletcreatefundedpsbt", named_only, "lockUnspents", Rule::json},
    {"walletcreatefundedpsbt", named_only, "fee_rate", Rule::json},
    {"walletcreatefundedpsbt", named_only, "feeRate", Rule::json},
    {"walletcreatefundedpsbt", named_only, "subtractFeeFromOutputs", Rule::json},
    {"walletcreatefundedpsbt", named_only, "max_tx_weight", Rule::json},
    {"walletcreatefundedpsbt", named_only, "conf_target", Rule::json},
    {"walletcreatefundedpsbt", named_only, "replaceable", Rule::json},
    {"walletcreatefundedpsbt", named_only, "solving_data", Rule::json},
});

}  // namespace

std::span<const client::Conversion> bitcoind_methods() {
    return rows;
}

}  // namespace daler::app
