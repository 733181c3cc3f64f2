#include "rpc/waiting_call.h"

#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/dispatcher.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>
#include <daler/util/wipe.h>

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

/// Starts the text of an answer, up to its result or error.
void begin_reply(JsonWriter& writer, const ParsedRequest& request) {
    writer.begin_object();
    if (request.is_v2) writer.string("jsonrpc", "2.0");
}

void end_reply(JsonWriter& writer, const ParsedRequest& request) {
    if (request.has_id) writer.value("id", request.id);
    writer.end_object();
}

void write_error_reply(std::string& out, const ParsedRequest& request, const Error& error) {
    JsonWriter writer(out);
    begin_reply(writer, request);
    if (!request.is_v2) writer.value("result", nullptr);
    writer.value("error", error_json(error));
    end_reply(writer, request);
}

int http_status(const ParsedRequest& request, int error_code) {
    if (request.is_v2 && !request.is_unreadable) return ok;
    if (error_code == code::invalid_request) return bad_request;
    if (error_code == code::method_not_found) return not_found;
    return server_error;
}

}  // namespace

Json error_json(const Error& error) {
    Json out = Json::object();
    out.append("code", error.code);
    out.append("message", error.message);
    return out;
}

namespace {

/// Whether one of these arguments or results, or a part of one, is secret.
template <class Fields>
bool any_secret(const Fields& fields) {
    return std::ranges::any_of(
        fields, [](const auto& field) { return field.type.is_secret || any_secret(field.fields); });
}

}  // namespace

bool has_secrets(const Method& method) {
    const auto& result = method.result.field();
    return any_secret(method.arguments) || result.type.is_secret || any_secret(result.fields);
}

