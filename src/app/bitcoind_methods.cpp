#include "app/bitcoind_methods.h"

#include <array>

namespace daler::app {
namespace {

using client::Conversion;
using client::named_only;
using client::Rule;

constexpr auto rows = std::to_array<Conversion>({
    {"dumptxoutset", 2, "options", Rule::json},
    {"dumptxoutset", named_only, "rollback", Rule::json},
});

}  // namespace

std::span<const client::Conversion> bitcoind_methods() {
    return rows;
}

}  // namespace daler::app
