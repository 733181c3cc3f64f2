#include <daler/encoding/hex.h>
#include <daler/encoding/json_writer.h>

#include <fmt/format.h>

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
    // One write of all: there are many keys, and most of them are short.
    const std::size_t at = out_.size();
    const std::size_t spaces = indent_ == 0 ? 0 : 1;
    out_.resize(at + name.size() + 3 + spaces, ' ');
    char* to = out_.data() + at;
    *to++ = '"';
    std::memcpy(to, name.data(), name.size());
    to += name.size();
    *to++ = '"';
    *to = ':';
    after_key_ = true;
}

void JsonWriter::hex(ByteSpan bytes) {
    before_value();
    const std::size_t at = out_.size();
    out_.resize(at + 2 * bytes.size() + 2, '"');
    write_hex(bytes, out_.data() + at + 1);
}

void JsonWriter::reversed_hex(ByteSpan bytes) {
    before_value();
    const std::size_t at = out_.size();
    out_.resize(at + 2 * bytes.size() + 2, '"');
    char* to = out_.data() + at + 1;
    for (std::size_t i = bytes.size(); i > 0; --i, to += 2)
        write_hex(bytes.subspan(i - 1, 1), to);
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
