#include "mining/auto_mine_setting.h"

#include <test.h>

using namespace daler;
using namespace std::chrono_literals;
using mining::AutoMineEvents;

TEST_CASE("the events of automatic mining are a list of words", "[mining][automine]") {
    struct Example {
        std::string text, written;
    };
    for (const auto& [text, written] : std::vector<Example>{{"off", "off"},
                                                            {"tx", "tx"},
                                                            {"10s", "10s"},
                                                            {"2m", "120s"},
                                                            {"poisson:1h", "poisson:3600s"},
                                                            {"cpu", "cpu"},
                                                            {"30s,tx", "tx,30s"},
                                                            {"168h", "604800s"}}) {
        CAPTURE(text);
        const auto events = AutoMineEvents::parse(text);
        REQUIRE(events);
        CHECK(events->to_text() == written);
        CHECK(AutoMineEvents::parse(written) == *events);
        CHECK(events->is_off() == (text == "off"));
    }
}

TEST_CASE("a word that says nothing, or the same twice, is refused", "[mining][automine]") {
    for (const std::string text : {"",
                                   ",",
                                   "tx,",
                                   ",tx",
                                   "tx,tx",
                                   "10",
                                   "s",
                                   "0s",
                                   "-1s",
                                   "1.5s",
                                   "10d",
                                   "169h",
                                   "off,tx",
                                   "poisson:",
                                   "poisson:tx",
                                   "1s,1m",
                                   "poisson:1s,poisson:1s",
                                   "TX",
                                   " tx",
                                   "99999999999999999999s"}) {
        CAPTURE(text);
        CHECK_FALSE(AutoMineEvents::parse(text));
    }
}

TEST_CASE("a setting is read as it was written", "[mining][automine]") {
    const mining::AutoMineSetting setting{*AutoMineEvents::parse("tx,poisson:60s,cpu"), "addr", 7};
    CHECK(mining::decode_setting(mining::encode_setting(setting)) == setting);
    for (const std::string_view text :
         {"", "{", "[]", R"({"when":"tx"})", R"({"when":"x","address":"","threads":1})",
          R"({"when":"tx","address":"","threads":0})", R"({"when":"tx","address":1,"threads":1})",
          R"({"when":"tx","address":"","threads":257})"}) {
        CAPTURE(text);
        CHECK_FALSE(mining::decode_setting(as_bytes(text)));
    }
}
