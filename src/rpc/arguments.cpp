#include <daler/rpc/dispatcher.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::rpc {
namespace {

/// The name of the positional arguments in an object of named ones.
constexpr std::string_view positional_key = "args";

[[noreturn]] void invalid(std::string message) {
    throw Error{code::invalid_parameter, std::move(message)};
}

/// Calls `use` with each name of "name|alias|alias".
void for_each_name(std::string_view names, const auto& use) {
    for (;;) {
        const auto end = names.find('|');
        use(names.substr(0, end));
        if (end == std::string_view::npos) return;
        names.remove_prefix(end + 1);
    }
}

/// The members of an object of named arguments. Each is taken once.
class NamedArguments {
public:
    explicit NamedArguments(const Json& object) {
        for (const Json::Member& given : object.members()) {
            const bool seen = std::ranges::any_of(
                open_, [&](const Json::Member* other) { return other->key == given.key; });
            if (seen) invalid("Parameter " + given.key + " specified multiple times");
            open_.push_back(&given);
        }
    }

    /// Takes the value called `name`; null if there is none left.
    const Json* take(std::string_view name) {
        const auto found = std::ranges::find(
            open_, name, [](const Json::Member* given) -> std::string_view { return given->key; });
        if (found == open_.end()) return nullptr;
        const Json* value = &(*found)->value;
        open_.erase(found);
        return value;
    }

    /// The same for "name|alias|alias".
    const Json* take_any(std::string_view names) {
        const Json* value = nullptr;
        for_each_name(names, [&](std::string_view name) {
            if (!value) value = take(name);
        });
        return value;
    }

    /// Takes the fields of an argument that are given as named arguments: an object of them.
    Json take_fields(const Argument& argument) {
        Json out = Json::object();
        if (!has_named_fields(argument)) return out;
        for (const Argument& field : argument.fields)
            for_each_name(field.names, [&](std::string_view name) {
                if (const Json* value = take(name)) out.append(std::string(name), *value);
            });
        return out;
    }

    void refuse_rest() const {
        if (!open_.empty()) invalid("Unknown named parameter " + open_.front()->key);
    }

private:
    std::vector<const Json::Member*> open_;
};

/// The kind that a value must have; nothing if any kind is valid or the method checks it.
std::optional<Json::Kind> expected_kind(Type type) {
    switch (type) {
        case Type::string:
        case Type::hex:
            return Json::Kind::string;
        case Type::integer:
        case Type::number:
        case Type::time:
            return Json::Kind::number;
        case Type::boolean:
            return Json::Kind::boolean;
        case Type::object:
        case Type::map:
        case Type::options:
            return Json::Kind::object;
        case Type::array:
        case Type::objects:
        case Type::tuple:
            return Json::Kind::array;
        case Type::null:
            return Json::Kind::null;
        case Type::amount:
        case Type::any:
        case Type::one_of:
        case Type::same_fields:
            break;
    }
    return std::nullopt;
}

}  // namespace

bool has_named_fields(const Argument& argument) {
    const bool may_be_object = argument.type == Type::options || argument.type == Type::any;
    return may_be_object && argument.fields.size() != 0 && !argument.fields.begin()->names.empty();
}

std::vector<Json> positional_arguments(const Method& method, Json params) {
    if (!params.is_object()) {
        std::vector<Json> out;
        out.reserve(params.size());
        for (std::size_t i = 0; i < params.size(); ++i)
            out.push_back(std::move(params[i]));
        return out;
    }
    NamedArguments named(params);
    std::vector<Json> out;
    if (const Json* leading = named.take(positional_key)) {
        if (!leading->is_array()) invalid("Parameter args must be an array");
        out.assign(leading->items().begin(), leading->items().end());
    }
    const std::size_t leading_count = out.size();
    for (std::size_t i = 0; i < method.arguments.size(); ++i) {
        const Argument& argument = method.argument(i);
        const std::string_view name = argument.names.substr(0, argument.names.find('|'));
        Json fields = named.take_fields(argument);
        const Json* value = named.take_any(argument.names);
        if (!value && fields.empty()) continue;
        if (value && !fields.empty()) {
            invalid(fmt::format("Parameter {} conflicts with parameter {}", name,
                                fields.members().front().key));
        }
        if (i < leading_count) {
            invalid(fmt::format(
                "Parameter {} specified twice both as positional and named argument", name));
        }
        out.resize(i);  // arguments left out in between are null
        out.push_back(value ? *value : std::move(fields));
    }
    named.refuse_rest();
    return out;
}

void check_fields(const Json& object, std::initializer_list<Argument> declared) {
    std::vector<Field> fields;
    for (const Argument& field : declared) {
        const bool required = field.fallback.empty();
        for_each_name(field.names, [&](std::string_view name) {
            fields.push_back({name, expected_kind(field.type), required});
        });
    }
    check_object(object, fields, true);
}

void check_arguments(const Method& method, std::span<const Json> arguments) {
    // A required argument may follow an optional one.
    std::ptrdiff_t required = std::ssize(method.arguments);
    while (required > 0 &&
           !method.argument(static_cast<std::size_t>(required) - 1).fallback.empty())
        --required;
    if (arguments.size() > method.arguments.size() || std::ssize(arguments) < required)
        throw Error{code::misc, full_help(method)};
    const Json missing;
    Json wrong = Json::object();
    for (std::size_t i = 0; i < method.arguments.size(); ++i) {
        const Argument& declared = method.argument(i);
        const Json& given = i < arguments.size() ? arguments[i] : missing;
        const auto kind = expected_kind(declared.type);
        if (!kind || given.kind() == *kind) continue;
        if (given.is_null() && !declared.fallback.empty()) continue;
        wrong.append(fmt::format("Position {} ({})", i + 1, declared.names),
                     fmt::format("JSON value of type {} is not of expected type {}",
                                 type_name(given.kind()), type_name(*kind)));
    }
    if (!wrong.empty()) throw Error{code::type, "Wrong type passed:\n" + wrong.write(4)};
}

}  // namespace daler::rpc
