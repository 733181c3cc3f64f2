#!/usr/bin/python3
"""Wallets move from bitcoind to daler and back, and from daler to bitcoind and back: the same answers in both programs, and the
same records in the file."""
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "functional"))

from chainkit import ANYONE_ADDRESS  # noqa: E402
from framework import bitcoind_folder, equal, fails, program, run, sync_blocks, sync_mempools, wait_until  # noqa: E402

TYPES = ("legacy", "p2sh-segwit", "bech32", "bech32m")
MASTERS = ["tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK",
           "tprv8ZgxMBicQKsPeuVhWwi6wuMQGfPKi9Li5GtX35jVNknACgqe3CY4g5xgkfDDJcmtF7o1QnxWDRYw4H5P26PXq7sbcUkEqeR4fg3Kxp2tigg"]
PASSPHRASE = "correct horse battery"
IMPORTED = [f"wsh(multi(2,{MASTERS[0]}/1h/2/*,{MASTERS[1]}/3/*))", f"wpkh({MASTERS[0]}/7'/*')", f"pkh({MASTERS[1]}/5h/6)",
            f"tr({MASTERS[0]}/8h/*,pk({MASTERS[1]}/9h/*))", "wpkh(cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW)"]
# What the programs count in ways of their own, or what passes.
OWN = {"walletname", "time", "keypoolsize", "keypoolsize_hd_internal", "format", "private_keys_enabled", "scanning", "mempoolconflicts",
       "unlocked_until"}


def without(value):
    """The answer without the fields that may differ."""
    if isinstance(value, dict):
        return {name: without(entry) for name, entry in sorted(value.items()) if name not in OWN}
    return [without(entry) for entry in value] if isinstance(value, list) else value


def state(wallet):
    """What a wallet answers, in an order of its own."""
    labels = wallet.listlabels()
    info = wallet.getwalletinfo()
    history = wallet.listtransactions("*", 1000)
    fields = ("txid", "category", "amount", "confirmations", "blockhash", "timereceived", "time", "label", "abandoned", "comment", "to",
              "replaces_txid", "replaced_by_txid", "vout", "fee")
    return {
        "balances": without(wallet.getbalances()),
        "info": {name: info[name] for name in ("txcount", "avoid_reuse", "private_keys_enabled", "descriptors", "blank")},
        "labels": {label: wallet.getaddressesbylabel(label) for label in labels},
        "unspent": sorted((coin["txid"], coin["vout"], coin["amount"], coin["spendable"], coin.get("reused"))
                          for coin in wallet.listunspent(0)),
        "locked": sorted((coin["txid"], coin["vout"]) for coin in wallet.listlockunspent()),
        "history": sorted(tuple(str(entry.get(field)) for field in fields) for entry in history),
        "order": [entry["txid"] for entry in history],
        "descriptors": sorted((entry["desc"], entry["timestamp"], entry["active"], entry.get("internal"), entry.get("range", [0])[0],
                               entry.get("next_index")) for entry in wallet.listdescriptors()["descriptors"]),
    }


def compare(one, other, what):
    for name in one:
        equal(one[name], other[name], f"{what}: {name}")


def records(file):
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        return dict(database.execute("SELECT key, value FROM main"))


def kind(key):
    return key[1:1 + key[0]].decode()


class Converter:
    """Runs `daler wallet` for a node's data folder."""

    def __init__(self, test, node):
        self.test, self.node = test, node

    def run(self, *words):
        daler = program("daler", "node").parent / "daler"
        return subprocess.run([daler, "wallet", *map(str, words), f"-datadir={self.node.datadir}", self.node.chain_option],
                              capture_output=True, text=True, timeout=60, env=self.test.environment)

    def __call__(self, *words):
        done = self.run(*words)
        equal(done.returncode, 0, done.stderr)
        equal(done.stderr, "")
        return done.stdout

    def refuses(self, text, *words):
        done = self.run(*words)
        equal(done.returncode, 1, done.stdout)
        assert text in done.stderr, f"{text!r} is not in {done.stderr!r}"


def import_all(node, wallet, texts, **settings):
    requests = [{"desc": text + "#" + node.getdescriptorinfo(text)["checksum"], "timestamp": "now", **settings,
                 **({"range": [0, 20]} if "*" in text else {})} for text in texts]
    for request, answer in zip(requests, wallet.importdescriptors(requests)):
        assert answer["success"], (request, answer)


