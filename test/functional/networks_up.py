#!/usr/bin/python3
"""daler up: a network that is ready at once, and nothing that is left of it."""
import contextlib
import json
import os
import random
import signal
import subprocess
import threading

from framework import LONG, SEED, equal, run, wait_until
from networks import Daler, alive


def ready_and_gone(test):
    test.step("a network says that it is ready, its nodes are connected and can pay, and Ctrl-C ends it")
    daler = Daler(test, "first")
    with daler.up("-n", "3", "--seed", "daler") as network:
        equal([node["name"] for node in network["nodes"]], ["n1", "n2", "n3"])
        equal({node["height"] for node in network["nodes"]}, {103})
        equal(len({node["tip"] for node in network["nodes"]}), 1)
        equal([str(node["wallet"]) for node in network["nodes"]], ["50.0"] * 3)
        equal({node["peers"] for node in network["nodes"]}, {2})
        assert network["keys_are_public"]
        # Credentials, folders and what is in them are for the owner only.
        for path in (daler.runtime / "daler").rglob("*"):
            assert path.stat().st_mode & 0o077 == 0, path
        rpc = daler.rpc(network["nodes"][2])
        equal(rpc.getblockcount(), 103)
        # No secret is on a command line.
        words = open(f"/proc/{network['nodes'][0]['pid']}/cmdline").read()
        assert network["nodes"][0]["password"] not in words
    daler.check_nothing_left()
    assert not (daler.home / ".daler").exists()


def fits(text):
    """All lines but that of the folder, whose length is the user's choice."""
    assert all(len(line) <= 80 or line.startswith("Logs: ") for line in text.splitlines()), text


def table(test):
    test.step("the table of up fits 80 columns and names the commands to try")
    daler = Daler(test, "table")
    text = daler.run("up", "-d", "-n", "2")
    fits(text)
    for part in ("The keys of this network are public", "http://127.0.0.1:", "50.00000000", "daler ps", "daler down"):
        assert part in text, (part, text)
    text = daler.run("ps")
    fits(text)
    assert "\x1b" not in text
    equal(daler.run("cli", "getblockcount"), "102\n")
    equal(daler.run("cli", "n2", "getconnectioncount"), "1\n")
    daler.run("down")
    daler.check_nothing_left()
    equal(daler.fails("ps"), "daler: There is no network. `daler up` starts one.\n")


def ends(test):
    test.step("however up ends, its nodes end, and the next command removes what it left")
    for how in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        daler = Daler(test, f"signal{how}")
        network = daler.start_up("-n", "2")
        network.process.send_signal(how)
        equal(network.process.wait(20), 0)
        daler.check_nothing_left()
    daler = Daler(test, "killed")
    network = daler.start_up("-n", "2")
    network.process.kill()
    network.process.wait()
    wait_until(lambda: not any(alive(pid) for pid in network.pids), what="the end of the nodes")
    assert "Its files have been removed" in daler.fails("ps")
    daler.check_nothing_left()


def killed_while_it_starts(test):
    test.step(f"a start that is killed at any moment leaves nothing for longer than the next command (seed {SEED})")
    moments = random.Random(SEED)
    daler = Daler(test, "half")
    for words in [("-d",), (), ("-d", "--name", "kept")] * (50 if LONG else 4):
        process = subprocess.Popen([daler.program, "up", "-n", "4", *words], env=daler.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moments.uniform(0, 0.15))
        process.kill()
        process.wait()
        if daler.call("ps").returncode == 0:  # it was complete
            daler.run("rm" if "--name" in words else "down")
        wait_until(lambda: not daler.processes(), what="the end of the nodes")
        daler.check_nothing_left()
    test.step("a network with a name that was complete is as it was")
    daler.run("up", "-d", "-n", "3", "--name", "kept")
    height = daler.node("n1")["height"]
    daler.run("down")
    process = subprocess.Popen([daler.program, "up", "-d", "--name", "kept"], env=daler.environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: daler.processes() or process.poll() is not None, what="the first node")
    process.kill()
    process.wait()
    daler.call("ps")
    daler.call("down")
    wait_until(lambda: not daler.processes(), what="the end of the nodes")
    daler.run("up", "-d", "--name", "kept")
    equal([node["height"] for node in daler.ps()["nodes"]], [height] * 3)
    daler.run("rm")
    daler.check_nothing_left()


def parent(test):
    test.step("up ends when the process that started it is gone")
    daler = Daler(test, "parent")
    shell = subprocess.Popen(["sh", "-c", f"{daler.program} up --json; true"], env=daler.environment,
                             stdout=subprocess.PIPE)
    network = json.loads(shell.stdout.readline())
    shell.kill()
    shell.wait()
    wait_until(lambda: not alive(network["nodes"][0]["pid"]), what="the end of the node")
    wait_until(lambda: not os.listdir(daler.runtime / "daler"), what="the end of the folder")


