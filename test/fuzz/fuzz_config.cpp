#include <daler/config/settings.h>
#include <daler/encoding/bytes.h>

#include <string>
#include <vector>

using namespace daler;
using namespace daler::config;

namespace {

/// Reads each option by its kind. Loaded values are well-formed, so this must not fail.
void read_all(const Settings& settings) {
    for (const Option& option : node_options()) {
        switch (option.kind) {
            case Kind::flag:
                (void)settings.flag(option.name);
                break;
            case Kind::integer:
                (void)settings.integer(option.name);
                break;
            case Kind::amount:
                (void)settings.amount(option.name);
                break;
            case Kind::text:
                (void)settings.text(option.name);
                break;
            case Kind::path:
                (void)settings.path(option.name);
                break;
            case Kind::hash:
                (void)settings.hash(option.name);
                break;
            case Kind::list:
                (void)settings.list(option.name);
                break;
        }
        (void)settings.negated(option.name);
    }
    (void)settings.chain_params();
}

/// The parts of `text` between zero bytes: config file, included file, settings.json, and command
/// line with one argument per line.
std::vector<std::string> parts(std::string_view text) {
    std::vector<std::string> out;
    for (;;) {
        const auto end = text.find('\0');
        out.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    out.resize(4);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto texts = parts(as_text({data, size}));
    const Files files{
        [&](const std::filesystem::path& path) -> std::optional<std::string> {
            const auto name = path.filename();
            return name == "daler.conf" ? texts[0] : name == "settings.json" ? texts[2] : texts[1];
        },
        [](const std::filesystem::path&) { return true; }};
    std::vector<std::string> arguments{"-datadir=/data"};
    for (std::string_view lines = texts[3]; !lines.empty();) {
        const auto end = lines.find('\n');
        arguments.emplace_back(lines.substr(0, end));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    }
    const auto settings = Settings::load(node_options(), arguments, files, "/home/me");
    if (!settings) return 0;
    for (const auto* name : {"?", "h", "help", "help-debug", "version"})
        if (settings->has(name)) return 0;
    read_all(*settings);
    return 0;
}
