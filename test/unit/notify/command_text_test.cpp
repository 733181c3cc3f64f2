#include <daler/notify/command_text.h>

#include <test.h>

#include <array>

using namespace daler::notify;

TEST_CASE("placeholders are replaced by values, and values are not searched", "[notify]") {
    const std::array values{Placeholder{'s', "%w"}, Placeholder{'w', "wallet"}};
    CHECK(filled("run %s %w%s", values) == "run %w wallet%w");
    CHECK(filled("100% %% %x %", values) == "100% %% %x %");
    CHECK(filled("%%s", values) == "%%w");
    CHECK(filled("", values).empty());
}

TEST_CASE("a quoted text is one word, whatever it contains", "[notify]") {
    CHECK(shell_quoted("") == "''");
    CHECK(shell_quoted("a b;$(c)`d`\\") == "'a b;$(c)`d`\\'");
    CHECK(shell_quoted("it's") == "'it'\"'\"'s'");
}

TEST_CASE("only harmless characters of a warning stay", "[notify]") {
    CHECK(without_unsafe_characters("Rules (bit 3): 1/2, a@b-c_d.e;f?") ==
          "Rules (bit 3): 1/2, a@b-c_d.e;f?");
    CHECK(without_unsafe_characters("a'b\"$`\\&|<>\n\xc3\xa4*") == "ab");
}
