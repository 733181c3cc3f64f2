#!/usr/bin/python3
"""Private chains (-chainfile): a network of two nodes with real difficulty adjustment, nodes with other rules, which do
not become peers, changed and wrong files."""
import json
import subprocess

from framework import FACTOR, Skip, equal, fails, program, run, sync_blocks, sync_mempools, wait_until

POW_LIMIT = 2**255 - 1
WINDOW, SPACING = 20, 60
GENESIS_TIME = 1735689600
RULES = {"name": "lab", "bech32_hrp": "lab", "genesis_message": "A chain for one test", "genesis_time": GENESIS_TIME,
         "genesis_bits": "203fffff", "block_spacing": SPACING, "retarget_window": WINDOW, "initial_subsidy": 12.5,
         "halving_interval": 50, "coinbase_maturity": 5}


def write(test, file, fields):
    path = test.folder / file
    path.write_text(json.dumps(fields))
    return path


def expand(bits):
    size, mantissa = int(bits, 16) >> 24, int(bits, 16) & 0x7FFFFF
    return mantissa << (8 * (size - 3))


def compact(target):
    size = (target.bit_length() + 7) // 8
    mantissa = target >> (8 * (size - 3)) if size > 3 else target << (8 * (3 - size))
    if mantissa & 0x800000:
        mantissa, size = mantissa >> 8, size + 1
    return f"{size << 24 | mantissa:08x}"


