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

/// The file operations that reading settings needs. Tests pass their own and need no disk.
struct Files {
    /// The whole file; nothing if there is none or it cannot be read.
    std::function<std::optional<std::string>(const std::filesystem::path&)> read;
    std::function<bool(const std::filesystem::path&)> is_folder;
};

/// The real file system.
[[nodiscard]] Files disk_files();

/// The user's settings: command line, settings.json and config files combined. Immutable once
/// loaded; any thread may read it. Options are named without dash. To ask for an option that is
/// not in the table the settings were loaded with, or with a function for another kind, is a bug
/// (`ensure`).
class Settings {
public:
    /// Reads all sources. `options` may be on the command line and in files, `also_in_files` in
    /// files only. `home` is the user's home folder (may be empty). The error is one sentence for
    /// the user: it names the option, or the file and line.
    /// With -help, -help-debug, -version (or -?, -h) no file is read.
    /// The data folder may be missing if the folder above it is there.
    [[nodiscard]] static Result<Settings, std::string> load(
        std::span<const Option> options, std::span<const std::string> arguments, const Files& files,
        const std::filesystem::path& home, std::span<const Option> also_in_files = {});

    /// The first argument that is not an option, and all after it (the command of daler-cli).
    [[nodiscard]] const std::vector<std::string>& rest() const { return rest_; }
    /// Warnings for the log, such as unknown keys in files.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    /// Lines for standard error: warnings that the user must see at once, because a part of a
    /// config file is not read.
    [[nodiscard]] const std::vector<std::string>& notices() const { return notices_; }

    /// A sentence for each setting at the top level of the config file that counts on main only,
    /// if another chain is chosen. A node must not start with one, because it would connect to
    /// other nodes than the user meant.
    [[nodiscard]] const std::vector<std::string>& misplaced() const { return misplaced_; }

    /// True if a source sets the option.
    [[nodiscard]] bool has(std::string_view name) const;
    /// True if the value that counts is a negation: `-nox`, or for flags `-x=0`.
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
    /// Nothing if the option is not set: for defaults that are not in the table.
    [[nodiscard]] std::optional<bool> flag_if_set(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> integer_if_set(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> text_if_set(std::string_view name) const;

    /// The name of the chosen chain: "main", "test", "testnet4", "signet", "regtest", or that of
    /// the chain file.
    [[nodiscard]] const std::string& chain_name() const { return chain_; }
    /// The chosen chain, changed by -signetchallenge, -vbparams, -testactivationheight and
    /// -strictregtest. The genesis block of a chain file is not solved yet.
    [[nodiscard]] Result<ChainParams, std::string> chain_params() const;
    /// The contents of the file that -chainfile names; null without it.
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
    std::vector<std::string> notices_;
    std::vector<std::string> misplaced_;
};

/// The name of the file in a chain's folder with the RPC port of the node that runs there, if it is
/// not the chain's usual one: a number as text. It counts only while the node holds the lock
/// `data_lock_name`, because it remains if the node is killed.
inline constexpr std::string_view rpc_port_name = ".rpcport";
/// The name of the file in a chain's folder that a node locks while it runs.
inline constexpr std::string_view data_lock_name = ".lock";

/// The default name of the file that keeps settings changed by RPCs (`load_on_startup`) over
/// restarts: an object with a member per option.
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
