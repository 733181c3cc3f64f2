#include <daler/config/chain_file.h>
#include <daler/consensus/header_rules.h>
#include <daler/util/ensure.h>

// A chain file that is accepted describes a chain that can begin: its genesis block may have the
// target that it claims, its magic is its own, and its rules read again give the same chain.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const auto file = config::parse_chain_file(as_text({data, size}));
    if (!file) return 0;
    const auto& params = file->params;
    ensure(consensus::target_from_bits(params.genesis->header.bits, params.pow_limit).has_value());
    ensure(params.retarget.timespan().count() >= 4 && params.halving_interval > 0);
    ensure(is_money(params.initial_subsidy) && params.coinbase_maturity > 0);
    ensure(params.magic != main_params().magic && params.magic != regtest_params().magic);
    const auto again = config::parse_chain_file(file->rules.write());
    ensure(again.has_value() && again->digest == file->digest);
    ensure(again->params.genesis_hash == params.genesis_hash);
    return 0;
}
