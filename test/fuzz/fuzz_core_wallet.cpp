#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

#include "wallet/core_conversion.h"

// The bytes are rows of a wallet file of Bitcoin Core: key and value, each after its compact size.
// What is read is written to rows that are read as the same, and makes a wallet or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    ByteReader in({data, size});
    std::vector<wallet::CoreRow> rows;
    while (in.ok() && !in.remaining().empty()) {
        const auto key = in.sized_bytes(), value = in.sized_bytes();
        if (in.ok()) rows.push_back({{key.begin(), key.end()}, {value.begin(), value.end()}});
    }
    const auto records = wallet::read_core_records(rows);
    if (!records) return 0;
    const auto written = wallet::write_core_records(*records);
    const auto again = wallet::read_core_records(written);
    ensure(again.has_value() && wallet::write_core_records(*again) == written);
    wallet::LeftOut left_out;
    static_cast<void>(wallet::from_core(*records, regtest_params(), left_out));
    return 0;
}
