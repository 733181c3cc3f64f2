#!/usr/bin/python3
"""The wallet: addresses, payments, balances, restarts, reorganisations, backups and descriptors."""
import json
from decimal import Decimal

from chainkit import ANYONE_ADDRESS
from framework import RpcError, equal, fails, run, wait_until

PREFIXES = {"bech32": "bcrt1q", "bech32m": "bcrt1p", "legacy": ("m", "n"), "p2sh-segwit": "2"}


def creation(test, node):
    test.step("creating and loading")
    fails(-18, "No wallet is loaded", node.getbalance)
    equal(node.createwallet("w"), {"name": "w"})
    equal(node.listwallets(), ["w"])
    assert (node.folder / "wallets" / "w" / "wallet.dat").exists()
    fails(-4, "Database already exists", node.createwallet, "w")
    fails(-35, 'Wallet "w" is already loaded', node.loadwallet, "w")
    fails(-18, "Path does not exist", node.loadwallet, "none")
    info = node.getwalletinfo()
    equal((info["walletname"], info["balance"], info["txcount"], info["descriptors"], info["private_keys_enabled"]),
          ("w", Decimal("0E-8"), 0, True, True))
    node.createwallet("other")
    equal(node.listwallets(), ["w", "other"])
    fails(-19, "Wallet file not specified" if node.kind == "daler" else "Multiple wallets", node.getbalance)
    equal(node.wallet("other").getbalance(), 0)


def addresses(test, node, wallet):
    test.step("addresses of each type")
    seen = set()
    for kind, prefix in PREFIXES.items():
        address = wallet.getnewaddress("", kind)
        assert address.startswith(prefix), (kind, address)
        info = wallet.getaddressinfo(address)
        equal((info["ismine"], info["solvable"], info["iswatchonly"], info["ischange"]), (True, True, False, False))
        assert info["hdkeypath"].startswith("m/"), info
        equal(info["scriptPubKey"], node.validateaddress(address)["scriptPubKey"])
        seen.add(address)
    assert wallet.getnewaddress().startswith("bcrt1q")
    versions(wallet)
    message_signatures(node, wallet)
    fails(-5, "Unknown address type 'nosuch'", wallet.getnewaddress, "", "nosuch")
    equal(wallet.getaddressinfo(ANYONE_ADDRESS)["ismine"], False)
    fails(-5, "Invalid", wallet.getaddressinfo, "nonsense")
    equal(node.validateaddress("nonsense")["isvalid"], False)
    labelled = wallet.getnewaddress("shop")
    equal(wallet.getaddressinfo(labelled)["labels"], ["shop"])


def versions(wallet):
    equal(wallet.upgradewallet()["result"], "Already at latest version. Wallet version unchanged.")
    equal(wallet.upgradewallet(1)["error"],
          "Cannot downgrade wallet from version 169900 to version 1. Wallet version unchanged.")


def message_signatures(node, wallet):
    legacy = wallet.getnewaddress("", "legacy")
    signature = wallet.signmessage(legacy, "text")
    equal(node.verifymessage(legacy, signature, "text"), True)
    equal(node.verifymessage(legacy, signature, "other text"), False)
    fails(-5, "Invalid address", wallet.signmessage, "nonsense", "text")
    fails(-3, "Address does not refer to key", wallet.signmessage, wallet.getnewaddress(), "text")
    fails(-4, "Private key not available", wallet.signmessage, "mkHS9ne12qx9pS9VojpwU5xtRd4T7X7ZUt", "text")


def maturity(test, node, wallet):
    test.step("a coinbase matures after 100 blocks")
    address = wallet.getnewaddress()
    node.generatetoaddress(1, address)
    balances = wallet.getbalances()["mine"]
    equal((balances["trusted"], balances["untrusted_pending"], balances["immature"]), (0, 0, 50))
    node.generatetoaddress(99, ANYONE_ADDRESS)
    equal((wallet.getbalance(), wallet.getbalances()["mine"]["immature"]), (0, 50))
    equal(wallet.listunspent(), [])
    equal(wallet.gettransaction(wallet.listtransactions()[0]["txid"])["details"][0]["category"], "immature")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal((wallet.getbalance(), wallet.getbalances()["mine"]["immature"]), (50, 0))
    coin = wallet.listunspent()[0]
    equal((coin["address"], coin["amount"], coin["confirmations"], coin["spendable"], coin["safe"]),
          (address, 50, 101, True, True))


