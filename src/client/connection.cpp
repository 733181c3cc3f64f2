#include <daler/client/connection.h>

#include "client/percent.h"

#include <daler/http/client.h>
#include <daler/storage/file_lock.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <thread>

namespace daler::client {
namespace {

constexpr std::chrono::milliseconds retry_interval{50};
// Bitcoin Core's code for "not ready yet".
constexpr int in_warmup = -28;

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

/// "host", "host:port", "[v6]:port"; a bare IPv6 address has more than one colon.
Result<void, std::string> split_host(std::string_view text, Access& access) {
    const auto invalid = [&] {
        return fail(fmt::format("Invalid port provided in -rpcconnect: {}", text));
    };
    std::string_view host = text, rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return invalid();
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else if (std::ranges::count(text, ':') == 1) {
        host = text.substr(0, text.find(':'));
        rest = text.substr(text.find(':'));
    }
    access.host = host;
    if (rest.empty()) return {};
    const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    if (!port) return invalid();
    access.port = *port;
    return {};
}

/// The text of a file, without the end of its line.
std::optional<std::string> read_line(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file) return std::nullopt;
    std::string text(std::istreambuf_iterator<char>(file), {});
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    return text;
}

std::string endpoint(const std::string& host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string::npos;
    return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string no_credentials(const Access& access) {
    return fmt::format(
        "Could not locate RPC credentials. There is no cookie file {} and no RPC password is set. "
        "Is dalerd running with this data folder and chain? See -datadir, -rpccookiefile, "
        "-rpcpassword and -stdinrpcpass. Configuration file: ({})",
        access.cookie.string(), access.config_file.empty() ? "none" : access.config_file.string());
}

}  // namespace

Result<Access, std::string> access(const config::Settings& settings) {
    Access out;
    const auto params = settings.chain_params();
    if (!params) return fail(params.error());
    out.port = params->rpc_port;
    if (auto split = split_host(settings.text("rpcconnect"), out); !split)
        return fail(split.error());
    const auto port = settings.integer_if_set("rpcport");
    if (port.value_or(0) != 0)
        out.port = static_cast<std::uint16_t>(*port);
    else if (!settings.has("rpcconnect"))
        out.folder = settings.chain_folder();
    out.must_find_port = port == 0;
    out.user = settings.text("rpcuser");
    out.password = settings.text("rpcpassword");
    out.cookie = settings.path("rpccookiefile");
    out.wallet = settings.text_if_set("rpcwallet");
    out.timeout = std::chrono::seconds(settings.integer("rpcclienttimeout"));
    out.wait = settings.flag("rpcwait");
    out.wait_timeout = std::chrono::seconds(settings.integer("rpcwaittimeout"));
    out.config_file = settings.config_file();
    return out;
}

Result<std::uint16_t, RpcConnection::Trouble> RpcConnection::port() const {
    const auto& folder = access_.folder;
    // The file of a node that was killed remains, but not its lock.
    if (!folder.empty() && storage::FileLock::is_held(folder / config::data_lock_name)) {
        const auto text = read_line(folder / config::rpc_port_name);
        if (const auto found = text ? parse_port(*text) : std::nullopt) return *found;
    }
    if (!access_.must_find_port) return access_.port;
    return fail(Trouble{fmt::format("-rpcport=0 stands for the port that a node has chosen, but no "
                                    "such node runs in the folder \"{}\"",
                                    folder.string()),
                        true});
}

Result<Json, RpcConnection::Trouble> RpcConnection::exchange(
    const std::string& body, const std::optional<std::string>& wallet) {
    const auto port = this->port();
    if (!port) return fail(port.error());
    http::ClientOptions options;
    options.host = access_.host;
    options.port = *port;
    options.target = wallet ? "/wallet/" + percent_encode(*wallet) : "/";
    options.timeout = access_.timeout;
    // The cookie may appear, or change, while we wait for the node.
    const auto cookie = access_.password.empty() ? read_line(access_.cookie) : std::nullopt;
    options.credentials =
        access_.password.empty() ? cookie.value_or("") : access_.user + ":" + access_.password;

    const auto response = client_.post(options, body);
    if (!response) {
        const bool timed_out = response.error().kind == http::ClientError::Kind::timeout;
        return fail(Trouble{
            fmt::format("timeout on transient error: {}\n\nMake sure that dalerd is running on "
                        "this chain and that {} is its RPC port.\nUse \"daler-cli -help\" for more "
                        "about -rpcconnect, -rpcport and the choice of the chain.",
                        response.error().message, endpoint(access_.host, *port)),
            !timed_out});
    }
    constexpr int unauthorized = 401, bad_request = 400, not_found = 404, server_error = 500;
    const int status = response->status;
    if (status == unauthorized) {
        const bool no_cookie = access_.password.empty() && !cookie;
        return fail(no_cookie ? Trouble{no_credentials(access_), true}
                              : Trouble{"Authorization failed: Incorrect rpcuser or rpcpassword"});
    }
    if (status >= bad_request && status != bad_request && status != not_found &&
        status != server_error) {
        return fail(
            Trouble{fmt::format("server returned HTTP error {} {}", status, response->body)});
    }
    if (response->body.empty()) return fail(Trouble{"no response from server"});
    auto reply = Json::parse(response->body);
    if (!reply) return fail(Trouble{"couldn't parse reply from server"});
    if (!reply->is_object() || reply->empty())
        return fail(Trouble{"expected reply to have result, error and id properties"});
    return std::move(*reply);
}

Result<Json, std::string> RpcConnection::call(const std::string& method, const Json& params) {
    return call(method, params, access_.wallet);
}

Result<Json, std::string> RpcConnection::call(const std::string& method, const Json& params,
                                              const std::optional<std::string>& wallet) {
    Json request = Json::object();
    request.append("method", method);
    request.append("params", params);
    request.append("id", 1);
    const std::string body = request.write() + "\n";

    const auto deadline = std::chrono::steady_clock::now() + access_.wait_timeout;
    for (;;) {
        auto reply = exchange(body, wallet);
        bool try_again = !reply && reply.error().passes;
        if (reply && access_.wait) {
            const Json* error = reply->find("error");
            const Json* code = error ? error->find("code") : nullptr;
            if (code && code->as_integer<int>() == in_warmup) try_again = true;
        }
        const bool in_time =
            access_.wait_timeout.count() <= 0 || std::chrono::steady_clock::now() < deadline;
        if (!try_again || !access_.wait || !in_time) {
            if (!reply) return fail(reply.error().message);
            return std::move(*reply);
        }
        std::this_thread::sleep_for(retry_interval);
    }
}

}  // namespace daler::client
