#include "rpc/declaration_text.h"

#include <daler/rpc/dispatcher.h>
#include <daler/util/version.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::string_view openrpc_version = "1.3.2";

Json typed(std::string_view name) {
    Json out = Json::object();
    out.append("type", name);
    return out;
}

/// The schema of a value whose parts do not matter.
Json plain_schema(Type type) {
    switch (type) {
        case Type::string:
            return typed("string");
        case Type::hex: {
            Json out = typed("string");
            out.append("pattern", "^([0-9a-fA-F]{2})*$");
            return out;
        }
        case Type::integer:
        case Type::time:
            return typed("integer");
        case Type::number:
        case Type::amount:
            return typed("number");
        case Type::boolean:
            return typed("boolean");
        case Type::null:
            return typed("null");
        case Type::object:
        case Type::map:
        case Type::options:
            return typed("object");
        case Type::array:
        case Type::objects:
        case Type::tuple:
            return typed("array");
        case Type::any:
        case Type::one_of:
        case Type::same_fields:
            break;
    }
    return Json::object();
}

void add_description(Json& schema, std::string_view help, const ValueType& value) {
    std::string text(help);
    const auto unit = value.type == Type::time                           ? "Unix time"
                      : value.type == Type::amount && value.unit.empty() ? "BTC"
                                                                         : value.unit;
    if (!unit.empty()) text += fmt::format("{}({})", text.empty() ? "" : " ", unit);
    if (!text.empty()) schema.append("description", std::move(text));
}

Json schema_of(const ResultField& field);
Json schema_of(const Argument& argument);

/// A list of schemas; a single one stands alone.
template <class Parts>
Json any_of(const Parts& parts) {
    if (parts.size() == 1) return schema_of(*parts.begin());
    Json list = Json::array();
    for (const auto& part : parts)
        list.push(schema_of(part));
    Json out = Json::object();
    out.append("anyOf", std::move(list));
    return out;
}

void add_members(const ResultFields& fields, Json& properties, Json& required) {
    for (const ResultField& field : fields) {
        if (field.type == Type::same_fields) {
            add_members(field.fields, properties, required);
            continue;
        }
        properties.append(std::string(field.key()), schema_of(field));
        if (!field.is_optional()) required.push(field.key());
    }
}

void add_members(const std::initializer_list<Argument>& fields, Json& properties, Json& required) {
    for (const Argument& field : fields) {
        properties.append(std::string(first_name(field)), schema_of(field));
        if (field.fallback.empty()) required.push(first_name(field));
    }
}

/// Adds what is in a value to its schema.
template <class Declared>
void add_parts(Json& schema, const Declared& declared) {
    const Type type = declared.type;
    if (declared.fields.size() == 0) return;
    if (type == Type::object || type == Type::options) {
        Json properties = Json::object(), required = Json::array();
        add_members(declared.fields, properties, required);
        schema.append("properties", std::move(properties));
        if (!required.empty()) schema.append("required", std::move(required));
        schema.append("additionalProperties", false);
    } else if (type == Type::map) {
        schema.append("additionalProperties", any_of(declared.fields));
    } else if (type == Type::array) {
        schema.append("items", any_of(declared.fields));
    } else if (type == Type::objects) {
        Declared item = declared;
        item.type = Type::object;
        item.help = {};
        schema.append("items", schema_of(item));
    } else if (type == Type::tuple) {
        Json items = Json::array();
        for (const auto& item : declared.fields)
            items.push(schema_of(item));
        schema.append("items", std::move(items));
        schema.append("minItems", declared.fields.size());
        schema.append("maxItems", declared.fields.size());
    }
}

Json schema_of(const ResultField& field) {
    if (field.type == Type::one_of) return any_of(field.fields);
    Json out = plain_schema(field.type);
    add_description(out, field.help, field.type);
    add_parts(out, field);
    return out;
}

Json schema_of(const Argument& argument) {
    Json out = plain_schema(argument.type);
    if (argument.type == Type::amount) {
        out = Json::object();
        Json types = Json::array();
        types.push("number").push("string");
        out.append("type", std::move(types));
    }
    add_description(out, argument.help, argument.type);
    if (!argument.fallback.empty() && argument.fallback != "null")
        if (auto value = Json::parse(argument.fallback)) out.append("default", std::move(*value));
    add_parts(out, argument);
    return out;
}

Json parameter(const Argument& argument) {
    Json out = Json::object();
    out.append("name", first_name(argument));
    if (!argument.help.empty()) out.append("description", argument.help);
    out.append("required", argument.fallback.empty());
    out.append("schema", schema_of(argument));
    return out;
}

Json method_json(const Method& method) {
    Json out = Json::object();
    out.append("name", method.name);
    Json tag = Json::object();
    tag.append("name", method.category);
    Json tags = Json::array();
    tags.push(std::move(tag));
    out.append("tags", std::move(tags));
    out.append("description", method.summary);
    out.append("paramStructure", "either");
    Json parameters = Json::array();
    for (const Argument& argument : method.arguments)
        parameters.push(parameter(argument));
    out.append("params", std::move(parameters));
    Json result = Json::object();
    result.append("name", "result");
    result.append("schema", schema_of(method.result.field()));
    out.append("result", std::move(result));
    return out;
}

}  // namespace

Json openrpc_document(std::span<const Method* const> methods) {
    Json info = Json::object();
    info.append("title", "daler JSON-RPC");
    info.append("description",
                "The methods of a daler node, with names, arguments and results of Bitcoin Core.");
    info.append("version", version);
    Json list = Json::array();
    for (const Method* method : methods)
        list.push(method_json(*method));
    Json out = Json::object();
    out.append("openrpc", openrpc_version);
    out.append("info", std::move(info));
    out.append("methods", std::move(list));
    return out;
}

}  // namespace daler::rpc
