#include "networks/commands_list.h"
#include "networks/launcher.h"
#include "networks/watch_screen.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include <csignal>

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace daler::networks {
namespace {

/// The terminal while the table is on it. The destructor shows again what was there before.
class Screen {
public:
    Screen() {
        sigemptyset(&resize_);
        sigaddset(&resize_, SIGWINCH);
        ::pthread_sigmask(SIG_BLOCK, &resize_, nullptr);
        resizes_ = ::signalfd(-1, &resize_, SFD_CLOEXEC | SFD_NONBLOCK);
        has_keys_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        if (has_keys_) {
            termios mode = before_;
            mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
            mode.c_cc[VSUSP] = _POSIX_VDISABLE;  // would leave the terminal in this mode
            ::tcsetattr(STDIN_FILENO, TCSANOW, &mode);
        }
        write("\x1b[?1049h\x1b[?25l");  // the alternate screen, without a cursor
    }
    ~Screen() {
        write("\x1b[?25h\x1b[?1049l");
        if (has_keys_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
        ::close(resizes_);
        ::pthread_sigmask(SIG_UNBLOCK, &resize_, nullptr);
    }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    [[nodiscard]] int keys() const { return has_keys_ ? STDIN_FILENO : -1; }
    [[nodiscard]] int resizes() const { return resizes_; }
    void forget_resizes() const {
        signalfd_siginfo info{};
        while (::read(resizes_, &info, sizeof info) == sizeof info) {
        }
    }
    /// True if "q" is among the keys that were pressed, or no more can come.
    [[nodiscard]] static bool wants_to_end() {
        std::array<char, 64> keys{};
        const ssize_t count = ::read(STDIN_FILENO, keys.data(), keys.size());
        return count <= 0 ||
               std::string_view(keys.data(), static_cast<std::size_t>(count)).find('q') !=
                   std::string_view::npos;
    }
    [[nodiscard]] static ScreenSize size() {
        winsize now{};
        if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) != 0 || now.ws_row == 0) return {};
        return {now.ws_row, now.ws_col};
    }
    /// Draws over what is there, in one write, so that nothing flickers.
    static void draw(std::string_view text) {
        std::string out = "\x1b[H";
        for (const char letter : text)
            if (letter == '\n')
                out += "\x1b[K\n";
            else
                out += letter;
        write(out + "\x1b[K");
    }

private:
    static void write(std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }

    sigset_t resize_{};
    termios before_{};
    bool has_keys_ = false;
    int resizes_ = -1;
};

std::optional<std::int64_t> count_blocks_left(Network& network, const NodeStatus& node,
                                              std::string hash) {
    constexpr std::int64_t most_blocks_counted = 10'000;
    for (std::int64_t left = 0; left < most_blocks_counted; ++left) {
        Json params = Json::array();
        params.push(hash);
        const auto header = network.call(node.entry, "getblockheader", params);
        if (!header) return std::nullopt;
        const Json* confirmations = header->find("confirmations");
        const Json* parent = header->find("previousblockhash");
        const auto count = confirmations ? confirmations->as_integer<std::int64_t>() : std::nullopt;
        if (count.value_or(0) >= 0 || !parent) return left;
        hash = parent->as_string();
    }
    return most_blocks_counted;
}

/// The node with a wallet that has this coinbase.
std::string miner_of(Network& network, const Json& coinbase) {
    Json params = Json::array();
    params.push(coinbase);
    for (const NodeEntry* node : network.running_nodes()) {
        const auto wallets = network.call(*node, "listwallets");
        if (!wallets) continue;
        for (const Json& wallet : wallets->items())
            if (network.call_wallet(*node, wallet.as_string(), "gettransaction", params))
                return node->name;
    }
    return {};
}

TipFacts facts_of_tip(Network& network, const NodeStatus& node) {
    Json params = Json::array();
    params.push(node.tip);
    const auto block = network.call(node.entry, "getblock", params);
    const Json* transactions = block ? block->find("tx") : nullptr;
    if (!transactions || transactions->empty()) return {};
    return {miner_of(network, transactions->items()[0]),
            static_cast<std::int64_t>(transactions->size()) - 1};
}

std::int64_t clock_now() {
    return std::time(nullptr);
}

/// Looks at a network again and again.
class Watcher {
public:
    explicit Watcher(Network network)
        : network_(std::move(network)),
          finder_({[this](const NodeStatus& node, const std::string& hash) {
                       return count_blocks_left(network_, node, hash);
                   },
                   [this](const NodeStatus& node) { return facts_of_tip(network_, node); }}) {}

    /// Returns false if the network has ended.
    bool look() {
        auto file = NetworkFile::load(network_.file().folder);
        if (!file) return false;
        network_.file() = std::move(*file);
        // Another command may be about to start nodes.
        if (network_.running_nodes().empty() && NetworkLock::try_take(network_.file().folder))
            return false;
        nodes_ = status_of(network_);
        newest_ = finder_.look(clock_now(), network_.file(), nodes_);
        events_.insert(events_.end(), newest_.begin(), newest_.end());
        constexpr std::size_t most_events = 500;
        while (events_.size() > most_events)
            events_.pop_front();
        return true;
    }
    [[nodiscard]] const std::vector<Event>& newest() const { return newest_; }
    [[nodiscard]] std::string name() const { return network_.file().name; }
    [[nodiscard]] std::string title() const { return title_of(network_.file()); }
    [[nodiscard]] Json status() const { return status_json(network_.file(), nodes_); }
    [[nodiscard]] std::string screen(ScreenSize size) const {
        return watch_screen(network_.file(), nodes_, events_, clock_now(), size, use_colours());
    }

private:
    Network network_;
    EventFinder finder_;
    std::vector<NodeStatus> nodes_;
    std::vector<Event> newest_;
    std::deque<Event> events_;
};

constexpr int look_again_ms = 500;

/// Returns when the network has ended (true) or the user has had enough (false).
bool watch_on_screen(Watcher& watcher, Interrupts& interrupts) {
    const Screen screen;
    for (bool runs = true;;) {
        if (!runs) return true;
        Screen::draw(watcher.screen(Screen::size()));
        std::array<pollfd, 3> sources{{{interrupts.descriptor(), POLLIN, 0},
                                       {screen.keys(), POLLIN, 0},
                                       {screen.resizes(), POLLIN, 0}}};
        const int count = ::poll(sources.data(), sources.size(), look_again_ms);
        if (interrupts.requested()) return false;
        if (sources[1].revents != 0 && Screen::wants_to_end()) return false;
        if (sources[2].revents != 0) screen.forget_resizes();
        if (count == 0) runs = watcher.look();
    }
}

void print_event(const Event& event, bool as_json) {
    if (as_json)
        fmt::print("{}\n", event.json.write());
    else
        fmt::print("{}  {}\n", clock_text(event.time), event.text);
}

Event start_event(const Watcher& watcher) {
    Json json = Json::object();
    json.append("time", clock_now());
    json.append("event", "watching");
    json.append("status", watcher.status());
    return {clock_now(), watcher.title(), Style::plain, std::move(json)};
}

Event end_event(const Watcher& watcher) {
    Json json = Json::object();
    json.append("time", clock_now());
    json.append("event", "network ended");
    return {clock_now(), watcher.name() + " has ended", Style::plain, std::move(json)};
}

/// The same as lines, for files and programs.
bool watch_as_lines(Watcher& watcher, Interrupts& interrupts, bool as_json) {
    print_event(start_event(watcher), as_json);
    do {
        for (const Event& event : watcher.newest())
            print_event(event, as_json);
        std::fflush(stdout);
        pollfd source{interrupts.descriptor(), POLLIN, 0};
        ::poll(&source, 1, look_again_ms);
        if (interrupts.requested()) return false;
    } while (watcher.look());
    return true;
}

}  // namespace

int watch(const Arguments& arguments) {
    auto network = Network::find(arguments);
    if (!network) return report(network.error());
    if (const auto any = network->running_node(std::nullopt); !any) return report(any.error());
    const bool as_json = arguments.has("--json");
    const bool on_screen = ::isatty(STDOUT_FILENO) == 1 && !as_json;
    Interrupts interrupts;
    Watcher watcher(std::move(*network));
    const bool has_ended =
        !watcher.look() || (on_screen ? watch_on_screen(watcher, interrupts)
                                      : watch_as_lines(watcher, interrupts, as_json));
    if (has_ended) print_event(end_event(watcher), as_json);
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
