#!/usr/bin/python3
"""Makes the same calls to daler and bitcoind, which have the same chain, mempool and wallet, and compares the answers:
names and order of fields, types and values, error codes and texts.

The bitcoind is Bitcoin Knots, based on Bitcoin Core 29.4; daler follows Bitcoin Core 28.1. KNOWN lists the differences
that come from this. Other differences are failures.
"""
import os
import re
import sys
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import (ANYONE_ADDRESS, ANYONE_SCRIPT, COIN, Input, Output, Transaction, coin, coins_of,  # noqa: E402
                      next_block, spend)
import rpc_questions  # noqa: E402
from framework import RpcError, bitcoind_folder, equal, run, sync_blocks, sync_mempools, wait_until  # noqa: E402

EXTRA = "only bitcoind has the field"
VALUE = "the value differs or depends on the time; the field and its type are the same"
TEXT = "the text of the error differs, its code is the same"
CLOCK = "seconds of the clock: the second of the two calls may come later"
LATEST = 60  # seconds between two calls, on a busy machine

# (method and path, kind, why)
KNOWN = [
    (r"(getblockchaininfo|getmininginfo)\.(bits|target|next)", EXTRA, "new in 29"),
    (r"(getblock|getblockheader)\.target", EXTRA, "new in 29"),
    (r"getchainstates\.chainstates\[\]\.(bits|target)", EXTRA, "new in 29"),
    (r"getchainstates\.chainstates\[\]\.coins_(db|tip)_cache_bytes", VALUE, "own caches"),
    (r"(getblock|getblockheader)\.(txcount|header_version)", EXTRA, "fork"),
    (r"getmempoolinfo\.(dustrelayfee|dustrelayfeefloor|dustdynamic|rbf_policy|truc_policy)", EXTRA, "fork"),
    (r"getpeerinfo\[\]\.(last_block_announcement|forced_inbound|misbehavior_score)", EXTRA, "fork"),
    (r"(getmempoolentry|(getrawmempool|getmempool(ancestors|descendants))\.\w{64})\.(startingpriority|currentpriority|hash)",
     EXTRA, "fork"),
    (r"signrawtransactionwithkey\.(fee|feerate)", EXTRA, "fork"),
    (r"getnettotals\..*", VALUE, "each describes the other end of the connection"),
    (r"(getmemoryinfo|getrpcinfo)\..*", VALUE, "own memory and folder"),
    (r"savemempool\.filename", VALUE, "own folder"),
    (r"(?s)(gettxoutproof|descriptorprocesspsbt|prioritisetransaction) .*", TEXT, "fork: other arguments"),
    (r"testmempoolaccept\[\]\.usage", EXTRA, "fork"),
    (r"testmempoolaccept\[\]\.reject-details", EXTRA, "new in 29"),
    (r"validateaddress\.error_index", EXTRA, "fork"),
    (r"getaddressinfo\.(isactive|use_txids)", EXTRA, "fork"),
    (r"(gettransaction|listtransactions\[\])\.in_mempool", EXTRA, "fork"),
    (r"getwalletinfo\.mintxfee", EXTRA, "fork"),
    (r"(getblockchaininfo|getmininginfo)\.signet_challenge", EXTRA, "new in 29"),
    (r"getdeploymentinfo\.deployments\.\w+\.bip9\.statistics\.period_start", EXTRA, "fork"),
    (r"getdeploymentinfo\.(blake2b|deployments\.(reduced_data|long_coinbase_maturity))", EXTRA, "fork"),
    (r"getblocktemplate\.longpollid", VALUE, "own counter"),
    (r"getblocktemplate\.curtime", CLOCK, "now"),
    (r"listbanned\[\]\.(ban_created|banned_until|ban_duration|time_remaining)", CLOCK, "counted from the call, or until then"),
    (r"getblocktemplate\.mintime", VALUE, "29 applies the limit of BIP 94 to all chains"),
    (r"getblockchaininfo\.(size_on_disk|verificationprogress)", VALUE, "own files; own estimate"),
    (r"getmempoolinfo\.(usage|unbroadcastcount)", VALUE, "own memory; the node that a transaction came from"),
    (r"getnetworkinfo\.(version|subversion|localservices|localservicesnames(\[\])?)", VALUE, "the program"),
    (r"getnetworkinfo\.connections(_in|_out)?", VALUE, "each has its own connections"),
    (r"getmininginfo\.(currentblockweight|currentblocktx)", VALUE, "29 reserves another weight for the coinbase"),
    (r"gettxoutsetinfo\.disk_size", VALUE, "own files"),
    (r"(getmempoolentry|(getrawmempool|getmempool(ancestors|descendants))\.\w{64})\.(time|unbroadcast)", VALUE, "time and source of the transaction"),
    (r"getrawmempool\.mempool_sequence", VALUE, "own counter"),
    (r"uptime", VALUE, "started at another time"),
    (r"(gettransaction|listtransactions\[\])\.(time|timereceived)", VALUE, "time of arrival"),
    (r"listdescriptors\.descriptors\[\]\.(timestamp|range\[\])", VALUE, "time of the import; keys made in advance"),
    (r"getaddressinfo\.timestamp", VALUE, "time of the import"),
    (r"getwalletinfo\.(walletversion|keypoolsize|keypoolsize_hd_internal|birthtime|blank)", VALUE, "own wallet file"),
    (r"getpeerinfo.*", VALUE, "each describes the other end of the connection"),
    (r"getbalance", VALUE, "with minconf, Knots subtracts payments of any depth"),
    (r"getbalance", TEXT, "29 has another text if several wallets are loaded"),
    (r"(sendrawtransaction|testmempoolaccept).*", TEXT, "the prefix before script errors changed in 29"),
    (r"submitpackage Array must contain.*", TEXT, "29 takes a single transaction"),
    (r"listunspent Cannot specify both 'options'.*", TEXT, "fork"),
    (r"addnode.*", TEXT, "Knots has one argument more"),
    (r"(?s)getblockstats getblockstats hash_or_height \( stats \).*", TEXT, "the help of bitcoind shows the list as a plain word"),
    (r"help .*", TEXT, "each program has its own help texts"),
]
# Methods whose first line of help differs.
OTHER_ARGUMENTS = {
    **dict.fromkeys(("getmempoolinfo", "getblocktemplate", "prioritisetransaction", "addnode", "sendrawtransaction",
                     "testmempoolaccept", "utxoupdatepsbt", "descriptorprocesspsbt", "walletprocesspsbt", "bumpfee",
                     "psbtbumpfee", "addmultisigaddress", "createmultisig", "deriveaddresses", "importdescriptors", "gettxoutproof", "verifytxoutproof"), "fork"),
    "waitfornewblock": "new in 29",
    "stop": "daler shows the argument, which bitcoind hides",
}
# Methods of bitcoind for which this script compares no answer, and why.
NOT_COMPARED = {
    **dict.fromkeys(("listprunelocks", "setprunelock", "maxmempool", "scriptthreadsinfo", "setscriptthreadsenabled",
                     "getgeneralinfo", "getrpcwhitelist", "listmempooltransactions", "getmempoolstats", "savefeeestimates"),
                    "fork"),
    "getdescriptoractivity": "new in 29",
    **dict.fromkeys(("dumptxoutset", "loadtxoutset", "enumeratesigners"), "not in daler"),
    **dict.fromkeys(("help", "stop"), "each program has its own texts"),
    **dict.fromkeys(("getblockfrompeer", "pruneblockchain"), "only errors are the same here"),
    "joinpsbts": "random order: psbt.py",
    "combinerawtransaction": "psbt.py",
    "disconnectnode": "only errors: the nodes stay connected",
    "logging": "29 has other categories",
    **dict.fromkeys(("submitpackage", "importmempool", "scanblocks", "fundrawtransaction"), "tests of their own"),
}
# Lists without a defined order, and the fields to sort them by.
UNORDERED = {"getchaintips": ("hash",), "listunspent": ("txid", "vout"), "listdescriptors.descriptors": ("desc",),
             "getrawmempool": (),
             "listtransactions": ("txid", "vout", "category"), "gettransaction.details": ("vout", "category"),
             "getmempoolentry.spentby": (), "getmempoolentry.depends": ()}
