#pragma once

#include <daler/ledger/ledger.h>
#include <daler/util/result.h>

#include <memory>
#include <string>
#include <vector>

namespace daler::zmq {

/// What is published. The names, contents and counters are those of Bitcoin Core.
enum class Topic : std::uint8_t {
    hash_block,        ///< the hash of each new tip
    hash_transaction,  ///< the id of each transaction that comes into the mempool or a block, or
                       ///< whose block is disconnected
    raw_block,         ///< the same as hash_block: the block
    raw_transaction,   ///< the same as hash_transaction: the transaction
    sequence,          ///< each change of the chain and of the mempool, in order
};
/// "hashblock", "hashtx", "rawblock", "rawtx", "sequence": also the first part of the messages.
[[nodiscard]] std::string_view name(Topic topic);

/// One topic at one address.
struct Feed {
    Topic topic;
    /// Where subscribers connect, in the form of libzmq, "tcp://127.0.0.1:28332", or a path behind
    /// "unix:".
    std::string address;
    int high_water_mark = 1000;  ///< messages that wait for a slow subscriber; 0: no limit
};

/// Publishes events by libzmq, which is loaded when the first publisher opens: a node without feeds
/// does not need it. A subscriber that is too slow loses messages beyond the high-water mark; its
/// counters show which. Publishing never waits. Opened and destroyed on any thread; between these
/// the ledger's thread alone uses it.
class Publisher final : public ledger::LedgerObserver {
public:
    /// Listens at all addresses; feeds with the same one share it. The error names the address, or
    /// says how to install the library.
    [[nodiscard]] static Result<std::unique_ptr<Publisher>, std::string> open(
        std::vector<Feed> feeds);
    ~Publisher() override;

    void block_connected(const chain::BlockEntry& entry, const BlockRef& block) override;
    void block_disconnected(const chain::BlockEntry& entry, const BlockRef& block) override;
    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override;
    void transaction_added(const TransactionRef& tx, Amount fee, std::int64_t vsize,
                           std::uint64_t sequence) override;
    void transaction_removed(const TransactionRef& tx, mempool::RemovalReason reason,
                             std::uint64_t sequence) override;

private:
    struct Impl;
    explicit Publisher(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::zmq
