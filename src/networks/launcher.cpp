#include "networks/launcher.h"

#include "networks/network.h"
#include "networks/signet.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <charconv>
#include <cstring>
#include <thread>

namespace daler::networks {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

// A line of a few hundred bytes is expected.
constexpr std::size_t max_ready_line = 64 * 1024;
constexpr std::uint64_t log_megabytes = 10;

/// A process that was started and has not said yet that it is ready.
struct Start {
    NodeEntry* node;
    int output = -1;  ///< its standard output
    std::string text;
    bool is_ready = false;
};

std::vector<std::string> command_line(const NetworkFile& file, const NodeEntry& node) {
    std::vector<std::string> out{"daler", "node"};
    out.insert(out.end(), file.chain_options.begin(), file.chain_options.end());
    out.push_back(node.data.empty() ? "-inmemory" : "-datadir=" + node.data.string());
    // To derive the usual number of keys takes longer than all else of a start.
    out.emplace_back("-keypool=20");
    out.push_back("-bind=" + listen_address(file));
    out.push_back(fmt::format("-port={}", node.port));
    out.push_back(fmt::format("-rpcport={}", node.rpc_port));
    out.push_back("-nodename=" + node.name);
    out.push_back(seed_argument(file.folder));
    out.push_back("-debuglogfile=" + node.log.string());
    out.push_back(fmt::format("-debuglogsize={}", log_megabytes));
    out.emplace_back("-printtoconsole=0");
    out.emplace_back("-ready=json");
    if (file.owner.pid != 0) out.push_back(fmt::format("-withparent={}", file.owner.pid));
    if (!file.time.empty()) out.push_back("-chaintime=" + file.time);
    if (!node.automine.empty()) out.push_back("-automine=" + node.automine);
    for (auto& option : signet_node_options(file, node))
        out.push_back(std::move(option));
    out.insert(out.end(), file.node_options.begin(), file.node_options.end());
    return out;
}

/// The path of this program. /proc/self/exe itself would give the process another name.
Result<std::string, std::string> program() {
    std::error_code error;
    const auto path = fs::read_symlink("/proc/self/exe", error);
    if (error || !fs::exists(path, error))
        return fail(std::string("Cannot find the program daler any more: was it replaced?"));
    return path.string();
}

/// Starts `words` in a session of its own, so that Ctrl-C reaches only the command. Standard error
/// goes to `log`.
Result<Start, std::string> spawn(const std::string& path, const std::vector<std::string>& words,
                                 NodeEntry& node) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return fail(fmt::format("Cannot start {}: {}.", node.name, std::strerror(errno)));
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, pipe[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, node.log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> arguments;
    for (const auto& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t pid = 0;
    const int error =
        ::posix_spawn(&pid, path.c_str(), &files, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    ::close(pipe[1]);
    if (error != 0) {
        ::close(pipe[0]);
        return fail(fmt::format("Cannot start {}: {}.", node.name, std::strerror(error)));
    }
    node.process = identify(pid).value_or(ProcessId{pid, 0});
    node.stopped = false;
    node.ended.clear();
    return Start{&node, pipe[0], {}, false};
}

/// The port at the end of "http://127.0.0.1:18443" or "127.0.0.1:18444".
std::uint16_t port_of(const Json* address) {
    std::uint16_t port = 0;
    if (!address || !address->is_string()) return port;
    const std::string& text = address->as_string();
    const auto* const end = text.data() + text.size();
    std::from_chars(text.data() + text.rfind(':') + 1, end, port);
    return port;
}

Result<void, std::string> write_cookie(const NodeEntry& node, const Json& ready) {
    const Json* user = ready.find("user");
    const Json* password = ready.find("password");
    if (!user || !password || !user->is_string() || !password->is_string())
        return fail(fmt::format("{} has no JSON-RPC, which daler needs.", node.name));
    return write_private_file(node.cookie, user->as_string() + ":" + password->as_string());
}

/// Takes what the ready line says.
Result<void, std::string> take_ready_line(NodeEntry& node, std::string_view line) {
    const auto ready = Json::parse(line);
    if (!ready) return fail(fmt::format("{} says that it is ready, but not how.", node.name));
    node.port = port_of(ready->find("p2p"));
    node.rpc_port = port_of(ready->find("rpc"));
    if (node.rpc_port == 0)
        return fail(fmt::format("{} has no JSON-RPC, which daler needs.", node.name));
    return write_cookie(node, *ready);
}

/// Why nodes did not start.
struct Failure {
    std::string text;
    NodeEntry* ended = nullptr;  ///< the node that ended before it was ready, if that is why
};

/// Reads what the node has written. The error says why it does not start.
Result<void, Failure> read_output(Start& start) {
    std::array<char, 4096> part{};
    const ssize_t got = ::read(start.output, part.data(), part.size());
    if (got < 0 && errno == EINTR) return {};
    if (got > 0) start.text.append(part.data(), static_cast<std::size_t>(got));
    const auto end = start.text.find('\n');
    if (end != std::string::npos) {
        start.is_ready = true;
        auto taken = take_ready_line(*start.node, std::string_view(start.text).substr(0, end));
        return taken ? Result<void, Failure>() : fail(Failure{taken.error()});
    }
    if (got > 0 && start.text.size() < max_ready_line) return {};
    ::waitpid(start.node->process.pid, nullptr, 0);
    return fail(Failure{
        fmt::format("{} did not start: {}", start.node->name, why_ended(*start.node)), start.node});
}

Result<void, Failure> wait_until_ready(std::vector<Start>& starts, Interrupts* interrupts) {
    for (;;) {
        std::vector<pollfd> sources;
        for (const Start& start : starts)
            sources.push_back({start.is_ready ? -1 : start.output, POLLIN, 0});
        if (std::ranges::all_of(starts, &Start::is_ready)) return {};
        if (interrupts) sources.push_back({interrupts->descriptor(), POLLIN, 0});
        if (::poll(sources.data(), sources.size(), -1) < 0 && errno != EINTR)
            return fail(
                Failure{fmt::format("Cannot wait for the nodes: {}.", std::strerror(errno))});
        if (interrupts && interrupts->requested()) return fail(Failure{"Interrupted."});
        for (std::size_t i = 0; i < starts.size(); ++i) {
            if (starts[i].is_ready || sources[i].revents == 0) continue;
            if (auto read = read_output(starts[i]); !read) return read;
        }
    }
}

Result<void, Failure> try_to_start(NetworkFile& file, const std::vector<NodeEntry*>& nodes,
                                   Interrupts* interrupts) {
    const auto path = program();
    if (!path) return fail(Failure{path.error()});
    Result<void, Failure> outcome;
    std::vector<Start> starts;
    for (NodeEntry* node : nodes) {
        auto start = spawn(*path, command_line(file, *node), *node);
        if (!start) {
            outcome = fail(Failure{start.error()});
            break;
        }
        starts.push_back(std::move(*start));
    }
    if (outcome) {
        if (auto saved = file.save(); !saved) outcome = fail(Failure{saved.error()});
    }
    if (outcome) outcome = wait_until_ready(starts, interrupts);
    for (const Start& start : starts)
        ::close(start.output);
    if (!outcome) end_nodes(nodes, SIGTERM, std::chrono::seconds(10));
    return outcome;
}

}  // namespace

std::string seed_argument(const fs::path& folder) {
    return "-seedfile=" + (folder / "seed").string();
}

bool is_free_port(std::uint16_t port, const std::string& address) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
        return true;
    const int descriptor = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // As servers do: connections that have ended do not count.
    const int yes = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const bool is_taken =
        ::bind(descriptor, found->ai_addr, found->ai_addrlen) != 0 && errno != EADDRNOTAVAIL;
    ::freeaddrinfo(found);
    if (descriptor >= 0) ::close(descriptor);
    return !is_taken;
}

std::string listen_address(const NetworkFile& file) {
    return file.listen.empty() ? "127.0.0.1" : file.listen;
}

std::string peer_address(const NetworkFile& file, const NodeEntry& node) {
    const bool is_wildcard = file.listen == "0.0.0.0" || file.listen == "::";
    if (file.listen.empty() || is_wildcard) return fmt::format("127.0.0.1:{}", node.port);
    const bool is_v6 = file.listen.find(':') != std::string::npos;
    return is_v6 ? fmt::format("[{}]:{}", file.listen, node.port)
                 : fmt::format("{}:{}", file.listen, node.port);
}

Result<void, std::string> start_nodes(NetworkFile& file, const std::vector<NodeEntry*>& nodes,
                                      Interrupts* interrupts) {
    for (NodeEntry* node : nodes) {
        if (!is_free_port(node->port, listen_address(file))) node->port = 0;
        if (!is_free_port(node->rpc_port)) node->rpc_port = 0;
    }
    auto outcome = try_to_start(file, nodes, interrupts);
    // Another program may have taken a port after the question, perhaps only for the moment of a
    // question of its own. So a node that ended tries once more with any ports.
    std::vector<std::pair<NodeEntry*, NodeEntry>> without_ports;
    while (!outcome && outcome.error().ended) {
        NodeEntry& node = *outcome.error().ended;
        if (node.port == 0 && node.rpc_port == 0) break;
        without_ports.emplace_back(&node, node);
        node.port = node.rpc_port = 0;
        outcome = try_to_start(file, nodes, interrupts);
    }
    if (outcome) return file.save();
    for (const auto& [node, before] : without_ports) {
        node->port = before.port;
        node->rpc_port = before.rpc_port;
    }
    static_cast<void>(file.save());  // The failure before is what the user must know.
    return fail(outcome.error().text);
}

void end_nodes(const std::vector<NodeEntry*>& nodes, int signal,
               std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds pause{1};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const auto runs = [](const NodeEntry* node) { return node->is_running(); };
    for (const NodeEntry* node : nodes)
        send_signal(node->process, signal);
    while (std::ranges::any_of(nodes, runs)) {
        if (std::chrono::steady_clock::now() > deadline)
            for (const NodeEntry* node : nodes)
                send_signal(node->process, SIGKILL);
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace daler::networks
