"""Nodes that say on standard output how to reach them (-ready=json), for tests of that line and of nodes in memory."""
import json
import subprocess
import threading
from urllib.parse import urlsplit

from framework import BUILD, FACTOR, Rpc, equal

DALER = BUILD / "daler"
FIXTURE = ("-regtest", "-inmemory", "-port=0", "-rpcport=0", "-ready=json", "-withparent")


class ReadyNode:
    """A process and what its ready line says. Unknown attributes are RPC methods."""

    def __init__(self, test, *options):
        self.process = subprocess.Popen([DALER, "node", *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=test.environment)
        test.closers.append(self.process.kill)
        self.lines = []  # of standard error
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def ready(self):
        """Waits for the ready line."""
        line = self.process.stdout.readline()
        assert line, f"the node ended with {self.process.wait()}: {self.errors()}"
        self.said = json.loads(line)
        address = urlsplit(self.said["rpc"])
        self.rpc = Rpc(address.hostname, address.port, lambda: f"{self.said['user']}:{self.said['password']}")
        return self

    def errors(self):
        """Standard error, after the end of the process."""
        self.reader.join()
        return "".join(self.lines)

    def wait_exit(self):
        """The exit code. Nothing may follow the ready line."""
        code = self.process.wait(60 * FACTOR)
        equal(self.process.stdout.read(), "", "the rest of standard output")
        return code

    def stop(self):
        self.rpc.stop()
        equal(self.wait_exit(), 0)

    def wallet(self, name):
        return self.rpc.at(f"/wallet/{name}")

    def __getattr__(self, method):
        if method.startswith("_") or method in ("rpc", "said"):
            raise AttributeError(method)
        return getattr(self.rpc, method)


def refused(test, *options):
    """The error of a start that fails: exit code 1, nothing on standard output."""
    done = subprocess.run([DALER, "node", *options], capture_output=True, text=True, timeout=60 * FACTOR,
                          env=test.environment)
    equal((done.returncode, done.stdout), (1, ""))
    return done.stderr


def is_running(pid):
    """Whether a process runs that is no child of ours; one that has ended and was not collected does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