# Fields that may be missing in either answer, because they depend on the peer or on earlier calls.
OPTIONAL = re.compile(r"getpeerinfo\[\]\.(pingwait|pingtime|minping|addrlocal|mapped_as|cpu_load|"
                      r"bytes(sent|recv)_per_msg\.\w+)|getmininginfo\.currentblock(weight|tx)")


def known(place, kind):
    return any(found == kind and re.fullmatch(pattern, place) for pattern, found, _ in KNOWN)


class Comparison:
    def __init__(self, daler, core):
        self.daler, self.core = daler, core
        self.calls, self.differences, self.answered = 0, [], set()

    def differ(self, place, text):
        self.differences.append(f"{place}: {text}")

    def fields(self, place, answer):
        return [key for key in answer if not known(f"{place}.{key}", EXTRA) and
                not OPTIONAL.fullmatch(f"{place}.{key}")]

    def compare(self, place, ours, theirs):
        if isinstance(theirs, str):  # 29 has one name for what 28.1 calls mandatory and non-mandatory
            theirs = theirs.replace("mempool-script-verify-flag-failed", "mandatory-script-verify-flag-failed")
        if isinstance(ours, dict) and isinstance(theirs, dict):
            names = self.fields(place, ours), self.fields(place, theirs)
            if names[0] != names[1]:
                self.differ(place, f"fields {names[0]} instead of {names[1]}")
            for key in names[0]:
                if key in theirs:
                    self.compare(f"{place}.{key}", ours[key], theirs[key])
        elif isinstance(ours, list) and isinstance(theirs, list):
            if place in UNORDERED:
                def order(item):
                    return str([item[key] for key in UNORDERED[place]]) if isinstance(item, dict) else str(item)
                ours, theirs = sorted(ours, key=order), sorted(theirs, key=order)
            if len(ours) != len(theirs) and not known(f"{place}[]", VALUE):
                self.differ(place, f"{len(ours)} entries instead of {len(theirs)}: {ours} {theirs}")
            for one, other in zip(ours, theirs):
                self.compare(f"{place}[]", one, other)
        else:
            numbers = (int, Decimal)
            same_type = type(ours) is type(theirs) or (
                isinstance(ours, numbers) and isinstance(theirs, numbers) and not isinstance(ours, bool) and
                known(place, VALUE))
            if not same_type:
                self.differ(place, f"{ours!r} instead of {theirs!r}")
            elif known(place, CLOCK):
                if abs(ours - theirs) > LATEST:
                    self.differ(place, f"{ours} instead of {theirs}")
            elif str(ours) != str(theirs) and not known(place, VALUE):  # compared as text: 1.0 differs from 1.00000000
                self.differ(place, f"{ours} instead of {theirs}")

    def ask(self, method, *args, wallet=None, **named):
        """Makes the same call to both. Returns nothing if they fail or differ."""
        self.calls += 1
        answers = []
        for node in (self.daler, self.core):
            try:
                answers.append(((node.wallet(wallet) if wallet else node.rpc).call(method, *args, **named), None))
            except RpcError as error:
                answers.append((None, (error.code, error.message, error.status)))
        (ours, our_error), (theirs, their_error) = answers
        call = f"{method} {args if args else ''}{named if named else ''}"[:160]
        if our_error and their_error:
            (code, text, status), (their_code, their_text, their_status) = our_error, their_error
            if (code, status) != (their_code, their_status):
                self.differ(call, f"error {our_error} instead of {their_error}")
            elif text != their_text and not known(f"{method} {their_text}", TEXT) and not known(method, TEXT):
                is_help = code == -1 and text.split("\n")[0] == their_text.split("\n")[0] and "\n" in their_text
                if not is_help:  # for the help of a method, only the first line must be equal
                    self.differ(call, f"{text!r} instead of {their_text!r}")
        elif our_error or their_error:
            self.differ(call, f"{our_error or ours!r} instead of {their_error or theirs!r}")
        else:
            self.answered.add(method)
            self.compare(method, ours, theirs)
        return ours


