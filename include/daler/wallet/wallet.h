#pragma once

#include <daler/wallet/failure.h>
#include <daler/wallet/history.h>
#include <daler/wallet/node_view.h>
#include <daler/wallet/options.h>
#include <daler/wallet/payment.h>

#include <daler/util/random.h>

#include <atomic>
#include <filesystem>

namespace daler::wallet {

class Store;

/// What a wallet is for, chosen when it is made.
struct WalletFlags {
    bool private_keys_disabled = false;  ///< only watches
    bool blank = false;                  ///< made without descriptors
    bool avoid_reuse = false;            ///< coins on scripts that were spent from are dirty
};

/// An entry of the address book.
struct AddressLabel {
    std::string label;
    std::string purpose;  ///< "receive" or "send"

    bool operator==(const AddressLabel&) const = default;
};

/// What all wallets of a node share. The references outlive the wallets.
struct WalletContext {
    NodeView& node;
    const WalletOptions& options;
    const std::atomic<bool>& interrupt;  ///< long scans end when it is set
};

/// A descriptor to import, with what importdescriptors says about it.
struct ImportRequest {
    descriptor::Descriptor descriptor;
    std::optional<std::pair<std::uint32_t, std::uint32_t>> range{};  ///< first and last index
    std::optional<std::uint32_t> next_index{};
    bool active = false;
    bool internal = false;
    std::optional<std::string> label{};
    std::int64_t created = 1;  ///< unix seconds
};

/// The blocks that a scan went through.
struct ScanResult {
    Height first;
    Height last;
};

/// An open wallet: keys, transactions, and the file that holds both. Lives on the wallet thread.
///
/// Memory is the truth and the file its image: every commit writes all that changed since the last
/// one in one SQLite transaction, together with the locator of the block that it belongs to. What
/// was answered to somebody is committed before; what blocks say may wait (`flush`), because a
/// later start reads those blocks again. Throws StorageError.
class Wallet {
public:
    /// Creates the file; `file` must not exist. Fresh keys unless blank or without private keys.
    static Outcome<std::unique_ptr<Wallet>> create(const WalletContext& context,
                                                   const std::string& name,
                                                   const std::filesystem::path& file,
                                                   const WalletFlags& flags);
    /// Opens the file and catches up with the chain.
    static Outcome<std::unique_ptr<Wallet>> load(const WalletContext& context,
                                                 const std::string& name,
                                                 const std::filesystem::path& file);
    /// Flushes; a failing disk is logged.
    ~Wallet();
    Wallet(const Wallet&) = delete;
    Wallet& operator=(const Wallet&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const WalletFlags& flags() const { return flags_; }
    [[nodiscard]] const ChainParams& params() const { return context_.node.params(); }
    [[nodiscard]] const WalletOptions& options() const { return context_.options; }
    [[nodiscard]] NodeView& node() const { return context_.node; }
    [[nodiscard]] const KeyBook& keys() const { return keys_; }
    [[nodiscard]] const History& history() const { return history_; }
    /// The block up to which the wallet has seen everything.
    [[nodiscard]] const chain::BlockEntry& tip() const { return *tip_; }
    [[nodiscard]] std::int64_t now() const { return unix_seconds(context_.node.clock().now()); }

    // News of the chain and the mempool, in order.

    void block_connected(const chain::BlockEntry& entry, const BlockRef& block);
    void block_disconnected(const chain::BlockEntry& entry);
    void transaction_added(const TransactionRef& tx);
    void transaction_removed(const TransactionRef& tx);
    /// Derives some more addresses ahead; true if there is more to do.
    bool top_up(std::size_t budget) { return keys_.top_up(budget); }
    /// Whether memory is ahead of the file.
    [[nodiscard]] bool is_dirty() const;
    /// Writes what is not written yet.
    void flush();
    /// Offers our unconfirmed transactions to the mempool again.
    void rebroadcast();

    // Addresses.

    /// An address nobody was given before; on disk when it returns.
    Outcome<Script> new_address(descriptor::AddressType type, const std::string& label);
    Outcome<Script> new_change_address(descriptor::AddressType type);
    [[nodiscard]] const std::map<std::string, AddressLabel>& labels() const { return labels_; }
    void set_label(const std::string& address, const std::string& label);
    /// The address book's entry for a script.
    [[nodiscard]] const AddressLabel* label_of(const Script& script) const;
    /// Ours, but never given to anybody.
    [[nodiscard]] bool is_change(const TxOutput& output) const;
    [[nodiscard]] bool can_get_addresses(bool internal) const;

    // Descriptors.

    /// Adds a descriptor; the caller then scans for its payments. Gives warnings.
    Outcome<std::vector<std::string>> import_descriptor(const ImportRequest& request);
    /// Reads blocks again, from `first` to `last` (the tip if not given), and then the mempool.
    Outcome<ScanResult> rescan(Height first, std::optional<Height> last);
    /// The first block that may hold payments to keys made at `created`, with a margin for clocks.
    [[nodiscard]] Height first_height_since(std::int64_t created) const;

    // Coins.

    [[nodiscard]] const std::set<OutPoint>& locked_coins() const { return locked_; }
    void lock_coin(const OutPoint& outpoint, bool persistent);
    bool unlock_coin(const OutPoint& outpoint);
    void unlock_all_coins();
    /// Frees the coins of an unconfirmed transaction. The reasons are those of abandontransaction.
    Outcome<void> abandon(const Txid& txid);

    // Payments.

    /// Chooses coins and builds a signed transaction, without keeping it.
    Outcome<Payment> prepare(const PaymentRequest& request);
    /// Keeps it, on disk, then broadcasts it.
    Outcome<Txid> send(const Payment& payment, const std::string& comment,
                       const std::string& comment_to);
    /// Everything, private keys included, that it takes to sign for these output scripts.
    [[nodiscard]] descriptor::KeyRing signing_keys(std::span<const Script> scripts) const;

    void backup(const std::filesystem::path& target);

private:
    Wallet(const WalletContext& context, std::string name, std::unique_ptr<Store> store);

    Outcome<void> add_fresh_keys();
    void restore();
    /// Brings the wallet to `target` by reading blocks.
    Outcome<void> follow(const chain::BlockEntry& target);
    Outcome<void> scan_block(const chain::BlockEntry& entry);
    void take_block(const chain::BlockEntry& entry, const Block& block, bool scanning);
    void adopt_mempool();
    /// After each change of the history.
    void note_changes();
    void note_used_addresses();
    void unlock_spent_coins();
    /// Broadcasts what was abandoned for the sake of a coinbase that has returned and is mature.
    void offer_revived();
    void put_label(const std::string& address, AddressLabel label);
    /// Writes everything that changed.
    void commit();

    Outcome<std::size_t> descriptor_for(descriptor::AddressType type, bool internal) const;
    Outcome<Script> take_address(std::size_t record);

    const WalletContext context_;
    const std::string name_;
    std::unique_ptr<Store> store_;
    WalletFlags flags_;
    KeyBook keys_;
    History history_;
    std::map<std::string, AddressLabel> labels_;
    std::set<OutPoint> locked_;             ///< all
    std::set<OutPoint> persistent_locked_;  ///< those that the file remembers
    const chain::BlockEntry* tip_ = nullptr;
    Random random_;
    std::vector<Txid> revived_;  ///< wait for `offer_revived`

    // What the next commit writes.
    bool all_changed_ = false;  ///< flags and active descriptors
    bool locks_changed_ = false;
    Height unwritten_blocks_ = 0;  ///< moves of the tip since the last commit
    std::set<std::size_t> descriptors_changed_;
    std::set<std::string> labels_changed_;
};

}  // namespace daler::wallet
