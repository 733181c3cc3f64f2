#include "rpc/private_networks/methods.h"

namespace daler::rpc {
namespace {

const std::vector<Method> private_networks_table{
    {private_networks,
     "advancetime",
     "Moves chain time forward. Connections, downloads and bans keep their own time.",
     {{"seconds", Type::integer, "", "How far"}},
     "the state of chain time, see gettime",
     advancetime},
    {private_networks,
     "gettime",
     "Shows chain time: the time in blocks, lock times, mempool and wallets.",
     {},
     "time, offset (seconds ahead of the system's clock), stopped, mediantime",
     gettime},
    {private_networks,
     "settime",
     "Sets chain time. It cannot be at or below the median time of the last blocks.",
     {{"time", Type::any, "", "Unix time, or \"now\": that of the system's clock"}},
     "the state of chain time, see gettime",
     settime},
};

}  // namespace

std::span<const Method> private_networks_methods() {
    return private_networks_table;
}

}  // namespace daler::rpc
