#include <daler/encoding/bytes.h>
#include <daler/encoding/json.h>
#include <daler/util/ensure.h>

// A text that parses is written and parsed again without change.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = daler::Json::parse(daler::as_text({data, size}));
    if (!value) return 0;
    for (const unsigned indent : {0u, 2u}) {
        const auto again = daler::Json::parse(value->write(indent));
        daler::ensure(again.has_value() && *again == *value);
    }
    return 0;
}