def payments(test, node, wallet, other):
    test.step("payments to each type of address, with change")
    total = wallet.getbalance()
    for kind in PREFIXES:
        target = other.getnewaddress("", kind)
        txid = wallet.sendtoaddress(target, Decimal("1.00000001"))
        sent = wallet.gettransaction(txid)
        assert sent["fee"] < 0 and sent["amount"] == Decimal("-1.00000001"), sent
        equal(sent["confirmations"], 0)
        total += sent["fee"] + sent["amount"]
        equal(wallet.getbalance(), total)
        assert txid in node.getrawmempool()
        received = other.gettransaction(txid)
        equal((received["amount"], received["details"][0]["category"], received["details"][0]["address"]),
              (Decimal("1.00000001"), "receive", target))
    mine = other.getbalances()["mine"]
    equal((mine["trusted"], mine["untrusted_pending"]), (0, Decimal("4.00000004")))
    equal(other.getunconfirmedbalance(), mine["untrusted_pending"])
    equal(other.getbalance(), 0)
    equal(other.listunspent(), [])
    equal(len(other.listunspent(0)), 4)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(other.getbalance(), Decimal("4.00000004"))
    equal(wallet.getbalance(), total)

    test.step("coins of every type can be spent")
    txid = other.sendtoaddress(address=wallet.getnewaddress(), amount=Decimal("4.00000004"), subtractfeefromamount=True)
    equal(len(node.getrawtransaction(txid, 1)["vin"]), 4)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(other.getbalance(), 0)
    total += wallet.gettransaction(txid)["amount"]
    equal(wallet.getbalance(), total)


def replaceable_payments(test, node, wallet, other):
    test.step("a payment can be replaced if a payment that it depends on can")
    parent = wallet.sendtoaddress(address=other.getnewaddress(), amount=1, replaceable=True)
    change = [coin for coin in wallet.listunspent(0) if coin["txid"] == parent]
    others = [coin for coin in wallet.listunspent() if coin["txid"] != parent]
    locked = [{"txid": coin["txid"], "vout": coin["vout"]} for coin in others]
    wallet.lockunspent(False, locked)
    equal(sorted(wallet.listlockunspent(), key=str), sorted(locked, key=str))
    child = wallet.sendtoaddress(address=other.getnewaddress(), amount=Decimal("0.5"), replaceable=False)
    wallet.lockunspent(True)
    equal([coin["txid"] for coin in change], [coin["txid"] for coin in node.getrawtransaction(child, 1)["vin"]])
    equal([wallet.gettransaction(txid)["bip125-replaceable"] for txid in (parent, child)], ["yes", "yes"])
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(wallet.gettransaction(child)["bip125-replaceable"], "no")


def failing_payments(test, wallet, other):
    test.step("payments that fail")
    fails(-6, "Insufficient funds", wallet.sendtoaddress, other.getnewaddress(), 10_000)
    fails(-5, "Invalid", wallet.sendtoaddress, "nonsense", 1)
    fails(-3, "Invalid amount", wallet.sendtoaddress, other.getnewaddress(), "1.000000001")
    fails(-3, "Amount out of range", wallet.sendtoaddress, other.getnewaddress(), -1)
    for amount in (0, Decimal("0.00000001")):
        try:
            wallet.sendtoaddress(other.getnewaddress(), amount)
            raise AssertionError(f"paid {amount}")
        except RpcError as error:
            assert error.code in (-3, -4, -6), error
    fails(-5, "Invalid or non-wallet transaction id", wallet.gettransaction, "11" * 32)


