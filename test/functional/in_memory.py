#!/usr/bin/python3
"""-inmemory: a node that keeps everything in memory. It works as one on disk, writes no file, and leaves nothing behind."""
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from framework import BUILD, ROOT, equal, run, wait_until
from ready_node import FIXTURE, ReadyNode, refused

ANYONE_ADDRESS = "bcrt1qft5p2uhsdcdc3l2ua4ap5qqfg4pjaqlp250x7us7a8qqhrxrxfsqseac85"
MANY = 20


def files_of(process):
    """The regular files that a process has open, without those that it only reads programs from."""
    found = []
    for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            target = os.readlink(descriptor)
        except FileNotFoundError:
            continue
        if target.startswith("/") and not target.startswith(("/dev/", "/proc/")):
            found.append(target)
    return found


def works_as_on_disk(test):
    test.step("blocks, wallets, payments, indexes and a reorganisation in memory")
    node = ReadyNode(test, *FIXTURE, "-txindex", "-blockfilterindex", "-coinstatsindex").ready()
    node.createwallet("w", load_on_startup=True)
    wallet = node.wallet("w")
    node.generatetoaddress(101, wallet.getnewaddress())
    txid = wallet.sendtoaddress(ANYONE_ADDRESS, 1)
    tip = node.generatetoaddress(1, ANYONE_ADDRESS)[0]
    equal(node.getrawtransaction(txid, True)["blockhash"], tip)
    wait_until(lambda: all(index["synced"] for index in node.getindexinfo().values()), what="the indexes")
    node.getblockfilter(tip)
    node.invalidateblock(tip)
    equal(node.getrawmempool(), [txid])
    node.reconsiderblock(tip)
    equal(node.getbestblockhash(), tip)
    node.savemempool()
    equal(files_of(node.process), [])

    test.step("a wallet in memory is unloaded, loaded, and copied to and from disk")
    balance = wallet.getbalance()
    node.unloadwallet("w")
    equal(node.listwalletdir(), {"wallets": [{"name": "w"}]})
    node.loadwallet("w")
    equal(wallet.getbalance(), balance)
    backup = test.folder / "backup.dat"
    wallet.backupwallet(str(backup))
    node.restorewallet("copy", str(backup))
    equal(node.wallet("copy").getbalance(), balance)
    node.stop()
    backup.unlink()


def network(test):
    test.step(f"{MANY} nodes in memory at once, connected in a line")
    with ThreadPoolExecutor(MANY) as pool:
        nodes = [ReadyNode(test, *FIXTURE, "-par=1") for _ in range(MANY)]
        list(pool.map(ReadyNode.ready, nodes))
        for left, right in zip(nodes, nodes[1:]):
            left.addnode(right.said["p2p"], "onetry")
        tip = nodes[0].generatetoaddress(5, ANYONE_ADDRESS)[-1]
        wait_until(lambda: all(node.getbestblockhash() == tip for node in nodes), what="all nodes to agree")
        equal(len({node.said["p2p"] for node in nodes} | {node.said["rpc"] for node in nodes}), 2 * MANY)
        list(pool.map(ReadyNode.stop, nodes))


def chain_files(test):
    test.step("a chain file's chain in memory")
    node = ReadyNode(test, f"-chainfile={ROOT / 'contrib/chains/example.json'}", *FIXTURE[1:]).ready()
    equal(node.getblockcount(), 0)
    equal(node.said["chain"], node.getblockchaininfo()["chain"])
    node.stop()


def reads_no_data_folder(test):
    test.step("files of the data folder are not read, and it need not exist")
    folder = test.folder / ".daler"
    folder.mkdir()
    (folder / "daler.conf").write_text("nosuchkey=1\n[regtest]\nuacomment=fromfile\n")
    node = ReadyNode(test, *FIXTURE).ready()
    assert "fromfile" not in node.getnetworkinfo()["subversion"]
    node.stop()
    node = ReadyNode(test, *FIXTURE, f"-conf={folder / 'daler.conf'}").ready()
    assert "fromfile" in node.getnetworkinfo()["subversion"]
    node.stop()
    (folder / "daler.conf").unlink()
    folder.rmdir()
    ReadyNode(test, *FIXTURE, "-datadir=/nonexistent/a/b").ready().stop()


def named_files(test):
    test.step("-debuglogfile, -pid and -rpccookiefile are files also then")
    names = [test.folder / name for name in ("log", "pid", "cookie")]
    node = ReadyNode(test, *FIXTURE, "-printtoconsole=0", f"-debuglogfile={names[0]}", f"-pid={names[1]}",
                     f"-rpccookiefile={names[2]}").ready()
    equal(names[1].read_text(), f"{node.process.pid}\n")
    equal(names[2].read_text(), f"{node.said['user']}:{node.said['password']}")
    asked = subprocess.run([BUILD / "daler-cli", "-regtest", f"-rpccookiefile={names[2]}",
                            f"-rpcport={node.said['rpc'].rsplit(':', 1)[1]}", "getblockcount"],
                           capture_output=True, text=True, env=test.environment)
    equal((asked.returncode, asked.stdout), (0, "0\n"))
    equal(node.getrpcinfo()["logpath"], str(names[0]))
    node.stop()
    assert "Ready after" in names[0].read_text()
    equal((node.errors(), names[1].exists(), names[2].exists()), ("", False, False))
    names[0].unlink()


def refusals(test):
    test.step("public chains, and options that need a disk")
    assert "private networks only" in refused(test, "-chain=main", *FIXTURE[1:])
    assert "-walletdir" in refused(test, *FIXTURE, f"-walletdir={test.folder}")


def main(test):
    for step in (works_as_on_disk, network, chain_files, reads_no_data_folder, named_files, refusals):
        step(test)
        equal(sorted(test.folder.iterdir()), [], "left behind")


run(main)
