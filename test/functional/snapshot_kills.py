#!/usr/bin/python3
"""kill -9 at random moments of `snapshot` and `revert`: the next start has the state before or the one after."""
import random
import threading
import time

from framework import LONG, SEED, RpcError, equal, run, wait_until
from node_state import consistent

KILLS = 100 if LONG else 10


def state(node):
    """What of the state survives a kill: chain, wallets and snapshots."""
    wallets = {}
    for entry in node.listwalletdir()["wallets"]:
        name = entry["name"]
        if name not in node.listwallets():
            node.loadwallet(name)
        wallet = node.wallet(name)
        wallets[name] = (wallet.getbalances()["mine"]["trusted"], sorted(wallet.listlabels()),
                         sorted(t["txid"] for t in wallet.listtransactions("*", 1000) if t["confirmations"] > 0))
    return node.getbestblockhash(), wallets, [s["name"] for s in node.listsnapshots()], len(node.getchaintips())


def change(node, dice):
    """Blocks, payments, labels and a wallet that the snapshot lacks."""
    wallet = node.wallet("w")
    for _ in range(dice.randrange(1, 4)):
        for _ in range(dice.randrange(4)):
            wallet.sendtoaddress(wallet.getnewaddress(f"label {dice.random()}"), 1)
        node.mine(dice.randrange(1, 3), {"address": wallet.getnewaddress()})
    if dice.random() < 0.5:
        node.reorg(1, {"address": wallet.getnewaddress()})
    if dice.random() < 0.3:
        node.createwallet(f"later{dice.randrange(10**9)}")
    if dice.random() < 0.3:
        node.snapshot()


def without_moved(found):
    tip, wallets, snapshots, tips = found
    return tip, {name: value for name, value in wallets.items() if ".reverted-" not in name}, snapshots, tips


def killed(node, dice, typical, method, *arguments):
    """Calls the method and kills the node meanwhile. Returns whether the call was answered."""
    answered = []

    def call():
        try:
            node.rpc.call(method, *arguments)
            answered.append(True)
        except (OSError, RpcError):
            pass
        except Exception:  # the connection ended in the middle of an answer
            pass

    caller = threading.Thread(target=call)
    caller.start()
    time.sleep(dice.random() * typical)
    node.kill()
    caller.join()
    return bool(answered)


def main(test):
    dice = random.Random(SEED)
    test.step(f"seed {SEED}, {KILLS} kills")
    node = test.node()
    node.createwallet("w", load_on_startup=True)
    node.generatetoaddress(105, node.wallet("w").getnewaddress())
    node.snapshot("base")
    typical = {}
    for method, name in (("snapshot", "timed"), ("revert", "base")):
        change(node, dice)
        begun = time.monotonic()
        node.rpc.call(method, name)
        typical[method] = time.monotonic() - begun
    node.stop().start()
    base = without_moved(state(node))
    seen = {"before": 0, "after": 0}
    for number in range(KILLS):
        change(node, dice)
        node.stop().start()
        before = without_moved(state(node))
        if number % 3 == 2:
            answered = killed(node, dice, typical["snapshot"], "snapshot", f"kill{number}")
            node.start()
            found = without_moved(state(node))
            after = (*before[:2], before[2] + [f"kill{number}"], before[3])
        else:
            answered = killed(node, dice, typical["revert"], "revert", "base")
            node.start()
            found = without_moved(state(node))
            after = base
        assert found in ((after,) if answered else (before, after)), (number, answered, found, before, after)
        seen["after" if found == after else "before"] += 1
        equal([file.name for file in (node.folder / "snapshots").iterdir() if file.suffix != ".snapshot"
               and file.suffix != ".new"], [])
    wait_until(lambda: node.getmempoolinfo()["loaded"], 30, "the mempool")
    node.revert("base")
    equal(node.getbestblockhash(), base[0])
    consistent(node, ("w",))
    test.step(f"{seen['before']} times before, {seen['after']} times after")


if __name__ == "__main__":
    run(main)
