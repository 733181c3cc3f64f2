#include <daler/encoding/base64.h>

#include <test.h>

using namespace daler;

TEST_CASE("base 64 gives the texts of RFC 4648", "[encoding]") {
    const std::vector<std::pair<std::string, std::string>> examples{{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : examples) {
        CHECK(base64_encode(as_bytes(plain)) == encoded);
        const auto decoded = base64_decode(encoded);
        REQUIRE(decoded);
        CHECK(as_text(*decoded) == plain);
    }
    CHECK(base64_encode(Bytes{0xfb, 0xff}) == "+/8=");
}

TEST_CASE("base 64 must be padded, clean and without unused bits", "[encoding]") {
    const auto text = GENERATE(as<std::string>{}, "Zg", "Zg=", "Zg===", "Z===", "====", "=",
                               "Zm 9v", "Zm9v\n", "Zh==", "Zm9=", "Zg==Zg==", "-_8=", "A=AA",
                               "\x80"
                               "AAA");
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
}
