#include <daler/primitives/transaction_view.h>

namespace daler {
namespace {

// BIP 144: a zero in place of the input count, then a flag byte.
constexpr std::uint8_t long_form_marker = 0;
constexpr std::uint8_t long_form_flag = 1;

constexpr std::size_t smallest_input = 41;  // outpoint, empty script, sequence
constexpr std::size_t smallest_output = 9;  // value, empty script
constexpr std::size_t edges_size = 4 + 4;   // version and lock time

}  // namespace

bool TransactionView::read(ByteReader& reader, WitnessMode mode) {
    const ByteSpan start = reader.remaining();
    inputs_.clear();
    outputs_.clear();
    items_.clear();
    items_ends_.clear();
    version_ = reader.u32();
    const auto rest = reader.remaining();
    const bool is_long = mode == WitnessMode::include && rest.size() >= 2 &&
                         rest[0] == long_form_marker && rest[1] != 0;
    if (is_long) {
        if (rest[1] != long_form_flag) reader.fail(DecodeError::invalid);
        (void)reader.u16();
    }
    const ByteSpan body = reader.remaining();
    for (auto count = reader.count(smallest_input); count > 0 && reader.ok(); --count) {
        auto& input = inputs_.emplace_back();
        input.prevout = read_outpoint(reader);
        input.script_sig = reader.sized_bytes();
        input.sequence = reader.u32();
    }
    for (auto count = reader.count(smallest_output); count > 0 && reader.ok(); --count) {
        auto& output = outputs_.emplace_back();
        output.value = Amount{reader.i64()};
        output.script_pubkey = reader.sized_bytes();
    }
    body_ = body.first(body.size() - reader.remaining().size());
    if (is_long) read_witnesses(reader);
    lock_time_ = reader.u32();
    bytes_ = start.first(start.size() - reader.remaining().size());
    return reader.ok();
}

void TransactionView::read_witnesses(ByteReader& reader) {
    bool has_items = false;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        for (auto count = reader.count(1); count > 0 && reader.ok(); --count) {
            items_.push_back(reader.sized_bytes());
            has_items = true;
        }
        items_ends_.push_back(items_.size());
    }
    // A transaction has only one encoding: the long form requires a witness.
    if (reader.ok() && !has_items) reader.fail(DecodeError::invalid);
}

std::span<const ByteSpan> TransactionView::witness(std::size_t i) const {
    if (items_ends_.empty()) return {};
    const std::size_t begin = i == 0 ? 0 : items_ends_[i - 1];
    return std::span(items_).subspan(begin, items_ends_[i] - begin);
}

std::size_t TransactionView::stripped_size() const {
    return body_.size() + edges_size;
}

Txid TransactionView::txid() const {
    if (!has_witness()) return wtxid().as<Txid>();
    constexpr std::size_t edge = edges_size / 2;
    const std::array<ByteSpan, 3> stripped{bytes_.first(edge), body_, bytes_.last(edge)};
    return {crypto::sha256d(stripped)};
}

Wtxid TransactionView::wtxid() const {
    return {crypto::sha256d(bytes_)};
}

}  // namespace daler
