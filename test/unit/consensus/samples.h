#pragma once

#include <daler/consensus/rejection.h>
#include <daler/crypto/hash.h>
#include <daler/primitives/transaction.h>

namespace daler::test {

/// One input, which spends output `index` of an invented transaction, and one output.
inline Transaction spend(std::uint32_t index) {
    Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {Txid{crypto::sha256d(as_bytes("a"))}, index};
    tx.outputs.push_back({Amount{1}, Script(Bytes{0x51})});
    return tx;
}

/// "valid", or the reject reason without details.
inline std::string code_of(const consensus::Verdict& verdict) {
    return verdict ? "valid" : std::string(code(verdict.error().reason));
}

}  // namespace daler::test
