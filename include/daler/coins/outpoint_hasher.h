#pragma once

#include <daler/primitives/transaction.h>

#include <array>
#include <cstring>

namespace daler::coins {

/// Mixes an outpoint or a txid with a secret of the table. SipHash is not needed: a txid is a hash
/// already, and without the secret nobody can find ids that share a bucket.
class OutPointHasher {
public:
    using is_avalanching = void;
    OutPointHasher();

    std::size_t operator()(const OutPoint& outpoint) const {
        return hash(outpoint.txid, outpoint.index);
    }
    std::size_t operator()(const Txid& txid) const { return hash(txid, 0); }

private:
    // __extension__: gcc and clang both have 128-bit integers, which pedantic mode would report.
    __extension__ using Wide = unsigned __int128;

    [[nodiscard]] std::size_t hash(const Txid& txid, std::uint32_t index) const {
        std::array<std::uint64_t, 4> words;
        std::memcpy(words.data(), txid.bytes.data(), sizeof words);
        return mix(words[0] ^ secret_[0], words[1] ^ secret_[1] ^ index) ^
               mix(words[2] ^ secret_[2], words[3] ^ secret_[3]);
    }
    static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
        const auto product = Wide{a} * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }
    std::array<std::uint64_t, 4> secret_;
};

}  // namespace daler::coins
