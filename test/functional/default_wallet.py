#!/usr/bin/python3
"""The wallet that a private chain's node creates when a call needs one, and its keys from a seed."""
import concurrent.futures

from chainkit import ANYONE_ADDRESS
from framework import equal, fails, run, sync_blocks

NO_WALLET = ("No wallet is loaded. Load a wallet using loadwallet or create a new one with createwallet. (Note: A "
             "default wallet is no longer automatically created)")
NOT_SPECIFIED = "Wallet file not specified (must request wallet RPC through /wallet/<filename> uri-path)."
MAIN_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def creation(test, node):
    test.step("only calls that need an address or coins create it")
    for call in (node.getbalance, node.listunspent, node.getwalletinfo, node.listtransactions,
                 lambda: node.getaddressinfo(ANYONE_ADDRESS), lambda: node.setlabel(ANYONE_ADDRESS, "x")):
        error = fails(-18, NO_WALLET, call)
        equal(error.message, NO_WALLET + " On this chain getnewaddress creates one.")
    fails(-18, "Requested wallet does not exist or is not loaded", node.wallet("default").getnewaddress)
    fails(-5, "Unknown address type", node.getnewaddress, "", "nosuch")
    fails(-5, "Invalid Bitcoin address", node.sendtoaddress, "nonsense", 1)
    equal(node.listwallets(), [])


def automine(node):
    node.setautomine("1s")
    node.waitforblockheight(1, 60_000)


def each_call_creates(test):
    test.step("each of them")
    calls = [lambda node: node.getnewaddress(), lambda node: node.getrawchangeaddress(),
             lambda node: fails(-6, "Insufficient funds", node.sendtoaddress, ANYONE_ADDRESS, 1),
             lambda node: fails(-6, "Insufficient funds", node.sendmany, "", {ANYONE_ADDRESS: 1}),
             lambda node: node.faucet(ANYONE_ADDRESS), lambda node: node.cli("-generate", 1), lambda node: node.mine(),
             automine]
    for call in calls:
        node = test.node()
        call(node)
        equal(node.listwallets(), ["default"])
        node.stop()


def concurrency(test):
    test.step("eight calls at the same time create one wallet")
    node = test.node("-keypool=1500")  # so many that it is not open at once
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        addresses = list(pool.map(lambda _: node.getnewaddress(), range(8)))
    equal(len(set(addresses)), 8)
    equal(node.listwallets(), ["default"])
    assert all(node.getaddressinfo(address)["ismine"] for address in addresses)
    node.stop()


def after_revert(test):
    test.step("a revert that moves it aside makes room for another one")
    node = test.node()
    node.snapshot("before")
    address = node.getnewaddress()
    equal(node.revert("before")["wallets"][0]["name"], "default")
    equal(fails(-18, "", node.getbalance).message, NO_WALLET + " On this chain getnewaddress creates one.")
    fails(-18, NO_WALLET, node.getbalance)
    assert node.getnewaddress() != address
    equal(node.listwallets(), ["default"])
    node.stop()


def other_wallets(test, node):
    test.step("it yields to one other wallet, not to two")
    address = node.getnewaddress()
    node.restart()
    equal(node.listwallets(), ["default"])
    assert node.getaddressinfo(address)["ismine"]
    node.createwallet("a")
    equal(node.getwalletinfo()["walletname"], "a")
    node.createwallet("b")
    equal(fails(-19, "", node.getbalance).message, NOT_SPECIFIED)
    fails(-19, "", node.getnewaddress)
    equal(node.wallet("default").getwalletinfo()["walletname"], "default")
    node.unloadwallet("a")
    equal(node.getwalletinfo()["walletname"], "b")
    node.unloadwallet("b")
    equal(node.getwalletinfo()["walletname"], "default")

    test.step("wallets on the disk are not loaded or replaced")
    node.unloadwallet("default")
    equal(fails(-18, "", node.getnewaddress).message, NO_WALLET + ' loadwallet "a" loads the one on the disk.')
    equal(node.listwallets(), [])
    node.loadwallet("default")
    assert node.getaddressinfo(address)["ismine"]


def take_over(test, node):
    test.step("createwallet takes over an unused one")
    equal(node.createwallet("default"), {"name": "default"})
    node.generatetoaddress(1, node.getnewaddress())
    node.syncwithvalidationinterfacequeue()
    text = f"Wallet file verification failed. Failed to create database path '{node.folder / 'wallets' / 'default'}'. " \
           "Database already exists."
    equal(fails(-4, "", node.createwallet, "default").message,
          text + " It is loaded: calls to /wallet/default use it.")
    error = fails(-4, "Database already exists.", node.createwallet, "a")
    assert error.message.endswith('Database already exists. loadwallet "a" loads it.'), error.message


def no_wallet(test):
    test.step("no wallet is created where options or the chain say so")
    node = test.node("-nowallet")
    equal(fails(-18, "", node.getnewaddress).message, NO_WALLET)
    node.restart("-disablewallet")
    fails(-32601, "Method not found", node.getnewaddress)
    node.restart("-wallet=nosuch")
    node.getnewaddress()
    equal(node.listwallets(), ["default"])
    node.stop()


