#pragma once

#include <daler/encoding/bytes.h>
#include <daler/script/opcodes.h>

#include <optional>

namespace daler::script {

/// One instruction of a script.
struct Instruction {
    Opcode opcode;
    ByteSpan data;  ///< the pushed bytes, a view of the script; empty unless opcode <= op_pushdata4

    /// True for the instructions that push the bytes that follow them, and for OP_0.
    [[nodiscard]] bool pushes_data() const { return opcode <= op_pushdata4; }
};

/// Reads a script instruction by instruction. The script must outlive the reader and its
/// instructions.
class ScriptReader {
public:
    explicit ScriptReader(ByteSpan script) : rest_(script) {}

    /// The next instruction. Nothing at the end, and if a push announces more bytes than there
    /// are; then `failed` is true, and later calls return nothing.
    [[nodiscard]] std::optional<Instruction> next() {
        if (failed_ || rest_.empty()) return std::nullopt;
        const auto opcode = static_cast<Opcode>(rest_[0]);
        rest_ = rest_.subspan(1);
        if (opcode > op_pushdata4) return Instruction{opcode, {}};
        return read_push(opcode);
    }

    [[nodiscard]] bool failed() const { return failed_; }
    /// True when everything was read.
    [[nodiscard]] bool at_end() const { return rest_.empty() && !failed_; }
    /// The bytes that were not read yet.
    [[nodiscard]] ByteSpan rest() const { return rest_; }

private:
    std::optional<Instruction> read_push(Opcode opcode) {
        std::size_t size = opcode;
        if (opcode >= op_pushdata1) {
            const std::size_t width = std::size_t{1} << (opcode - op_pushdata1);
            if (rest_.size() < width) return fail();
            size = 0;
            for (std::size_t i = width; i-- > 0;)
                size = size << 8 | rest_[i];
            rest_ = rest_.subspan(width);
        }
        if (rest_.size() < size) return fail();
        const Instruction out{opcode, rest_.first(size)};
        rest_ = rest_.subspan(size);
        return out;
    }

    std::optional<Instruction> fail() {
        failed_ = true;
        return std::nullopt;
    }

    ByteSpan rest_;
    bool failed_ = false;
};

/// True if no shorter instruction pushes the same (BIP 62 rule 3).
[[nodiscard]] bool is_minimal_push(const Instruction& push);

}  // namespace daler::script
