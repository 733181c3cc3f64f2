#!/usr/bin/python3
"""JSON-RPC over HTTP: versions, batches, named arguments, errors, and malformed input."""
import json
import socket
import threading

from framework import equal, fails, from_json, run, wait_until


def post(node, body, expected_status, **settings):
    """The parsed answer to a request, given as an object or as the exact text."""
    status, headers, data = node.rpc.http(body=body if isinstance(body, (str, bytes)) else json.dumps(body),
                                          **settings)
    equal(status, expected_status, f"status for {str(body)[:80]}")
    if data:
        equal(headers["Content-Type"], "application/json")
    return from_json(data) if data else None


def old_protocol(test, node):
    test.step("the old protocol")
    equal(post(node, {"id": "a", "method": "getblockcount"}, 200), {"result": 0, "error": None, "id": "a"})
    equal(post(node, {"method": "getblockcount"}, 200), {"result": 0, "error": None})
    equal(post(node, {"jsonrpc": "1.0", "id": None, "method": "getblockcount", "params": []}, 200),
          {"result": 0, "error": None, "id": None})
    answer = post(node, {"id": 7, "method": "nosuchmethod"}, 404)
    equal(answer, {"result": None, "error": {"code": -32601, "message": "Method not found"}, "id": 7})
    equal(post(node, {"id": 7, "method": 5}, 400)["error"], {"code": -32600, "message": "Method must be a string"})
    equal(post(node, {"id": 7}, 400)["error"], {"code": -32600, "message": "Missing method"})
    equal(post(node, {"id": 7, "method": "getblockcount", "params": 3}, 400)["error"]["code"], -32600)
    equal(post(node, {"id": 7, "method": "getblockhash", "params": [999]}, 500)["error"],
          {"code": -8, "message": "Block height out of range"})
    for text in ("", "{", "[1,", "nonsense", '{"id":1}}', "\x00\x01"):
        equal(post(node, text, 500)["error"], {"code": -32700, "message": "Parse error"})
    equal(post(node, '"text"', 500)["error"]["message"], "Top-level object parse error")


