#pragma once

#include <daler/util/result.h>

#include <string>
#include <string_view>
#include <vector>

namespace daler::config {

/// One `key=value` of a config file.
struct FileEntry {
    std::string section;  ///< empty: the top level
    std::string key;      ///< as written, with "no" if it has it
    std::string value;
    std::size_t line = 0;  ///< from 1
};

/// A `[section]` line.
struct FileSection {
    std::string name;
    std::size_t line = 0;
};

struct ParsedFile {
    std::vector<FileEntry> entries;
    std::vector<FileSection> sections;
};

/// Reads the lines of a config file: `key=value`, `section.key=value`, `[section]`, `# comment`.
[[nodiscard]] Result<ParsedFile, std::string> parse_file(std::string_view text);

}  // namespace daler::config