def long_chain(test, node, wallet):
    test.step("a chain that the mempool would reject is not created, and the wallet keeps no part of it")
    node.createwallet("chain")
    chain = node.wallet("chain")
    wallet.sendtoaddress(chain.getnewaddress(), 10)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    sent = [chain.sendtoaddress(ANYONE_ADDRESS, Decimal("0.1")) for _ in range(25)]
    fails(-6, "Unconfirmed UTXOs are available, but spending them creates a chain of transactions that will be "
          "rejected by the mempool", chain.sendtoaddress, ANYONE_ADDRESS, Decimal("0.1"))
    equal({entry["txid"] for entry in chain.listtransactions("*", 100) if entry["category"] == "send"}, set(sent))
    equal(chain.getwalletinfo()["txcount"], 26)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    chain.sendtoaddress(ANYONE_ADDRESS, Decimal("0.1"))
    node.generatetoaddress(1, ANYONE_ADDRESS)
    node.unloadwallet("chain")


def history(test, wallet):
    test.step("listtransactions")
    entries = wallet.listtransactions("*", 100)
    equal([entry["time"] for entry in entries], sorted(entry["time"] for entry in entries))
    assert {entry["category"] for entry in entries} >= {"generate", "send", "receive"}
    equal(wallet.listtransactions("*", 2), entries[-2:])
    equal(wallet.listtransactions("*", 2, 1), entries[-3:-1])
    equal(wallet.listtransactions("*", 0), [])
    fails(-8, "Negative count", wallet.listtransactions, "*", -1)


def restarts(test, node):
    test.step("balances, addresses and loaded wallets after a restart and after a kill")
    node.createwallet(wallet_name="kept", load_on_startup=True)
    kept, wallet = node.wallet("kept"), node.wallet("w")
    target = kept.getnewaddress()
    txid = wallet.sendtoaddress(target, 2)
    node.generatetoaddress(1, ANYONE_ADDRESS)
    before = wallet.getbalances(), kept.getbalances(), wallet.listtransactions("*", 100)
    node.restart()
    equal(node.listwallets(), ["kept"])
    equal(node.loadwallet("w"), {"name": "w"})
    kept, wallet = node.wallet("kept"), node.wallet("w")
    equal((wallet.getbalances(), kept.getbalances(), wallet.listtransactions("*", 100)), before)
    assert kept.getnewaddress() != target
    answered = kept.getnewaddress()
    unconfirmed = wallet.sendtoaddress(answered, 3)
    node.kill()
    node.start("-wallet=w")
    equal(sorted(node.listwallets()), ["kept", "w"])
    kept, wallet = node.wallet("kept"), node.wallet("w")
    assert kept.getaddressinfo(answered)["ismine"], "an address that was returned must be on the disk"
    assert wallet.gettransaction(unconfirmed)["confirmations"] == 0
    wait_until(lambda: unconfirmed in node.getrawmempool(), 30, "the payment to be sent again")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    equal(kept.getbalance(), 5)
    assert kept.getnewaddress() != answered
    equal(kept.gettransaction(txid)["confirmations"], 2)


def reorganisations(test, node):
    test.step("balances follow a reorganisation")
    wallet, kept = node.wallet("w"), node.wallet("kept")
    before = kept.getbalance()
    txid = wallet.sendtoaddress(kept.getnewaddress(), 1)
    block = node.generatetoaddress(1, wallet.getnewaddress())[0]
    node.syncwithvalidationinterfacequeue()
    equal(kept.getbalance(), before + 1)
    own = wallet.getbalances()["mine"]
    node.invalidateblock(block)
    node.syncwithvalidationinterfacequeue()
    equal(kept.gettransaction(txid)["confirmations"], 0)
    equal((kept.getbalance(), kept.getbalances()["mine"]["untrusted_pending"]), (before, 1))
    assert wallet.getbalances()["mine"]["immature"] < own["immature"]
    node.reconsiderblock(block)
    node.syncwithvalidationinterfacequeue()
    equal(kept.gettransaction(txid)["confirmations"], 1)
    equal(kept.getbalance(), before + 1)
    equal(wallet.getbalances()["mine"], own)
    test.step("a wallet that was not loaded rewinds to the active chain")
    node.restart("-nowallet")
    equal(node.listwallets(), [], "wallets of settings.json, with -nowallet")
    missing = sorted(set(("w", "kept")) - set(node.listwallets()))
    node.invalidateblock(block)
    node.generatetoaddress(2, ANYONE_ADDRESS)
    node.restart()
    for name in missing:
        if name not in node.listwallets():
            node.loadwallet(name)
    kept = node.wallet("kept")
    equal(kept.getbalance(), before + 1)
    equal(kept.gettransaction(txid)["confirmations"], 2)