def compare_first_lines(check):
    """The first line of the help of each method that both have, with all its arguments."""
    hidden = ("generateblock", "generatetoaddress", "generatetodescriptor", "invalidateblock", "reconsiderblock",
              "waitforblock", "waitforblockheight", "waitfornewblock", "mockscheduler", "setmocktime", "echo", "echojson")
    lists = [[*(line for line in node.help().splitlines() if line and not line.startswith("==")),
              *(node.help(name).splitlines()[0] for name in hidden)] for node in (check.daler, check.core)]
    ours, theirs = ({line.split()[0]: line for line in lines} for lines in lists)
    for name in sorted((ours.keys() & theirs.keys()) - set(OTHER_ARGUMENTS)):
        check.calls += 1
        if ours[name] != theirs[name]:
            check.differ(f"help {name}", f"{ours[name]} instead of {theirs[name]}")


def ask_about_the_chain(check, daler):
    ask = check.ask
    tip, count = daler.tip(), daler.getblockcount()
    for method in ("getblockchaininfo", "getblockcount", "getbestblockhash", "getchaintips", "getchainstates", "getmempoolinfo",
                   "getrawmempool", "getconnectioncount", "getnetworkinfo", "getpeerinfo", "uptime", "ping"):
        ask(method)
    for height in (0, 1, count - 1, count, count + 1, -1, "1", None, 1.5, True):
        ask("getblockhash", height)
    ask("getblockhash")
    ask("getblockhash", 1, 2)
    payments = daler.getblockhash(count - 1)
    for name in (daler.getblockhash(0), daler.getblockhash(1), payments, tip, "00" * 32, "zz" * 32, "abc", 5, None):
        for verbosity in (0, 1, 2, 3, False, True, None, 4, -1, "1"):
            ask("getblock", name, verbosity)
        for verbose in (True, False, None, 0):
            ask("getblockheader", name, verbose)
    ask("getblock", blockhash=tip, verbosity=1)
    ask("getblock", blockhash=tip, verbose=False)
    ask("getblock", blockhash=tip, nosuch=1)
    ask("getblock", tip, blockhash=tip)
    for kind in (None, "hash_serialized_3", "muhash", "none", "nosuch", 5):
        ask("gettxoutsetinfo", kind)
    for name in ("getchaintips", "getblockcount", "getbestblockhash"):
        ask(name, "too many")


