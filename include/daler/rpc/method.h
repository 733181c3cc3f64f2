#pragma once

#include <daler/encoding/json_writer.h>
#include <daler/primitives/amount.h>
#include <daler/primitives/hash.h>
#include <daler/rpc/declaration.h>
#include <daler/rpc/error.h>
#include <daler/rpc/services.h>

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace daler::http {
class Waiting;
}

namespace daler::rpc {

class Call;

/// The category of the methods that are refused on public chains.
inline constexpr std::string_view private_networks = "Private networks";

/// What a method returns: a named declaration, an object of named fields, or in place a value
/// without parts, such as {"", Type::hex, "The hash"}.
class MethodResult {
public:
    constexpr MethodResult(const ResultField& field) : field_(field) {}
    constexpr MethodResult(const ResultFields& fields) : field_{"", Type::object, "", fields} {}
    constexpr MethodResult(std::string_view name, ValueType type, std::string_view help)
        : field_{name, type, help} {}
    // A copy of a method does not keep the lists of its declaration: tables are arrays, no vectors.
    MethodResult(const MethodResult&) = delete;
    MethodResult& operator=(const MethodResult&) = delete;

    [[nodiscard]] constexpr const ResultField& field() const { return field_; }

private:
    ResultField field_;
};

/// The function that runs a method. Most return the result. A method whose result may be large or
/// must be fast writes it, exactly one JSON value, and so makes no values first; what it wrote
/// before it throws is dropped.
class MethodBody {
public:
    using Return = Json (*)(Call& call);
    using Write = void (*)(Call& call, JsonWriter& result);

    constexpr MethodBody(std::convertible_to<Return> auto function) : return_(function) {}
    constexpr MethodBody(std::convertible_to<Write> auto function) : write_(function) {}

    void operator()(Call& call, JsonWriter& result) const {
        if (write_) return write_(call, result);
        result.value(return_(call));
    }

private:
    Return return_ = nullptr;
    Write write_ = nullptr;
};

/// A method. Its help, the checks of its arguments and of its result, named arguments and the
/// OpenRPC document come from this declaration.
struct Method {
    std::string_view
        category;  ///< "Blockchain", "Wallet" ...; "hidden" keeps it out of the list of `help`
    std::string_view name;
    std::string_view summary;
    std::initializer_list<Argument> arguments;
    MethodResult result;
    MethodBody run;
    /// Arguments of examples for daler-cli, one example a line.
    std::string_view example = {};

    [[nodiscard]] const Argument& argument(std::size_t i) const { return arguments.begin()[i]; }
};

/// One call: its arguments, checked against the declaration, and the node's services. Used on an
/// rpc worker thread, which may block. Arguments are named by position; a missing one and null are
/// the same.
class Call {
public:
    Call(Services& services, const Method& method, std::vector<Json> arguments,
         std::string wallet_name, bool has_wallet_path, http::Waiting* waiting);

    [[nodiscard]] Services& node() const { return services_; }
    [[nodiscard]] const Method& method() const { return method_; }
    /// The name of argument i in messages: the first of its names.
    [[nodiscard]] std::string_view argument_name(std::size_t i) const;

    /// All arguments as they were given.
    [[nodiscard]] const std::vector<Json>& arguments() const { return arguments_; }
    [[nodiscard]] bool has(std::size_t i) const;
    [[nodiscard]] const Json& json(std::size_t i) const;  ///< null if missing
    [[nodiscard]] std::string string(std::size_t i) const;
    [[nodiscard]] std::string string(std::size_t i, std::string_view fallback) const;
    /// -1 "JSON integer out of range" unless it has 32 bits, as most integers in Bitcoin Core.
    [[nodiscard]] std::int32_t integer(std::size_t i) const;
    [[nodiscard]] std::int32_t integer(std::size_t i, std::int32_t fallback) const;
    [[nodiscard]] std::int64_t long_integer(std::size_t i) const;  ///< the same for 64 bits
    [[nodiscard]] double number(std::size_t i) const;
    [[nodiscard]] bool boolean(std::size_t i, bool fallback) const;
    [[nodiscard]] Amount amount(
        std::size_t i) const;  ///< -3 "Invalid amount", "Amount out of range"
    /// An object of Type::options, or null. -3 for unknown fields and wrong types: "Unexpected key
    /// NAME", "JSON value of type X for field NAME is not of expected type Y".
    [[nodiscard]] const Json& options(std::size_t i) const;
    /// 64 hex digits; -8 with the texts `NAME must be of length 64 (not N, for 'X')` and `NAME must
    /// be hexadecimal string (not 'X')`.
    template <class Hash>
    [[nodiscard]] Hash hash(std::size_t i) const {
        return Hash{hash_bytes(i, {})};
    }
    /// The same where Bitcoin Core's messages use another name for the argument.
    template <class Hash>
    [[nodiscard]] Hash hash(std::size_t i, std::string_view name) const {
        return Hash{hash_bytes(i, name)};
    }
    [[nodiscard]] Bytes hex(
        std::size_t i) const;  ///< -8 `NAME must be hexadecimal string (not 'X')`

    /// The wallet part of the path (/wallet/NAME), decoded; `has_wallet_path` is false for other
    /// paths.
    [[nodiscard]] const std::string& wallet_name() const { return wallet_name_; }
    [[nodiscard]] bool has_wallet_path() const { return has_wallet_path_; }

    /// To be told when the method waits; null if nobody is, or if that was done already.
    [[nodiscard]] http::Waiting* waiting() const { return waiting_; }

private:
    [[nodiscard]] crypto::Digest256 hash_bytes(std::size_t i, std::string_view name) const;

    Services& services_;
    const Method& method_;
    std::vector<Json> arguments_;
    std::string wallet_name_;
    bool has_wallet_path_;
    http::Waiting* waiting_;
};

// The tables, one for each category of `help`, each in src/rpc/CATEGORY/methods.cpp; the category
// Wallet has further ones for payments and for the history of a wallet. Methods that
// `help` does not list ("hidden") are in the table of a related category.
[[nodiscard]] std::span<const Method> blockchain_methods();
[[nodiscard]] std::span<const Method> control_methods();
[[nodiscard]] std::span<const Method> mining_methods();
[[nodiscard]] std::span<const Method> network_methods();
[[nodiscard]] std::span<const Method> old_wallet_methods();
[[nodiscard]] std::span<const Method> private_networks_methods();
[[nodiscard]] std::span<const Method> rawtransaction_methods();
[[nodiscard]] std::span<const Method> util_methods();
[[nodiscard]] std::span<const Method> wallet_methods();
[[nodiscard]] std::span<const Method> wallet_history_methods();
[[nodiscard]] std::span<const Method> wallet_payment_methods();
[[nodiscard]] std::span<const Method> zmq_methods();

/// All tables.
[[nodiscard]] std::span<const std::span<const Method>> method_tables();

}  // namespace daler::rpc
