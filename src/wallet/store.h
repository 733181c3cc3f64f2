#pragma once

#include <daler/wallet/wallet.h>

#include "database.h"

namespace daler {
struct ChainParams;
}

namespace daler::wallet {

struct Table;

/// The content of a wallet file, without its transactions.
struct StoredWallet {
    WalletFlags flags;
    std::vector<BlockHash> locator;  ///< of the last block that the transactions include
    std::vector<DescriptorRecord> descriptors;
    std::vector<std::pair<ActiveKey, std::size_t>> active;  ///< positions in `descriptors`
    std::map<std::string, AddressLabel> labels;             ///< by address
    std::set<OutPoint> locked_coins;
    std::map<std::int64_t, MasterKey> master_keys;  ///< not empty: the wallet is encrypted
    SealedKeys sealed_keys;
    /// For each descriptor: its scripts from the first index of its range on.
    std::vector<KeyBook::Scripts> scripts;
};

/// The write-ahead log that SQLite may have left beside a file.
[[nodiscard]] std::filesystem::path log_of(const std::filesystem::path& file);

/// Whether the file's header is that of a wallet of this chain.
[[nodiscard]] bool is_wallet_file(storage::FileSystem& files, const std::filesystem::path& file,
                                  const ChainParams& params);

/// A wallet file; see doc/formats.md. Throws StorageError.
class Store {
public:
    /// Creates an empty wallet in memory. Its file is there after `save`; it must not exist before.
    static std::unique_ptr<Store> create(storage::FileSystem& files,
                                         const std::filesystem::path& file,
                                         const ChainParams& params);
    /// Opens an existing file of this chain. One of an older version is upgraded; a copy of it
    /// stays beside it, as FILE.vN.bak.
    static std::unique_ptr<Store> open(storage::FileSystem& files,
                                       const std::filesystem::path& file,
                                       const ChainParams& params);

    [[nodiscard]] StoredWallet load();
    /// Calls `visit` for each transaction, oldest first, with what the file has of its record.
    /// Throws if a row is damaged. Another thread reads the file meanwhile.
    using Visit = std::function<void(TxRecord record, const TransactionView& tx)>;
    void load_transactions(const Visit& visit);
    /// A transaction that the file has. Throws if it is not the one of this record.
    [[nodiscard]] TransactionRef transaction(const TxRecord& record);

    /// Changes that reach the disk together, at `commit`, or not at all.
    class Batch {
    public:
        explicit Batch(Store& store);
        void flags(const WalletFlags& flags);
        void locator(std::span<const BlockHash> locator);
        /// If it is sealed, without its private keys: `sealed_keys` writes them.
        void descriptor(std::size_t position, const DescriptorRecord& record);
        void master_keys(const std::map<std::int64_t, MasterKey>& all);
        void sealed_keys(const SealedKeys& all);
        /// Says that places of the file that are not in use have private keys in the clear, or
        /// sealed with an old passphrase, until `purge`.
        void unsealed_remains() { meta("unsealed", Bytes{1}); }
        void active(const std::map<ActiveKey, std::size_t>& all);
        /// `tx`: the transaction, if the file lacks it.
        void transaction(const TxRecord& record, const TransactionRef& tx);
        /// Deletes the transaction at this place of the list.
        void remove_transaction(std::uint64_t order);
        /// Scripts of a descriptor, from this index on.
        void scripts(std::size_t position, std::uint32_t first,
                     std::span<const std::vector<Script>> scripts);
        void label(const std::string& address, const AddressLabel& label);
        void locked_coins(const std::set<OutPoint>& all);
        void commit() { transaction_.commit(); }

    private:
        void meta(const std::string& key, ByteSpan value);

        SqliteDatabase& database_;
        DatabaseTransaction transaction_;
    };

    /// Writes a new wallet to its file.
    void save() { database_.save(); }
    /// The content of the file, see SqliteDatabase::bytes.
    [[nodiscard]] Bytes bytes() { return database_.bytes(); }
    /// Replaces it by what `bytes` was at another time.
    void replace(Bytes bytes);
    /// Rewrites the file, so that nothing is left of what it no longer holds: in unused parts of
    /// its pages, free pages, in the write-ahead log, and in copies of it that were made before
    /// upgrades. All of that is durable when it returns, if `Batch::unsealed_remains` was called
    /// before. Requires: the wallet is encrypted.
    void purge();
    void backup(const std::filesystem::path& target) { database_.copy_to(target); }

private:
    Store(storage::FileSystem& files, const std::filesystem::path& file, const ChainParams& params,
          bool create);
    [[nodiscard]] Bytes meta(const std::string& key);
    // The parts of `load`.
    void load_descriptors(StoredWallet& out);
    void load_active(StoredWallet& out);
    void load_scripts(StoredWallet& out);
    void load_labels_and_locks(StoredWallet& out);
    void load_keys(StoredWallet& out);
    /// Throws if the file is not a wallet of this chain in a version that we know.
    void check_application();
    /// Throws if the structure of the file, which has this version, or a row is damaged; of the
    /// current version, load_transactions checks the transactions.
    void check(std::int64_t version);
    [[noreturn]] void refuse(const std::string& what) const;
    /// As the rows have them: public ones, if the wallet is encrypted.
    [[nodiscard]] std::set<std::string> descriptor_texts();
    /// Brings a file of this version to the current one, in one commit.
    void upgrade(std::int64_t version);
    void add_columns(const Table& table, std::int64_t version);

    storage::FileSystem& files_;
    SqliteDatabase database_;
    std::filesystem::path file_;
    const ChainParams& params_;
    std::unique_ptr<Statement> read_transaction_;
};

}  // namespace daler::wallet
