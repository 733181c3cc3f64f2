#include <daler/encoding/hex.h>
#include <daler/encoding/json_writer.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace daler {
namespace {

// Whether a character needs no escape inside a string. As in bitcoind, DEL is escaped too.
constexpr std::array<bool, 256> plain = [] {
    std::array<bool, 256> out{};
    for (std::size_t c = 0; c < out.size(); ++c)
        out[c] = c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
    return out;
}();

void escape(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    }
}

}  // namespace

void JsonWriter::quoted(std::string_view text) {
    out_ += '"';
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (plain[static_cast<std::uint8_t>(text[i])]) continue;
        out_ += text.substr(done, i - done);
        escape(out_, text[i]);
        done = i + 1;
    }
    out_ += text.substr(done);
    out_ += '"';
}

void JsonWriter::new_line() {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(depth_ * indent_, ' ');
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (depth_ == 0) return;
    if (!first_) out_ += ',';
    new_line();
    first_ = false;
}

void JsonWriter::begin(char bracket) {
    before_value();
    out_ += bracket;
    ++depth_;
    first_ = true;
}

// An empty array takes two lines too, as in the output of bitcoin-cli.
void JsonWriter::end(char bracket) {
    --depth_;
    new_line();
    out_ += bracket;
    first_ = false;
}

void JsonWriter::key(std::string_view name) {
    before_value();
    quoted(name);
    out_ += indent_ == 0 ? ":" : ": ";
    after_key_ = true;
}

void JsonWriter::plain_key(std::string_view name) {
    before_value();
    out_ += '"';
    out_ += name;
    out_ += indent_ == 0 ? "\":" : "\": ";
    after_key_ = true;
}

// The digits go through a buffer: to make the string longer first would write it twice.
void JsonWriter::hex(ByteSpan bytes) {
    before_value();
    out_ += '"';
    std::array<char, 4096> digits;
    while (!bytes.empty()) {
        const auto piece = bytes.first(std::min(bytes.size(), digits.size() / 2));
        write_hex(piece, digits.data());
        out_.append(digits.data(), 2 * piece.size());
        bytes = bytes.subspan(piece.size());
    }
    out_ += '"';
}

void JsonWriter::reversed_hex(ByteSpan bytes) {
    before_value();
    out_ += '"';
    std::array<std::uint8_t, 64> turned;
    std::array<char, 2 * turned.size()> digits;
    while (!bytes.empty()) {
        const auto piece = bytes.last(std::min(bytes.size(), turned.size()));
        std::reverse_copy(piece.begin(), piece.end(), turned.begin());
        write_hex(ByteSpan(turned).first(piece.size()), digits.data());
        out_.append(digits.data(), 2 * piece.size());
        bytes = bytes.first(bytes.size() - piece.size());
    }
    out_ += '"';
}

void JsonWriter::string(std::string_view text) {
    before_value();
    quoted(text);
}

void JsonWriter::number_text(std::string_view text) {
    before_value();
    out_ += text;
}

void JsonWriter::value(const Json& value) {
    switch (value.kind()) {
        case Json::Kind::null:
            return number_text("null");
        case Json::Kind::boolean:
            return number_text(value.as_bool() ? "true" : "false");
        case Json::Kind::number:
            return number_text(value.number_text());
        case Json::Kind::string:
            return string(value.as_string());
        case Json::Kind::array:
            begin_array();
            for (const Json& item : value.items())
                this->value(item);
            return end_array();
        case Json::Kind::object:
            begin_object();
            for (const auto& [name, member] : value.members()) {
                key(name);
                this->value(member);
            }
            return end_object();
    }
}

}  // namespace daler
