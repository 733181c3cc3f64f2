#include "networks/watch_screen.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace daler::networks {
namespace {

using Lines = std::vector<std::string>;

void append_lines(Lines& lines, std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// The first `columns` characters. Codes of colours have no width.
std::string clipped(std::string_view line, std::size_t columns) {
    std::string out;
    std::size_t width = 0;
    bool in_code = false;
    for (const char letter : line) {
        if (letter == '\x1b') in_code = true;
        if (!in_code && ++width > columns) continue;
        out += letter;
        if (letter == 'm') in_code = false;
    }
    return out;
}

/// The table of as many nodes as have room in `rows` lines.
Lines table_lines(const std::vector<NodeStatus>& nodes, std::size_t rows, bool colours) {
    for (std::size_t count = nodes.size();; --count) {
        Lines lines;
        append_lines(
            lines, status_text({nodes.begin(), nodes.begin() + static_cast<long>(count)}, colours));
        const auto hidden = nodes.size() - count;
        if (hidden > 0) lines.push_back(fmt::format("and {} more", hidden));
        if (lines.size() <= rows || count == 0) return lines;
    }
}

}  // namespace

std::string clock_text(std::int64_t time) {
    return fmt::format("{:%H:%M:%S}", fmt::localtime(static_cast<std::time_t>(time)));
}

std::string watch_screen(const NetworkFile& file, const std::vector<NodeStatus>& nodes,
                         const std::deque<Event>& events, std::int64_t now, ScreenSize size,
                         bool colours) {
    constexpr std::size_t frame = 5;  // title, three empty lines, the last line
    const std::size_t room = size.rows > frame ? size.rows - frame : 0;
    const std::size_t least_events = room / 3;
    const auto clock = clock_text(now);
    auto title = title_of(file);
    if (title.size() + clock.size() + 1 < size.columns)
        title.resize(size.columns - clock.size(), ' ');
    Lines lines{styled(title, Style::heading, colours) + styled(clock, Style::dim, colours), ""};
    for (auto& line : table_lines(nodes, room - least_events, colours))
        lines.push_back(std::move(line));
    lines.emplace_back("");
    const std::size_t used = lines.size() + 2;
    const std::size_t places = size.rows > used ? size.rows - used : 0;
    for (std::size_t i = events.size() - std::min(events.size(), places); i < events.size(); ++i) {
        lines.push_back(fmt::format("{}  {}",
                                    styled(clock_text(events[i].time), Style::dim, colours),
                                    styled(events[i].text, events[i].style, colours)));
    }
    lines.resize(std::max<std::size_t>(size.rows, 1));
    lines.back() = styled("q or Ctrl-C ends watching; the network goes on", Style::dim, colours);
    for (auto& line : lines)
        line = clipped(line, size.columns);
    return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace daler::networks
