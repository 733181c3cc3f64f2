#include <daler/coins/disconnect_block.h>

namespace daler::coins {

bool undo_fits(const Block& block, const BlockUndo& undo) {
    if (block.transactions.size() != undo.transactions.size() + 1) return false;
    for (std::size_t i = 1; i < block.transactions.size(); ++i)
        if (block.transactions[i]->inputs.size() != undo.transactions[i - 1].size()) return false;
    return true;
}

}  // namespace daler::coins
