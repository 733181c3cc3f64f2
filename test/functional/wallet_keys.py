#!/usr/bin/python3
"""The extended keys of a wallet, new descriptors from them, and the methods that only old wallets have."""
from framework import equal, fails, run

LOCKED = "Error: Please enter the wallet passphrase with walletpassphrase first."
OLD = "Only legacy wallets are supported by this command"


def texts(wallet, **options):
    return {entry["desc"]: entry["active"] for key in wallet.gethdkeys(**options) for entry in key["descriptors"]}


def old_wallets(node):
    for method, *arguments in [("addmultisigaddress", 1, []), ("dumpprivkey", "x"), ("dumpwallet", "x"), ("importaddress", "x"),
                               ("importmulti", []), ("importprivkey", "x"), ("importpubkey", "x"), ("importwallet", "x"),
                               ("newkeypool",), ("sethdseed",)]:
        fails(-4, OLD, getattr(node.wallet("w"), method), *arguments)
    fails(-4, "Cannot import private keys to a wallet with private keys disabled", node.wallet("watching").importprivkey, "x")
    for call in (node.wallet("w").migratewallet, lambda: node.migratewallet("w")):
        fails(-4, "Error: This wallet is already a descriptor wallet", call)
    fails(-4, "Error: Wallet does not exist", node.migratewallet, "nosuch")
    fails(-8, "Either RPC endpoint wallet or wallet_name parameter must be provided", node.migratewallet)
    fails(-8, "RPC endpoint wallet and wallet_name parameter specify different wallets", node.wallet("w").migratewallet, "x")


def watching(node, descriptor):
    watcher = node.wallet("watching")
    equal(watcher.gethdkeys(private=True), [])
    watcher.importdescriptors([{"desc": descriptor, "timestamp": "now"}])
    shown, = watcher.gethdkeys(private=True)
    equal((shown["has_private"], "xprv" in shown, shown["descriptors"]),
          (False, False, [{"desc": descriptor, "active": False}]))
    assert shown["xpub"] in descriptor
    equal(watcher.gethdkeys(active_only=True), [])


def locked(wallet, key):
    wallet.encryptwallet("secret")
    equal([key["has_private"] for key in wallet.gethdkeys()], [True, True])
    fails(-13, LOCKED, wallet.gethdkeys, private=True)
    fails(-13, LOCKED, wallet.createwalletdescriptor, "legacy")
    fails(-13, LOCKED, wallet.upgradewallet)
    wallet.walletpassphrase("secret", 1000)
    assert key["xprv"] in [entry["xprv"] for entry in wallet.gethdkeys(private=True)]
    old = wallet.createwalletdescriptor("legacy", hdkey=key["xpub"])["descs"]
    equal([(entry["desc"], entry["active"]) for entry in wallet.listdescriptors()["descriptors"] if entry["desc"] in old],
          [(old[0], True)])
    wallet.walletlock()
    address = wallet.getnewaddress("", "legacy")
    wallet.walletpassphrase("secret", 1000)
    wallet.signmessage(address, "text")


def main(test):
    node = test.node()
    assert (node.folder / "wallets").is_dir(), "the folder is there from the first start on"
    equal((node.listwalletdir(), node.listwallets()), ({"wallets": []}, []))
    node.createwallet("w")
    node.createwallet("watching", True)
    wallet = node.wallet("w")

    test.step("the key of a new wallet")
    key, = wallet.gethdkeys(private=True)
    described = {entry["desc"]: entry["active"] for entry in wallet.listdescriptors()["descriptors"]}
    equal((key["has_private"], texts(wallet)), (True, described))
    assert all(key["xprv"] in entry["desc"] for entry in wallet.listdescriptors(True)["descriptors"])
    assert "xprv" not in wallet.gethdkeys()[0]
    fails(-4, "Descriptor already exists", wallet.createwalletdescriptor, "bech32")

    test.step("a wallet without addresses of one type gets them from its key")
    node.createwallet("part", blank=True)
    part = node.wallet("part")
    fails(-5, "Unable to determine which HD key", part.createwalletdescriptor, "bech32")
    for wrong in ([], ["", "x"], ["*"]):
        fails(-4, "This wallet has no available keys", part.getnewaddress, *wrong)
    fails(-4, "This wallet has no available keys", part.getrawchangeaddress, "x")
    fails(-5, f"Private key for {key['xpub']} is not known", part.createwalletdescriptor, "bech32", hdkey=key["xpub"])
    given, = (entry["desc"] for entry in wallet.listdescriptors(True)["descriptors"]
              if entry["desc"].startswith("pkh(") and entry["internal"])
    request = {"desc": given, "timestamp": "now", "active": True, "internal": True}
    equal(part.importdescriptors([request])[0]["success"], True)
    made = [*part.createwalletdescriptor("bech32m", internal=True)["descs"], *part.createwalletdescriptor("bech32m")["descs"],
            *part.createwalletdescriptor("bech32", hdkey=key["xpub"])["descs"]]
    equal(len(made), 4)
    assert set(made) < set(described)
    equal(part.getnewaddress("", "bech32m"), wallet.getnewaddress("", "bech32m"))
    assert not part.getwalletinfo()["blank"]

    test.step("they are there after a kill, and what was paid to them")
    equal(node.generatetoaddress(1, part.getnewaddress()), [node.getbestblockhash()])
    node.kill()
    node.start()
    for name in ("w", "watching", "part"):
        node.loadwallet(name)
    equal(texts(part, active_only=True), {text: True for text in [*made, *texts(part)]})
    equal(part.getbalances()["mine"]["immature"], 50)

    test.step("a watch-only wallet has keys without private ones")
    watching(node, made[0])

    test.step("a locked wallet shows its keys without private ones")
    locked(part, key)

    test.step("methods of old wallets")
    old_wallets(node)


run(main)
