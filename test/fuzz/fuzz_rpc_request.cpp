// Random requests to the methods that need neither a wallet nor peers, on a chain with only the
// genesis block. The answer is well-formed JSON.
#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/dispatcher.h>
#include <daler/rpc/tip_watch.h>
#include <daler/util/ensure.h>

#include <array>

#include "rpc/no_peers.h"

using namespace daler;
using namespace daler::rpc;

namespace {

struct Node {
    Node() {
        // Calls that wait for a block return at once.
        tips.interrupt();
        dispatcher.open(services);
    }

    static ledger::Ledger::Options options() {
        ledger::Ledger::Options out;
        out.chain.in_memory = true;
        return out;
    }

    const ChainParams params = regtest_params();
    Clock clock;
    ThreadPool workers{0};
    test::NoPeers peers;
    TipWatch tips;
    std::atomic<bool> stopping{false};
    std::array<std::span<const Method>, 3> tables{blockchain_methods(), rawtransaction_methods(),
                                                  util_methods()};
    Dispatcher dispatcher{tables};
    ledger::Ledger ledger{params, options(), clock, workers, nullptr};
    Services services{
        .params = params,
        .clock = clock,
        .ledger = ledger,
        .peers = peers,
        .wallets = nullptr,
        .stop = [] {},
        .drain_events = [] {},
        .warnings = [] { return std::vector<std::string>{}; },
        .loading = [] { return false; },
        .stopping = stopping,
        .started = std::chrono::steady_clock::now(),
        .log_path = {},
        .tips = tips,
        .dispatcher = dispatcher,
    };
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Node node;
    if (size == 0) return 0;
    const std::string_view text = as_text({data, size});
    const Reply reply = node.dispatcher.answer(text, {});
    ensure(reply.body.empty() || Json::parse(reply.body).has_value());

    // The same bytes as arguments of a method. The first byte selects the method.
    const auto methods = node.dispatcher.methods();
    const auto params = Json::parse(text.substr(1));
    if (!params || (!params->is_array() && !params->is_object())) return 0;
    try {
        (void)node.dispatcher.execute(std::string(methods[data[0] % methods.size()]->name), *params,
                                      {});
    } catch (const Error& error) {
        ensure(error.code != code::internal_error);
    }
    return 0;
}
