#include <daler/rpc/method.h>

#include <array>

namespace daler::rpc {

std::span<const std::span<const Method>> method_tables() {
    static const std::array tables{
        blockchain_methods(),     control_methods(),        mining_methods(),
        network_methods(),        old_wallet_methods(),     private_networks_methods(),
        rawtransaction_methods(), util_methods(),           wallet_methods(),
        wallet_history_methods(), wallet_payment_methods(), zmq_methods()};
    return tables;
}

}  // namespace daler::rpc
