#!/usr/bin/python3
"""Replaces arguments, also nested ones, by values of each JSON type, and words by the same words in another case. Compares
the answers of daler and bitcoind: whether the call succeeds, or else code, text and HTTP status.

rpc_types.py                 a share of the calls, chosen by --seed
rpc_types.py --share 1       all calls
rpc_types.py --only METHOD   the calls of one method
"""
import argparse
import copy
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, ANYONE_SCRIPT, coins_of, spend  # noqa: E402
from framework import LONG, SEED, RpcError, run  # noqa: E402

HASH = "11" * 32
KEY = "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B"
SECRET = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"
PSBT = "cHNidP8BAD0CAAAAARERERERERERERERERERERERERERERERERERERERERERAAAAAAD9////AQDh9QUAAAAAAVEAAAAAAAAA"
PUBLIC = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

VALUES = [None, True, False, 0, 1, -1, 7, 1.5, 2**31, 2**32, 2**63, 10**30, "", "x", "1", "ff", HASH, [], [[]], [1],
          ["x"], [None], {}, {"a": 1}, {"a": {"b": []}}, [{}]]
# Methods for which some numbers or missing values would take too long or change the clock.
ONLY_TYPES = {"waitfornewblock", "waitforblock", "waitforblockheight", "setmocktime", "mockscheduler",
              "generatetoaddress", "generatetodescriptor", "keypoolrefill"}

# (pattern of a call, why): differences of bitcoind, which is Bitcoin Knots based on 29.4, from Bitcoin Core 28.1.
KNOWN = [
    (r"^prioritisetransaction ", "Knots still has priorities, with other argument names"),
    (r"^(getbalance|listtransactions) .*Position 1", "Knots has other names for the first argument"),
    (r"^createmultisig .*(Position 3|address_type|\], \{)", "Knots accepts an object of options there"),
    (r"^descriptorprocesspsbt .*(Position 3|\], \{)", "Knots accepts an object of options there"),
    (r"^walletprocesspsbt .*(Position 2|', \{)", "Knots accepts an object of options there"),
    (r"^send(all)? .*estimate_mode should be passed with conf_target", "new text in later versions"),
    (r"^unloadwallet .*specify different wallets", "new text in 29"),
    (r"^restorewallet ", "Knots accepts a file that is not a wallet"),
    (r"^addnode .*Position 3", "Knots has one argument more"),
    (r"^sendrawtransaction ", "Knots accepts a list of rules to ignore"),
    (r"^getblockfrompeer .*(Peer does not exist|Position 2)", "Knots looks for the peer first, and has another name for it"),
    (r"^importmempool .*see debug.log for details", "new text in later versions"),
    (r"^submitpackage \[\[[^,]*\], ", "29 takes a single transaction"),
    (r"^setban \['1'", "daler takes no number for an address"),
    (r"^addconnection .*(connection_type|True\])", "our help text is another one; daler has no v2 transport"),
    (r"^sendmsgtopeer .*'( ffff|ffff )'", "daler accepts no spaces in a message"),
    (r"^verifymessage ", "Knots also accepts other forms of signatures"),
    (r"^getbalance \['\*'.*avoid_reuse flag is not supported", "Knots has another balance then, without the flag"),
    (r"^getbalance \[None", "28.1 accepts null as the dummy"),
    (r"^importaddress ", "Knots imports into descriptor wallets"),
    (r"^addmultisigaddress .*(Position 3|options)", "Knots accepts an object of options there"),
    (r"^migratewallet .*(specify different wallets|must be provided)", "new text in 29"),
    (r"^backupwallet \[''\]", "daler refuses an empty path"),
    (r"^createwallet .*(already exists|bdb support|external signer)", "daler has no BDB or external signers"),
    (r"^sendmany .*Transaction amount too small", "daler selects coins first"),
]

# Methods of bitcoind with arguments that are not called, and why.
NOT_CALLED = {
    **dict.fromkeys(("getdescriptoractivity", "getmempoolinfo", "listmempooltransactions", "maxmempool", "setprunelock",
                     "setscriptthreadsenabled"), "fork or new in 29"),
    **dict.fromkeys(("dumptxoutset", "loadtxoutset"), "not in daler"),
    "stop": "ends the node",
}


