#include "node/notifications.h"

#include <daler/util/log.h>
#include <daler/wallet/history.h>

namespace daler::node {

Result<void, std::string> Notifications::open(NodeOptions& options, ledger::Ledger& ledger) {
    if (!options.feeds.empty()) {
        auto opened = zmq::Publisher::open(options.feeds);
        if (!opened) return fail(opened.error());
        publisher_ = std::move(*opened);
        ledger.add_observer(*publisher_);
    }
    if (!options.commands.are_empty()) {
        notifier_ = std::make_unique<notify::Notifier>(options.commands);
        ledger.add_observer(*notifier_);
        options.wallet.transaction_moved = [this](const std::string& wallet,
                                                  const wallet::TxRecord& record) {
            std::optional<std::pair<BlockHash, Height>> block;
            if (record.status == wallet::TxStatus::confirmed)
                block.emplace(record.block, record.height);
            notifier_->wallet_transaction(wallet, record.txid, block);
        };
    }
    chain_warnings_ =
        std::make_unique<ChainWarnings>(options.params, [this](const std::string& text) {
            if (notifier_) notifier_->warning(text);
        });
    ledger.add_observer(*chain_warnings_);
    return {};
}

void Notifications::started() {
    if (notifier_) notifier_->started();
}

void Notifications::shut_down() noexcept {
    if (!notifier_) return;
    try {
        notifier_->shut_down();
    } catch (const std::exception& error) {
        log::error("Cannot run the commands of -shutdownnotify: {}", error.what());
    }
}

std::vector<std::string> Notifications::warnings() const {
    return chain_warnings_ ? chain_warnings_->list() : std::vector<std::string>{};
}

std::vector<rpc::PublishedTopic> published_topics(const NodeOptions& options) {
    std::vector<rpc::PublishedTopic> out;
    for (const auto& feed : options.feeds)
        out.push_back({std::string(zmq::name(feed.topic)), feed.address, feed.high_water_mark});
    return out;
}

}  // namespace daler::node
