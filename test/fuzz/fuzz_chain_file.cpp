#include <daler/config/chain_file.h>
#include <daler/consensus/header_rules.h>
#include <daler/util/ensure.h>

// An accepted chain file describes a valid chain: the target of its genesis block is allowed, its
// magic differs from those of the main chain and regtest, and its rules, written and read, give the
// same chain.
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