def check_that_all_are_called(core, called):
    """Each method of bitcoind with arguments, but those of the wallet."""
    sections = re.split(r"^== (\w+) ==$", core.help(), flags=re.M)[1:]
    methods = {line.split()[0] for name, text in zip(sections[::2], sections[1::2]) if name != "Wallet"
               for line in text.splitlines() if " " in line}
    missing = methods - called - set(NOT_CALLED)
    assert not missing, f"methods without a call: {missing}"


def more_calls(block, transaction):
    return [
        ("scanblocks", ["start", [{"desc": f"wpkh({KEY}/0/*)", "range": [0, 2]}, f"raw({ANYONE_SCRIPT.hex()})"], 0, 1,
                        "basic", {"filter_false_positives": False}]),
        ("getblockfrompeer", [HASH, 0]), ("getnodeaddresses", [1, "ipv4"]),
        ("addpeeraddress", ["1.2.3.4", 8333, False]), ("sendmsgtopeer", [0, "addr", "ffff"]),
        ("addconnection", ["127.0.0.1:1", "feeler", False]),
        ("gettxoutproof", [[HASH], block]), ("verifytxoutproof", [transaction]),
        ("setban", ["1.2.3.0/24", "add", 100, False]), ("setban", ["1.2.3.4", "remove"]),
    ]


def spending_calls(transaction, address):
    options = [None, None, False, False, 1, "economical", False, None, False]
    funding = {"add_inputs": True, "include_unsafe": False, "minconf": 0, "maxconf": 1, "changePosition": 0,
               "change_type": "bech32", "includeWatching": False, "lockUnspents": False, "subtractFeeFromOutputs": [0],
               "max_tx_weight": 400000, "conf_target": 1, "estimate_mode": "economical", "replaceable": True}
    external = {"add_inputs": False, "changeAddress": address, "change_position": 0, "include_watching": True,
                "lock_unspents": False, "feeRate": "0.0001",
                "input_weights": [{"txid": HASH, "vout": 0, "weight": 165}], "solving_data": {
                    "pubkeys": [PUBLIC], "scripts": ["51"], "descriptors": [f"wpkh({KEY}/0/*)#vvvvvvvv"]}}
    return [
        ("sendmany", ["", {address: 1}, 0, "", [address], False, None, None, 1, False]),
        ("sendmany", ["", {address: 1}, 0, "", [address], False, 1, "economical", None, False]),
        ("sendtoaddress", [address, 1, "", "", *options]),
        ("fundrawtransaction", [transaction, funding, True]), ("fundrawtransaction", [transaction, external]),
        ("fundrawtransaction", [transaction, {"fee_rate": 1, "change_address": address}, False]),
        *((method, [HASH, {"conf_target": 1, "fee_rate": None, "replaceable": True, "estimate_mode": "unset",
                           "outputs": [{address: 1}], "original_change_index": None}]) for method in ("bumpfee", "psbtbumpfee")),
        ("simulaterawtransaction", [[transaction], {"include_watchonly": False}]),
        *send_calls(address),
    ]


