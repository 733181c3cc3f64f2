"""The framework of the functional tests: nodes to start, call, stop and kill, and functions that wait.

A test is a script with a `main(test)` that it passes to `run(main)`. It exits with 0 when it has passed and with 77
when it cannot run here. A node is dalerd or, to check the test itself, bitcoind: DALER_TEST_NODE=bitcoind makes
bitcoind the default. It is the one of contrib/get-bitcoind, Bitcoin Knots. DALER_BUILD names the build folder.
"""
import base64
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("DALER_BUILD", ROOT / "build" / "release"))
DEFAULT_KIND = os.environ.get("DALER_TEST_NODE", "daler")
FACTOR = float(os.environ.get("DALER_TIMEOUT_FACTOR", "1"))
LONG = bool(os.environ.get("DALER_LONG"))  # random tests in full, not a share of them
SEED = int(os.environ.get("DALER_SEED", "1"))  # of random tests
STRICT = bool(os.environ.get("DALER_STRICT"))  # daler's nodes on regtest run with -strictregtest
CHAIN_FOLDERS = {"main": "", "test": "testnet3", "testnet4": "testnet4", "signet": "signet", "regtest": "regtest"}
# Bitcoin Knots has other defaults than Bitcoin Core; these options set those of Bitcoin Core.
BITCOIND_OPTIONS = ["-corepolicy=1", "-blockmaxweight=4000000", "-permitbaremultisig=1", "-rejecttokens=0",
                    "-rejectparasites=0", "-fallbackfee=0.0002", "-softwareexpiry=0", "-listenonion=0",
                    "-addresstype=bech32", "-keypool=100", "-minrelaytxfee=0.00001",
                    "-incrementalrelayfee=0.00001", "-blockmintxfee=0.00001"]
# With -strictregtest daler has bitcoind's default fallback fee, which the options above change.
STRICT_OPTIONS = ["-strictregtest", "-fallbackfee=0.0002"]


class Skip(Exception):
    """The test cannot run here; the text says why."""


class RpcError(Exception):
    def __init__(self, code, message, status=None):
        super().__init__(f"{message} ({code})")
        self.code, self.message, self.status = code, message, status


# ---------------------------------------------------------------------------------------------- waiting


def wait_until(condition, timeout=30, what="the condition"):
    """Polls until `condition()` is true and returns its value; fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout * FACTOR
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout * FACTOR:g} s for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def stays(condition, seconds, what="the condition"):
    """Fails if `condition()` turns false within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), f"{what} did not last"
        time.sleep(0.02)


_ports = random.Random(os.getpid() * 7919 + time.time_ns())
_claims = []  # sockets whose names tell other tests which ports are taken


def free_port():
    """An unused port on loopback, below the range that the system uses for outgoing connections. No other test gets it
    while this process lives."""
    while True:
        port = _ports.randrange(11000, 32000)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0daler-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port


# ------------------------------------------------------------------------------------------------- JSON


def to_json(value):
    """JSON text with each Decimal as a number with all its digits."""
    text = json.dumps(value, default=lambda amount: f"\0{amount:f}\0")
    return re.sub(r'"\\u0000(.*?)\\u0000"', r"\1", text)


def from_json(text):
    return json.loads(text, parse_float=Decimal)


