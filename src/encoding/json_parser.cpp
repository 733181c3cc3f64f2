#include <daler/encoding/json.h>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include <limits>

namespace daler {
namespace {

using boost::json::error_code;

// Builds the value from the parser's events. An unfinished container is the last item of the one
// around it, which does not grow in the meantime, so pointers to unfinished ones stay valid.
class Builder {
public:
    // The sizes are bounded by the text, the depth by the parser's options.
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return open(Json::object()); }
    bool on_array_begin(error_code&) { return open(Json::array()); }
    bool on_object_end(std::size_t, error_code&) { return close(); }
    bool on_array_end(std::size_t, error_code&) { return close(); }

    bool on_key_part(std::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_key(std::string_view part, std::size_t, error_code&) {
        key_ = collected(part);
        return true;
    }
    bool on_string_part(std::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_string(std::string_view part, std::size_t, error_code&) {
        return add(Json(collected(part)));
    }
    bool on_number_part(std::string_view part, error_code&) { return collect(part); }
    bool on_int64(std::int64_t, std::string_view part, error_code&) { return number(part); }
    bool on_uint64(std::uint64_t, std::string_view part, error_code&) { return number(part); }
    bool on_double(double, std::string_view part, error_code&) { return number(part); }
    bool on_bool(bool value, error_code&) { return add(Json(value)); }
    bool on_null(error_code&) { return add(Json()); }
    bool on_comment_part(std::string_view, error_code&) { return true; }
    bool on_comment(std::string_view, error_code&) { return true; }

    Json result;

private:
    bool collect(std::string_view part) {
        parts_ += part;
        return true;
    }

    std::string collected(std::string_view last) {
        if (parts_.empty()) return std::string(last);
        parts_ += last;
        return std::exchange(parts_, {});
    }

    bool number(std::string_view last) { return add(Json::number_text(collected(last))); }

    bool add(Json value) {
        place(std::move(value));
        return true;
    }

    bool open(Json container) {
        open_.push_back(&place(std::move(container)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    Json& place(Json value) {
        if (open_.empty()) return result = std::move(value);
        Json& parent = *open_.back();
        if (parent.is_array()) {
            parent.push(std::move(value));
            return parent[parent.size() - 1];
        }
        parent.append(std::move(key_), std::move(value));
        return parent.last_member();
    }

    std::vector<Json*> open_;
    std::string key_;
    std::string parts_;  ///< of a key, string or number that arrives in several events
};

}  // namespace

Result<Json, std::string> Json::parse(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = max_json_depth;
    boost::json::basic_parser<Builder> parser(options);
    error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (error) return fail(fmt::format("{} at byte {}", error.message(), read));
    if (read < text.size()) return fail(fmt::format("extra data at byte {}", read));
    return std::move(parser.handler().result);
}

}  // namespace daler
