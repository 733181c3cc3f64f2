#include <daler/policy/policy.h>

#include <algorithm>

namespace daler::policy {

bool signals_replacement(const Transaction& tx) {
    return std::ranges::any_of(
        tx.inputs, [](const TxInput& input) { return input.sequence <= max_replaceable_sequence; });
}

}  // namespace daler::policy
