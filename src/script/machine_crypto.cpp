#include "machine.h"
#include "script_code.h"
#include "signature_encoding.h"

namespace daler::script {
namespace {

// BIP 342: each check of a non-empty signature uses this much of the witness's weight.
constexpr std::int64_t signature_weight = 50;

}  // namespace

ScriptError Machine::crypto_operation(Opcode op) {
    switch (op) {
        case op_codeseparator:
            code_ = rest_;
            code_separator_ = position_;
            return ScriptError::ok;
        case op_checksig:
        case op_checksigverify:
            return checksig(op);
        case op_checkmultisig:
        case op_checkmultisigverify:
            return checkmultisig(op);
        default:
            return hash_top(op);
    }
}

ScriptError Machine::hash_top(Opcode op) {
    if (stack_.empty()) return ScriptError::invalid_stack_operation;
    const auto data = top().bytes();
    switch (op) {
        case op_ripemd160:
            top() = Element::copy(crypto::ripemd160(data));
            break;
        case op_sha1:
            top() = Element::copy(crypto::sha1(data));
            break;
        case op_sha256:
            top() = Element::copy(crypto::sha256(data));
            break;
        case op_hash160:
            top() = Element::copy(crypto::hash160(data));
            break;
        case op_hash256:
            top() = Element::copy(crypto::sha256d(data));
            break;
        default:
            return ScriptError::bad_opcode;
    }
    return ScriptError::ok;
}

ScriptError Machine::checksig(Opcode op) {
    if (stack_.size() < 2) return ScriptError::invalid_stack_operation;
    bool valid = false;
    const auto error = check_one_signature(top(1).bytes(), top(0).bytes(), valid);
    if (error != ScriptError::ok) return error;
    replace(2, Element::boolean(valid));
    if (op == op_checksig) return ScriptError::ok;
    if (!valid) return ScriptError::checksigverify;
    pop();
    return ScriptError::ok;
}

ScriptError Machine::checksigadd() {
    if (version_ != SigVersion::tapscript) return ScriptError::bad_opcode;
    if (stack_.size() < 3) return ScriptError::invalid_stack_operation;
    const auto sum = number(1);
    if (!sum) return ScriptError::unknown_error;
    bool valid = false;
    const auto error = check_one_signature(top(2).bytes(), top(0).bytes(), valid);
    if (error != ScriptError::ok) return error;
    replace(3, Element::number(*sum + (valid ? 1 : 0)));
    return ScriptError::ok;
}

ScriptError Machine::check_one_signature(ByteSpan signature, ByteSpan key, bool& valid) {
    return version_ == SigVersion::tapscript ? check_tapscript_signature(signature, key, valid)
                                             : check_ecdsa_signature(signature, key, valid);
}

ScriptError Machine::check_ecdsa_signature(ByteSpan signature, ByteSpan key, bool& valid) {
    ScriptCode code(code_);
    if (version_ == SigVersion::base && code.remove(signature) && has(verify_const_scriptcode))
        return ScriptError::sig_findanddelete;
    auto error = check_signature_encoding(signature, input_.flags);
    if (error != ScriptError::ok) return error;
    error = check_key_encoding(key, input_.flags, version_ == SigVersion::witness_v0);
    if (error != ScriptError::ok) return error;

    SighashMemo of_changed_code;
    valid = check_ecdsa(input_, signature, key, code.bytes(), version_,
                        code.changed() ? of_changed_code : memo_);
    if (!valid && has(verify_nullfail) && !signature.empty()) return ScriptError::nullfail;
    return ScriptError::ok;
}

ScriptError Machine::check_tapscript_signature(ByteSpan signature, ByteSpan key, bool& valid) {
    valid = !signature.empty();
    if (valid) {
        tapscript_->weight_left -= signature_weight;
        if (tapscript_->weight_left < 0) return ScriptError::tapscript_validation_weight;
    }
    if (key.empty()) return ScriptError::pubkeytype;
    if (key.size() != 32) {
        // An unknown type of key: its signatures count as valid.
        return has(verify_discourage_upgradable_pubkeytype)
                   ? ScriptError::discourage_upgradable_pubkeytype
                   : ScriptError::ok;
    }
    if (!valid) return ScriptError::ok;
    const TapscriptContext context{tapscript_->leaf_hash, code_separator_};
    return check_schnorr(input_, signature, key, tapscript_->annex, context);
}

ScriptError Machine::checkmultisig(Opcode op) {
    if (version_ == SigVersion::tapscript) return ScriptError::tapscript_checkmultisig;
    if (stack_.empty()) return ScriptError::invalid_stack_operation;
    const auto keys = number(0);
    if (!keys) return ScriptError::unknown_error;
    if (*keys < 0 || *keys > max_multisig_keys) return ScriptError::pubkey_count;
    operations_ += static_cast<int>(*keys);
    if (operations_ > max_operations) return ScriptError::op_count;

    MultisigArguments arguments{static_cast<std::size_t>(*keys), 0};
    if (stack_.size() < arguments.size()) return ScriptError::invalid_stack_operation;
    const auto signatures = number(arguments.keys + 1);
    if (!signatures) return ScriptError::unknown_error;
    if (*signatures < 0 || *signatures > *keys) return ScriptError::sig_count;
    arguments.signatures = static_cast<std::size_t>(*signatures);
    // One element more than is used is removed: an old bug that became a rule.
    if (stack_.size() < arguments.size() + 1) return ScriptError::invalid_stack_operation;

    bool valid = false;
    auto error = run_multisig(arguments, valid);
    if (error != ScriptError::ok) return error;
    error = drop_multisig(arguments, valid);
    if (error != ScriptError::ok) return error;
    if (has(verify_nulldummy) && top().size() != 0) return ScriptError::sig_nulldummy;
    top() = Element::boolean(valid);
    if (op == op_checkmultisig) return ScriptError::ok;
    if (!valid) return ScriptError::checkmultisigverify;
    pop();
    return ScriptError::ok;
}

// The keys of the signatures must be in the order of the signatures. Only encodings of tried keys
// and signatures are checked, so the order of the attempts is part of the rules.
ScriptError Machine::run_multisig(const MultisigArguments& arguments, bool& valid) {
    ScriptCode code(code_);
    if (version_ == SigVersion::base) {
        for (std::size_t i = 0; i < arguments.signatures; ++i) {
            const bool found = code.remove(top(arguments.first_signature() + i).bytes());
            if (found && has(verify_const_scriptcode)) return ScriptError::sig_findanddelete;
        }
    }
    SighashMemo of_changed_code;
    auto& memo = code.changed() ? of_changed_code : memo_;

    std::size_t key_index = 0;
    std::size_t signature_index = 0;
    while (signature_index < arguments.signatures) {
        const auto keys_left = arguments.keys - key_index;
        if (arguments.signatures - signature_index > keys_left) {
            valid = false;
            return ScriptError::ok;
        }
        const auto signature = top(arguments.first_signature() + signature_index).bytes();
        const auto key = top(arguments.first_key() + key_index).bytes();
        auto error = check_signature_encoding(signature, input_.flags);
        if (error != ScriptError::ok) return error;
        error = check_key_encoding(key, input_.flags, version_ == SigVersion::witness_v0);
        if (error != ScriptError::ok) return error;
        if (check_ecdsa(input_, signature, key, code.bytes(), version_, memo)) ++signature_index;
        ++key_index;
    }
    valid = true;
    return ScriptError::ok;
}

ScriptError Machine::drop_multisig(const MultisigArguments& arguments, bool valid) {
    if (!valid && has(verify_nullfail)) {
        for (std::size_t i = 0; i < arguments.signatures; ++i)
            if (top(arguments.first_signature() + i).size() != 0) return ScriptError::nullfail;
    }
    pop(arguments.size());
    return ScriptError::ok;
}

}  // namespace daler::script
