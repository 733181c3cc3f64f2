#!/usr/bin/python3
"""The commands that mine, pay, reorganise and move time on a running network."""
import json
import subprocess

from framework import equal, run, wait_until
from networks import Daler


def blocks(test):
    test.step("mine, faucet and reorg return when all nodes agree")
    daler = Daler(test, "blocks")
    daler.run("up", "-d", "-n", "3")
    height = daler.node("n1")["height"]
    assert daler.run("mine").startswith("n1 mined 1 block: height"), "one block"
    equal(len(json.loads(daler.run("mine", "2", "--on", "n2", "--json"))["blocks"]), 2)
    equal([node["height"] for node in daler.ps()["nodes"]], [height + 3] * 3)
    address = daler.run("cli", "n2", "getnewaddress").strip()
    assert daler.run("faucet", address, "2.5").startswith("n1 paid 2.5 BTC in ")
    equal([node["mempool"] for node in daler.ps()["nodes"]], [1] * 3)
    daler.run("mine", "--to", address)
    tips = {node["tip"] for node in daler.ps()["nodes"]}
    assert "would reorganise: 1 block left, 2 entered" in daler.run("reorg", "1", "--dry-run")
    equal({node["tip"] for node in daler.ps()["nodes"]}, tips)
    answer = json.loads(daler.run("reorg", "1", "--on", "n3", "--transactions", "all", "--json"))
    equal((len(answer["left"]), answer["entered"], len(answer["confirmed"])), (1, 2, 1))
    after = daler.ps()["nodes"]
    equal([node["height"] for node in after], [height + 5] * 3)
    equal((len({node["tip"] for node in after}), tips & {node["tip"] for node in after}), (1, set()))
    test.step("errors name the node and what is wrong")
    assert 'has no node "n9"' in daler.fails("mine", "--on", "n9")
    assert "N" in daler.fails("mine", "0")
    assert "n1: faucet: " in daler.fails("faucet", "nonsense")
    assert "n1: reorg: " in daler.fails("reorg", "5000")
    daler.run("stop", "n3")
    assert "n3 does not run" in daler.fails("mine", "--on", "n3")
    daler.run("down")
    daler.check_nothing_left()


def time(test):
    test.step("time moves on all nodes together")
    daler = Daler(test, "time")
    daler.run("up", "-d", "-n", "3")
    before = json.loads(daler.run("time", "--json"))
    after = json.loads(daler.run("time", "+1d2h", "--json"))
    equal(len(after), 3)
    for old, new in zip(before, after):
        assert new["time"] - old["time"] >= 93600 - 5, (old, new)
    assert "2090-01-01T00:00:0" in daler.run("time", "2090-01-01T00:00:00Z")
    daler.run("mine", "20", "--every", "3600")
    nodes = daler.ps()["nodes"]
    equal(len({node["tip"] for node in nodes}), 1)
    test.step("time does not go behind the last blocks, and nothing is changed then")
    assert "is not after the median time" in daler.fails("time", "2030-01-01T00:00:00Z")
    assert "is no time" in daler.fails("time", "tomorrow")
    assert daler.run("time").count("2090-01-0") >= 6
    test.step("a node in memory that starts again has the time of the others, and accepts their blocks")
    daler.run("restart", "n2")
    equal(len({node["tip"] for node in daler.ps()["nodes"]}), 1)
    assert daler.run("time").count("2090-01-0") >= 6
    daler.run("down")


