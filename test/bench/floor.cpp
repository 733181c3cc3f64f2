// The least time for checking the signatures of a chain: libsecp256k1 alone, on one thread. For
// each signature in the file that make_chain wrote, parses the key, parses the signature and
// verifies.
//
// floor FILE.triples

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

using Byte = unsigned char;

/// Reads one record and moves `at` behind it. Returns true if the signature is valid.
bool verify(const secp256k1_context* context, const Byte*& at) {
    const bool is_schnorr = *at++ == 1;
    const std::size_t key_size = *at++;
    const Byte* key = at;
    at += key_size;
    const std::size_t signature_size = *at++;
    const Byte* signature = at;
    at += signature_size;
    const Byte* hash = at;
    at += 32;
    if (is_schnorr) {
        secp256k1_xonly_pubkey parsed;
        return secp256k1_xonly_pubkey_parse(context, &parsed, key) == 1 &&
               secp256k1_schnorrsig_verify(context, signature, hash, 32, &parsed) == 1;
    }
    secp256k1_pubkey parsed;
    secp256k1_ecdsa_signature parsed_signature;
    return secp256k1_ec_pubkey_parse(context, &parsed, key, key_size) == 1 &&
           secp256k1_ecdsa_signature_parse_der(context, &parsed_signature, signature,
                                               signature_size) == 1 &&
           secp256k1_ecdsa_verify(context, &parsed_signature, hash, &parsed) == 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "Usage: floor FILE.triples\n");
        return 2;
    }
    std::ifstream file(argv[1], std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    const auto* at = reinterpret_cast<const Byte*>(bytes.data());
    const Byte* end = at + bytes.size();
    const auto* context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    std::size_t good = 0;
    std::size_t all = 0;
    const std::clock_t before = std::clock();
    for (; at != end; ++all)
        good += verify(context, at) ? 1 : 0;
    const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    std::printf("{\"signatures\": %zu, \"good\": %zu, \"seconds\": %.3f}\n", all, good, seconds);
    return 0;
}
