#pragma once

#include <daler/primitives/block.h>
#include <daler/wire/address.h>

#include <variant>

namespace daler::wire {

inline constexpr std::int32_t protocol_version = 70016;
/// Peers older than this are refused: they do not know getheaders.
inline constexpr std::int32_t min_protocol_version = 31800;
/// From here on pings carry a nonce (BIP 31).
inline constexpr std::int32_t pong_version = 60001;
inline constexpr std::int32_t send_headers_version = 70012;
inline constexpr std::int32_t fee_filter_version = 70013;
inline constexpr std::int32_t compact_blocks_version = 70014;
inline constexpr std::int32_t wtxid_relay_version = 70016;

/// What a node offers, as bits.
namespace service {
inline constexpr std::uint64_t network = 1u << 0;           ///< all blocks
inline constexpr std::uint64_t bloom = 1u << 2;             ///< BIP 111
inline constexpr std::uint64_t witness = 1u << 3;           ///< BIP 144
inline constexpr std::uint64_t compact_filters = 1u << 6;   ///< BIP 157
inline constexpr std::uint64_t network_limited = 1u << 10;  ///< the last 288 blocks (BIP 159)
inline constexpr std::uint64_t p2p_v2 = 1u << 11;           ///< BIP 324
}  // namespace service

/// An address in a version message.
struct VersionAddress {
    std::uint64_t services = 0;
    Endpoint endpoint;
    bool operator==(const VersionAddress&) const = default;
};

/// The first message of each side.
struct Version {
    static constexpr std::string_view command = "version";
    std::int32_t version = protocol_version;
    std::uint64_t services = 0;
    std::int64_t time = 0;  ///< the sender's clock, seconds since 1970; may have any value
    VersionAddress receiver;
    VersionAddress sender;
    std::uint64_t nonce = 0;  ///< detects a connection to ourselves
    std::string user_agent;   ///< at most limits::user_agent_bytes
    std::int32_t start_height = 0;
    bool relay = true;  ///< false: announce no transactions (BIP 37)
    bool operator==(const Version&) const = default;
};

/// A message without contents.
template <class Tag>
struct Signal {
    static constexpr std::string_view command = Tag::command;
    bool operator==(const Signal&) const = default;
};

namespace tag {
struct Verack {
    static constexpr std::string_view command = "verack";
};
struct WtxidRelay {
    static constexpr std::string_view command = "wtxidrelay";
};
struct SendAddrV2 {
    static constexpr std::string_view command = "sendaddrv2";
};
struct SendHeaders {
    static constexpr std::string_view command = "sendheaders";
};
struct GetAddr {
    static constexpr std::string_view command = "getaddr";
};
struct GetMempool {
    static constexpr std::string_view command = "mempool";
};
}  // namespace tag

using Verack = Signal<tag::Verack>;            ///< accepts the other side's version
using WtxidRelay = Signal<tag::WtxidRelay>;    ///< announce transactions by wtxid (BIP 339)
using SendAddrV2 = Signal<tag::SendAddrV2>;    ///< send addresses as addrv2 (BIP 155)
using SendHeaders = Signal<tag::SendHeaders>;  ///< announce blocks by headers (BIP 130)
using GetAddr = Signal<tag::GetAddr>;          ///< asks for addresses of other nodes
using GetMempool = Signal<tag::GetMempool>;    ///< asks for all transactions (BIP 35)

/// Asks for no announcements of transactions with a lower fee rate (BIP 133).
struct FeeFilter {
    static constexpr std::string_view command = "feefilter";
    Amount rate;  ///< satoshis per 1000 virtual bytes
    bool operator==(const FeeFilter&) const = default;
};

/// The sender supports compact blocks (BIP 152).
struct SendCompact {
    static constexpr std::string_view command = "sendcmpct";
    bool high_bandwidth = false;
    std::uint64_t version = 2;
    bool operator==(const SendCompact&) const = default;
};

struct Ping {
    static constexpr std::string_view command = "ping";
    std::uint64_t nonce = 0;
    bool operator==(const Ping&) const = default;
};

struct Pong {
    static constexpr std::string_view command = "pong";
    std::uint64_t nonce = 0;
    bool operator==(const Pong&) const = default;
};

/// What an inventory item names. Other numbers are possible; they are unknown to us.
enum class InventoryType : std::uint32_t {
    tx = 1,
    block = 2,
    filtered_block = 3,
    compact_block = 4,
    wtx = 5,  ///< a transaction by its wtxid (BIP 339)
    witness_tx = 1 | 1u << 30,
    witness_block = 2 | 1u << 30,
};

struct InventoryItem {
    static constexpr std::size_t size = 36;
    InventoryType type = InventoryType::tx;
    Hash256 hash;

