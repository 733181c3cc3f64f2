#include "rpc/mining/template_rows.h"

#include <daler/encoding/json_writer.h>

#include <boost/unordered/unordered_flat_map.hpp>

namespace daler::rpc {
namespace {

std::string places_json(const std::vector<std::uint32_t>& places) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_array();
    for (const auto place : places)
        writer.number(place);
    writer.end_array();
    return out;
}

}  // namespace

/// Makes the text of one template, with parts of the one before.
class TemplateRows::Writer {
public:
    explicit Writer(const TemplateRows& before)
        : before_(before), text_(std::make_shared<std::string>()) {
        constexpr std::size_t room_for_new = 20'000;
        if (before.text_) text_->reserve(before.text_->size() + room_for_new);
        rows_.reserve(before.rows_.size() + 1);
    }

    void write(const mining::Template& made, std::int64_t scale) {
        *text_ += '[';
        for (std::size_t i = 1; i < made.block.transactions.size(); ++i) {
            if (i > 1) *text_ += ',';
            const auto& tx = made.block.transactions[i];
            if (const Row* old = find(tx))
                copy(*old, made.depends[i]);
            else
                add(tx, made.depends[i], made.fees[i], made.sigop_costs[i] / scale);
        }
        *text_ += ']';
    }

    void move_to(TemplateRows& rows) {
        rows.rows_ = std::move(rows_);
        rows.text_ = std::move(text_);
    }

private:
    /// The transaction in the text before. Most are in the same order.
    const Row* find(const TransactionRef& tx) {
        if (next_ < before_.rows_.size() && before_.rows_[next_].tx == tx)
            return &before_.rows_[next_++];
        if (places_.empty())
            for (std::size_t i = 0; i < before_.rows_.size(); ++i)
                places_.emplace(before_.rows_[i].tx.get(), i);
        const auto found = places_.find(tx.get());
        if (found == places_.end()) return nullptr;
        next_ = found->second + 1;
        return &before_.rows_[found->second];
    }

    void copy(const Row& old, const std::vector<std::uint32_t>& depends) {
        const auto begin = text_->size();
        const auto shift = begin - old.begin;  // may wrap around
        Row row{old.tx, begin, old.depends_begin + shift, old.depends_end + shift, old.end + shift};
        constexpr std::size_t no_places = 2;  // the length of []
        if (depends.empty() && old.depends_end - old.depends_begin == no_places) {
            text_->append(*before_.text_, old.begin, old.end - old.begin);
        } else {
            text_->append(*before_.text_, old.begin, old.depends_begin - old.begin);
            *text_ += places_json(depends);
            row.depends_end = text_->size();
            text_->append(*before_.text_, old.depends_end, old.end - old.depends_end);
            row.end = text_->size();
        }
        rows_.push_back(std::move(row));
    }

    void add(const TransactionRef& tx, const std::vector<std::uint32_t>& depends, Amount fee,
             std::int64_t sigops) {
        Row row{tx, text_->size(), 0, 0, 0};
        JsonWriter writer(*text_);
        writer.begin_object();
        writer.hex("data", encode(*tx));
        writer.reversed_hex("txid", tx->txid.bytes);
        writer.reversed_hex("hash", tx->wtxid.bytes);
        writer.key("depends");
        row.depends_begin = text_->size();
        writer.written(places_json(depends));
        row.depends_end = text_->size();
        writer.number("fee", fee.satoshis());
        writer.number("sigops", sigops);
        writer.number("weight", tx->weight());
        writer.end_object();
        row.end = text_->size();
        rows_.push_back(std::move(row));
    }

    const TemplateRows& before_;
    std::size_t next_ = 0;  ///< the row of the text before that is expected next
    boost::unordered_flat_map<const SealedTransaction*, std::size_t> places_;
    std::shared_ptr<std::string> text_;
    std::vector<Row> rows_;
};

void TemplateRows::write(const mining::Template& made, std::int64_t scale) {
    if (std::exchange(scale_, scale) != scale) rows_.clear();
    Writer writer(*this);
    writer.write(made, scale);
    writer.move_to(*this);
}

}  // namespace daler::rpc
