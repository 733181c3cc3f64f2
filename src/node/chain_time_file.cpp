#include "node/chain_time_file.h"

#include <daler/encoding/json.h>
#include <daler/util/time_text.h>

#include <fmt/format.h>

namespace daler::node {

ChainTimeFile::State ChainTimeFile::state() const {
    State out;
    if (clock_.is_chain_time_stopped())
        out.stopped = clock_.chain_now();
    else
        out.offset = clock_.chain_offset();
    return out;
}

std::optional<ChainTimeFile::State> ChainTimeFile::parse(ByteSpan bytes) {
    const auto json = Json::parse(as_text(bytes));
    if (!json || !json->is_object()) return std::nullopt;
    const auto number = [&json](std::string_view field) -> std::optional<std::int64_t> {
        const Json* found = json->find(field);
        return found ? found->as_integer<std::int64_t>() : std::nullopt;
    };
    const auto latest = unix_seconds(latest_block_time);
    State out;
    if (const auto offset = number("offset"); offset && *offset > -latest && *offset < latest)
        out.offset = std::chrono::seconds{*offset};
    else if (const auto stopped = number("stopped"); stopped && *stopped > 0 && *stopped <= latest)
        out.stopped = from_unix(*stopped);
    else
        return std::nullopt;
    return out;
}

Result<void, std::string> ChainTimeFile::load(std::optional<BlockTime> stop_at) {
    std::optional<BlockTime> kept;
    if (const auto bytes = storage::read_file(files_, path_)) {
        const auto found = parse(*bytes);
        if (!found) {
            return fail(fmt::format(
                "{} is damaged. Remove it: chain time is that of the system's clock then.",
                path_.string()));
        }
        saved_ = *found;
        kept = found->stopped.value_or(clock_.now() + found->offset);
    }
    if (stop_at)
        clock_.stop_chain_time(std::max(*stop_at, kept.value_or(*stop_at)));
    else if (kept)
        clock_.set_chain_time(*kept);
    if (!kept) saved_ = state();
    return {};
}

void ChainTimeFile::save() {
    const std::lock_guard lock(mutex_);
    const State now = state();
    if (now == saved_) return;
    Json json = Json::object();
    if (now.stopped)
        json.append("stopped", unix_seconds(*now.stopped));
    else
        json.append("offset", std::int64_t{now.offset.count()});
    if (now == State{})
        files_.remove(path_);
    else
        storage::write_atomically(files_, path_, as_bytes(json.write() + "\n"));
    saved_ = now;
}

}  // namespace daler::node
