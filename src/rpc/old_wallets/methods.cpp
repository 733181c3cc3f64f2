#include "rpc/old_wallets/methods.h"
#include "rpc/transaction_results.h"

namespace daler::rpc {
namespace {

constexpr Argument old_label{"label", Type::string, "\"\"", "A label for it"};
constexpr Argument rescan{"rescan", Type::boolean, "true", "Read the blocks for its transactions"};
constexpr Argument dump_file{"filename", Type::string, "", "The text file"};

const Method old_wallet_table[] = {
    {"Wallet",
     "addmultisigaddress",
     "Adds a multisig address to an old wallet; fails for all wallets of daler. createmultisig "
     "makes "
     "the address, and importdescriptors takes its descriptor.",
     {{"nrequired", Type::integer, "", "How many signatures are needed"},
      {"keys",
       Type::array,
       "",
       "The public keys, or addresses of the wallet",
       {{"key", Type::string, "", "A key or address"}}},
      {"label", Type::string, "null", "A label for it"},
      {"address_type", Type::string, "set by -addresstype",
       "\"legacy\", \"p2sh-segwit\" or \"bech32\""}},
     nothing,
     only_for_old_wallets,
     "2 '[\"hex\", \"hex\"]'"},
    {"Wallet",
     "dumpprivkey",
     "Shows the private key of an address of an old wallet; fails for all wallets of daler. "
     "\"listdescriptors true\" shows all private keys of one.",
     {{"address", Type::string, "", "The address"}},
     nothing,
     only_for_old_wallets,
     "\"bcrt1q...\""},
    {"Wallet",
     "dumpwallet",
     "Writes the keys of an old wallet to a text file; fails for all wallets of daler. "
     "\"listdescriptors true\" shows the keys of one, and backupwallet copies it.",
     {dump_file},
     nothing,
     only_for_old_wallets,
     "/backups/dump.txt"},
    {"Wallet",
     "importaddress",
     "Adds an address or a script to an old wallet, to watch it; fails for all wallets of daler. "
     "importdescriptors with \"addr(...)\" or \"raw(...)\" does that for a watch-only wallet.",
     {{"address", Type::string, "", "The address, or a script in hex"},
      old_label,
      rescan,
      {"p2sh", Type::boolean, "false", "Also add the P2SH address of the script"}},
     nothing,
     only_for_old_wallets,
     "\"bcrt1q...\""},
    {"Wallet",
     "importmulti",
     "Adds addresses, scripts and keys to an old wallet; fails for all wallets of daler. Use "
     "importdescriptors.",
     {{"requests",
       Type::array,
       "",
       "What to import",
       {{"request", secret(Type::any), "", "An import"}},
       "requests"},
      {"options", Type::options, "null", "", {rescan}}},
     nothing,
     only_for_old_wallets,
     "'[{\"scriptPubKey\": {\"address\": \"bcrt1q...\"}, \"timestamp\": \"now\"}]'"},
    {"Wallet",
     "importprivkey",
     "Adds a private key to an old wallet; fails for all wallets of daler. importdescriptors with "
     "\"combo(...)\" does that.",
     {{"privkey", secret(Type::string), "", "The key, as dumpprivkey shows it"},
      {"label", Type::string, "current label if address exists, otherwise \"\"",
       "A label for its addresses"},
      rescan},
     nothing,
     importprivkey,
     "\"key\""},
    {"Wallet",
     "importpubkey",
     "Adds a public key to an old wallet, to watch it; fails for all wallets of daler. "
     "importdescriptors with \"combo(...)\" does that for a watch-only wallet.",
     {{"pubkey", Type::string, "", "The key in hex"}, old_label, rescan},
     nothing,
     only_for_old_wallets,
     "\"hex\""},
    {"Wallet",
     "importwallet",
     "Reads the keys of a text file of dumpwallet into an old wallet; fails for all wallets of "
     "daler.",
     {dump_file},
     nothing,
     only_for_old_wallets,
     "/backups/dump.txt"},
    {"Wallet",
     "migratewallet",
     "Makes a descriptor wallet of an old wallet. All wallets of daler are descriptor wallets, so "
     "it fails.",
     {{"wallet_name", Type::string, "the wallet of the path", "Its name"},
      {"passphrase", secret(Type::string), "null", "Its passphrase, if it is encrypted"}},
     nothing,
     migratewallet,
     "w"},
    {"Wallet",
     "newkeypool",
     "Replaces the unused keys of an old wallet by new ones; fails for all wallets of daler. "
     "keypoolrefill derives more addresses.",
     {},
     nothing,
     only_for_old_wallets},
    {"Wallet",
     "sethdseed",
     "Gives an old wallet a new seed; fails for all wallets of daler. createwalletdescriptor makes "
     "new descriptors.",
     {{"newkeypool", Type::boolean, "true", "Also replace the unused keys"},
      {"seed", secret(Type::string), "random seed", "The new seed, a private key"}},
     nothing,
     only_for_old_wallets},
};

}  // namespace

std::span<const Method> old_wallet_methods() {
    return old_wallet_table;
}

}  // namespace daler::rpc
