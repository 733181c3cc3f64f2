"""Questions of rpc_compare.py about the network, the mempool, PSBTs and scripts, keys and new blocks."""
from chainkit import ANYONE_ADDRESS, ANYONE_SCRIPT

SECRET = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"
PUBLIC = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"


def ask_about_the_network(check, daler):
    ask, tip = check.ask, daler.getblockheader(daler.tip(), False)
    for method in ("clearbanned", "listbanned", "getaddednodeinfo", "getaddrmaninfo", "getnettotals", "getnodeaddresses",
                   "getzmqnotifications", "getrpcinfo", "getmemoryinfo", "getprioritisedtransactions",
                   "savemempool"):
        ask(method)
        ask(method, None, None, None, "too many")
    for arguments in (("1.2.3.0/24", "add", 2_000_000_000, True), ("1.2.3.4", "add"), ("::1", "add", 500), ("x", "add"),
                      ("1.2.3.4", "nosuch"), ("9.9.9.9", "remove"), ("1.2.3.4/33", "add"), ("1.2.3.0/24", "remove")):
        ask("setban", *arguments)
        ask("listbanned")
    ask("clearbanned")
    for arguments in ((True,), ("x",), ()):
        ask("setnetworkactive", *arguments)
    for arguments in ((0,), (-1,), (1, "ipv4"), (1, "nosuch"), ("x",)):
        ask("getnodeaddresses", *arguments)
    for arguments in ((), (1,), (1, 1), (0,), (-1,), (120, -1), (1, 999_999), ("x",)):
        ask("getnetworkhashps", *arguments)
    for arguments in (("stats",), ("nosuch",), (5,)):
        ask("getmemoryinfo", *arguments)
    for arguments in (("00",), ("00" * 80,), ("zz" * 80,), (), (5,), (tip,)):
        ask("submitheader", *arguments)
    ask("getaddednodeinfo", "127.0.0.1:1")
    for command in ("add", "remove"):
        ask("addnode", "127.0.0.1:1", command)


def ask_about_packages_of_the_mempool(check, daler):
    ask = check.ask
    mempool = daler.getrawmempool()
    for name in (*mempool, "00" * 32, "abc", 5):
        for verbose in (None, False, True, 1):
            ask("getmempoolancestors", name, verbose)
            ask("getmempooldescendants", name, verbose)
        ask("gettxoutproof", [name])
    spent = [{"txid": vin["txid"], "vout": vin["vout"]} for name in mempool for vin in daler.getrawtransaction(name, 1)["vin"]]
    for outputs in (spent, spent[:1] * 2, [{"txid": "00" * 32, "vout": 0}], [], [{}], [{"txid": "00" * 32}], "x", [5],
                    [{"txid": "00" * 32, "vout": -1}], [{"txid": "x", "vout": 0}], [{"txid": "00" * 32, "vout": 0, "x": 1}]):
        ask("gettxspendingprevout", outputs)
    block = daler.getblockhash(daler.getblockcount() - 1)
    ids = daler.getblock(block)["tx"]
    for arguments in ((ids,), (ids[:1], block), (ids[:1] * 2,), ([],), (["00" * 32], block), (ids[:1], "00" * 32), ("x",), ()):
        proof = ask("gettxoutproof", *arguments)
        ask("verifytxoutproof", proof)
    for text in ("00", "zz", "", 5):
        ask("verifytxoutproof", text)
    for arguments in (("waitforblock", block, 1), ("waitforblock", "00" * 32, 1), ("waitforblockheight", 1, 1),
                      ("waitforblockheight", 10**6, 1), ("waitfornewblock", 1), ("waitforblock", block, -1)):
        ask(*arguments)


