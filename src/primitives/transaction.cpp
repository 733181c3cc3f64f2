#include <daler/primitives/transaction.h>

#include <algorithm>

namespace daler {
namespace {

// BIP 144: a zero in place of the input count, then a flag byte.
constexpr std::uint8_t segwit_marker = 0;
constexpr std::uint8_t segwit_flag = 1;
constexpr std::size_t marker_size = 2;  // both of them

constexpr std::size_t min_input_size = 41;  // outpoint, empty script, sequence
constexpr std::size_t min_output_size = 9;  // value, empty script
constexpr std::size_t outpoint_size = 36;

std::size_t sized(std::size_t length) {
    return compact_size_length(length) + length;
}

std::size_t witness_size(const Witness& witness) {
    std::size_t size = compact_size_length(witness.size());
    for (const auto& item : witness)
        size += sized(item.size());
    return size;
}

TxInput read_input(ByteReader& reader) {
    TxInput input;
    input.prevout = read_outpoint(reader);
    input.script_sig = Script(reader.sized_bytes());
    input.sequence = reader.u32();
    return input;
}

void read_inputs(ByteReader& reader, std::vector<TxInput>& inputs) {
    const std::size_t count = reader.count(min_input_size);
    inputs.reserve(count);
    for (std::size_t i = 0; i < count && reader.ok(); ++i)
        inputs.push_back(read_input(reader));
}

void read_outputs(ByteReader& reader, std::vector<TxOutput>& outputs) {
    const std::size_t count = reader.count(min_output_size);
    outputs.reserve(count);
    for (std::size_t i = 0; i < count && reader.ok(); ++i)
        outputs.push_back(read_output(reader));
}

Witness read_witness(ByteReader& reader) {
    Witness witness;
    const std::size_t count = reader.count(1);
    // An item may take one byte in the message but more in memory. The vector grows with the data.
    witness.reserve(std::min<std::size_t>(count, 16));
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        const auto item = reader.sized_bytes();
        witness.emplace_back(item.begin(), item.end());
    }
    return witness;
}

}  // namespace

bool Transaction::has_witness() const {
    return std::ranges::any_of(inputs, [](const TxInput& input) { return !input.witness.empty(); });
}

Amount Transaction::output_value() const {
    Amount sum;
    for (const auto& output : outputs)
        sum += output.value;
    return sum;
}

std::size_t serialized_size(const Transaction& tx, WitnessMode mode) {
    std::size_t size =
        8 + compact_size_length(tx.inputs.size()) + compact_size_length(tx.outputs.size());
    for (const auto& input : tx.inputs)
        size += outpoint_size + 4 + sized(input.script_sig.size());
    for (const auto& output : tx.outputs)
        size += 8 + sized(output.script_pubkey.size());
    if (mode == WitnessMode::include && tx.has_witness()) {
        size += marker_size;
        for (const auto& input : tx.inputs)
            size += witness_size(input.witness);
    }
    return size;
}

void write(ByteWriter& writer, const OutPoint& outpoint) {
    writer.bytes(outpoint.txid.bytes);
    writer.u32(outpoint.index);
}

void write(ByteWriter& writer, const TxOutput& output) {
    writer.i64(output.value.satoshis());
    writer.sized_bytes(output.script_pubkey.bytes());
}

void write(ByteWriter& writer, const Transaction& tx, WitnessMode mode) {
    const bool with_witness = mode == WitnessMode::include && tx.has_witness();
    writer.u32(tx.version);
    if (with_witness) {
        writer.u8(segwit_marker);
        writer.u8(segwit_flag);
    }
    writer.compact_size(tx.inputs.size());
    for (const auto& input : tx.inputs) {
        write(writer, input.prevout);
        writer.sized_bytes(input.script_sig.bytes());
        writer.u32(input.sequence);
    }
    writer.compact_size(tx.outputs.size());
    for (const auto& output : tx.outputs)
        write(writer, output);
    if (with_witness) {
        for (const auto& input : tx.inputs) {
            writer.compact_size(input.witness.size());
            for (const auto& item : input.witness)
                writer.sized_bytes(item);
        }
    }
    writer.u32(tx.lock_time);
}

Bytes encode(const Transaction& tx, WitnessMode mode) {
    ByteWriter writer(serialized_size(tx, mode));
    write(writer, tx, mode);
    return writer.take();
}

OutPoint read_outpoint(ByteReader& reader) {
    OutPoint outpoint;
    outpoint.txid.bytes = reader.array<32>();
    outpoint.index = reader.u32();
    return outpoint;
}

TxOutput read_output(ByteReader& reader) {
    TxOutput output;
    output.value = Amount{reader.i64()};
    output.script_pubkey = Script(reader.sized_bytes());
    return output;
}

Transaction read_transaction(ByteReader& reader, WitnessMode mode) {
    Transaction tx;
    tx.version = reader.u32();
    const auto rest = reader.remaining();
    const bool extended = mode == WitnessMode::include && rest.size() >= 2 &&
                          rest[0] == segwit_marker && rest[1] != 0;
    if (extended) {
        if (rest[1] != segwit_flag) reader.fail(DecodeError::invalid);
        (void)reader.u16();
    }
    read_inputs(reader, tx.inputs);
    read_outputs(reader, tx.outputs);
    if (extended) {
        for (auto& input : tx.inputs)
            input.witness = read_witness(reader);
        // A transaction has only one encoding: the long form requires a witness.
        if (reader.ok() && !tx.has_witness()) reader.fail(DecodeError::invalid);
    }
    tx.lock_time = reader.u32();
    return tx;
}

Result<Transaction, DecodeError> decode_transaction(ByteSpan bytes, WitnessMode mode) {
    ByteReader reader(bytes);
    auto tx = read_transaction(reader, mode);
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return tx;
}

Txid compute_txid(const Transaction& tx) {
    return {crypto::sha256d(encode(tx, WitnessMode::exclude))};
}

Wtxid compute_wtxid(const Transaction& tx) {
    return {crypto::sha256d(encode(tx, WitnessMode::include))};
}

// `encoded` is the transaction with its witness. A transaction has only one encoding, so it does
// not matter whether the bytes were written by us or read.
SealedTransaction::SealedTransaction(Transaction tx, ByteSpan encoded)
    : Transaction(std::move(tx)), total_size(static_cast<std::uint32_t>(encoded.size())) {
    wtxid.bytes = crypto::sha256d(encoded);
    if (!has_witness()) {
        stripped_size = total_size;
        txid = wtxid.as<Txid>();
        return;
    }
    stripped_size = static_cast<std::uint32_t>(serialized_size(*this, WitnessMode::exclude));
    // The stripped form has no marker and flag (after the version) and no witness (before the lock
    // time).
    constexpr std::size_t edge = sizeof version;
    static_assert(sizeof version == sizeof lock_time);
    const std::array<ByteSpan, 3> stripped{
        encoded.first(edge), encoded.subspan(edge + marker_size, stripped_size - 2 * edge),
        encoded.last(edge)};
    txid.bytes = crypto::sha256d(stripped);
}

TransactionRef seal(Transaction tx) {
    const Bytes encoded = encode(tx);
    return TransactionRef(new SealedTransaction(std::move(tx), encoded));
}

TransactionRef read_sealed_transaction(ByteReader& reader) {
    const ByteSpan from = reader.remaining();
    Transaction tx = read_transaction(reader);
    if (!reader.ok()) return nullptr;
    const auto encoded = from.first(from.size() - reader.remaining().size());
    return TransactionRef(new SealedTransaction(std::move(tx), encoded));
}

}  // namespace daler
