#include <daler/wallet/script_description.h>

#include <daler/encoding/hex.h>
#include <daler/wallet/key_book.h>

namespace daler::wallet {
namespace {

// Of about 400 bytes each.
constexpr std::size_t max_descriptions = 50'000;

void describe_scripts(ScriptDescription& out, const Script& script,
                      const descriptor::KeyRing& ring) {
    const auto solution = script::solve(script.bytes());
    if (solution.type == script::OutputType::witness_v0_script_hash) {
        if (const auto* inner = ring.find_witness_script(solution.data[0]))
            out.witness_script = to_hex(inner->bytes());
    } else if (solution.type == script::OutputType::script_hash) {
        const auto* redeem = ring.find_script(solution.data[0]);
        if (!redeem) return;
        out.redeem_script = to_hex(redeem->bytes());
        if (script::is_pay_to_script_hash(redeem->bytes())) return;
        describe_scripts(out, *redeem, ring);
    }
}

}  // namespace

std::shared_ptr<const ScriptDescription> KeyBook::describe(const Script& script,
                                                           const AddressFormat& format) const {
    const auto* place = find(script);
    if (!place) return nullptr;
    if (const auto known = descriptions_.find(script); known != descriptions_.end())
        return known->second;
    const auto ring = key_ring(*place, descriptor::Descriptor::Secrets::exclude);
    ScriptDescription out;
    out.address = descriptor::encode_address(script, format).value_or("");
    describe_scripts(out, script, ring);
    if (records_[place->record].descriptor.is_solvable())
        out.descriptor = descriptor::infer(script, ring, format);
    auto shared = std::make_shared<const ScriptDescription>(std::move(out));
    if (descriptions_.size() >= max_descriptions) descriptions_.clear();
    descriptions_.emplace(script, shared);
    return shared;
}

}  // namespace daler::wallet
