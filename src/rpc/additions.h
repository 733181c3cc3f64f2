#pragma once

#include <string>
#include <string_view>

namespace daler {
struct ChainParams;
}

// Error texts on private chains: Bitcoin Core's text, whole, and one sentence that says more.

namespace daler::rpc {

/// `text` and then `sentence`, if there is one.
[[nodiscard]] std::string add_sentence(std::string text, std::string_view sentence);

/// `text`, with which `address` is refused. On private chains followed by the chain to which the
/// address belongs, if that is known.
[[nodiscard]] std::string refused_address(std::string text, std::string_view address,
                                          const ChainParams& params);

}  // namespace daler::rpc
