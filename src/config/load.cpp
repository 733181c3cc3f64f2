#include "chain_choice.h"
#include "chain_rules.h"
#include "file_parser.h"
#include "value.h"

#include <daler/config/chain_file.h>
#include <daler/config/settings.h>

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <iterator>

namespace daler::config {
namespace {

constexpr std::string_view own_config_name = "daler.conf";
constexpr std::string_view other_config_name = "bitcoin.conf";

bool is_true(std::string_view text) {
    return text.empty() || parse_integer(text).value_or(1) != 0;
}

/// An option as it was written: `noX` becomes X, negated.
struct Written {
    const Option* option = nullptr;
    bool negated = false;
};

Written look_up(std::span<const Option> options, std::string_view key) {
    if (const Option* option = find_option(options, key)) return {option, false};
    if (key.starts_with("no")) {
        if (const Option* option = find_option(options, key.substr(2))) return {option, true};
    }
    return {};
}

std::optional<std::string> check_negation(const Option& option) {
    const bool forbidden = option.kind == Kind::hash ||
                           (option.kind == Kind::integer && (option.min > 0 || option.max < 0));
    if (!forbidden) return std::nullopt;
    return fmt::format("Negating of -{} is meaningless and therefore forbidden", option.name);
}

}  // namespace

Files disk_files() {
    return {[](const std::filesystem::path& path) -> std::optional<std::string> {
                std::error_code error;
                if (std::filesystem::is_directory(path, error)) return std::nullopt;
                std::ifstream file(path, std::ios::binary);
                if (!file) return std::nullopt;
                return std::string(std::istreambuf_iterator<char>(file), {});
            },
            [](const std::filesystem::path& path) {
                std::error_code error;
                return std::filesystem::is_directory(path, error);
            }};
}

/// Fills a Settings, source by source. The error of a step is the sentence for the user.
struct Settings::Loader {
    using Step = Result<void, std::string>;

    Settings& out;
    std::span<const Option> also_in_files;
    const Files& files;
    /// Sections that no built-in chain has, and what to say about them.
    std::vector<std::pair<std::string, std::string>> unknown_sections = {};

    /// Checks one written value and puts it into `source`.
    Step store(Values& source, const Written& written, std::string_view text) {
        const Option& option = *written.option;
        Value value{std::string(text), false};
        if (written.negated) {
            // "-nox=0" means "-x=1".
            value.negated = is_true(text);
            value.text = value.negated ? "0" : "1";
            if (!value.negated) {
                out.warnings_.push_back(fmt::format(
                    "Parsed potentially confusing double-negative -no{}={}", option.name, text));
            } else if (const auto wrong = check_negation(option)) {
                return fail(*wrong);
            }
        } else if (const auto wrong = check_value(option, text)) {
            return fail(*wrong);
        }
        if (option.kind == Kind::flag) value.negated = !is_true(value.text);
        source[std::string(option.name)].push_back(std::move(value));
        return {};
    }