Dispatcher::Dispatcher(std::span<const std::span<const Method>> tables) {
    for (const auto table : tables) {
        for (const Method& method : table) {
            ensure(by_name_.emplace(method.name, &method).second);
            sorted_.push_back(&method);
            if (rpc::has_secrets(method)) secret_.insert(method.name);
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

bool Dispatcher::has_secrets(const Json& request) const {
    if (request.is_array())
        return std::ranges::any_of(request.items(),
                                   [&](const Json& each) { return has_secrets(each); });
    const Json* name = request.find("method");
    return name && name->is_string() && secret_.contains(name->as_string());
}

Services* Dispatcher::open_services() const {
    const std::lock_guard lock(mutex_);
    return services_;
}

std::vector<Dispatcher::Active> Dispatcher::active() const {
    const std::lock_guard lock(mutex_);
    return {active_.begin(), active_.end()};
}

namespace {

/// Methods that wait for the wallet thread or for a block in each call.
bool waits(const Method& method) {
    return method.category == "Wallet" || method.name.starts_with("waitfor");
}

void check_answer(const Method& method, std::string_view answer) {
    const auto json = Json::parse(answer);
    const auto problem = json ? misfit(*json, method.result.field()) : "not JSON: " + json.error();
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

void Dispatcher::execute(const std::string& name, Json params, const Origin& origin,
                         JsonWriter& result) {
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

    const bool is_waiting = waits(*method);
    const WaitingCall waiting(is_waiting ? origin.waiting : nullptr);
    log::debug(log::Category::rpc, "method={} user={}", name, origin.user);
    refuse_on_public_chain(*method, *services);
    try {
        auto arguments = positional_arguments(*method, std::move(params));
        check_arguments(*method, arguments);
        Call call(*services, *method, std::move(arguments), origin.wallet, origin.has_wallet_path,
                  is_waiting ? nullptr : origin.waiting);
        const std::size_t start = result.text().size();
        method->run(call, result);
        log::trace(log::Category::rpc, "method={} took {} us", name,
                   std::chrono::duration_cast<std::chrono::microseconds>(
                       std::chrono::steady_clock::now() - here->since)
                       .count());
        if (services->checks_answers) check_answer(*method, result.text().substr(start));
    } catch (const Error&) {
        throw;
    } catch (const TooManyWaitingCalls&) {
        throw;
    } catch (const std::exception& e) {
        throw Error{code::misc, e.what()};
    }
}

Json Dispatcher::execute(const std::string& name, Json params, const Origin& origin) {
    std::string text;
    JsonWriter writer(text);
    execute(name, std::move(params), origin, writer);
    auto result = Json::parse(text);
    ensure(result.has_value());
    return std::move(*result);
}

namespace {

/// Appends the answer to one request to `out`. Returns the code of the error, 0 if it is none.
int answer_one(Dispatcher& dispatcher, ParsedRequest& request, Json& json, const Origin& origin,
               std::string& out) {
    const std::size_t start = out.size();
    try {
        request.is_unreadable = true;
        read_request(request, json);
        request.is_unreadable = false;
        JsonWriter writer(out);
        begin_reply(writer, request);
        writer.key("result");
        dispatcher.execute(request.method, std::move(request.params), origin, writer);
        if (!request.is_v2) writer.value("error", nullptr);
        end_reply(writer, request);
        return 0;
    } catch (const Error& error) {
        out.resize(start);
        write_error_reply(out, request, error);
        return error.code;
    }
}

Reply answer_batch(Dispatcher& dispatcher, Json& batch, const Origin& origin) {
    std::string out = "[";
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const std::size_t start = out.size();
        if (start > 1) out += ',';
        ParsedRequest request;
        answer_one(dispatcher, request, batch[i], origin, out);
        if (request.is_notification()) out.resize(start);
    }
    // An empty batch has no version: old clients expect a list.
    if (out.size() == 1 && !batch.empty()) return {no_content, {}};
    return {ok, out + "]\n"};
}

/// A larger body takes too long to read on the thread of all connections.
constexpr std::size_t largest_quick_body = 2048;

/// Methods that read the published view and the block index only.
bool never_waits(std::string_view method) {
    return method == "getblockcount" || method == "getblockheader" || method == "getblockhash" ||
           method == "getbestblockhash";
}

/// Methods that need the ledger, for a short time if the request is small.
bool is_brief(std::string_view method) {
    return method == "gettxout" || method == "sendrawtransaction" || method == "getmempoolinfo";
}

/// Leaves only the result. Which methods are called is not known before.
Result<Json, std::string> parse_wiping(std::string_view body) {
    const WipeScope scope;
    return Json::parse(body);
}

void forget(Json json) {
    {
        const WipeScope scope;
        json = {};
    }
    wipe_stack();
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
        Reply reply{server_error, {}};
        ParsedRequest unknown;
        unknown.has_id = true;
        write_error_reply(reply.body, unknown, Error{code::parse_error, message});
        reply.body += '\n';
        return reply;
    };
    auto json = parse_wiping(body);
    if (!json) return fail_whole("Parse error");
    if (!json->is_object() && !json->is_array()) return fail_whole("Top-level object parse error");
    if (!has_secrets(*json)) return answer_parsed(*json, origin);
    auto reply = answer_secret(std::move(*json), origin);
    wipe_stack();
    return reply;
}

Reply Dispatcher::answer_secret(Json json, const Origin& origin) {
    const WipeScope scope;
    auto reply = answer_parsed(json, origin);
    reply.is_secret = true;
    json = {};
    return reply;
}

std::optional<Reply> Dispatcher::answer_now(std::string_view body, const Origin& origin) {
    if (body.size() > largest_quick_body) return std::nullopt;
    auto json = parse_wiping(body);
    const Json* name = json ? json->find("method") : nullptr;
    if (!name || !name->is_string()) return std::nullopt;
    if (has_secrets(*json)) {
        forget(std::move(*json));
        return std::nullopt;
    }
    if (never_waits(name->as_string())) return answer_parsed(*json, origin);
    Services* const services = open_services();
    if (!services || !is_brief(name->as_string())) return std::nullopt;
    std::optional<Reply> reply;
    services->ledger.run_if_idle([&] { reply = answer_parsed(*json, origin); });
    return reply;
}

Reply Dispatcher::answer_parsed(Json& json, const Origin& origin) {
    if (!is_all_allowed(json, origin)) {
        log::warning("RPC user {} is not allowed to call that method", origin.user);
        return {forbidden, {}};
    }
    if (json.is_array()) return answer_batch(*this, json, origin);

    ParsedRequest request;
    Reply reply;
    const int error = answer_one(*this, request, json, origin, reply.body);
    if (request.is_notification() && !request.is_unreadable) return {no_content, {}};
    reply.status = error ? http_status(request, error) : ok;
    reply.body += '\n';
    return reply;
}

}  // namespace daler::rpc