def ask_about_blocks(check, daler, stale):
    """Methods about blocks, and methods that change the chain; with and without indexes."""
    ask = check.ask
    tip, count = daler.tip(), daler.getblockcount()
    names = [daler.getblockhash(height) for height in (0, 1, count - 1)] + [tip, stale, "00" * 32, "abc", "zz" * 32]
    for block in (*range(count - 3, count + 1), 0, 1, -1, count + 1, "1", 1.5, True, None, *names):
        ask("getblockstats", block)
    everything = daler.getblockstats(1)
    for stats in ([], ["txs"], ["txs", "avgfee"], ["txs", "txs"], list(everything), ["nosuch"], [5], ["txs", "nosuch"],
                  "txs", None, *([name] for name in everything)):
        ask("getblockstats", count - 1, stats)
    ask("getblockstats")
    ask("getblockstats", 1, [], 2)
    for arguments in ((), (0,), (1,), (50,), (count - 1,), (count,), (-1,), ("x",), (None, tip), (5, tip), (0, names[0]),
                      (1, names[0]), (1, names[1]), (5, stale), (None, names[1]), (5, "00" * 32), (5, "abc"), (1, 2, 3)):
        ask("getchaintxstats", *arguments)
    for name in (*names, None, 5):
        ask("getdeploymentinfo", name)
    for arguments in ((), (0, 0), (1, 5), (2,), (3, 0), (4, 0), (4, 3), (5, 1), (-1, 1), (3, -1), (3, 100_000), ("x",),
                      (1.5,), (True,), (1, "x"), (1, 2, 3)):
        ask("verifychain", *arguments)
    for height in (0, 1, -1, "x", None):
        ask("pruneblockchain", height)
    for name in (stale, tip, "00" * 32, "abc", None):
        ask("preciousblock", name)
        ask("getbestblockhash")
        ask("getblockfilter", name)  # waits for the indexes: they have seen each tip
        ask("gettxoutsetinfo", "muhash", name)
    for name in (*names, None, 5):
        for kind in (None, "basic", "nosuch", 5):
            ask("getblockfilter", name, kind)
    for name in (None, "", "txindex", "coinstatsindex", "basic block filter index", "nosuch", 5):
        ask("getindexinfo", name)
    for kind in ("hash_serialized_3", "muhash", "none", "nosuch"):
        for block in (*names, None, 0, 1, count - 1, count, count + 1, -1, 1.5, True):
            for use_index in (None, True, False):
                ask("gettxoutsetinfo", kind, block, use_index)
    ask("gettxoutsetinfo", "none", None, "x")


