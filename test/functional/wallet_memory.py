#!/usr/bin/python3
"""Where no secret may be found in the memory of a node: private keys, in no form, in what a core dump has, also while their
wallet is unlocked; and after walletlock nowhere at all. Passphrases and texts of keys, after the calls that had them."""
import hmac
import json
import re
from hashlib import sha512

from chainkit import ANYONE_ADDRESS, base58_payload
from framework import FACTOR, equal, fails, run

FIRST = "correct horse battery"
WRONG = "Error: The wallet passphrase entered was incorrect."
HARDENED = 1 << 31

# The curve secp256k1.
FIELD = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
GENERATOR = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
             0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def add(a, b):
    """The sum of two points, of which none is the negative of the other; None is zero."""
    if a is None or b is None:
        return a or b
    slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, FIELD) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, FIELD)
    x = (slope * slope - a[0] - b[0]) % FIELD
    return x, (slope * (a[0] - x) - a[1]) % FIELD


def public_key(secret):
    point, power = None, GENERATOR
    while secret:
        if secret & 1:
            point = add(point, power)
        secret, power = secret >> 1, add(power, power)
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")


def child(key, number):
    """A private child of an extended private key (BIP 32): (secret, chain code)."""
    secret, chain_code = key
    data = b"\0" + secret.to_bytes(32, "big") if number & HARDENED else public_key(secret)
    both = hmac.new(chain_code, data + number.to_bytes(4, "big"), sha512).digest()
    return (int.from_bytes(both[:32], "big") + secret) % ORDER, both[32:]


def private_texts(wallet):
    return [entry["desc"] for entry in wallet.listdescriptors(True)["descriptors"]]


def master_keys(wallet):
    """The extended private keys of the wallet's descriptors, as texts."""
    return {re.search(r"[xt]prv\w+", text).group() for text in private_texts(wallet)}


def derived_keys(wallet, addresses):
    """The secrets, as numbers, of the extended keys of an unlocked wallet, of each step from them, and of the first addresses
    of each descriptor."""
    found = set()
    for text in private_texts(wallet):
        match = re.search(r"([xt]prv\w+)((?:/\d+[h']?)*)/\*\)", text)
        payload = base58_payload(match[1])
        key = int.from_bytes(payload[46:], "big"), payload[13:45]
        found.add(key[0])
        for step in match[2].split("/")[1:]:
            key = child(key, int(step.rstrip("h'")) + (HARDENED if step[-1] in "h'" else 0))
            found.add(key[0])
        found |= {child(key, number)[0] for number in range(addresses)}
    return found


def forms(secret):
    """The bytes of a private key, in the order of texts and in that of the numbers of libsecp256k1, and as hex."""
    raw = secret.to_bytes(32, "big")
    return [raw, raw[::-1], raw.hex().encode()]


def memory(pid, dumped_only=True):
    """What a core dump of the process would have: all of its memory but the mappings that are left out of dumps. Or all of
    its memory."""
    flags, ranges = {}, []
    with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as file:
        for line in file:
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line)
            if head:
                ranges.append((int(head[1], 16), int(head[2], 16), head[3]))
            elif line.startswith("VmFlags:"):
                flags[ranges[-1]] = line.split()[1:]
    with open(f"/proc/{pid}/mem", "rb") as file:
        for entry in ranges:
            if "r" not in entry[2] or dumped_only and "dd" in flags.get(entry, []):
                continue
            try:
                file.seek(entry[0])
                yield file.read(entry[1] - entry[0])
            except (OSError, ValueError, OverflowError):
                continue  # [vvar], [vsyscall]


def found_in(parts, secrets):
    """Which of the secrets are there, in a form that may be shown."""
    return {secret[:8].hex() for part in parts for secret in secrets if secret in part}


