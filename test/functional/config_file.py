#!/usr/bin/python3
"""The config file: sections, precedence, includes and errors."""
from framework import equal, run


def conf_name(kind):
    return "daler.conf" if kind == "daler" else "bitcoin.conf"


def comments(node, conf, text, *options):
    """The comments in the user agent after a start with this file. They show which -uacomment lines are used."""
    conf.write_text(text)
    node.start(*options)
    agent = node.getnetworkinfo()["subversion"]
    node.stop()
    return agent.partition("(")[2].partition(")")[0]


def mempool_limit(node, conf, text, *options):
    conf.write_text(text)
    node.start(*options)
    limit = node.getmempoolinfo()["maxmempool"]
    node.stop()
    return limit


def sections(test, node, conf):
    test.step("a section applies to its chain only, and has precedence over the top level")
    equal(comments(node, conf, "# a comment\nuacomment=top\n\n[test]\nuacomment=test\n[regtest]\nuacomment=here\n"),
          "here; top")


def precedence(test, node, conf):
    test.step("precedence of single values: the command line, then the section, then the top level; the first in a file")
    first_wins = "maxmempool=30\nmaxmempool=40\n"
    equal(mempool_limit(node, conf, first_wins), 30_000_000)
    section_wins = first_wins + "[regtest]\nmaxmempool=50\nmaxmempool=60\n"
    equal(mempool_limit(node, conf, section_wins), 50_000_000)
    equal(mempool_limit(node, conf, section_wins, "-maxmempool=70", "-maxmempool=80"), 80_000_000)


def included_file(test, node, conf):
    test.step("includeconf and dotted section names")
    (node.datadir / "more.conf").write_text("regtest.uacomment=included\nuacomment=more\n")
    equal(comments(node, conf, "includeconf=more.conf\n"), "included; more")


def cleared_list(test, node, conf):
    test.step("-no clears the earlier values of a list")
    equal(comments(node, conf, "", "-uacomment=a", "-nouacomment", "-uacomment=b"), "b")


def chain_in_file(test, node, conf):
    test.step("the chain can be chosen in the file")
    conf.write_text(f"regtest=1\n[regtest]\nrpcport={node.rpcport}\n")
    full = node.command
    node.command = lambda *extra: [option for option in full(*extra) if not option.startswith(("-chain", "-rpcport"))]
    node.start()
    equal(node.getblockchaininfo()["chain"], "regtest")
    node.stop()
    node.command = full


def mistakes(test, node, conf):
    test.step("mistakes")
    conf.write_text("nosuchkey=1\n")
    node.start()
    node.expect_log("nosuchkey")
    node.stop()
    conf.write_text("this is no setting\n")
    text = node.fails_to_start()
    assert "line 1" in text, text
    conf.write_text("-server=1\n")
    node.fails_to_start()
    conf.write_text("includeconf=inner.conf\nrpcuser=bob\n[nosuchsection]\nserver=1\n")
    (node.datadir / "inner.conf").write_text("includeconf=deeper.conf\n")
    node.start("-rpcuser=", "-norpcuser")
    notices = node.stderr()
    equal(notices.split("\n"),
          ["warning: -includeconf cannot be used from included files; ignoring -includeconf=deeper.conf",
           f"Warning: {conf}:3 Section [nosuchsection] is not recognized.", "", *[""] * (node.kind == "bitcoind")])
    node.stop(says=notices)
    conf.unlink()
    text = node.fails_to_start("-conf=absent.conf")
    assert "absent.conf" in text, text


def named_file(test, node):
    test.step("-conf names another file")
    (node.datadir / "other.conf").write_text("uacomment=other\n")
    node.start("-conf=other.conf")
    assert "(other)" in node.getnetworkinfo()["subversion"]
    node.stop()


def bitcoin_file(test, node):
    test.step("bitcoin.conf is read if there is no daler.conf")
    (node.datadir / "bitcoin.conf").write_text("uacomment=borrowed\n")
    node.start()
    assert "(borrowed)" in node.getnetworkinfo()["subversion"]
    node.stop()


def main(test):
    node = test.node(start=False)
    conf = node.datadir / conf_name(node.kind)
    sections(test, node, conf)
    precedence(test, node, conf)
    included_file(test, node, conf)
    cleared_list(test, node, conf)
    chain_in_file(test, node, conf)
    mistakes(test, node, conf)
    named_file(test, node)
    if node.kind == "daler":
        bitcoin_file(test, node)


run(main)
