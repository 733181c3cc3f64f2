#include <daler/descriptor/addresses.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

// An address that decodes has one text, which decodes to the same address. A script that has an
// address is the script of that address.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    using namespace daler::descriptor;
    static const AddressFormat formats[] = {main_params().address, regtest_params().address};
    const ByteSpan bytes(data, size);
    const auto text = as_text(bytes);
    for (const auto& format : formats) {
        if (const auto script = decode_address(text, format)) {
            const auto again = encode_address(*script, format);
            ensure(again.has_value());
            ensure(decode_address(*again, format) == *script);
        } else {
            ensure(!script.error().message.empty());
            for (const std::size_t position : script.error().positions)
                ensure(position < size);
        }
        if (const auto key = decode_wif(text, format)) {
            const auto again = decode_wif(encode_wif(*key, format), format);
            ensure(again && again->compressed == key->compressed);
        }
        if (const auto address = encode_address(bytes, format)) {
            const auto script = decode_address(*address, format);
            ensure(script && *script == Script(bytes));
        }
    }
    return 0;
}
