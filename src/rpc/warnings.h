#pragma once

#include <daler/encoding/json.h>
#include <daler/rpc/declaration.h>
#include <daler/rpc/services.h>

namespace daler::rpc {

inline const ResultField warnings_field{
    "warnings",
    Type::one_of,
    "",
    {{"", Type::array, "What the user should know of the node's state", {{"", Type::string}}},
     {"with -deprecatedrpc=warnings", Type::string, "the last one"}}};

/// The `warnings` fields: what the user should know of the node's state.
[[nodiscard]] inline Json warnings_json(const Services& node) {
    const auto all = node.warnings ? node.warnings() : std::vector<std::string>{};
    if (node.warnings_as_text) return all.empty() ? Json("") : Json(all.back());
    Json out = Json::array();
    for (const auto& text : all)
        out.push(text);
    return out;
}

}  // namespace daler::rpc
