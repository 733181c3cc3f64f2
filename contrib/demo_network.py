"""The network of contrib/demo: three nodes in a ring, 101 blocks, one payment.

The environment variables DALERD and DALER_CLI name the programs, if they are not those of build/release.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "demo"
DALERD = os.environ.get("DALERD", str(ROOT / "build" / "release" / "dalerd"))
DALER_CLI = os.environ.get("DALER_CLI", str(ROOT / "build" / "release" / "daler-cli"))
AMOUNT = Decimal("12.50000000")
NAMES = ("node1", "node2", "node3")


class Failure(Exception):
    pass


class Node:
    def __init__(self, name, port, rpc_port, peer_port):
        self.name, self.port, self.rpc_port = name, port, rpc_port
        self.folder = FOLDER / name
        self.folder.mkdir(parents=True)
        text = (f"# {name} of the demo network\nregtest=1\n\n[regtest]\nbind=127.0.0.1:{port}\nrpcport={rpc_port}\n"
                f"addnode=127.0.0.1:{peer_port}\n")
        (self.folder / "daler.conf").write_text(text)
        if "DALERD" in os.environ:  # another program may read another file
            (self.folder / "bitcoin.conf").write_text(text + "listenonion=0\nfallbackfee=0.0002\n")
        self.process = None

    def start(self):
        with open(self.folder / "output.txt", "wb") as output:
            self.process = subprocess.Popen([DALERD, f"-datadir={self.folder}"], stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        wait(self.answers, f"{self.name} to answer", pause=0.005)

    def answers(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.name} ended with exit code {self.process.returncode}:\n"
                          + (self.folder / "output.txt").read_text()[-2000:])
        cookie = self.folder / "regtest" / ".cookie"
        return cookie.exists() and run_client(self.folder, "getblockcount").returncode == 0

    def call(self, *args):
        done = run_client(self.folder, *args)
        if done.returncode != 0:
            raise Failure(f"{self.name}: {' '.join(map(str, args))} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def ask(self, *args):
        text = self.call(*args)
        return json.loads(text, parse_float=Decimal) if text else None


def run_client(folder, *args):
    return subprocess.run([DALER_CLI, f"-datadir={folder}", *map(str, args)], capture_output=True, text=True)


def wait(condition, what, seconds=60, pause=0.01):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds} s for {what}")
        time.sleep(pause)


def free_ports(count):
    """Unused ports, from 18600 up."""
    found, port = [], 18600
    while len(found) < count:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                found.append(port)
            except OSError:
                pass
        port += 1
    return found


def stop_earlier_network():
    for name in NAMES:
        if (FOLDER / name / "regtest" / ".cookie").exists() and run_client(FOLDER / name, "stop").returncode == 0:
            print(f"Stopping {name} of an earlier run")
            cookie = FOLDER / name / "regtest" / ".cookie"
            wait(lambda: not cookie.exists(), f"the earlier {name} to end")
            wait(lambda: not list((FOLDER / name / "regtest").glob("*.pid")), f"the earlier {name} to end")
    shutil.rmtree(FOLDER, ignore_errors=True)


class Progress:
    """Prints one line per step, with the time that it took."""

    def __init__(self):
        self.started = self.last = time.monotonic()

    def report(self, text):
        now = time.monotonic()
        print(f"  {text}  ({(now - self.last) * 1000:.0f} ms)", flush=True)
        self.last = now


def short(name):
    return f"{name[:8]}..{name[-8:]}"


def show_payment(nodes, progress):
    one, two, three = nodes
    one.call("createwallet", "alice")
    two.call("createwallet", "bob")
    three.call("createwallet", "miner")
    hashes = one.ask("generatetoaddress", 101, one.call("getnewaddress"))
    progress.report(f"node1 mined 101 blocks to its wallet; the last is {short(hashes[-1])}")
    wait(lambda: all(node.call("getbestblockhash") == hashes[-1] for node in nodes), "all nodes to reach height 101")
    progress.report(f"all three nodes are at height 101; node1 can spend {one.call('getbalance')} BTC")

    address = two.call("getnewaddress")
    txid = one.call("sendtoaddress", address, AMOUNT)
    fee = -one.ask("gettransaction", txid)["fee"]
    progress.report(f"node1 paid {AMOUNT} BTC (fee {fee}) to {address}")
    wait(lambda: all(txid in node.ask("getrawmempool") for node in nodes), "the payment to reach every mempool")
    progress.report(f"transaction {txid} is in all three mempools")

    block = three.ask("generatetoaddress", 1, three.call("getnewaddress"))[0]
    wait(lambda: all(node.call("getbestblockhash") == block for node in nodes), "all nodes to have the new block")
    progress.report(f"node3 mined it in block {short(block)} at height {three.call('getblockcount')}")

    details = two.ask("gettransaction", txid)["details"]
    index = next(detail["vout"] for detail in details if detail["category"] == "receive")
    for node in nodes:
        coin = node.ask("gettxout", txid, index)
        if not coin or coin["confirmations"] != 1 or coin["value"] != AMOUNT:
            raise Failure(f"{node.name} does not have the payment confirmed: gettxout {txid} {index} says {coin}")
    wait(lambda: Decimal(two.call("getbalance")) == AMOUNT, "node2's wallet to show the payment", 10)
    progress.report(f"all three nodes have the coin confirmed, and node2's wallet shows {two.call('getbalance')} BTC")


def print_commands(nodes):
    def path(name):
        found = Path(name)
        return str(found.relative_to(Path.cwd())) if found.is_relative_to(Path.cwd()) else name

    client = path(DALER_CLI)
    print("\nThe network keeps running. Examples of commands:")
    print(f"  {client} -datadir={path(str(nodes[0].folder))} getblockchaininfo")
    print(f"  {client} -datadir={path(str(nodes[1].folder))} getbalance")
    print(f"  {client} -datadir={path(str(nodes[0].folder))} -generate 1")
    print("To stop it:")
    print(f"  for n in {' '.join(NAMES)}; do {client} -datadir={path(str(FOLDER))}/$n stop; done")


def main():
    keep = "--keep" in sys.argv[1:]
    nodes = []
    try:
        stop_earlier_network()
        ports = free_ports(6)
        progress = Progress()
        print("A payment crosses a private network of three nodes")
        for i, name in enumerate(NAMES):
            nodes.append(Node(name, ports[i], ports[3 + i], ports[(i + 2) % 3]))
            nodes[-1].start()
        nodes[0].call("addnode", f"127.0.0.1:{nodes[2].port}", "onetry")  # node3 did not run yet when node1 started
        wait(lambda: all(int(node.call("getconnectioncount")) == 2 for node in nodes), "the ring of connections")
        progress.report(f"three nodes run, connected in a ring, ports {', '.join(str(node.port) for node in nodes)}")
        show_payment(nodes, progress)
        print(f"Done in {time.monotonic() - progress.started:.2f} s.")
        if keep:
            print_commands(nodes)
            return 0
        for node in nodes:
            node.call("stop")
        for node in nodes:
            code = node.process.wait(60)
            if code != 0:
                raise Failure(f"{node.name} ended with exit code {code}")
        print("The network is stopped. `contrib/demo --keep` leaves it running and prints commands for it.")
        return 0
    except (Failure, OSError, subprocess.SubprocessError, KeyboardInterrupt) as failure:
        print(f"Failed: {failure or type(failure).__name__}", file=sys.stderr)
        for node in nodes:
            if node.process and node.process.poll() is None:
                node.process.kill()
        return 1


if __name__ == "__main__":
    sys.exit(main())
