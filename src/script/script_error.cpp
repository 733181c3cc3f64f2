#include <daler/script/script_error.h>

#include <array>

namespace daler::script {
namespace {

struct Row {
    ScriptError error;
    std::string_view name;
    std::string_view text;
};

using enum ScriptError;

constexpr std::array<Row, 53> entries{{
    {ok, "OK", "No error"},
    {unknown_error, "UNKNOWN_ERROR", "unknown error"},
    {eval_false, "EVAL_FALSE",
     "Script evaluated without error but finished with a false/empty top stack element"},
    {op_return, "OP_RETURN", "OP_RETURN was encountered"},
    {script_size, "SCRIPT_SIZE", "Script is too big"},
    {push_size, "PUSH_SIZE", "Push value size limit exceeded"},
    {op_count, "OP_COUNT", "Operation limit exceeded"},
    {stack_size, "STACK_SIZE", "Stack size limit exceeded"},
    {sig_count, "SIG_COUNT", "Signature count negative or greater than pubkey count"},
    {pubkey_count, "PUBKEY_COUNT", "Pubkey count negative or limit exceeded"},
    {verify, "VERIFY", "Script failed an OP_VERIFY operation"},
    {equalverify, "EQUALVERIFY", "Script failed an OP_EQUALVERIFY operation"},
    {checkmultisigverify, "CHECKMULTISIGVERIFY",
     "Script failed an OP_CHECKMULTISIGVERIFY operation"},
    {checksigverify, "CHECKSIGVERIFY", "Script failed an OP_CHECKSIGVERIFY operation"},
    {numequalverify, "NUMEQUALVERIFY", "Script failed an OP_NUMEQUALVERIFY operation"},
    {bad_opcode, "BAD_OPCODE", "Opcode missing or not understood"},
    {disabled_opcode, "DISABLED_OPCODE", "Attempted to use a disabled opcode"},
    {invalid_stack_operation, "INVALID_STACK_OPERATION",
     "Operation not valid with the current stack size"},
    {invalid_altstack_operation, "INVALID_ALTSTACK_OPERATION",
     "Operation not valid with the current altstack size"},
    {unbalanced_conditional, "UNBALANCED_CONDITIONAL", "Invalid OP_IF construction"},
    {negative_locktime, "NEGATIVE_LOCKTIME", "Negative locktime"},
    {unsatisfied_locktime, "UNSATISFIED_LOCKTIME", "Locktime requirement not satisfied"},
    {sig_hashtype, "SIG_HASHTYPE", "Signature hash type missing or not understood"},
    {sig_der, "SIG_DER", "Non-canonical DER signature"},
    {minimaldata, "MINIMALDATA", "Data push larger than necessary"},
    {sig_pushonly, "SIG_PUSHONLY", "Only push operators allowed in signatures"},
    {sig_high_s, "SIG_HIGH_S", "Non-canonical signature: S value is unnecessarily high"},
    {sig_nulldummy, "SIG_NULLDUMMY", "Dummy CHECKMULTISIG argument must be zero"},
    {pubkeytype, "PUBKEYTYPE", "Public key is neither compressed or uncompressed"},
    {cleanstack, "CLEANSTACK", "Stack size must be exactly one after execution"},
    {minimalif, "MINIMALIF", "OP_IF/NOTIF argument must be minimal"},
    {nullfail, "NULLFAIL", "Signature must be zero for failed CHECK(MULTI)SIG operation"},
    {discourage_upgradable_nops, "DISCOURAGE_UPGRADABLE_NOPS",
     "NOPx reserved for soft-fork upgrades"},
    {discourage_upgradable_witness_program, "DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM",
     "Witness version reserved for soft-fork upgrades"},
    {discourage_upgradable_taproot_version, "DISCOURAGE_UPGRADABLE_TAPROOT_VERSION",
     "Taproot version reserved for soft-fork upgrades"},
    {discourage_op_success, "DISCOURAGE_OP_SUCCESS", "OP_SUCCESSx reserved for soft-fork upgrades"},
    {discourage_upgradable_pubkeytype, "DISCOURAGE_UPGRADABLE_PUBKEYTYPE",
     "Public key version reserved for soft-fork upgrades"},
    {witness_program_wrong_length, "WITNESS_PROGRAM_WRONG_LENGTH",
     "Witness program has incorrect length"},
    {witness_program_witness_empty, "WITNESS_PROGRAM_WITNESS_EMPTY",
     "Witness program was passed an empty witness"},
    {witness_program_mismatch, "WITNESS_PROGRAM_MISMATCH", "Witness program hash mismatch"},
    {witness_malleated, "WITNESS_MALLEATED", "Witness requires empty scriptSig"},
    {witness_malleated_p2sh, "WITNESS_MALLEATED_P2SH",
     "Witness requires only-redeemscript scriptSig"},
    {witness_unexpected, "WITNESS_UNEXPECTED", "Witness provided for non-witness script"},
    {witness_pubkeytype, "WITNESS_PUBKEYTYPE", "Using non-compressed keys in segwit"},
    {schnorr_sig_size, "SCHNORR_SIG_SIZE", "Invalid Schnorr signature size"},
    {schnorr_sig_hashtype, "SCHNORR_SIG_HASHTYPE", "Invalid Schnorr signature hash type"},
    {schnorr_sig, "SCHNORR_SIG", "Invalid Schnorr signature"},
    {taproot_wrong_control_size, "TAPROOT_WRONG_CONTROL_SIZE",
     "Invalid Taproot control block size"},
    {tapscript_validation_weight, "TAPSCRIPT_VALIDATION_WEIGHT",
     "Too much signature validation relative to witness weight"},
    {tapscript_checkmultisig, "TAPSCRIPT_CHECKMULTISIG",
     "OP_CHECKMULTISIG(VERIFY) is not available in tapscript"},
    {tapscript_minimalif, "TAPSCRIPT_MINIMALIF",
     "OP_IF/NOTIF argument must be minimal in tapscript"},
    {op_codeseparator, "OP_CODESEPARATOR", "Using OP_CODESEPARATOR in non-witness script"},
    {sig_findanddelete, "SIG_FINDANDDELETE", "Signature is found in scriptCode"},
}};

consteval bool in_order() {
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (static_cast<std::size_t>(entries[i].error) != i) return false;
    return true;
}
static_assert(in_order(), "the table is indexed by the error");

}  // namespace

std::string_view describe(ScriptError error) {
    return entries[static_cast<std::size_t>(error)].text;
}

std::string_view name(ScriptError error) {
    return entries[static_cast<std::size_t>(error)].name;
}

}  // namespace daler::script