def ask_about_scans(check):
    ask = check.ask
    raw = f"raw({ANYONE_SCRIPT.hex()})"
    key = "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B"
    for objects in ([raw], [f"addr({ANYONE_ADDRESS})"], [{"desc": raw}], [{"desc": raw, "range": 5}], [raw, raw], [],
                    [f"wpkh({key}/0/*)"], [{"desc": f"wpkh({key}/0/*)", "range": [2, 5]}],
                    [{"desc": f"wpkh({key}/0/*)", "range": [5, 2]}], [{"desc": f"wpkh({key}/0/*)", "range": "x"}],
                    [{"desc": f"wpkh({key}/0/*)", "range": -1}], ["nonsense"], [5], [{}], [{"range": 5}], None, "x",
                    [raw + "#qqqqqqqq"], [f"combo({'02' + '11' * 32})"]):
        ask("scantxoutset", "start", objects)
    for arguments in (("status",), ("abort",), ("nosuch",), (), (5,), ("start",), ("status", []), ("abort", ["x"])):
        ask("scantxoutset", *arguments)


def ask_about_transactions(check, daler, samples):
    ask = check.ask
    block = daler.getblockhash(daler.getblockcount() - 1)
    ids = daler.getblock(block)["tx"]
    for name in (*ids, *daler.getrawmempool(), "00" * 32, "abc", "zz" * 32, 7):
        for verbosity in (None, False, True, 0, 1, 2):
            ask("getrawtransaction", name, verbosity)
            ask("getrawtransaction", name, verbosity, block)
        ask("getrawtransaction", name, 1, "00" * 32)
        ask("getmempoolentry", name)
        for index in (0, 1, 99, -1, "0"):
            for mempool in (None, True, False):
                ask("gettxout", name, index, mempool)
    for verbose in (False, True):
        for sequence in (False, True):
            ask("getrawmempool", verbose, sequence)
    samples = {name: tx.hex() if isinstance(tx, Transaction) else tx for name, tx in samples.items()}
    good = samples.get("good")
    for name, text in samples.items():
        ask("decoderawtransaction", text)
        ask("testmempoolaccept", [text])
        ask("testmempoolaccept", [text], 0)
        ask("testmempoolaccept", [good, text])
        ask("testmempoolaccept", [text, good], 0)
        ask("testmempoolaccept", [good, text], "0.00000001")
        if name != "good":
            ask("sendrawtransaction", text)
            ask("sendrawtransaction", text, 0)
    for arguments in ((), ([],), ("text",), ([5],), (["00"],), (["zz"] * 26,), ([""], "x"), (["00"], 2)):
        ask("testmempoolaccept", *arguments)
    for arguments in ((), ([],), ("text",), ([5, 6],), (["00", "11"],), (["zz"] * 26,), ([good, good],), (["00"] * 2, 2),
                      ([good, ""], 0, "x")):
        ask("submitpackage", *arguments)
    ask("decoderawtransaction", 5)
    ask("decoderawtransaction", "00", True)
    ask("decoderawtransaction", "00", False)


