// fee_estimates.dat, and the form for snapshots.
#include "buckets.h"
#include "impl.h"

#include <bit>
#include <cmath>

namespace daler::fees {
namespace {

// Of Bitcoin Core 28.1: files of this version can be read from version 14.99 on.
constexpr std::int32_t file_version = 149900;

using Row = std::vector<double>;

/// The order of the horizons in the file.
constexpr std::array file_order{Horizon::medium_term, Horizon::short_term, Horizon::long_term};

void write_double(ByteWriter& writer, double value) {
    writer.u64(std::bit_cast<std::uint64_t>(value));
}

double read_double(ByteReader& reader) {
    return std::bit_cast<double>(reader.u64());
}

/// A number that a moving average can have.
double read_average(ByteReader& reader) {
    const double value = read_double(reader);
    if (!std::isfinite(value) || std::signbit(value)) reader.fail(DecodeError::invalid);
    return value;
}

void write_row(ByteWriter& writer, const Row& row) {
    writer.compact_size(row.size());
    for (const double value : row)
        write_double(writer, value);
}

/// Into a row whose size is known.
void read_row(ByteReader& reader, Row& row) {
    if (reader.count(sizeof(double)) != row.size()) reader.fail(DecodeError::invalid);
    for (std::size_t i = 0; i < row.size() && reader.ok(); ++i)
        row[i] = read_average(reader);
}

void write_stats(ByteWriter& writer, const ConfirmationStats& stats) {
    write_double(writer, stats.rules().decay);
    writer.i32(stats.rules().scale);
    write_row(writer, stats.rate_sums);
    write_row(writer, stats.counts);
    for (const auto* table : {&stats.confirmed, &stats.failed}) {
        writer.compact_size(table->size());
        for (const auto& row : *table)
            write_row(writer, row);
    }
}

void read_stats(ByteReader& reader, ConfirmationStats& stats) {
    const double decay = read_double(reader);
    const auto scale = reader.i32();
    if (decay != stats.rules().decay || scale != stats.rules().scale)
        reader.fail(DecodeError::invalid);
    read_row(reader, stats.rate_sums);
    read_row(reader, stats.counts);
    for (auto* table : {&stats.confirmed, &stats.failed}) {
        if (reader.count(1) != table->size()) reader.fail(DecodeError::invalid);
        for (auto& row : *table)
            if (reader.ok()) read_row(reader, row);
    }
}

/// All averages in one order, for the compact form.
template <class Stats, class Visit>
void for_each_row(Stats& stats, Visit visit) {
    visit(stats.rate_sums);
    visit(stats.counts);
    for (auto* table : {&stats.confirmed, &stats.failed})
        for (auto& row : *table)
            visit(row);
}

/// Only what is not zero: most buckets never had a transaction.
void write_sparse(ByteWriter& writer, const Row& row) {
    const auto used = row.size() - static_cast<std::size_t>(std::ranges::count(row, 0.0));
    writer.compact_size(used);
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i] == 0) continue;
        writer.compact_size(i);
        write_double(writer, row[i]);
    }
}

void read_sparse(ByteReader& reader, Row& row) {
    const auto used = reader.count(1 + sizeof(double));
    for (std::size_t n = 0; n < used && reader.ok(); ++n) {
        const auto i = reader.compact_size();
        const double value = read_average(reader);
        if (i < row.size())
            row[i] = value;
        else
            reader.fail(DecodeError::invalid);
    }
}

bool is_height_range(Height first, Height last, Height best) {
    return first >= 0 && first <= last && last <= best;
}

}  // namespace

Bytes Estimator::encode() const {
    const Impl& self = *impl_;
    ByteWriter writer;
    writer.i32(file_version);
    writer.i32(0);  // not used
    writer.i32(self.best);
    const bool newer = self.blocks_seen() > self.blocks_in_file() / 2;
    writer.i32(newer ? self.first_recorded : self.historical_first);
    writer.i32(newer ? self.best : self.historical_best);
    write_row(writer, bucket_bounds());
    for (const auto horizon : file_order)
        write_stats(writer, self.of(horizon));
    return writer.take();
}

Result<Estimator, DecodeError> Estimator::decode(ByteSpan bytes) {
    ByteReader reader(bytes);
    if (reader.i32() != file_version) reader.fail(DecodeError::invalid);
    (void)reader.i32();
    const Height best = reader.i32(), first = reader.i32(), last = reader.i32();
    if (!is_height_range(first, last, best)) reader.fail(DecodeError::invalid);
    Row bounds(bucket_bounds().size());
    read_row(reader, bounds);
    if (bounds != bucket_bounds()) reader.fail(DecodeError::invalid);
    if (!reader.ok()) return fail(reader.error());

    Estimator out;
    Impl& self = *out.impl_;
    self.best = best;
    self.historical_first = first;
    self.historical_best = last;
    for (const auto horizon : file_order)
        read_stats(reader, self.of(horizon));
    if (!reader.ok()) return fail(reader.error());
    return out;
}

Bytes Estimator::encode_compact() const {
    const Impl& self = *impl_;
    ByteWriter writer;
    for (const auto height :
         {self.best, self.first_recorded, self.historical_first, self.historical_best})
        writer.i32(height);
    for (const auto& stats : self.stats)
        for_each_row(stats, [&](const Row& row) { write_sparse(writer, row); });
    return writer.take();
}

Result<Estimator, DecodeError> Estimator::decode_compact(ByteSpan bytes) {
    ByteReader reader(bytes);
    Estimator out;
    Impl& self = *out.impl_;
    for (auto* height :
         {&self.best, &self.first_recorded, &self.historical_first, &self.historical_best})
        *height = reader.i32();
    if (!is_height_range(self.historical_first, self.historical_best, self.best) ||
        !is_height_range(self.first_recorded, self.best, self.best))
        reader.fail(DecodeError::invalid);
    for (auto& stats : self.stats)
        for_each_row(stats, [&](Row& row) { read_sparse(reader, row); });
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return out;
}

}  // namespace daler::fees
