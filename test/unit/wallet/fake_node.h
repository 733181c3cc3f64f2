#pragma once

#include <daler/primitives/chain_params.h>
#include <daler/util/log.h>
#include <daler/wallet/wallet_service.h>

#include <filesystem>
#include <map>

namespace daler::wallet::test {

/// A folder that is empty at first. The destructor deletes it.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A small regtest chain and mempool in memory. Notifies `wallet`, if it is set, of changes.
class FakeNode final : public NodeView {
public:
    FakeNode();

    // Called by the wallet.
    [[nodiscard]] std::shared_ptr<const chain::ChainView> view() const override;
    [[nodiscard]] const chain::BlockIndex& index() const override { return index_; }
    [[nodiscard]] Bytes read_block(const chain::BlockEntry& entry) const override;
    [[nodiscard]] bool may_contain(const chain::BlockEntry& entry,
                                   std::span<const ByteSpan> scripts) const override;
    [[nodiscard]] BlockRef block(const chain::BlockEntry& entry) const;
    [[nodiscard]] std::vector<TransactionRef> mempool_transactions() const override {
        return mempool;
    }
    [[nodiscard]] bool in_mempool(const Txid& txid) const override;
    [[nodiscard]] consensus::Verdict broadcast(const TransactionRef& tx, Amount max_fee) override;
    [[nodiscard]] consensus::Verdict check(const TransactionRef& tx) const override;
    [[nodiscard]] std::map<Txid, MempoolChain> mempool_chains(
        const std::set<Txid>& txids) const override;
    [[nodiscard]] MempoolChain max_chain() const override { return {25, 25}; }
    [[nodiscard]] BumpFees bump_fees(std::span<const OutPoint> outputs,
                                     FeeRate rate) const override;
    [[nodiscard]] std::optional<bool> is_replaceable(const Txid& txid) const override;
    [[nodiscard]] bool has_descendants(const Txid& txid) const override {
        const auto chain = chains.find(txid);
        return chain != chains.end() && chain->second.descendants > 1;
    }
    [[nodiscard]] FeeRate incremental_fee_rate() const override { return {Amount{1000}}; }
    [[nodiscard]] FeeRate full_mempool_fee_rate() const override { return {}; }
    [[nodiscard]] bool is_stopping() const override { return false; }
    [[nodiscard]] FeeRate min_fee_rate() const override { return {Amount{1000}}; }
    [[nodiscard]] FeeRate relay_dust_fee_rate() const override { return {Amount{3000}}; }
    [[nodiscard]] fees::SmartEstimate estimate_fee(int blocks, bool conservative) const override {
        was_conservative[blocks] = conservative;
        return {.rate = estimate, .target = blocks, .reason = fees::Reason::target};
    }
    [[nodiscard]] const ChainParams& params() const override { return params_; }
    [[nodiscard]] const Clock& clock() const override { return clock_; }

    // Called by the tests.

    /// Mines a block with the mempool's transactions. Its coinbase pays 50 coins to `script`.
    const chain::BlockEntry& mine(const Script& script = Script(Bytes{0x51}));
    void mine_many(int count, const Script& script = Script(Bytes{0x51}));
    /// Disconnects blocks down to `height`.
    void rewind(Height height);
    /// Connects the blocks from the tip up to `entry` again, which were disconnected before.
    void reconnect(const chain::BlockEntry& entry);
    /// A transaction of somebody else that pays `amount` to `script`.
    TransactionRef pay(const Script& script, Amount amount);
    void add_to_mempool(const TransactionRef& tx);
    void remove_from_mempool(const TransactionRef& tx);
    /// As if they were pruned.
    void forget_blocks() { blocks_.clear(); }
    [[nodiscard]] Height height() const { return tip_->height; }
    void advance_clock(std::int64_t seconds);

    Wallet* wallet = nullptr;  ///< gets the notifications
    std::vector<TransactionRef> mempool;
    mutable std::set<Height> read;  ///< the blocks that were read
    /// Answers may_contain; without it, every block may contain every script.
    std::function<bool(const chain::BlockEntry&, std::span<const ByteSpan>)> filter;
    std::optional<FeeRate> estimate;
    mutable std::map<int, bool> was_conservative;  ///< the last estimate by blocks
    std::optional<consensus::Reason> refuses;      ///< the reason with which broadcast fails
    std::map<Txid, MempoolChain> chains;           ///< only those whose numbers are not 1
    std::map<Txid, Amount> bump;  ///< what payments pay for a parent; the others pay enough
    int broadcasts = 0;
    std::function<void()> before_broadcast;  ///< if set, is called on the wallet's thread

private:
    ChainParams params_ = regtest_params();
    Clock clock_;
    chain::BlockIndex index_;
    const chain::BlockEntry* tip_;
    std::map<BlockHash, BlockRef> blocks_;
    std::uint32_t unique_ = 0;
};

/// A node, a folder and the options of a wallet in it.
struct Bench {
    FakeNode node;
    TemporaryFolder folder;
    WalletOptions options;
    std::atomic<bool> interrupt{false};

    Bench();
    [[nodiscard]] WalletContext context() { return {node, options, interrupt}; }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const {
        return folder.path() / (name + ".dat");
    }
    /// A new wallet that gets the node's notifications.
    std::unique_ptr<Wallet> create(const std::string& name, const WalletFlags& flags = {});
    std::unique_ptr<Wallet> load(const std::string& name);
};

[[nodiscard]] inline Amount coins(double amount) {
    return Amount{static_cast<std::int64_t>(amount * satoshis_per_coin + 0.5)};
}

/// A script that no wallet owns.
inline const Script elsewhere(Bytes{0x00, 0x14, 1,  2,  3,  4,  5,  6,  7,  8,  9,
                                    10,   11,   12, 13, 14, 15, 16, 17, 18, 19, 20});

/// A new bech32 address's script.
[[nodiscard]] Script address(Wallet& wallet,
                             descriptor::AddressType type = descriptor::AddressType::bech32);
/// Pays and broadcasts; fails the test if that does not work.
TransactionRef send(Wallet& wallet, const Script& to, Amount amount);

}  // namespace daler::wallet::test
