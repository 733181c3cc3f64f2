#pragma once

#include <daler/encoding/json.h>
#include <daler/rpc/services.h>

namespace daler::rpc {

/// The `warnings` fields: what the user should know of the node's state.
[[nodiscard]] inline Json warnings_json(const Services& node) {
    Json out = Json::array();
    if (!node.warnings) return out;
    for (auto& text : node.warnings())
        out.push(std::move(text));
    return out;
}

}  // namespace daler::rpc
