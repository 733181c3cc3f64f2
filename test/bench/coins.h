#pragma once

#include <daler/primitives/transaction.h>

#include <random>
#include <vector>

namespace daler::bench {

/// The forms of coins that a benchmark spends, in equal parts.
enum class CoinKind : std::uint8_t {
    pubkey_hash,
    witness_key_hash,
    nested_witness_key_hash,
    multisig_2_of_3,
    taproot_key,
    taproot_script,
};
inline constexpr std::size_t coin_kinds = 6;

/// Equal seeds give equal chains, on any machine.
using Dice = std::mt19937_64;

/// A coin that the benchmark can spend.
struct OwnCoin {
    OutPoint outpoint;
    TxOutput output;
    CoinKind kind;
    std::uint32_t key;  ///< which of the purse's
};

/// One signature as an interpreter hands it to the curve: the input of the floor program.
struct Triple {
    bool is_schnorr;
    Bytes key;
    Bytes signature;  ///< without hash type
    Hash256 hash;
};

/// Keys, and what can be done with them.
class Purse {
public:
    explicit Purse(Dice& dice);
    ~Purse();

    /// A script of any kind for any key; `kind` and `key` say which.
    [[nodiscard]] Script new_script(CoinKind& kind, std::uint32_t& key);
    /// Signs all inputs. `triples` grows by every pair of key and signature that is tried.
    void sign(Transaction& tx, const std::vector<OwnCoin>& spent, std::vector<Triple>& triples);

private:
    struct Keys;
    Dice& dice_;
    std::vector<Keys> keys_;
};

}  // namespace daler::bench