    [[nodiscard]] bool is_transaction() const {
        return type == InventoryType::tx || type == InventoryType::wtx ||
               type == InventoryType::witness_tx;
    }
    [[nodiscard]] bool is_block() const {
        return type == InventoryType::block || type == InventoryType::witness_block ||
               type == InventoryType::filtered_block || type == InventoryType::compact_block;
    }
    bool operator==(const InventoryItem&) const = default;
};

/// Announces transactions or blocks that the sender has.
struct Inventory {
    static constexpr std::string_view command = "inv";
    std::vector<InventoryItem> items;
    bool operator==(const Inventory&) const = default;
};

/// Asks for transactions or blocks.
struct GetData {
    static constexpr std::string_view command = "getdata";
    std::vector<InventoryItem> items;
    bool operator==(const GetData&) const = default;
};

/// Answers getdata: the sender does not have these.
struct NotFound {
    static constexpr std::string_view command = "notfound";
    std::vector<InventoryItem> items;
    bool operator==(const NotFound&) const = default;
};

/// Asks for the headers after the first hash of `locator` that the receiver knows, up to `stop`.
/// An empty locator asks for the header `stop` alone.
struct GetHeaders {
    static constexpr std::string_view command = "getheaders";
    std::uint32_t version = protocol_version;
    std::vector<BlockHash> locator;
    BlockHash stop;
    bool operator==(const GetHeaders&) const = default;
};

/// As GetHeaders; answered with an inventory of blocks.
struct GetBlocks {
    static constexpr std::string_view command = "getblocks";
    std::uint32_t version = protocol_version;
    std::vector<BlockHash> locator;
    BlockHash stop;
    bool operator==(const GetBlocks&) const = default;
};

struct Headers {
    static constexpr std::string_view command = "headers";
    std::vector<BlockHeader> headers;
    bool operator==(const Headers&) const = default;
};

struct BlockMessage {
    static constexpr std::string_view command = "block";
    BlockRef block;
};

struct TransactionMessage {
    static constexpr std::string_view command = "tx";
    TransactionRef tx;
};

/// A node in an addr message: its address and when it was last seen.
struct KnownNode {
    std::uint32_t last_seen = 0;  ///< seconds since 1970
    std::uint64_t services = 0;
    Endpoint endpoint;
    bool operator==(const KnownNode&) const = default;
};

struct Addresses {
    static constexpr std::string_view command = "addr";
    std::vector<KnownNode> nodes;
    bool operator==(const Addresses&) const = default;
};

/// As Addresses, for all networks (BIP 155). Networks we do not know are left out when read.
struct AddressesV2 {
    static constexpr std::string_view command = "addrv2";
    std::vector<KnownNode> nodes;
    bool operator==(const AddressesV2&) const = default;
};

/// A message that we do not know; it is ignored.
struct Unknown {
    std::string command;
    bool operator==(const Unknown&) const = default;
};

using Message =
    std::variant<Version, Verack, WtxidRelay, SendAddrV2, SendHeaders, FeeFilter, SendCompact, Ping,
                 Pong, Inventory, GetData, NotFound, GetHeaders, GetBlocks, Headers, BlockMessage,
                 TransactionMessage, Addresses, AddressesV2, GetAddr, GetMempool, Unknown>;

/// Reads the payload of a message. DecodeError::too_large means that a published limit was
/// exceeded; that is a fault of the sender. Bytes after the contents are ignored, so that later
/// versions may add fields.
[[nodiscard]] Result<Message, DecodeError> decode_message(std::string_view command,
                                                          ByteSpan payload);

void write(ByteWriter& writer, const Version& message);
void write(ByteWriter& writer, const FeeFilter& message);
void write(ByteWriter& writer, const SendCompact& message);
void write(ByteWriter& writer, const Ping& message);
void write(ByteWriter& writer, const Pong& message);
void write(ByteWriter& writer, const Inventory& message);
void write(ByteWriter& writer, const GetData& message);
void write(ByteWriter& writer, const NotFound& message);
void write(ByteWriter& writer, const GetHeaders& message);
void write(ByteWriter& writer, const GetBlocks& message);
void write(ByteWriter& writer, const Headers& message);
void write(ByteWriter& writer, const BlockMessage& message);
void write(ByteWriter& writer, const TransactionMessage& message);
void write(ByteWriter& writer, const Addresses& message);
void write(ByteWriter& writer, const AddressesV2& message);
template <class Tag>
void write(ByteWriter&, const Signal<Tag>&) {}

/// The payload of `message`. Transactions and blocks carry their witness.
template <class M>
[[nodiscard]] Bytes encode(const M& message) {
    ByteWriter writer;
    write(writer, message);
    return writer.take();
}

}  // namespace daler::wire