def ask_about_the_rest(check, daler):
    ask = check.ask
    addresses = [ANYONE_ADDRESS, ANYONE_ADDRESS.upper(), ANYONE_ADDRESS[:-1] + "q", "nonsense", "",
                 "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc",
                 "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
                 "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
                 "bcrt1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k0ylj56",
                 "bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6", 5]
    for address in addresses:
        ask("validateaddress", address)
        if not str(address).lower().startswith(("m", "2", "bcrt1")):  # not regtest addresses, to which both would mine
            ask("generatetoaddress", 1, address)
    ask("generatetoaddress", 0, ANYONE_ADDRESS)
    ask("generatetoaddress", "1", ANYONE_ADDRESS)
    ask("generatetoaddress")
    ask("generate")
    for arguments in (("00",), ("zz",), (5,), (), ("",), (daler.getblock(daler.tip(), 0),)):
        ask("submitblock", *arguments)
    ask("invalidateblock", "00" * 32)
    ask("reconsiderblock", "00" * 32)
    ask("invalidateblock", "abc")
    for arguments in (("127.0.0.1:1", "remove"), ("127.0.0.1:1", "nosuch"), ("127.0.0.1:1",), ()):
        ask("addnode", *arguments)
    for arguments in (("127.0.0.1:1",), ("", 9999), ("a", 1), ()):
        ask("disconnectnode", *arguments)
    for arguments in ((-1,), ("x",), ()):
        ask("setmocktime", *arguments)
    for method in ("nosuchmethod", "", "getblock ", "GETBLOCK"):
        ask(method)
    ask("echo", 1, "a", None, {"b": [Decimal("1.50")]})
    ask("echojson", 1, "a")
    ask("getmininginfo")
    ask("syncwithvalidationinterfacequeue")
    ask("stop", "x")


def ask_about_the_wallet(check, daler):
    ask = check.ask
    for method in ("getwalletinfo", "getbalances", "getbalance", "listunspent", "listtransactions", "listdescriptors"):
        ask(method, wallet="w")
        ask(method)
        ask(method, wallet="nosuch")
    ask("listwallets")
    ask("getbalance", "*", 6, wallet="w")
    ask("getbalance", "account", wallet="w")
    ask("listunspent", 0, wallet="w")
    ask("listunspent", 200, wallet="w")
    ask("listunspent", 0, 9999, ["nonsense"], wallet="w")
    ask("listunspent", 0, 9999, [ANYONE_ADDRESS], wallet="w")
    options = {"minimumAmount": 1, "include_immature_coinbase": True}
    ask("listunspent", wallet="w", **options)
    ask("listunspent", 0, wallet="w", maxconf=150, **options)
    ask("listunspent", wallet="w", query_options=options)
    ask("listunspent", wallet="w", query_options=options, maximumCount=1)
    ask("listunspent", 0, 9999, [], True, options, wallet="w", maximumCount=1)
    ask("listunspent", wallet="w", maximumCount="1")
    ask("listunspent", wallet="w", maximumcount=1)
    ask("listdescriptors", True, wallet="w")
    ask("listtransactions", "*", 100, wallet="w")
    for arguments in (("*", -1), ("*", 1, -1), ("nolabel",), ("*", "x")):
        ask("listtransactions", *arguments, wallet="w")
    for kind in ("bech32", "bech32m", "legacy", "p2sh-segwit", "nosuch", 5):
        address = ask("getnewaddress", "", kind, wallet="w")
        if isinstance(address, str):
            ask("getaddressinfo", address, wallet="w")
            ask("validateaddress", address)
        if kind == "legacy":
            ask("signmessage", address, "text", wallet="w")
    address = ask("getnewaddress", "a label", wallet="w")
    ask("getaddressinfo", address, wallet="w")
    for address in (ANYONE_ADDRESS, "nonsense", "", 5):
        ask("getaddressinfo", address, wallet="w")
    for version in (0, 1, 169899, 169900, 170000, -1, "1"):
        ask("upgradewallet", version, wallet="w")
    ask("upgradewallet", wallet="w")
    for address in ("mkHS9ne12qx9pS9VojpwU5xtRd4T7X7ZUt", "nonsense", 5):
        ask("signmessage", address, "text", wallet="w")
    for name in {entry["txid"] for entry in daler.wallet("w").listtransactions("*", 100)} | {"00" * 32, "abc"}:
        ask("gettransaction", name, wallet="w")
        ask("gettransaction", name, True, True, wallet="w")
    for arguments in ((ANYONE_ADDRESS, 100000), ("nonsense", 1), (ANYONE_ADDRESS, -1), (ANYONE_ADDRESS, "x"),
                      (ANYONE_ADDRESS, 0), (ANYONE_ADDRESS, Decimal("0.000000001")), (ANYONE_ADDRESS,), (),
                      (ANYONE_ADDRESS, Decimal("0.00000001")), (ANYONE_ADDRESS, 1, 5),
                      (ANYONE_ADDRESS, 1, "", "", False, True, 1, "nosuch"),
                      (ANYONE_ADDRESS, 1, "", "", False, True, 1, "unset", None, 1)):
        ask("sendtoaddress", *arguments, wallet="w")
    descriptor = "wpkh(cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA)"
    for request in ([], [{}], "x", [{"desc": descriptor, "timestamp": "now"}], [{"desc": descriptor + "#q5lr7tgr"}],
                    [{"desc": descriptor + "#qqqqqqqq", "timestamp": "now"}],
                    [{"desc": "nonsense#qqqqqqqq", "timestamp": 1}],
                    [{"timestamp": "now"}], [{"desc": 5, "timestamp": "now"}]):
        ask("importdescriptors", request, wallet="w")
    ask("loadwallet", "w")
    ask("createwallet")
    ask("createwallet", "x", "y")
    ask("backupwallet", wallet="w")


