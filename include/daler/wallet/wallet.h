#pragma once

#include <daler/wallet/failure.h>
#include <daler/wallet/history.h>
#include <daler/wallet/node_view.h>
#include <daler/wallet/options.h>
#include <daler/wallet/payment.h>

#include <daler/util/random.h>

#include <atomic>
#include <chrono>
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
    /// Scripts from the first index of the range on, if they were derived before.
    std::vector<std::vector<Script>> derived{};
};

/// The blocks that a scan goes through, and how far it is.
struct ScanRange {
    Height first;
    Height last;
    Height next = first;
};

/// A rescan or an import under way.
struct Scan {
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    double progress = 0;   ///< 0 to 1
    bool aborted = false;  ///< abortrescan was called
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
    /// Opens the file. The wallet is to catch up with the chain, and then to hear news.
    static std::unique_ptr<Wallet> open(const WalletContext& context, const std::string& name,
                                        const std::filesystem::path& file);
    /// Derives addresses and reads blocks for a few milliseconds; true when the wallet has reached
    /// the node's tip and knows its mempool.
    Outcome<bool> catch_up();
    /// So many addresses are to be derived ahead that `catch_up` should do it.
    [[nodiscard]] bool has_much_to_derive() const;
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
    /// Removed by a reorganisation: it is offered again when its coins are mature.
    void transaction_displaced(const TransactionRef& tx);
    /// Derives some more addresses ahead; true if there is more to do.
    bool top_up(std::size_t budget) { return keys_.top_up(budget); }
    /// The file, too, has seen the chain up to here, or higher.
    [[nodiscard]] Height written_height() const { return tip_->height - unwritten_blocks_; }
    /// Whether memory is ahead of the file.
    [[nodiscard]] bool is_dirty() const;
    /// Writes what is not written yet.
    void flush();
    /// Offers our unconfirmed transactions to the mempool again, some time between 12 and 36 hours
    /// after the last time. To be called often.
    void resend_if_due();
    /// The mempool's news were lost: asks for its contents.
    void refresh_mempool();

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

    /// What `import_descriptor` would say.
    [[nodiscard]] Outcome<std::vector<std::string>> check_import(
        const ImportRequest& request) const;
    /// Adds a descriptor; the caller then scans for its payments. Gives warnings.
    Outcome<std::vector<std::string>> import_descriptor(ImportRequest request);
    /// Looks out for `size` unused addresses of each active descriptor, `keypool` if it is 0.
    /// Derives for a few milliseconds; true when all are derived.
    Outcome<bool> refill(std::uint32_t size);
    /// The first block that may hold payments to keys made at `created`, with a margin for clocks.
    [[nodiscard]] Height first_height_since(std::int64_t created) const;

    // Scans. There is one at a time, and the wallet is not closed meanwhile.

    /// Fails if one is under way.
    Outcome<void> begin_scan();
    void end_scan() { scan_.reset(); }
    [[nodiscard]] const std::optional<Scan>& scan() const { return scan_; }
    /// Makes the scan end early. False if there is none or it is ending already.
    bool abort_scan();
    /// Fails if the scan is to end.
    [[nodiscard]] Outcome<void> check_scan() const;
    /// The blocks from `first` to `last` (the tip if not given), as far as the chain goes.
    [[nodiscard]] ScanRange scan_range(Height first, std::optional<Height> last) const;
    /// Reads blocks again for a few milliseconds; true when all were read, and the mempool too.
    Outcome<bool> scan_some(ScanRange& range);

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
    /// Brings the wallet to `target` by reading blocks; false if it ended at `deadline` before.
    using Deadline = std::chrono::steady_clock::time_point;
    Outcome<bool> follow(const chain::BlockEntry& target, Deadline deadline = Deadline::max());
    Outcome<void> scan_block(const chain::BlockEntry& entry);
    void take_block(const chain::BlockEntry& entry, const Block& block, bool scanning);
    void adopt_mempool();
    [[nodiscard]] bool is_interrupted() const;
    /// A descriptor as it would be imported, and the warnings.
    Outcome<DescriptorRecord> plan_import(const ImportRequest& request,
                                          std::vector<std::string>& warnings) const;
    /// Offers unconfirmed transactions to the mempool: those it lacks, or also, to have them
    /// announced again, those it has. They came before `before` (unix seconds).
    enum class Offered : bool { missing, all };
    void rebroadcast(Offered what, std::int64_t before);
    void schedule_resend();
    /// After each change of the history.
    void note_changes();
    void note_used_addresses();
    void unlock_spent_coins();
    /// Broadcasts what a reorganisation drove out, as far as its coins are there and mature.
    void offer_displaced();
    [[nodiscard]] bool spends_immature(const Transaction& tx) const;
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
    std::set<Txid> displaced_;      ///< wait for `offer_displaced`
    bool derives_at_once_ = false;  ///< while catching up
    std::optional<Scan> scan_;      ///< the one under way
    std::int64_t next_resend_ = 0;  ///< unix seconds

    // What the next commit writes.
    bool all_changed_ = false;  ///< flags and active descriptors
    bool locks_changed_ = false;
    Height unwritten_blocks_ = 0;  ///< moves of the tip since the last commit
    std::set<std::size_t> descriptors_changed_;
    std::set<std::string> labels_changed_;
};

}  // namespace daler::wallet
