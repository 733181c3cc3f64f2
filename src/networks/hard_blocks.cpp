#include "networks/hard_blocks.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <thread>

namespace daler::networks {
namespace {

using Step = Result<void, std::string>;

Step set_automine(Network& network, const NodeEntry& node, const std::string& when,
                  const std::string& address) {
    Json options = Json::object();
    options.append("address", address);
    options.append("threads", std::max(1U, std::thread::hardware_concurrency()));
    Json params = Json::array();
    params.push(when);
    params.push(std::move(options));
    const auto set = network.call(node, "setautomine", params);
    return set ? Step{} : fail(set.error());
}

}  // namespace

Result<double, std::string> hashes_of_a_block(Network& network, const NodeEntry& node) {
    const auto info = network.call(node, "getblockchaininfo");
    if (!info) return fail(info.error());
    const Json* difficulty = info->find("difficulty");
    double value = 0;
    if (difficulty && difficulty->is_number()) {
        const auto& text = difficulty->number_text();
        std::from_chars(text.data(), text.data() + text.size(), value);
    }
    constexpr double hashes_at_difficulty_1 = 4294967296.0;
    return value * hashes_at_difficulty_1;
}

Step mine_to(Network& network, const NodeEntry& node, std::int64_t count,
             const std::string& address) {
    Json options = Json::object();
    options.append("address", address);
    Json params = Json::array();
    params.push(count);
    params.push(std::move(options));
    const auto mined = network.call(node, "mine", params);
    if (!mined) return fail(mined.error());
    const Json* blocks = mined->find("blocks");
    if (blocks && std::cmp_equal(blocks->size(), count)) return {};
    return fail(
        fmt::format("{} found fewer than {} blocks: they cost too much work. --fund 0 "
                    "starts without coins.",
                    node.name, count));
}

HardBlocks::HardBlocks(Network& network, const NodeEntry& node, std::int64_t total,
                       Interrupts& interrupts)
    : network_(network),
      node_(node),
      total_(total),
      interrupts_(interrupts),
      is_on_terminal_(::isatty(STDERR_FILENO) == 1) {
    fmt::print(stderr,
               "Mining {} blocks with real work, so that the wallets can spend. --fund 0 skips "
               "it.\n",
               total_);
}

HardBlocks::~HardBlocks() {
    if (is_on_terminal_) fmt::print(stderr, "\r\x1b[K");
}

Step HardBlocks::show(std::int64_t done) {
    if (is_on_terminal_) fmt::print(stderr, "\r\x1b[K{} of {} blocks", done, total_);
    if (interrupts_.requested()) return fail(std::string("Interrupted."));
    return {};
}

Step HardBlocks::mine(std::int64_t count, const std::string& address) {
    for (std::int64_t i = 0; i < count; ++i) {
        if (auto step = show(done_); !step) return step;
        if (auto step = mine_to(network_, node_, 1, address); !step) return step;
        ++done_;
    }
    return {};
}

Step HardBlocks::mine_on_top(std::int64_t count, const std::string& address) {
    if (!network_.file().time.empty()) return mine(count, address);
    if (auto step = set_automine(network_, node_, "cpu", address); !step) return step;
    auto mined = wait_until_mined(count);
    if (!mined) return mined;
    done_ += count;
    return set_automine(network_, node_, "off", address);
}

Step HardBlocks::wait_until_mined(std::int64_t count) {
    constexpr int pause_ms = 100;
    for (;;) {
        const auto status = network_.call(node_, "getautomine");
        if (!status) return fail(status.error());
        if (const Json* error = status->find("error"))
            return fail(fmt::format("{}: {}", node_.name, error->as_string()));
        const Json* blocks = status->find("blocks");
        const auto mined = blocks ? blocks->as_integer<std::int64_t>().value_or(0) : 0;
        if (auto step = show(done_ + std::min(mined, count)); !step) return step;
        if (mined >= count) return {};
        pollfd source{interrupts_.descriptor(), POLLIN, 0};
        ::poll(&source, 1, pause_ms);
    }
}

}  // namespace daler::networks
