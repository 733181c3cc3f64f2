#pragma once

#include <daler/primitives/transaction.h>
#include <daler/script/flags.h>
#include <daler/script/script_error.h>
#include <daler/script/sighash.h>

namespace daler::script {

/// Remembers signatures that verified, so that a transaction that was checked for the mempool is
/// checked faster in its block. Implementations are thread-safe and bounded. A key is a hash over
/// signed hash, public key and signature.
class SignatureCache {
public:
    virtual ~SignatureCache() = default;
    [[nodiscard]] virtual bool contains(const Hash256& key) const = 0;
    virtual void insert(const Hash256& key) = 0;
};

/// The data that one input's script is checked with. The references must outlive the call.
struct InputToVerify {
    const Transaction& tx;
    std::uint32_t index;              ///< of the input
    const TxOutput& spent;            ///< the output it spends
    const PrecomputedHashes& hashes;  ///< of tx, with all spent outputs (taproot signs them all)
    Flags flags;
    SignatureCache* cache = nullptr;
};

/// Runs scriptSig, scriptPubKey and witness of one input. ScriptError::ok or the first broken
/// rule, in the order of Bitcoin Core, so that the texts are equal. Pure; any thread.
[[nodiscard]] ScriptError verify_input(const InputToVerify& input);

}  // namespace daler::script
