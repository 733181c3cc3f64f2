#pragma once

#include "networks/network_file.h"

namespace daler::networks {

/// The signals that end a command: SIGINT, SIGTERM and SIGHUP. While the object lives they do not
/// end the process but are noted here, so that the command can undo what it has begun. SIGCHLD is
/// noted, too.
class Interrupts {
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    /// Readable when a signal has come.
    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// True if a signal that ends the command has come.
    [[nodiscard]] bool requested();

private:
    int descriptor_;
    bool requested_ = false;
};

/// Starts the processes of `nodes`, which are entries of `file`, all at once, and waits until each
/// answers. Sets their process and ports and writes their cookie files; saves `file` as soon as the
/// processes exist. A node whose port is taken by now gets another one. The error names the first
/// node that does not start and its reason; the processes of all others are ended then.
/// `interrupts` may be null.
[[nodiscard]] Result<void, std::string> start_nodes(NetworkFile& file,
                                                    const std::vector<NodeEntry*>& nodes,
                                                    Interrupts* interrupts);

/// The argument by which the nodes of a network can be recognised.
[[nodiscard]] std::string seed_argument(const std::filesystem::path& folder);

/// Ends processes: `signal` to all, then SIGKILL to those that still run after `patience`. Returns
/// when all are gone.
void end_nodes(const std::vector<NodeEntry*>& nodes, int signal,
               std::chrono::milliseconds patience);

/// How long a node may take to stop in order.
inline constexpr std::chrono::minutes stop_patience{2};

/// True if a process may listen on this port of `address`, a number, now. Also true if this machine
/// does not have that address: then the port is not what is wrong.
[[nodiscard]] bool is_free_port(std::uint16_t port, const std::string& address = "127.0.0.1");

/// Where the nodes accept peers: the address of --listen, else 127.0.0.1.
[[nodiscard]] std::string listen_address(const NetworkFile& file);

/// The address where nodes of this machine reach `node`: "127.0.0.1:18444".
[[nodiscard]] std::string peer_address(const NetworkFile& file, const NodeEntry& node);

}  // namespace daler::networks