def split(test):
    test.step("split cuts links, also for nodes that start again, and heal restores them")
    daler = Daler(test, "split")
    daler.run("up", "-d", "-n", "4")
    equal(daler.run("split", "n1,n2", "n3"), "connected: n1,n2 | n3 | n4\n")
    equal([node["peers"] for node in daler.ps()["nodes"]], [1, 1, 0, 0])
    daler.run("heal")
    equal(json.loads(daler.run("split", "n1,n2", "n3,n4", "--json")), [["n1", "n2"], ["n3", "n4"]])
    height = daler.node("n1")["height"]
    daler.run("mine", "1")
    daler.run("mine", "2", "--on", "n4")
    equal([node["height"] - height for node in daler.ps()["nodes"]], [1, 1, 2, 2])
    daler.run("stop", "n2")
    daler.run("start", "n2")
    equal([node["height"] - height for node in daler.ps()["nodes"]], [1, 1, 2, 2])
    daler.run("restart", "n1", "n3")
    equal([node["height"] - height for node in daler.ps()["nodes"]], [1, 1, 2, 2])
    equal(sorted(daler.run("heal").split()[1].split(",")), ["n1", "n2", "n3", "n4"])
    nodes = daler.ps()["nodes"]
    equal(([node["height"] - height for node in nodes], len({node["tip"] for node in nodes})), ([2] * 4, 1))
    equal([node["peers"] for node in nodes], [2] * 4)
    test.step("a node that is added is on one side, and connections made by hand are cut, too")
    daler.run("cli", "n1", "addnode", daler.node("n3")["p2p"], "onetry")
    wait_until(lambda: daler.node("n1")["peers"] == 3, what="a connection across the ring")
    daler.run("split", "n1,n2", "n3,n4")
    daler.run("add")
    equal(daler.run("mine", "1", "--on", "n1").split()[:3], ["n1", "mined", "1"])
    equal([node["height"] - height for node in daler.ps()["nodes"]], [3, 3, 2, 2, 3])
    daler.run("cli", "n4", "setnetworkactive", "false")
    daler.run("cli", "n4", "setnetworkactive", "true")
    daler.run("mine", "2", "--on", "n4")
    wait_until(lambda: daler.node("n3")["height"] - height == 4, what="the block of n4")
    equal([node["height"] - height for node in daler.ps()["nodes"]], [3, 3, 4, 4, 3])
    daler.run("heal")
    equal([node["height"] - height for node in daler.ps()["nodes"]], [4] * 5)
    assert 'no node "n9"' in daler.fails("split", "n9")
    assert "one group" in daler.fails("split", "n1,n2,n3,n4,n5")
    daler.run("down")
    daler.check_nothing_left()


def env(test):
    test.step("env is for a shell and for programs")
    daler = Daler(test, "env")
    daler.run("up", "-d", "-n", "2")
    values = json.loads(daler.run("env", "n2", "--json"))
    equal((values["node"], values["url"]), ("n2", daler.node("n2")["rpc"]))
    script = f'eval "$({daler.program} env n2)"; echo "$BITCOIN_RPC_URL $BITCOIN_RPC_USER $BITCOIN_RPC_PASSWORD"; ' \
             f'{daler.program}-cli $BITCOIN_CLI_OPTIONS getblockcount'
    done = subprocess.run(["sh", "-c", script], env=daler.environment, capture_output=True, text=True, timeout=60)
    equal(done.stdout.split(), [values["url"], values["user"], values["password"], str(daler.node("n2")["height"])])
    daler.run("down")


def completion(test):
    test.step("completion knows commands and options")
    daler = Daler(test, "completion")
    script = daler.run("completion", "bash") + \
        'COMP_WORDS=(daler reo); COMP_CWORD=1; _daler; echo "${COMPREPLY[@]}"\n' \
        'COMP_WORDS=(daler mine --ev); COMP_CWORD=2; _daler; echo "${COMPREPLY[@]}"\n' \
        'COMP_WORDS=(daler wallet ex); COMP_CWORD=2; _daler; echo "${COMPREPLY[@]}"\n'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    equal(done.stdout.split(), ["reorg", "--every", "export"])
    assert "bash, zsh or fish" in daler.fails("completion", "csh")


def main(test):
    blocks(test)
    time(test)
    split(test)
    env(test)
    completion(test)


run(main)