def use(node, name, watching):
    """Creates wallets and lets them do what a file can hold."""
    node.createwallet(name, load_on_startup=False)
    node.createwallet(f"{name}-sealed", passphrase=PASSPHRASE, avoid_reuse=True)
    node.createwallet(f"{name}-watching", disable_private_keys=True)
    wallet, sealed, watch = node.wallet(name), node.wallet(f"{name}-sealed"), node.wallet(f"{name}-watching")
    node.generatetoaddress(103, wallet.getnewaddress("mined"))
    import_all(node, wallet, IMPORTED)
    import_all(node, watch, watching)
    first = sealed.getnewaddress("first")
    for _ in range(3):
        wallet.sendtoaddress(first, 2)
    wallet.sendtoaddress(ANYONE_ADDRESS, 1, "for what", "to whom")
    wallet.setlabel(ANYONE_ADDRESS, "anyone")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    sealed.walletpassphrase(PASSPHRASE, 1000)
    import_all(node, sealed, IMPORTED[:2] + IMPORTED[3:])
    sealed.sendtoaddress(ANYONE_ADDRESS, 1)
    sealed.setlabel(sealed.getnewaddress("x", "bech32m"), "")
    node.generatetoaddress(1, ANYONE_ADDRESS)
    wallet.sendtoaddress(first, 0.5)
    coin = wallet.listunspent()[0]
    wallet.lockunspent(False, [{"txid": coin["txid"], "vout": coin["vout"]}], True)
    wallet.bumpfee(wallet.sendtoaddress(ANYONE_ADDRESS, 3, fee_rate=2))
    sealed.walletlock()


def spend(node, name):
    """The wallet signs: payments, from both wallets and from imported descriptors."""
    wallet, sealed = node.wallet(name), node.wallet(f"{name}-sealed")
    wallet.sendtoaddress(sealed.getnewaddress(), 1)
    fails(-13, "", sealed.sendtoaddress, ANYONE_ADDRESS, 0.1)
    fails(-14, "", sealed.walletpassphrase, "wrong", 1)
    sealed.walletpassphrase(PASSPHRASE, 1000)
    sealed.sendtoaddress(ANYONE_ADDRESS, 0.1)
    sealed.walletlock()


def next_addresses(wallet):
    return [wallet.getnewaddress("", kind) for kind in TYPES] + [wallet.getrawchangeaddress(kind) for kind in TYPES]


def suffixes(name):
    return [name, f"{name}-sealed", f"{name}-watching"]


def opens(test, file, name):
    """Bitcoin Core's own wallet tool opens a file."""
    root = bitcoind_folder()
    folder = test.folder / "tool" / "regtest" / "wallets" / name
    folder.mkdir(parents=True)
    shutil.copy(file, folder / "wallet.dat")
    done = subprocess.run([root / "usr" / "lib64" / "ld-linux-x86-64.so.2", "--library-path", root / "usr" / "lib" / "x86_64-linux-gnu",
                           root / "usr" / "bin" / "bitcoin-wallet", "-regtest", f"-datadir={test.folder / 'tool'}",
                           f"-wallet={name}", "info"], capture_output=True, text=True)
    equal(done.returncode, 0, done.stderr)
    assert "Descriptors: yes" in done.stdout and "Format: sqlite" in done.stdout, done.stdout
    assert f"Encrypted: {'yes' if 'sealed' in name else 'no'}" in done.stdout, done.stdout


def core_to_daler(test, core, daler, convert):
    use(core, "a", [f"wpkh({tpub(core)}/0/*)"])
    sync_blocks([core, daler])
    sync_mempools([core, daler])
    expected = {name: state(core.wallet(name)) for name in suffixes("a")}
    for name in suffixes("a"):
        core.unloadwallet(name)
        source = core.folder / "wallets" / name / "wallet.dat"
        before = source.read_bytes()
        print(convert("import", source, name).strip())
        equal(source.read_bytes(), before, "the source")
        daler.loadwallet(name)
        compare(expected[name], state(daler.wallet(name)), f"{name} in daler")
        core.loadwallet(name)
    for name in ("a", "a-sealed"):
        equal(next_addresses(daler.wallet(name)), next_addresses(core.wallet(name)), f"{name}: new addresses")
        core.unloadwallet(name)
    core.unloadwallet("a-watching")
    test.step("bitcoind to daler: the same answers")
    for name in suffixes("a"):
        source, target = core.folder / "wallets" / name / "wallet.dat", test.folder / f"{name}.dat"
        convert("import", source, f"{name}-copy")
        convert("export", f"{name}-copy", target)
        same_records(source, target, name)
        opens(test, target, name)
    test.step("and back: the same records")
    spend(daler, "a")


