#pragma once

#include <daler/mining/mining.h>
#include <daler/rpc/services.h>

namespace daler::rpc {

/// How this node makes blocks, with the coinbase paying to `script`.
[[nodiscard]] mining::TemplateOptions template_options(const Services& node, Script script);

/// Remembers what getmininginfo shows of the last template.
void remember_template(Services& node, const mining::Template& made);

}  // namespace daler::rpc