def send_calls(address):
    """send, sendall and walletcreatefundedpsbt."""
    given = {"txid": HASH, "vout": 0, "sequence": 1, "weight": 165}
    funding = {"add_inputs": True, "include_unsafe": False, "minconf": 0, "maxconf": 9, "change_type": "bech32",
               "max_tx_weight": 400000, "replaceable": True}
    old_names = {"changePosition": 0, "includeWatching": False, "lockUnspents": False, "subtractFeeFromOutputs": [0]}
    new_names = {"change_position": 0, "include_watching": False, "lock_unspents": False, "subtract_fee_from_outputs": [0],
                 "psbt": True, "add_to_wallet": False, "locktime": 0}
    return [
        ("walletcreatefundedpsbt", [[given], [{address: 1}], 0, {**funding, **old_names}, True]),
        ("walletcreatefundedpsbt", [[], {address: 1}, 0, {"feeRate": "0.0001", "changeAddress": address}]),
        ("walletcreatefundedpsbt", [[], {address: 1}, 0, {"conf_target": 1, "estimate_mode": "economical"}]),
        ("send", [{address: 1}, 1, "economical", None, {**funding, **new_names}]),
        ("send", [[{address: 1}], None, "unset", 1, {"inputs": [given], "change_address": address, "psbt": True}]),
        ("send", [[{address: 1}], None, "unset", None, {"fee_rate": 1, "psbt": True}]),
        ("sendall", [[address, {ANYONE_ADDRESS: 1}], 1, "economical", None, {
            "minconf": 0, "maxconf": 9, "send_max": True, "lock_unspents": False, "psbt": True, "add_to_wallet": False,
            "locktime": 0, "replaceable": True, "include_watching": False}]),
        ("sendall", [[address], None, "unset", 1, {"inputs": [{"txid": HASH, "vout": 0, "sequence": 1}], "psbt": True}]),
        ("sendall", [[address], None, "unset", None, {"fee_rate": 1, "psbt": True}]),
    ]


def key_calls(address):
    """Descriptors from known keys, and what fails for descriptor wallets."""
    return [
        ("gethdkeys", [{"active_only": False, "private": False}]),
        ("createwalletdescriptor", ["bech32m", {"internal": False, "hdkey": KEY}]),
        ("addmultisigaddress", [1, [PUBLIC], "", "bech32"]), ("dumpprivkey", [address]), ("dumpwallet", ["/nosuch/file"]),
        ("importaddress", [address, "", False, False]), ("importmulti", [[{"desc": "x", "timestamp": "now"}], {"rescan": False}]),
        ("importprivkey", [SECRET, "", False]), ("importpubkey", [PUBLIC, "", False]), ("importwallet", ["/nosuch/file"]),
        ("migratewallet", ["w", ""]), ("newkeypool", []), ("sethdseed", [True, SECRET]),
    ]


