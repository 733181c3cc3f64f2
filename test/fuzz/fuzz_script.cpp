#include <daler/script/interpreter.h>
#include <daler/script/signature_cache.h>
#include <daler/script/standard.h>
#include <daler/util/ensure.h>

namespace {

using namespace daler;
using namespace daler::script;

// Some flags need others: the witness flag needs P2SH, the clean-stack flag needs witness.
Flags consistent(Flags flags) {
    if (flags & verify_cleanstack) flags |= verify_witness;
    if (flags & verify_witness) flags |= verify_p2sh;
    return flags;
}

void look_at(ByteSpan script) {
    const auto solution = solve(script);
    (void)name(solution.type);
    (void)to_asm(script, true);
    ensure(count_sigops(script, true) <= count_sigops(script, false));
    if (is_push_only(script)) ensure(count_sigops(script, false) == 0);
}

Transaction spending(ByteReader& reader) {
    Transaction tx;
    tx.version = reader.u32();
    tx.lock_time = reader.u32();
    tx.inputs.resize(2);
    auto& input = tx.inputs[0];
    input.sequence = reader.u32();
    input.script_sig = Script(reader.sized_bytes());
    const std::size_t items = reader.u8();
    for (std::size_t i = 0; i < items && reader.ok(); ++i) {
        const auto item = reader.sized_bytes();
        input.witness.emplace_back(item.begin(), item.end());
    }
    tx.outputs.resize(1);
    return tx;
}

}  // namespace

// Random scripts with random flags: no crash, the same verdict with and without a cache, and a
// valid script is also valid with one flag less.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader reader({data, size});
    constexpr Flags all = (verify_discourage_upgradable_pubkeytype << 1) - 1;
    const Flags flags = consistent(reader.u32() & all);
    const Flags dropped = Flags{1} << (reader.u8() % 32);
    const Transaction tx = spending(reader);
    const TxOutput spent{Amount{1000}, Script(reader.remaining())};
    look_at(spent.script_pubkey.bytes());
    look_at(tx.inputs[0].script_sig.bytes());
    (void)count_p2sh_sigops(spent.script_pubkey.bytes(), tx.inputs[0].script_sig.bytes());
    (void)count_witness_sigops(spent.script_pubkey.bytes(), tx.inputs[0].script_sig.bytes(),
                               tx.inputs[0].witness);

    const PrecomputedHashes hashes(tx, std::vector<TxOutput>(2, spent));
    const auto error = verify_input({tx, 0, spent, hashes, flags});
    ensure(!describe(error).empty() && !name(error).empty());
    static BoundedSignatureCache cache(1 << 20);
    ensure(verify_input({tx, 0, spent, hashes, flags, &cache}) == error);
    const Flags fewer = flags & ~dropped;
    if (error == ScriptError::ok && consistent(fewer) == fewer)
        ensure(verify_input({tx, 0, spent, hashes, fewer}) == ScriptError::ok);
    return 0;
}
