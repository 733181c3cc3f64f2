#include <daler/primitives/chain_params.h>
#include <daler/rpc/dispatcher.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <tuple>

namespace daler::rpc {
namespace {

constexpr int ok = 200, no_content = 204, bad_request = 400, forbidden = 403, not_found = 404,
              server_error = 500;

/// One request of a body, as far as it could be read.
struct ParsedRequest {
    bool is_v2 = false;          ///< it says "jsonrpc": "2.0"
    bool is_unreadable = false;  ///< it is not valid JSON-RPC
    bool has_id = false;
    Json id;
    std::string method;
    Json params;

    [[nodiscard]] bool is_notification() const { return is_v2 && !has_id; }
};

[[noreturn]] void invalid_request(const char* message) {
    throw Error{code::invalid_request, message};
}

/// Fills `request` in the order in which Bitcoin Core checks the members, so that the answer to an
/// error has what was read before the error. Moves the parts out of `json`: they may be large.
void read_request(ParsedRequest& request, Json& json) {
    if (!json.is_object()) {
        request.has_id = true;  // null: the id is not known
        invalid_request("Invalid Request object");
    }
    if (Json* id = json.find("id")) {
        request.has_id = true;
        request.id = std::move(*id);
    }
    if (const Json* version = json.find("jsonrpc"); version && !version->is_null()) {
        if (!version->is_string()) invalid_request("jsonrpc field must be a string");
        // Old clients send "1.0" although that version has no such member.
        if (version->as_string() == "2.0")
            request.is_v2 = true;
        else if (version->as_string() != "1.0")
            invalid_request("JSON-RPC version not supported");
    }
    const Json* method = json.find("method");
    if (!method || method->is_null()) invalid_request("Missing method");
    if (!method->is_string()) invalid_request("Method must be a string");
    request.method = method->as_string();

    Json* params = json.find("params");
    if (!params || params->is_null()) return;
    if (!params->is_array() && !params->is_object())
        invalid_request("Params must be an array or object");
    request.params = std::move(*params);
}

Json reply_json(const ParsedRequest& request, Json result, Json error) {
    Json reply = Json::object();
    const bool failed = !error.is_null();
    if (request.is_v2) {
        reply.append("jsonrpc", "2.0");
        if (failed)
            reply.append("error", std::move(error));
        else
            reply.append("result", std::move(result));
    } else {
        reply.append("result", failed ? Json() : std::move(result));
        reply.append("error", std::move(error));
    }
    if (request.has_id) reply.append("id", request.id);
    return reply;
}

int http_status(const ParsedRequest& request, int error_code) {
    if (request.is_v2 && !request.is_unreadable) return ok;
    if (error_code == code::invalid_request) return bad_request;
    if (error_code == code::method_not_found) return not_found;
    return server_error;
}

std::string line(const Json& json) {
    return json.write() + '\n';
}

}  // namespace

Json error_json(const Error& error) {
    Json out = Json::object();
    out.append("code", error.code);
    out.append("message", error.message);
    return out;
}

Dispatcher::Dispatcher(std::span<const std::span<const Method>> tables) {
    for (const auto table : tables) {
        for (const Method& method : table) {
            ensure(by_name_.emplace(method.name, &method).second);
            sorted_.push_back(&method);
        }
    }
    std::ranges::sort(sorted_, {}, [](const Method* method) {
        return std::tuple(method->category, method->name);
    });
}

void Dispatcher::set_warmup_status(std::string status) {
    const std::lock_guard lock(mutex_);
    warmup_status_ = std::move(status);
}

void Dispatcher::open(Services& services) {
    const std::lock_guard lock(mutex_);
    services_ = &services;
}

void Dispatcher::close() {
    const std::lock_guard lock(mutex_);
    services_ = nullptr;
    warmup_status_ = "Shutting down";
}

const Method* Dispatcher::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

std::vector<Dispatcher::Active> Dispatcher::active() const {
    const std::lock_guard lock(mutex_);
    return {active_.begin(), active_.end()};
}

namespace {

/// While a method waits for the wallet thread or for a block, another thread answers calls in its
/// place. So calls that wait do not block the others.
class WaitingCall {
public:
    WaitingCall(const Method& method, http::Waiting* waiting)
        : waiting_(waits(method) ? waiting : nullptr) {
        if (waiting_ && !waiting_->begin()) throw TooManyWaitingCalls();
    }
    ~WaitingCall() {
        if (waiting_) waiting_->end();
    }
    WaitingCall(const WaitingCall&) = delete;
    WaitingCall& operator=(const WaitingCall&) = delete;

private:
    static bool waits(const Method& method) {
        return method.category == "Wallet" || method.name.starts_with("waitfor");
    }

