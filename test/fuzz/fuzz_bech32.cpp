#include <daler/encoding/bech32.h>
#include <daler/util/ensure.h>

// A text that decodes is encoded to the same text in lower case. The positions of errors are within
// the text. Groups of five bits convert back to the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const ByteSpan bytes(data, size);
    const auto text = as_text(bytes);
    if (const auto parts = bech32_decode(text)) {
        std::string lower(text);
        for (char& c : lower)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        ensure(bech32_encode(*parts) == lower);
    } else {
        for (const std::size_t position : parts.error().positions)
            ensure(position < size);
    }
    ensure(from_five_bits(to_five_bits(bytes)) == Bytes(bytes.begin(), bytes.end()));
    if (const auto whole = from_five_bits(bytes))
        ensure(to_five_bits(*whole) == Bytes(bytes.begin(), bytes.end()));
    return 0;
}
