#!/usr/bin/python3
"""The commands snapshot, revert and snapshots, which act on all nodes of a network together."""
import json
import signal
import subprocess

from framework import equal, run, wait_until
from networks import Daler


def state(daler):
    """What a revert must bring back."""
    return [(node["height"], node["tip"], node["mempool"], node["wallet"], node["peers"]) for node in daler.ps()["nodes"]]


def pay(daler, payer, payee):
    address = daler.run("cli", payee, "getnewaddress").strip()
    daler.run("cli", payer, "sendtoaddress", address, "1")
    wait_until(lambda: {node["mempool"] for node in daler.ps()["nodes"]} != {0}, what="the payment")


def disturb(daler):
    pay(daler, "n2", "n3")
    daler.run("mine", "3", "--on", "n3")
    daler.run("reorg", "2", "--on", "n1")
    pay(daler, "n3", "n1")


def revert_again(test):
    test.step("revert brings chain, mempool, wallets and connections of three nodes back, any number of times")
    daler = Daler(test, "again")
    daler.run("up", "-d", "-n", "3")
    equal(daler.run("snapshots"), "There is no snapshot.\n")
    assert "`daler snapshot` takes one" in daler.fails("revert")
    pay(daler, "n1", "n2")
    taken = json.loads(daler.run("snapshot", "base", "--json"))
    equal((taken["name"], [node["name"] for node in taken["nodes"]]), ("base", ["n1", "n2", "n3"]))
    before = state(daler)
    for number in (1, 2):
        disturb(daler)
        assert 'Snapshot "1" of 3 nodes, height ' in daler.run("snapshot")
        equal([row["name"] for row in json.loads(daler.run("snapshots", "--json"))], ["base", "1"])
        daler.run("cli", "n2", "createwallet", "w")
        text = daler.run("revert", "base")
        assert '3 nodes at the snapshot "base": height 103' in text, text
        assert "Later snapshots are dropped: 1\n" in text, text
        assert f"n2: the wallet w is w.reverted-{number} now." in text, text
        equal(state(daler), before)
    daler.run("mine", "2", "--on", "n2")
    done = json.loads(daler.run("revert", "--json"))
    equal((done["name"], [(node["name"], node["blocks"]) for node in done["nodes"]]),
          ("base", [("n1", 2), ("n2", 2), ("n3", 2)]))
    equal(state(daler), before)
    test.step("errors say what there is, and a name is used once")
    assert 'no snapshot "x". There are: base.' in daler.fails("revert", "x")
    assert 'There is a snapshot "base" on n1' in daler.fails("snapshot", "base")
    assert "A name has" in daler.fails("snapshot", "a/b")
    equal(len(json.loads(daler.run("snapshots", "--json"))), 1)
    table = daler.run("snapshots")
    assert table.split()[:4] == ["NAME", "HEIGHT", "TIME", "NODES"] and table.rstrip().endswith("all"), table
    equal(daler.run("snapshots", "--drop", "base"), "There is no snapshot.\n")
    daler.run("down")
    daler.check_nothing_left()


def nothing_half_made(test):
    test.step("a snapshot is on all nodes or on none")
    daler = Daler(test, "half")
    daler.run("up", "-d", "-n", "3")
    daler.run("kill", "n2")
    assert "n2 does not run: killed by `daler kill`. All nodes have to: `daler start n2`." in daler.fails("snapshot")
    equal(daler.run("snapshots"), "There is no snapshot.\n")
    daler.run("down")
    daler.run("up", "-d", "-n", "3", "--name", "shop")
    folder = next((daler.home / ".daler" / "networks" / "shop" / "n2").glob("**/wallets")).parent / "snapshots"
    folder.mkdir(exist_ok=True)
    (folder / "bad.snapshot").write_bytes(b"damaged")
    error = daler.fails("snapshot", "bad")
    assert error.startswith("daler: n2: snapshot: There is a snapshot") and "No node keeps the snapshot" in error, error
    equal(daler.run("snapshots"), "There is no snapshot.\n")
    assert (folder / "bad.snapshot").exists()
    daler.run("rm")
    daler.check_nothing_left()


def other_nodes(test):
    test.step("a node that was added or has started again needs --fresh, and nothing is changed before")
    daler = Daler(test, "others")
    daler.run("up", "-d", "-n", "3")
    daler.run("snapshot", "base")
    before = state(daler)
    daler.run("mine", "2")
    daler.run("kill", "n2")
    assert "`daler start n2`" in daler.fails("revert", "base")
    daler.run("start", "n2")
    daler.run("add")
    later = state(daler)
    assert "No snapshot is on all nodes" in daler.fails("revert")
    error = daler.fails("revert", "base")
    assert '2 nodes without the snapshot "base": n2, n4.' in error and "--fresh" in error, error
    equal(state(daler), later)
    text = daler.run("revert", "base", "--fresh")
    assert "n2 has started again, empty." in text and "n4 has started again, empty." in text, text
    equal({node[:2] for node in state(daler)}, {before[0][:2]})
    daler.run("down")
    test.step("on disk, the data of such a node are put aside")
    daler.run("up", "-d", "-n", "2", "--name", "shop")
    daler.run("snapshot")
    daler.run("restart", "n1")
    daler.run("add")
    daler.run("mine", "2", "--on", "n3")
    assert "n3.reverted-1 now." in daler.run("revert", "1", "--fresh")
    equal([node["height"] for node in daler.ps()["nodes"]], [102] * 3)
    daler.run("rm")
    daler.check_nothing_left()


