#pragma once

#include <daler/primitives/transaction.h>

namespace daler::script {

/// Whether CHECKLOCKTIMEVERIFY of `asked` succeeds in this input: the lock time of the transaction
/// has the same unit, is not earlier, and the input does not switch it off (BIP 65).
[[nodiscard]] bool lock_time_holds(std::int64_t asked, const Transaction& tx, const TxInput& input);

/// Whether CHECKSEQUENCEVERIFY of `asked` succeeds in this input: its sequence is a relative lock
/// of the same unit that is not shorter, and the version of the transaction is 2 or higher
/// (BIP 112).
[[nodiscard]] bool sequence_holds(std::int64_t asked, const Transaction& tx, const TxInput& input);

}  // namespace daler::script