def version_2(test, node):
    test.step("version 2")
    two = {"jsonrpc": "2.0", "id": 1}
    equal(post(node, {**two, "method": "getblockcount"}, 200), {"jsonrpc": "2.0", "result": 0, "id": 1})
    equal(post(node, {**two, "method": "nosuchmethod"}, 200),
          {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": 1})
    equal(list(post(node, {**two, "method": "getblockhash", "params": [999]}, 200)), ["jsonrpc", "error", "id"])
    equal(post(node, {"jsonrpc": "2.0", "method": "getblockcount"}, 204), None)
    equal(post(node, two, 400), {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Missing method"}, "id": 1})
    equal(post(node, {"jsonrpc": "2.0"}, 400),
          {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Missing method"}})
    if node.kind == "daler":  # as Bitcoin Core; Bitcoin Knots treats these as the old protocol
        equal(post(node, {"jsonrpc": "3.0", "id": 1, "method": "getblockcount"}, 400)["error"],
              {"code": -32600, "message": "JSON-RPC version not supported"})
        equal(post(node, {"jsonrpc": 2, "id": 1, "method": "getblockcount"}, 400)["error"],
              {"code": -32600, "message": "jsonrpc field must be a string"})


def batches(test, node, genesis):
    test.step("batches")
    answers = post(node, [5, {"id": 1, "method": "getblockcount"},
                          {"jsonrpc": "2.0", "id": 2, "method": "getblockhash", "params": [0]},
                          {"id": 3, "method": "nosuchmethod"}, {"jsonrpc": "2.0", "method": "uptime"}], 200)
    equal([a.get("id") for a in answers], [None, 1, 2, 3])
    equal(answers[2], {"jsonrpc": "2.0", "result": genesis, "id": 2})
    equal(answers[3]["error"]["code"], -32601)
    equal(answers[0]["error"], {"code": -32600, "message": "Invalid Request object"})
    equal(post(node, [{"jsonrpc": "2.0", "method": "uptime"}], 204), None)
    equal(post(node, [], 200), [])


def named_arguments(test, node, genesis):
    test.step("named arguments")
    equal(node.getblockhash(height=0), genesis)
    equal(node.getblock(blockhash=genesis, verbosity=0), node.getblock(genesis, 0))
    equal(node.getblock(blockhash=genesis, verbose=0), node.getblock(genesis, False))
    equal(node.rpc.call("getblock", genesis, verbosity=0), node.getblock(genesis, 0))
    equal(node.getblock(genesis, None), node.getblock(genesis))
    fails(-8, "Unknown named parameter nosuch", node.getblockhash, nosuch=0)
    fails(-8, "Parameter blockhash specified twice", node.rpc.call, "getblock", genesis, blockhash=genesis)
    fails(-8, "Unknown named parameter verbose", node.rpc.call, "getblock", blockhash=genesis,
          verbosity=0, verbose=0)
    equal(node.echo("a", None, 3), ["a", None, 3])
    equal(node.echo(arg1=5), [None, 5])


def declared_answers(test, node):
    test.step("the OpenRPC document has the declarations; nodes of tests compare answers with them")
    document = node.getopenrpcinfo()
    equal(document, node.rpc.call("rpc.discover"))
    methods = {method["name"]: method for method in document["methods"]}
    assert {"getblock", "generatetoaddress", "rpc.discover"} <= set(methods), methods.keys()
    equal([parameter["name"] for parameter in methods["getblock"]["params"]], ["blockhash", "verbosity"])
    header = methods["getblockheader"]["result"]["schema"]["anyOf"][0]
    answer = node.getblockheader(node.getblockhash(0))
    equal(list(answer), [name for name in header["properties"] if name in answer])
    assert set(header["required"]) <= set(answer), answer
    assert "-rpcdoccheck" in node.command(), node.command()


def argument_types(test, node):
    test.step("types and counts of arguments")
    error = fails(-3, "JSON value of type string is not of expected type number", node.getblockhash, "1")
    assert "Position 1 (height)" in error.message, error.message
    fails(-3, "JSON value of type number is not of expected type string", node.getblock, 5)
    error = fails(-1, "getblockhash height", node.getblockhash)
    equal(error.message, node.help("getblockhash"))
    fails(-1, "getblockcount", node.getblockcount, 1)
    fails(-8, "must be of length 64 (not 3, for 'abc')", node.getblock, "abc")
    fails(-8, "must be hexadecimal string (not '" + "z" * 64 + "')", node.getblock, "z" * 64)
    fails(-5, "Block not found", node.getblock, "0" * 64)
    for number in ("1.5", "1e3", "99999999999999999999", "-9223372036854775809"):
        answer = post(node, f'{{"id":1,"method":"getblockhash","params":[{number}]}}', 500)
        assert answer["error"]["code"] in (-1, -3, -8), answer
    fails(-8, "Block height out of range", node.getblockhash, -1)


def help_texts(test, node):
    test.step("help")
    everything = node.help()
    for section in ("== Blockchain ==", "== Control ==", "== Mining ==", "== Network ==", "== Rawtransactions ==",
                    "== Wallet =="):
        assert section in everything, section
    assert "\ngetblock \"blockhash\" ( verbosity )\n" in everything, everything
    assert node.help("getblock").startswith('getblock "blockhash" ( verbosity )\n')
    assert "nosuchmethod" in node.help("nosuchmethod")


def http_requests(test, node):
    test.step("HTTP: credentials, methods, paths")
    for secret in ("", "__cookie__:wrong", "wrong", node.cookie() + "x", "a:" + "b" * 5000):
        status, headers, data = node.rpc.http(body='{"method":"uptime"}', credentials=secret)
        equal((status, data), (401, b""), f"credentials {secret[:20]!r}")
        assert "WWW-Authenticate" in headers
    status, _, data = node.rpc.http("GET", body="")
    equal(status, 405)
    equal(node.rpc.http("PUT", body="")[0], 405)
    for path in ("/nosuchpath", "/wallet", "/?a=b"):
        equal(node.rpc.http(path=path, body='{"method":"uptime"}')[0], 404)
        equal(node.rpc.http(path=path, body='{"method":"uptime"}', credentials="a:b")[0], 404)
    fails(-18, "Requested wallet does not exist or is not loaded", node.wallet("nosuchwallet").getbalance)
    equal(node.wallet("nosuchwallet").getblockcount(), 0)


def large_bodies(test, node):
    test.step("bodies that are too deep or too large")
    deep = post(node, '{"id":1,"method":"echo","params":' + "[" * 400 + "]" * 400 + "}", 200)
    assert deep["error"] is None
    for depth in (600, 100_000):
        equal(post(node, "[" * depth + "]" * depth, 500)["error"]["code"], -32700)
        equal(post(node, '{"a":' * depth + "1" + "}" * depth, 500)["error"]["code"], -32700)
    text = "x" * 3_000_000
    equal(node.echo(text), [text])
    with socket.create_connection(("127.0.0.1", node.rpcport), timeout=10) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        assert raw.recv(100).split(b" ")[1:2] in ([b"413"], [b"400"], [b"401"], [])
    with socket.create_connection(("127.0.0.1", node.rpcport), timeout=10) as raw:
        try:
            raw.sendall(b"POST / HTTP/1.1\r\n" + b"A: " + b"b" * 100_000 + b"\r\n\r\n")
            assert raw.recv(100).split(b" ")[1:2] in ([b"400"], [b"431"], [b"413"], [])
        except ConnectionError:
            pass  # the node may close the connection before it has read the whole body
    for garbage in (b"\x16\x03\x01\x02\x00" * 50, b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b"\r\n" * 100,
                    b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", node.rpcport), timeout=10) as raw:
            raw.sendall(garbage)
            raw.shutdown(socket.SHUT_WR)
            try:
                while raw.recv(4096):
                    pass
            except ConnectionError:
                pass
    equal(node.getblockcount(), 0)


def many_clients(test, node, genesis):
    test.step("many clients at once, one of them slow")
    slow = socket.create_connection(("127.0.0.1", node.rpcport), timeout=10)
    slow.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n")
    errors = []

    def ask():
        try:
            for _ in range(50):
                equal(node.getblockhash(0), genesis)
        except BaseException as error:  # reported by the main thread
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slow.close()
    assert not errors, errors[0]


def stop_while_waiting(test, node):
    test.step("stop interrupts a call that waits")
    waiting = []

    def wait_for_block():
        try:
            waiting.append(node.rpc.call("waitfornewblock"))
        except Exception as error:  # the connection may be cut
            waiting.append(error)

    thread = threading.Thread(target=wait_for_block)
    thread.start()
    wait_until(lambda: node.getblockcount() == 0)
    node.stop(timeout=10)
    thread.join(10)
    assert waiting


def refused_blocks(test):
    test.step("generate answers an error if its block is rejected")
    node = test.node()
    now = node.getblockheader(node.tip())["time"] + 10_000_000
    address = node.decodescript("51")["segwit"]["address"]
    node.setmocktime(now + 100_000)
    equal(len(node.generatetoaddress(20, address)), 20)
    node.setmocktime(now)
    for method, target in (("generatetoaddress", address), ("generatetodescriptor", "raw(51)")):
        fails(-1, "CreateNewBlock: TestBlockValidity failed: time-too-new", node.rpc.call, method, 1, target)
    equal(node.getblockcount(), 20)
    if node.kind == "daler":  # bitcoind knows the block interval of the public signet only
        own = test.node("-signetchallenge=51", chain="signet")
        equal(own.getblockchaininfo()["verificationprogress"], 1)


def stop_ends_long_work(test):
    test.step("stop ends calls that derive a million scripts")
    node = test.node()
    key = "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPStJRJCTKvosUCJZL5B"
    ranged = node.getdescriptorinfo(f"wpkh({key}/0/*)")["descriptor"]
    calls = {"deriveaddresses": (ranged, [0, 999_999]),
             "scantxoutset": ("start", [{"desc": ranged, "range": [0, 999_999]}])}

    def call(method):
        try:
            node.rpc.call(method, *calls[method])
        except Exception:  # an error answer or a closed connection
            pass

    threads = [threading.Thread(target=call, args=(method,)) for method in calls]
    for thread in threads:
        thread.start()
    wait_until(lambda: set(calls) <= {entry["method"] for entry in node.getrpcinfo()["active_commands"]})
    node.stop(timeout=10)
    for thread in threads:
        thread.join(10)


def main(test):
    node = test.node()
    genesis = node.getblockhash(0)
    old_protocol(test, node)
    version_2(test, node)
    batches(test, node, genesis)
    named_arguments(test, node, genesis)
    if node.kind == "daler":
        declared_answers(test, node)
    argument_types(test, node)
    help_texts(test, node)
    http_requests(test, node)
    large_bodies(test, node)
    many_clients(test, node, genesis)
    stop_while_waiting(test, node)
    refused_blocks(test)
    if node.kind == "daler":  # bitcoind continues for minutes
        stop_ends_long_work(test)


run(main)
