#!/usr/bin/python3
"""Three owners share coins, each with one key in another program: a wallet of daler, one of bitcoind, and a library
(`@scure/btc-signer`, then `bitcoinjs-lib`). Each wallet signs before and after the library, over all types of scripts that
need two signatures, also with a timelock, and both mempools accept what comes out."""
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functional"))
from bitcoinjs import installed  # noqa: E402
from chainkit import ANYONE_ADDRESS, COIN, Input, Output, Transaction, coins_of, next_block  # noqa: E402
from framework import equal, run, sync_blocks, to_json  # noqa: E402
from signing import Key  # noqa: E402

NOBODY = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"  # the point of BIP 341
# {0}, {1} and {2} are the keys of daler, bitcoind and the library.
SCRIPTS = [
    "sh(multi(2,{0},{1},{2}))", "wsh(multi(2,{2},{1},{0}))", "sh(wsh(sortedmulti(2,{0},{1},{2})))",
    f"tr({NOBODY},multi_a(2,{{0}},{{1}},{{2}}))", f"tr({NOBODY},{{{{sortedmulti_a(2,{{0}},{{1}},{{2}}),and_v(v:pk({{0}}),pk({{1}}))}}}})",
    "wsh(and_v(v:multi(2,{0},{1},{2}),after(50)))", "wsh(and_v(v:multi(2,{0},{1},{2}),older(2)))",
    f"tr({NOBODY},and_v(v:multi_a(2,{{0}},{{1}},{{2}}),after(50)))",
    f"tr({NOBODY},and_v(v:multi_a(2,{{0}},{{1}},{{2}}),older(2)))",
]
SECRETS = (0x11, 0x22, 0x33)
LIBRARIES = {"@scure/btc-signer": "clients", "bitcoinjs-lib": "bitcoinjs"}


def described(node, text, keys, private=None):
    """The descriptor with its checksum, with the private key number `private`."""
    text = text.format(*(key.wif if number == private else key.public.hex() for number, key in enumerate(keys)))
    return f"{text}#{node.getdescriptorinfo(text)['checksum']}"


def wallet_of(node, keys, number):
    node.createwallet("owner", False, True)
    answers = node.wallet("owner").importdescriptors(
        [{"desc": described(node, text, keys, number), "timestamp": "now"} for text in SCRIPTS])
    assert all(answer["success"] for answer in answers), answers
    return node.wallet("owner")


def funded(node, keys):
    """A confirmed coin for each script: its outpoints."""
    coin = coins_of(node, 1, 1)[0]
    outputs = []
    for text in SCRIPTS:
        address, = node.deriveaddresses(described(node, text, keys))
        outputs.append(Output(COIN, bytes.fromhex(node.validateaddress(address)["scriptPubKey"])))
    transaction = Transaction([Input(*coin[:2])], outputs + [Output(coin[2] - len(outputs) * COIN - 10_000)])
    node.submitblock(next_block(node, [transaction], fees=10_000).hex())
    node.generatetoaddress(3, ANYONE_ADDRESS)
    return [{"txid": transaction.txid, "vout": index, "sequence": 2} for index in range(len(SCRIPTS))]


def library(folder, psbts):
    done = subprocess.run(["node", "cosign.mjs"], cwd=folder, capture_output=True, text=True,
                          input=to_json({"secret": f"{SECRETS[2]:064x}", "psbts": psbts}))
    equal(done.returncode, 0, done.stderr)
    return json.loads(done.stdout)


def accepted(nodes, psbts, what):
    """The nodes finish the PSBTs in the same way, and accept the transactions."""
    for text, psbt in zip(SCRIPTS, psbts):
        ended = [node.finalizepsbt(psbt) for node in nodes]
        equal([answer["complete"] for answer in ended], [True, True], f"{what}: {text}")
        equal(ended[0]["hex"], ended[1]["hex"], f"{what}: {text}")
        verdicts = [node.testmempoolaccept([ended[0]["hex"]])[0] for node in nodes]
        assert all(verdict["allowed"] for verdict in verdicts), (what, text, verdicts)


def main(test):
    folders = {name: installed(folder) for name, folder in LIBRARIES.items()}
    daler = test.node("-strictregtest", name="daler", kind="daler")
    core = test.node(name="bitcoind", kind="bitcoind")
    nodes = [daler, core]
    daler.connect(core)
    daler.generatetoaddress(110, ANYONE_ADDRESS)
    sync_blocks(nodes)
    keys = [Key(daler, secret) for secret in SECRETS]
    wallets = {"daler": wallet_of(daler, keys, 0), "bitcoind": wallet_of(core, keys, 1)}
    inputs = funded(daler, keys)
    sync_blocks(nodes)
    fresh = [daler.createpsbt([coin], [{ANYONE_ADDRESS: 0.999}], 60) for coin in inputs]
    # Only a wallet knows what the inputs spend; the library needs it.
    updated = [wallets["daler"].walletprocesspsbt(psbt, False)["psbt"] for psbt in fresh]

    for name, folder in folders.items():
        test.step(name)
        begun = library(folder, updated)
        for owner, wallet in wallets.items():
            ended = [wallet.walletprocesspsbt(psbt) for psbt in begun]
            equal([answer["complete"] for answer in ended], [True] * len(SCRIPTS), f"{name}, then {owner}")
            accepted(nodes, [answer["psbt"] for answer in ended], f"{name}, then {owner}")
            half = [wallet.walletprocesspsbt(psbt)["psbt"] for psbt in updated]
            accepted(nodes, library(folder, half), f"{owner}, then {name}")


run(main)