    http::Waiting* waiting_;
};

void check_answer(const Method& method, const Json& answer) {
    const auto problem = misfit(answer, method.result.field());
    if (problem.empty()) return;
    throw Error{code::misc,
                fmt::format("Internal bug detected: RPC call \"{}\" returned incorrect type: {}",
                            method.name, problem)};
}

void refuse_on_public_chain(const Method& method, const Services& node) {
    if (method.category != private_networks || !node.params.is_public()) return;
    throw Error{code::misc,
                fmt::format("{} works on private networks only: start the node with -regtest, "
                            "-chainfile or a -signetchallenge of your own.",
                            method.name)};
}

}  // namespace

Json Dispatcher::execute(const std::string& name, Json params, const Origin& origin) {
    Services* services = nullptr;
    std::list<Active>::iterator here;
    const Method* method = find(name);
    {
        const std::lock_guard lock(mutex_);
        if (!services_) throw Error{code::in_warmup, warmup_status_};
        services = services_;
        if (!method) throw Error{code::method_not_found, "Method not found"};
        here = active_.insert(active_.end(), {method->name, std::chrono::steady_clock::now()});
    }
    struct Leave {
        Dispatcher& dispatcher;
        std::list<Active>::iterator here;
        ~Leave() {
            const std::lock_guard lock(dispatcher.mutex_);
            dispatcher.active_.erase(here);
        }
    } leave{*this, here};

    const WaitingCall waiting(*method, origin.waiting);
    log::debug(log::Category::rpc, "method={} user={}", name, origin.user);
    refuse_on_public_chain(*method, *services);
    try {
        auto arguments = positional_arguments(*method, std::move(params));
        check_arguments(*method, arguments);
        Call call(*services, *method, std::move(arguments), origin.wallet, origin.has_wallet_path);
        Json answer = method->run(call);
        if (services->checks_answers) check_answer(*method, answer);
        return answer;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& e) {
        throw Error{code::misc, e.what()};
    }
}

namespace {

/// Answers one request; `error_code` is set if it is an error.
Json answer_one(Dispatcher& dispatcher, ParsedRequest& request, Json& json, const Origin& origin,
                int& error_code) {
    try {
        request.is_unreadable = true;
        read_request(request, json);
        request.is_unreadable = false;
        return reply_json(
            request, dispatcher.execute(request.method, std::move(request.params), origin), {});
    } catch (const Error& error) {
        error_code = error.code;
        return reply_json(request, {}, error_json(error));
    }
}

Reply answer_batch(Dispatcher& dispatcher, Json& batch, const Origin& origin) {
    Json replies = Json::array();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        ParsedRequest request;
        int error_code = 0;
        Json reply = answer_one(dispatcher, request, batch[i], origin, error_code);
        if (!request.is_notification()) replies.push(std::move(reply));
    }
    // An empty batch has no version: old clients expect a list.
    if (replies.empty() && !batch.empty()) return {no_content, {}};
    return {ok, line(replies)};
}

bool is_allowed(const Json& json, const std::set<std::string>& allowed) {
    const Json* method = json.find("method");
    return method && method->is_string() && allowed.contains(method->as_string());
}

bool is_all_allowed(const Json& json, const Origin& origin) {
    if (!origin.allowed) return true;
    if (!json.is_array()) return is_allowed(json, *origin.allowed);
    return std::ranges::all_of(json.items(),
                               [&](const Json& item) { return is_allowed(item, *origin.allowed); });
}

}  // namespace

Reply Dispatcher::answer(std::string_view body, const Origin& origin) {
    const auto fail_whole = [](const char* message) {
        const Error error{code::parse_error, message};
        ParsedRequest unknown;
        unknown.has_id = true;
        return Reply{server_error, line(reply_json(unknown, {}, error_json(error)))};
    };
    auto json = Json::parse(body);
    if (!json) return fail_whole("Parse error");
    if (!json->is_object() && !json->is_array()) return fail_whole("Top-level object parse error");
    if (!is_all_allowed(*json, origin)) {
        log::warning("RPC user {} is not allowed to call that method", origin.user);
        return {forbidden, {}};
    }
    if (json->is_array()) return answer_batch(*this, *json, origin);

    ParsedRequest request;
    int error_code = 0;
    const Json reply = answer_one(*this, request, *json, origin, error_code);
    if (request.is_notification() && !request.is_unreadable) return {no_content, {}};
    return {error_code ? http_status(request, error_code) : ok, line(reply)};
}

}  // namespace daler::rpc
