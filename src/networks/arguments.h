#pragma once

#include <daler/networks/commands.h>
#include <daler/util/result.h>

#include <map>

namespace daler::networks {

/// The words after a command's name, sorted by its table.
class Arguments {
public:
    /// The error names the word and what is allowed. Options may stand before, between and after
    /// other words, as `-n 3`, `-n=3` or `-n3`; "-1d" is no option.
    [[nodiscard]] static Result<Arguments, std::string> parse(const Command& command,
                                                              std::span<const std::string> words);

    /// True if the option was given. Asking for one that is not in the table is a bug (`ensure`).
    [[nodiscard]] bool has(std::string_view option) const;
    /// The value of the option given last.
    [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
    /// All values of an option that repeats.
    [[nodiscard]] std::vector<std::string> values(std::string_view option) const;
    /// The words that are no options.
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
    /// The words after "--".
    [[nodiscard]] const std::vector<std::string>& rest() const { return rest_; }

private:
    explicit Arguments(const Command& command) : command_(&command) {}
    /// Takes the option at `words[index]` and returns how many words it has.
    [[nodiscard]] Result<std::size_t, std::string> take_option(std::span<const std::string> words,
                                                               std::size_t index);

    const Command* command_;
    std::map<std::string, std::vector<std::string>, std::less<>> options_;
    std::vector<std::string> words_;
    std::vector<std::string> rest_;
};

/// A whole number from `min` to `max`; the error names `what`.
[[nodiscard]] Result<std::int64_t, std::string> parse_count(std::string_view what,
                                                            std::string_view text, std::int64_t min,
                                                            std::int64_t max);

}  // namespace daler::networks
