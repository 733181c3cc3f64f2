#pragma once

#include "networks/processes.h"

#include <daler/encoding/json.h>

#include <filesystem>
#include <string>
#include <vector>

namespace daler::networks {

/// A node of a network.
struct NodeEntry {
    std::string name;
    ProcessId process{};             ///< the newest one
    bool stopped = false;            ///< by a command: it need not run
    std::string ended{};             ///< why the process ended, where that is known
    std::uint16_t port = 0;          ///< for peers; kept over a restart
    std::uint16_t rpc_port = 0;      ///< on 127.0.0.1
    std::filesystem::path data{};    ///< the data folder; empty: in memory
    std::filesystem::path cookie{};  ///< file with the credentials of JSON-RPC
    std::filesystem::path log{};
    std::string automine{};   ///< when the node mines by itself, where it does not remember it
    std::string reverting{};  ///< the snapshot that the node is to return to: a revert has begun

    [[nodiscard]] bool is_running() const { return networks::is_running(process); }
};

/// Two nodes that are connected with each other.
struct Link {
    std::string from;  ///< connects
    std::string to;
    bool cut = false;  ///< by `daler split`
};

/// What is known of a network. All commands work from it, and it is kept in the network's folder.
struct NetworkFile {
    std::string name;
    std::filesystem::path folder;  ///< not in the file: where it lies
    bool kept = false;             ///< the nodes have data on disk
    /// Options of all nodes that choose the chain: "-regtest", "-chainfile=/a/file".
    std::vector<std::string> chain_options;
    std::vector<std::string> node_options;  ///< for all nodes, as the user gave them
    std::string seed;                       ///< of the wallets' keys
    bool seed_is_public = false;
    std::string time;       ///< the chain time at the start, if it was chosen
    std::string topology;   ///< as the user gave it
    std::string challenge;  ///< of `up --signet` or `--challenge`, in hex; empty: another chain
    std::string signer;     ///< the node with the key of a signet, or empty
    std::string listen;     ///< the address where peers of other machines connect, or empty
    std::vector<std::string> peers;  ///< nodes outside the network: HOST:PORT
    ProcessId owner{};               ///< `daler up` in the foreground; 0: none
    ProcessId starting{};            ///< the `daler up` that has not finished yet; 0: none
    bool complete = false;           ///< a `daler up` has finished
    std::vector<NodeEntry> nodes;
    std::vector<Link> links;

    /// The node called `name`, or null.
    [[nodiscard]] NodeEntry* find(std::string_view node);
    [[nodiscard]] const NodeEntry* find(std::string_view node) const;

    [[nodiscard]] Json to_json() const;
    /// The error says what is wrong with the text.
    [[nodiscard]] static Result<NetworkFile, std::string> parse(std::string_view text);

    /// Reads the file in `folder`. The error is a sentence for the user.
    [[nodiscard]] static Result<NetworkFile, std::string> load(const std::filesystem::path& folder);
    /// Replaces the file in `folder`: a reader sees the old one or the new one. Mode 0600. Take the
    /// lock of the network first.
    [[nodiscard]] Result<void, std::string> save() const;
};

/// User and password of JSON-RPC, from the node's cookie file; empty if there is none.
[[nodiscard]] std::pair<std::string, std::string> credentials_of(const NodeEntry& node);

/// Creates or replaces a file that only its owner can read.
[[nodiscard]] Result<void, std::string> write_private_file(const std::filesystem::path& path,
                                                           std::string_view text,
                                                           bool survives_power_cut = false);

/// The name of the file in the network's folder.
inline constexpr std::string_view network_file_name = "network.json";

/// Keeps other commands from changing a network during the lifetime of the object.
class NetworkLock {
public:
    /// Waits up to a minute for another command. The error says who has it.
    [[nodiscard]] static Result<NetworkLock, std::string> take(const std::filesystem::path& folder);
    /// Nothing if another command has it.
    [[nodiscard]] static std::optional<NetworkLock> try_take(const std::filesystem::path& folder);

    NetworkLock(NetworkLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    NetworkLock(const NetworkLock&) = delete;
    NetworkLock& operator=(const NetworkLock&) = delete;
    NetworkLock& operator=(NetworkLock&&) = delete;
    ~NetworkLock();

private:
    explicit NetworkLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace daler::networks
