#!/usr/bin/python3
"""Where no passphrase and no private key may be found, in no form: files that are no wallets, the files of a wallet that
was encrypted, error texts, and what the system shows of the node's process."""
import json
import re
from hashlib import sha256
from pathlib import Path

from chainkit import BASE58_LETTERS, base58_payload
from framework import RpcError, equal, run

LONG_ONE, SHORT_ONE = "a long passphrase of seven common words", "hunter2 hunter"
ESCAPED, WRONG = "with \"quotes\" and \\ and \t, then ordinary words", "not the right one at all"
CHANGED, BROKEN = "the passphrase that comes after it", "one in a request that is cut off"
PASSPHRASES = (LONG_ONE, SHORT_ONE, ESCAPED, WRONG, CHANGED, BROKEN)


def base58check(payload):
    data = payload + sha256(sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58_LETTERS[digit] + text
    return text


def master_keys(wallet):
    """The extended private keys of the wallet's descriptors, as texts."""
    texts = [entry["desc"] for entry in wallet.listdescriptors(True)["descriptors"]]
    return {key for text in texts for key in re.findall(r"[xt]prv\w+", text)}


def forms(key):
    """What a private key looks like: given the text of an extended one, that, its bytes, hex, and as WIF."""
    raw = base58_payload(key)[46:78]
    return {"xprv": key.encode(), "bytes": raw, "hex": raw.hex().encode(), "wif": base58check(b"\xef" + raw + b"\1").encode()}


def no_secret_in_files(node, secrets):
    for path in sorted(node.folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for secret in secrets:
            assert secret not in content, f"{path} has {secret[:12]}"


def encrypted_file(test, node):
    """The keys of a wallet that was not encrypted are nowhere in its files afterwards, in no form."""
    test.step("an encrypted wallet file has no key, the other files have no secret")
    node.createwallet("was plain")
    wallet = node.wallet("was%20plain")
    for _ in range(20):
        wallet.setlabel(wallet.getnewaddress(), "something that takes room in the file")
    keys = master_keys(wallet)
    key, = keys
    single = forms(key)
    text = f"wpkh({single['wif'].decode()})"
    request = {"desc": f"{text}#{node.getdescriptorinfo(text)['checksum']}", "timestamp": "now"}
    equal(wallet.importdescriptors([request])[0]["success"], True)
    stored = {path.name: path.read_bytes() for path in (node.folder / "wallets" / "was plain").iterdir()}
    assert any(single["bytes"] in content or single["xprv"] in content for content in stored.values()), "plain keys are found"
    others = [path for path in node.folder.rglob("*") if path.is_file() and "was plain" not in str(path)]
    for path in others:
        assert not any(form in path.read_bytes() for form in single.values()), path
    wallet.encryptwallet(ESCAPED)
    wallet.walletpassphrase(ESCAPED, 100)
    secrets = [form for key in master_keys(wallet) | keys for form in forms(key).values()]
    no_secret_in_files(node, secrets + [text.encode() for text in PASSPHRASES])
    wallet.walletlock()


def passphrases(test, node):
    """All calls that take one, in all forms of a request."""
    test.step("no error text repeats a passphrase")
    node.createwallet("sealed", passphrase=LONG_ONE)
    node.createwallet(wallet_name="by name", passphrase=SHORT_ONE)
    wallet, other = node.wallet("sealed"), node.wallet("by%20name")
    other.walletpassphrase(passphrase=SHORT_ONE, timeout=100)
    for method, *arguments in (("walletpassphrase", WRONG, 10), ("walletpassphrase", WRONG), ("walletpassphrase", WRONG, "x"),
                               ("walletpassphrase", LONG_ONE, -1), ("walletpassphrase", WRONG + "\0", 1),
                               ("walletpassphrasechange", WRONG, CHANGED), ("walletpassphrasechange", [WRONG], CHANGED),
                               ("encryptwallet", WRONG), ("walletlock", WRONG), ("nosuchmethod", WRONG),
                               ("createwallet", "sealed", False, False, WRONG), ("loadwallet", "none", WRONG)):
        no_passphrase(getattr(wallet, method), *arguments)
    no_passphrase(wallet.walletpassphrase, passphrase=WRONG, nosuchname=WRONG, timeout=3)
    no_passphrase(node.wallet("none").walletpassphrase, WRONG, 3)
    calls = [{"id": i, "method": "walletpassphrase", "params": [text, 3]} for i, text in enumerate((WRONG, SHORT_ONE))]
    for body in (json.dumps(calls), f'{{"method":"walletpassphrase","params":["{BROKEN}",3', f'["{BROKEN}'):
        assert not any(text.encode() in wallet.http(body=body)[2] for text in PASSPHRASES)
    wallet.walletpassphrasechange(LONG_ONE, CHANGED)
    wallet.walletpassphrasechange(CHANGED, LONG_ONE)


def no_passphrase(function, *arguments, **named):
    try:
        function(*arguments, **named)
    except RpcError as error:
        assert not any(text in error.message for text in PASSPHRASES), error
    else:
        raise AssertionError(f"{arguments} {named} has no error")


def main(test):
    node = test.node("-keypool=20", "-debug=1")
    encrypted_file(test, node)
    passphrases(test, node)
    for name in ("cmdline", "environ", "comm"):
        shown = Path(f"/proc/{node.process.pid}/{name}").read_bytes()
        assert not any(text.encode() in shown for text in PASSPHRASES), name
    node.restart()
    no_secret_in_files(node, [text.encode() for text in PASSPHRASES])


if __name__ == "__main__":
    run(main)
