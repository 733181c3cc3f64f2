#!/usr/bin/python3
"""The commands that stop, start, kill and add the nodes of a network."""
import contextlib
import os
import random
import signal
import socket
import subprocess
import threading

from framework import equal, run, wait_until
from networks import Daler


def keeps_ports(daler, name):
    """True if the node restarts with its ports. Another program may take one meanwhile, but not each time."""
    for _ in range(5):
        before = daler.node(name)
        daler.run("restart", name)
        after = daler.node(name)
        if (after["p2p"], after["rpc"]) == (before["p2p"], before["rpc"]):
            return True
    return False


def stop_and_start(test):
    test.step("a node that was stopped starts again with its ports, its wallet and the blocks of its peers")
    daler = Daler(test, "memory")
    daler.run("up", "-d", "-n", "3")
    before = daler.node("n2")
    equal(daler.run("stop", "n2"), "n2 stopped\n")
    stopped = daler.node("n2")
    equal((stopped["running"], stopped["trouble"]), (False, "n2: stopped"))
    daler.run("cli", "n1", "-generate", "2")
    said, after = daler.run("start"), daler.node("n2")
    equal(said, f"n2 runs: {after['rpc']}\n")
    for field in ("wallet", "peers"):
        equal((field, after[field]), (field, before[field]))
    equal(after["height"], 105)
    assert keeps_ports(daler, "n2"), "other ports each time"
    equal(len({node["tip"] for node in daler.ps()["nodes"]}), 1)
    daler.run("restart", "n1", "n3")
    equal([node["height"] for node in daler.ps()["nodes"]], [105] * 3)
    test.step("a network whose nodes were all stopped waits for start")
    daler.run("stop", "n1", "n2", "n3")
    daler.run("start", "n1")
    equal(daler.node("n1")["height"], 0)
    equal(daler.run("down"), "net1 ended\n")
    daler.check_nothing_left()


def deaths(test):
    test.step("ps says which node has died and why")
    daler = Daler(test, "deaths")
    network = daler.start_up("-n", "3")
    os.kill(network.pids[1], signal.SIGKILL)
    wait_until(lambda: "killed by signal 9" in daler.node("n2")["trouble"], what="the reason")
    assert "n2: killed by signal 9 (Killed)" in daler.run("ps")
    equal(daler.run("kill", "n3"), "n3 killed\n")
    equal(daler.node("n3")["trouble"], "n3: killed by `daler kill`")
    assert "n3 does not run" in daler.fails("kill", "n3")
    daler.run("start", "n2", "n3")
    assert "n2 runs already" in daler.fails("start", "n2")
    equal([node["running"] for node in daler.ps()["nodes"]], [True] * 3)
    network.process.send_signal(signal.SIGINT)
    equal(network.process.wait(30), 0)
    daler.check_nothing_left()
    test.step("in the background, the reason is the last line of the log")
    daler.run("up", "-d", "-n", "2")
    os.kill(daler.node("n2")["pid"], signal.SIGKILL)
    wait_until(lambda: not daler.node("n2")["running"])
    assert "its last log line: " in daler.node("n2")["trouble"]
    daler.run("down")


def add(test):
    test.step("a node that is added has the chain, and peers outside can be added")
    daler = Daler(test, "add")
    daler.run("up", "-d", "-n", "2", "--topology", "line")
    assert daler.run("add").startswith("n3: http://127.0.0.1:")
    daler.run("add", "shop")
    equal([(node["name"], node["height"], node["peers"]) for node in daler.ps()["nodes"]],
          [("n1", 102, 1), ("n2", 102, 2), ("n3", 102, 2), ("shop", 102, 1)])
    assert "There is a node shop already." in daler.fails("add", "shop")
    assert "cannot be a name" in daler.fails("add", "../x")
    outside = test.node()
    daler.run("add", "--peer", f"127.0.0.1:{outside.port}")
    wait_until(lambda: outside.getblockcount() == 102, what="the blocks of the network")
    assert 'has no node "n9". It has: n1, n2, n3, shop.' in daler.fails("stop", "n9")
    daler.run("down")
    daler.check_nothing_left()


