#include "node/saved_wallets.h"

#include <daler/config/settings.h>

#include <fmt/format.h>

namespace daler::node {

Result<void, std::string> SavedWallets::load() {
    if (file_.empty()) return {};
    const auto bytes = storage::read_file(files_, file_);
    if (!bytes) {
        // Create the file at the first start, as Bitcoin Core does.
        storage::write_atomically(files_, file_,
                                  as_bytes(config::format_saved_settings(settings_)));
        return {};
    }
    auto parsed = config::parse_saved_settings(as_text(*bytes));
    if (!parsed) {
        return fail(fmt::format("Settings file {} cannot be read: {}. Correct or remove it.",
                                file_.string(), parsed.error()));
    }
    settings_ = std::move(*parsed);
    return {};
}

std::vector<std::string> SavedWallets::list() const {
    return config::saved_wallets(settings_);
}

void SavedWallets::set(const std::string& wallet, bool load) {
    if (file_.empty() || !config::set_saved_wallet(settings_, wallet, load)) return;
    storage::write_atomically(files_, file_, as_bytes(config::format_saved_settings(settings_)));
}

}  // namespace daler::node