def same_records(original, exported, name):
    ours, theirs = records(exported), records(original)
    for key in sorted(set(ours) | set(theirs)):
        mine, his = ours.get(key), theirs.get(key)
        if kind(key) in ("version", "flags", "bestblock_nomerkle", "bestblock"):
            continue  # the version of the program; a flag for what is in all files; a locator
        if kind(key) == "tx" and mine and his:
            mine, his = (value[:-10] + value[-6:-2] for value in (mine, his))  # numbers that are not used any more
        if "sealed" in name and kind(key) == "walletdescriptorcache" and mine and his:
            mine, his = mine[-33:], his[-33:]  # chain codes below hardened wildcards are left out
        equal(mine, his, f"{name}: the record {kind(key)} {key.hex()}")


def tpub(node):
    text = node.getdescriptorinfo(f"wpkh({MASTERS[1]})")["descriptor"]
    return text[text.index("(") + 1:text.index(")")]


def daler_to_core(test, core, daler, convert):
    use(daler, "b", [f"wpkh({tpub(daler)}/1/*)"])
    sync_blocks([core, daler])
    sync_mempools([core, daler])
    for name in suffixes("b"):
        expected = state(daler.wallet(name))
        convert.refuses("Call unloadwallet first", "export", name, test.folder / "no.dat")
        daler.unloadwallet(name)
        target = test.folder / f"{name}.dat"
        print(convert("export", name, target).strip())
        equal(target.stat().st_mode & 0o777, 0o600, "mode")
        opens(test, target, name)
        core.restorewallet(name, str(target))
        compare(expected, state(core.wallet(name)), f"{name} in bitcoind")
        convert("import", target, f"{name}-again")
        convert("export", f"{name}-again", test.folder / f"{name}-again.dat")
        equal(records(test.folder / f"{name}-again.dat"), records(target), "records after a round trip")
        daler.loadwallet(f"{name}-again")
        compare(expected, state(daler.wallet(f"{name}-again")), f"{name} in daler again")
        if "watching" not in name:
            equal(next_addresses(daler.wallet(f"{name}-again")), next_addresses(core.wallet(name)), f"{name}: new addresses")
    test.step("daler to bitcoind and back: the same answers")
    spend(core, "b")


def refusals(test, core, daler, convert):
    target = test.folder / "b.dat"
    convert.refuses("exists already", "export", "b", target)
    convert.refuses('A wallet "b" exists already', "import", target, "b")
    convert.refuses("does not exist", "export", "nothing", test.folder / "no.dat")
    convert.refuses("does not exist", "import", test.folder / "no.dat", "c")
    convert.refuses("expected `export NAME FILE`", "export", "b")
    convert.refuses("cannot be the name", "import", target, "../c")
    convert.refuses("is no wallet of Bitcoin Core", "import", daler.folder / "wallets" / "b" / "wallet.dat", "c")
    convert.refuses("a program uses it", "import", core.folder / "wallets" / "b" / "wallet.dat", "c")
    test.step("what is refused leaves nothing")
    assert not (daler.folder / "wallets" / "c").exists() and not (test.folder / "no.dat").exists()


def main(test):
    bitcoind_folder()
    core = test.node("-fallbackfee=0.0001", "-keypool=1000", kind="bitcoind", name="bitcoind")
    daler = test.node(kind="daler", name="daler")
    core.connect(daler)
    wait_until(lambda: daler.getconnectioncount() > 0)
    convert = Converter(test, daler)
    core_to_daler(test, core, daler, convert)
    daler_to_core(test, core, daler, convert)
    refusals(test, core, daler, convert)


run(main)