def use_keys(node, wallet):
    """Calls that work with private keys, but neither take nor answer any."""
    for kind in ("legacy", "p2sh-segwit", "bech32", "bech32m"):
        wallet.sendtoaddress(wallet.getnewaddress("", kind), 1)
    wallet.signmessage(wallet.getnewaddress("", "legacy"), "text")
    psbt = wallet.walletcreatefundedpsbt([], {ANYONE_ADDRESS: 1})["psbt"]
    equal(wallet.walletprocesspsbt(psbt)["complete"], True)
    raw = wallet.fundrawtransaction(node.createrawtransaction([], {ANYONE_ADDRESS: 1}))["hex"]
    equal(wallet.signrawtransactionwithwallet(raw)["complete"], True)
    wallet.sendmany("", {ANYONE_ADDRESS: 1})
    wallet.keypoolrefill(25)


def keys(test):
    """The private keys of a wallet that the node has never written as a text, and that was encrypted from the start."""
    test.step("the private keys of an unlocked wallet are not in what a core dump has")
    node = test.node("-keypool=20", "-fallbackfee=0.0001")
    node.createwallet("sealed", passphrase=FIRST)
    wallet = node.wallet("sealed")
    for kind in ("legacy", "p2sh-segwit", "bech32", "bech32m"):
        node.generatetoaddress(2, wallet.getnewaddress("", kind))
    node.generatetoaddress(100, ANYONE_ADDRESS)
    copy = str(test.folder / "sealed.dat")
    wallet.backupwallet(copy)
    other = test.node("-keypool=20")
    other.restorewallet("copy", copy)
    other.wallet("copy").walletpassphrase(FIRST, 1000)
    texts = [text.encode() for text in master_keys(other.wallet("copy"))]
    secrets = texts + [form for secret in derived_keys(other.wallet("copy"), 4) for form in forms(secret)]
    other.stop()
    pid = node.process.pid

    wallet.walletpassphrase(FIRST, 1000)
    wallet.getwalletinfo()
    equal(found_in(memory(pid), secrets), set(), "after walletpassphrase")
    assert found_in(memory(pid, dumped_only=False), secrets), "the search finds the keys of an unlocked wallet"
    use_keys(node, wallet)
    wallet.getwalletinfo()
    equal(found_in(memory(pid), secrets), set(), "after calls that sign")

    test.step("after walletlock they are nowhere in the memory")
    wallet.walletlock()
    wallet.getwalletinfo()
    equal(found_in(memory(pid, dumped_only=False), secrets), set())
    node.stop()


def texts(test):
    """The texts of secrets that calls were given, or answered."""
    test.step("no passphrase and no text of a key is in the memory after the calls that had it")
    node = test.node("-keypool=20")
    passphrases = ["short 7", "the first passphrase", "the second passphrase", "the third passphrase with \\ and \u00fc",
                   "a passphrase that was mistyped", "a passphrase of a batch"]
    short, first, second, third, wrong, batched = passphrases
    node.createwallet("w")
    wallet = node.wallet("w")
    secrets = master_keys(wallet)
    wallet.encryptwallet(short)
    wallet.walletpassphrasechange(short, first)
    node.createwallet(wallet_name="other", passphrase=second)
    node.wallet("other").walletpassphrase(second, 1000)
    node.wallet("other").walletpassphrasechange(second, third)
    fails(-14, WRONG, wallet.walletpassphrase, wrong, 10)
    wallet.walletpassphrase(first, 1000)
    wallet.http(body=json.dumps([{"id": 1, "method": "walletpassphrase", "params": [batched, 1]}]))
    secrets |= master_keys(wallet)
    secrets |= {key["xprv"] for key in wallet.gethdkeys(private=True)}
    everything = [secret.encode() for secret in [*secrets, *passphrases]]
    everything += [form for key in secrets for form in forms(int.from_bytes(base58_payload(key)[46:], "big"))]
    wallet.getwalletinfo()
    equal(found_in(memory(node.process.pid), everything), set(), "while they are unlocked")
    for name in ("w", "other"):
        node.wallet(name).walletlock()
    equal(found_in(memory(node.process.pid, dumped_only=False), everything), set(), "when they are locked")
    node.stop()


def main(test):
    if FACTOR == 1:  # sanitizers keep what is freed, and have more memory than can be read
        keys(test)
        texts(test)


run(main)
