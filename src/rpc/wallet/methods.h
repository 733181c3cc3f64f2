#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// addresses.cpp
[[nodiscard]] Json getaddressesbylabel(Call& call);
[[nodiscard]] Json getaddressinfo(Call& call);
[[nodiscard]] Json getnewaddress(Call& call);
[[nodiscard]] Json getrawchangeaddress(Call& call);
[[nodiscard]] Json listlabels(Call& call);
[[nodiscard]] Json setlabel(Call& call);

// coins.cpp
[[nodiscard]] Json getbalance(Call& call);
[[nodiscard]] Json getbalances(Call& call);
[[nodiscard]] Json getunconfirmedbalance(Call& call);
[[nodiscard]] Json listlockunspent(Call& call);
void listunspent(Call& call, JsonWriter& result);
[[nodiscard]] Json lockunspent(Call& call);

// address_groups.cpp
[[nodiscard]] Json listaddressgroupings(Call& call);

// descriptors.cpp
[[nodiscard]] Json importdescriptors(Call& call);
[[nodiscard]] Json listdescriptors(Call& call);

// encryption.cpp
[[nodiscard]] Json encryptwallet(Call& call);
[[nodiscard]] Json walletlock(Call& call);
[[nodiscard]] Json walletpassphrase(Call& call);
[[nodiscard]] Json walletpassphrasechange(Call& call);

// files.cpp
[[nodiscard]] Json backupwallet(Call& call);
[[nodiscard]] Json createwallet(Call& call);
[[nodiscard]] Json getwalletinfo(Call& call);
[[nodiscard]] Json listwalletdir(Call& call);
[[nodiscard]] Json listwallets(Call& call);
[[nodiscard]] Json loadwallet(Call& call);
[[nodiscard]] Json restorewallet(Call& call);
[[nodiscard]] Json unloadwallet(Call& call);
[[nodiscard]] Json upgradewallet(Call& call);

// funded_transactions.cpp
[[nodiscard]] Json fundrawtransaction(Call& call);
[[nodiscard]] Json walletcreatefundedpsbt(Call& call);

// hd_keys.cpp
[[nodiscard]] Json createwalletdescriptor(Call& call);
[[nodiscard]] Json gethdkeys(Call& call);

// messages.cpp
[[nodiscard]] Json signmessage(Call& call);

// payments.cpp
[[nodiscard]] Json sendmany(Call& call);
[[nodiscard]] Json sendtoaddress(Call& call);
[[nodiscard]] Json signrawtransactionwithwallet(Call& call);

// pruned_funds.cpp
[[nodiscard]] Json importprunedfunds(Call& call);
[[nodiscard]] Json removeprunedfunds(Call& call);

// psbts.cpp
[[nodiscard]] Json walletprocesspsbt(Call& call);

// replacements.cpp
[[nodiscard]] Json bumpfee(Call& call);
[[nodiscard]] Json psbtbumpfee(Call& call);

// settings.cpp
[[nodiscard]] Json settxfee(Call& call);
[[nodiscard]] Json setwalletflag(Call& call);

// simulations.cpp
[[nodiscard]] Json simulaterawtransaction(Call& call);

// received.cpp
[[nodiscard]] Json getreceivedbyaddress(Call& call);
[[nodiscard]] Json getreceivedbylabel(Call& call);
[[nodiscard]] Json listreceivedbyaddress(Call& call);
[[nodiscard]] Json listreceivedbylabel(Call& call);

// scans.cpp
[[nodiscard]] Json abortrescan(Call& call);
[[nodiscard]] Json keypoolrefill(Call& call);
[[nodiscard]] Json rescanblockchain(Call& call);

// sweeps.cpp
[[nodiscard]] Json sendall(Call& call);

// spending.cpp
[[nodiscard]] Json send(Call& call);

// transactions.cpp
[[nodiscard]] Json abandontransaction(Call& call);
[[nodiscard]] Json gettransaction(Call& call);
[[nodiscard]] Json listsinceblock(Call& call);
[[nodiscard]] Json listtransactions(Call& call);

}  // namespace daler::rpc
