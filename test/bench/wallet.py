#!/usr/bin/python3
"""Measures calls of a wallet with many coins, of a build of daler and of bitcoind (contrib/get-bitcoind): the time that the
client waits, and the CPU time of the server.

Both have the same descriptors, chain and coins. Each coin is at an address of its own. doc/performance.md has figures. The
script measures only; it is not a test.

    test/bench/wallet.py [--build DIR] [--no-bitcoind] [--seconds N] [--coins N] [PART ...]
"""
from answers import Load
from programs import ONLY, choose, parse, parser

OPTIONS = ["-connect=0", "-maxtipage=2000000000", "-fallbackfee=0.0001", "-rpcworkqueue=64"]
PER_TRANSACTION = 2000
VALUE = 100_000  # satoshis
CLIENTS = 16
PAYER = "payer"


class WalletLoad(Load):
    """Sends calls to a wallet."""

    def request(self, method, params):
        return super().request(method, params).replace("POST / ", f"POST /wallet/{PAYER} ", 1)


def descriptors_of(node):
    """Those of a new wallet, which has the coins, with private keys."""
    node.createwallet("keys")
    return [{"desc": entry["desc"], "timestamp": "now", "active": True, "internal": entry["internal"]}
            for entry in node.wallet("keys").listdescriptors(True)["descriptors"]]


def scripts(node, count):
    """The first scripts of the bech32 descriptor."""
    public = next(entry["desc"] for entry in node.wallet("keys").listdescriptors()["descriptors"]
                  if entry["desc"].startswith("wpkh(") and not entry["internal"])
    return [script_of(address) for address in node.deriveaddresses(public, [0, count - 1])]


def script_of(address):
    """The output script of a bech32 address with a key hash."""
    import chainkit
    values = [chainkit.CHARSET.index(char) for char in address[address.rindex("1") + 1:-6]][1:]
    bits = "".join(f"{value:05b}" for value in values)
    return b"\x00\x14" + bytes(int(bits[at:at + 8], 2) for at in range(0, 160, 8))


def blocks_with(node, targets):
    """Mines blocks with a coin for each of the scripts; returns their hex."""
    import chainkit
    out = []

    def add(transactions=()):
        out.append(chainkit.next_block(node, transactions).hex())
        assert node.submitblock(out[-1]) is None

    splits = -(-len(targets) // PER_TRANSACTION)
    for _ in range(splits + 100):
        add()
    for number in range(splits):
        part = targets[number * PER_TRANSACTION:][:PER_TRANSACTION]
        coin = chainkit.coins_of(node, number + 1, number + 1)[0]
        add([chainkit.Transaction([chainkit.Input(*coin[:2])], [chainkit.Output(VALUE, script) for script in part])])
    for _ in range(6):
        add()
    return out


def prepare(node, descriptors, blocks):
    node.createwallet(PAYER, False, True)
    answers = node.wallet(PAYER).importdescriptors(
        [entry | {"range": [0, PER_TRANSACTION], "timestamp": 0, "next_index": 0} for entry in descriptors])
    assert all(answer["success"] for answer in answers), answers
    for block in blocks:
        node.submitblock(block)


def measure(bench, kinds, parts, program, coins, seconds):
    nodes = [bench.node(*OPTIONS, f"-keypool={PER_TRANSACTION}", *ONLY[kind], kind=kind) for kind in kinds]
    descriptors = descriptors_of(nodes[0])
    blocks = blocks_with(nodes[0], scripts(nodes[0], coins))
    loads = []
    for node in nodes:
        node.rpc.timeout = 600
        prepare(node, descriptors, blocks)
        assert len(node.wallet(PAYER).listunspent()) == coins
        loads.append(WalletLoad(program, node, seconds))
    wallet = nodes[0].wallet(PAYER)
    nodes[0].unloadwallet("keys")
    address, txid = wallet.getnewaddress(), wallet.listunspent()[0]["txid"]
    calls = {"balance": [("getbalance",), ("getbalances",), ("getwalletinfo",)],
             "list": [("listunspent",), ("listtransactions", "*", 10), ("gettransaction", txid)],
             "address": [("getnewaddress",)],
             "pay": [("sendtoaddress", address, 0.0002)]}
    for part, which in calls.items():
        for name, *params in which if part in parts else []:
            for clients in (1, CLIENTS) if part in ("address", "pay") else (1,):
                found = [load.measure(f"{name}, {coins} coins, {clients} clients", clients, name, *params)
                         for load in loads]
                if len(found) == 2:
                    print(f"    time {found[1]['median'] / found[0]['median']:.1f} times less, "
                          f"CPU {found[1]['cpu'] / found[0]['cpu']:.1f} times less", flush=True)


def main():
    known = parser(__doc__)
    known.add_argument("--seconds", type=float, default=2, help="how long to send each call")
    known.add_argument("--coins", type=int, default=10_000)
    arguments, wanted = parse(known, ["balance", "list", "address", "pay"])
    kinds = choose(arguments, "dalerd", "call_load")
    import framework
    bench = framework.Test("bench")
    try:
        program = arguments.build.resolve() / "test" / "bench" / "call_load"
        measure(bench, kinds, wanted, program, arguments.coins, arguments.seconds)
    finally:
        bench.close(failed=False)


if __name__ == "__main__":
    main()
