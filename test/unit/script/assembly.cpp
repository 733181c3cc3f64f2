#include "assembly.h"

#include <daler/encoding/hex.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace daler::script::test {
namespace {

bool is_number(std::string_view word) {
    if (word.starts_with('-')) word.remove_prefix(1);
    return !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

void append_word(Script& script, const std::string& word) {
    if (is_number(word)) {
        push_number(script, std::stoll(word));
    } else if (word.starts_with("0x")) {
        script.append(unhex(std::string_view(word).substr(2)));
    } else if (word.size() >= 2 && word.front() == '\'' && word.back() == '\'') {
        push_bytes(script, as_bytes(std::string_view(word).substr(1, word.size() - 2)));
    } else if (const auto op =
                   opcode_by_name(word.starts_with("OP_") ? word : std::string("OP_") + word)) {
        script.append(*op);
    } else {
        throw std::runtime_error("unknown word in script: " + word);
    }
}

}  // namespace

Script assemble(std::string_view text) {
    Script script;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;)
        append_word(script, word);
    return script;
}

Flags parse_flags(std::string_view text) {
    Flags flags = verify_none;
    std::istringstream names{std::string(text)};
    for (std::string name; std::getline(names, name, ',');) {
        if (name == "NONE") continue;
        const auto flag = flag_by_name(name);
        if (flag == verify_none) throw std::runtime_error("unknown flag " + name);
        flags |= flag;
    }
    return flags;
}

Bytes unhex(std::string_view text) {
    auto bytes = from_hex(text);
    if (!bytes) throw std::runtime_error("not hex: " + std::string(text));
    return *bytes;
}

Json parse_json(std::string_view text) {
    auto json = Json::parse(text);
    if (!json) throw std::runtime_error("not JSON: " + json.error());
    return *json;
}

}  // namespace daler::script::test