def ask_about_psbts(check, daler):
    ask = check.ask
    coin_of_block = {"txid": daler.getblock(daler.getblockhash(40))["tx"][0], "vout": 0}
    raw = ask("createrawtransaction", [coin_of_block], [{ANYONE_ADDRESS: "49.999"}, {"data": "00ff"}], 5, True)
    for arguments in (([], {}), ([], []), ([coin_of_block], {"x": 1}), ([coin_of_block], {ANYONE_ADDRESS: -1}),
                      ([coin_of_block], [{ANYONE_ADDRESS: 1}, {ANYONE_ADDRESS: 1}]), ([coin_of_block], {"data": "0"}),
                      ([coin_of_block | {"sequence": 1}], {}, 2**32), ([coin_of_block | {"sequence": -1}], {}),
                      ([coin_of_block], [{}]), ([coin_of_block], [5]), ([{}], {}), ([coin_of_block], {}, 0, True)):
        ask("createrawtransaction", *arguments)
        ask("createpsbt", *arguments)
    psbt = ask("createpsbt", [coin_of_block], [{ANYONE_ADDRESS: "49.999"}, {"data": "00ff"}], 5, True)
    told = [f"wpkh({SECRET})", {"desc": f"pk({PUBLIC})", "range": 5}, f"raw({ANYONE_SCRIPT.hex()})"]
    updated = ask("utxoupdatepsbt", psbt, told)
    for text in (psbt, updated, "", "x", "cHNidP8=", 5, raw):
        for method in ("decodepsbt", "analyzepsbt", "utxoupdatepsbt", "finalizepsbt"):
            ask(method, text)
        ask("finalizepsbt", text, False)
        ask("combinepsbt", [text])
        ask("combinepsbt", [psbt, text])
        ask("joinpsbts", [text, text])
        ask("descriptorprocesspsbt", text, told)
        ask("converttopsbt", text)
        ask("combinerawtransaction", [text])
    for arguments in ((raw, True), (raw, False, True), (raw, False, False)):
        ask("converttopsbt", *arguments)
    for arguments in ((psbt, told, "NOSUCH"), (psbt, told, "ALL", False, False), (psbt, ["x"]), (psbt, [5]), (psbt,)):
        ask("descriptorprocesspsbt", *arguments)
    own, = daler.deriveaddresses(daler.getdescriptorinfo(f"wpkh({SECRET})")["descriptor"])
    open_to_all = coin_of_block | {"scriptPubKey": ANYONE_SCRIPT.hex(), "witnessScript": "51", "amount": 50}
    known = coin_of_block | {"scriptPubKey": daler.validateaddress(own)["scriptPubKey"], "amount": 50}
    for arguments in ((raw, [SECRET]), (raw, [SECRET], [known]), (raw, [], [known], "NONE"), (raw, [], [known], "x"),
                      (raw, [], [open_to_all]), (raw, ["x"]), (raw, [SECRET], [{}]), ("00", [])):
        ask("signrawtransactionwithkey", *arguments)


def ask_about_scripts_and_keys(check):
    ask = check.ask
    for text in ("", "51", "6a", "zz", "76a914" + "00" * 20 + "88ac", "0014" + "00" * 20, "5120" + "11" * 32, "51024e73",
                 f"21{PUBLIC}ac", f"5121{PUBLIC}51ae", "a914" + "00" * 20 + "87", f"21{PUBLIC}ad59b2", 5):
        ask("decodescript", text)
    for arguments in ((1, [PUBLIC]), (1, [PUBLIC], "bech32"), (1, [PUBLIC], "nosuch"), (2, [PUBLIC]), (0, [PUBLIC]), (1, []),
                      (1, ["x"]), (1, [PUBLIC[:-2]]), (21, [PUBLIC] * 21), (1, [PUBLIC], "bech32m")):
        ask("createmultisig", *arguments)
    for text in (f"wpkh({PUBLIC})", f"wpkh({SECRET})", "x", "", f"wpkh({PUBLIC})#x", f"wpkh({PUBLIC})#qqqqqqqq", "raw(51)",
                 f"addr({ANYONE_ADDRESS})", f"tr({PUBLIC[2:]})", f"wsh(multi(1,{PUBLIC}))", f"sh({PUBLIC})", 5):
        info = ask("getdescriptorinfo", text)
        for arguments in ((info["descriptor"],), (info["descriptor"], [0, 1]), (info["descriptor"], 5)) if info else ((text,),):
            ask("deriveaddresses", *arguments)
    signature = ask("signmessagewithprivkey", SECRET, "text")
    ask("signmessagewithprivkey", "x", "text")
    for arguments in (("mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r", signature, "text"), ("x", signature, "text"),
                      ("mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r", "x", "text"), (ANYONE_ADDRESS, signature, "text")):
        ask("verifymessage", *arguments)
    for arguments in ((6,), (0,), (1009,), (6, "nosuch"), (6, 5), ("x",), ()):
        ask("estimatesmartfee", *arguments)
    for arguments in (("00" * 32, 0, 0), ("x", 0, 0), ("00" * 32, 0, "x"), ()):
        ask("prioritisetransaction", *arguments)


def ask_about_new_blocks(check):
    ask = check.ask
    ask("generatetodescriptor", 0, f"addr({ANYONE_ADDRESS})")
    ask("generatetodescriptor", 0, "x")
    ask("generateblock", "x", [])
    ask("generateblock", ANYONE_ADDRESS, ["00" * 32])
    ask("getblocktemplate", {"rules": ["segwit"]})
    for request in (None, {}, {"rules": []}, {"mode": "x"}, {"mode": "proposal"}, {"mode": "proposal", "data": "00"}, 5):
        ask("getblocktemplate", request)


def ask_all(check, daler):
    ask_about_the_network(check, daler)
    ask_about_packages_of_the_mempool(check, daler)
    ask_about_psbts(check, daler)
    ask_about_scripts_and_keys(check)
    ask_about_new_blocks(check)
