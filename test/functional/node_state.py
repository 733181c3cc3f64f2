"""What a node answers about its state: equal before a change and after its revert."""
from framework import RpcError, wait_until

# Parts of answers that are no state of a snapshot: what runs with the real time, and counters since the start.
PASSING = {
    "getautomine": ("blocks", "error", "hashespersecond"),
    "getblockchaininfo": ("verificationprogress",),
    "getmempoolinfo": ("usage",),  # how much memory the vectors of a transaction reserve
    "gettime": ("time", "offset"),
    "gettxoutsetinfo": ("disk_size",),
}
CHAIN = (("getblockchaininfo",), ("getchaintips",), ("getchaintxstats",), ("getmempoolinfo",), ("getrawmempool", True),
         ("getprioritisedtransactions",), ("gettxoutsetinfo", "muhash"), ("getmininginfo",), ("getautomine",),
         ("getindexinfo",), ("gettime",), ("listwallets",), ("estimatesmartfee", 2), ("estimatesmartfee", 6))
WALLET = (("getwalletinfo",), ("getbalances",), ("listtransactions", "*", 1000), ("listunspent", 0, 9999999),
          ("listlockunspent",), ("listlabels",), ("listdescriptors", True), ("listreceivedbyaddress", 0, True),
          ("listaddressgroupings",), ("listsinceblock",))
MINING = ("currentblocktx", "currentblockweight")  # of getmininginfo: of the last template


def answer(rpc, method, *arguments):
    try:
        found = rpc.call(method, *arguments)
    except RpcError as error:
        return str(error)
    if isinstance(found, dict):
        for name in PASSING.get(method, ()) + (MINING if method == "getmininginfo" else ()):
            found.pop(name, None)
    return found


def indexes_are_done(rpc):
    height = rpc.getblockcount()
    return all(index["best_block_height"] == height for index in rpc.getindexinfo().values())


def answers(node):
    """All answers, by method and wallet. Waits for the indexes, which follow on threads of their own."""
    wait_until(lambda: indexes_are_done(node), 30, "indexes at the tip")
    node.syncwithvalidationinterfacequeue()
    found = {call: answer(node, *call) for call in CHAIN}
    found["blocks"] = [node.getblockhash(height) for height in range(node.getblockcount() + 1)]
    for name in node.listwallets():
        wallet = node.wallet(name)
        found |= {(name, *call): answer(wallet, *call) for call in WALLET}
    return found


def same(found, expected):
    """Fails with the first difference."""
    for call in expected:
        assert found[call] == expected[call], f"{call}: {found[call]!r} instead of {expected[call]!r}"
    assert found.keys() == expected.keys(), found.keys() ^ expected.keys()


def consistent(node, wallets=()):
    """Coins are those of the blocks, balances those of a rescan, and the mempool fits the chain."""
    assert node.verifychain(4, 0), "the chain is damaged"
    for txid in node.getrawmempool():
        raw = node.getrawtransaction(txid)
        for spent in node.decoderawtransaction(raw)["vin"]:
            assert spent["txid"] in node.getrawmempool() or node.gettxout(spent["txid"], spent["vout"], False), txid
    for name in wallets:
        wallet = node.wallet(name)
        before = wallet.getbalances()["mine"]
        wallet.rescanblockchain()
        assert wallet.getbalances()["mine"] == before, f"wallet {name}"
