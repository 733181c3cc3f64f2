#include <daler/descriptor/descriptor.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

// A descriptor that parses is printed with the right checksum, and the text parses to the same
// descriptor with the same scripts. The same holds for the text with private keys.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    using namespace daler::descriptor;
    static const AddressFormat format = regtest_params().address;
    const auto parsed = Descriptor::parse(as_text({data, size}), format);
    if (!parsed) {
        ensure(!parsed.error().empty());
        return 0;
    }
    const auto text = parsed->to_text();
    const auto again = Descriptor::parse(text, format, ChecksumRule::required);
    ensure(again && again->to_text() == text && again->id() == parsed->id());
    ensure(!again->has_private_keys());
    const auto with_keys =
        Descriptor::parse(parsed->to_private_text(), format, ChecksumRule::required);
    ensure(with_keys && with_keys->id() == parsed->id());
    const auto scripts = parsed->scripts(0);
    ensure(with_keys->scripts(0) == scripts);
    if (!scripts) return 0;
    const auto ring = parsed->key_ring(0, Descriptor::Secrets::include);
    ensure(ring.has_value());
    for (const auto& script : *scripts)
        ensure(Descriptor::parse(infer(script, *ring, format), format, ChecksumRule::required)
                   .has_value());
    return 0;
}
