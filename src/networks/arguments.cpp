#include "networks/arguments.h"

#include <daler/util/ensure.h>

#include <fmt/format.h>

#include <cctype>
#include <charconv>

namespace daler::networks {
namespace {

const CommandOption* find_option(const Command& command, std::string_view name) {
    for (const CommandOption& option : command.options)
        if (option.name == name) return &option;
    return nullptr;
}

std::string see_help(const Command& command) {
    return fmt::format("See `daler help {}`.", command.name);
}

bool is_option(std::string_view word) {
    return word.size() > 1 && word[0] == '-' &&
           std::isdigit(static_cast<unsigned char>(word[1])) == 0;
}

/// An option as it was written.
struct Written {
    const CommandOption* option = nullptr;
    std::optional<std::string> value;  ///< in the same word
};

/// "--name=x", "-n=3", "-n3".
Written look_up(const Command& command, std::string_view word) {
    if (const CommandOption* option = find_option(command, word)) return {option, {}};
    const auto equals = word.find('=');
    if (equals != std::string_view::npos)
        return {find_option(command, word.substr(0, equals)), std::string(word.substr(equals + 1))};
    constexpr std::size_t short_name = 2;
    const CommandOption* option = find_option(command, word.substr(0, short_name));
    const bool is_value = word.size() > short_name && option && !option->argument.empty();
    if (!is_value || std::isdigit(static_cast<unsigned char>(word[short_name])) == 0) return {};
    return {option, std::string(word.substr(short_name))};
}

}  // namespace

Result<Arguments, std::string> Arguments::parse(const Command& command,
                                                std::span<const std::string> words) {
    Arguments out(command);
    for (std::size_t i = 0; i < words.size();) {
        if (words[i] == "--" && command.takes_rest) {
            out.rest_.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
            break;
        }
        if (!is_option(words[i])) {
            out.words_.push_back(words[i++]);
            continue;
        }
        const auto taken = out.take_option(words, i);
        if (!taken) return fail(taken.error());
        i += *taken;
    }
    if (out.words_.size() > command.max_words) {
        return fail(fmt::format("daler {}: \"{}\" is one word too many. {}", command.name,
                                out.words_[command.max_words], see_help(command)));
    }
    if (out.words_.size() < command.min_words) {
        return fail(fmt::format("daler {} needs more words: daler {} {}. {}", command.name,
                                command.name, command.arguments, see_help(command)));
    }
    return out;
}

Result<std::size_t, std::string> Arguments::take_option(std::span<const std::string> words,
                                                        std::size_t index) {
    const std::string& word = words[index];
    auto [option, value] = look_up(*command_, word);
    if (!option) {
        return fail(fmt::format("daler {}: unknown option {}. {}", command_->name, word,
                                see_help(*command_)));
    }
    std::size_t taken = 1;
    if (option->argument.empty()) {
        if (value)
            return fail(fmt::format("daler {}: {} takes no value.", command_->name, option->name));
    } else if (!value) {
        if (index + 1 >= words.size()) {
            return fail(fmt::format("daler {}: {} needs a value: {} {}.", command_->name,
                                    option->name, option->name, option->argument));
        }
        value = words[index + 1];
        taken = 2;
    }
    auto& values = options_[std::string(option->name)];
    if (!values.empty() && !option->repeats) {
        return fail(
            fmt::format("daler {}: {} may be given only once.", command_->name, option->name));
    }
    values.push_back(value.value_or(""));
    return taken;
}

bool Arguments::has(std::string_view option) const {
    ensure(find_option(*command_, option) != nullptr);
    return options_.contains(option);
}

std::optional<std::string> Arguments::value(std::string_view option) const {
    ensure(find_option(*command_, option) != nullptr);
    const auto found = options_.find(option);
    if (found == options_.end()) return std::nullopt;
    return found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view option) const {
    ensure(find_option(*command_, option) != nullptr);
    const auto found = options_.find(option);
    return found == options_.end() ? std::vector<std::string>{} : found->second;
}

Result<std::int64_t, std::string> parse_count(std::string_view what, std::string_view text,
                                              std::int64_t min, std::int64_t max) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max) {
        return fail(fmt::format("{} must be a whole number from {} to {}, not \"{}\".", what, min,
                                max, text));
    }
    return number;
}

}  // namespace daler::networks
