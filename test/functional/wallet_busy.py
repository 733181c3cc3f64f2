#!/usr/bin/python3
"""Other calls are answered during long wallet calls, which can be aborted and end when the node stops."""
import threading

from framework import RpcError, equal, fails, run, wait_until

KEY = ("tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK")


class Call(threading.Thread):
    """A call in its own thread, over its own connection."""

    def __init__(self, node, wallet, method, *arguments):
        super().__init__(daemon=True)
        self.rpc = node.wallet(wallet)
        self.method, self.arguments, self.outcome = method, arguments, None
        self.start()

    def run(self):
        try:
            self.outcome = self.rpc.call(self.method, *self.arguments)
        except RpcError as error:
            self.outcome = error
        except OSError as error:  # the node has ended
            self.outcome = error


def long_import(node, wallet):
    """Starts an import that takes a minute, and returns when the import has begun."""
    text = node.getdescriptorinfo(f"wpkh({KEY}/*)")
    request = {"desc": f"wpkh({KEY}/*)#{text['checksum']}", "timestamp": 0, "range": [0, 999_999]}
    call = Call(node, wallet, "importdescriptors", [request])
    wait_until(lambda: node.wallet(wallet).getwalletinfo()["scanning"], what="the import to begin")
    return call


def main(test):
    node = test.node("-rpcthreads=1", "-keypool=10")
    for name in ("busy", "second", "idle"):
        node.createwallet(name)
    busy, idle = node.wallet("busy"), node.wallet("idle")

    test.step("other calls are answered during imports, although there is one thread for RPC")
    equal(busy.abortrescan(), False)
    calls = [long_import(node, "busy"), long_import(node, "second")]
    equal(node.getblockcount(), 0)
    address = idle.getnewaddress()
    node.generatetoaddress(1, address)
    equal(idle.getbalances()["mine"]["immature"], 50)
    busy.getnewaddress()
    scanning = busy.getwalletinfo()["scanning"]
    assert scanning["duration"] >= 0 and 0 <= scanning["progress"] <= 1, scanning
    equal(idle.getwalletinfo()["scanning"], False)
    assert all(call.is_alive() for call in calls)

    test.step("a wallet runs one scan at a time, and cannot be unloaded during it")
    rescanning = "Wallet is currently rescanning. Abort existing rescan or wait."
    fails(-4, rescanning, busy.rescanblockchain)
    fails(-4, rescanning, busy.importdescriptors, [])
    fails(-4, rescanning, node.unloadwallet, "busy")

    test.step("abortrescan ends the scans")
    for name, call in zip(("busy", "second"), calls):
        equal(node.wallet(name).abortrescan(), True)
        call.join(30)
        equal((call.outcome.code, call.outcome.message), (-1, "Rescan aborted by user."))
        equal(node.wallet(name).getwalletinfo()["scanning"], False)
    equal(busy.rescanblockchain(), {"start_height": 0, "stop_height": 1})
    equal(len(busy.listdescriptors()["descriptors"]), 8)

    test.step("a node that stops does not wait for an import")
    call = long_import(node, "busy")
    node.stop(timeout=10)
    call.join(30)
    assert isinstance(call.outcome, Exception), call.outcome


run(main)
