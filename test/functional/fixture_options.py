#!/usr/bin/python3
"""What programs need that start a node: -ready=json, -withparent, and ports that the system chooses."""
import os
import signal
import socket
import subprocess
import sys
import threading

from framework import BUILD, FACTOR, equal, run, wait_until
from ready_node import DALER, FIXTURE, ReadyNode, is_running, refused

# Starts a node with the options of its command line and prints the node's ready line.
STARTER = """
import subprocess, sys, threading
def start():
    global node
    node = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    print(node.stdout.readline().decode().strip(), node.pid, flush=True)
if sys.argv[1] == "thread":
    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
else:
    start()
print("thread ended", flush=True)
sys.stdin.readline()
"""


def ready_line(test):
    test.step("the ready line has what a program must know")
    node = ReadyNode(test, *FIXTURE).ready()
    info = node.getblockchaininfo()
    equal({key: node.said[key] for key in ("version", "pid", "chain", "height", "tip")},
          {"version": "0.1.0", "pid": node.process.pid, "chain": "regtest", "height": 0, "tip": info["bestblockhash"]})
    host, port = node.said["p2p"].split(":")
    socket.create_connection((host, int(port)), 10).close()
    node.stop()
    assert "JSON-RPC on port" in node.errors()

    test.step("without listening and without a server the addresses are null")
    node = ReadyNode(test, *FIXTURE, "-listen=0", "-rpcuser=u", "-rpcpassword=p").ready()
    equal((node.said["p2p"], node.said["user"], node.said["password"]), (None, "u", "p"))
    equal(node.getblockcount(), 0)
    node.stop()
    assert "the only form is -ready=json" in refused(test, *FIXTURE, "-ready=yaml")


def fails_to_start(test):
    test.step("a failed start prints no ready line, one error, and exits with 1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = refused(test, *FIXTURE, f"-rpcport={port}", "-printtoconsole=0")
        assert str(port) in text and text.startswith("Error: ") and text.count("\n") == 1, text


def on_disk(test):
    test.step("on disk: -ready, ports that the system chooses, and how daler-cli finds them")
    folder = test.folder / "disk"
    options = ("-regtest", f"-datadir={folder}", "-port=0", "-rpcport=0", "-ready=json")
    ask = [BUILD / "daler-cli", "-regtest", f"-datadir={folder}"]
    port_file = folder / "regtest" / ".rpcport"

    def answer(*words):
        done = subprocess.run([*ask, *words], capture_output=True, text=True, env=test.environment)
        return done.returncode, done.stdout or done.stderr

    node = ReadyNode(test, *options).ready()
    port = node.said["rpc"].rsplit(":", 1)[1]
    equal(port_file.read_text(), f"{port}\n")
    equal(answer("getblockcount"), (0, "0\n"))
    equal(answer("-rpcport=0", "getblockcount"), (0, "0\n"))
    equal((folder / "regtest" / ".cookie").read_text(), f"{node.said['user']}:{node.said['password']}")
    node.stop()
    assert not port_file.exists()
    code, text = answer("-rpcport=0", "getblockcount")
    assert code == 1 and "no such node runs in the folder" in text, text

    test.step("the file of a killed node misleads nobody, and -rpcwait waits for the next one")
    node = ReadyNode(test, *options).ready()
    node.process.kill()
    node.process.wait()
    assert port_file.exists()
    code, text = answer("getblockcount")
    assert code == 1 and node.said["rpc"].rsplit(":", 1)[1] not in text, text  # the chain's usual port was tried
    waiting = subprocess.Popen([*ask, "-rpcport=0", "-rpcwait", "getblockcount"], stdout=subprocess.PIPE, text=True,
                               env=test.environment)
    node = ReadyNode(test, *options).ready()
    equal(waiting.communicate(timeout=60 * FACTOR)[0], "0\n")
    node.stop()


def in_background(test):
    test.step("-ready with -daemon")
    folder = test.folder / "background"
    done = subprocess.run([DALER, "node", "-regtest", f"-datadir={folder}", "-port=0", "-rpcport=0", "-ready=json",
                           "-daemon"], capture_output=True, text=True, env=test.environment, timeout=60 * FACTOR)
    equal(done.returncode, 0)
    assert done.stdout.startswith("daler starting\n{") and '"rpc":"http://127.0.0.1:' in done.stdout, done.stdout
    stopped = subprocess.run([BUILD / "daler-cli", "-regtest", f"-datadir={folder}", "stop"], capture_output=True,
                             text=True, env=test.environment)
    equal(stopped.returncode, 0)
    wait_until(lambda: not (folder / "regtest" / "dalerd.pid").exists(), what="the node to end")


def starter(test, how, *options):
    """A process that starts a node, and the node's process id."""
    process = subprocess.Popen([sys.executable, "-c", STARTER, how, DALER, "node", *options], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env=test.environment)
    test.closers.append(process.kill)
    line = process.stdout.readline()
    assert line.startswith("{"), line
    equal(process.stdout.readline(), "thread ended\n")
    return process, int(line.split()[-1])


def ends_with_its_parent(test):
    test.step("the node ends when its parent is killed, or ends in order")
    for how in ("process", "thread"):
        parent, node = starter(test, how, *FIXTURE)
        parent.kill()
        parent.wait()
        wait_until(lambda: not is_running(node), what="the node to end")
    parent, node = starter(test, "process", *FIXTURE)
    parent.communicate("\n", timeout=60 * FACTOR)
    wait_until(lambda: not is_running(node), what="the node to end")

    test.step("on disk it ends in order: its blocks and its pid file")
    folder = test.folder / "parent"
    parent, node = starter(test, "process", "-regtest", f"-datadir={folder}", "-port=0", "-rpcport=0", "-ready=json",
                           "-withparent")
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_running(node), what="the node to end")
    log = (folder / "regtest" / "debug.log").read_text()
    assert "-withparent names has ended" in log and log.endswith("Stopped\n"), log
    assert not (folder / "regtest" / "dalerd.pid").exists()


def thread_of_the_parent(test):
    test.step("the end of the thread that started the node changes nothing")
    started = []
    thread = threading.Thread(target=lambda: started.append(ReadyNode(test, *FIXTURE)))
    thread.start()
    thread.join()
    node = started[0].ready()
    assert not os.path.exists(f"/proc/{os.getpid()}/task/{thread.native_id}")
    equal(node.getblockcount(), 0)
    node.stop()


def other_process(test):
    test.step("-withparent=PID: another process, one that is gone, and what is no process")
    other = subprocess.Popen(["sleep", "1000"])
    test.closers.append(other.kill)
    node = ReadyNode(test, *FIXTURE, f"-withparent={other.pid}").ready()
    equal(node.getblockcount(), 0)
    other.send_signal(signal.SIGKILL)
    other.wait()
    equal(node.wait_exit(), 0)
    assert "has ended already" in refused(test, *FIXTURE, f"-withparent={other.pid}")
    for text in ("x", "0", "-1", "1x", "99999999999"):
        assert "a process id is expected" in refused(test, *FIXTURE, f"-withparent={text}")
    assert "-daemon" in refused(test, *FIXTURE, "-daemon")
    node = ReadyNode(test, *FIXTURE, "-nowithparent").ready()
    node.stop()


def main(test):
    ready_line(test)
    fails_to_start(test)
    on_disk(test)
    in_background(test)
    ends_with_its_parent(test)
    thread_of_the_parent(test)
    other_process(test)


run(main)