def descriptors(test, node):
    test.step("listdescriptors and importdescriptors")
    kept = node.wallet("kept")
    public = kept.listdescriptors()
    equal(public["wallet_name"], "kept")
    kinds = sorted(entry["desc"].partition("(")[0] for entry in public["descriptors"])
    equal([kind for kind in kinds if kind in ("wpkh", "tr", "pkh")], ["pkh", "pkh", "tr", "tr", "wpkh", "wpkh"])
    assert all(entry["active"] for entry in public["descriptors"])
    private = kept.listdescriptors(True)["descriptors"]
    assert all("tprv" in entry["desc"] for entry in private)
    assert not any("tprv" in entry["desc"] for entry in public["descriptors"])
    node.createwallet("copy", False, True)
    copy = node.wallet("copy")
    answers = copy.importdescriptors([
        {"desc": entry["desc"], "timestamp": 0, "active": True, "internal": entry["internal"],
         "range": entry["range"], "next_index": entry["next"]} for entry in private])
    equal([answer["success"] for answer in answers], [True] * len(private))
    equal(copy.getbalance(), kept.getbalance())
    equal(sorted(coin["txid"] for coin in copy.listunspent()), sorted(coin["txid"] for coin in kept.listunspent()))
    equal(copy.getnewaddress(), kept.getnewaddress())

    test.step("a single key, and refused descriptors")
    node.createwallet("single", False, True)
    single = node.wallet("single")
    key = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"
    fails_import = single.importdescriptors([{"desc": f"wpkh({key})", "timestamp": "now"}])[0]
    equal(fails_import["success"], False)
    equal((fails_import["error"]["code"], fails_import["error"]["message"]), (-5, "Missing checksum"))
    node.createwallet("watch", True, True)
    refused = node.wallet("watch").importdescriptors([{"desc": f"wpkh({key})#q5lr7tgr", "timestamp": "now"}])[0]
    equal(refused["success"], False)
    combo = "combo(cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA)#" + checksum(f"combo({key})")
    node.generatetoaddress(1, "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080")
    equal(single.importdescriptors([{"desc": combo, "timestamp": 0}]), [{"success": True}])
    equal(single.getbalances()["mine"]["immature"], 50)
    equal(single.getaddressinfo("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080")["ismine"], True)
    node.generatetoaddress(100, ANYONE_ADDRESS)
    equal(single.getbalance(), 50)


def script_trees(test, node):
    test.step("outputs with a script tree")
    node.createwallet("trees", False, True)
    trees = node.wallet("trees")
    key = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA"
    other = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"
    own, shared = f"tr({other},{{pk({other}),pk({key})}})", f"tr({other},multi_a(2,{other},{key}))"
    texts = [f"{text}#{checksum(text)}" for text in (own, shared)]
    answers = trees.importdescriptors([{"desc": text, "timestamp": "now"} for text in texts])
    equal([answer["success"] for answer in answers], [True, True])
    places = [node.deriveaddresses(text)[0] for text in texts]
    node.wallet("kept").sendmany("", {place: 1 for place in places})
    node.generatetoaddress(1, ANYONE_ADDRESS)
    coins = {coin["address"]: coin for coin in trees.listunspent()}
    equal([coins[place]["spendable"] for place in places], [True, False])
    for place, text in zip(places, texts):
        equal(coins[place]["desc"].count("("), text.count("("), "the tree is shown")
        equal(trees.getaddressinfo(place)["desc"], coins[place]["desc"])
    equal(trees.getbalance(), 1)
    fails(-6, "Insufficient funds", trees.sendtoaddress, ANYONE_ADDRESS, 1.5)
    payment = node.getrawtransaction(trees.sendtoaddress(ANYONE_ADDRESS, 1, "", "", True), 1)
    equal([len(entry["txinwitness"]) for entry in payment["vin"]], [3])
    assert payment["txid"] in node.getrawmempool()


