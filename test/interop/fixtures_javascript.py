#!/usr/bin/python3
"""contrib/fixtures for JavaScript, under node:test: the example tests, and nothing is left of them, however they end."""
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "functional"))
from framework import BUILD, FACTOR, ROOT, Skip, equal, run, wait_until  # noqa: E402
from ready_node import is_running  # noqa: E402

FOLDER = ROOT / "contrib" / "fixtures" / "javascript"
START = "const node = await (await import('./daler.mjs')).BitcoinNode.start(); console.log(node.ready.pid);"
AT_ONCE = ("const { BitcoinNode } = await import('./daler.mjs');"
           "const nodes = await Promise.all(Array.from({ length: 20 }, () => BitcoinNode.start()));"
           "await Promise.all(nodes.map(({ rpc }) => rpc.mine(101)));"
           "await Promise.all(nodes.map((node) => node.stop()));")


def script(text):
    return ["node", "--input-type=module", "-e", text]


def try_command(command, variables):
    return subprocess.run(command, cwd=FOLDER, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=200 * FACTOR)


def main(test):
    if not shutil.which("node"):
        raise Skip("no node (contrib/install-deps --interop)")
    variables = {**test.environment, "DALER": str(BUILD / "daler")}
    for name, command in (("the examples", ["node", "--test", *map(str, FOLDER.glob("*.test.mjs"))]),
                          ("twenty nodes at once", script(AT_ONCE))):
        test.step(name)
        done = try_command(command, variables)
        equal(done.returncode, 0, done.stdout)

    test.step("a program that stops no node ends all the same, and the node after it")
    done = try_command(script(START), variables)
    equal(done.returncode, 0, done.stdout)
    wait_until(lambda: not is_running(done.stdout.strip()), what="the end of the node")

    test.step("the node ends when the test is killed")
    process = subprocess.Popen(script(START + "setInterval(() => {}, 1000);"), cwd=FOLDER, env=variables,
                               stdout=subprocess.PIPE, text=True)
    test.closers.append(process.kill)
    node = process.stdout.readline().strip()
    assert is_running(node)
    os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(node), what="the end of the node")

    test.step("no program, and a program that does not start")
    for program, said in (("/nonexistent", "export DALER="), ("/bin/false", "did not start")):
        done = try_command(script(START), {**variables, "DALER": program})
        assert done.returncode == 1 and said in done.stdout, done.stdout


run(main)