def retargeted(node, height):
    """The expected bits of the window that begins at `height`."""
    first, last = (node.getblockheader(node.getblockhash(h)) for h in (height - WINDOW, height - 1))
    wanted = WINDOW * SPACING
    actual = min(max(last["time"] - first["time"], wanted // 4), wanted * 4)
    return compact(min(expand(last["bits"]) * actual // wanted, POW_LIMIT))


class Miner:
    """Mines blocks some seconds apart, with the same mock time in all nodes."""

    def __init__(self, nodes, time):
        self.nodes, self.time = nodes, time

    def mine(self, node, count, seconds, address):
        for _ in range(count):
            self.time += seconds
            for each in self.nodes:
                each.setmocktime(self.time)
            node.generatetoaddress(1, address)
            sync_blocks(self.nodes)  # a block must be relayed before the clock advances, else it is late


def bits(node, height):
    return node.getblockheader(node.getblockhash(height))["bits"]


def difficulty_moves(test, a, b):
    test.step("the difficulty rises with fast blocks and falls with slow ones, for both nodes")
    miner = Miner([a, b], GENESIS_TIME)
    address = a.wallet("w").getnewaddress()
    miner.mine(a, WINDOW - 1, 5, address)
    equal({bits(a, height) for height in range(WINDOW)}, {"203fffff"})
    easy = a.getdifficulty()
    miner.mine(a, WINDOW, 45, address)
    equal(bits(a, WINDOW), retargeted(a, WINDOW))
    equal(bits(a, WINDOW), "200fffff")  # a quarter, the largest step
    equal({bits(a, height) for height in range(WINDOW, 2 * WINDOW)}, {"200fffff"})
    assert a.getdifficulty() > 3.9 * float(easy)
    miner.mine(b, WINDOW, 100, address)
    middle = bits(b, 2 * WINDOW)
    equal(middle, retargeted(b, 2 * WINDOW))
    assert expand("200fffff") * 7 // 10 < expand(middle) < expand("200fffff"), middle
    miner.mine(b, 1, 1000, address)
    equal(bits(b, 3 * WINDOW), retargeted(b, 3 * WINDOW))
    assert expand(bits(b, 3 * WINDOW)) > expand(middle)
    equal(bits(a, 3 * WINDOW), bits(b, 3 * WINDOW))
    equal(a.getblock(a.getblockhash(60), 2)["tx"][0]["vout"][0]["value"], a.getblock(
        a.getblockhash(49), 2)["tx"][0]["vout"][0]["value"] / 2)
    return miner


def payment_is_relayed(test, a, b, miner):
    test.step("addresses have the chain's prefix, a coinbase matures after five blocks, a payment is relayed")
    here, there = a.wallet("w"), b.wallet("w")
    equal(a.getblockcount(), 3 * WINDOW)
    # Coinbases of the last five blocks are immature: 49 of 12.5 and 11 of 6.25 are mined so far.
    equal(float(here.getbalance()), 49 * 12.5 + 6 * 6.25)
    address = there.getnewaddress()
    assert address.startswith("lab1"), address
    assert a.validateaddress(address)["isvalid"]
    legacy = there.getnewaddress("", "legacy")
    assert legacy[0] in "mn" and a.validateaddress(legacy)["isvalid"], legacy
    assert not a.validateaddress("bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202")["isvalid"]
    txid = here.sendtoaddress(address, 3)
    sync_mempools([a, b])
    miner.mine(b, 1, SPACING, here.getnewaddress())
    equal(float(there.getbalance()), 3)
    equal(there.gettransaction(txid)["confirmations"], 1)


def others_stay_apart(test, a, changed):
    test.step("a node whose rules differ does not become a peer")
    other = test.node(chainfile=changed, chain="lab", name="other")
    equal(other.getblockhash(0), a.getblockhash(0))
    wait_until(lambda: a.getconnectioncount() == 0)  # only the other node sends bytes now
    before = a.getnettotals()["totalbytesrecv"]
    other.addnode(a.address, "onetry")
    wait_until(lambda: a.getnettotals()["totalbytesrecv"] > before, 30, "bytes from the other chain")
    wait_until(lambda: a.getconnectioncount() == 0 and other.getconnectioncount() == 0, 30, "the connection's end")
    equal(other.getblockcount(), 0)
    other.stop()


def file_is_remembered(test, a, path, fields):
    test.step("the folder records its chain: a changed rule is refused, ports may change")
    tip = a.tip()
    a.stop()
    for field, value, was in (("retarget_window", 30, "20"), ("bech32_hrp", "bal", '"lab"'),
                              ("coinbase_maturity", 6, "5"), ("initial_subsidy", 1, "12.50000000")):
        path.write_text(json.dumps(dict(fields, **{field: value})))
        error = a.fails_to_start()
        assert f'"{field}" is ' in error and f"but it was {was} when the chain in {a.folder} began" in error, error
    record = a.folder / "blocks" / "chain.json"
    remembered = record.read_text()
    path.write_text(json.dumps(fields))
    record.write_text(remembered.replace('"rules": {', '"rules": {"of_a_later_version": 7,'))
    assert '"of_a_later_version" is not set, but it was 7 when' in a.fails_to_start()
    record.write_text(remembered)
    path.write_text(json.dumps(dict(fields, magic="01020304")))
    assert '"magic" is "01020304", but it was ' in a.fails_to_start()
    path.write_text(json.dumps(dict(fields, retarget_rule="bitcoin", port=1234)))
    a.start()
    equal(a.tip(), tip)
    a.kill()
    (a.folder / "blocks" / "chain.json").unlink()
    path.write_text(json.dumps(fields))
    a.start()
    equal(a.tip(), tip)
    assert (a.folder / "blocks" / "chain.json").exists()
    a.stop()
    (a.folder / "blocks" / "chain.json").write_text("{")
    assert "chain.json is damaged" in a.fails_to_start()
    (a.folder / "blocks" / "chain.json").unlink()
    a.start()


def client(test, a, path):
    test.step("daler-cli finds the node by the chain file alone")
    done = subprocess.run([program("daler", "cli"), f"-datadir={a.datadir}", f"-chainfile={path}", "getblockhash", "0"],
                          capture_output=True, text=True, timeout=60 * FACTOR, env=test.environment)
    equal(done.stdout.strip(), a.getblockhash(0), done.stderr)
    equal(a.cli("getblockcount"), str(a.getblockcount()))
    done = subprocess.run([program("daler", "cli"), "-chainfile=missing.json", "getblockcount"],
                          capture_output=True, text=True, timeout=60 * FACTOR, env=test.environment, cwd=test.folder)
    equal(done.returncode, 1)
    assert "missing.json could not be opened" in done.stderr, done.stderr


def wrong_files(test):
    test.step("a wrong file is refused with the field's name")
    node = test.node(start=False, chain="wrong", chainfile=test.folder / "wrong.json", name="wrong")
    assert "could not be opened" in node.fails_to_start()
    for text, error in (
            ("", "not JSON"), ("[]", "an object of fields is expected"), ('{"colour": 1}', '"colour" is not a field'),
            ('{"port": 70000}', '"port" must be a whole number from 1 to 65535, not 70000'),
            ('{"name": "signet"}', '"name" must be'), ('{"magic": "f9beb4d9"}', '"magic" must be different'),
            ('{"retarget_rule": 3}', '"retarget_rule" must be one of "bitcoin", "testnet", "testnet4", "none"'),
            ('{"genesis_bits": "1d00ffff"}', '"genesis_bits" must be'),
            ('{"name": "wrong", "genesis_time": 4000000000}', '"genesis_time" must not be in the future')):
        node.chainfile.write_text(text)
        message = node.fails_to_start()
        assert error in message and "wrong.json" in message, message
    node.chainfile.write_text('{"name": "wrong"}')
    assert "it cannot be combined with -regtest" in node.fails_to_start("-regtest")


def genesis_is_found(test):
    test.step("the nonce of a genesis block with more work is searched only once")
    path = write(test, "hard.json", {"name": "hard", "genesis_bits": "1f00ffff"})
    node = test.node(chainfile=path, chain="hard", name="hard")
    genesis = node.getblockhash(0)
    assert genesis.startswith("0000"), genesis
    equal(node.getblockheader(genesis)["bits"], "1f00ffff")
    node.expect_log("The genesis block of chain hard is", genesis)
    offset = len(node.log())
    node.restart()
    equal(node.getblockhash(0), genesis)
    assert "The genesis block of chain" not in node.log()[offset:]
    info = node.getblockchaininfo()
    equal((info["chain"], info["blocks"], info["chainwork"][-5:]), ("hard", 0, "10001"))
    fails(-8, "Mocktime must be", node.setmocktime, -1)


def rules_begin_late(test):
    test.step("activation heights of the rules, and a rebuild")
    heights = {"bip34_height": 4, "bip65_height": 6, "bip66_height": 5, "csv_height": 7, "segwit_height": 9}
    path = write(test, "late.json", dict(heights, name="late", retarget_rule="testnet", block_spacing=1,
                                         retarget_window=4, coinbase_maturity=3, genesis_time=GENESIS_TIME))
    node = test.node(chainfile=path, chain="late", name="late")
    node.createwallet("w")
    wallet = node.wallet("w")
    miner = Miner([node], GENESIS_TIME)
    miner.mine(node, 20, 2, wallet.getnewaddress())
    hashes = [node.getblockhash(height) for height in range(1, 21)]
    deployments = node.getdeploymentinfo(hashes[4])["deployments"]  # as of block 6
    equal({name: (entry["active"], entry["height"]) for name, entry in deployments.items() if name != "taproot"},
          {"bip34": (True, 4), "bip66": (True, 5), "bip65": (True, 6), "csv": (False, 7), "segwit": (False, 9)})
    for height in (1, 8, 9):
        coinbase = node.getblock(hashes[height - 1], 2)["tx"][0]
        equal("txinwitness" in coinbase["vin"][0], height >= 9, f"block {height}")
    wallet.sendtoaddress(wallet.getnewaddress(), 1)
    miner.mine(node, 1, 3, wallet.getnewaddress())
    equal(len(node.getblock(node.tip())["tx"]), 2)
    equal(bits(node, 21), "207fffff")  # its time is late: the highest target
    utxo = node.utxo()
    node.restart("-reindex")
    equal(node.utxo(), utxo)


def blocks_are_hard(test):
    test.step("a block that needs thousands of tries is mined, but not with too few")
    rules = {"name": "work", "genesis_message": "Hard work", "genesis_time": GENESIS_TIME, "pow_limit": f"{2**243 - 1:x}"}
    node = test.node(chainfile=write(test, "work.json", rules), chain="work", name="work")
    node.setmocktime(GENESIS_TIME + SPACING)  # so that the tries are the same in each run
    equal(node.generatetodescriptor(1, "raw(51)", 1), [])
    hashes = node.generatetodescriptor(5, "raw(51)")
    equal([node.getblockhash(height) for height in range(1, 6)], hashes)
    assert sum(node.getblockheader(each)["nonce"] for each in hashes) > 5000


def main(test):
    a = test.node(start=False, chain="lab", name="a")
    if a.kind != "daler":
        raise Skip("only daler has chain files")
    fields = dict(RULES, port=a.port, rpcport=a.rpcport)
    path = a.chainfile = write(test, "lab.json", fields)
    a.start()
    b = test.node(chain="lab", chainfile=path, name="b")
    equal((a.getblockchaininfo()["chain"], a.folder.name), ("lab", "lab"))
    equal(a.getblockhash(0), b.getblockhash(0))
    equal(a.getblockheader(a.getblockhash(0))["time"], GENESIS_TIME)
    a.connect(b)
    for node in (a, b):
        node.createwallet("w")
    miner = difficulty_moves(test, a, b)
    payment_is_relayed(test, a, b, miner)
    client(test, a, path)
    b.stop()
    others_stay_apart(test, a, write(test, "other.json", dict(fields, block_spacing=61)))
    file_is_remembered(test, a, path, fields)
    wrong_files(test)
    genesis_is_found(test)
    blocks_are_hard(test)
    rules_begin_late(test)


if __name__ == "__main__":
    run(main)
