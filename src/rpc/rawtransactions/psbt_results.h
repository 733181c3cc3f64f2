#pragma once

#include "rpc/transaction_results.h"

// The results of the methods in methods.cpp that are about PSBTs (BIP 174, BIP 371).

namespace daler::rpc {

inline const ResultFields psbt_script_fields = {
    {"asm", Type::string, "The script in words"},
    {"hex", Type::hex, "The script"},
    {"type", Type::string, "Its type, as in decodescript"}};

inline const ResultFields key_origin_fields = {
    {"pubkey", Type::hex, "The key"},
    {"master_fingerprint", Type::hex, "The fingerprint of its master key"},
    {"path", Type::string, "The path of derivation"}};

inline const ResultFields taproot_key_origin_fields = {
    {"", Type::same_fields, "", key_origin_fields},
    {"leaf_hashes", Type::array, "The leaves that have the key", {{"", Type::hex}}}};

inline const ResultFields proprietary_fields = {{"identifier", Type::hex, "Whose field it is"},
                                                {"subtype", Type::integer, "Which field"},
                                                {"key", Type::hex, "The rest of the key"},
                                                {"value", Type::hex, "The value"}};

inline const ResultFields other_psbt_fields = {
    {"proprietary?", Type::objects, "Fields of programs", proprietary_fields},
    {"unknown?", Type::map, "Fields that are not known", {{"key", Type::hex, "The value"}}}};

inline const ResultFields preimages = {{"hash", Type::hex, "The preimage of this hash"}};

inline const ResultFields psbt_input_fields = {
    {"witness_utxo?",
     Type::object,
     "The output that it spends",
     {{"amount", Type::amount}, script_pubkey_field}},
    {"non_witness_utxo?",
     Type::object,
     "The transaction of the output that it spends",
     {{"", Type::same_fields, "The same as for decoderawtransaction", transaction_fields}}},
    {"partial_signatures?", Type::map, "", {{"pubkey", Type::hex, "The signature of this key"}}},
    {"sighash?", Type::string, "The signature hash type"},
    {"redeem_script?", Type::object, "Of P2SH", psbt_script_fields},
    {"witness_script?", Type::object, "Of P2WSH", psbt_script_fields},
    {"bip32_derivs?", Type::objects, "The origins of keys", key_origin_fields},
    {"final_scriptSig?",
     Type::object,
     "The input's script, complete",
     {{"asm", Type::string, "In words"}, {"hex", Type::hex, ""}}},
    {"final_scriptwitness?", Type::array, "The witness, complete", {{"", Type::hex}}},
    {"ripemd160_preimages?", Type::map, "", preimages},
    {"sha256_preimages?", Type::map, "", preimages},
    {"hash160_preimages?", Type::map, "", preimages},
    {"hash256_preimages?", Type::map, "", preimages},
    {"taproot_key_path_sig?", Type::hex, "The signature of the output's key"},
    {"taproot_script_path_sigs?",
     Type::objects,
     "Signatures of keys in leaves",
     {{"pubkey", Type::hex, "The key"},
      {"leaf_hash", Type::hex, "The leaf"},
      {"sig", Type::hex, "The signature"}}},
    {"taproot_scripts?",
     Type::objects,
     "The leaves",
     {{"script", Type::hex, "The script"},
      {"leaf_ver", Type::integer, "Its version"},
      {"control_blocks", Type::array, "Its proofs", {{"", Type::hex}}}}},
    {"taproot_bip32_derivs?", Type::objects, "The origins of keys", taproot_key_origin_fields},
    {"taproot_internal_key?", Type::hex, "The internal key of the output"},
    {"taproot_merkle_root?", Type::hex, "The root of its leaves"},
    {"", Type::same_fields, "", other_psbt_fields}};

inline const ResultFields psbt_output_fields = {
    {"redeem_script?", Type::object, "Of P2SH", psbt_script_fields},
    {"witness_script?", Type::object, "Of P2WSH", psbt_script_fields},
    {"bip32_derivs?", Type::objects, "The origins of keys", key_origin_fields},
    {"taproot_internal_key?", Type::hex, "The internal key"},
    {"taproot_tree?",
     Type::objects,
     "The leaves, depth first",
     {{"depth", Type::integer, "How deep it is"},
      {"leaf_ver", Type::integer, "Its version"},
      {"script", Type::hex, "The script"}}},
    {"taproot_bip32_derivs?", Type::objects, "The origins of keys", taproot_key_origin_fields},
    {"", Type::same_fields, "", other_psbt_fields}};

inline const ResultFields decoded_psbt = {
    {"tx",
     Type::object,
     "The transaction without signatures",
     {{"", Type::same_fields, "The same as for decoderawtransaction", transaction_fields}}},
    {"global_xpubs",
     Type::objects,
     "",
     {{"xpub", Type::string, "An extended key"},
      {"master_fingerprint", Type::hex, "The fingerprint of its master key"},
      {"path", Type::string, "The path of derivation"}}},
    {"psbt_version", Type::integer, "The version of the format"},
    {"proprietary", Type::objects, "Fields of programs", proprietary_fields},
    {"unknown", Type::map, "Fields that are not known", {{"key", Type::hex, "The value"}}},
    {"inputs", Type::objects, "", psbt_input_fields},
    {"outputs", Type::objects, "", psbt_output_fields},
    {"fee?", Type::amount, "The fee, if all outputs that are spent are known"}};

inline const ResultFields psbt_analysis = {
    {"inputs?",
     Type::objects,
     "",
     {{"has_utxo", Type::boolean, "Whether the output that it spends is known"},
      {"is_final", Type::boolean, "Whether it is final"},
      {"next", Type::string, "Who must work on it: updater, signer, finalizer or extractor"},
      {"missing?",
       Type::object,
       "What it lacks",
       {{"pubkeys?", Type::array, "Hashes of keys", {{"", Type::hex}}},
        {"redeemscript?", Type::hex, "The hash of the script"},
        {"witnessscript?", Type::hex, "The hash of the script"},
        {"signatures?", Type::array, "Hashes of keys", {{"", Type::hex}}}}}}},
    {"estimated_vsize?", units::vbytes, "The size of the signed transaction"},
    {"estimated_feerate?", units::btc_per_kvb, "Its fee rate"},
    {"fee?", Type::amount, "Its fee"},
    {"next", Type::string, "Who must work on it next"},
    {"error?", Type::string, "What is wrong with it"}};

inline const ResultFields finalized_psbt = {
    {"psbt?", Type::string, "The PSBT in base64, if no transaction was extracted"},
    {"hex?", Type::hex, "The transaction, if it was extracted"},
    {"complete", Type::boolean, "Whether all inputs are final"}};

}  // namespace daler::rpc
