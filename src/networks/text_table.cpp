#include "networks/text_table.h"

#include <daler/util/ensure.h>

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace daler::networks {
namespace {

constexpr std::size_t gap = 2;  // between two columns

std::string_view code_of(Style style) {
    switch (style) {
        case Style::plain:
            return "";
        case Style::heading:
            return "1";
        case Style::good:
            return "32";
        case Style::bad:
            return "31";
        case Style::dim:
            return "2";
    }
    return "";
}

}  // namespace

std::string styled(std::string_view text, Style style, bool colours) {
    if (!colours || style == Style::plain || text.empty()) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code_of(style), text);
}

bool use_colours() {
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    const bool is_dumb = !terminal || std::string_view(terminal) == "dumb";
    return ::isatty(STDOUT_FILENO) == 1 && !is_dumb && (!no_colour || *no_colour == '\0');
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    std::string out;
    for (;;) {
        const std::size_t room = width - (out.empty() ? 0 : indent);
        if (text.size() <= room) return out.append(text);
        auto space = text.rfind(' ', room);
        if (space == std::string_view::npos) space = text.find(' ');
        if (space == std::string_view::npos) return out.append(text);
        out.append(text.substr(0, space)).append("\n").append(indent, ' ');
        text.remove_prefix(space + 1);
    }
}

TextTable::TextTable(std::vector<Cell> headings) {
    for (Cell& cell : headings)
        cell.style = Style::heading;
    rows_.push_back(std::move(headings));
}

void TextTable::add(std::vector<Cell> row) {
    ensure(row.size() == rows_.front().size());
    rows_.push_back(std::move(row));
}

std::string TextTable::to_text(bool colours) const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].text.size());
    std::string out;
    for (const auto& row : rows_) {
        std::string line;
        std::size_t column = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool is_last = i + 1 == row.size();
            std::string text = row[i].text;
            const std::size_t room = line_width > column ? line_width - column : 0;
            if (is_last && text.size() > room) text = text.substr(0, room);
            const std::string padding(widths[i] > text.size() ? widths[i] - text.size() : 0, ' ');
            const auto shown = styled(text, row[i].style, colours);
            line += row[i].right ? padding + shown : shown + padding;
            line.append(gap, ' ');
            column += widths[i] + gap;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

TextTable::Cell right(std::string text, Style style) {
    return {std::move(text), style, true};
}

}  // namespace daler::networks
