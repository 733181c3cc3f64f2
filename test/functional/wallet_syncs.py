#!/usr/bin/python3
"""What a call changes in a wallet is on the disk before its answer is sent, so that a power cut takes nothing back: strace
shows that each file that the node writes is synced between its last write and the answer, and each folder that gets a new
file, too."""
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from chainkit import ANYONE_ADDRESS
from framework import Skip, equal, run

CALLS = "trace=openat,mkdir,rename,renameat,renameat2,write,pwrite64,fsync,fdatasync,ftruncate,sendto,sendmsg,writev"
LINE = re.compile(r"(?P<thread>\d+) +(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?P<opened><[^>]*>)?")
ANSWER = re.compile(r"(sendto|sendmsg|writev)\(.*HTTP/1.1 200")
PASSPHRASE = "a passphrase"


class Traced:
    """The system calls of a node while one RPC call is answered."""

    def __init__(self, test, node):
        self.node, self.file = node, test.folder / "strace.txt"

    def of(self, function, *arguments):
        tracer = subprocess.Popen(["strace", "-f", "-y", "-s", "64", "-e", CALLS, "-o", self.file, "-p", str(self.node.process.pid)],
                                  stderr=subprocess.PIPE, text=True)
        said = tracer.stderr.readline()
        if "attached" not in said:
            tracer.wait()
            raise Skip(f"strace cannot attach: {said.strip()}")
        try:
            result = function(*arguments)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.communicate()
        return result, list(joined(self.file.read_text(errors="replace").splitlines()))


def joined(lines):
    """The calls in the order in which they ended, but an answer when it began. A call that another thread interrupted is in
    two lines."""
    begun = {}
    for line in lines:
        thread = line.split(" ", 1)[0]
        if answer := ANSWER.search(line):
            line = line[:answer.end()] + ") = 0"
        elif line.endswith("<unfinished ...>"):
            begun[thread] = line[:-len("<unfinished ...>")].rstrip()
        elif " resumed>" in line:
            line = begun.pop(thread, "") + line.split(" resumed>", 1)[1]
        if match := LINE.match(line):
            yield match


def unsynced(calls, folder, log_too):
    """Files and folders of wallets that were changed, but not synced before the answer. `log_too`: also logs that were emptied."""
    changed, answered = {}, False
    for match in calls:
        call, arguments = match["call"], match["arguments"]
        if ANSWER.search(match[0]):
            answered = True
            break
        if call in ("fsync", "fdatasync"):
            changed.pop(path_of(arguments), None)
        elif call in ("write", "pwrite64") or call == "ftruncate" and (log_too or not path_of(arguments).endswith("-wal")):
            # An emptied log needs no sync if it has no secrets: what it had is in the synced file, and a power cut only brings
            # it back.
            changed[path_of(arguments)] = call
        elif call == "mkdir" and match["result"] == "0":
            changed[os.path.dirname(quoted(arguments)[0])] = call
        elif call.startswith("rename") and match["result"] == "0":
            changed[os.path.dirname(quoted(arguments)[-1])] = call
        elif call == "openat" and "O_CREAT" in arguments and match["opened"]:
            path = match["opened"][1:-1]
            # An empty log may be lost, too. SQLite syncs its folder with the first change.
            if path not in known and not path.endswith("-wal"):
                changed[os.path.dirname(path)] = call
                known.add(path)
    assert answered, "the answer is in the trace"
    return {path: call for path, call in changed.items() if path and path.startswith(str(folder))}


known = set()  # names that were there before a call


def path_of(arguments):
    match = re.match(r"\d+<([^>]*)>", arguments)
    return match[1] if match else None


def quoted(arguments):
    return re.findall(r'"([^"]*)"', arguments)


def main(test):
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    node = test.node("-keypool=20", "-fallbackfee=0.0001")
    node.createwallet("w")
    wallet = node.wallet("w")
    node.generatetoaddress(110, wallet.getnewaddress())
    folder = Path(os.path.realpath(node.folder / "wallets"))
    traced = Traced(test, node)

    def durable(what, function, *arguments, syncs=(), log_too=False):
        known.clear()
        known.update(str(path) for path in folder.rglob("*"))
        result, calls = traced.of(function, *arguments)
        found = unsynced(calls, folder, log_too)
        assert not found, f"{what}: not synced before the answer: {found}"
        is_emptied = any(match["call"] == "ftruncate" and path_of(match["arguments"]).endswith("-wal") for match in calls)
        assert is_emptied or not log_too, f"{what} empties the log"
        synced = [path_of(match["arguments"]) for match in calls if match["call"] in ("fsync", "fdatasync")]
        synced = [path for path in synced if path and path.startswith(str(folder))]
        assert synced, f"{what} syncs nothing"
        if syncs:
            equal(synced, [str(folder / path) for path in syncs])
        return result

    test.step("each answer comes after the sync")
    address = durable("getnewaddress", wallet.getnewaddress, syncs=["w/wallet.dat-wal"])
    durable("setlabel", wallet.setlabel, address, "a label")
    durable("lockunspent", wallet.lockunspent, False, [{"txid": coin["txid"], "vout": coin["vout"]}
                                                       for coin in wallet.listunspent()[:1]], True)
    txid = durable("sendtoaddress", wallet.sendtoaddress, ANYONE_ADDRESS, 1)
    durable("bumpfee", wallet.bumpfee, txid)
    durable("sendmany", wallet.sendmany, "", {ANYONE_ADDRESS: 1, address: 1})
    durable("encryptwallet", wallet.encryptwallet, PASSPHRASE, log_too=True)
    durable("walletpassphrasechange", wallet.walletpassphrasechange, PASSPHRASE, PASSPHRASE + "2", log_too=True)
    durable("createwallet", node.createwallet, "another", syncs=["", "another/wallet.dat.new", "another"])
    durable("backupwallet", node.wallet("another").backupwallet, str(folder / "copy.dat"))
    durable("restorewallet", node.restorewallet, "restored", str(folder / "copy.dat"))


run(main)
