#include <test.h>

#include "networks/text_table.h"

namespace daler::networks {
namespace {

TEST_CASE("columns are as wide as their longest cell", "[networks]") {
    TextTable table({"NODE", right("HEIGHT"), "WHY"});
    table.add({"n1", right("7"), ""});
    table.add({"node10", right("1234567"), "late"});
    CHECK(table.to_text(false) ==
          "NODE     HEIGHT  WHY\n"
          "n1            7\n"
          "node10  1234567  late\n");
}

TEST_CASE("a line ends at 80 columns", "[networks]") {
    TextTable table({"A", "B"});
    table.add({"n1", std::string(100, 'x')});
    CHECK(table.to_text(false) == "A   B\nn1  " + std::string(76, 'x') + "\n");
}

TEST_CASE("colours do not count as width", "[networks]") {
    TextTable table({"A", "B"});
    table.add({{"n1", Style::bad}, "y"});
    table.add({"longer", "z"});
    CHECK(table.to_text(true).find("\x1b[31mn1\x1b[0m      y\n") != std::string::npos);
}

TEST_CASE("a text is broken at spaces", "[networks]") {
    CHECK(wrapped("one two three", 13) == "one two three");
    CHECK(wrapped("one two three", 12) == "one two\nthree");
    CHECK(wrapped("one two three", 7) == "one two\nthree");
    CHECK(wrapped("one two three four", 10, 2) == "one two\n  three\n  four");
    CHECK(wrapped("a very-long-word b", 6) == "a\nvery-long-word\nb");
    CHECK(wrapped("", 6).empty());
}

}  // namespace
}  // namespace daler::networks