def checksum(descriptor):
    """The checksum of a descriptor (BIP 380)."""
    inputs = ("0123456789()[],'/*abcdefgh@:$%{}" "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
              "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ")
    symbols, groups = [], []
    for char in descriptor:
        value = inputs.index(char)
        symbols.append(value & 31)
        groups.append(value >> 5)
        if len(groups) == 3:
            symbols.append(groups[0] * 9 + groups[1] * 3 + groups[2])
            groups = []
    if len(groups) == 1:
        symbols.append(groups[0])
    elif len(groups) == 2:
        symbols.append(groups[0] * 3 + groups[1])
    check = 1
    for value in symbols + [0] * 8:
        top = check >> 35
        check = (check & 0x7FFFFFFFF) << 5 ^ value
        for i, generator in enumerate((0xF5DEE51989, 0xA9FDCA3312, 0x1BAB10E32D, 0x3706B1677A, 0x644D626FFD)):
            check ^= generator if top >> i & 1 else 0
    check ^= 1
    return "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[(check >> 5 * (7 - i)) & 31] for i in range(8))


def backups(test, node):
    test.step("backupwallet, and a node that starts from the copy")
    kept = node.wallet("kept")
    balance, address = kept.getbalance(), kept.getnewaddress()
    kept.backupwallet(str(test.folder / "backup.dat"))
    fails(-4, "Wallet backup failed", kept.backupwallet, str(test.folder / "none" / "backup.dat"))
    fails(-4, "Wallet backup failed", kept.backupwallet, str(node.folder / "wallets"))
    assert not (node.folder / "wallets" / "wallet.dat").exists()
    node.stop()
    settings = node.folder / "settings.json"
    if settings.exists():
        equal(json.loads(settings.read_text())["wallet"], ["kept"])
    target = node.folder / "wallets" / "restored"
    target.mkdir()
    (test.folder / "backup.dat").rename(target / "wallet.dat")
    node.start("-wallet=restored")
    restored = node.wallet("restored")
    equal(restored.getbalance(), balance)
    assert restored.getaddressinfo(address)["ismine"]
    test.step("a damaged wallet file")
    node.stop()
    bad = node.folder / "wallets" / "bad"
    bad.mkdir()
    (bad / "wallet.dat").write_bytes(b"garbage" * 1000)
    node.start()
    fails(-18, "bad", node.loadwallet, "bad")
    equal(node.wallet("kept").getbalance(), balance)
    test.step("-walletdir names an existing folder")
    node.stop()
    for value, reason in (("", "does not exist"), ("wallets", "does not exist"),
                          (test.folder / "none", "does not exist"), (bad / "wallet.dat", "is not a directory")):
        said = node.fails_to_start(f"-walletdir={value}")
        assert f'Specified -walletdir "{value}" {reason}' in said, said
    elsewhere = test.folder / "elsewhere"
    elsewhere.mkdir()
    node.start(f"-walletdir={elsewhere}", "-nowallet")
    node.createwallet("there")
    assert (elsewhere / "there" / "wallet.dat").exists()


def resending(test, node, wallet):
    test.step("unconfirmed payments are sent again after 12 to 36 hours")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    now = node.getblockheader(node.tip())["time"] + 1
    node.setmocktime(now)
    txid = wallet.sendtoaddress(ANYONE_ADDRESS, 1)
    node.setmocktime(now + 6 * 60)
    node.generateblock(ANYONE_ADDRESS, [])
    node.syncwithvalidationinterfacequeue()
    log_size = len(node.log())
    node.setmocktime(now + 37 * 60 * 60)
    node.expect_log("wallet kept", "resubmit 1 unconfirmed transactions", after=log_size)
    assert txid in node.getrawmempool()
    node.setmocktime(0)


def main(test):
    node = test.node()
    creation(test, node)
    wallet, other = node.wallet("w"), node.wallet("other")
    addresses(test, node, wallet)
    maturity(test, node, wallet)
    payments(test, node, wallet, other)
    replaceable_payments(test, node, wallet, other)
    failing_payments(test, wallet, other)
    long_chain(test, node, wallet)
    history(test, wallet)
    restarts(test, node)
    reorganisations(test, node)
    descriptors(test, node)
    script_trees(test, node)
    resending(test, node, node.wallet("kept"))
    backups(test, node)


run(main)
