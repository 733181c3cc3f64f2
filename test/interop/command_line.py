#!/usr/bin/python3
"""bitcoin-cli drives dalerd, and daler-cli drives bitcoind: each command prints the same with both clients, and ends with the
same exit code."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
from chainkit import ANYONE_ADDRESS, REGTEST_GENESIS  # noqa: E402
from framework import run  # noqa: E402

HASH = "11" * 32
# Arguments and standard input.
COMMANDS = [
    # results of each type
    ["getblockcount"], ["getbestblockhash"], ["getblockchaininfo"], ["getdifficulty"], ["getrawmempool"], ["gettxout", HASH, 0],
    ["getmempoolinfo"], ["getnetworkinfo"], ["getpeerinfo"], ["getchaintips"], ["getblock", REGTEST_GENESIS, 2], ["help"],
    ["help", "getblock"], ["echo"], ["echo", "", " ", "1", "true", "null", '"', "\\", "ä€", "\t"], ["getwalletinfo"],
    ["-rpcwallet=w", "getbalance"], ["-rpcwallet=w", "listunspent", 1, 9999999, "[]", "true", '{"minimumAmount":1}'],
    ["setnetworkactive", "true"], ["ping"],
    # arguments and their conversion
    ["getblockhash", 0], ["getblockhash", "0x0"], ["getblockhash", "00"], ["getblockhash", "1.0"], ["getblockhash", "null"],
    ["getblockhash", '"0"'], ["getblockhash", "x"], ["getblockhash", ""], ["getblockhash", " 1"], ["getblockhash", "1 "],
    ["getblockhash", "1", "2"], ["getblockhash", "-1"], ["getblockhash", "1e1"], ["getblock", REGTEST_GENESIS, "false"],
    ["getblock", REGTEST_GENESIS, "False"], ["getblock", REGTEST_GENESIS, "[0]"], ["getblock", REGTEST_GENESIS, "{}"],
    ["echojson", "1", "[1,2", "{}"], ["echojson", "1.50", '{"a":1e3}', "null", "true"], ["getblockstats", 1, '["txs"]'],
    ["getblockstats", HASH], ["getblockstats", '"1"'], ["validateaddress", ANYONE_ADDRESS], ["validateaddress", "x"],
    ["createrawtransaction", "[]", '{"data":"00"}'], ["createrawtransaction", "[]", "{"], ["decodescript", "51"],
    ["decodescript", "5"], ["sendrawtransaction", "00"], ["testmempoolaccept", '["00"]'], ["gettxoutsetinfo", "none"],
    ["scantxoutset", "start", '["raw(51)"]'], ["deriveaddresses", "addr(x)"], ["estimatesmartfee", 2, "unset"],
    ["getmempoolentry", HASH], ["logging", '["net"]'], ["getindexinfo"], ["verifymessage", "a", "b", "c"],
    # named arguments
    ["-named", "getblockhash", "height=0"], ["-named", "getblockhash", "height=x"], ["-named", "getblockhash", "0"],
    ["-named", "getblockhash", "nosuch=1"], ["-named", "getblockhash", "height=0", "height=1"], ["-named", "getblockhash"],
    ["-named", "getblock", REGTEST_GENESIS, "verbosity=0"], ["-named", "getblock", f"blockhash={REGTEST_GENESIS}", "verbose=1"],
    ["-named", "echo", "arg0=a=b", "arg1="], ["-named", "echo", "x", "arg0=y"], ["-named", "echo", "=", "arg3=="],
    ["-named", "getblock", f"blockhash={REGTEST_GENESIS}", "verbosity=true"], ["-named", "createrawtransaction", "inputs=[]",
                                                                               'outputs={"data":"00"}', "locktime=5"],
    # standard input
    (["-stdin", "getblockhash"], "0\n"), (["-stdin", "echo"], "a b\n\nc"), (["-stdin", "echo", "first"], "second\r\n"),
    (["-stdin"], "getblockhash\n0\n"), (["-stdin", "-named", "getblockhash"], "height=0\n"), (["-stdin", "getblockcount"], ""),
    (["-stdinrpcpass", "-rpcuser=x", "getblockcount"], "wrong\n"), (["-stdinrpcpass", "getblockcount"], ""),
    (["-stdinwalletpassphrase", "walletpassphrase", "1"], "secret\n"), (["-stdinwalletpassphrase", "getblockcount"], "x\n"),
    # errors
    ["nosuch"], [""], [], ["getblockhash"], ["getblockhash", 999999], ["-rpcwallet=none", "getbalance"], ["getbalance"],
    ["-rpcuser=wrong", "-rpcpassword=wrong", "getblockcount"], ["-rpcconnect=127.0.0.1:1", "getblockcount"],
    ["-rpcport=1", "getblockcount"], ["-rpcport=0", "getblockcount"], ["-rpcport=99999", "getblockcount"],
    ["-nosuch", "getblockcount"], ["-datadir=/nosuch", "getblockcount"], ["-conf=nosuch", "getblockcount"],
    ["-rpcwait", "getblockcount"], ["-rpcwait", "-rpcwaittimeout=1", "-rpcport=1", "getblockcount"],
    ["-rpccookiefile=nosuch", "getblockcount"], ["-rpcclienttimeout=0", "getblockcount"], ["-chain=nosuch", "getblockcount"],
    ["--", "getblockcount"], ["getblockcount", "-nosuch"], ["-rpcwallet=", "getwalletinfo"],
    # commands of the program itself
    ["-getinfo"], ["-getinfo", "x"], ["-rpcwallet=w", "-getinfo"], ["-rpcwallet=none", "-getinfo"], ["-color=always", "-getinfo"],
    ["-color=never", "-getinfo"], ["-color=x", "-getinfo"], ["-addrinfo"], ["-addrinfo", "x"], ["-netinfo"], ["-netinfo", "1"],
    ["-netinfo", "4"], ["-netinfo", "x"], ["-netinfo", "help"], ["-generate"], ["-generate", "x"], ["-generate", "0"],
    ["-generate", "1", "1", "1"], ["-rpcwallet=w", "-generate"], ["-rpcwallet=w", "-generate", "2"],
    ["-rpcwallet=w", "-generate", "1", "1000000"], ["-rpcwallet=w", "-generate", "x"], ["-rpcwallet=w", "-generate", "0"],
    ["-rpcwallet=none", "-generate"], ["-rpcwallet=w", "-generate", "1", "0"], ["-rpcwallet=w", "-generate", "1", "2", "3"],
    ["-getinfo", "-netinfo"], ["-generate", "-getinfo"],
]


# (pattern of arguments, of bitcoin-cli's answer, why): what daler-cli prints there differs.
KNOWN = [
    (r".*", "Wallet file not specified|Multiple wallets are loaded", "the hint names daler-cli"),
    (r".*", "Could not connect to the server", "daler-cli says why, and where"),
    (r".*", "Could not locate RPC credentials", "daler-cli names the file"),
    (r"-rpcport=(0|99999) .*", "Invalid port", "0 means the port that the node has chosen; another text"),
    (r"-rpcconnect=.*", "Warning: Port specified in both", "daler-cli does not warn"),
    (r"-chain=nosuch .*", "Unknown chain nosuch", "another prefix"),
    (r"getblock \w+ False", "Error parsing JSON", "text is an argument where several types are allowed: the node refuses it"),
    (r"-netinfo.*", "", "daler-cli has another table, without levels"),
    (r".*-getinfo", "Total balance", "fork"),
    (r"-stdinwalletpassphrase walletpassphrase 1", "Multiple wallets", "the hint"),
]
CHANGING = re.compile(r"[0-9a-f]{64}|bcrt1\w+|(?<=Total balance:).*")


def known(arguments, theirs):
    return any(re.fullmatch(call, " ".join(map(str, arguments))) and re.search(answer, "".join(theirs[1:]))
               for call, answer, _ in KNOWN)


def printed(node, client, arguments, given):
    done = node.cli(*arguments, check=False, client=client, input=given)
    return done.returncode, CHANGING.sub("...", done.stdout), re.sub("daler-cli|bitcoin-cli", "CLIENT", done.stderr)


def main(test):
    nodes = [test.node(kind=kind, name=kind) for kind in ("daler", "bitcoind")]
    for node in nodes:
        for name in ("w", "v"):
            node.createwallet(name)
        node.generatetoaddress(110, node.wallet("w").getnewaddress())
    count = differences = 0
    for node in nodes:
        for command in COMMANDS:
            arguments, given = command if isinstance(command, tuple) else (command, "")
            ours, theirs = (printed(node, client, arguments, given) for client in ("daler", "bitcoind"))
            count += 1
            if ours != theirs and not known(arguments, theirs):
                differences += 1
                print(f"{node.kind}: {arguments} {given!r}\n   daler-cli: {ours}\n bitcoin-cli: {theirs}")
        test.step(f"{node.kind}: {count} commands")
    assert not differences, f"{differences} differences"


if __name__ == "__main__":
    run(main)
