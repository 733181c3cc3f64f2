// The transactions of a wallet file.

#include <daler/util/storage_error.h>

#include "store.h"
#include "store_rows.h"

#include <future>

namespace daler::wallet {
namespace {

/// As write_row, for a transaction that the file has.
constexpr std::string_view update_transaction =
    "UPDATE transactions SET status = ?3, abandoned = ?4, block = ?5, height = ?6, position = ?7, "
    "received = ?8, time = ?9, comment = ?10, comment_to = ?11, replaces = ?12, replaced_by = ?13, "
    "checksum = row_checksum(place, bytes, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
    "WHERE place = ?1";
constexpr std::int64_t orphaned_value = 2;  // of the column `abandoned`

// Positions in the columns of the table, after which the checksum follows.
enum Column : std::uint8_t {
    place_column,
    bytes_column,
    status_column,
    abandoned_column,
    block_column,
    height_column,
    position_column,
    received_column,
    time_column,
    comment_column,
    comment_to_column,
    replaces_column,
    replaced_by_column,
    checksum_column
};

constexpr std::size_t rows_at_once = 2048;

/// Rows that were read together.
struct TransactionRows {
    std::vector<TxRecord> records;
    std::vector<std::size_t> ends;  ///< of their transactions in `bytes`
    Bytes bytes;
};

std::optional<Txid> read_txid(ByteSpan bytes) {
    if (bytes.empty()) return std::nullopt;
    return read_hash(bytes).as<Txid>();
}

ByteSpan bytes_of(const std::optional<Txid>& txid) {
    return txid ? ByteSpan(txid->bytes) : ByteSpan();
}

TxRecord read_record(const Statement& row) {
    TxRecord out;
    out.status = static_cast<TxStatus>(row.integer(status_column));
    out.abandoned = row.integer(abandoned_column) != 0;
    out.orphaned = row.integer(abandoned_column) == orphaned_value;
    out.block = read_hash(row.blob_view(block_column));
    out.height = to<Height>(row.integer(height_column));
    out.position = to<std::uint32_t>(row.integer(position_column));
    out.received = row.integer(received_column);
    out.time = row.integer(time_column);
    out.order = to<std::uint64_t>(row.integer(place_column));
    const auto has = [&](Column column) { return !row.blob_view(column).empty(); };
    if (has(comment_column)) out.edit_notes().comment = row.text(comment_column);
    if (has(comment_to_column)) out.edit_notes().comment_to = row.text(comment_to_column);
    if (has(replaces_column)) out.edit_notes().replaces = read_txid(row.blob_view(replaces_column));
    if (has(replaced_by_column))
        out.edit_notes().replaced_by = read_txid(row.blob_view(replaced_by_column));
    return out;
}

/// Reads rows in the order of the list.
class TransactionReader {
public:
    explicit TransactionReader(SqliteDatabase& database)
        : row_(database.prepare(fmt::format("SELECT {}, checksum FROM transactions ORDER BY place",
                                            transactions_table.columns_of(schema_version)))) {}

    /// The next rows; none at the end.
    TransactionRows read() {
        TransactionRows out;
        // A step after the last one would begin anew.
        while (out.records.size() < rows_at_once && (has_more_ = has_more_ && row_.step())) {
            is_damaged_ |=
                row_.checksum(checksum_column, scratch_) != row_.integer(checksum_column);
            const auto status = row_.integer(status_column);
            is_damaged_ |= status < 0 || status > static_cast<std::int64_t>(TxStatus::conflicted);
            out.records.push_back(read_record(row_));
            const auto bytes = row_.blob_view(bytes_column);
            out.bytes.insert(out.bytes.end(), bytes.begin(), bytes.end());
            out.ends.push_back(out.bytes.size());
        }
        return out;
    }
    /// Whether one of the rows so far has a wrong checksum or an unknown status.
    [[nodiscard]] bool is_damaged() const { return is_damaged_; }

private:
    Statement row_;
    ByteWriter scratch_;
    bool has_more_ = true;
    bool is_damaged_ = false;
};

}  // namespace

void Store::load_transactions(const Visit& visit) {
    TransactionReader reader(database_);
    const auto read_next = [&reader] { return reader.read(); };
    TransactionView tx;
    for (auto rows = reader.read(); !rows.records.empty();) {
        if (reader.is_damaged()) refuse(wrong_row(transactions_table));
        auto next = std::async(std::launch::async, read_next);
        std::size_t begin = 0;
        for (std::size_t i = 0; i < rows.records.size(); ++i) {
            ByteReader bytes(ByteSpan(rows.bytes).subspan(begin, rows.ends[i] - begin));
            begin = rows.ends[i];
            auto& record = rows.records[i];
            if (!tx.read(bytes) || bytes.finish() != DecodeError::none)
                throw StorageError("Wallet " + file_.string() + " holds a damaged transaction");
            record.txid = tx.txid();
            visit(std::move(record), tx);
        }
        rows = next.get();
    }
}

TransactionRef Store::transaction(const TxRecord& record) {
    if (!read_transaction_) {
        read_transaction_ = std::make_unique<Statement>(
            database_, "SELECT bytes FROM transactions WHERE place = ?");
    }
    auto& row = *read_transaction_;
    row.bind(1, static_cast<std::int64_t>(record.order));
    auto tx =
        row.step() ? decode_transaction(row.blob_view(0)) : tl::unexpected(DecodeError::truncated);
    row.reset();
    auto out = tx ? seal(std::move(*tx)) : nullptr;
    if (!out || out->txid != record.txid)
        refuse(fmt::format("it lacks the transaction {}", record.txid.to_hex()));
    return out;
}

void Store::Batch::transaction(const TxRecord& record, const TransactionRef& tx) {
    auto statement =
        database_.prepare(tx ? write_row(transactions_table) : std::string(update_transaction));
    statement.bind(1, static_cast<std::int64_t>(record.order));
    if (tx) statement.bind(2, encode(*tx));
    statement.bind(3, static_cast<std::int64_t>(record.status))
        .bind(4, record.orphaned ? orphaned_value : std::int64_t{record.abandoned})
        .bind(5, ByteSpan(record.block.bytes))
        .bind(6, std::int64_t{record.height})
        .bind(7, std::int64_t{record.position})
        .bind(8, record.received)
        .bind(9, record.time)
        .bind(10, record.notes().comment)
        .bind(11, record.notes().comment_to)
        .bind(12, bytes_of(record.notes().replaces))
        .bind(13, bytes_of(record.notes().replaced_by))
        .run();
}

void Store::Batch::remove_transaction(std::uint64_t order) {
    database_.prepare("DELETE FROM transactions WHERE place = ?")
        .bind(1, static_cast<std::int64_t>(order))
        .run();
}

}  // namespace daler::wallet
