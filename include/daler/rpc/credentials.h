#pragma once

#include <daler/util/result.h>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daler::rpc {

/// The users that may call: that of -rpcuser, those of -rpcauth, and users who know the secret of
/// the cookie. Thread-safe after `make`.
class Credentials {
public:
    struct Options {
        std::string user{};
        std::string password{};           ///< empty: a cookie is made instead
        std::vector<std::string> auth{};  ///< "name:salt$hmac" (-rpcauth)
        std::filesystem::path cookie{};   ///< empty: the secret is not written to a file
        std::filesystem::perms cookie_permissions =
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
        std::vector<std::string> whitelist{};       ///< "name:method,method" (-rpcwhitelist)
        std::optional<bool> whitelist_restricts{};  ///< -rpcwhitelistdefault
    };

    /// Checks the options and makes a new secret for the cookie. The error is for the user.
    [[nodiscard]] static Result<Credentials, std::string> make(const Options& options);

    /// The user of -rpcuser or of the cookie, and the password.
    [[nodiscard]] std::pair<std::string, std::string> login() const { return {name_, password_}; }

    /// Writes the cookie file atomically. Throws StorageError.
    void write_cookie() const;
    /// Removes the cookie file if it is still the one that was written here.
    void remove_cookie() const noexcept;

    /// The user whom the value of an Authorization header ("Basic ...") authenticates. Compares
    /// passwords in constant time.
    [[nodiscard]] std::optional<std::string> user(std::string_view authorization) const;

    /// The only methods that `user` may call; null if all.
    [[nodiscard]] const std::set<std::string>* allowed(const std::string& user) const;

private:
    struct Salted {
        std::string user, salt, hash;
    };
    std::string name_, password_;
    std::vector<Salted> salted_;
    std::filesystem::path cookie_;
    std::filesystem::perms cookie_permissions_{};
    std::map<std::string, std::set<std::string>> whitelist_;
    bool whitelist_restricts_ = false;
};

}  // namespace daler::rpc