def calls(block, transaction, address):
    """Valid or nearly valid calls: (path, method, arguments)."""
    prevout = {"txid": HASH, "vout": 0, "scriptPubKey": "51", "redeemScript": "51", "witnessScript": "51", "amount": 1}
    node = [
        ("getblock", [block, 1]), ("getblockhash", [0]), ("getblockheader", [block, True]),
        ("getblockstats", [1, ["txs"]]), ("getchaintxstats", [1, block]), ("getdeploymentinfo", [block]),
        ("getblockfilter", [block, "basic"]), ("gettxout", [HASH, 0, True]),
        ("gettxoutsetinfo", ["none", None, True]), ("getmempoolentry", [HASH]), ("getmempoolancestors", [HASH, False]),
        ("getmempooldescendants", [HASH, False]), ("getrawmempool", [False, False]),
        ("gettxspendingprevout", [[{"txid": HASH, "vout": 0}]]), ("preciousblock", [HASH]), ("pruneblockchain", [1]),
        ("invalidateblock", [HASH]), ("reconsiderblock", [HASH]), ("verifychain", [1, 1]),
        ("waitfornewblock", [1]), ("waitforblock", [block, 1]), ("waitforblockheight", [1, 1]),
        ("scantxoutset", ["start", [{"desc": f"wpkh({KEY}/0/*)", "range": [0, 2]}, f"raw({ANYONE_SCRIPT.hex()})"]]),
        ("getmemoryinfo", ["stats"]), ("help", ["getblock"]), ("logging", [["net"], ["net"]]),
        ("generateblock", [address, [], False]), ("generatetoaddress", [0, address, 1]),
        ("generatetodescriptor", [0, f"addr({address})", 1]),
        ("getblocktemplate", [{"rules": ["segwit"], "mode": "template"}]),
        ("getblocktemplate", [{"rules": ["segwit"], "mode": "proposal", "data": "00"}]),
        ("getnetworkhashps", [1, 1]), ("prioritisetransaction", [HASH, 0, 0]), ("submitblock", ["00", "x"]),
        ("submitheader", ["00" * 80]), ("addnode", ["127.0.0.1:1", "remove"]), ("disconnectnode", ["127.0.0.1:1"]),
        ("disconnectnode", [None, 999]), ("getaddednodeinfo", ["127.0.0.1:1"]), ("setnetworkactive", [True]),
        ("createrawtransaction", [[{"txid": HASH, "vout": 0, "sequence": 1}], [{address: 1}, {"data": "00"}], 0, True]),
        ("createrawtransaction", [[], {address: "0.1", "data": "00"}]),
        ("decoderawtransaction", [transaction, True]), ("decodescript", ["51"]),
        ("getrawtransaction", [HASH, 0, block]), ("sendrawtransaction", [transaction, 0, 0]),
        ("testmempoolaccept", [[transaction], 0]), ("submitpackage", [[transaction, transaction], 0, 0]), ("combinerawtransaction", [[transaction, transaction]]),
        ("signrawtransactionwithkey", [transaction, [SECRET], [prevout], "ALL"]),
        ("createpsbt", [[{"txid": HASH, "vout": 0, "sequence": 1}], [{address: 1}, {"data": "00"}], 0, True]),
        ("converttopsbt", [transaction, True, True]), ("decodepsbt", [PSBT]), ("analyzepsbt", [PSBT]),
        ("combinepsbt", [[PSBT, PSBT]]), ("finalizepsbt", [PSBT, True]), ("joinpsbts", [[PSBT, PSBT]]),
        ("utxoupdatepsbt", [PSBT, [f"wpkh({PUBLIC})", {"desc": f"wpkh({KEY}/0/*)", "range": [0, 2]}]]),
        ("descriptorprocesspsbt", [PSBT, [f"wpkh({SECRET})", {"desc": f"wpkh({KEY}/0/*)", "range": 2}], "ALL", True, True]),
        ("createmultisig", [1, [PUBLIC], "bech32"]), ("deriveaddresses", [f"wpkh({KEY}/0/*)#vvvvvvvv", [0, 1]]),
        ("estimatesmartfee", [2, "conservative"]), ("estimaterawfee", [2, 0.5]), ("importmempool", ["/missing", {"use_current_time": True}]), ("getdescriptorinfo", [f"wpkh({KEY})"]),
        ("getindexinfo", ["txindex"]), ("signmessagewithprivkey", [SECRET, "text"]), ("validateaddress", [address]),
        ("verifymessage", ["mkHS9ne12qx9pS9VojpwU5xtRd4T7X7ZUt", "AA==", "text"]), ("setmocktime", [0]), ("mockscheduler", [1]),
    ]
    wallet = [
        ("settxfee", [0.001]), ("setwalletflag", ["avoid_reuse", False]), ("upgradewallet", [169900]), ("signmessage", ["mkHS9ne12qx9pS9VojpwU5xtRd4T7X7ZUt", "text"]), ("listaddressgroupings", []),
        ("importprunedfunds", [transaction, "00"]), ("removeprunedfunds", [HASH]), ("abandontransaction", [HASH]), ("backupwallet", ["/nosuch/folder/file"]),
        ("createwallet", ["w", False, False, "", False, True, False, False]), ("encryptwallet", [""]),
        ("walletpassphrase", ["secret", 1]), ("walletpassphrasechange", ["secret", "other"]),
        ("getaddressesbylabel", ["x"]), ("getaddressinfo", [address]), ("getbalance", ["*", 0, False, False]),
        ("getnewaddress", ["", "bech32"]), ("getrawchangeaddress", ["bech32"]),
        ("getreceivedbyaddress", [address, 1, False]), ("getreceivedbylabel", ["x", 1, False]),
        ("gettransaction", [HASH, False, False]), ("keypoolrefill", [1]), ("listdescriptors", [False]),
        ("importdescriptors", [[{"desc": f"addr({address})#vvvvvvvv", "timestamp": "now", "range": [0, 1],
                                 "next_index": 0, "internal": False, "label": "", "active": False}]]),
        ("listlabels", ["send"]), ("listreceivedbyaddress", [1, False, False, address, False]),
        ("listreceivedbylabel", [1, False, False, False]), ("listsinceblock", [block, 1, False, False, False]),
        ("listtransactions", ["*", 1, 0, False]),
        ("listunspent", [1, 9, [address], True, {"minimumAmount": 0, "maximumAmount": 1, "maximumCount": 1,
                                                 "minimumSumAmount": 0, "include_immature_coinbase": False}]),
        ("loadwallet", ["nosuch", False]), ("lockunspent", [True, [{"txid": HASH, "vout": 0}], False]),
        ("rescanblockchain", [0, 0]), ("restorewallet", ["new", "/nosuch/file", False]),
        ("setlabel", [address, "x"]), ("walletprocesspsbt", [PSBT, True, "ALL", True, True]),
        ("signrawtransactionwithwallet", [transaction, [prevout], "ALL"]), ("unloadwallet", ["nosuch", False]),
    ]
    wallet = spending_calls(transaction, address) + key_calls(address) + wallet  # the last one may close the wallet
    return [("/", *call) for call in [*node, *more_calls(block, transaction)]] + [("/wallet/w", *call) for call in wallet]


