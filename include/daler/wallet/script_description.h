#pragma once

#include <string>

namespace daler::wallet {

/// How a script of the wallet is shown. Empty texts: there is no such thing.
struct ScriptDescription {
    std::string address;
    std::string redeem_script;   ///< hex; of P2SH
    std::string witness_script;  ///< hex; of P2WSH, also inside of P2SH
    std::string descriptor;      ///< with its checksum; empty if the script is not solvable
};

}  // namespace daler::wallet
