#include <daler/util/time_text.h>

#include <test.h>

using namespace daler;

TEST_CASE("a time is Unix seconds or ISO 8601 in UTC", "[util]") {
    CHECK(parse_time("1893456000") == from_unix(1893456000));
    CHECK(parse_time("2030-01-01T00:00:00Z") == from_unix(1893456000));
    CHECK(parse_time("2028-02-29T23:59:59Z") == from_unix(1835481599));
    CHECK(parse_time("1") == from_unix(1));
    CHECK(parse_time("4294967295") == latest_block_time);
    CHECK(parse_time("2106-02-07T06:28:15Z") == latest_block_time);
}

TEST_CASE("a text that is no time is refused, and a time that no block can have", "[util]") {
    const auto text =
        GENERATE(as<std::string_view>(), "", "0", "-5", "4294967296", "99999999999999999999", "12s",
                 " 5", "2030-01-01", "soon", "2030-01-01 00:00:00Z", "2030-01-01T00:00:00",
                 "2030-13-01T00:00:00Z", "2027-02-29T00:00:00Z", "2030-01-01T24:00:00Z",
                 "2030-01-01T00:60:00Z", "2030-01-01T00:00:60Z", "1969-12-31T23:59:59Z",
                 "1970-01-01T00:00:00Z", "2106-02-07T06:28:16Z", "20x0-01-01T00:00:00Z");
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
}

TEST_CASE("the text of a time is what parse_time reads", "[util]") {
    for (const std::int64_t seconds : {1LL, 951782400LL, 1893456000LL, 4294967295LL})
        CHECK(parse_time(time_text(from_unix(seconds))) == from_unix(seconds));
    CHECK(time_text(from_unix(1893456000)) == "2030-01-01T00:00:00Z");
}
