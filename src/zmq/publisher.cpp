#include <daler/zmq/publisher.h>

#include "zmq/library.h"

#include <daler/chain/block_index.h>
#include <daler/chain/chain_view.h>
#include <daler/util/log.h>

#include <fmt/format.h>

namespace daler::zmq {
namespace {

/// A feed and what it has sent.
struct OpenFeed {
    Feed feed;
    PublishingSocket* socket;
    std::uint32_t count = 0;  ///< of the next message; starts again after 2^32
};

/// libzmq's form of an address.
std::string library_address(const std::string& address) {
    constexpr std::string_view unix_prefix = "unix:";
    if (!address.starts_with(unix_prefix)) return address;
    return "ipc://" + address.substr(unix_prefix.size());
}

/// A hash as people write it, the last byte first.
template <class Hash>
Bytes shown(const Hash& hash) {
    return {hash.bytes.rbegin(), hash.bytes.rend()};
}

}  // namespace

std::string_view name(Topic topic) {
    switch (topic) {
        case Topic::hash_block:
            return "hashblock";
        case Topic::hash_transaction:
            return "hashtx";
        case Topic::raw_block:
            return "rawblock";
        case Topic::raw_transaction:
            return "rawtx";
        case Topic::sequence:
            return "sequence";
    }
    return "";
}

struct Publisher::Impl {
    explicit Impl(std::shared_ptr<const Library> library) : context(std::move(library)) {}

    Result<void, std::string> add(Feed feed);
    [[nodiscard]] bool wants(Topic topic) const {
        return std::ranges::any_of(feeds,
                                   [&](const auto& open) { return open.feed.topic == topic; });
    }
    void publish(Topic topic, ByteSpan body);
    Result<void, std::string> send(OpenFeed& feed, ByteSpan body);
    void publish_transaction(const SealedTransaction& tx);
    /// A change: of a block "C" or "D", of the mempool "A" or "R" with its sequence number.
    template <class Hash>
    void publish_change(const Hash& hash, char what, std::optional<std::uint64_t> sequence = {});

    Context context;
    std::map<std::string, std::unique_ptr<PublishingSocket>> sockets;  ///< by address
    std::vector<OpenFeed> feeds;
    BlockRef newest;  ///< the block that was connected last, until the tip is announced
    bool has_failed = false;
};

Result<void, std::string> Publisher::Impl::add(Feed feed) {
    auto& socket = sockets[feed.address];
    if (!socket) {
        auto opened =
            PublishingSocket::open(context, library_address(feed.address), feed.high_water_mark);
        if (!opened) {
            return fail(fmt::format(
                "-zmqpub{}={}: {}. An address is tcp://127.0.0.1:28332 or unix:/a/path.",
                name(feed.topic), feed.address, opened.error()));
        }
        socket = std::move(*opened);
    }
    feeds.push_back({std::move(feed), socket.get()});
    return {};
}

void Publisher::Impl::publish(Topic topic, ByteSpan body) {
    for (auto& feed : feeds) {
        if (feed.feed.topic != topic) continue;
        const auto sent = send(feed, body);
        if (!sent && !std::exchange(has_failed, true))
            log::warning("Publishing at {} fails: {}", feed.feed.address, sent.error());
    }
}

Result<void, std::string> Publisher::Impl::send(OpenFeed& feed, ByteSpan body) {
    ByteWriter count;
    count.u32(feed.count++);
    const auto topic = name(feed.feed.topic);
    if (auto sent = feed.socket->send(topic.data(), topic.size(), false); !sent) return sent;
    if (auto sent = feed.socket->send(body.data(), body.size(), false); !sent) return sent;
    return feed.socket->send(count.view().data(), count.view().size(), true);
}

void Publisher::Impl::publish_transaction(const SealedTransaction& tx) {
    if (wants(Topic::hash_transaction)) publish(Topic::hash_transaction, shown(tx.txid));
    if (wants(Topic::raw_transaction)) publish(Topic::raw_transaction, encode(tx));
}

template <class Hash>
void Publisher::Impl::publish_change(const Hash& hash, char what,
                                     std::optional<std::uint64_t> sequence) {
    if (!wants(Topic::sequence)) return;
    ByteWriter body;
    body.bytes(shown(hash));
    body.u8(static_cast<std::uint8_t>(what));
    if (sequence) body.u64(*sequence);
    publish(Topic::sequence, body.view());
}

Publisher::Publisher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Publisher::~Publisher() = default;

Result<std::unique_ptr<Publisher>, std::string> Publisher::open(std::vector<Feed> feeds) {
    auto library = Library::load();
    if (!library) return fail(library.error());
    auto impl = std::make_unique<Impl>(std::move(*library));
    for (auto& feed : feeds)
        if (auto added = impl->add(std::move(feed)); !added) return fail(added.error());
    return std::unique_ptr<Publisher>(new Publisher(std::move(impl)));
}

void Publisher::block_connected(const chain::BlockEntry& entry, const BlockRef& block) {
    for (const auto& tx : block->transactions)
        impl_->publish_transaction(*tx);
    impl_->publish_change(entry.hash, 'C');
    impl_->newest = block;
}

void Publisher::block_disconnected(const chain::BlockEntry& entry, const BlockRef& block) {
    for (const auto& tx : block->transactions)
        impl_->publish_transaction(*tx);
    impl_->publish_change(entry.hash, 'D');
    impl_->newest.reset();
}

void Publisher::tip_changed(const std::shared_ptr<const chain::ChainView>& view) {
    const auto block = std::exchange(impl_->newest, nullptr);
    if (!block || view->initial_download()) return;
    impl_->publish(Topic::hash_block, shown(view->tip().hash));
    if (impl_->wants(Topic::raw_block)) impl_->publish(Topic::raw_block, encode(*block));
}

void Publisher::transaction_added(const TransactionRef& tx, Amount, std::int64_t,
                                  std::uint64_t sequence) {
    impl_->publish_transaction(*tx);
    impl_->publish_change(tx->txid, 'A', sequence);
}

void Publisher::transaction_removed(const TransactionRef& tx, mempool::RemovalReason reason,
                                    std::uint64_t sequence) {
    if (reason != mempool::RemovalReason::block) impl_->publish_change(tx->txid, 'R', sequence);
}

}  // namespace daler::zmq