    Step read_command_line(std::span<const std::string> arguments) {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            std::string_view text = arguments[i];
            if (text.size() < 2 || text[0] != '-') {
                out.rest_.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i),
                                 arguments.end());
                break;
            }
            text.remove_prefix(text.starts_with("--") ? 2 : 1);
            const auto equals = text.find('=');
            const auto written = look_up(out.options_, text.substr(0, equals));
            if (!written.option) return fail("Invalid parameter " + arguments[i]);
            if (written.option->name == "includeconf" && !written.negated) {
                return fail(
                    fmt::format("-includeconf cannot be used from commandline; -includeconf=\"{}\"",
                                equals == std::string_view::npos ? "" : text.substr(equals + 1)));
            }
            const auto value =
                equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
            if (auto step = store(out.command_line_, written, value); !step) return step;
        }
        return {};
    }

    /// A node in memory has no data folder: its path is only a name.
    [[nodiscard]] bool in_memory() const {
        return find_option(out.options_, "inmemory") && out.flag("inmemory");
    }

    Step choose_data_folder(const std::filesystem::path& home) {
        const auto given = out.text_if_set("datadir").value_or("");
        if (given.empty()) {
            out.data_folder_ = std::filesystem::absolute(home / ".daler");
            return {};
        }
        auto& folder = out.data_folder_;
        folder = std::filesystem::absolute(given).lexically_normal();
        if (!folder.has_filename()) folder = folder.parent_path();  // "/data/" becomes "/data"
        // The node creates one folder, not a path: see doc/decisions/0055-missing-data-folder.md.
        if (!in_memory() && !files.is_folder(folder) && !files.is_folder(folder.parent_path())) {
            return fail(
                fmt::format("Specified data directory \"{}\" does not exist, nor does \"{}\". Only "
                            "the last folder of -datadir is created.",
                            given, folder.parent_path().string()));
        }
        return {};
    }

    Step read_config() {
        std::optional<std::string> text;
        if (const Value* given = out.find("conf")) {
            if (given->negated) return {};
            out.config_file_ = out.data_folder_ / given->text;
            text = files.read(out.config_file_);
            if (!text) {
                return fail(fmt::format("specified config file \"{}\" could not be opened.",
                                        out.config_file_.string()));
            }
        } else if (!in_memory()) {
            for (const auto name : {own_config_name, other_config_name}) {
                out.config_file_ = out.data_folder_ / name;
                if ((text = files.read(out.config_file_))) break;
            }
            if (!text) out.config_file_.clear();
        }
        if (!text) return {};
        if (auto step = read_config_text(*text, out.config_file_, false); !step) return step;
        return read_included();
    }

    /// A config file in the data folder that is not read is probably a mistake.
    Step refuse_ignored_config() {
        if (!find_option(out.options_, "allowignoredconf") || out.config_file_.empty()) return {};
        for (const auto name : {own_config_name, other_config_name}) {
            const auto path = out.data_folder_ / name;
            if (path == out.config_file_) break;
            if (in_memory() || !files.read(path)) continue;
            auto what = fmt::format(
                "{} is not read, because {} is used instead. Remove one of the two, or "
                "include it with includeconf= and set -allowignoredconf.",
                path.string(), out.config_file_.string());
            if (!out.flag("allowignoredconf")) return fail(std::move(what));
            out.warnings_.push_back(std::move(what));
            break;
        }
        return {};
    }

    Step read_config_text(std::string_view text, const std::filesystem::path& path, bool included) {
        const auto name = path.filename().string();
        auto parsed = parse_file(text);
        if (!parsed) return fail(name + ": " + parsed.error());
        for (const auto& section : parsed->sections) {
            if (is_chain_name(section.name)) continue;
            unknown_sections.emplace_back(
                section.name, fmt::format("{}:{} Section [{}] is not recognized.", path.string(),
                                          section.line, section.name));
        }
        for (const auto& entry : parsed->entries) {
            auto written = look_up(out.options_, entry.key);
            if (!written.option) {
                if (!look_up(also_in_files, entry.key).option) {
                    out.warnings_.push_back(fmt::format(
                        "Ignoring unknown configuration value {}{}{} ({} line {})", entry.section,
                        entry.section.empty() ? "" : ".", entry.key, name, entry.line));
                }
                continue;
            }
            if (auto step = read_entry(entry, written, included); !step)
                return fail(fmt::format("{} line {}: {}", name, entry.line, step.error()));
        }
        return {};
    }

    Step read_entry(const FileEntry& entry, const Written& written, bool included) {
        if (written.option->name == "conf") {
            return fail(std::string(
                "conf cannot be set in the configuration file; use includeconf= if you want to "
                "include additional config files"));
        }
        if (written.option->name == "includeconf" && included) {
            out.notices_.push_back(
                fmt::format("warning: -includeconf cannot be used from included files; ignoring "
                            "-includeconf={}",
                            entry.value));
            return {};
        }
        return store(out.sections_[entry.section], written, entry.value);
    }

    Step read_included() {
        if (values(out.command_line_, "includeconf")) return {};  // -noincludeconf
        // The sections that count depend on the chain, which the file itself may choose.
        auto chosen = chosen_chain();
        if (!chosen) return fail(chosen.error());
        std::vector<std::string> names;
        for (const std::string& section : {*chosen, std::string{}}) {
            const auto found = out.sections_.find(section);
            if (found == out.sections_.end()) continue;
            const auto* given = values(found->second, "includeconf");
            if (!given) continue;
            for (const Value& value : *given)
                if (value.negated)
                    names.clear();
                else
                    names.push_back(value.text);
        }
        for (const auto& name : names) {
            const auto path = out.data_folder_ / name;
            const auto text = files.read(path);
            if (!text) return fail("Failed to include configuration file " + name);
            if (auto step = read_config_text(*text, path, true); !step) return step;
        }
        return {};
    }

    /// The value of an option at the top level of the files; null if there is none.
    [[nodiscard]] const Value* given_in_file(std::string_view name) const {
        const auto top = out.sections_.find("");
        if (top == out.sections_.end()) return nullptr;
        const auto* all = values(top->second, name);
        return all ? &all->front() : nullptr;
    }

    /// The chain switches of the command line and the top level of the files.
    [[nodiscard]] ChainSwitches switches() const {
        const auto given = [&](std::string_view name) -> const Value* {
            if (const auto* all = values(out.command_line_, name)) return &all->back();
            return given_in_file(name);
        };
        const auto is_on = [&](std::string_view name) {
            const Value* value = given(name);
            return value && !value->negated;
        };
        ChainSwitches found{is_on("regtest"), is_on("signet"), is_on("testnet"), is_on("testnet4"),
                            std::nullopt};
        if (const Value* name = given("chain"); name && !name->negated) found.name = name->text;
        return found;
    }

    /// The file that describes the chain; empty if there is none. A relative path on the command
    /// line starts at the working folder, one in a file at the data folder.
    [[nodiscard]] std::filesystem::path chain_file_path() const {
        if (const auto* all = values(out.command_line_, "chainfile")) {
            const Value& value = all->back();
            if (value.negated || value.text.empty()) return {};
            return std::filesystem::absolute(value.text);
        }
        const Value* value = given_in_file("chainfile");
        if (!value || value->negated || value->text.empty()) return {};
        return out.data_folder_ / value->text;
    }

    /// The values of a list option on the top level of the files and on the command line.
    [[nodiscard]] std::vector<std::string> given_list(std::string_view name) const {
        std::vector<std::string> all;
        const auto add = [&](const Values& source) {
            const auto* given = values(source, name);
            for (const Value& value : given ? *given : std::vector<Value>{})
                if (value.negated)
                    all.clear();
                else
                    all.push_back(value.text);
        };
        if (const auto top = out.sections_.find(""); top != out.sections_.end()) add(top->second);
        add(out.command_line_);
        return all;
    }

    /// The name of the chain that the sources so far choose; reads the chain file, if there is
    /// one.
    Result<std::string, std::string> chosen_chain() {
        const auto path = chain_file_path().lexically_normal();
        auto rules = given_list("rule");
        const auto fields = path.empty() ? fields_of_switches(rules) : fields_of_file(path);
        if (!fields) return fail(fields.error());
        if (!*fields) return choose_chain(switches());
        auto file = rules.empty() ? read_chain_fields(**fields) : change_rules(**fields, rules);
        if (!file) {
            return fail(path.empty()
                            ? "-rule: " + file.error()
                            : fmt::format("Chain file {}: {}", path.string(), file.error()));
        }
        file->path = path;
        file->options = path.empty() ? options_of_switches() : "-chainfile=" + path.string();
        for (const auto& rule : rules)
            file->options += " -rule=" + rule;
        out.chain_file_ = std::make_shared<const ChainFile>(std::move(*file));
        return out.chain_file_->params.name;
    }

    using Fields = std::optional<Json>;

    Result<Fields, std::string> fields_of_file(const std::filesystem::path& path) const {
        if (switches().count() > 0) {
            return fail(
                std::string("-chainfile describes another chain: it cannot be combined with "
                            "-regtest, -signet, -testnet, -testnet4 or -chain."));
        }
        const auto text = files.read(path);
        if (!text) return fail(fmt::format("Chain file {} could not be opened.", path.string()));
        auto fields = parse_chain_fields(*text);
        if (!fields) return fail(fmt::format("Chain file {}: {}", path.string(), fields.error()));
        return Fields(std::move(*fields));
    }

    /// The fields of the built-in chain that -rule changes; nothing without -rule, and for chains
    /// whose rules cannot be changed.
    [[nodiscard]] Result<Fields, std::string> fields_of_switches(
        const std::vector<std::string>& rules) const {
        if (rules.empty()) return Fields();
        if (switches().count() == 0) return Fields(regtest_fields());
        const auto chain = choose_chain(switches());
        if (!chain) return fail(chain.error());
        if (*chain == "regtest") return Fields(regtest_fields());
        const auto challenges = given_list("signetchallenge");
        if (*chain == "signet" && challenges.size() == 1)
            return Fields(signet_fields(challenges[0]));
        return Fields();
    }

    [[nodiscard]] std::string options_of_switches() const {
        const auto challenges = given_list("signetchallenge");
        if (choose_chain(switches()) != "signet") return "-regtest";
        return "-signet -signetchallenge=" + challenges.at(0);
    }

    Step choose() {
        auto chosen = chosen_chain();
        if (!chosen) return fail(chosen.error());
        out.chain_ = *chosen;
        const auto folder =
            out.chain_file_ ? out.chain_file_->params.folder : params_by_name(out.chain_)->folder;
        out.chain_folder_ = out.data_folder_ / folder;
        for (const auto& [section, what] : unknown_sections) {
            if (section == out.chain_) continue;
            out.warnings_.push_back(what);
            out.notices_.push_back("Warning: " + what);
        }
        return {};
    }

    Step read_saved() {
        if (out.negated("settings") || in_memory()) return {};
        const auto path = out.path("settings");
        const auto text = files.read(path);
        if (!text) return {};
        const auto parsed = parse_saved_settings(*text);
        if (!parsed) {
            return fail(
                fmt::format("Settings file {} could not be read: {}. Remove it, or give "
                            "another one with -settings.",
                            path.string(), parsed.error()));
        }
        for (const auto& [key, json] : parsed->members()) {
            const Option* option = find_option(out.options_, key);
            if (!option) {
                out.warnings_.push_back("Ignoring unknown rw_settings value " + key);
                continue;
            }
            if (auto step = store_saved(*option, json); !step)
                return fail(fmt::format("{}: {}", path.string(), step.error()));
        }
        return {};
    }

    Step store_saved(const Option& option, const Json& json) {
        switch (json.kind()) {
            case Json::Kind::array:
                out.saved_[std::string(option.name)];  // an empty list is a value
                for (const Json& item : json.items()) {
                    if (item.is_array() || item.is_object()) continue;
                    if (auto step = store_saved(option, item); !step) return step;
                }
                return {};
            case Json::Kind::string:
                return store(out.saved_, {&option, false}, json.as_string());
            case Json::Kind::number:
                return store(out.saved_, {&option, false}, json.number_text());
            case Json::Kind::boolean:
                return store(out.saved_, {&option, !json.as_bool()}, "1");
            case Json::Kind::null:
            case Json::Kind::object:
                break;
        }
        return {};
    }

    /// Settings at the top level of the file that count on main only, although another chain is
    /// used.
    void find_misplaced() {
        const auto top = out.sections_.find("");
        if (out.chain_ == "main" || top == out.sections_.end()) return;
        for (const auto& [name, given] : top->second) {
            if (!out.option(name).network_only || out.has(name)) continue;
            out.misplaced_.push_back(
                fmt::format("Config setting for -{0} only applied on {1} network when in [{1}] "
                            "section.",
                            name, out.chain_));
        }
    }
};

Result<Settings, std::string> Settings::load(std::span<const Option> options,
                                             std::span<const std::string> arguments,
                                             const Files& files, const std::filesystem::path& home,
                                             std::span<const Option> also_in_files) {
    Settings settings{options};
    Loader loader{settings, also_in_files, files};
    const auto named = [](std::string_view what, const std::string& why) {
        return fail(std::string(what) + ": " + why);
    };
    if (auto step = loader.read_command_line(arguments); !step)
        return named("Error parsing command line arguments", step.error());
    for (const auto name : {"?", "h", "help", "help-debug", "version"})
        if (settings.has(name)) return settings;
    if (auto step = loader.choose_data_folder(home); !step) return fail(step.error());
    if (auto step = loader.read_config(); !step)
        return named("Error reading configuration file", step.error());
    // The file may have named another data folder.
    if (auto step = loader.choose_data_folder(home); !step) return fail(step.error());
    if (auto step = loader.refuse_ignored_config(); !step) return fail(step.error());
    if (auto step = loader.choose(); !step) return fail(step.error());
    if (auto step = loader.read_saved(); !step) return fail(step.error());
    loader.find_misplaced();
    return settings;
}

}  // namespace daler::config
