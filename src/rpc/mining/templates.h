#pragma once

#include <daler/mining/mining.h>
#include <daler/rpc/services.h>

namespace daler::rpc {

/// The options of this node for block templates; the coinbase pays to `script`.
[[nodiscard]] mining::TemplateOptions template_options(const Services& node, Script script);

/// Stores the data of the last template for getmininginfo.
void remember_template(Services& node, const mining::Template& made);

}  // namespace daler::rpc
