#!/usr/bin/python3
"""Starting, stopping and options: the node behaves as expected by programs that control bitcoind."""
import os
import signal
import socket
import stat
import subprocess

from framework import equal, fails, free_port, program, run, wait_until


def starts_and_stops(test, node):
    test.step("start, files, stop")
    mode = stat.S_IMODE(os.stat(node.folder / ".cookie").st_mode)
    equal(oct(mode), oct(0o600), "mode of the cookie file")
    user, _, password = node.cookie().partition(":")
    assert user == "__cookie__" and len(password) >= 32 and not node.cookie().endswith("\n"), node.cookie()
    assert (node.folder / "debug.log").exists()
    assert (node.folder / "blocks" / "xor.dat").stat().st_size == 8
    pid_files = list(node.folder.glob("*.pid"))
    equal(len(pid_files), 1, "pid files")
    equal(int(pid_files[0].read_text()), node.process.pid)
    assert node.uptime() >= 0
    first = node.cookie()
    node.stop()
    assert not (node.folder / ".cookie").exists() and not list(node.folder.glob("*.pid"))
    node.start()
    assert node.cookie() != first, "the password of the cookie must be new each time"


def ends_at_signals(test, node):
    for number in (signal.SIGTERM, signal.SIGINT):
        test.step(f"ends at {number.name}")
        node.process.send_signal(number)
        equal(node.wait_exit(), 0, "exit code")
        equal(node.stderr(), "", "standard error")
        assert not (node.folder / ".cookie").exists()
        node.start()
    test.step("stop answers before the node ends, and can wait first")
    assert "stopping" in node.rpc.stop(100)
    equal(node.wait_exit(), 0)
    node.start()


def survives_a_kill(test, node):
    test.step("stale cookie and pid file after a kill")
    node.kill()
    assert (node.folder / ".cookie").exists()
    node.start()


def refuses_a_second_node(test, node):
    test.step("a second node on the same data folder")
    second = test.node(start=False, datadir=test.folder / "second", kind=node.kind)
    second.options = [f"-datadir={node.datadir}"]
    text = second.fails_to_start()
    assert "already running" in text and str(node.datadir) in text, text
    assert node.getblockcount() == 0, "the first node still answers"


def refuses_bad_options(test, node):
    test.step("unknown and malformed options")
    other = test.node(start=False, name="bad")
    assert "-nosuchoption" in other.fails_to_start("-nosuchoption=1")
    assert "nosuchchain" in other.fails_to_start("-chain=nosuchchain")
    other.fails_to_start("-rpcport=99999999")
    other.fails_to_start("-bind=not-an-address")
    missing = other.fails_to_start(f"-datadir={test.folder}/missing/folder")
    assert "does not exist" in missing and "missing/folder" in missing, missing
    assert not (test.folder / "missing").exists()
    test.step("a file in place of the data folder")
    (test.folder / "file").write_text("")
    other.fails_to_start(f"-datadir={test.folder}/file")
    if node.kind == "daler":
        test.step("a data folder that cannot be written")
        text = other.fails_to_start("-datadir=/sys")
        assert "/sys" in text, text


def creates_its_folder(test):
    test.step("a missing data folder is created, but its parent is not")
    node = test.node(start=False, name="new")
    folder = test.folder / "above" / "data"
    missing = node.fails_to_start(f"-datadir={folder}")
    assert "does not exist" in missing and str(folder.parent) in missing, missing
    assert not folder.parent.exists()
    folder.parent.mkdir()
    done = subprocess.run([program("daler", "cli"), "-regtest", f"-datadir={folder}", "getblockcount"],
                          capture_output=True, text=True, env=test.environment)
    equal((done.returncode, done.stderr), (1, f'Error: Specified data directory "{folder}" does not exist.\n'))
    assert not folder.exists(), "the client creates no folder"
    node.credentials = "me:secret"
    node.start(f"-datadir={folder}", "-rpcuser=me", "-rpcpassword=secret")
    equal(node.getblockcount(), 0)
    node.stop()
    equal(stat.S_IMODE(folder.stat().st_mode), 0o700)
    assert "Created the data folder" in (folder / "regtest" / "debug.log").read_text()


def names_the_client_command(test, node):
    test.step("the command that the log names reaches the node")
    words = node.log().rsplit("try daler-cli ", 1)[1].splitlines()[0].split()
    done = subprocess.run([program("daler", "cli"), *words], capture_output=True, text=True, env=test.environment)
    equal((done.returncode, '"chain": "regtest"' in done.stdout), (0, True))


