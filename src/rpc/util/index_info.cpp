#include "rpc/util/methods.h"

#include <daler/index/indexes.h>

namespace daler::rpc {

Json getindexinfo(Call& call) {
    const auto wanted = call.string(0, "");
    Json out = Json::object();
    const auto* indexes = call.node().indexes;
    if (!indexes) return out;
    for (const auto& summary : indexes->summaries()) {
        if (!wanted.empty() && summary.name != wanted) continue;
        Json item = Json::object();
        item.append("synced", summary.is_synced);
        item.append("best_block_height", summary.best_height);
        out.append(summary.name, std::move(item));
    }
    return out;
}

}  // namespace daler::rpc
