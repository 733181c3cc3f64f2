#pragma once

#include "node/chain_warnings.h"
#include "node/options.h"

#include <daler/rpc/services.h>

#include <memory>
#include <string>
#include <vector>

namespace daler::node {

/// Who is told of the node's events besides its own parts: subscribers by ZeroMQ, commands of the
/// user, and who reads the `warnings` of RPCs. Observes the ledger until that ends. Any thread.
class Notifications {
public:
    /// As the options say; they get what wallets call. Requires: no wallet is open. The error is
    /// for the user.
    [[nodiscard]] Result<void, std::string> open(NodeOptions& options, ledger::Ledger& ledger);

    /// The node has started.
    void started();
    /// The node begins to stop. Returns when the commands for that have ended.
    void shut_down() noexcept;
    [[nodiscard]] std::vector<std::string> warnings() const;

private:
    std::unique_ptr<zmq::Publisher> publisher_;
    std::unique_ptr<notify::Notifier> notifier_;
    std::unique_ptr<ChainWarnings> chain_warnings_;
};

/// What `getzmqnotifications` lists.
[[nodiscard]] std::vector<rpc::PublishedTopic> published_topics(const NodeOptions& options);

}  // namespace daler::node
