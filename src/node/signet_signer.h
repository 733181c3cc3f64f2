#pragma once

#include <daler/config/settings.h>
#include <daler/mining/block_signer.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/result.h>

#include <memory>
#include <string>

namespace daler::node {

/// The signer with the keys of -signetsigner: a file that has a private key or a descriptor in each
/// line. Null without the option. The error says what is wrong with the option or the file.
[[nodiscard]] Result<std::shared_ptr<const mining::BlockSigner>, std::string> read_signet_signer(
    const config::Settings& settings, const ChainParams& params);

}  // namespace daler::node
