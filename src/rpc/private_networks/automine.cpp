#include "rpc/private_networks/methods.h"
#include "rpc/private_networks/mining_arguments.h"

#include <daler/mining/auto_miner.h>
#include <daler/rpc/values.h>
#include <daler/util/storage_error.h>

namespace daler::rpc {
namespace {

mining::AutoMiner& auto_miner(const Call& call) {
    auto* miner = call.node().auto_miner;
    if (!miner) throw Error{code::misc, "This node does not mine by itself."};
    return *miner;
}

Json status_json(const mining::AutoMiner& miner) {
    const auto status = miner.status();
    Json out = Json::object();
    out.append("when", status.setting.when.to_text());
    if (!status.setting.address.empty()) out.append("address", status.setting.address);
    out.append("blocks", status.blocks);
    if (status.setting.when.with_cpu) {
        out.append("threads", status.setting.threads);
        out.append("hashespersecond", status.hashes_per_second);
    }
    if (!status.error.empty()) out.append("error", status.error);
    return out;
}

}  // namespace

Json getautomine(Call& call) {
    return status_json(auto_miner(call));
}

Json setautomine(Call& call) {
    auto& miner = auto_miner(call);
    const Json& options = call.options(1);
    const auto when = mining::AutoMineEvents::parse(call.string(0));
    if (!when) throw Error{code::invalid_parameter, when.error()};
    mining::AutoMineSetting wanted{.when = *when, .address = {}};
    if (const auto* address = member(options, "address")) wanted.address = address->as_string();
    wanted.threads =
        static_cast<int>(integer_option(options, "threads", 1, 1, mining::AutoMiner::max_threads));
    if (wanted.address.empty() && !wanted.when.is_off() && !call.node().wallets) {
        throw Error{code::invalid_parameter,
                    "This node has no wallets: say who gets the coins, {\"address\": ...}."};
    }
    try {
        if (const auto status = miner.set(wanted); !status)
            throw Error{code::invalid_parameter, status.error()};
    } catch (const StorageError& error) {
        throw Error{code::misc, error.what()};
    }
    return status_json(miner);
}

}  // namespace daler::rpc
