#include "networks/network_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

namespace daler::networks {
namespace {

namespace fs = std::filesystem;

constexpr int format_version = 1;

Json list_of(const std::vector<std::string>& texts) {
    Json list = Json::array();
    for (const auto& text : texts)
        list.push(text);
    return list;
}

Json process_json(const ProcessId& process) {
    Json out = Json::object();
    out.append("pid", process.pid);
    out.append("start", process.start);
    return out;
}

Json node_json(const NodeEntry& node) {
    Json out = Json::object();
    out.append("name", node.name);
    out.append("process", process_json(node.process));
    out.append("stopped", node.stopped);
    out.append("ended", node.ended);
    out.append("port", node.port);
    out.append("rpc_port", node.rpc_port);
    out.append("data", node.data.string());
    out.append("cookie", node.cookie.string());
    out.append("log", node.log.string());
    out.append("automine", node.automine);
    out.append("reverting", node.reverting);
    return out;
}

/// Reads the fields of an object and remembers the first that is missing or has another type.
class Fields {
public:
    explicit Fields(const Json& object) : object_(object) {}

    std::string text(std::string_view key) {
        const Json* value = object_.find(key);
        if (value && value->is_string()) return value->as_string();
        note(key);
        return {};
    }
    bool flag(std::string_view key) {
        const Json* value = object_.find(key);
        if (value && value->is_bool()) return value->as_bool();
        note(key);
        return false;
    }
    template <class T>
    T number(std::string_view key) {
        const Json* value = object_.find(key);
        const auto number = value ? value->as_integer<T>() : std::nullopt;
        if (!number) note(key);
        return number.value_or(0);
    }
    /// Of a field that files of earlier versions do not have.
    std::string text_if_set(std::string_view key) {
        return object_.find(key) ? text(key) : std::string();
    }
    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> out;
        for (const Json& item : items(key))
            if (item.is_string())
                out.push_back(item.as_string());
            else
                note(key);
        return out;
    }
    std::span<const Json> items(std::string_view key) {
        const Json* value = object_.find(key);
        if (value && value->is_array()) return value->items();
        note(key);
        return {};
    }
    ProcessId process(std::string_view key) {
        const Json* value = object_.find(key);
        Fields fields(value ? *value : null_);
        const ProcessId process{fields.number<pid_t>("pid"), fields.number<std::uint64_t>("start")};
        if (!fields.wrong().empty()) note(key);
        return process;
    }
    void note(std::string_view key) {
        if (wrong_.empty()) wrong_ = fmt::format("\"{}\" is missing or has another type", key);
    }
    [[nodiscard]] const std::string& wrong() const { return wrong_; }

private:
    const Json null_;
    const Json& object_;
    std::string wrong_;
};

Result<NodeEntry, std::string> parse_node(const Json& json) {
    Fields fields(json);
    NodeEntry node;
    node.name = fields.text("name");
    node.process = fields.process("process");
    node.stopped = fields.flag("stopped");
    node.ended = fields.text("ended");
    node.port = fields.number<std::uint16_t>("port");
    node.rpc_port = fields.number<std::uint16_t>("rpc_port");
    node.data = fields.text("data");
    node.cookie = fields.text("cookie");
    node.log = fields.text("log");
    node.automine = fields.text("automine");
    // Networks of older versions do not have it.
    if (json.find("reverting")) node.reverting = fields.text("reverting");
    if (!fields.wrong().empty()) return fail(fields.wrong());
    return node;
}

Result<Link, std::string> parse_link(const Json& json) {
    Fields fields(json);
    Link link{fields.text("from"), fields.text("to"), fields.flag("cut")};
    if (!fields.wrong().empty()) return fail(fields.wrong());
    return link;
}

std::string no_write(const fs::path& path) {
    return fmt::format("Cannot write {}: {}.", path.string(), std::strerror(errno));
}

Result<void, std::string> write_all(int descriptor, std::string_view text, const fs::path& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail(no_write(path));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

NodeEntry* NetworkFile::find(std::string_view node) {
    const auto found = std::ranges::find(nodes, node, &NodeEntry::name);
    return found == nodes.end() ? nullptr : &*found;
}

const NodeEntry* NetworkFile::find(std::string_view node) const {
    const auto found = std::ranges::find(nodes, node, &NodeEntry::name);
    return found == nodes.end() ? nullptr : &*found;
}

Json NetworkFile::to_json() const {
    Json out = Json::object();
    out.append("version", format_version);
    out.append("name", name);
    out.append("kept", kept);
    out.append("chain_options", list_of(chain_options));
    out.append("node_options", list_of(node_options));
    out.append("seed", seed);
    out.append("seed_is_public", seed_is_public);
    out.append("time", time);
    out.append("topology", topology);
    out.append("challenge", challenge);
    out.append("signer", signer);
    out.append("listen", listen);
    out.append("peers", list_of(peers));
    out.append("owner", process_json(owner));
    out.append("starting", process_json(starting));
    out.append("complete", complete);
    Json entries = Json::array();
    for (const NodeEntry& node : nodes)
        entries.push(node_json(node));
    out.append("nodes", std::move(entries));
    Json pairs = Json::array();
    for (const Link& link : links) {
        Json pair = Json::object();
        pair.append("from", link.from);
        pair.append("to", link.to);
        pair.append("cut", link.cut);
        pairs.push(std::move(pair));
    }
    out.append("links", std::move(pairs));
    return out;
}

Result<NetworkFile, std::string> NetworkFile::parse(std::string_view text) {
    const auto json = Json::parse(text);
    if (!json) return fail(json.error());
    Fields fields(*json);
    if (const int version = fields.number<int>("version");
        version != format_version && fields.wrong().empty()) {
        return fail(fmt::format("it has version {}, this program reads version {}", version,
                                format_version));
    }
    NetworkFile file;
    file.name = fields.text("name");
    file.kept = fields.flag("kept");
    file.chain_options = fields.texts("chain_options");
    file.node_options = fields.texts("node_options");
    file.seed = fields.text("seed");
    file.seed_is_public = fields.flag("seed_is_public");
    file.time = fields.text("time");
    file.topology = fields.text("topology");
    file.challenge = fields.text_if_set("challenge");
    file.signer = fields.text_if_set("signer");
    file.listen = fields.text("listen");
    file.peers = fields.texts("peers");
    file.owner = fields.process("owner");
    file.starting = fields.process("starting");
    file.complete = fields.flag("complete");
    for (const Json& item : fields.items("nodes")) {
        auto node = parse_node(item);
        if (!node) return fail(node.error());
        file.nodes.push_back(std::move(*node));
    }
    for (const Json& item : fields.items("links")) {
        auto link = parse_link(item);
        if (!link) return fail(link.error());
        file.links.push_back(std::move(*link));
    }
    if (!fields.wrong().empty()) return fail(fields.wrong());
    return file;
}

Result<NetworkFile, std::string> NetworkFile::load(const fs::path& folder) {
    const fs::path path = folder / network_file_name;
    std::ifstream input(path, std::ios::binary);
    if (!input)
        return fail(fmt::format("Cannot read {}: {}.", path.string(), std::strerror(errno)));
    const std::string text(std::istreambuf_iterator<char>(input), {});
    auto file = parse(text);
    if (!file) {
        return fail(
            fmt::format("The network file {} is damaged: {}. `daler rm --name {}` removes "
                        "the network.",
                        path.string(), file.error(), folder.filename().string()));
    }
    file->folder = folder;
    return file;
}

std::pair<std::string, std::string> credentials_of(const NodeEntry& node) {
    std::ifstream file(node.cookie);
    std::string line;
    std::getline(file, line);
    const auto colon = line.find(':');
    if (colon == std::string::npos) return {};
    return {line.substr(0, colon), line.substr(colon + 1)};
}

Result<void, std::string> write_private_file(const fs::path& path, std::string_view text,
                                             bool survives_power_cut) {
    const fs::path fresh = path.string() + ".new";
    const int descriptor =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return fail(no_write(fresh));
    auto written = write_all(descriptor, text, fresh);
    if (written && survives_power_cut && ::fsync(descriptor) != 0) written = fail(no_write(fresh));
    ::close(descriptor);
    if (written && ::rename(fresh.c_str(), path.c_str()) != 0) written = fail(no_write(path));
    if (!written) ::unlink(fresh.c_str());
    return written;
}

Result<void, std::string> NetworkFile::save() const {
    // Only what is to outlive a power cut is worth the wait for the disk.
    return write_private_file(folder / network_file_name, to_json().write(2) + "\n", kept);
}

std::optional<NetworkLock> NetworkLock::try_take(const fs::path& folder) {
    const fs::path path = folder / "lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return std::nullopt;
    NetworkLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
    // The command that had the lock may have removed the network and this file with it.
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || status.st_nlink == 0) return std::nullopt;
    return lock;
}

Result<NetworkLock, std::string> NetworkLock::take(const fs::path& folder) {
    constexpr std::chrono::seconds patience{60};
    constexpr std::chrono::milliseconds pause{2};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (auto lock = try_take(folder)) return std::move(*lock);
        std::error_code error;
        if (!fs::is_directory(folder, error))
            return fail(fmt::format("The network in {} is gone.", folder.string()));
        if (std::chrono::steady_clock::now() > deadline) {
            return fail(fmt::format(
                "Another daler command has been changing the network in {} for a minute. Wait for "
                "it, or end it, and try again.",
                folder.string()));
        }
        std::this_thread::sleep_for(pause);
    }
}

NetworkLock::~NetworkLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace daler::networks
