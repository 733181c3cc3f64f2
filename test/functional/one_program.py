#!/usr/bin/python3
"""daler is one program: its name or its first word says whether it is a node or a client."""
import os
import subprocess

from framework import BUILD, equal, run

DALER = BUILD / "daler"


def answer(*words, program=DALER):
    """Exit code, standard output and standard error of `program WORDS...`."""
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


def commands(test):
    test.step("without words it lists what it can do; help, version and unknown words")
    code, text, errors = answer()
    equal((code, errors), (0, ""))
    for name in ("node", "cli", "help"):
        assert f" {name} " in text, text
    for words in (("help",), ("--help",), ("-h",)):
        equal(answer(*words), (0, text, ""))
    equal(answer("--version"), answer("version"))
    code, text, errors = answer("nosuchcommand")
    assert (code, text) == (1, "") and '"nosuchcommand"' in errors, (code, text, errors)


def names(test):
    test.step("dalerd and daler-cli are the same as daler node and daler cli")
    for link, word in (("dalerd", "node"), ("daler-cli", "cli")):
        assert os.readlink(BUILD / link) == "daler"
        for option in ("-help", "-version", "-nosuchoption"):
            equal(answer(option, program=BUILD / link), answer(word, option))
        equal(answer("-help", program=BUILD / link), answer("help", word))


def node_and_client(test):
    test.step("daler node runs a node, daler cli asks it, and the types of arguments are the methods' own")
    node = test.node()
    ask = ["cli", f"-datadir={node.datadir}", "-regtest", f"-rpcport={node.rpcport}"]
    equal(answer(*ask, "getblockhash", "0"), (0, node.getblockhash(0) + "\n", ""))
    equal(answer(*ask, "echo", "1"), (0, '[\n  "1"\n]\n', ""))
    equal(answer(*ask, "-named", "echojson", "arg0=[1]"), (0, "[\n  [\n    1\n  ]\n]\n", ""))
    node.stop()
    foreground = subprocess.Popen([DALER, "node", f"-datadir={node.datadir}", "-regtest", f"-rpcport={node.rpcport}",
                                   "-listen=0", "-printtoconsole=0"])
    equal(answer(*ask, "-rpcwait", "getblockcount"), (0, "0\n", ""))
    equal(answer(*ask, "stop")[0], 0)
    equal(foreground.wait(30), 0)


def main(test):
    commands(test)
    names(test)
    node_and_client(test)


run(main)
