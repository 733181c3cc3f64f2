#pragma once

#include <daler/crypto/bip32.h>
#include <daler/psbt/roles.h>
#include <daler/wallet/failure.h>
#include <daler/wallet/history.h>
#include <daler/wallet/key_vault.h>
#include <daler/wallet/node_view.h>
#include <daler/wallet/options.h>
#include <daler/wallet/payment.h>
#include <daler/wallet/savepoint.h>

#include <daler/util/random.h>

#include <atomic>
#include <chrono>
#include <filesystem>

namespace daler {
struct ChainParams;
}

namespace daler::wallet {

class Store;

/// Properties of a wallet, chosen when it is created.
struct WalletFlags {
    bool private_keys_disabled = false;  ///< watch-only
    bool blank =
        false;  ///< created without descriptors, and has made none; imported ones do not count
    bool avoid_reuse = false;  ///< payments leave out coins of reused scripts

    bool operator==(const WalletFlags&) const = default;
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

/// A descriptor to import, with the arguments of importdescriptors.
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

/// An extended key (BIP 32) that descriptors of the wallet derive keys from.
struct HdKey {
    crypto::ExtendedPublicKey key;
    bool has_private = false;  ///< the wallet has the private key, maybe sealed
    std::optional<crypto::ExtendedPrivateKey> secret{};  ///< nothing while the wallet is locked
    std::vector<std::size_t> records{};                  ///< positions of these descriptors
};

/// What the wallet does to a PSBT.
struct PsbtFilling {
    bool sign = true;
    psbt::SignOptions options{script::sighash_default};
    bool origins = true;  ///< add where keys come from
};

/// The blocks that a scan reads, and the next of them.
struct ScanRange {
    Height first;
    Height last;
    /// Blocks that are connected meanwhile are read, too: when they came, the wallet did not know
    /// yet what the scan finds in earlier ones.
    bool to_tip = false;
    Height next = first;
};

/// A rescan or an import that is running.
struct Scan {
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    double progress = 0;   ///< 0 to 1
    bool aborted = false;  ///< abortrescan was called
};

/// An open wallet: keys, transactions, and the file that holds both. Wallet thread only.
///
/// The state is in memory. A commit writes what changed since the last one to the file, in one
/// SQLite transaction, together with the locator of the block that the state belongs to. What a
/// call reports (an address, a payment, a label) is committed before it returns. Changes made by
/// blocks may be written later (`flush`), because the next start reads those blocks again. Throws
/// StorageError.
class Wallet {
public:
    /// Creates the file; it must not exist. Makes new keys unless blank or without private keys. If
    /// `seed` is given, the keys derive from it, and the wallet starts at the genesis block, so
    /// that it finds what the keys received before: it `is_behind` until it has caught up. With a
    /// `vault` the wallet is encrypted from the start, and locked.
    static Outcome<std::unique_ptr<Wallet>> create(
        const WalletContext& context, const std::string& name, const std::filesystem::path& file,
        const WalletFlags& flags, const std::optional<crypto::Digest256>& seed = {},
        std::unique_ptr<KeyVault> vault = nullptr);
    /// Opens the file. After this, `catch_up` must be called until it returns true; then the wallet
    /// must be notified of changes.
    static std::unique_ptr<Wallet> open(const WalletContext& context, const std::string& name,
                                        const std::filesystem::path& file);
    /// Derives addresses and reads blocks for a few milliseconds; true when the wallet has reached
    /// the node's tip and knows its mempool.
    Outcome<bool> catch_up();
    /// Whether the wallet has not processed all blocks of the node's chain.
    [[nodiscard]] bool is_behind() const { return tip_ != &node().view()->tip(); }
    /// Whether so many addresses are to be derived that `catch_up` should do it.
    [[nodiscard]] bool has_much_to_derive() const;
    /// Writes what the file lacks, and returns the wallet as it is now.
    [[nodiscard]] SavedWallet saved();
    /// The wallet as it was when `saved` was made, with the chain and the mempool of that time.
    /// `wallet` is the same one, open, which saves the time to derive its addresses again; what its
    /// file lacks is lost. Null: the file has the content of that time already and is opened.
    static std::unique_ptr<Wallet> return_to(const WalletContext& context, const SavedWallet& saved,
                                             const std::filesystem::path& file,
                                             std::unique_ptr<Wallet> wallet);
    /// Flushes; a failing disk is logged.
    ~Wallet();
    /// Closes the wallet without writing what the file lacks.
    static void discard(std::unique_ptr<Wallet> wallet);
    Wallet(const Wallet&) = delete;
    Wallet& operator=(const Wallet&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const WalletFlags& flags() const { return flags_; }
    void set_avoid_reuse(bool avoid);
    [[nodiscard]] const ChainParams& params() const { return context_.node.params(); }
    [[nodiscard]] const WalletOptions& options() const { return context_.options; }
    [[nodiscard]] NodeView& node() const { return context_.node; }
    [[nodiscard]] const KeyBook& keys() const { return keys_; }
    [[nodiscard]] const History& history() const { return history_; }
    /// The last block that the wallet has processed.
    [[nodiscard]] const chain::BlockEntry& tip() const { return *tip_; }
    /// Chain time in unix seconds.
    [[nodiscard]] std::int64_t now() const {
        return unix_seconds(context_.node.clock().chain_now());
    }

    // Notifications of changes of the chain and the mempool, in order.

    void block_connected(const chain::BlockEntry& entry, const BlockRef& block);
    void block_disconnected(const chain::BlockEntry& entry);
    void transaction_added(const TransactionRef& tx);
    void transaction_removed(const TransactionRef& tx);
    /// Removed by a reorganisation: it is offered again when its coins are mature.
    void transaction_displaced(const TransactionRef& tx);
    /// Derives up to `budget` addresses ahead; true if more are to be derived.
    bool top_up(std::size_t budget) { return keys_.top_up(budget); }
    /// The file contains the effects of the chain up to this height, or higher.
    [[nodiscard]] Height written_height() const { return tip_->height - unwritten_blocks_; }
    /// Whether there are changes that the file lacks.
    [[nodiscard]] bool is_dirty() const;
    /// Writes the changes that the file lacks.
    void flush();
    /// Offers our unconfirmed transactions to the mempool again, some time between 12 and 36 hours
    /// after the last time. To be called often.
    void resend_if_due();
    /// Reads the whole mempool, after changes of it were missed.
    void refresh_mempool();

    // Addresses.

    /// A new address. The file marks it as used before this returns.
    Outcome<Script> new_address(descriptor::AddressType type, const std::string& label);
    Outcome<Script> new_change_address(descriptor::AddressType type);
    [[nodiscard]] const std::map<std::string, AddressLabel>& labels() const { return labels_; }
    void set_label(const std::string& address, const std::string& label);
    /// The address book's entry for a script.
    [[nodiscard]] const AddressLabel* label_of(const Script& script) const;
    /// Whether an output is ours and its script has no entry in the address book.
    [[nodiscard]] bool is_change(const TxOutput& output) const;
    [[nodiscard]] bool can_get_addresses(bool internal) const;

    // Descriptors.

    /// Fails if `import_descriptor` would fail. Imports nothing. Adds to `warnings`, also if it
    /// fails.
    Outcome<void> check_import(const ImportRequest& request,
                               std::vector<std::string>& warnings) const;
    /// Adds a descriptor; the caller then scans for its payments. Returns further warnings.
    /// Requires: next_index is in the range.
    Outcome<std::vector<std::string>> import_descriptor(ImportRequest request);
    /// The extended keys of all descriptors, or of the active ones, in the order of their bytes.
    enum class Which : bool { all, active };
    [[nodiscard]] std::vector<HdKey> hd_keys(Which which) const;
    /// Makes active descriptors for addresses of `type`, for each purpose in `internal`, from
    /// `key`; nothing: from the one extended key of the active descriptors. Returns the positions
    /// of the new ones. Fails as createwalletdescriptor does.
    Outcome<std::vector<std::size_t>> create_descriptors(
        descriptor::AddressType type, const std::vector<bool>& internal,
        const std::optional<crypto::ExtendedPublicKey>& key);
    /// Extends the range of each active descriptor to `size` unused addresses (0: `keypool`).
    /// Derives for a few milliseconds; true when all are derived.
    Outcome<bool> refill(std::uint32_t size);
    /// The first block that may hold payments to keys created at `created`, with a margin for
    /// clocks.
    [[nodiscard]] Height first_height_since(std::int64_t created) const;

    // Encryption. An encrypted wallet is locked at first; while it is, it has no private keys. The
    // slow work with passphrases (key_vault.h) is done before, on the thread of the caller.

    [[nodiscard]] bool is_encrypted() const;
    [[nodiscard]] bool is_locked() const;
    /// Fails while the wallet is locked. What needs private keys calls it.
    [[nodiscard]] Outcome<void> check_unlocked() const;
    /// Unix seconds by the clock of timers; 0: locked; nothing: not encrypted.
    [[nodiscard]] std::optional<std::int64_t> unlocked_until() const;
    /// Seals all private keys, rewrites the file without them, and makes a new seed for new
    /// addresses, unless the wallet is blank. The wallet is locked then. If it throws before the
    /// commit, nothing has changed; after it, the wallet is encrypted, and the next start rewrites
    /// the file. Requires: not encrypted, has private keys.
    void encrypt(KeyVault vault);
    /// What a passphrase opens. Requires: encrypted.
    [[nodiscard]] const std::map<std::int64_t, MasterKey>& master_keys() const;
    /// Opens the private keys for `duration`, with one of the keys that `open_master_keys` has
    /// opened. False if none is right: the passphrase was wrong. Requires: encrypted.
    bool unlock(std::span<const OpenedMasterKey> opened, std::chrono::seconds duration);
    /// Forgets the private keys, if the wallet is encrypted.
    void lock();
    /// Locks the wallet when the duration of `unlock` is over. To be called often.
    void lock_if_due();
    /// Replaces one of `master_keys` by the same key, sealed with a new passphrase. False, and
    /// nothing changes, if `opened` is not right. Requires: encrypted, has a key of that number.
    bool replace_master_key(const OpenedMasterKey& opened, const MasterKey& sealed);

    // Scans. Only one runs at a time, and the wallet is not closed before it ends.

    /// Fails if a scan is running.
    Outcome<void> begin_scan();
    void end_scan() { scan_.reset(); }
    [[nodiscard]] const std::optional<Scan>& scan() const { return scan_; }
    /// Makes the scan end early. False if none is running or it was aborted already.
    bool abort_scan();
    /// Fails if the scan was aborted or the node is stopping.
    [[nodiscard]] Outcome<void> check_scan() const;
    /// The blocks from `first` to `last` (the tip if not given), limited to the chain.
    [[nodiscard]] ScanRange scan_range(Height first, std::optional<Height> last) const;
    /// Reads blocks again for a few milliseconds; true when they and the mempool were read.
    Outcome<bool> scan_some(ScanRange& range);

    // Coins.

    [[nodiscard]] const std::set<OutPoint>& locked_coins() const { return locked_; }
    void lock_coin(const OutPoint& outpoint, bool persistent);
    bool unlock_coin(const OutPoint& outpoint);
    void unlock_all_coins();
    /// Abandons an unconfirmed transaction, which frees its coins. Fails as abandontransaction
    /// does.
    Outcome<void> abandon(const Txid& txid);
    /// Adds a transaction that `block`, which the wallet has processed, holds at `position`. Fails
    /// as importprunedfunds does if it does not pay to the wallet.
    Outcome<void> import_transaction(const TransactionRef& tx, const chain::BlockEntry& block,
                                     std::uint32_t position);
    /// Forgets a transaction. Fails as removeprunedfunds does.
    Outcome<void> remove_transaction(const Txid& txid);

    // Payments.

    /// The fee rate of payments that choose none; 0: it is estimated. At first that of the options;
    /// a new one is forgotten when the wallet is closed.
    [[nodiscard]] FeeRate pay_tx_fee() const { return pay_tx_fee_; }
    void set_pay_tx_fee(FeeRate rate) { pay_tx_fee_ = rate; }
    /// Chooses coins and builds a transaction, signed unless the request says otherwise. Does not
    /// store it.
    Outcome<Payment> prepare(const PaymentRequest& request);
    /// Stores it on disk, then broadcasts it. Inside of a group both happen when the group ends.
    Outcome<Txid> send(const Payment& payment, const std::string& comment,
                       const std::string& comment_to);
    /// The same for a payment that replaces `replaced`: keeps the notes of that one, and stores
    /// which replaces which.
    Outcome<Txid> send_replacement(const Payment& payment, const Txid& replaced);
    /// Marks the change address of a payment as used, if it is one of the wallet's next ones, and
    /// stores that. For payments that somebody else sends.
    Outcome<void> keep_change(const Payment& payment);
    /// Updater, signer and finalizer of a PSBT: adds to its inputs and outputs what the wallet
    /// knows. True if all inputs are then signed. Fails if an input asks for another type of
    /// signature.
    Outcome<bool> fill_psbt(psbt::Psbt& psbt, const PsbtFilling& filling) const;
    /// The private keys and scripts that are needed to sign for these output scripts.
    [[nodiscard]] descriptor::KeyRing signing_keys(std::span<const Script> scripts) const;

    // Groups of changes.

    /// From here to `end_group`, what calls commit is not written yet.
    void begin_group() { in_group_ = true; }
    /// Writes the changes of the group in one commit, then broadcasts its payments. If it throws,
    /// no payment of the group is broadcast, and their coins are free.
    void end_group();

    void backup(const std::filesystem::path& target);

private:
    Wallet(const WalletContext& context, std::string name, std::unique_ptr<Store> store);

    /// A descriptor that is to become active.
    using NewRecord = std::pair<ActiveKey, DescriptorRecord>;
    static crypto::ExtendedPrivateKey fresh_master_key();
    [[nodiscard]] DescriptorRecord new_record(const crypto::ExtendedPrivateKey& master_key,
                                              ActiveKey purpose, std::int64_t created) const;
    [[nodiscard]] std::vector<NewRecord> new_records(const crypto::ExtendedPrivateKey& master_key,
                                                     std::int64_t created) const;
    void add_keys(const crypto::ExtendedPrivateKey& master_key, std::int64_t created);
    /// Adds a descriptor with private keys, and makes it active. Returns its position.
    std::size_t add_active(ActiveKey purpose, DescriptorRecord record);
    /// The private key of `key`, if the wallet has it and is not locked.
    [[nodiscard]] std::optional<crypto::ExtendedPrivateKey> find_hd_secret(
        const crypto::ExtendedPublicKey& key) const;
    void seal_record(std::size_t position);
    /// Writes all descriptors and `fresh` with sealed keys, in one commit.
    void write_encrypted(KeyVault& vault, std::vector<NewRecord>& fresh);
    /// Reads the file. `derived`: the addresses of the same wallet, as far as they are known.
    void restore(KeyBook derived);
    /// Fills the height of a record with `unknown_height`. If its block is not on our chain, the
    /// transaction becomes unconfirmed.
    void find_block(TxRecord& record, bool is_coinbase) const;
    /// Brings the wallet to `target` by reading blocks; false if `deadline` came first.
    using Deadline = std::chrono::steady_clock::time_point;
    Outcome<bool> follow(const chain::BlockEntry& target, Deadline deadline = Deadline::max());
    Outcome<void> scan_block(const chain::BlockEntry& entry, bool use_filters);
    /// Whether filters of blocks show all that matters to us: they do not show that a block spends
    /// the coins of another's payment to us.
    [[nodiscard]] bool may_use_filters() const { return !history_.has_unsettled(); }
    void take_block(const chain::BlockEntry& entry, const Block& block, bool scanning);
    void adopt_mempool();
    [[nodiscard]] bool is_interrupted() const;
    /// The record that an import would add, and its warnings.
    Outcome<DescriptorRecord> plan_import(const ImportRequest& request,
                                          std::vector<std::string>& warnings) const;
    /// Offers unconfirmed transactions that were received before `before` (unix seconds) to the
    /// mempool: those that it lacks, or all, so that the others are announced again.
    enum class Offered : bool { missing, all };
    void rebroadcast(Offered what, std::int64_t before);
    void schedule_resend();
    /// To be called after each change of the history.
    void note_changes();
    void report_moves();
    void note_used_addresses();
    void unlock_spent_coins();
    void note_transaction(const TransactionRef& tx);
    /// Broadcasts transactions that a reorganisation removed, or that were refused for a reason
    /// that may pass, if their coins exist and are mature.
    void offer_displaced();
    /// Broadcasts a transaction, now or later.
    consensus::Verdict offer(const TransactionRef& tx);
    /// Whether a payment replaces one of ours that further payments spend from: since a block had
    /// the old one, which a reorganisation took back.
    [[nodiscard]] bool voids_others(const Txid& txid) const;
    /// Whether a later payment of ours, which is no bump of this one, spends the same coin: since
    /// this one was abandoned or void. A reorganisation may have undone that.
    [[nodiscard]] bool was_given_up(const Txid& txid) const;
    /// What replaces this payment, if it is not in the mempool, but may come there.
    [[nodiscard]] const TxRecord* pending_replacement(const Txid& txid) const;
    /// Whether a transaction of `offer_displaced` spends outputs of this one.
    [[nodiscard]] bool is_awaited(const Txid& parent) const;
    /// For the choices of the next payment. With WalletOptions::choice_seed it depends on the
    /// wallet's state only, so that the same calls in the same state make the same payment.
    [[nodiscard]] Random choices() const;
    [[nodiscard]] bool spends_immature(const TxBody& tx) const;
    void put_label(const std::string& address, AddressLabel label);
    /// Writes all changes; inside of a group, when it ends.
    void commit();
    /// Writes all changes, and broadcasts the payments among them.
    void commit_payments();
    void broadcast(const TransactionRef& payment);

    Outcome<Txid> store_and_broadcast(const Payment& payment);
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
    std::set<OutPoint> persistent_locked_;  ///< those that are stored in the file
    const chain::BlockEntry* tip_ = nullptr;
    Random random_;
    FeeRate pay_tx_fee_ = context_.options.pay_tx_fee;
    std::set<Txid> displaced_;      ///< to be broadcast by `offer_displaced`
    bool derives_at_once_ = false;  ///< while catching up
    std::optional<Scan> scan_;      ///< the running one
    BlockTime next_resend_{};       ///< by the clock of timers

    bool in_group_ = false;
    bool group_changed_ = false;          ///< `commit` was called in the group
    std::vector<TransactionRef> unsent_;  ///< payments that are broadcast after the next commit
    std::unique_ptr<KeyVault> vault_;     ///< null: not encrypted
    std::int64_t unlocked_until_ = 0;
    std::chrono::steady_clock::time_point relock_at_{};

    // What the next commit writes.
    bool all_changed_ = false;             ///< flags, active descriptors and master keys
    bool purge_due_ = false;               ///< the file will have to be rewritten, see Store::purge
    std::set<std::size_t> seals_changed_;  ///< descriptors with new sealed keys
    bool locks_changed_ = false;
    Height unwritten_blocks_ = 0;  ///< changes of the tip since the last commit
    std::set<std::size_t> descriptors_changed_;
    std::set<std::string> labels_changed_;
};

}  // namespace daler::wallet
