#pragma once

#include <daler/config/settings.h>

#include <map>
#include <string>
#include <vector>

namespace daler::config::test {

/// A file system in a map. The folders that exist are "/data" and "/other".
struct FakeFiles {
    std::map<std::string, std::string> contents;

    [[nodiscard]] Files files() const {
        return {
            [this](const std::filesystem::path& path) -> std::optional<std::string> {
                const auto found = contents.find(path.string());
                if (found == contents.end()) return std::nullopt;
                return found->second;
            },
            [](const std::filesystem::path& path) { return path == "/data" || path == "/other"; }};
    }
};

/// Settings of dalerd from these arguments, with "/data" as data folder and this daler.conf in it.
inline Result<Settings, std::string> load(std::vector<std::string> arguments,
                                          const std::string& conf = {},
                                          std::map<std::string, std::string> more = {}) {
    arguments.insert(arguments.begin(), "-datadir=/data");
    FakeFiles fake{std::move(more)};
    if (!conf.empty()) fake.contents["/data/daler.conf"] = conf;
    return Settings::load(node_options(), arguments, fake.files(), "/home/me");
}

/// The same, for a load that must succeed.
inline Settings loaded(std::vector<std::string> arguments, const std::string& conf = {},
                       std::map<std::string, std::string> more = {}) {
    auto settings = load(std::move(arguments), conf, std::move(more));
    INFO((settings ? std::string{} : settings.error()));
    REQUIRE(settings.has_value());
    return *settings;
}

/// The error of a load, or "(accepted)".
inline std::string refusal(std::vector<std::string> arguments, const std::string& conf = {},
                           std::map<std::string, std::string> more = {}) {
    const auto settings = load(std::move(arguments), conf, std::move(more));
    return settings ? std::string("(accepted)") : settings.error();
}

}  // namespace daler::config::test
