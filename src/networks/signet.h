#pragma once

#include "networks/network_file.h"

#include <daler/primitives/chain_params.h>

namespace daler::networks {

/// The challenge of the signet whose key derives from `seed`, in hex: pay to the hash of one key
/// (P2WPKH). BIP 325.
[[nodiscard]] std::string challenge_of(std::string_view seed);

/// Where the key of a signet is, for -signetsigner.
[[nodiscard]] std::filesystem::path signet_key_path(const NetworkFile& file);

/// Writes the file with the key that derives from the network's seed. `chain` has the format of
/// keys.
[[nodiscard]] Result<void, std::string> write_signet_key(const NetworkFile& file,
                                                         const ChainParams& chain);

/// Options that the nodes of a signet need beside those of all networks.
[[nodiscard]] std::vector<std::string> signet_node_options(const NetworkFile& file,
                                                           const NodeEntry& node);

/// What people must know about a signet, in lines: who signs, and what others run to join. Empty
/// for other networks.
[[nodiscard]] std::string signet_notice(const NetworkFile& file);

}  // namespace daler::networks
