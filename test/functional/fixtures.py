#!/usr/bin/python3
"""contrib/fixtures for pytest and Bash: the example tests, many at once, and nothing is left of them, however they end."""
import os
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

from framework import BUILD, FACTOR, ROOT, Skip, equal, run, wait_until
from ready_node import is_running

FIXTURES = ROOT / "contrib" / "fixtures"
PYTEST = ("/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider")
MANY = 20
# Each starts a node, prints the pid of it, and waits.
WAITING = {
    "python": ("/usr/bin/python3", "-c", "import sys, time; sys.path.insert(0, sys.argv[1]); import pytest_daler\n"
               "node = pytest_daler.BitcoinNode(); print(node.ready['pid'], flush=True); time.sleep(1000)"),
    "bash": ("bash", "-c", "source $0/daler.bash; bitcoin_node alice; bitcoin_ready alice pid; read -r"),
}


def environment(test, **changed):
    return {**test.environment, "DALER": str(BUILD / "daler"), "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(test.folder), **changed}


def try_command(command, folder, variables):
    return subprocess.run(command, cwd=FIXTURES / folder, env=variables, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200 * FACTOR)


def examples(test):
    for name, command in (("python", PYTEST), ("bash", ("bash", "example_test.bash"))):
        test.step(f"the examples for {name}")
        done = try_command(command, name, environment(test))
        equal(done.returncode, 0, done.stdout)
        assert "passed" in done.stdout, done.stdout


def many(test):
    test.step(f"{MANY} test programs at once")
    command = (*PYTEST, "-k", "payment")
    with ThreadPoolExecutor(MANY) as pool:
        for done in pool.map(lambda _: try_command(command, "python", environment(test)), range(MANY)):
            equal(done.returncode, 0, done.stdout)


def a_failed_test_shows_the_log(test):
    test.step("a failed test shows the log of its node")
    for name in ("pytest_daler.py", "conftest.py"):
        shutil.copy(FIXTURES / "python" / name, test.folder)
    failing = test.folder / "test_failing.py"
    failing.write_text("def test_failing(bitcoin_node):\n    assert bitcoin_node.getblockcount() == 1\n")
    done = try_command((*PYTEST, str(failing)), "python", environment(test))
    equal(done.returncode, 1, done.stdout)
    assert "Ready after" in done.stdout, done.stdout
    for name in ("pytest_daler.py", "conftest.py", failing.name):
        (test.folder / name).unlink()


def killed(test):
    for name, command in WAITING.items():
        test.step(f"{name}: the node ends when the test is killed")
        process = subprocess.Popen([*command, FIXTURES / name], env=environment(test), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, start_new_session=True)
        test.closers.append(process.kill)
        node = int(process.stdout.readline())
        assert is_running(node)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_until(lambda: not is_running(node), what="the end of the node")


def errors_say_what_to_do(test):
    for name, command in WAITING.items():
        test.step(f"{name}: no program, and a program that does not start")
        missing = try_command((*command, FIXTURES / name), name, environment(test, DALER="/nonexistent"))
        assert "export DALER=" in missing.stdout, missing.stdout
        other = try_command((*command, FIXTURES / name), name, environment(test, DALER="/bin/false"))
        assert "did not start" in other.stdout, other.stdout


def main(test):
    if subprocess.run([*PYTEST[:3], "--version"], capture_output=True).returncode != 0:
        raise Skip("no pytest (contrib/install-deps --test)")
    for step in (examples, many, a_failed_test_shows_the_log, killed, errors_say_what_to_do):
        step(test)
        equal(sorted(test.folder.iterdir()), [], "left behind")


run(main)
