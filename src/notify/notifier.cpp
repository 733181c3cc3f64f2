#include <daler/notify/notifier.h>

#include <daler/chain/chain_view.h>
#include <daler/notify/command_text.h>

#include <array>

namespace daler::notify {

void Notifier::started() {
    if (!commands_.startup.empty()) runner_.run(commands_.startup);
}

void Notifier::shut_down() {
    run_and_wait(commands_.shutdown);
}

void Notifier::warning(std::string_view text) {
    if (commands_.alert.empty()) return;
    // The safe characters include no quote.
    const std::array values{Placeholder{'s', "'" + without_unsafe_characters(text) + "'"}};
    runner_.run(filled(commands_.alert, values));
}

void Notifier::wallet_transaction(std::string_view wallet, const Txid& txid,
                                  const std::optional<std::pair<BlockHash, Height>>& block) {
    if (commands_.wallet.empty()) return;
    const std::array values{Placeholder{'s', txid.to_hex()}, Placeholder{'w', shell_quoted(wallet)},
                            Placeholder{'b', block ? block->first.to_hex() : "unconfirmed"},
                            Placeholder{'h', block ? std::to_string(block->second) : "-1"}};
    runner_.run(filled(commands_.wallet, values));
}

void Notifier::tip_changed(const std::shared_ptr<const chain::ChainView>& view) {
    if (commands_.block.empty() || view->initial_download()) return;
    const std::array values{Placeholder{'s', view->tip().hash.to_hex()}};
    runner_.run(filled(commands_.block, values));
}

}  // namespace daler::notify