class Rpc:
    """Calls an RPC server: `rpc.getblockhash(5)`, or `rpc.getblock(blockhash=h, verbosity=0)` by name.
    Keeps one connection per thread."""

    def __init__(self, host, port, credentials, path="/"):
        self._host, self._port, self._credentials, self._path = host, port, credentials, path
        self._local = threading.local()
        self.timeout = 60 * FACTOR

    def at(self, path):
        return Rpc(self._host, self._port, self._credentials, path)

    def http(self, method="POST", path=None, body="", headers=None, credentials=None):
        """One HTTP exchange: status, headers, body."""
        if isinstance(body, str):
            body = body.encode()
        secret = self._credentials() if credentials is None else credentials
        sent = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
        sent.update(headers or {})
        for attempt in (1, 2):
            connection = getattr(self._local, "connection", None)
            fresh = connection is None
            if fresh:
                connection = http.client.HTTPConnection(self._host, self._port, timeout=self.timeout)
                self._local.connection = connection
            try:
                connection.request(method, path or self._path, body, sent)
                response = connection.getresponse()
                data = response.read()
                if response.will_close:
                    self._drop()
                return response.status, response.headers, data
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self._drop()
                if fresh or attempt == 2:  # a kept connection may be closed by now: try again
                    raise
            except Exception:
                self._drop()
                raise

    def _drop(self):
        connection = getattr(self._local, "connection", None)
        if connection:
            connection.close()
        self._local.connection = None

    def call(self, method, *args, **named):
        params = dict(named, **({"args": list(args)} if args else {})) if named else list(args)
        status, _, data = self.http(body=to_json({"id": 1, "method": method, "params": params}))
        try:
            answer = from_json(data)
        except ValueError:
            raise RpcError(None, f"HTTP {status}: {data[:200]!r}", status) from None
        if answer["error"] is not None:
            raise RpcError(answer["error"]["code"], answer["error"]["message"], status)
        return answer["result"]

    def __getattr__(self, method):
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *args, **named: self.call(method, *args, **named)


# ------------------------------------------------------------------------------------------------ nodes


