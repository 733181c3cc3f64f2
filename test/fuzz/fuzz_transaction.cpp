#include <daler/consensus/check_transaction.h>
#include <daler/primitives/transaction_view.h>
#include <daler/script/flags.h>
#include <daler/util/ensure.h>

#include <string>

// A transaction that decodes is encoded to the same bytes, its sizes and ids are right, and the
// rules do not crash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const ByteSpan bytes(data, size);
    for (const auto mode : {WitnessMode::include, WitnessMode::exclude}) {
        const auto decoded = decode_transaction(bytes, mode);
        ByteReader reader(bytes);
        TransactionView view;
        const bool is_viewed = view.read(reader, mode) && reader.finish() == DecodeError::none;
        ensure(is_viewed == decoded.has_value());
        if (!decoded) continue;
        ensure(view.stripped_size() == serialized_size(*decoded, WitnessMode::exclude));
        ensure(std::ranges::equal(encode(*decoded, mode), bytes));
        ensure(serialized_size(*decoded, mode) == size);
        const auto tx = seal(*decoded);
        ensure(tx->txid == compute_txid(*tx) && tx->wtxid == compute_wtxid(*tx));
        ensure(tx->has_witness() || tx->total_size == tx->stripped_size);

        const auto verdict = consensus::check_transaction(*tx);
        (void)consensus::is_final(*tx, 100, from_unix(1'600'000'000));
        const std::vector<consensus::Coin> coins(
            tx->inputs.size(), {{Amount{1000}, Script(bytes.first(size / 4))}, 1, false});
        if (!tx->is_coinbase() && !tx->inputs.empty())
            ensure(consensus::sigop_cost(*tx, coins, script::standard_flags) >= 0);
        if (verdict && !tx->is_coinbase()) {
            if (const auto fee = consensus::check_inputs(*tx, coins, 100, 100))
                ensure(is_money(*fee));
        }
    }
    return 0;
}
