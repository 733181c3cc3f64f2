#pragma once

#include <daler/miniscript/expression.h>

namespace daler::miniscript {

/// What a spender has. The functions are asked for whatever the expression mentions.
class Assets {
public:
    virtual ~Assets() = default;

    /// The signature of a key, with its hash type byte if it has one. The key is what the script
    /// has: 33 bytes in P2WSH, 32 bytes in tapscript.
    [[nodiscard]] virtual std::optional<Bytes> signature(ByteSpan key) const = 0;
    /// The 32 bytes whose `hash` (sha256, hash256, ripemd160 or hash160) is `digest`.
    [[nodiscard]] virtual std::optional<Bytes> preimage(Fragment hash, ByteSpan digest) const = 0;
    /// Whether the spending transaction satisfies CHECKLOCKTIMEVERIFY of `lock_time`.
    [[nodiscard]] virtual bool check_after(std::uint32_t lock_time) const = 0;
    /// Whether the spending input satisfies CHECKSEQUENCEVERIFY of `sequence`.
    [[nodiscard]] virtual bool check_older(std::uint32_t sequence) const = 0;
};

/// The smallest witness that others cannot change: the elements below the script, the bottom of
/// the stack first. Nothing if `assets` are not enough. Requires a valid expression; for one that
/// is not sane there may be no such witness. `keys` as for to_script.
[[nodiscard]] std::optional<std::vector<Bytes>> satisfy(const Expression& expression,
                                                        std::span<const Bytes> keys,
                                                        const Assets& assets);

/// The most elements of a witness, and the most bytes with their lengths; ECDSA signatures count
/// 72 bytes, Schnorr signatures 65. Nothing if there is no witness.
struct WitnessSize {
    std::size_t elements;
    std::size_t bytes;
};
[[nodiscard]] std::optional<WitnessSize> largest_witness(const Expression& expression);

}  // namespace daler::miniscript
