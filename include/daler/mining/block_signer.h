#pragma once

#include <daler/descriptor/key_ring.h>
#include <daler/primitives/block.h>

#include <string_view>

namespace daler::mining {

/// What to do when the keys are not enough: a sentence for the user.
inline constexpr std::string_view no_signer =
    "This node has no key for the challenge of the signet: start it with -signetsigner, or import "
    "the key into a wallet.";

/// Signs the blocks of a signet (BIP 325). Immutable; any thread.
class BlockSigner {
public:
    /// `challenge`: the script that blocks of the chain must satisfy.
    BlockSigner(Bytes challenge, descriptor::KeyRing keys);

    /// Puts the solution of the challenge into the witness commitment of `block` and updates the
    /// merkle root. False if the keys are not enough. Requires: `block` has a witness commitment
    /// without a solution, and its header is final except for the nonce.
    [[nodiscard]] bool sign(Block& block) const;

    /// Whether the keys are enough for the challenge.
    [[nodiscard]] bool can_sign() const;

private:
    Bytes challenge_;
    descriptor::KeyRing keys_;
};

}  // namespace daler::mining