def outside(test):
    test.step("a node outside the network sends later blocks again, and the answer says so")
    daler = Daler(test, "outside")
    daler.run("up", "-d", "-n", "2")
    node = test.node()
    daler.run("add", "--peer", f"127.0.0.1:{node.port}")
    wait_until(lambda: node.getblockcount() == 102, what="the blocks of the network")
    daler.run("snapshot")
    daler.run("mine", "2")
    wait_until(lambda: node.getblockcount() == 104, what="the later blocks")
    text = daler.run("revert")
    assert f"n1 is connected to 127.0.0.1:{node.port}, which is outside the network" in text, text
    assert "n2 is connected" not in text, text
    wait_until(lambda: daler.node("n2")["height"] == 104, what="the blocks of the node outside")
    daler.run("down")


def split(test):
    test.step("links that are cut stay cut")
    daler = Daler(test, "split")
    daler.run("up", "-d", "-n", "3")
    daler.run("split", "n1", "n2,n3")
    daler.run("mine", "2", "--on", "n2")
    assert "height 103 to 105" in daler.run("snapshot")
    before = state(daler)
    daler.run("mine", "3", "--on", "n3")
    daler.run("mine", "1", "--on", "n1")
    daler.run("revert")
    equal(state(daler), before)
    daler.run("heal")
    equal([node["height"] for node in daler.ps()["nodes"]], [105] * 3)
    daler.run("down")


def kill_revert(daler, folder):
    """Kills the command as soon as it has begun to change something. True if it was at work still."""
    command = subprocess.Popen([daler.program, "revert", "base"], env=daler.environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    def has_begun():
        nodes = json.loads((folder / "network.json").read_text())["nodes"]
        return any(node["reverting"] for node in nodes) or command.poll() is not None
    while not has_begun():
        pass
    command.kill()
    return command.wait(30) == -signal.SIGKILL


def killed(test):
    test.step("after kill -9 of the command, the next command completes the revert")
    daler = Daler(test, "killed")
    daler.run("up", "-d", "-n", "3")
    daler.run("snapshot", "base")
    before = state(daler)
    folder = daler.runtime / "daler" / "net1"
    for _ in range(3):
        daler.run("mine", "2", "--on", "n2")
        interrupted = kill_revert(daler, folder)
        if not interrupted:
            equal(state(daler), before)
            continue
        done = daler.call("ps", "--json")
        equal(done.returncode, 0)
        if done.stderr:
            equal(done.stderr, 'A revert to the snapshot "base" was interrupted. It has been completed.\n')
        equal(state(daler), before)
        daler.run("revert", "base")
        equal(state(daler), before)
    test.step("the same after each step of the command")
    for paused in (0, 1, 3):
        for reverted in (0, 1, 3):
            daler.run("mine", "2", "--on", "n3")
            file = json.loads((folder / "network.json").read_text())
            for node in file["nodes"]:
                node["reverting"] = "base"
            (folder / "network.json").write_text(json.dumps(file))
            # The client for one node does not look at the network.
            for name in ("n1", "n2", "n3")[:paused]:
                client(daler, folder, file, name, "setnetworkactive", "false")
            for name in ("n1", "n2", "n3")[:reverted]:
                client(daler, folder, file, name, "revert", "base")
            done = daler.call("mine")
            equal((done.returncode, done.stderr),
                  (0, 'A revert to the snapshot "base" was interrupted. It has been completed.\n'))
            equal([node["height"] for node in daler.ps()["nodes"]], [104] * 3)
            equal([node["peers"] for node in daler.ps()["nodes"]], [2] * 3)
            daler.run("revert", "base")
            equal(state(daler), before)
    daler.run("down")
    daler.check_nothing_left()


def client(daler, folder, file, name, *words):
    node = next(node for node in file["nodes"] if node["name"] == name)
    subprocess.run([f"{daler.program}-cli", f"-datadir={folder}", f"-rpcport={node['rpc_port']}",
                    f"-rpccookiefile={node['cookie']}", *words], check=True, capture_output=True, timeout=60)


def died_in_the_middle(test):
    test.step("a node on disk that ended during the revert returns when it starts")
    daler = Daler(test, "died")
    daler.run("up", "-d", "-n", "2", "--name", "shop")
    daler.run("snapshot", "base")
    before = state(daler)
    daler.run("mine", "2")
    daler.run("kill", "n2")
    folder = daler.home / ".daler" / "networks" / "shop"
    file = json.loads((folder / "network.json").read_text())
    for node in file["nodes"]:
        node["reverting"] = "base"
    (folder / "network.json").write_text(json.dumps(file))
    done = daler.call("start", "n2")
    equal((done.returncode, done.stderr),
          (0, 'A revert to the snapshot "base" was interrupted. It has been completed.\n'))
    equal(state(daler), before)
    daler.run("rm")
    daler.check_nothing_left()


def main(test):
    revert_again(test)
    nothing_half_made(test)
    other_nodes(test)
    outside(test)
    split(test)
    killed(test)
    died_in_the_middle(test)


run(main)
