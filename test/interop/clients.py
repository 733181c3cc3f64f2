#!/usr/bin/python3
"""Libraries from npm that share no code with daler use a node: zeromq subscribes to its events, bitcoin-core calls its
methods."""
import hashlib
import random
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functional"))
from bitcoinjs import installed  # noqa: E402
from chainkit import ANYONE_ADDRESS, ANYONE_SCRIPT, Input, Output, Transaction, coins_of, spend  # noqa: E402
from framework import LONG, SEED, equal, free_port, run, to_json  # noqa: E402
from miniscript import KEYS, Texts  # noqa: E402
from signing import Key, hash160, sha256  # noqa: E402

TOPICS = ("hashblock", "hashtx", "rawblock", "rawtx", "sequence")
LARGE = 90_000  # bytes of a payment; a hundred of them fill the buffers between the node and a subscriber


def use(test, folder, script, node, *arguments, given=""):
    test.step(script)
    done = subprocess.run(["node", script, f"http://127.0.0.1:{node.rpcport}", node.cookie(), *arguments], cwd=folder,
                          input=given, capture_output=True, text=True)
    print(done.stdout, end="")
    equal(done.returncode, 0, done.stderr)


def large_payment(coin):
    txid, index, value = coin
    data = b"\x6a\x4e" + LARGE.to_bytes(4, "little") + bytes(LARGE)
    return Transaction([Input(txid, index)], [Output(value - 100_000, ANYONE_SCRIPT), Output(0, data)])


def subscribe(test, folder):
    everything, slow = (f"tcp://127.0.0.1:{free_port()}" for _ in range(2))
    node = test.node(*(f"-zmqpub{topic}={everything}" for topic in TOPICS), name="publisher")
    node.generatetoaddress(260, ANYONE_ADDRESS)
    coins = coins_of(node, 1, 150)
    payments = [spend([coin]).hex() for coin in coins[:20]]
    use(test, folder, "zeromq_order.mjs", node, everything, given=to_json(payments))

    node.stop()
    node.options = [f"-zmqpubhashtx={everything}", f"-zmqpubrawtx={slow}", "-zmqpubrawtxhwm=2",
                    f"-datacarriersize={LARGE + 10}"]
    node.start()
    payments = {"large": [large_payment(coin).hex() for coin in coins[20:120]],
                "small": [spend([coin]).hex() for coin in coins[120:]]}
    use(test, folder, "zeromq_slow.mjs", node, everything, slow, given=to_json(payments))


class Payable(Texts):
    """Miniscripts whose locks open on a short chain, and whose hashes have a known preimage."""

    PREIMAGE = bytes([17] * 32)
    HASHES = {"sha256": sha256, "hash160": hash160, "hash256": lambda data: sha256(sha256(data)),
              "ripemd160": lambda data: hashlib.new("ripemd160", data).digest()}

    def leaf(self):
        kind = self.choose.randrange(8)
        if kind == 0:
            return f"older({self.choose.randint(1, 9)})"
        if kind == 1:
            return f"after({self.choose.randint(1, 90)})"
        if kind == 2:
            return self.digest(self.choose.choice(list(self.HASHES)))
        while (leaf := super().leaf()).startswith(("older", "after", *self.HASHES)):
            pass
        return leaf

    @classmethod
    def digest(cls, name):
        return f"{name}({cls.HASHES[name](cls.PREIMAGE).hex()})"


def random_descriptors(node, count):
    keys = [Key(node, number) for number in range(1, KEYS + 1)]
    public = [key.public.hex() for key in keys]
    choose = random.Random(SEED)
    texts = {context: Payable(choose, public, context) for context in ("wsh", "tr")}

    def tree():
        one, other = texts["tr"].next(), texts["tr"].next()
        return f"{{{one},{other}}}" if one != other else tree()  # bitcoinjs-lib takes no leaf twice

    forms = [lambda: f"wsh({texts['wsh'].next()})", lambda: f"sh(wsh({texts['wsh'].next()}))",
             lambda: f"tr({public[0][2:]},{texts['tr'].next()})",
             lambda: f"tr({public[0][2:]},{tree()})"]
    return {"random": [choose.choice(forms)() for _ in range(count)], "secrets": [key.wif for key in keys],
            "preimages": [{"digest": Payable.digest(name), "preimage": Payable.PREIMAGE.hex()} for name in Payable.HASHES]}


def main(test):
    folder = installed("clients")
    test.step("the packages are installed")
    subscribe(test, folder)
    node = test.node()
    for name in ("w", "other"):
        node.createwallet(name)
    node.generatetoaddress(10, node.wallet("w").getnewaddress())
    node.generatetoaddress(100, ANYONE_ADDRESS)
    use(test, folder, "bitcoin_core.mjs", node)
    node.unloadwallet("other")
    use(test, folder, "btc_signer.mjs", node)
    use(test, folder, "descriptors.mjs", node, given=to_json(random_descriptors(node, 2000 if LONG else 200)))


if __name__ == "__main__":
    run(main)
