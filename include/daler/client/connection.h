#pragma once

#include <daler/config/settings.h>
#include <daler/encoding/json.h>
#include <daler/http/client.h>

#include <chrono>
#include <optional>
#include <string>

namespace daler::client {

/// The address of the node and the credentials.
struct Access {
    std::string host;
    std::uint16_t port = 0;
    /// The chain's folder if `port` was not given: a node there may have another one.
    std::filesystem::path folder;
    bool must_find_port = false;  ///< -rpcport=0: only the folder knows the port
    std::string user, password;   ///< password empty: from the cookie
    std::filesystem::path cookie;
    std::optional<std::string> wallet;  ///< the wallet of the calls
    std::chrono::milliseconds timeout{};
    bool wait = false;  ///< until the node runs and is ready
    std::chrono::seconds wait_timeout{};
    std::filesystem::path config_file;  ///< for messages
};

/// Reads it from `settings`. The error is for the user.
[[nodiscard]] Result<Access, std::string> access(const config::Settings& settings);

/// Exchanges requests with the node, over one connection. One thread.
class RpcConnection {
public:
    explicit RpcConnection(Access access) : access_(std::move(access)) {}

    /// The whole reply (`result`, `error`, `id`) to one call. The error is the text to print after
    /// "error: ".
    [[nodiscard]] Result<Json, std::string> call(const std::string& method, const Json& params);
    /// The same with another wallet than Access::wallet.
    [[nodiscard]] Result<Json, std::string> call(const std::string& method, const Json& params,
                                                 const std::optional<std::string>& wallet);

    [[nodiscard]] const Access& access() const { return access_; }

private:
    struct Trouble {
        std::string message;
        bool passes = false;  ///< temporary: -rpcwait tries again
    };
    /// The port to use: that of the node which runs in the folder, if there is one.
    [[nodiscard]] Result<std::uint16_t, Trouble> port() const;
    [[nodiscard]] Result<Json, Trouble> exchange(const std::string& body,
                                                 const std::optional<std::string>& wallet);

    Access access_;
    http::Client client_;
};

}  // namespace daler::client
