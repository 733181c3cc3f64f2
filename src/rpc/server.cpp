#include <daler/encoding/hex.h>
#include <daler/http/server.h>
#include <daler/rpc/server.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <fmt/format.h>

#include <charconv>

namespace daler::rpc {
namespace {

constexpr int unavailable = 503;
constexpr std::string_view wallet_prefix = "/wallet/";

/// "host", "host:port", "[v6]", "[v6]:port"; a bare IPv6 address has more than one colon.
Result<std::pair<std::string, std::uint16_t>, std::string> parse_endpoint(std::string_view text,
                                                                          std::uint16_t port) {
    std::string_view host = text, rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return fail(std::string(text));
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else if (const auto colon = text.find(':');
               colon != std::string_view::npos && text.find(':', colon + 1) == text.npos) {
        host = text.substr(0, colon);
        rest = text.substr(colon);
    }
    if (rest.empty()) return std::pair(std::string(host), port);
    rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
    if (error != std::errc{} || end != rest.data() + rest.size() || port == 0 || host.empty())
        return fail(std::string(text));
    return std::pair(std::string(host), port);
}

Result<std::filesystem::perms, std::string> cookie_permissions(const std::string& who) {
    using std::filesystem::perms;
    const auto own = perms::owner_read | perms::owner_write;
    if (who == "owner") return own;
    if (who == "group") return own | perms::group_read;
    if (who == "all") return own | perms::group_read | perms::others_read;
    return fail(
        fmt::format("Invalid -rpccookieperms={}; must be one of 'owner', 'group', or 'all'.", who));
}

}  // namespace

std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::array<std::uint8_t, 1> byte;
        if (text[i] == '%' && i + 2 < text.size() && from_hex(text.substr(i + 1, 2), byte)) {
            out += static_cast<char>(byte[0]);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::optional<Target> parse_target(std::string_view target) {
    if (target == "/") return Target{};
    if (!target.starts_with(wallet_prefix)) return std::nullopt;
    target = target.substr(0, target.find('?'));
    return Target{percent_decode(target.substr(wallet_prefix.size())), true};
}

Result<ServerOptions, std::string> server_options(const config::Settings& settings,
                                                  const ChainParams& params) {
    ServerOptions out;
    out.credentials.user = settings.text("rpcuser");
    out.credentials.password = settings.text("rpcpassword");
    out.credentials.auth = settings.list("rpcauth");
    out.credentials.cookie = settings.path("rpccookiefile");
    out.credentials.whitelist = settings.list("rpcwhitelist");
    out.credentials.whitelist_restricts = settings.flag_if_set("rpcwhitelistdefault");
    auto permissions = cookie_permissions(settings.text("rpccookieperms"));
    if (!permissions) return fail(permissions.error());
    out.credentials.cookie_permissions = *permissions;

    out.port =
        static_cast<std::uint16_t>(settings.integer_if_set("rpcport").value_or(params.rpc_port));
    out.allow = settings.list("rpcallowip");
    const auto bind = settings.list("rpcbind");
    if (out.allow.empty() && !bind.empty()) {
        out.warnings.emplace_back(
            "option -rpcbind was ignored because -rpcallowip was not specified, refusing to allow "
            "everyone to connect");
    } else if (!out.allow.empty() && bind.empty()) {
        out.warnings.emplace_back(
            "option -rpcallowip was specified without -rpcbind; this doesn't usually make sense");
    } else {
        for (const auto& text : bind) {
            auto endpoint = parse_endpoint(text, out.port);
            if (!endpoint)
                return fail(fmt::format("Invalid port specified in -rpcbind: '{}'", text));
            out.bind.push_back(std::move(*endpoint));
        }
    }
    out.threads = static_cast<std::size_t>(settings.integer("rpcthreads"));
    out.queue = static_cast<std::size_t>(settings.integer("rpcworkqueue"));
    out.timeout = std::chrono::seconds(settings.integer("rpcservertimeout"));
    return out;
}

struct RpcServer::Impl {
    Impl(ServerOptions given, Dispatcher& to) : options(std::move(given)), dispatcher(to) {}

    /// Calls `use` with the caller of a request.
    auto with_origin(const http::Request& request, const auto& use) const {
        const auto target = parse_target(request.target);
        ensure(target.has_value());  // the HTTP server has checked it
        const auto user = credentials->user(request.authorization).value_or("");
        return use(Origin{user, target->wallet, target->has_wallet, credentials->allowed(user),
                          request.waiting});
    }

    [[nodiscard]] static http::Response response(Reply reply) {
        return {.status = reply.status,
                .content_type = reply.body.empty() ? "" : "application/json",
                .body = std::move(reply.body),
                .is_secret = reply.is_secret};
    }

    [[nodiscard]] http::Response answer(const http::Request& request) const {
        try {
            return response(with_origin(request, [&](const Origin& origin) {
                return dispatcher.answer(request.body, origin);
            }));
        } catch (const TooManyWaitingCalls& error) {
            return {.status = unavailable, .content_type = "text/plain", .body = error.what()};
        }
    }

    [[nodiscard]] std::optional<http::Response> answer_now(const http::Request& request) const {
        auto reply = with_origin(request, [&](const Origin& origin) {
            return dispatcher.answer_now(request.body, origin);
        });
        if (!reply) return std::nullopt;
        return response(std::move(*reply));
    }

    [[nodiscard]] http::Options http_options() {
        http::Options out;
        for (const auto& [host, port] : options.bind)
            out.bind.push_back({host, port});
        out.port = options.port;
        out.allow = options.allow;
        out.authorize = [this](std::string_view authorization, std::string_view peer) {
            if (credentials->user(authorization)) return true;
            if (!authorization.empty() && failures.allow())
                log::warning("incorrect RPC password attempt from {}", peer);
            return false;
        };
        out.serves = [](std::string_view target) { return parse_target(target).has_value(); };
        out.answer_now = [this](const http::Request& request) { return answer_now(request); };
        out.threads = options.threads;
        out.queue = options.queue;
        out.timeout = options.timeout;
        return out;
    }

    ServerOptions options;
    Dispatcher& dispatcher;
    std::optional<Credentials> credentials;
    std::unique_ptr<http::Server> http;
    log::RateLimit failures{60};
};

RpcServer::RpcServer(ServerOptions options, Dispatcher& dispatcher)
    : impl_(std::make_unique<Impl>(std::move(options), dispatcher)) {}

RpcServer::~RpcServer() {
    stop();
}

Result<void, std::string> RpcServer::start() {
    auto credentials = Credentials::make(impl_->options.credentials);
    if (!credentials) return fail(credentials.error());
    impl_->credentials = std::move(*credentials);
    Impl* const impl = impl_.get();
    impl->http = std::make_unique<http::Server>(
        impl->http_options(),
        [impl](const http::Request& request) { return impl->answer(request); });
    if (auto started = impl->http->start(); !started) {
        impl->http.reset();
        return started;
    }
    for (const auto& text : impl->options.warnings)
        log::warning("{}", text);
    // Written last: clients that see the file may connect.
    impl->credentials->write_cookie();
    return {};
}

std::uint16_t RpcServer::port() const {
    return impl_->http ? impl_->http->port() : std::uint16_t{0};
}

std::pair<std::string, std::string> RpcServer::login() const {
    return impl_->credentials ? impl_->credentials->login() : std::pair<std::string, std::string>{};
}

std::string RpcServer::url() const {
    const auto& bind = impl_->options.bind;
    std::string host = bind.empty() ? "127.0.0.1" : bind.front().first;
    if (host == "0.0.0.0") host = "127.0.0.1";
    if (host == "::") host = "::1";
    const bool is_v6 = host.find(':') != std::string::npos;
    return fmt::format("http://{}:{}", is_v6 ? "[" + host + "]" : host, port());
}

void RpcServer::stop() {
    if (!impl_->http) return;
    impl_->http->stop();
    impl_->http.reset();
    impl_->credentials->remove_cookie();
}

}  // namespace daler::rpc
