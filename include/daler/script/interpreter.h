#pragma once

#include <daler/primitives/transaction.h>
#include <daler/script/flags.h>
#include <daler/script/script_error.h>
#include <daler/script/sighash.h>

namespace daler::script {

/// Remembers signatures that verified, so that a transaction checked for the mempool is cheap in
/// its block. Implementations are thread-safe and bounded. A key identifies (hash, public key,
/// signature) completely.
class SignatureCache {
public:
    virtual ~SignatureCache() = default;
    [[nodiscard]] virtual bool contains(const Hash256& key) const = 0;
    virtual void insert(const Hash256& key) = 0;
};

/// Everything one input's script is checked with. All references must outlive the call.
struct InputToVerify {
    const Transaction& tx;
    std::uint32_t index;              ///< of the input
    const TxOutput& spent;            ///< the output it spends
    const PrecomputedHashes& hashes;  ///< of tx, with all spent outputs (taproot signs them all)
    Flags flags;
    SignatureCache* cache = nullptr;
};

/// Runs scriptSig, scriptPubKey and witness of one input. ScriptError::ok or the first rule broken,
/// in the order of the reference, so that the texts agree. Pure; any thread.
[[nodiscard]] ScriptError verify_input(const InputToVerify& input);

}  // namespace daler::script
