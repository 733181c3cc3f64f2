#pragma once

#include <daler/encoding/json.h>
#include <daler/storage/file_system.h>
#include <daler/wallet/wallet_service.h>

#include <filesystem>

namespace daler::node {

/// The wallets to load at start, stored in settings.json in the chain's folder. Other members of
/// that file are not changed. Wallet thread only.
class SavedWallets final : public wallet::SettingsStore {
public:
    /// `file` empty: nothing is stored.
    SavedWallets(storage::FileSystem& files, std::filesystem::path file)
        : files_(files), file_(std::move(file)) {}

    /// Reads the file. The error names it and says what is wrong.
    [[nodiscard]] Result<void, std::string> load();

    [[nodiscard]] std::vector<std::string> list() const override;
    void add(const std::string& wallet) override { set(wallet, true); }
    void remove(const std::string& wallet) override { set(wallet, false); }

private:
    void set(const std::string& wallet, bool load);

    storage::FileSystem& files_;
    std::filesystem::path file_;
    Json settings_ = Json::object();
};

}  // namespace daler::node
