#pragma once

#include <daler/mining/mining.h>
#include <daler/rpc/method.h>

namespace daler::rpc {

/// How this node makes blocks, with the coinbase paying to `script`.
[[nodiscard]] mining::TemplateOptions template_options(const Services& node, Script script);

/// Remembers what getmininginfo shows of the last template.
void remember_template(Services& node, const mining::Template& made);

/// The part of the mining methods that gives work to miners and takes it back (BIPs 22, 23, 145).
[[nodiscard]] std::vector<Method> template_methods();

}  // namespace daler::rpc
