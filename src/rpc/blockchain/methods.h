#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// block_filters.cpp
[[nodiscard]] Json getblockfilter(Call& call);

// block_stats.cpp
[[nodiscard]] Json getblockstats(Call& call);

// blocks.cpp
void getblock(Call& call, JsonWriter& result);
[[nodiscard]] Json getblockfrompeer(Call& call);
void getblockheader(Call& call, JsonWriter& result);

// chain_info.cpp
[[nodiscard]] Json getbestblockhash(Call& call);
[[nodiscard]] Json getblockchaininfo(Call& call);
[[nodiscard]] Json getblockcount(Call& call);
[[nodiscard]] Json getblockhash(Call& call);
[[nodiscard]] Json getchainstates(Call& call);
[[nodiscard]] Json getchaintips(Call& call);
[[nodiscard]] Json getchaintxstats(Call& call);
[[nodiscard]] Json getdifficulty(Call& call);

// coin_scan.cpp
[[nodiscard]] Json scantxoutset(Call& call);

// coins.cpp
void gettxout(Call& call, JsonWriter& result);
[[nodiscard]] Json gettxoutsetinfo(Call& call);

// deployments.cpp
[[nodiscard]] Json getdeploymentinfo(Call& call);

// filter_scan.cpp
[[nodiscard]] Json scanblocks(Call& call);

// mempool.cpp
void getmempoolancestors(Call& call, JsonWriter& result);
void getmempooldescendants(Call& call, JsonWriter& result);
void getmempoolentry(Call& call, JsonWriter& result);
[[nodiscard]] Json getmempoolinfo(Call& call);
void getrawmempool(Call& call, JsonWriter& result);
[[nodiscard]] Json gettxspendingprevout(Call& call);

// mempool_file.cpp
[[nodiscard]] Json importmempool(Call& call);
[[nodiscard]] Json savemempool(Call& call);

// proofs.cpp
[[nodiscard]] Json gettxoutproof(Call& call);
[[nodiscard]] Json verifytxoutproof(Call& call);

// tips.cpp
[[nodiscard]] Json invalidateblock(Call& call);
[[nodiscard]] Json preciousblock(Call& call);
[[nodiscard]] Json reconsiderblock(Call& call);
[[nodiscard]] Json waitforblock(Call& call);
[[nodiscard]] Json waitforblockheight(Call& call);
[[nodiscard]] Json waitfornewblock(Call& call);

// upkeep.cpp
[[nodiscard]] Json pruneblockchain(Call& call);
[[nodiscard]] Json verifychain(Call& call);

}  // namespace daler::rpc
