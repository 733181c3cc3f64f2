#pragma once

#include <daler/descriptor/descriptor.h>
#include <daler/primitives/transaction.h>

#include <map>
#include <set>
#include <span>
#include <vector>

namespace daler::wallet {

/// A row of the only table of Bitcoin Core's wallet files.
struct CoreRow {
    Bytes key, value;

    auto operator<=>(const CoreRow&) const = default;
};

/// An extended public key without its version.
using CoreKeyBytes = std::array<std::uint8_t, 74>;

/// A descriptor with its keys and caches. Caches are by the place of the key expression in the
/// text.
struct CoreDescriptor {
    std::string text;           ///< without private keys, with checksum
    std::uint64_t created = 0;  ///< unix seconds
    std::int32_t next_index = 0, range_begin = 0, range_end = 0;
    descriptor::PrivateKeys keys{};
    std::map<crypto::PublicKey, Bytes> sealed_keys{};
    std::map<std::uint32_t, CoreKeyBytes> parents{}, last_hardened{};
    std::map<std::pair<std::uint32_t, std::uint32_t>, CoreKeyBytes> derived{};
};

struct CoreTransaction {
    TransactionRef tx;
    /// The block that holds it. `position` below 0: the block that conflicts with it, or 1: it is
    /// abandoned. Zeros: none of these.
    BlockHash block{};
    std::int32_t position = 0;
    std::map<std::string, std::string> values{};  ///< such as "comment"
    std::vector<std::pair<std::string, std::string>> order_form{};
    std::uint32_t received_is_time = 0;  ///< not used any more
    std::uint32_t received = 0;          ///< unix seconds
};

struct CoreMasterKey {
    Bytes sealed, salt;
    std::uint32_t method = 0, rounds = 0;
    Bytes parameters{};
};

/// Flags of a wallet. Those from bit 32 on must be understood by whoever opens it.
enum CoreFlag : std::uint64_t {
    core_avoid_reuse = 1u << 0,
    core_last_hardened = 1u << 2,  ///< the caches `last_hardened` are complete
    core_no_private_keys = 1ull << 32,
    core_blank = 1ull << 33,
    core_descriptors = 1ull << 34,
    core_external_signer = 1ull << 35,
};

/// The content of one of Bitcoin Core's descriptor wallets.
struct CoreWallet {
    std::uint64_t flags = 0;
    std::int32_t min_version = 0;  ///< of the program that can open it
    std::vector<BlockHash> locator{};
    std::map<Hash256, CoreDescriptor> descriptors{};  ///< by identifier
    /// The descriptors that give new addresses, by whether they are for change and type.
    std::map<std::pair<bool, std::uint8_t>, Hash256> active{};
    std::map<Txid, CoreTransaction> transactions{};
    std::map<std::string, std::string> labels{}, purposes{};  ///< by address
    std::set<std::string> used_addresses{};                   ///< spent from, with avoid_reuse
    std::set<OutPoint> locked_coins{};
    std::map<std::uint32_t, CoreMasterKey> master_keys{};
    std::map<std::string, std::size_t> others{};  ///< how many records of further kinds there are
};

/// The newest version of Bitcoin Core's wallets that we know; all descriptor wallets have it.
inline constexpr std::int32_t core_wallet_version = 169'900;

/// Reads the records of a wallet. The rows may be anything; the error is for the user. Keys in the
/// clear are compared with their checksums and public keys. Which versions and flags can be
/// understood is not checked.
[[nodiscard]] Result<CoreWallet, std::string> read_core_records(std::span<const CoreRow> rows);

/// The rows of a wallet, ordered by key. Of `others` nothing is written.
[[nodiscard]] std::vector<CoreRow> write_core_records(const CoreWallet& wallet);

/// A private key as OpenSSL once wrote it: DER, with the parameters of the curve (RFC 5915).
[[nodiscard]] Bytes private_key_to_der(const crypto::PrivateKey& key, bool compressed);
[[nodiscard]] std::optional<crypto::PrivateKey> private_key_from_der(ByteSpan der);

}  // namespace daler::wallet
