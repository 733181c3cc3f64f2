#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/consensus/rejection.h>
#include <daler/primitives/amount.h>
#include <daler/primitives/transaction.h>

#include <optional>
#include <span>

namespace daler::policy {

using consensus::Coin;
using consensus::Verdict;

inline constexpr std::uint32_t max_standard_version = 3;
inline constexpr std::int64_t max_standard_weight = 400'000;         ///< weight units
inline constexpr std::uint32_t min_standard_stripped_size = 65;      ///< bytes (CVE-2017-12842)
inline constexpr std::size_t max_standard_script_sig = 1650;         ///< bytes
inline constexpr int max_standard_multisig_keys = 3;                 ///< of a bare multisig
inline constexpr unsigned max_p2sh_sigops = 15;                      ///< of one redeem script
inline constexpr std::int64_t max_standard_sigop_cost = 16'000;      ///< a fifth of a block's
inline constexpr std::size_t max_standard_p2wsh_script = 3600;       ///< bytes
inline constexpr std::size_t max_standard_p2wsh_items = 100;         ///< besides the script
inline constexpr std::size_t max_standard_p2wsh_item_size = 80;      ///< bytes
inline constexpr std::size_t max_standard_tapscript_item_size = 80;  ///< bytes

/// The greatest sequence that signals replaceability (BIP 125).
inline constexpr std::uint32_t max_replaceable_sequence = 0xfffffffd;

/// Bytes of an input with a signature and a compressed key, but no witness, as the dust rule
/// counts them: outpoint, script length, sequence, and 107 for signature and key.
inline constexpr std::int64_t signed_input_size = 32 + 4 + 1 + 4 + 107;

/// The largest target of fee estimates: a week of blocks.
inline constexpr int max_confirmation_target = 1008;

inline constexpr std::uint32_t truc_version = 3;             ///< BIP 431
inline constexpr std::int64_t truc_max_vsize = 10'000;       ///< virtual bytes
inline constexpr std::int64_t truc_child_max_vsize = 1'000;  ///< with an unconfirmed parent

/// The options of relay. The defaults are those of Bitcoin Core.
struct PolicyOptions {
    bool require_standard = true;      ///< not -acceptnonstdtxn
    bool permit_bare_multisig = true;  ///< -permitbaremultisig
    std::optional<std::size_t> max_datacarrier_bytes =
        83;                                       ///< of an OP_RETURN script; none: refuse
    FeeRate dust_relay_fee{Amount{3000}};         ///< the fee rate of the dust rule
    FeeRate min_relay_fee{Amount{1000}};          ///< -minrelaytxfee
    FeeRate incremental_relay_fee{Amount{1000}};  ///< least increase by a replacement
    std::int64_t bytes_per_sigop = 20;            ///< -bytespersigop
};

/// The rules that need only the transaction, in the order of Bitcoin Core: no coinbase; if
/// standard transactions are required, version, weight, input scripts, output types and dust; then
/// the smallest size. Any thread; pure, like the other functions here.
[[nodiscard]] Verdict check_standard(const SealedTransaction& tx, const PolicyOptions& options);

/// Refuses inputs that spend outputs of unknown types, and redeem scripts with too many signature
/// operations. Reason::nonstandard_inputs.
/// Requires, here and below: `coins[i]` is the coin that input i spends.
[[nodiscard]] Verdict check_inputs_standard(const Transaction& tx, std::span<const Coin> coins,
                                            const PolicyOptions& options);

/// Refuses witnesses that are larger than usual ones need, and witnesses of inputs that need none.
/// Reason::nonstandard_witness.
[[nodiscard]] Verdict check_witness_standard(const Transaction& tx, std::span<const Coin> coins,
                                             const PolicyOptions& options);

/// True if an input must have a witness: it spends a witness program (BIP 141, 341), bare or in
/// P2SH, other than pay to anchor.
[[nodiscard]] bool needs_witness(const Transaction& tx, std::span<const Coin> coins);

/// Refuses more than max_standard_sigop_cost. `sigop_cost` is that of consensus::sigop_cost under
/// script::standard_flags.
[[nodiscard]] Verdict check_sigop_cost(std::int64_t sigop_cost);

/// Topologically restricted transactions (BIP 431): version 3 must be small, and may have one
/// unconfirmed parent of version 3. `unconfirmed_ancestors` are all of tx's in the mempool;
/// `parent_has_other_child`: the unconfirmed parent has a child already that tx does not replace.
/// Reason::truc_violation.
[[nodiscard]] Verdict check_truc(const SealedTransaction& tx, std::int64_t vsize,
                                 std::span<const TransactionRef> unconfirmed_ancestors,
                                 bool parent_has_other_child);

/// True if `tx` itself signals that it may be replaced (BIP 125).
[[nodiscard]] bool signals_replacement(const Transaction& tx);

/// The least value that is worth spending at `dust_relay_fee`; zero for outputs that cannot be
/// spent.
[[nodiscard]] Amount dust_threshold(const TxOutput& output, FeeRate dust_relay_fee);
[[nodiscard]] bool is_dust(const TxOutput& output, FeeRate dust_relay_fee);

/// Virtual bytes: a quarter of the weight, or of the weight that the signature operations count as
/// if that is more, rounded up.
[[nodiscard]] std::int64_t virtual_size(std::int64_t weight, std::int64_t sigop_cost,
                                        std::int64_t bytes_per_sigop);

}  // namespace daler::policy
