#pragma once

#include <daler/http/server.h>
#include <daler/rpc/method.h>

#include <chrono>
#include <list>
#include <mutex>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace daler::rpc {

/// The HTTP response.
struct Reply {
    int status = 200;
    std::string body;        ///< JSON and a newline; empty with status 204 and some errors
    bool is_secret = false;  ///< it may have private keys
};

/// The caller, and the wallet that the path names.
struct Origin {
    std::string user{};
    std::string wallet{};
    bool has_wallet_path = false;
    const std::set<std::string>* allowed = nullptr;  ///< methods; null: all
    http::Waiting* waiting = nullptr;                ///< notified when a method waits; may be null
};

/// The maximum number of calls is waiting already, probably for a wallet.
struct TooManyWaitingCalls : std::runtime_error {
    TooManyWaitingCalls() : std::runtime_error("Work queue depth exceeded") {}
};

/// Parses JSON-RPC requests (1.0, 1.1, 2.0, batches, notifications), calls methods and writes their
/// results as JSON. Thread-safe.
class Dispatcher {
public:
    /// Serves these methods. Until `open`, calls are answered with -28 and the warm-up status.
    explicit Dispatcher(std::span<const std::span<const Method>> tables);

    /// What the node is doing before it can answer ("Loading block index…").
    void set_warmup_status(std::string status);
    /// After this, methods run. `services` must outlive `close`.
    void open(Services& services);
    /// After this, no new calls begin. The owner waits for running calls (http::Server::stop).
    void close();

    /// Answers the body of one POST.
    [[nodiscard]] Reply answer(std::string_view body, const Origin& origin);

    /// The answer to a small request that does not have to wait: for the published view of the
    /// chain, or for the ledger while it is idle. Nothing for all others.
    [[nodiscard]] std::optional<Reply> answer_now(std::string_view body, const Origin& origin);

    /// Runs one method and writes its result. `params` is an array, an object or null. Throws Error
    /// or TooManyWaitingCalls; a part of a result may have been written then.
    void execute(const std::string& name, Json params, const Origin& origin, JsonWriter& result);
    /// The same as a value.
    [[nodiscard]] Json execute(const std::string& name, Json params, const Origin& origin);

    /// Null if there is no method of this name.
    [[nodiscard]] const Method* find(std::string_view name) const;
    /// All methods by category and name, hidden ones included.
    [[nodiscard]] std::span<const Method* const> methods() const { return sorted_; }

    /// The calls being answered now.
    struct Active {
        std::string_view method;
        std::chrono::steady_clock::time_point since;
    };
    [[nodiscard]] std::vector<Active> active() const;

private:
    Reply answer_parsed(Json& json, const Origin& origin);
    /// Leaves no copies of secrets behind.
    Reply answer_secret(Json json, const Origin& origin);
    /// Whether the request calls a method that has secrets; one of a batch is enough.
    [[nodiscard]] bool has_secrets(const Json& request) const;
    /// Null before `open` and after `close`.
    [[nodiscard]] Services* open_services() const;

    std::unordered_map<std::string_view, const Method*> by_name_;
    std::vector<const Method*> sorted_;
    std::unordered_set<std::string_view> secret_;  ///< the names of methods that have secrets

    mutable std::mutex mutex_;  ///< guards the rest
    Services* services_ = nullptr;
    std::string warmup_status_ = "RPC server started";
    std::list<Active> active_;
};

/// Whether the fields of an argument may be given as named arguments: those of Type::options, and
/// of Type::any if they have names.
[[nodiscard]] bool has_named_fields(const Argument& argument);

/// Whether an argument or a part of the result of the method is declared as `secret`.
[[nodiscard]] bool has_secrets(const Method& method);

/// The arguments of a call by position, from an array or an object of named ones (with "args" for
/// leading positional ones). Throws -8.
[[nodiscard]] std::vector<Json> positional_arguments(const Method& method, Json params);

/// Throws -1 with the method's help if there are too few or too many, -3 if a type is wrong.
void check_arguments(const Method& method, std::span<const Json> arguments);

/// What is wrong with the answer of a method, and where: "tx[0].vin is missing". Empty if it is as
/// declared.
[[nodiscard]] std::string misfit(const Json& answer, const ResultField& declared);

/// The methods as an OpenRPC document (https://spec.open-rpc.org), version 1.3.2.
[[nodiscard]] Json openrpc_document(std::span<const Method* const> methods);

/// The first line of a method's help: `getblock "blockhash" ( verbosity )`.
[[nodiscard]] std::string one_line_help(const Method& method);
/// The whole help of a method.
[[nodiscard]] std::string full_help(const Method& method);
/// The list of all methods by category.
[[nodiscard]] std::string help_list(std::span<const Method* const> methods);

/// The JSON of an error in an answer.
[[nodiscard]] Json error_json(const Error& error);

}  // namespace daler::rpc
