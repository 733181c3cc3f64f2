#!/usr/bin/python3
"""PSBTs go between wallets of daler and of bitcoind, over all types of scripts. Wallets with the same keys must answer the
same bytes to walletprocesspsbt. Then two owners, one in each program, sign one after the other in both orders, and both
mempools accept the transaction."""
import os
import sys
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, COIN, Input, Output, Transaction, coins_of, next_block  # noqa: E402
from framework import RpcError, equal, run, sync_blocks, to_json  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from signing import base58check, sha256  # noqa: E402

NOBODY = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"  # the point of BIP 341
# {0}, {1}, {2} are the keys of three owners. Number of owners that must sign, and the descriptor.
SCRIPTS = {
    "legacy": (1, "pkh({0})"), "p2sh-segwit": (1, "sh(wpkh({0}))"), "bech32": (1, "wpkh({0})"),
    "bech32m": (1, "tr({0})"),
    "sh multi": (2, "sh(multi(2,{0},{1},{2}))"), "wsh multi": (2, "wsh(multi(2,{0},{1},{2}))"),
    "sh wsh sortedmulti": (2, "sh(wsh(sortedmulti(2,{0},{1},{2})))"),
    "leaf": (1, f"tr({NOBODY},{{{{pk({{0}}),pk({{2}})}}}})"),
    "leaf multi_a": (2, f"tr({NOBODY},multi_a(2,{{0}},{{1}},{{2}}))"),
    "key and leaves": (1, "tr({0},{{pk({1}),and_v(v:pk({2}),older(2))}})"),
    "after": (1, "wsh(and_v(v:pk({0}),after(50)))"), "older": (2, "wsh(and_v(v:multi(2,{0},{1},{2}),older(2)))"),
    "leaf after": (2, f"tr({NOBODY},and_v(v:pk({{0}}),and_v(v:pk({{1}}),after(50))))"),
}


class Owner:
    def __init__(self, node, number):
        secret = bytes.fromhex("04358394") + bytes(9) + sha256(b"chain code") + b"\0" + sha256(bytes([number, 7]))
        self.private = base58check(secret)
        text = node.getdescriptorinfo(f"pkh({self.private})")["descriptor"]
        self.public = text[4:text.index(")")]


def described(node, text, owners, *private):
    """The descriptor with its checksum, with the private keys of the owners `private`."""
    keys = [(owner.private if i in private else owner.public) + "/1/*" for i, owner in enumerate(owners)]
    text = text.format(*keys)
    return f"{text}#{node.getdescriptorinfo(text)['checksum']}"


def wallet_of(node, name, owners, private, scripts=SCRIPTS):
    """A wallet that knows all scripts and the private keys of the owners `private`."""
    node.createwallet(name, not private, True)
    wallet = node.wallet(name)
    for _, text in scripts.values():
        # A wallet without private keys for a script imports nothing of it.
        if private and not any(f"{{{i}}}" in text for i in private):
            continue
        answer, = wallet.importdescriptors([{"desc": described(node, text, owners, *private), "timestamp": "now",
                                             "range": [0, 5]}])
        assert answer["success"], (text, answer)
    return wallet


def funded(node, owners):
    """A confirmed coin for each script: outpoints by name."""
    coin = coins_of(node, 1, 1)[0]
    outputs = []
    for number, (_, text) in enumerate(SCRIPTS.values()):
        address, = node.deriveaddresses(described(node, text, owners), [number % 3, number % 3])
        outputs.append(Output(COIN, bytes.fromhex(node.validateaddress(address)["scriptPubKey"])))
    transaction = Transaction([Input(*coin[:2])], outputs + [Output(coin[2] - len(outputs) * COIN - 10_000)])
    node.submitblock(next_block(node, [transaction], fees=10_000).hex())
    node.generatetoaddress(3, ANYONE_ADDRESS)
    return {name: {"txid": transaction.txid, "vout": index, "sequence": 2} for index, name in enumerate(SCRIPTS)}


def created(node, owners, inputs):
    """A PSBT that spends these coins to another's address and to an address of the first owner."""
    own, = node.deriveaddresses(described(node, SCRIPTS["wsh multi"][1], owners), [4, 4])
    left = len(inputs) - Decimal("0.11")
    return node.createpsbt(inputs, [{ANYONE_ADDRESS: Decimal("0.1")}, {own: left}], 60)


def answer(call):
    try:
        return call()
    except RpcError as error:
        return [error.code, error.message]


def same_bytes(test, wallets, psbts):
    """Wallets with the same keys give the same answers."""
    test.step("equal answers")
    options = [(sign, kind, origins, final) for sign in (True, False) for kind in ("DEFAULT", "ALL", "SINGLE|ANYONECANPAY")
               for origins, final in ((True, True), (True, False), (False, True))]
    for name, psbt in psbts.items():
        for arguments in options:
            ours, theirs = (answer(lambda wallet=wallet: wallet.walletprocesspsbt(psbt, *arguments)) for wallet in wallets)
            if to_json(ours) != to_json(theirs):
                raise AssertionError(f"{name} {arguments} {psbt}\n   daler: {to_json(ours)}\nbitcoind: {to_json(theirs)}")


def one_after_the_other(test, nodes, first, second, psbts):
    """Two owners sign; the second finishes."""
    for name, psbt in psbts.items():
        signers = {"all": 2, "taproot": 1}.get(name) or SCRIPTS[name][0]
        begun = first.walletprocesspsbt(psbt)
        equal(begun["complete"], signers == 1, name)
        ended = second.walletprocesspsbt(begun["psbt"])
        assert ended["complete"], (name, begun, ended)
        equal([node.testmempoolaccept([ended["hex"]])[0]["allowed"] for node in nodes], [True, True], name)
        equal(nodes[0].finalizepsbt(ended["psbt"])["hex"], ended["hex"], name)


def main(test):
    daler = test.node("-strictregtest", name="daler", kind="daler")
    core = test.node(name="bitcoind", kind="bitcoind")
    daler.connect(core)
    daler.generatetoaddress(110, ANYONE_ADDRESS)
    sync_blocks([daler, core])
    nodes = [daler, core]
    owners = [Owner(daler, number) for number in range(3)]
    test.step("wallets")
    first, second = ([wallet_of(node, f"owner{i}", owners, [i]) for node in nodes] for i in (0, 1))
    watching = [wallet_of(node, "watching", owners, []) for node in nodes]
    coins = funded(daler, owners)
    sync_blocks(nodes)
    psbts = {name: created(daler, owners, [coin]) for name, coin in coins.items()}
    psbts["all"] = created(daler, owners, list(coins.values()))
    psbts["taproot"] = created(daler, owners, [coins["bech32m"], coins["leaf"]])
    same_bytes(test, first, psbts)
    same_bytes(test, watching, psbts)
    updated = {name: daler.wallet("watching").walletprocesspsbt(psbt)["psbt"] for name, psbt in psbts.items()}
    same_bytes(test, second, updated)
    test.step("two owners")
    one_after_the_other(test, nodes, first[0], second[1], psbts)
    one_after_the_other(test, nodes, first[1], second[0], psbts)
    test.step("signatures of another type")
    begun = first[1].walletprocesspsbt(psbts["wsh multi"], True, "ALL|ANYONECANPAY")["psbt"]
    same_bytes(test, first, {"wsh multi": begun, "updated": updated["wsh multi"], "bad": psbts["after"][:-8]})


run(main)