def check_that_all_were_asked(check):
    """Each method of bitcoind, but those of the wallet, has given an answer to compare."""
    sections = re.split(r"^== (\w+) ==$", check.core.help(), flags=re.M)[1:]
    methods = {line.split()[0] for name, text in zip(sections[::2], sections[1::2]) if name != "Wallet"
               for line in text.splitlines() if line}
    missing = sorted(methods - check.answered - set(NOT_COMPARED))
    if missing:
        check.differ("methods without a comparison", ", ".join(missing))


def transactions(daler, coins):
    """Transactions of many kinds, valid and invalid. The invalid ones do not enter a mempool."""
    fresh = coins[0]
    two = Transaction([Input(*fresh[:2])], [
        Output(COIN), Output(fresh[2] - COIN - 2000, b"\x76\xa9\x14" + bytes(20) + b"\x88\xac"),
        Output(0, b"\x6a\x04data")])
    wrong = spend([fresh])
    wrong.inputs[0].witness = [b"\x52"]
    locked = spend([fresh], lock_time=100_000)
    scripts = [b"", b"\x51", b"\x6a", b"\x52\x21" + b"\x02" + b"\x11" * 32 + b"\x51\xae", b"\x51\x20" + b"\x11" * 32,
               b"\x60\x02\x4e\x73", b"\xa9\x14" + bytes(20) + b"\x87", b"\x21\x02" + b"\x11" * 32 + b"\xac",
               b"\x4c", b"\x01", b"\x51\x02\x4e\x73", b"\x00\x14" + bytes(20), b"\x63\x01\x02\x68\xb1\xb2\xff",
               b"\x4f\x01\x81\x02\xff\x7f\x04\xff\xff\xff\xff\x05\x01\x02\x03\x04\x05"]
    samples = {f"script {i}": Transaction([Input(*fresh[:2])], [Output(fresh[2] - 5000, script)])
               for i, script in enumerate(scripts)}
    samples = {name: tx for name, tx in samples.items() if name not in ("script 4", "script 5", "script 6",
                                                                        "script 7", "script 10", "script 11")}
    return {
        "good": two, "wrong witness": wrong, "lock time": locked,
        "missing": spend([("77" * 32, 1, COIN)]), "too much": spend([fresh], fee=-5), "no fee": spend([fresh], fee=0),
        "rich": spend([fresh], fee=2 * COIN), "twice": spend([fresh, fresh]), "version": spend([fresh], version=7),
        "negative": Transaction([Input(*fresh[:2])], [Output(-1)]),
        "huge": Transaction([Input(*fresh[:2])], [Output(21_000_001 * COIN)]),
        "dust": Transaction([Input(*fresh[:2])], [Output(100), Output(fresh[2] - 5000)]),
        "coinbase": Transaction([Input("00" * 32, 0xFFFFFFFF, b"\x01\x02\x03", witness=[])], [Output(COIN)]),
        "old coinbase script": spend([fresh], script=ANYONE_SCRIPT, outputs=3, fee=30000, version=1, lock_time=5),
        "empty": "", "short": "0100", "odd": "010", "letters": "xyz", "trailing": two.hex() + "00",
        "no inputs": "01000000000100000000000000000000000000", **samples}


