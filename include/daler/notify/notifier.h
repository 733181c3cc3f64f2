#pragma once

#include <daler/ledger/ledger.h>
#include <daler/notify/command_runner.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace daler::notify {

/// What the user wants to run at which event; empty: nothing. Letters behind "%" are replaced.
struct Commands {
    std::string block;                  ///< a new tip; %s: its hash
    std::string wallet;                 ///< a transaction of a wallet; see wallet_transaction()
    std::string alert;                  ///< a warning; %s: its text in single quotes
    std::string startup;                ///< the node has started
    std::vector<std::string> shutdown;  ///< the node begins to stop

    /// Whether there is none.
    [[nodiscard]] bool are_empty() const {
        return block.empty() && wallet.empty() && alert.empty() && startup.empty() &&
               shutdown.empty();
    }
};

/// Runs the user's commands at the events of a node. Nothing that a peer or a client of JSON-RPC
/// chooses reaches the shell except in quotes. Any thread; only `shut_down` waits.
class Notifier final : public ledger::LedgerObserver {
public:
    explicit Notifier(Commands commands) : commands_(std::move(commands)) {}

    void started();
    /// Runs the commands for the end, and returns when they have ended.
    void shut_down();
    void warning(std::string_view text);
    /// A transaction came into a wallet, or has a new place. %s: its id, %w: the wallet's name as a
    /// word for the shell, %b and %h: hash and height of its block, or "unconfirmed" and -1.
    void wallet_transaction(std::string_view wallet, const Txid& txid,
                            const std::optional<std::pair<BlockHash, Height>>& block);

    /// Not during initial download.
    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override;

private:
    const Commands commands_;
    CommandRunner runner_;
};

}  // namespace daler::notify
