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
    {"sethdseed", 0, "newkeypool", Rule::json},
    {"settxfee", 0, "amount", Rule::json},
    {"setwalletflag", 1, "value", Rule::json},
});

}  // namespace

std::span<const client::Conversion> bitcoind_methods() {
    return rows;
}

}  // namespace daler::app
