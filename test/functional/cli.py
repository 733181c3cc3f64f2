#!/usr/bin/python3
"""The command line client: what it prints, where, and with which exit code."""
import json
import subprocess
import time

from chainkit import REGTEST_GENESIS
from framework import equal, program, run


def failure(node, *args, **settings):
    """The exit code and the standard error of a command that prints no result."""
    done = node.cli(*args, check=False, **settings)
    equal(done.stdout, "")
    return done.returncode, done.stderr


def results(test, node):
    test.step("results: strings without quotes, other values as JSON")
    equal(node.cli("getblockcount"), "0")
    equal(node.cli("getbestblockhash"), REGTEST_GENESIS)
    equal(json.loads(node.cli("getblockchaininfo"))["chain"], "regtest")
    assert '\n  "chain": "regtest",\n' in node.cli("getblockchaininfo")
    assert '"difficulty": 4.656542373906925e-10,' in node.cli("getblockchaininfo").lower()
    equal(node.cli("getrawmempool"), "[\n]")
    equal(node.cli("gettxout", "11" * 32, 0), "")
    equal(node.cli("echo", "1", "true", "text"), '[\n  "1",\n  "true",\n  "text"\n]')
    equal(node.cli("echojson", "1", "true", '["a"]'), '[\n  1,\n  true,\n  [\n    "a"\n  ]\n]')


def arguments(test, node):
    test.step("named arguments and standard input")
    equal(node.cli("-named", "getblockhash", "height=0"), REGTEST_GENESIS)
    equal(node.cli("-named", "getblock", REGTEST_GENESIS, "verbosity=0"), node.cli("getblock", REGTEST_GENESIS, 0))
    equal(node.cli("-stdin", "getblockhash", input="0\n"), REGTEST_GENESIS)
    equal(node.cli("-stdin", "echo", input="a b\nc\n"), '[\n  "a b",\n  "c"\n]')


def errors(test, node):
    test.step("exit codes and messages of errors")
    equal(failure(node, "getblockhash", 9), (8, "error code: -8\nerror message:\nBlock height out of range\n"))
    equal(failure(node, "nosuchmethod"), (32601 % 256, "error code: -32601\nerror message:\nMethod not found\n"))
    equal(failure(node, "-rpcwallet=none", "getbalance")[0], 18)
    code, text = failure(node, "getblockhash")
    assert code == 1 and "getblockhash height" in text, (code, text)
    code, text = failure(node, "getblockhash", "nonsense")
    equal(code, 1)
    assert "nonsense" in text or "parsing JSON" in text, text
    code, text = failure(node)
    assert code == 1 and "too few parameters" in text, text
    code, text = failure(node, "-rpcuser=wrong", "-rpcpassword=wrong", "getblockcount")
    assert code == 1 and "Authorization failed" in text, text


def shortcuts(test, node):
    test.step("-getinfo and -generate")
    info = node.cli("-getinfo")
    for word in ("Chain: regtest", "Blocks: 0", "Difficulty:", "Version:", "Verification progress:"):
        assert word in info, info
    node.createwallet("w")
    made = json.loads(node.cli("-generate", 3))
    equal(len(made["blocks"]), 3)
    equal(made["address"][:5], "bcrt1")
    equal(len(json.loads(node.cli("-rpcwallet=w", "-generate"))["blocks"]), 1)
    equal(node.getblockcount(), 4)
    assert "Balance: 0.00000000" in node.cli("-rpcwallet=w", "-getinfo")
    equal(node.cli("-rpcwallet=w", "getbalance"), "0.00000000")
    address = node.cli("getnewaddress")
    equal(json.loads(node.cli("validateaddress", address))["isvalid"], True)


def node_stopped(test, node):
    test.step("calls while the node does not run, and -rpcwait")
    node.stop()
    code, text = failure(node, "getblockcount")
    equal(code, 1)
    assert f"127.0.0.1:{node.rpcport}" in text and "server" in text, text
    command = [program(node.kind, "cli"), f"-datadir={node.datadir}", "-regtest", f"-rpcport={node.rpcport}",
               "-rpcwait", "-rpcwaittimeout=60", "getblockcount"]
    waiting = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=test.environment)
    node.start()
    equal(waiting.communicate(timeout=60)[0].strip(), "4")
    node.stop()
    started = time.monotonic()
    code, text = failure(node, "-rpcwait", "-rpcwaittimeout=1", "getblockcount")
    equal(code, 1)
    assert time.monotonic() - started < 20


def wrong_options(test, node):
    test.step("unknown options and missing folders")
    code, text = failure(node, "-nosuchoption", "getblockcount")
    assert code == 1 and "nosuchoption" in text, text
    code, text = failure(node, "-datadir=/nonexistent/x", "getblockcount")
    assert code == 1 and "/nonexistent/x" in text, text


def main(test):
    node = test.node()
    results(test, node)
    arguments(test, node)
    errors(test, node)
    shortcuts(test, node)
    node_stopped(test, node)
    wrong_options(test, node)


run(main)
