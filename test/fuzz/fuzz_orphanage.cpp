#include <sync/orphanage.h>

// After a random sequence of events the orphanage is within its bounds and its counts are right.
namespace {

using namespace daler;
using namespace daler::sync;

/// A transaction with the number `number`; it spends transactions with smaller numbers or unknown
/// ones.
TransactionRef transaction(std::vector<TransactionRef>& known, std::uint8_t number) {
    while (known.size() <= number) {
        const auto index = known.size();
        Transaction tx;
        TxInput input;
        input.prevout.index = 0;
        input.prevout.txid.bytes[0] = static_cast<std::uint8_t>(index);
        if (index % 3 != 0) input.prevout.txid = known[index / 2]->txid;
        tx.inputs.push_back(input);
        if (index % 5 == 0) tx.inputs.push_back(input);
        tx.outputs.push_back({Amount{1}, Script(Bytes(index * 300))});
        known.push_back(seal(std::move(tx)));
    }
    return known[number];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::vector<TransactionRef> known;
    Orphanage orphanage;
    Time now{std::chrono::seconds(1'000'000)};
    ByteReader reader({data, size});
    while (!reader.remaining().empty()) {
        const auto event = reader.u8();
        const auto tx = transaction(known, reader.u8());
        const PeerId peer = event / 8 % 8;
        switch (event % 8) {
            case 0:
            case 1:
            case 2:
                orphanage.add(tx, peer, now);
                break;
            case 3:
                orphanage.parent_arrived(*tx, tx->txid);
                break;
            case 4:
                (void)orphanage.take_work();
                break;
            case 5:
                orphanage.erase(tx->wtxid);
                break;
            case 6:
                orphanage.peer_gone(peer);
                break;
            case 7: {
                now += std::chrono::minutes(event / 8);
                orphanage.expire(now);
                Block block;
                block.transactions = {tx};
                orphanage.block_connected(block);
                break;
            }
        }
    }
    orphanage.check();
    return 0;
}
