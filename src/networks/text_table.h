#pragma once

#include <string>
#include <vector>

namespace daler::networks {

/// How a text stands out on a terminal.
enum class Style : std::uint8_t { plain, heading, good, bad, dim };

/// `text` with the terminal's codes for `style`, if `colours`.
[[nodiscard]] std::string styled(std::string_view text, Style style, bool colours);

/// True if standard output is a terminal that shows colours, and the user has not set NO_COLOR.
[[nodiscard]] bool use_colours();

/// `text` in lines of at most `width` columns, broken at spaces; those after the first begin with
/// `indent` spaces. A word that is longer than a line stays whole.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 0);

/// Columns of text for a terminal of 80 columns.
class TextTable {
public:
    struct Cell {
        std::string text;
        Style style = Style::plain;
        bool right = false;  ///< aligned at the right end of the column: numbers

        Cell(std::string content, Style look = Style::plain, bool at_right = false)
            : text(std::move(content)), style(look), right(at_right) {}
        Cell(const char* content) : text(content) {}
    };

    explicit TextTable(std::vector<Cell> headings);
    /// Requires as many cells as there are headings.
    void add(std::vector<Cell> row);

    /// The lines, each with its line end. What is too long for the line is cut in the last column.
    [[nodiscard]] std::string to_text(bool colours) const;

    static constexpr std::size_t line_width = 80;

private:
    std::vector<std::vector<Cell>> rows_;
};

/// The cell of a number, or of anything else that belongs at the right end.
[[nodiscard]] TextTable::Cell right(std::string text, Style style = Style::plain);

}  // namespace daler::networks
