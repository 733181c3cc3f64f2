#pragma once

#include <daler/config/option.h>
#include <daler/encoding/json.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/result.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace daler::config {

struct ChainFile;

/// The little of the file system that reading settings needs, so that tests need no disk.
struct Files {
    /// The whole file; nothing if there is none or it cannot be read.
    std::function<std::optional<std::string>(const std::filesystem::path&)> read;
    std::function<bool(const std::filesystem::path&)> is_folder;
};

/// The real file system.
[[nodiscard]] Files disk_files();

/// What the user wants: command line, settings.json and config files as one. Immutable once loaded;
/// any thread may read it. Options are named without dash, and every name must be in the table that
/// the settings were loaded with: asking for another one is a bug, and so is asking in another kind
/// than the table's.
class Settings {
public:
    /// Reads everything. `options` are what the command line and files may say; keys of files are
    /// checked against `also_in_files`, too. `home` is the user's home folder (may be empty). The
    /// error is one sentence for the user: it names the option or file, and line.
    /// With -help, -help-debug, -version (or -?, -h) no file is read.
    /// The data folder may be missing if the folder above it is there.
    [[nodiscard]] static Result<Settings, std::string> load(
        std::span<const Option> options, std::span<const std::string> arguments, const Files& files,
        const std::filesystem::path& home, std::span<const Option> also_in_files = {});

    /// Arguments from the first one on that is no option (the command of daler-cli).
    [[nodiscard]] const std::vector<std::string>& rest() const { return rest_; }
    /// What the user should know, and that goes to the log: unknown keys in files, for example.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

    /// Settings that the config file has at its top level and that count on main only, although
    /// this is another chain: a sentence for each. A node must not start with one, because it would
    /// talk to others than the user meant.
    [[nodiscard]] const std::vector<std::string>& misplaced() const { return misplaced_; }

    /// True if the option was set, in whatever way.
    [[nodiscard]] bool has(std::string_view name) const;
    /// True if the value that counts says no: `-nox`, or for flags `-x=0`.
    [[nodiscard]] bool negated(std::string_view name) const;

    /// The value that counts, else the table's default (false, 0, empty if it has none).
    [[nodiscard]] bool flag(std::string_view name) const;
    [[nodiscard]] std::int64_t integer(std::string_view name) const;
    [[nodiscard]] Amount amount(std::string_view name) const;
    [[nodiscard]] std::string text(std::string_view name) const;
    /// All values of a list option: command line, settings.json, section, top level.
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
    /// A hash or number given as hex.
    [[nodiscard]] std::optional<U256> hash(std::string_view name) const;
    /// The same, where the default depends on something the table cannot know.
    [[nodiscard]] std::optional<bool> flag_if_set(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> integer_if_set(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> text_if_set(std::string_view name) const;

    /// The name of the chosen chain: "main", "test", "testnet4", "signet", "regtest", or that of
    /// the chain file.
    [[nodiscard]] const std::string& chain_name() const { return chain_; }
    /// The chosen chain with what -signetchallenge, -vbparams, -testactivationheight and
    /// -strictregtest change about it. A chain of a chain file has no solved genesis block yet.
    [[nodiscard]] Result<ChainParams, std::string> chain_params() const;
    /// What -chainfile names; null without it.
    [[nodiscard]] const ChainFile* chain_file() const { return chain_file_.get(); }

    /// The data folder (absolute), and the chosen chain's folder in it.
    [[nodiscard]] const std::filesystem::path& data_folder() const { return data_folder_; }
    [[nodiscard]] const std::filesystem::path& chain_folder() const { return chain_folder_; }
    /// The file of a path option; relative ones lie in the chain's folder.
    [[nodiscard]] std::filesystem::path path(std::string_view name) const;
    /// The config file that was read; empty if there was none.
    [[nodiscard]] const std::filesystem::path& config_file() const { return config_file_; }

private:
    struct Value {
        std::string text;
        bool negated = false;
    };
    using Values = std::map<std::string, std::vector<Value>, std::less<>>;
    struct Loader;

    explicit Settings(std::span<const Option> options) : options_(options) {}
    [[nodiscard]] const Option& option(std::string_view name) const;
    /// The value that counts, or null.
    [[nodiscard]] const Value* find(std::string_view name) const;
    [[nodiscard]] static const std::vector<Value>* values(const Values& source,
                                                          std::string_view name);
    /// The sources below the command line from which `option` may be taken, highest first.
    [[nodiscard]] std::vector<const Values*> lower_sources(const Option& option) const;

    std::span<const Option> options_;
    Values command_line_;
    Values saved_;                            ///< settings.json
    std::map<std::string, Values> sections_;  ///< of the files; "" is the top level
    std::string chain_ = "main";
    std::shared_ptr<const ChainFile> chain_file_;
    std::filesystem::path data_folder_, chain_folder_, config_file_;
    std::vector<std::string> rest_;
    std::vector<std::string> warnings_;
    std::vector<std::string> misplaced_;
};

/// settings.json: what RPCs change and restarts remember (`load_on_startup`). An object by option
/// name; the file name is fixed.
inline constexpr std::string_view saved_settings_name = "settings.json";

/// Reads the text of a settings.json. The error says what is wrong with it.
[[nodiscard]] Result<Json, std::string> parse_saved_settings(std::string_view text);
/// The text to store for `settings`.
[[nodiscard]] std::string format_saved_settings(const Json& settings);
/// The wallets to load at start; members of any other form are ignored.
[[nodiscard]] std::vector<std::string> saved_wallets(const Json& settings);
/// Adds or removes a wallet from those to load at start. False if nothing had to change.
bool set_saved_wallet(Json& settings, const std::string& name, bool load);

}  // namespace daler::config