def logs(test):
    test.step("logs shows what nodes write, and follows")
    daler = Daler(test, "logs")
    daler.run("up", "-d", "-n", "2")
    text = daler.run("logs")
    assert "n1 " in text and "n2 " in text and "Ready after" in text
    assert not daler.run("logs", "n2").startswith("n2 ")
    follower = subprocess.Popen([daler.program, "logs", "-f", "n2"], env=daler.environment, stdout=subprocess.PIPE,
                                text=True)
    daler.run("stop", "n2")
    assert any("Stopped" in line for line in follower.stdout)
    daler.run("down")
    equal(follower.wait(20), 0)


def log_size(test):
    test.step("the log of a node does not grow beyond its limit")
    node = test.node("-debuglogsize=1", "-debug")
    address = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202"
    newest, older = node.folder / "debug.log", node.folder / "debug.1.log"
    while not older.exists():
        node.generatetoaddress(200, address)
    node.generatetoaddress(200, address)
    assert newest.stat().st_size + older.stat().st_size <= 1_000_000
    assert older.stat().st_size > 400_000


def kept(test):
    test.step("a network with a name is kept, with secret keys, and starts again as it was")
    daler = Daler(test, "kept")
    text = daler.run("up", "-d", "-n", "2", "--name", "shop")
    assert "public" not in text, text
    first = daler.ps("--name", "shop")
    folder = daler.home / ".daler" / "networks" / "shop"
    equal(first["folder"], str(folder))
    equal(folder.stat().st_mode & 0o777, 0o700)
    assert "runs already" in daler.fails("up", "--name", "shop")
    daler.run("down")
    equal([node["trouble"] for node in daler.ps()["nodes"]], ["n1: stopped", "n2: stopped"])
    assert "leave out -n" in daler.fails("up", "-d", "-n", "3", "--name", "shop")
    daler.run("up", "-d", "--name", "shop")
    second = daler.ps()
    for field in ("height", "tip", "wallet", "rpc", "p2p"):
        equal([node[field] for node in second["nodes"]], [node[field] for node in first["nodes"]])
    test.step("rm removes it, and also a network whose file is damaged")
    daler.run("rm")
    assert not folder.exists()
    daler.check_nothing_left()
    folder.mkdir(mode=0o700)
    (folder / "network.json").write_text("{")
    assert "is damaged" in daler.fails("ps")
    daler.run("rm", "--name", "shop")
    assert not folder.exists()


def taken_ports(test):
    test.step("a node whose ports another program has taken starts with others, and its peers find it")
    daler = Daler(test, "ports")
    daler.run("up", "-d", "-n", "2", "--name", "busy", "--listen", "127.0.0.2")
    before = daler.ps()["nodes"]
    daler.run("down")
    with contextlib.ExitStack() as taken:
        for host, address in (("127.0.0.2", before[0]["p2p"]), ("127.0.0.1", before[1]["rpc"])):
            taken.enter_context(socket.create_server((host, int(address.rpartition(":")[2]))))
        daler.run("up", "-d", "--name", "busy")
        after = daler.ps()["nodes"]
        assert after[0]["p2p"] != before[0]["p2p"] and after[1]["rpc"] != before[1]["rpc"]
        equal([node["peers"] for node in after], [1, 1])
    daler.run("rm")


def promised_port(test):
    test.step("a new network does not take the port of a node that was killed: that node's peers would connect to it")
    daler = Daler(test, "promised")
    daler.run("up", "-d", "-n", "2", "--name", "old")
    port = daler.node("n1")["p2p"]
    daler.run("kill", "n1")
    daler.run("up", "-d")
    assert daler.node("n1", "--name", "net1")["p2p"] != port, port
    daler.run("down", "--name", "net1")
    daler.run("rm", "--name", "old")


@contextlib.contextmanager
def taken_for_moments(port):
    """A program that takes the port for moments, over and over, as one does who asks whether it is free."""
    ended = threading.Event()

    def take():
        while not ended.is_set():
            with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
                ended.wait(random.random() / 200)
            ended.wait(random.random() / 200)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def ports_taken_for_moments(test):
    test.step("a node whose port another program has at the wrong moment starts all the same")
    daler = Daler(test, "moments")
    daler.run("up", "-d", "--name", "asked", "--fund", "0")
    for _ in range(15):
        port = int(daler.node("n1")["p2p"].rpartition(":")[2])
        daler.run("down")
        with taken_for_moments(port):
            daler.run("up", "-d", "--name", "asked")
    daler.run("rm")


def main(test):
    taken_ports(test)
    promised_port(test)
    ports_taken_for_moments(test)
    stop_and_start(test)
    deaths(test)
    add(test)
    logs(test)
    log_size(test)
    kept(test)


run(main)