def bitcoind_folder():
    """The folder of bitcoind and bitcoin-cli."""
    done = subprocess.run([ROOT / "contrib" / "get-bitcoind", "--path"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Skip(done.stderr.strip())
    return Path(done.stdout.strip())


def program(kind, name):
    """The path of a program: `name` is "node" or "cli"."""
    if kind == "daler":
        path = BUILD / {"node": "dalerd", "cli": "daler-cli"}[name]
        assert path.exists(), f"{path} does not exist: build first, or set DALER_BUILD"
        return path
    return bitcoind_folder() / {"node": "bitcoind", "cli": "bitcoin-cli"}[name]


class Node:
    """One node process with its own data folder. Unknown attributes are RPC methods."""

    def __init__(self, test, kind=None, options=(), chain="regtest", chainfile=None, datadir=None, name=None):
        self.test, self.kind, self.chain = test, kind or DEFAULT_KIND, chain
        self.chainfile = chainfile  # of a private chain; `chain` is its name then
        self.options = list(options)
        self.name = name or f"node{len(test.nodes)}"
        self.datadir = Path(datadir or test.folder / self.name)
        self.datadir.mkdir(parents=True, exist_ok=True)
        self.port, self.rpcport = free_port(), free_port()
        self.process = None
        self.credentials = None  # "user:password" to use in place of the cookie's
        self.wait_for_mempool = True
        self._connect_rpc()

    # files
    @property
    def folder(self):
        return self.datadir / CHAIN_FOLDERS.get(self.chain, self.chain)

    @property
    def chain_option(self):
        return f"-chainfile={self.chainfile}" if self.chainfile else f"-chain={self.chain}"

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def cookie(self):
        try:
            return (self.folder / ".cookie").read_text()
        except OSError:
            return ""

    def log(self):
        path = self.folder / "debug.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stderr(self):
        return (self.datadir / "stderr.txt").read_text(errors="replace")

    # RPC
    def _connect_rpc(self):
        self.rpc = Rpc("127.0.0.1", self.rpcport, lambda: self.credentials or self.cookie())

    def wallet(self, name):
        return self.rpc.at(f"/wallet/{name}")

    def __getattr__(self, method):
        if method.startswith("_") or method in ("rpc", "process"):
            raise AttributeError(method)
        return getattr(self.rpc, method)

    def cli(self, *args, check=True, input=None, client=None):
        """Runs a command line client, by default of the node's own kind; its standard output, or the finished
        process with check=False."""
        command = [program(client or self.kind, "cli"), f"-datadir={self.datadir}", self.chain_option,
                   f"-rpcport={self.rpcport}", *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60 * FACTOR, input=input,
                              env=self.test.environment)
        if check:
            assert done.returncode == 0, f"{args}: exit {done.returncode}, {done.stderr}"
            return done.stdout.strip()
        return done

    # process
    def command(self, *extra):
        common = [f"-datadir={self.datadir}", self.chain_option, f"-rpcport={self.rpcport}",
                  f"-port={self.port}"]
        if self.kind == "daler":
            common.append("-rpcdoccheck")  # answers that are not as declared are errors
        given = self.options + list(extra)
        if not any(option.startswith(("-bind", "-listen", "-nolisten", "-connect")) for option in given):
            common.append(f"-bind=127.0.0.1:{self.port}")
        return [str(program(self.kind, "node")), *common,
                *(BITCOIND_OPTIONS if self.kind == "bitcoind" else []),
                *(STRICT_OPTIONS if STRICT and self.kind == "daler" and self.chain == "regtest" else []), *given]

    def spawn(self, *extra):
        """Starts the process and returns at once."""
        assert self.process is None or self.process.poll() is not None, f"{self.name} runs already"
        with open(self.datadir / "stdout.txt", "wb") as out, open(self.datadir / "stderr.txt", "wb") as err:
            self.process = subprocess.Popen(self.command(*extra), stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=err, env=self.test.environment, cwd=self.test.folder)
        self._connect_rpc()
        return self

    def ready(self):
        """Asks whether the node answers RPCs; fails if its process has ended."""
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode} during its start: {self.stderr()}")
        if not (self.credentials or self.cookie()):
            return False
        try:
            self.rpc.getblockcount()
            return not self.wait_for_mempool or self.rpc.getmempoolinfo()["loaded"]
        except (OSError, http.client.HTTPException):
            return False
        except RpcError as error:
            if error.code == -28 or error.status == 401:  # starting, or an old cookie
                return False
            raise

    def start(self, *extra, timeout=60):
        self.spawn(*extra)
        wait_until(self.ready, timeout, f"{self.name} to answer RPCs")
        return self

    def wait_exit(self, timeout=60):
        """The exit code."""
        try:
            return self.process.wait(timeout * FACTOR)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {timeout * FACTOR:g} s") from None

    def stop(self, timeout=60, says=""):
        """Stops the node; it must end with exit code 0 and, if it is dalerd, write only `says` to standard error."""
        self.rpc.stop()
        code = self.wait_exit(timeout)
        assert code == 0, f"{self.name} ended with {code}: {self.stderr()}"
        if self.kind == "daler":  # bitcoind warns there
            assert self.stderr() == says, f"{self.name} wrote to standard error: {self.stderr()}"
        return self

    def kill(self):
        """Kills the process. Written data stay, also those that are not synced."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return self

    def restart(self, *extra):
        return self.stop().start(*extra)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def fails_to_start(self, *extra, timeout=30):
        """The error that a failed start prints; its exit code must be 1."""
        self.spawn(*extra)
        code = self.wait_exit(timeout)
        text = self.stderr()
        assert code == 1, f"exit code {code}, {text!r}"
        assert text.startswith("Error: "), repr(text)
        return text.strip()

    def expect_log(self, *parts, timeout=30, after=0):
        """Waits for a line that contains all `parts`, after the offset `after` of the log."""
        def found():
            return next((line for line in self.log()[after:].splitlines()
                         if all(part in line for part in parts)), None)
        return wait_until(found, timeout, f"a line with {parts} in the log of {self.name}")

    # peers
    def peers(self):
        """The peers whose handshake is done."""
        return [peer for peer in self.rpc.getpeerinfo() if peer["version"] != 0 and
                "verack" in peer["bytesrecv_per_msg"]]

    def connect(self, other):
        """Opens one connection to `other` and waits until both ends can use it."""
        here, there = len(self.peers()), len(other.peers())
        self.rpc.addnode(other.address, "onetry")
        wait_until(lambda: len(self.peers()) > here and len(other.peers()) > there, 30,
                   f"{self.name} to connect to {other.name}")

    def disconnect(self, other):
        for peer in self.rpc.getpeerinfo():
            if peer["addr"] == other.address:
                self.rpc.disconnectnode("", peer["id"])
        wait_until(lambda: all(peer["addr"] != other.address for peer in self.rpc.getpeerinfo()), 30,
                   f"{self.name} to leave {other.name}")

    def tip(self):
        return self.rpc.getbestblockhash()

    def utxo(self):
        """The comparable part of gettxoutsetinfo."""
        info = self.rpc.gettxoutsetinfo()
        return {key: info[key] for key in ("height", "bestblock", "txouts", "bogosize", "hash_serialized_3",
                                           "total_amount")}


# ------------------------------------------------------------------------------------------------- test


class Test:
    """A temporary folder and the nodes in it. `close` kills the nodes, and removes the folder unless the test failed."""

    def __init__(self, name):
        self.folder = Path(tempfile.mkdtemp(prefix=f"daler-{name}-"))
        self.nodes = []
        self.closers = []
        self.environment = dict(os.environ, HOME=str(self.folder))
        self.started = time.monotonic()

    def node(self, *options, start=True, **settings):
        node = Node(self, options=options, **settings)
        self.nodes.append(node)
        return node.start() if start else node

    def step(self, text):
        print(f"{time.monotonic() - self.started:6.2f} s  {text}", flush=True)

    def close(self, failed):
        for close in self.closers:
            close()
        for node in self.nodes:
            if node.running():
                node.kill()
            if failed:
                print(f"---- {node.name} ({node.kind}), the end of its log:")
                print("\n".join(node.log().splitlines()[-25:]))
                try:
                    print("\n".join(f"---- stderr: {line}" for line in node.stderr().splitlines()[-60:]))
                except OSError:
                    pass
        if os.environ.get("DALER_KEEP"):
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def run(main):
    """Runs a test script's main and ends the process with its result."""
    name = Path(sys.argv[0]).stem
    test = Test(name)
    code = 1
    try:
        main(test)
        for node in test.nodes:
            if node.running():
                node.stop()
        code = 0
    except Skip as reason:
        print(f"SKIPPED: {reason}")
        code = 77
    except BaseException:  # also interrupts, so that the nodes are ended below
        traceback.print_exc(file=sys.stdout)
    finally:
        test.close(failed=code == 1)
    test.step("passed" if code == 0 else "skipped" if code == 77 else "FAILED")
    sys.exit(code)


# ------------------------------------------------------------------------------------------------ checks


def equal(actual, expected, what=""):
    assert actual == expected, f"{what + ': ' if what else ''}{actual!r} instead of {expected!r}"


def fails(code, text, function, *args, **named):
    """`function(*args)` answers an RPC error with `code` and a message that contains `text`."""
    try:
        result = function(*args, **named)
    except RpcError as error:
        assert error.code == code, f"code {error.code} instead of {code}: {error.message}"
        assert text in error.message, f"{error.message!r} does not contain {text!r}"
        return error
    raise AssertionError(f"no error, but {result!r}; expected {code} {text}")


def sync_blocks(nodes, timeout=60):
    wait_until(lambda: len({node.tip() for node in nodes}) == 1, timeout, "all nodes to have one tip")


def sync_mempools(nodes, timeout=60):
    wait_until(lambda: len({tuple(sorted(node.rpc.getrawmempool())) for node in nodes}) == 1, timeout,
               "all mempools to be equal")


def vectors():
    """The folder of the published test vectors."""
    named = os.environ.get("DALER_VECTORS")
    folder = Path(named) if named else ROOT.parent / "shared" / "vectors"
    if not folder.is_dir():
        assert not named, f"DALER_VECTORS names no folder: {named}"
        raise Skip("no test vectors (set DALER_VECTORS)")
    return folder
