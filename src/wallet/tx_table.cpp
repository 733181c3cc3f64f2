#include <daler/wallet/tx_table.h>

#include <daler/util/ensure.h>

namespace daler::wallet {
namespace {

// A body: the numbers of inputs and outputs, what each input spends (id, index), where every 16th
// output but the first one begins, counted from there, then for each output its value, the size of
// its script, and the script.
constexpr std::size_t counts_size = 2 * sizeof(std::uint32_t);
constexpr std::size_t prevout_size = sizeof(Txid) + sizeof(std::uint32_t);
constexpr std::size_t output_head_size = sizeof(std::int64_t) + sizeof(std::uint32_t);

constexpr std::uint32_t mark_step = 16;

std::size_t mark_count(std::size_t outputs) {
    return outputs == 0 ? 0 : (outputs - 1) / mark_step;
}

template <class T>
T read_as(const std::uint8_t* at) {
    T out;
    std::memcpy(&out, at, sizeof out);
    return out;
}

std::uint32_t script_size(const std::uint8_t* output) {
    return read_as<std::uint32_t>(output + sizeof(std::int64_t));
}

ByteSpan script_bytes(const Script& script) {
    return script.bytes();
}
ByteSpan script_bytes(ByteSpan script) {
    return script;
}

/// Writes into memory that is large enough.
class Packer {
public:
    explicit Packer(std::uint8_t* at) : at_(at) {}

    void bytes(const void* data, std::size_t size) {
        if (size > 0) std::memcpy(at_, data, size);
        at_ += size;
    }
    void u32(std::size_t value) {
        const auto number = static_cast<std::uint32_t>(value);
        bytes(&number, sizeof number);
    }
    void i64(std::int64_t value) { bytes(&value, sizeof value); }

private:
    std::uint8_t* at_;
};

template <class Outputs>
void pack_marks(Packer& out, const Outputs& outputs) {
    std::size_t number = 0, offset = 0;
    for (const auto& output : outputs) {
        if (number > 0 && number % mark_step == 0) out.u32(offset);
        ++number;
        offset += output_head_size + output.script_pubkey.size();
    }
}

}  // namespace

OutPoint TxBody::prevout(std::uint32_t i) const {
    const auto* at = bytes_ + counts_size + i * prevout_size;
    return {read_as<Txid>(at), read_as<std::uint32_t>(at + sizeof(Txid))};
}

bool TxBody::spends_from(const Txid& txid) const {
    for (std::uint32_t i = 0; i < input_count(); ++i)
        if (prevout(i).txid == txid) return true;
    return false;
}

TxBody::Output TxBody::OutputIterator::operator*() const {
    return {Amount{read_as<std::int64_t>(at_)}, {at_ + output_head_size, script_size(at_)}};
}

TxBody::OutputIterator& TxBody::OutputIterator::operator++() {
    at_ += output_head_size + script_size(at_);
    --left_;
    return *this;
}

TxBody::Outputs TxBody::outputs() const {
    const auto* marks = bytes_ + counts_size + input_count() * prevout_size;
    return {{marks + mark_count(output_count()) * sizeof(std::uint32_t), output_count()}};
}

TxBody::Output TxBody::output(std::uint32_t i) const {
    ensure(i < output_count());
    const auto* marks = bytes_ + counts_size + input_count() * prevout_size;
    const auto* outputs = marks + mark_count(output_count()) * sizeof(std::uint32_t);
    if (const auto mark = i / mark_step; mark > 0)
        outputs += read_as<std::uint32_t>(marks + (mark - 1) * sizeof(std::uint32_t));
    OutputIterator at(outputs, output_count());
    for (auto left = i % mark_step; left > 0; --left)
        ++at;
    return *at;
}

const TxNotes& TxRecord::notes() const {
    static const TxNotes none;
    return notes_ ? *notes_ : none;
}

TxNotes& TxRecord::edit_notes() {
    if (!notes_) notes_ = std::make_unique<TxNotes>();
    return *notes_;
}

const TxRecord* TxTable::find(const Txid& txid) const {
    const auto found = by_id_.find(txid);
    return found == by_id_.end() ? nullptr : &records_[*found];
}

TxRecord* TxTable::find(const Txid& txid) {
    const auto found = by_id_.find(txid);
    return found == by_id_.end() ? nullptr : &records_[*found];
}

template <class Inputs, class Outputs>
TxRecord& TxTable::add_packed(TxRecord record, const Inputs& inputs, const Outputs& outputs) {
    std::size_t size = counts_size + inputs.size() * prevout_size +
                       mark_count(outputs.size()) * sizeof(std::uint32_t);
    for (const auto& output : outputs)
        size += output_head_size + output.script_pubkey.size();
    auto* bytes = static_cast<std::uint8_t*>(memory_.allocate(size, 1));
    Packer out(bytes);
    out.u32(inputs.size());
    out.u32(outputs.size());
    for (const auto& input : inputs) {
        out.bytes(input.prevout.txid.bytes.data(), sizeof(Txid));
        out.u32(input.prevout.index);
    }
    pack_marks(out, outputs);
    for (const auto& output : outputs) {
        const auto script = script_bytes(output.script_pubkey);
        out.i64(output.value.satoshis());
        out.u32(script.size());
        out.bytes(script.data(), script.size());
    }
    record.body.bytes_ = bytes;
    ensure(records_.empty() || records_.back().order < record.order);
    records_.push_back(std::move(record));
    link(static_cast<std::uint32_t>(records_.size() - 1));
    return records_.back();
}

TxRecord& TxTable::add(TxRecord record, const Transaction& tx) {
    return add_packed(std::move(record), tx.inputs, tx.outputs);
}

TxRecord& TxTable::add(TxRecord record, const TransactionView& tx) {
    return add_packed(std::move(record), tx.inputs(), tx.outputs());
}

void TxTable::link(std::uint32_t position) {
    ensure(by_id_.insert(position).second);
    const auto& body = records_[position].body;
    if (body.is_coinbase()) return;
    for (std::uint32_t i = 0; i < body.input_count(); ++i)
        if (!spends_.insert(Spend{position, i}).second) rivals_.emplace(body.prevout(i), position);
}

void TxTable::remove(const Txid& txid) {
    const auto found = by_id_.find(txid);
    ensure(found != by_id_.end());
    const auto position = *found;
    by_id_.clear();
    spends_.clear();
    rivals_.clear();
    records_.erase(records_.begin() + position);
    for (std::uint32_t i = 0; i < records_.size(); ++i)
        link(i);
}

TxTable::Positions TxTable::spenders(const OutPoint& output) const {
    Positions out;
    const auto first = spends_.find(output);
    if (first == spends_.end()) return out;
    out.push_back(first->record);
    const auto [begin, end] = rivals_.equal_range(output);
    for (auto rival = begin; rival != end; ++rival)
        out.push_back(rival->second);
    return out;
}

TxTable::Positions TxTable::spenders(const Txid& txid, std::size_t outputs) const {
    Positions out;
    for (std::size_t i = 0; i < outputs; ++i) {
        const auto found = spenders(OutPoint{txid, static_cast<std::uint32_t>(i)});
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

}  // namespace daler::wallet
