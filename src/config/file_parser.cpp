#include "file_parser.h"

#include "value.h"

#include <fmt/format.h>

namespace daler::config {

Result<ParsedFile, std::string> parse_file(std::string_view text) {
    ParsedFile out;
    std::string section;
    // Some editors write a byte order mark first.
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);

    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);

        const auto hash = line.find('#');
        line = trim(line.substr(0, hash));
        if (line.empty()) continue;
        if (line.front() == '[' && line.back() == ']') {
            section = line.substr(1, line.size() - 2);
            out.sections.push_back({section, number});
            continue;
        }
        if (line.front() == '-') {
            return fail(
                fmt::format("parse error on line {}: {}, options in configuration file must "
                            "be specified without leading -",
                            number, line));
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            auto reason = fmt::format("parse error on line {}: {}", number, line);
            if (line.starts_with("no") && line.size() > 2) {
                reason += fmt::format(
                    ", if you intended to specify a negated option, use {}=1 instead", line);
            }
            return fail(std::move(reason));
        }
        FileEntry entry{section, std::string(trim(line.substr(0, equals))),
                        std::string(trim(line.substr(equals + 1))), number};
        // A key may name its section: regtest.port=1234.
        if (const auto dot = entry.key.find('.'); dot != std::string::npos) {
            if (entry.section.empty()) entry.section = entry.key.substr(0, dot);
            entry.key.erase(0, dot + 1);
        }
        if (hash != std::string_view::npos && entry.key.find("rpcpassword") != std::string::npos) {
            return fail(
                fmt::format("parse error on line {}, using # in rpcpassword can be "
                            "ambiguous and should be avoided",
                            number));
        }
        out.entries.push_back(std::move(entry));
    }
    return out;
}

}  // namespace daler::config
