#pragma once

#include <daler/primitives/transaction.h>

#include <random>
#include <vector>

namespace daler::bench {

/// The kinds of coins that a benchmark spends, with equal probability.
enum class CoinKind : std::uint8_t {
    pubkey_hash,
    witness_key_hash,
    nested_witness_key_hash,
    multisig_2_of_3,
    taproot_key,
    taproot_script,
};
inline constexpr std::size_t coin_kinds = 6;

/// The C++ standard defines its numbers, so equal seeds give equal chains.
using Dice = std::mt19937_64;

/// A coin that the benchmark can spend.
struct OwnCoin {
    OutPoint outpoint;
    TxOutput output;
    CoinKind kind;
    std::uint32_t key;  ///< index in the KeySet
};

/// One signature check of the interpreter: the input of the floor program.
struct Triple {
    bool is_schnorr;
    Bytes key;
    Bytes signature;  ///< without hash type
    Hash256 hash;
};

/// Random keys, the scripts that pay to them, and signatures by them.
class KeySet {
public:
    explicit KeySet(Dice& dice);
    ~KeySet();

    /// A script of a random kind for a random key. Sets `kind` and `key`.
    [[nodiscard]] Script new_script(CoinKind& kind, std::uint32_t& key);
    /// Signs all inputs. Appends the signature checks that the interpreter will make to `triples`.
    void sign(Transaction& tx, const std::vector<OwnCoin>& spent, std::vector<Triple>& triples);

private:
    struct Keys;
    Dice& dice_;
    std::vector<Keys> keys_;
};

}  // namespace daler::bench
