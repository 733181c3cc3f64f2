#include <daler/script/script_reader.h>

namespace daler::script {

bool is_minimal_push(const Instruction& push) {
    const auto size = push.data.size();
    if (size == 0) return push.opcode == op_0;
    if (size == 1 && push.data[0] >= 1 && push.data[0] <= 16) return false;
    if (size == 1 && push.data[0] == 0x81) return false;
    if (size < op_pushdata1) return push.opcode == size;
    if (size <= 0xff) return push.opcode == op_pushdata1;
    if (size <= 0xffff) return push.opcode == op_pushdata2;
    return true;
}

}  // namespace daler::script
