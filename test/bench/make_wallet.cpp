// Writes the file of a regtest wallet with many confirmed transactions: payments to it, with one
// input, and payments of its own that spend one or two of these and have change. Each pays to
// addresses of its own. The signatures are not valid; wallets do not check them.
//
// make_wallet FILE TRANSACTIONS TIP_HASH TIP_HEIGHT

#include <daler/crypto/bip32.h>
#include <daler/primitives/chain_params.h>
#include <daler/storage/file_system.h>

#include "wallet/store.h"

#include <charconv>
#include <iostream>
#include <random>
#include <string>

namespace daler::bench {
namespace {

using wallet::DescriptorRecord;

constexpr std::uint64_t seed = 20090103;
constexpr std::size_t signature_size = 72, key_size = 33, key_hash_size = 20;

class Maker {
public:
    Maker(const std::string& file, std::size_t count, const BlockHash& tip, Height height)
        : params_(regtest_params()),
          store_(wallet::Store::create(storage::real_file_system(), file, params_)),
          count_(count),
          tip_(tip),
          height_(height) {}

    void make() {
        wallet::Store::Batch batch(*store_);
        batch.flags({});
        batch.locator({&tip_, 1});
        std::vector<Payment> unspent;
        for (std::size_t i = 0; i < count_; ++i)
            batch.transaction(record(i), i % 2 == 0 ? receive(unspent) : send(unspent));
        for (std::size_t i = 0; i < 2; ++i) {
            auto& record = records_[i];
            record.next_index = used_[i];
            record.range_end = used_[i] + 1000;
            batch.descriptor(i, record);
        }
        batch.active({{{descriptor::AddressType::bech32, false}, 0},
                      {{descriptor::AddressType::bech32, true}, 1}});
        batch.commit();
    }
    void save() { store_->save(); }

private:
    using Payment = OutPoint;

    [[nodiscard]] DescriptorRecord new_record(std::string_view path) const {
        Bytes master_seed(32, 7);
        const auto master = crypto::ExtendedPrivateKey::from_seed(master_seed);
        const auto text = "wpkh(" + master->to_text(params_.address.extended_secret) +
                          "/84h/1h/0h/" + std::string(path) + "/*)";
        return {.descriptor = *descriptor::Descriptor::parse(text, params_.address), .created = 1};
    }

    Bytes random_bytes(std::size_t size) {
        Bytes out(size);
        for (auto& byte : out)
            byte = static_cast<std::uint8_t>(dice_());
        return out;
    }

    Script foreign() {
        Bytes out{0x00, key_hash_size};
        const auto hash = random_bytes(key_hash_size);
        out.insert(out.end(), hash.begin(), hash.end());
        return Script(out);
    }

    Script own(std::size_t record) {
        return records_[record].descriptor.scripts(used_[record]++)->front();
    }

    TxInput input(const OutPoint& prevout) {
        TxInput out;
        out.prevout = prevout;
        out.witness = {random_bytes(signature_size), random_bytes(key_size)};
        return out;
    }

    TransactionRef receive(std::vector<Payment>& unspent) {
        Transaction tx;
        OutPoint prevout;
        std::ranges::copy(random_bytes(prevout.txid.bytes.size()), prevout.txid.bytes.begin());
        prevout.index = 0;
        tx.inputs.push_back(input(prevout));
        tx.outputs.push_back({Amount{100'000}, own(0)});
        tx.outputs.push_back({Amount{100'000}, foreign()});
        const auto out = seal(std::move(tx));
        unspent.push_back({out->txid, 0});
        return out;
    }

    TransactionRef send(std::vector<Payment>& unspent) {
        Transaction tx;
        for (std::size_t i = 0; i <= dice_() % 2 && !unspent.empty(); ++i) {
            tx.inputs.push_back(input(unspent.back()));
            unspent.pop_back();
        }
        tx.outputs.push_back({Amount{20'000}, foreign()});
        tx.outputs.push_back({Amount{79'000}, own(1)});
        const auto out = seal(std::move(tx));
        unspent.push_back({out->txid, 1});
        return out;
    }

    [[nodiscard]] wallet::TxRecord record(std::size_t place) const {
        wallet::TxRecord out;
        out.status = wallet::TxStatus::confirmed;
        out.height = static_cast<Height>(place * static_cast<std::size_t>(height_) / count_);
        out.block = tip_;
        out.position = static_cast<std::uint32_t>(place % 2000);
        out.received = out.time = 1'700'000'000 + static_cast<std::int64_t>(place);
        out.order = place;
        return out;
    }

    const ChainParams params_;
    std::unique_ptr<wallet::Store> store_;
    const std::size_t count_;
    const BlockHash tip_;
    const Height height_;
    std::mt19937_64 dice_{seed};
    DescriptorRecord records_[2]{new_record("0"), new_record("1")};
    std::uint32_t used_[2]{};
};

template <class Number>
Number number(std::string_view text) {
    Number out{};
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

}  // namespace
}  // namespace daler::bench

int main(int count, char** arguments) {
    if (count != 5) {
        std::cerr << "usage: make_wallet FILE TRANSACTIONS TIP_HASH TIP_HEIGHT\n";
        return 1;
    }
    const auto tip = daler::BlockHash::from_hex(arguments[3]);
    if (!tip) {
        std::cerr << "not a block hash\n";
        return 1;
    }
    daler::bench::Maker maker(arguments[1], daler::bench::number<std::size_t>(arguments[2]), *tip,
                              daler::bench::number<daler::Height>(arguments[4]));
    maker.make();
    maker.save();
}
