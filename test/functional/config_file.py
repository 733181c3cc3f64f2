#!/usr/bin/python3
"""The config file: sections, precedence, includes and errors."""
from framework import equal, run


def conf_name(kind):
    return "daler.conf" if kind == "daler" else "bitcoin.conf"


def main(test):
    node = test.node(start=False)
    conf = node.datadir / conf_name(node.kind)

    def comments(text, *options):
        """The comments in the user agent after a start with this file. They show which -uacomment lines are used."""
        conf.write_text(text)
        node.start(*options)
        agent = node.getnetworkinfo()["subversion"]
        node.stop()
        return agent.partition("(")[2].partition(")")[0]

    test.step("a section applies to its chain only, and has precedence over the top level")
    equal(comments("# a comment\nuacomment=top\n\n[test]\nuacomment=test\n[regtest]\nuacomment=here\n"), "here; top")

    test.step("precedence of single values: the command line, then the section, then the top level; the first in a file")

    def mempool_limit(text, *options):
        conf.write_text(text)
        node.start(*options)
        limit = node.getmempoolinfo()["maxmempool"]
        node.stop()
        return limit

    first_wins = "maxmempool=30\nmaxmempool=40\n"
    equal(mempool_limit(first_wins), 30_000_000)
    section_wins = first_wins + "[regtest]\nmaxmempool=50\nmaxmempool=60\n"
    equal(mempool_limit(section_wins), 50_000_000)
    equal(mempool_limit(section_wins, "-maxmempool=70", "-maxmempool=80"), 80_000_000)

    test.step("includeconf and dotted section names")
    (node.datadir / "more.conf").write_text("regtest.uacomment=included\nuacomment=more\n")
    equal(comments("includeconf=more.conf\n"), "included; more")

    test.step("-no clears the earlier values of a list")
    equal(comments("", "-uacomment=a", "-nouacomment", "-uacomment=b"), "b")

    test.step("the chain can be chosen in the file")
    conf.write_text(f"regtest=1\n[regtest]\nrpcport={node.rpcport}\n")
    full = node.command
    node.command = lambda *extra: [option for option in full(*extra) if not option.startswith(("-chain", "-rpcport"))]
    node.start()
    equal(node.getblockchaininfo()["chain"], "regtest")
    node.stop()
    node.command = full

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
    conf.write_text("rpcuser=bob\n[nosuchsection]\nserver=1\n")
    node.start("-rpcuser=", "-norpcuser")
    node.expect_log("nosuchsection")
    node.stop()
    conf.unlink()
    text = node.fails_to_start("-conf=absent.conf")
    assert "absent.conf" in text, text

    test.step("-conf names another file")
    (node.datadir / "other.conf").write_text("uacomment=other\n")
    node.start("-conf=other.conf")
    assert "(other)" in node.getnetworkinfo()["subversion"]
    node.stop()

    if node.kind == "daler":
        test.step("bitcoin.conf is read if there is no daler.conf")
        (node.datadir / "bitcoin.conf").write_text("uacomment=borrowed\n")
        node.start()
        assert "(borrowed)" in node.getnetworkinfo()["subversion"]
        node.stop()


run(main)