def main(test):
    print(bitcoind_folder())
    core = test.node("-whitelist=noban,in,out@127.0.0.1", kind="bitcoind", name="bitcoind")
    daler = test.node("-strictregtest", "-fallbackfee=0.0002", name="daler")
    core.createwallet("w")
    daler.createwallet("w", False, True)
    wallet = core.wallet("w")
    imports = [{"desc": entry["desc"], "timestamp": 0, "active": True, "internal": entry["internal"],
                "range": [0, 50], "next_index": 0} for entry in wallet.listdescriptors(True)["descriptors"]]
    assert all(answer["success"] for answer in daler.wallet("w").importdescriptors(imports))
    daler.connect(core)

    def new_address(kind):
        addresses = [node.wallet("w").getnewaddress("", kind) for node in (core, daler)]
        equal(addresses[0], addresses[1], "the next address of one descriptor")
        return addresses[0]

    for kind in ("bech32", "bech32m", "legacy"):
        core.generatetoaddress(1, new_address(kind))
    core.generatetoaddress(110, ANYONE_ADDRESS)
    coins = coins_of(core, 4, 10)
    wallet.sendtoaddress(ANYONE_ADDRESS, 60)
    parent = spend([coins[1]], outputs=3)
    for transaction in (parent, spend([coin(parent)], fee=5000)):
        core.sendrawtransaction(transaction.hex())
    core.generatetoaddress(1, ANYONE_ADDRESS)
    fork = next_block(core, time=core.getblockheader(core.tip())["time"] + 7)
    core.generatetoaddress(1, ANYONE_ADDRESS)
    sync_blocks([daler, core])
    for node in (daler, core):
        node.submitblock(fork.hex())
    late = spend([coins[2]], outputs=2)
    for transaction in (late, spend([coin(late)], fee=5000)):
        core.sendrawtransaction(transaction.hex())
    wallet.sendtoaddress(new_address("bech32"), 1)
    sync_mempools([daler, core])
    wait_until(lambda: len(daler.wallet("w").listtransactions("*", 100)) == len(wallet.listtransactions("*", 100)))
    test.step("one chain, one mempool, one wallet")

    check = Comparison(daler, core)
    for name, part in (("the chain", lambda: ask_about_the_chain(check, daler)),
                       ("transactions", lambda: ask_about_transactions(check, daler, transactions(daler, coins))),
                       ("blocks", lambda: ask_about_blocks(check, daler, fork.hash)),
                       ("scans", lambda: ask_about_scans(check)),
                       ("the network and more", lambda: rpc_questions.ask_all(check, daler)),
                       ("everything else", lambda: ask_about_the_rest(check, daler)),
                       ("the wallet", lambda: ask_about_the_wallet(check, daler)),
                       ("help", lambda: compare_first_lines(check))):
        part()
        test.step(f"{name}: {check.calls} calls, {len(check.differences)} differences")
    for node in (daler, core):
        node.restart("-txindex", "-coinstatsindex", "-blockfilterindex=basic")
        wait_until(lambda: all(entry["synced"] for entry in node.getindexinfo().values()))
    ask_about_blocks(check, daler, fork.hash)
    ask_about_transactions(check, daler, {})
    check_that_all_were_asked(check)
    test.step(f"with indexes: {check.calls} calls, {len(check.differences)} differences")
    for difference in check.differences[:120]:
        print("DIFFERS", difference[:2000])
    assert not check.differences, f"{len(check.differences)} differences that are not in the table of known differences"


if __name__ == "__main__":
    run(main)
