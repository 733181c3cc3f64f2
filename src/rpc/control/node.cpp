#include "rpc/control/methods.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/dispatcher.h>
#include <daler/rpc/values.h>
#include <daler/util/clock.h>
#include <daler/util/log.h>

#include <thread>

namespace daler::rpc {
namespace {

/// Switches the categories of a list. -8 "unknown logging category NAME".
void switch_categories(const Json& names, void (*change)(log::Category)) {
    for (const Json& json : names.items()) {
        const std::string& name = to_text(json);
        const auto category = log::category(name);
        if (!category) throw Error{code::invalid_parameter, "unknown logging category " + name};
        change(*category);
    }
}

/// All methods; with -strictregtest only those of Bitcoin Core.
std::vector<const Method*> shown_methods(const Services& node) {
    const auto methods = node.dispatcher.methods();
    std::vector<const Method*> out(methods.begin(), methods.end());
    if (node.params.is_strict)
        std::erase_if(out, [](const Method* m) { return m->category == private_networks; });
    return out;
}

}  // namespace

Json getopenrpcinfo(Call& call) {
    return openrpc_document(shown_methods(call.node()));
}

Json help(Call& call) {
    const std::string name = call.arguments().empty() ? "" : call.string(0);
    if (name.empty()) return help_list(shown_methods(call.node()));
    const Method* method = call.node().dispatcher.find(name);
    if (!method) return "help: unknown command: " + name;
    return full_help(*method);
}

Json stop(Call& call) {
    call.node().stop();
    // Tests use this to examine a node that is about to stop.
    if (call.has(0)) {
        constexpr std::int64_t longest = 60'000;
        const auto wait = std::clamp<std::int64_t>(call.integer(0), 0, longest);
        std::this_thread::sleep_for(std::chrono::milliseconds(wait));
    }
    return "daler stopping";
}

Json uptime(Call& call) {
    using std::chrono::seconds;
    const Services& node = call.node();
    const auto running =
        std::chrono::duration_cast<seconds>(std::chrono::steady_clock::now() - node.started);
    // Mock time also moves this clock.
    const auto shift = node.clock.mock_time() == BlockTime{}
                           ? seconds{0}
                           : node.clock.now() - std::chrono::floor<seconds>(Clock::real_now());
    return (running + shift).count();
}

Json logging(Call& call) {
    if (call.has(0)) switch_categories(call.json(0), log::enable);
    if (call.has(1)) switch_categories(call.json(1), log::disable);
    Json out = Json::object();
    for (const auto name : log::category_names())
        out.append(std::string(name), log::enabled(*log::category(name)));
    return out;
}

Json getmemoryinfo(Call& call) {
    const std::string mode = call.string(0, "stats");
    if (mode == "mallocinfo") throw Error{code::invalid_parameter, "mallocinfo mode not available"};
    if (mode != "stats") throw Error{code::invalid_parameter, "unknown mode " + mode};
    // daler locks no memory, so the counts are zero.
    Json locked = Json::object();
    for (const auto* name : {"used", "free", "total", "locked", "chunks_used", "chunks_free"})
        locked.append(name, 0);
    Json out = Json::object();
    out.append("locked", std::move(locked));
    return out;
}

Json getrpcinfo(Call& call) {
    using std::chrono::microseconds;
    Json active = Json::array();
    for (const auto& [method, since] : call.node().dispatcher.active()) {
        Json item = Json::object();
        item.append("method", method);
        item.append("duration", std::chrono::duration_cast<microseconds>(
                                    std::chrono::steady_clock::now() - since)
                                    .count());
        active.push(std::move(item));
    }
    Json out = Json::object();
    out.append("active_commands", std::move(active));
    out.append("logpath", call.node().log_path);
    return out;
}

}  // namespace daler::rpc