def strict(test):
    test.step("with -strictregtest everything is as in bitcoind")
    node = test.node("-strictregtest")
    for call in (node.getbalance, node.getnewaddress, node.getrawchangeaddress):
        equal(fails(-18, "", call).message, NO_WALLET)
    equal(fails(-18, "", node.sendtoaddress, ANYONE_ADDRESS, 1).message, NO_WALLET)
    equal(node.cli("-generate", 1, check=False).returncode, 18)
    node.createwallet("default")
    assert fails(-4, "", node.createwallet, "default").message.endswith("Database already exists.")
    node.createwallet("w")
    equal(fails(-19, "", node.getbalance).message, NOT_SPECIFIED)
    wallet = node.wallet("w")
    node.generatetoaddress(1, wallet.getnewaddress())
    equal(fails(-6, "", wallet.sendtoaddress, ANYONE_ADDRESS, 1, fee_rate=1).message, "Insufficient funds")
    equal(fails(-5, "", wallet.sendtoaddress, MAIN_ADDRESS, 1).message, f"Invalid Bitcoin address: {MAIN_ADDRESS}")
    node.stop()


def longer_texts(test, node):
    test.step("error texts begin with bitcoind's")
    height = node.getblockcount()
    equal(fails(-6, "", node.sendtoaddress, ANYONE_ADDRESS, 1).message,
          f"Insufficient funds. 50.00 BTC are not mature yet, of which 50.00 BTC are after 100 more blocks, at height "
          f"{height + 100}.")
    sentence = "It is an address of the main chain, and this node runs regtest."
    equal(fails(-5, "", node.sendtoaddress, MAIN_ADDRESS, 1).message,
          f"Invalid Bitcoin address: {MAIN_ADDRESS}. {sentence}")
    equal(fails(-5, "", node.generatetoaddress, 1, MAIN_ADDRESS).message, f"Error: Invalid address. {sentence}")
    equal(node.validateaddress(MAIN_ADDRESS)["error"],
          "Invalid or unsupported Segwit (Bech32) or Base58 encoding. " + sentence)
    fails(-5, "It is an address of a test network", node.getaddressinfo, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx")
    for method in (lambda: node.setlabel(MAIN_ADDRESS, ""), lambda: node.getreceivedbyaddress(MAIN_ADDRESS),
                   lambda: node.createrawtransaction([], {MAIN_ADDRESS: 1})):
        fails(-5, sentence, method)


def seed_file(test, text, name="seed"):
    path = test.folder / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def seeds(test):
    test.step("the same seed and name give the same addresses, another name others")
    seed = seed_file(test, "daler\n")
    options = lambda name: (f"-seedfile={seed}", f"-nodename={name}", "-nosettings")
    first, other = test.node(*options("n1")), test.node(*options("n2"))
    addresses = [first.getnewaddress() for _ in range(3)]
    assert other.getnewaddress() not in addresses
    first.generatetoaddress(1, addresses[0])
    first.generatetoaddress(100, ANYONE_ADDRESS)
    first.connect(other)
    sync_blocks([first, other])

    test.step("a node that starts again empty finds its coins")
    again = test.node(*options("n1"))
    again.connect(other)
    sync_blocks([again, other])
    address = again.getnewaddress()
    assert address not in addresses[:1]
    equal(again.getbalance(), 50)
    equal(again.getaddressinfo(addresses[0])["ismine"], True)
    first.stop(), other.stop(), again.stop()

    test.step("another seed gives other addresses, and the kept wallet stays")
    first.start()
    fails(-18, "loadwallet \"default\"", first.getnewaddress)
    first.stop()
    fresh = test.node(f"-seedfile={seed_file(test, 'other', 'other')}", "-nodename=n1")
    assert fresh.getnewaddress() not in addresses
    fresh.stop()


def refused_seeds(test):
    test.step("a seed file that others may read is refused")
    seed = seed_file(test, "word", "open")
    node = test.node(start=False)
    seed.chmod(0o644)
    equal(node.fails_to_start(f"-seedfile={seed}"),
          f"Error: -seedfile: {seed} may be used by others (mode 0644). Run: chmod 600 {seed}")
    said = node.fails_to_start(f"-seedfile={test.folder / 'none'}")
    assert said.endswith("none cannot be read: No such file or directory."), said
    public = test.node(start=False, chain="signet")
    assert "works on private networks only" in public.fails_to_start(f"-seedfile={seed}")
    assert "works on private networks only" in public.fails_to_start("-nodename=n1")


def main(test):
    node = test.node()
    creation(test, node)
    each_call_creates(test)
    other_wallets(test, node)
    take_over(test, node)
    longer_texts(test, node)
    concurrency(test)
    after_revert(test)
    no_wallet(test)
    strict(test)
    seeds(test)
    refused_seeds(test)


run(main)
