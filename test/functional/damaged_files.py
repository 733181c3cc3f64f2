#!/usr/bin/python3
"""After a damaged byte in a small file or in the wallet, the node starts with the right state or names the file."""
import random
import shutil

from framework import DEFAULT_KIND, FACTOR, Skip, equal, run, wait_until

FLIPS = 12 if FACTOR == 1 else 2  # of each file


def damaged(content, generator):
    """The content with one byte changed or with its end cut off, and a description of that."""
    at = generator.randrange(len(content))
    if generator.random() < 0.2:
        return content[:at], f"cut at byte {at}"
    mask = generator.randint(1, 255)
    return content[:at] + bytes([content[at] ^ mask]) + content[at + 1:], f"byte {at} xor {mask:#04x}"


def prepare(node, other):
    """Puts data into the small files."""
    node.createwallet("purse", load_on_startup=True)
    address = node.wallet("purse").getnewaddress()
    node.generatetoaddress(110, address)
    for _ in range(5):
        node.wallet("purse").sendtoaddress(node.wallet("purse").getnewaddress(), 1)
    node.connect(other)
    wait_until(lambda: other.getblockcount() == 110, what="the other node")
    node.stop()


def ready_or_ended(node):
    try:
        return not node.running() or node.ready()
    except AssertionError:  # it has ended meanwhile
        return True


def check(node, name, how, expected):
    """Starts the node. Either its state is right, or its error names the damaged file. True if it started."""
    node.spawn()
    wait_until(lambda: ready_or_ended(node), 60, f"{name}, {how}: a start or its end")
    if not node.running():
        text = node.stderr()
        equal(node.wait_exit(), 1, f"exit code, {name}, {how}")
        # Bitcoin Core's words about a file that is no wallet name its folder.
        file, folder = name.rsplit("/", 1)[-1], name.rsplit("/", 1)[0]
        is_named = file in text or (file == "wallet.dat" and folder in text)
        assert text.startswith("Error: ") and is_named, f"{name}, {how}: {text!r}"
        return False
    equal(node.utxo(), expected, f"coins, {name}, {how}")
    assert all(tip["status"] != "invalid" for tip in node.getchaintips()), f"{name}, {how}"
    node.kill()
    return True


def main(test):
    if DEFAULT_KIND != "daler":
        raise Skip("only daler promises this")
    node = test.node("-whitelist=noban@127.0.0.1")
    prepare(node, test.node())
    good = test.folder / "good"
    shutil.copytree(node.folder, good)
    node.start()
    expected = node.utxo()
    node.kill()
    generator = random.Random(29)
    names = [str(path.relative_to(good)) for path in sorted(good.rglob("*")) if path.is_file()
             and path.parts[len(good.parts)] not in ("blocks", "chainstate", "debug.log", ".lock")
             and path.stat().st_size > 0]
    assert {"mempool.dat", "settings.json", "wallets/purse/wallet.dat"} <= set(names), names
    for name in names:
        refused = 0
        for _ in range(FLIPS):
            shutil.rmtree(node.folder)
            shutil.copytree(good, node.folder)
            content, how = damaged((good / name).read_bytes(), generator)
            (node.folder / name).write_bytes(content)
            refused += not check(node, name, how, expected)
        test.step(f"{name}: {FLIPS} times damaged, {refused} starts refused")


run(main)
