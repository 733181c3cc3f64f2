#include <test.h>

#include <daler/config/option.h>

#include <set>
#include <sstream>

using namespace daler::config;

TEST_CASE("every option has a unique name and a help text", "[config]") {
    for (const auto options : {node_options(), client_options()}) {
        std::set<std::string_view> names;
        for (const Option& option : options) {
            CAPTURE(option.name);
            CHECK(names.insert(option.name).second);
            CHECK_FALSE(option.help.empty());
            CHECK((option.kind == Kind::flag || !option.argument.empty()));
        }
    }
}

TEST_CASE("the help lists options by group, in lines of at most 79 columns", "[config]") {
    const std::string text = help_text(node_options(), false);
    CHECK(text.find("Wallet options:\n") < text.find("  -fallbackfee=<BTC/kvB>\n"));
    CHECK(text.find("  -dbcache=<MiB>\n       Memory for the coin cache and databases (default: "
                    "450)\n") != std::string::npos);
    CHECK(text.find("-upnp") == std::string::npos);
    CHECK(help_text(node_options(), true).find("-upnp") != std::string::npos);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        CHECK(line.size() <= 79);
}

TEST_CASE("-help-debug shows every option, and -help says how many it leaves out", "[config]") {
    const auto shown = [](const Option& option, std::string_view text) {
        const auto head = "\n  -" + std::string(option.name);
        return text.find(head + "\n") != text.npos || text.find(head + "=") != text.npos;
    };
    for (const auto options : {node_options(), client_options()}) {
        const std::string all = help_text(options, true);
        const std::string usual = help_text(options, false);
        std::size_t left_out = 0;
        for (const Option& option : options) {
            CAPTURE(option.name);
            CHECK(shown(option, all));
            left_out += shown(option, usual) ? 0 : 1;
        }
        CHECK(usual.ends_with("\n-help-debug shows " + std::to_string(left_out) +
                              " more options, which few users need.\n"));
    }
}