def down(test):
    test.step("down ends a network of another terminal")
    daler = Daler(test, "down")
    network = daler.start_up()
    daler.run("down")
    equal(network.process.wait(20), 0)
    daler.check_nothing_left()


def several(test):
    test.step("several networks live side by side")
    daler = Daler(test, "several")
    daler.run("up", "-d")
    daler.run("up", "-d", "-n", "2")
    assert "There are several networks: net1, net2." in daler.fails("ps")
    equal(len(daler.ps("--name", "net1")["nodes"]), 1)
    equal(len(daler.ps(DALER_NETWORK="net2")["nodes"]), 2)
    assert 'There is no network "net3". There are: net1, net2.' in daler.fails("ps", "--name", "net3")
    daler.run("down", "--name", "net1")
    equal(daler.ps()["network"], "net2")
    daler.run("down")
    daler.check_nothing_left()


def same_name(test):
    test.step("of two networks with one name that start at once, one wins")
    daler = Daler(test, "race")
    outcomes = []

    def start():
        done = daler.call("up", "-d", "--name", "both")
        outcomes.append((done.returncode, done.stderr))

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(sorted(code for code, _ in outcomes), [0, 1, 1])
    for code, text in outcomes:
        assert code == 0 or "runs already" in text or "Another daler command" in text, text
    equal(len(daler.ps()["nodes"]), 1)
    daler.run("rm")
    daler.check_nothing_left()


def mining(test):
    test.step("up --mine: blocks come by themselves, at intervals and as soon as there is a payment")
    daler = Daler(test, "mining")
    daler.run("up", "-d", "-n", "2", "--mine", "tx")
    height = daler.node("n1")["height"]
    daler.run("cli", "n2", "sendtoaddress", daler.run("cli", "n1", "getnewaddress").strip(), "1")
    wait_until(lambda: [node["height"] for node in daler.ps()["nodes"]] == [height + 1] * 2, what="a block")
    equal([node["mempool"] for node in daler.ps()["nodes"]], [0, 0])
    daler.run("restart", "n1")
    equal(json.loads(daler.run("cli", "n1", "getautomine"))["when"], "tx")
    daler.run("down")
    daler.run("up", "-d", "-n", "2", "--mine", "poisson:1s,tx")
    height = daler.node("n1")["height"]
    wait_until(lambda: daler.node("n2")["height"] > height, what="a block")
    equal([json.loads(daler.run("cli", name, "getautomine"))["when"] for name in ("n1", "n2")],
          ["tx,poisson:2s", "poisson:2s"])
    daler.run("down")
    daler.check_nothing_left()


def joining(test):
    test.step("a network that joins another one follows its chain, and both pay each other")
    first, second = Daler(test, "joined"), Daler(test, "joining")
    first.run("up", "-d", "-n", "2", "--listen", "127.0.0.1")
    address = first.node("n2")["p2p"]
    tip = first.node("n1")["tip"]
    second.run("up", "-d", "-n", "2", "--join", address)
    wait_until(lambda: [node["tip"] for node in second.ps()["nodes"]] == [tip] * 2, what="the chain of the first network")
    assert not second.ps()["keys_are_public"], "two networks with one chain need keys of their own"
    equal([node["wallet"] for node in second.ps()["nodes"]], [0, 0])
    paid = second.run("cli", "n2", "getnewaddress").strip()
    first.run("faucet", paid, "2")
    first.run("mine")
    wait_until(lambda: second.node("n2")["wallet"] == 2, what="the payment")
    second.run("restart", "n1", "n2")
    second.run("mine", "1", "--to", paid)
    wait_until(lambda: first.node("n1")["tip"] == second.node("n1")["tip"], what="the block of the second network")
    second.run("down"), first.run("down")
    first.check_nothing_left(), second.check_nothing_left()
    test.step("a peer that is not there does no harm")
    second.run("up", "-d", "--join", address)
    equal(second.node("n1")["peers"], 0)
    second.run("down")


def refused(test):
    test.step("what cannot be is refused, and nothing is left")
    daler = Daler(test, "refused")
    for words, part in ((("-n", "0"), "-n must be"), (("--topology", "tree"), "neither ring"),
                        (("-n", "50", "--fund", "300"), "a little less than 298.99"),
                        (("--", "-nosuchoption"), "n1 did not start: "), (("--mine", "never"), "n1: setautomine"),
                        (("--chainfile", "/none"), "could not be opened")):
        text = daler.fails("up", "-d", *words)
        assert part in text, (words, text)
        daler.check_nothing_left()


def main(test):
    ready_and_gone(test)
    table(test)
    ends(test)
    killed_while_it_starts(test)
    parent(test)
    down(test)
    several(test)
    same_name(test)
    mining(test)
    joining(test)
    refused(test)


run(main)
