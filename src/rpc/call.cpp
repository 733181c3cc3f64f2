#include <daler/rpc/values.h>
#include <daler/util/ensure.h>

namespace daler::rpc {
namespace {

const Json null_json;

}  // namespace

void refuse_if_stopping(const Services& node) {
    if (node.stopping) throw Error{code::internal_error, "The node is stopping"};
}

Call::Call(Services& services, const Method& method, std::vector<Json> arguments,
           std::string wallet_name, bool has_wallet_path, http::Waiting* waiting)
    : services_(services),
      method_(method),
      arguments_(std::move(arguments)),
      wallet_name_(std::move(wallet_name)),
      has_wallet_path_(has_wallet_path),
      waiting_(waiting) {}

std::string_view Call::argument_name(std::size_t i) const {
    ensure(i < method_.arguments.size());
    const std::string_view names = method_.argument(i).names;
    return names.substr(0, names.find('|'));
}

const Json& Call::json(std::size_t i) const {
    ensure(i < method_.arguments.size());
    return i < arguments_.size() ? arguments_[i] : null_json;
}

bool Call::has(std::size_t i) const {
    return !json(i).is_null();
}

std::string Call::string(std::size_t i) const {
    return to_text(json(i));
}

std::string Call::string(std::size_t i, std::string_view fallback) const {
    return has(i) ? string(i) : std::string(fallback);
}

std::int32_t Call::integer(std::size_t i) const {
    return to_int32(json(i));
}

std::int32_t Call::integer(std::size_t i, std::int32_t fallback) const {
    return has(i) ? integer(i) : fallback;
}

std::int64_t Call::long_integer(std::size_t i) const {
    return to_integer(json(i));
}

double Call::number(std::size_t i) const {
    return to_number(json(i));
}

bool Call::boolean(std::size_t i, bool fallback) const {
    return has(i) ? to_bool(json(i)) : fallback;
}

Amount Call::amount(std::size_t i) const {
    return to_amount(json(i));
}

const Json& Call::options(std::size_t i) const {
    const Json& given = json(i);
    if (!given.is_null()) check_fields(given, method_.argument(i).fields);
    return given;
}

Bytes Call::hex(std::size_t i) const {
    return to_bytes(json(i), argument_name(i));
}

crypto::Digest256 Call::hash_bytes(std::size_t i, std::string_view name) const {
    return to_hash(json(i), name.empty() ? argument_name(i) : name);
}

}  // namespace daler::rpc
