"""Networks of `daler up` in functional tests: each has a home and a run folder of its own."""
import contextlib
import json
import os
import subprocess
from pathlib import Path

from framework import BUILD, Rpc, equal


def alive(pid):
    """True if the process exists and is no zombie."""
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Daler:
    """The program with folders of its own."""

    def __init__(self, test, name):
        self.program = BUILD / "daler"
        self.home, self.runtime = test.folder / name / "home", test.folder / name / "run"
        for folder in (self.home, self.runtime):
            folder.mkdir(parents=True)
        self.environment = {**os.environ, "HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.runtime)}
        self.environment.pop("DALER_NETWORK", None)

    def call(self, *words, **variables):
        return subprocess.run([self.program, *words], env={**self.environment, **variables}, capture_output=True,
                              text=True, timeout=120)

    def run(self, *words, **variables):
        """Standard output of a command that succeeds and reports no trouble."""
        done = self.call(*words, **variables)
        equal((words, done.returncode, done.stderr), (words, 0, ""))
        return done.stdout

    def fails(self, *words):
        """Standard error of a command that fails."""
        done = self.call(*words)
        equal((words, done.returncode, done.stdout), (words, 1, ""))
        return done.stderr

    def ps(self, *words, **variables):
        return json.loads(self.run("ps", "--json", *words, **variables))

    def node(self, name, *words):
        """What ps says of a node."""
        return next(node for node in self.ps(*words)["nodes"] if node["name"] == name)

    def start_up(self, *words):
        return Foreground(self, words)

    @contextlib.contextmanager
    def up(self, *words):
        """A network in the foreground, ended as by Ctrl-C."""
        network = self.start_up(*words)
        try:
            yield network.ready
        finally:
            network.process.send_signal(2)
            equal(network.process.wait(30), 0)

    @staticmethod
    def rpc(node):
        """The node that `up --json` describes."""
        host, port = node["rpc"].removeprefix("http://").split(":")
        return Rpc(host, int(port), lambda: f"{node['user']}:{node['password']}")

    def check_nothing_left(self):
        """No process and no file of a network."""
        folders = (self.runtime / "daler", self.home / ".daler" / "networks")
        equal([str(path) for folder in folders if folder.exists() for path in folder.iterdir()], [])
        equal(self.processes(), [])

    def processes(self):
        """The command lines of the nodes."""
        folder = str(self.runtime.parent).encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_bytes()
                found += [words] if folder in words else []
        return found


class Foreground:
    """A running `daler up --json`."""

    def __init__(self, daler, words):
        self.process = subprocess.Popen([daler.program, "up", "--json", *words], env=daler.environment,
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, "daler up has ended"
        self.ready = json.loads(line)
        self.pids = [node["pid"] for node in self.ready["nodes"]]
