#pragma once

#include <daler/encoding/bytes.h>
#include <daler/encoding/json.h>

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace daler {

/// Writes JSON text piece by piece, for answers that are too large to build as values first. The
/// text is the same that Json::write makes. Each function that writes a value also has a form with
/// a name first, for a member of an object. Requires the calls to form one valid JSON value, and
/// `name` to need no escape where it is a member's.
class JsonWriter {
public:
    /// Appends to `out`. `indent` as in Json::write.
    explicit JsonWriter(std::string& out, unsigned indent = 0) : out_(out), indent_(indent) {}

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    /// The name of the member whose value is written next; any text.
    void key(std::string_view name);
    void value(const Json& value);
    void string(std::string_view text);
    void boolean(bool value) { number_text(value ? "true" : "false"); }
    void number(std::integral auto value) {
        char text[24];
        const auto end = std::to_chars(text, text + sizeof text, value).ptr;
        number_text({text, static_cast<std::size_t>(end - text)});
    }
    /// A number exactly as written.
    void number_text(std::string_view text);
    /// A string of two lower-case hexadecimal digits for each byte, in the order of the bytes.
    void hex(ByteSpan bytes);
    /// The same with the last byte first: as Bitcoin shows hashes.
    void reversed_hex(ByteSpan bytes);
    /// A value that was written before, with the same indent.
    void written(std::string_view json) { number_text(json); }
    /// Makes room for so many further characters, so that the text is moved once at most.
    void reserve(std::size_t size) { out_.reserve(out_.size() + size); }
    /// All that was written so far, with what was in the string before.
    [[nodiscard]] std::string_view text() const { return out_; }

    void begin_object(std::string_view name) {
        plain_key(name);
        begin('{');
    }
    void begin_array(std::string_view name) {
        plain_key(name);
        begin('[');
    }
    void value(std::string_view name, const Json& json) {
        plain_key(name);
        value(json);
    }
    void string(std::string_view name, std::string_view text) {
        plain_key(name);
        string(text);
    }
    void boolean(std::string_view name, bool value) {
        plain_key(name);
        boolean(value);
    }
    void number(std::string_view name, std::integral auto value) {
        plain_key(name);
        number(value);
    }
    void number_text(std::string_view name, std::string_view text) {
        plain_key(name);
        number_text(text);
    }
    void hex(std::string_view name, ByteSpan bytes) {
        plain_key(name);
        hex(bytes);
    }
    void reversed_hex(std::string_view name, ByteSpan bytes) {
        plain_key(name);
        reversed_hex(bytes);
    }

private:
    void begin(char bracket);
    void end(char bracket);
    void before_value();
    void new_line();
    void quoted(std::string_view text);
    void plain_key(std::string_view name);

    std::string& out_;
    unsigned indent_;
    std::size_t depth_ = 0;
    bool first_ = true;       ///< the innermost array or object is empty so far
    bool after_key_ = false;  ///< the next value belongs to the key just written
};

}  // namespace daler