def places(value, path=()):
    """The paths of all values in nested lists and objects."""
    yield path
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


def changed(arguments, path, value):
    out = copy.deepcopy(arguments)
    target = out
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return out


def variants(method, arguments):
    """Argument lists with one change: shorter or longer, another type, another case of the letters."""
    if not method.startswith("wait"):
        for length in range(len(arguments) + 1):
            yield arguments[:length]
    yield [*arguments, 1, 1]
    for path in places(arguments):
        if not path:
            continue
        original = arguments
        for key in path:
            original = original[key]
        for value in VALUES:
            if method in ONLY_TYPES and (value is None or isinstance(value, (int, float))):
                continue
            yield changed(arguments, path, value)
        if isinstance(original, str) and len(original) < 20:
            for word in {original.upper(), original.capitalize(), original + " ", " " + original}:
                yield changed(arguments, path, word)
        if isinstance(original, dict):
            yield changed(arguments, path, {**original, "unknown": 1})
            for key in original:
                yield changed(arguments, path, {name: item for name, item in original.items() if name != key})


def main(test):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--share", type=float, default=1 if LONG else 0.15)
    parser.add_argument("--only")
    asked = parser.parse_args()
    core = test.node(kind="bitcoind", name="bitcoind")
    daler = test.node("-strictregtest", "-fallbackfee=0.0002", name="daler")
    for block in core.generatetoaddress(110, ANYONE_ADDRESS):
        daler.submitblock(core.getblock(block, 0))
    for node in (core, daler):
        node.createwallet("w")
    transaction = spend(coins_of(core, 1, 2)).hex()
    address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
    chosen = random.Random(asked.seed)
    count, differences = 0, []
    wallets = {node: node.rpc.at("/wallet/w") for node in (core, daler)}

    def ask(node, path, method, arguments):
        try:
            (node.rpc if path == "/" else wallets[node]).call(method, *arguments)
            return None
        except RpcError as error:
            is_help = error.code == -1 and error.message.startswith(method)
            text = error.message.replace(str(node.folder), "FOLDER")
            return error.code, "HELP" if is_help else text, error.status

    all_calls = calls(core.getblockhash(1), transaction, address)
    check_that_all_are_called(core, {method for _, method, _ in all_calls})
    for path, method, arguments in all_calls:
        if asked.only and method != asked.only:
            continue
        for given in variants(method, arguments):
            if not asked.only and chosen.random() >= asked.share:
                continue
            count += 1
            ours, theirs = (ask(node, path, method, given) for node in (daler, core))
            call = f"{method} {given}"
            if ours != theirs and not any(re.search(pattern, f"{call} | {theirs}") for pattern, _ in KNOWN):
                differences.append(f"{call[:300]}: {ours} instead of {theirs}")
    test.step(f"{count} calls, {len(differences)} differences")
    for difference in differences[:int(os.environ.get("DALER_SHOWN", "100"))]:
        print("DIFFERS", difference)
    assert not differences, f"{len(differences)} differences that are not in the table of known differences"


if __name__ == "__main__":
    run(main)
