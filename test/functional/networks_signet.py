#!/usr/bin/python3
"""daler up --signet: a signet whose blocks the first node signs, kept with its key, and joined by others."""
import os
import pty
import subprocess

from framework import equal, run, wait_until
from networks import Daler

# Blocks at no cost. Signing, joining and keeping do not depend on the difficulty.
EASY = ("--rule", "pow_limit=" + "7f" + "ff" * 31, "--rule", "retarget_rule=none")


def first_node_signs(test):
    test.step("the first node signs; all wallets can spend; the key is for the owner only")
    daler = Daler(test, "signs")
    text = daler.run("up", "--signet", *EASY, "-d", "-n", "3", "--mine", "tx")
    assert "n1 signs the blocks" in text and "with daler only" in text and "bitcoind" not in text, text
    network = daler.ps()
    equal([str(node["wallet"]) for node in network["nodes"]], ["50.0"] * 3)
    equal((network["keys_are_public"], network["signer"]), (False, "n1"))
    key = daler.runtime / "daler" / "net1" / "signet.key"
    equal(key.stat().st_mode & 0o777, 0o600)
    for node in network["nodes"]:
        words = open(f"/proc/{node['pid']}/cmdline").read()
        assert key.read_text().strip() not in words
        equal(str(key) in words, node["name"] == "n1")

    test.step("a payment of a node without the key is confirmed, and mine, faucet and reorg use the signer")
    address = daler.run("cli", "n3", "getnewaddress").strip()
    daler.run("cli", "n2", "sendtoaddress", address, "2")
    wait_until(lambda: str(daler.node("n3")["wallet"]) == "52.0", what="the confirmation")
    daler.run("cli", "n1", "setautomine", "off")
    assert daler.run("mine").startswith("n1 mined 1 block")
    assert daler.run("faucet", address, "1").startswith("n1 paid 1 BTC")
    assert daler.run("reorg", "1").startswith("n1: 1 block left")
    assert "This node has no key" in daler.fails("mine", "--on", "n2")
    height = daler.node("n1")["height"]
    assert "the faucet mines none" in daler.fails("faucet", address, "1000000")
    equal(daler.node("n1")["height"], height)
    test.step("a wallet in memory comes back from the seed, also without the key")
    before = daler.node("n3")["wallet"]
    daler.run("restart", "n3")
    equal(daler.node("n3")["wallet"], before)
    daler.run("stop", "n1")
    assert "n1 does not run: stopped" in daler.fails("mine")
    daler.run("down")
    daler.check_nothing_left()


def kept(test):
    test.step("a signet with a name has its key, its wallets and its automatic blocks after a restart")
    daler = Daler(test, "kept")
    daler.run("up", "--signet", *EASY, "-d", "-n", "2", "--name", "lab")
    before = daler.ps()
    daler.run("down")
    assert "leave out --signet" in daler.fails("up", "--name", "lab", "--signet")
    daler.run("up", "-d", "--name", "lab", "--mine", "1s")
    after = daler.ps()
    equal([after[field] for field in ("challenge", "signer")], [before[field] for field in ("challenge", "signer")])
    equal([str(node["wallet"]) for node in after["nodes"]], ["50.0"] * 2)
    wait_until(lambda: daler.node("n2")["height"] > before["nodes"][1]["height"], what="a block by itself")
    daler.run("rm")
    daler.check_nothing_left()


def joined(test):
    test.step("another network joins with the line that up prints, follows and cannot mine")
    organiser, team = Daler(test, "organiser"), Daler(test, "team")
    text = organiser.run("up", "--signet", *EASY, "-d", "--seed", "organiser")
    line = next(line for line in text.splitlines() if line.startswith("  daler up ")).split()[1:]
    assert "The keys" not in team.run(*line, "-d", "-n", "2")
    tip = organiser.node("n1")["tip"]
    for name in ("n1", "n2"):
        wait_until(lambda n=name: team.node(n)["tip"] == tip, what="the chain of the organiser")
    address = team.run("cli", "n2", "getnewaddress").strip()
    organiser.run("faucet", address, "5")
    organiser.run("mine")
    wait_until(lambda: str(team.node("n2")["wallet"]) == "5.0", what="the payment")
    assert "This node has no key" in team.fails("mine")
    team.run("down")
    organiser.run("down")


def real_work(test):
    test.step("a signet with bitcoind's rules: its blocks cost work, which Ctrl-C ends")
    daler = Daler(test, "work")
    text = daler.run("up", "--signet", "-d", "--fund", "0")
    challenge = daler.ps()["challenge"]
    assert f"bitcoind -signet -signetchallenge={challenge} -addnode=127.0.0.1:" in text, text
    assert daler.run("mine").startswith("n1 mined 1 block: height 1,")
    daler.run("down")
    interrupt(daler, b"0 of 120 blocks", "--fund", "1000")  # one core, so that the numbers are exact
    interrupt(daler, b"1 of 101 blocks")  # all cores


def interrupt(daler, progress, *words):
    """Sends the signal of Ctrl-C when the terminal shows this."""
    terminal, side = pty.openpty()
    process = subprocess.Popen([daler.program, "up", "--signet", *words], env=daler.environment, stderr=side,
                               stdout=subprocess.PIPE)
    with open(terminal, "rb", buffering=0) as screen, os.fdopen(side):
        seen = b""
        while progress not in seen:
            seen += screen.read(1000)
        process.send_signal(2)
        equal(process.wait(60), 1)
        while b"daler: Interrupted." not in seen:
            seen += screen.read(1000)
    equal(process.stdout.read(), b"")
    daler.check_nothing_left()


def main(test):
    first_node_signs(test)
    kept(test)
    joined(test)
    real_work(test)


run(main)
