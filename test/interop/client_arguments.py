#!/usr/bin/python3
"""daler-cli sends the same arguments as bitcoin-cli to all methods of bitcoind: by position and by name, numbers and JSON
where the method takes them, else text. A server in this script receives the calls."""
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from framework import ROOT, equal, program, run  # noqa: E402

POSITIONS = 12
HIDDEN = ("generateblock", "generatetoaddress", "generatetodescriptor", "generate", "invalidateblock", "reconsiderblock",
          "mockscheduler", "setmocktime", "echo", "echojson", "estimaterawfee", "addconnection", "addpeeraddress",
          "sendmsgtopeer", "getrawaddrman", "syncwithvalidationinterfacequeue")
# (pattern of a difference, why)
KNOWN = [
    (r"dumptxoutset, (position 1|format|in_memory|show_header)", "fork"),
    (r"getmempoolinfo, (position 0|fee_histogram)", "fork"),
    (r"(gettxoutproof|verifytxoutproof), (position \d|options|prove_witness|verify_witness)", "fork"),
    (r"prioritisetransaction, priority_delta", "fork"),
    (r"(descriptorprocesspsbt|utxoupdatepsbt), (position 2|options|prevtxs)", "fork"),
    (r"fundrawtransaction, segwit_inputs_only", "fork"),
    (r"(sendrawtransaction|testmempoolaccept), (position \d|ignore_rejects)", "fork"),
    (r"(createmultisig|addmultisigaddress), (position 2|options|sort)", "fork"),
    (r"deriveaddresses, (position 2|options|require_checksum)", "fork"),
    (r"(bumpfee|psbtbumpfee), require_replacable", "fork"),
    (r"importdescriptors, (position 1|seeds)", "fork"),
    (r"walletprocesspsbt, options", "fork"),
    (r"addpeeraddress, (position 3|services)", "fork"),
]


class Receiver(BaseHTTPRequestHandler):
    """Answers each call with its own arguments."""

    def do_POST(self):  # noqa: N802, the name that the library wants
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"result": call["params"], "error": None, "id": call["id"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Clients:
    def __init__(self, test, port):
        self.commands = [[program(kind, "cli"), "-regtest", f"-rpcport={port}", "-rpcuser=u", "-rpcpassword=p"]
                         for kind in ("daler", "bitcoind")]
        self.environment, self.calls = test.environment, 0

    def send(self, *words):
        """What each of them sends, or its error."""
        self.calls += 1
        done = [subprocess.run([*command, *words], capture_output=True, text=True, env=self.environment)
                for command in self.commands]
        return [json.loads(one.stdout) if one.returncode == 0 else one.stderr for one in done]


def has_method(node, method):
    return not node.help(method).startswith("help: unknown command")


def compare(clients, method, names):
    """The differences of a method."""
    ours, theirs = clients.send(method, *["1"] * POSITIONS)
    found = [f"{method}, position {place}: {one!r} instead of {other!r}"
             for place, (one, other) in enumerate(zip(ours, theirs)) if one != other]
    ours, theirs = clients.send("-named", method, *[f"{name}=1" for name in names])
    found += [f"{method}, {name}: {ours[name]!r} instead of {theirs[name]!r}" for name in names if ours[name] != theirs[name]]
    return found


def main(test):
    bitcoind, daler = (test.node(kind=kind, name=kind) for kind in ("bitcoind", "daler"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.closers.append(server.shutdown)
    clients = Clients(test, server.server_port)
    source = (ROOT / "src" / "app" / "bitcoind_methods.cpp").read_text()
    others = set(re.findall(r'^    {"(\w+)"', source, re.M))
    equal([method for method in others if has_method(daler, method)], [], "methods of the node in bitcoind_methods.cpp")
    methods = [line.split()[0] for line in bitcoind.help().splitlines() if line and not line.startswith("==")]
    methods = [method for method in (*methods, *HIDDEN) if method in others or has_method(daler, method)]
    differences = []
    for method in methods:
        names = sorted(set(re.findall(r"\b[a-z_A-Z]\w*\b", bitcoind.help(method))) - {"args"})
        differences += [text for text in compare(clients, method, names)
                        if not any(re.match(known, text) for known, _ in KNOWN)]
    test.step(f"{clients.calls} calls of {len(methods)} methods")
    print("\n".join(differences))
    equal(len(differences), 0, "differences")


if __name__ == "__main__":
    run(main)
