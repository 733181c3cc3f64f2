#!/usr/bin/python3
"""Measures what users of private networks wait for: starts, blocks, snapshots, payments, a whole test. Beside daler it
measures bitcoind (contrib/get-bitcoind) and, if npm can be reached, Anvil, the local node of Ethereum developers.

Everything is in memory unless the line says otherwise. Figures are medians. The script measures only; it is not a test.

    test/bench/networks.py [--build DIR] [--repeat N] [--no-others]
"""
import argparse
import contextlib
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "daler" / "bench"
ANVIL = "@foundry-rs/anvil-linux-amd64@1.7.1"
ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
FIXTURE = ["-regtest", "-inmemory", "-port=0", "-rpcport=0", "-ready=json", "-withparent"]


class Rpc:
    """Calls over one connection that stays open."""

    def __init__(self, url, secret=None):
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=600)
        self.headers = {"Content-Type": "application/json"}
        if secret:
            self.headers["Authorization"] = "Basic " + b64encode(secret.encode()).decode()

    def call(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self.connection.request("POST", "/", body, self.headers)
        reply = json.loads(self.connection.getresponse().read())
        if reply.get("error"):
            raise RuntimeError(f"{method}: {reply['error']}")
        return reply["result"]


class Daler:
    """A node with a ready line."""

    def __init__(self, program, *options, fixture=FIXTURE):
        self.process = subprocess.Popen([program, "node", *fixture, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.said = json.loads(self.process.stdout.readline())
        self.rpc = Rpc(self.said["rpc"], f"{self.said['user']}:{self.said['password']}")

    def __getattr__(self, method):
        return lambda *params: self.rpc.call(method, *params)

    def end(self):
        self.process.terminate()
        self.process.wait()


def clock(work):
    """Milliseconds that `work` takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def resident(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


class Table:
    """Collects figures and prints a line for each."""

    def __init__(self):
        self.found = {}

    def add(self, what, value):
        self.found.setdefault(what, []).append(value)

    def print(self):
        for what, values in self.found.items():
            print(f"{what:58} {statistics.median(values):9.2f}   ({min(values):.2f} to {max(values):.2f})")


def paid_chain(node):
    """20 blocks with 5 payments each on top of a wallet with coins."""
    node.generatetoaddress(110, node.getnewaddress())
    for _ in range(20):
        node.sendmany("", {f"{node.getnewaddress()}": 0.01})
        for _ in range(4):
            node.sendtoaddress(node.getnewaddress(), 0.01)
        node.generatetoaddress(1, ADDRESS)


def measure_start(table, program):
    started = time.perf_counter()
    node = Daler(program)
    table.add("daler: start to ready line, ms", (time.perf_counter() - started) * 1000)
    table.add("daler: memory of an idle node, MiB", resident(node.process.pid))
    node.end()


def measure_blocks(table, program):
    node = Daler(program)
    table.add("daler: 101 blocks by 101 calls, ms",
              clock(lambda: [node.generatetoaddress(1, ADDRESS) for _ in range(101)]))
    table.add("daler: 101 blocks by one call, ms", clock(lambda: node.generatetoaddress(101, ADDRESS)))
    node.end()


def measure_snapshots(table, program):
    with tempfile.TemporaryDirectory() as folder:
        on_disk = ["-regtest", f"-datadir={folder}", "-port=0", "-rpcport=0", "-ready=json", "-withparent",
                   "-printtoconsole=0"]
        for where, fixture in (("in memory", FIXTURE), ("on disk", on_disk)):
            node = Daler(program, "-keypool=20", fixture=fixture)
            node.generatetoaddress(1, ADDRESS)
            node.getnewaddress()
            node.snapshot("before")
            paid_chain(node)
            table.add(f"daler: snapshot of 130 blocks, 100 payments, {where}, ms", clock(lambda: node.snapshot("a")))
            node.generatetoaddress(20, ADDRESS)
            table.add(f"daler: revert of 20 blocks, {where}, ms", clock(lambda: node.revert("a")))
            table.add(f"daler: revert of 130 blocks, 100 payments, {where}, ms",
                      clock(lambda: node.revert("before")))
            node.end()


def measure_networks(table, program):
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, HOME=folder, XDG_RUNTIME_DIR=folder)
        for count in (3, 50):
            started = time.perf_counter()
            network = subprocess.Popen([program, "up", "-n", str(count), "--json"], stdout=subprocess.PIPE,
                                       env=environment)
            ready = network.stdout.readline()
            table.add(f"daler: up -n {count}, wallets funded, ms", (time.perf_counter() - started) * 1000)
            if count == 3:
                nodes = [Rpc(node["rpc"], f"{node['user']}:{node['password']}") for node in json.loads(ready)["nodes"]]
                measure_payment(table, nodes)
            network.terminate()
            network.wait()


def measure_payment(table, nodes):
    first, last = nodes[0], nodes[-1]
    address = last.call("getnewaddress")

    def seen(txid, confirmed):
        while True:
            with contextlib.suppress(RuntimeError):
                if last.call("gettransaction", txid)["confirmations"] >= confirmed:
                    return

    first.call("sendtoaddress", address, 0.1)
    started = time.perf_counter()
    txid = first.call("sendtoaddress", address, 0.1)
    seen(txid, 0)
    table.add("daler: payment seen by the other end of 3 nodes, ms", (time.perf_counter() - started) * 1000)
    started = time.perf_counter()
    first.call("generatetoaddress", 1, ADDRESS)
    seen(txid, 1)
    table.add("daler: and confirmed there, ms", (time.perf_counter() - started) * 1000)


def measure_test(table, program):
    def whole():
        node = Daler(program, "-keypool=20")
        node.generatetoaddress(101, node.getnewaddress())
        node.snapshot("funded")
        node.sendtoaddress(ADDRESS, 1)
        node.generatetoaddress(1, ADDRESS)
        node.reorg(1)
        node.revert("funded")
        node.end()

    table.add("daler: start, fund, pay, reorganise, revert, stop, ms", clock(whole))


def measure_bitcoind(table, program):
    with tempfile.TemporaryDirectory() as folder:
        options = ["-regtest", f"-datadir={folder}", "-rpcuser=u", "-rpcpassword=p", "-rpcport=19443", "-listen=0",
                   "-fallbackfee=0.0002", "-printtoconsole=0"]
        started = time.perf_counter()
        process = subprocess.Popen([program, *options])

        def answers():
            with contextlib.suppress(OSError, RuntimeError, json.JSONDecodeError):
                Rpc("http://127.0.0.1:19443", "u:p").call("getblockcount")
                return True

        while not answers():
            time.sleep(0.001)
        table.add("bitcoind: start to first answer, ms", (time.perf_counter() - started) * 1000)
        table.add("bitcoind: memory of an idle node, MiB", resident(process.pid))
        rpc = Rpc("http://127.0.0.1:19443", "u:p")
        table.add("bitcoind: 101 blocks by 101 calls, ms",
                  clock(lambda: [rpc.call("generatetoaddress", 1, ADDRESS) for _ in range(101)]))
        table.add("bitcoind: 101 blocks by one call, ms", clock(lambda: rpc.call("generatetoaddress", 101, ADDRESS)))
        process.terminate()
        process.wait()


def anvil_program():
    """Fetches Anvil once; nothing if npm cannot be reached."""
    program = CACHE / "anvil"
    if program.exists() or not shutil.which("npm"):
        return program if program.exists() else None
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["npm", "pack", "--silent", ANVIL], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            return None
        subprocess.run(["tar", "xzf", done.stdout.split()[-1], "package/bin/anvil"], cwd=folder, check=True)
        shutil.move(Path(folder) / "package/bin/anvil", program)
    program.chmod(0o755)
    return program


def measure_anvil(table, program):
    started = time.perf_counter()
    process = subprocess.Popen([program, "--port", "19545"], stdout=subprocess.DEVNULL)

    def answers():
        with contextlib.suppress(OSError, RuntimeError, json.JSONDecodeError):
            Rpc("http://127.0.0.1:19545").call("eth_blockNumber")
            return True

    while not answers():
        time.sleep(0.001)
    table.add("Anvil: start to first answer, ms", (time.perf_counter() - started) * 1000)
    table.add("Anvil: memory of an idle node, MiB", resident(process.pid))
    rpc = Rpc("http://127.0.0.1:19545")
    table.add("Anvil: 101 blocks by 101 calls, ms", clock(lambda: [rpc.call("evm_mine") for _ in range(101)]))
    found = []
    table.add("Anvil: snapshot, ms", clock(lambda: found.append(rpc.call("evm_snapshot"))))
    for _ in range(20):
        rpc.call("evm_mine")
    table.add("Anvil: revert of 20 blocks, ms", clock(lambda: rpc.call("evm_revert", found[0])))
    process.terminate()
    process.wait()


def program_size(program):
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder) / "stripped"
        subprocess.run(["strip", "-o", stripped, Path(program).resolve()], check=True)
        return stripped.stat().st_size / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--repeat", type=int, default=10)
    parser.add_argument("--no-others", action="store_true", help="measure daler alone")
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT / "test" / "functional"))
    import framework
    daler = arguments.build.resolve() / "daler"
    parts = [(measure, daler) for measure in (measure_start, measure_blocks, measure_snapshots, measure_networks,
                                              measure_test)]
    table = Table()
    table.add("daler: the program, stripped, MB", program_size(daler))
    if not arguments.no_others:
        with contextlib.suppress(framework.Skip):
            bitcoind = framework.bitcoind_folder() / "bitcoind"
            parts.append((measure_bitcoind, bitcoind))
        if anvil := anvil_program():
            parts.append((measure_anvil, anvil))
            table.add("Anvil: the program, MB", program_size(anvil))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, medians of {arguments.repeat} (least to most)")
    for _ in range(arguments.repeat):
        for measure, program in parts:
            measure(table, program)
    table.print()


if __name__ == "__main__":
    main()