def creates_the_default_folder(test):
    test.step("the default data folder is created with all folders above it")
    home = test.folder / "new" / "home"
    done = subprocess.Popen([program("daler", "node"), "-regtest", "-server=0", "-connect=0"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, env=dict(test.environment, HOME=str(home)))
    log = home / ".daler" / "regtest" / "debug.log"
    wait_until(lambda: log.exists() and "Chain regtest" in log.read_text(), what="the node to open its chain")
    done.terminate()
    equal(done.wait(60), 0)


def refuses_ports_in_use(test, node):
    test.step("ports in use")
    other = test.node(start=False, name="ports")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = other.fails_to_start(f"-bind=127.0.0.1:{port}")
        assert str(port) in text, text
        text = other.fails_to_start(f"-rpcport={port}")
        assert node.kind != "daler" or str(port) in text, text


def prints_help_and_version(test):
    test.step("-help and -version")
    for option, words in (("-help", ("-datadir", "-rpcport", "-chain", "-daemon")), ("-version", ("version",)),
                          ("--version", ("version",)), ("-?", ("-datadir",))):
        for name in ("node", "cli"):
            done = subprocess.run([program(test.nodes[0].kind, name), option], capture_output=True, text=True,
                                  env=test.environment)
            equal((done.returncode, done.stderr), (0, ""), f"{name} {option}")
            for word in words if name == "node" else words[:1]:
                assert word in done.stdout, f"{name} {option} does not print {word}"


def runs_as_a_daemon(test):
    test.step("-daemon")
    node = test.node(start=False, name="daemon")
    node.spawn("-daemon")
    equal(node.wait_exit(), 0, "exit code of the program that was started")
    assert "starting" in (node.datadir / "stdout.txt").read_text()
    wait_until(lambda: node.cli("getblockcount", check=False).returncode == 0, 30, "the daemon to answer")
    pid = int(next(node.folder.glob("*.pid")).read_text())
    node.cli("stop")
    wait_until(lambda: not os.path.exists(f"/proc/{pid}") or
               open(f"/proc/{pid}/stat").read().split()[2] == "Z", 30, "the daemon to end")
    equal(node.stderr(), "")


def accepts_option_forms(test):
    test.step("forms of options")
    node = test.node(start=False, name="forms")
    node.credentials = "alice:last"
    node.start("--server", "-rpcuser=alice", "-rpcpassword=first", "-rpcpassword=last", "-nolisten", "-disablewallet=0",
               "-upnp=0", "-keypool=10", "-debug=net", "-nodebug", "-uacomment=tests")
    assert "(tests)" in node.getnetworkinfo()["subversion"]
    assert not (node.folder / ".cookie").exists()
    node.credentials = "alice:first"
    equal(fails(None, "", node.getblockcount).status, 401)
    node.credentials = "alice:last"
    node.stop()
    test.step("connect=0 turns listening off")
    quiet = test.node("-connect=0", name="quiet")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", quiet.port)) != 0
    quiet.stop()
    bound = free_port()
    heard = test.node("-connect=0", f"-bind=127.0.0.1:{bound}", "-listen=1", name="heard")
    with socket.socket() as probe:
        equal(probe.connect_ex(("127.0.0.1", bound)), 0, "listening with -connect=0 -bind")
    heard.stop()


def works_from_any_folder(test, node):
    test.step("a relative data folder, and a moved one")
    node.generatetoaddress(3, "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202")
    tip, xor = node.tip(), (node.folder / "blocks" / "xor.dat").read_bytes()
    node.stop()
    moved = test.folder / "moved"
    node.datadir.rename(moved)
    for plain in (moved / "regtest").iterdir():
        if plain.is_file():
            plain.unlink()
    node.datadir = moved
    node.start("-datadir=moved")
    equal(node.tip(), tip)
    equal((node.folder / "blocks" / "xor.dat").read_bytes(), xor)


def main(test):
    node = test.node()
    test.step("ready")
    starts_and_stops(test, node)
    ends_at_signals(test, node)
    survives_a_kill(test, node)
    refuses_a_second_node(test, node)
    refuses_bad_options(test, node)
    refuses_ports_in_use(test, node)
    prints_help_and_version(test)
    if node.kind == "daler":
        creates_its_folder(test)
        creates_the_default_folder(test)
        names_the_client_command(test, node)
    runs_as_a_daemon(test)
    accepts_option_forms(test)
    works_from_any_folder(test, node)


run(main)
