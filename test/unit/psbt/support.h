#pragma once

#include <daler/descriptor/descriptor.h>
#include <daler/primitives/chain_params.h>
#include <daler/psbt/roles.h>

namespace daler::psbt::test {

inline AddressFormat format() {
    return regtest_params().address;
}

inline const std::string wif_a = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA";
inline const std::string wif_b = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87K7XCyj5v";
inline const std::string wif_c = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87KcLPVfXz";

inline descriptor::KeyRing ring_with(const descriptor::KeyRing& known,
                                     const std::vector<std::string>& wifs) {
    auto out = known;
    for (const auto& wif : wifs)
        out.add_secret(*descriptor::decode_wif(wif, format()));
    return out;
}

/// A transaction that pays to the first script of each descriptor, and a PSBT that spends all of
/// its outputs to the first one.
struct Spend {
    explicit Spend(const std::vector<std::string>& texts) {
        Transaction paying;
        paying.inputs.resize(1);
        Transaction spending;
        for (const auto& text : texts) {
            const auto parsed = *descriptor::Descriptor::parse(text, format());
            paying.outputs.push_back({Amount{100'000}, parsed.scripts(0)->front()});
            public_keys.merge(*parsed.key_ring(0, descriptor::Descriptor::Secrets::exclude));
            all_keys.merge(*parsed.key_ring(0, descriptor::Descriptor::Secrets::include));
        }
        previous = seal(paying);
        for (std::uint32_t i = 0; i < texts.size(); ++i) {
            spending.inputs.emplace_back();
            spending.inputs.back().prevout = {previous->txid, i};
        }
        spending.outputs.push_back({Amount{90'000}, paying.outputs[0].script_pubkey});
        psbt = Psbt(spending);
        for (auto& input : psbt.inputs)
            input.non_witness_utxo = previous;
    }

    /// True if all inputs are complete.
    static bool sign(Psbt& psbt, const descriptor::KeyRing& ring, const SignOptions& options = {}) {
        const auto hashes = precompute(psbt);
        bool complete = true;
        for (std::uint32_t i = 0; i < psbt.inputs.size(); ++i)
            complete = process_input(psbt, i, hashes, ring, options) && complete;
        return complete;
    }

    TransactionRef previous;
    descriptor::KeyRing public_keys, all_keys;
    Psbt psbt;
};

}  // namespace daler::psbt::test
