#include <test.h>

#include "fake_files.h"

#include <daler/policy/block_limits.h>

using namespace daler;
using namespace daler::config;
using namespace daler::config::test;
using Texts = std::vector<std::string>;

TEST_CASE("a flag may be written in five ways, with one dash or two", "[config]") {
    const auto [argument, expected] = GENERATE(table<std::string, bool>({
        {"-listen", true},
        {"--listen", true},
        {"-listen=1", true},
        {"-listen=0", false},
        {"-nolisten", false},
        {"--nolisten=1", false},
        {"-nolisten=0", true},
        {"-listen=5", true},
    }));
    CAPTURE(argument);
    CHECK(loaded({argument}).flag("listen") == expected);
    CHECK(loaded({argument}).flag_if_set("listen") == expected);
}

TEST_CASE("an option that is not set has the default of its table", "[config]") {
    const auto settings = loaded({});
    CHECK(settings.flag("listen"));
    CHECK_FALSE(settings.flag_if_set("listen"));
    CHECK_FALSE(settings.flag("reindex"));
    CHECK(settings.integer("dbcache") == 450);
    CHECK_FALSE(settings.integer_if_set("port"));
    CHECK(settings.amount("minrelaytxfee") == Amount{1000});
    CHECK(settings.text("addresstype") == "bech32");
    CHECK(settings.integer("blockmaxweight") == policy::BlockLimits{}.max_weight);
    CHECK(settings.amount("blockmintxfee") == policy::BlockLimits{}.min_fee_rate.per_kvb);
    CHECK(settings.list("connect").empty());
    CHECK_FALSE(settings.has("listen"));
}

TEST_CASE("the last value on the command line counts", "[config]") {
    CHECK(loaded({"-dbcache=1", "-dbcache=2"}).integer("dbcache") == 2);
    CHECK_FALSE(loaded({"-listen", "-nolisten"}).flag("listen"));
    CHECK(loaded({"-nolisten", "-listen"}).flag("listen"));
}

TEST_CASE("the first value in a file counts", "[config]") {
    CHECK(loaded({}, "dbcache=1\ndbcache=2\n").integer("dbcache") == 1);
    CHECK_FALSE(loaded({}, "nolisten=1\nlisten=1\n").flag("listen"));
}

TEST_CASE("command line, settings.json, section and top level win in this order", "[config]") {
    const std::string conf = "regtest=1\ndbcache=1\n[regtest]\ndbcache=2\n";
    const std::map<std::string, std::string> saved{
        {"/data/regtest/settings.json", R"({"dbcache": 3})"}};
    CHECK(loaded({}, "regtest=1\ndbcache=1\n").integer("dbcache") == 1);
    CHECK(loaded({}, conf).integer("dbcache") == 2);
    CHECK(loaded({}, conf, saved).integer("dbcache") == 3);
    CHECK(loaded({"-dbcache=4"}, conf, saved).integer("dbcache") == 4);
    CHECK(loaded({"-nosettings"}, conf, saved).integer("dbcache") == 2);
}

TEST_CASE("a section holds for its chain only", "[config]") {
    const std::string conf = "[test]\ndbcache=7\n[regtest]\ndbcache=8\nsignet.dbcache=1\n";
    CHECK(loaded({"-regtest"}, conf).integer("dbcache") == 8);
    CHECK(loaded({"-testnet"}, conf).integer("dbcache") == 7);
    CHECK(loaded({}, conf).integer("dbcache") == 450);
    CHECK(loaded({"-regtest"}, "regtest.dbcache=9\n").integer("dbcache") == 9);
}

TEST_CASE("lists add up over all sources, and a negation clears the values before it", "[config]") {
    const std::string conf = "addnode=d\n[main]\naddnode=c\n";
    CHECK(loaded({"-addnode=a", "-addnode=b"}, conf).list("addnode") == Texts{"a", "b", "c", "d"});
    CHECK(loaded({"-addnode=a", "-noaddnode", "-addnode=b"}, conf).list("addnode") == Texts{"b"});
    CHECK(loaded({"-addnode=a", "-noaddnode"}, conf).list("addnode").empty());
    CHECK(loaded({"-noaddnode"}).negated("addnode"));
    CHECK_FALSE(loaded({"-noaddnode", "-addnode=a"}).negated("addnode"));
    CHECK(loaded({}, "addnode=a\nnoaddnode=1\naddnode=b\n").list("addnode") == Texts{"b"});
    CHECK(loaded({"-connect=0"}).list("connect") == Texts{"0"});
}

TEST_CASE("an unknown option on the command line is an error that names it", "[config]") {
    CHECK(refusal({"-foo"}) == "Error parsing command line arguments: Invalid parameter -foo");
    CHECK(refusal({"--foo=1"}) ==
          "Error parsing command line arguments: Invalid parameter --foo=1");
    CHECK(refusal({"-regtest.port=1"}) ==
          "Error parsing command line arguments: Invalid parameter -regtest.port=1");
    CHECK(refusal({"-includeconf=x"}) ==
          "Error parsing command line arguments: -includeconf cannot be used from commandline; "
          "-includeconf=\"x\"");
}

TEST_CASE("a malformed value is an error that names the option", "[config]") {
    const auto [argument, reason] = GENERATE(table<std::string, std::string>({
        {"-port=abc", "Invalid value 'abc' for -port: a whole number from 0 to 65535 is expected"},
        {"-port=65536",
         "Invalid value '65536' for -port: a whole number from 0 to 65535 is expected"},
        {"-peertimeout=0", "Invalid value '0' for -peertimeout: a whole number from 1 is expected"},
        {"-port", "Can not set -port with no value. Please specify value with -port=value."},
        {"-nopeertimeout", "Negating of -peertimeout is meaningless and therefore forbidden"},
        {"-dbcache=1.5", "Invalid value '1.5' for -dbcache: a whole number is expected"},
        {"-dbcache=99999999999999999999",
         "Invalid value '99999999999999999999' for -dbcache: a whole number is expected"},
        {"-listen=maybe", "Invalid value 'maybe' for -listen: 0 or 1 is expected"},
        {"-paytxfee=0.123456789",
         "Invalid value '0.123456789' for -paytxfee: an amount with at most eight decimals is "
         "expected"},
        {"-paytxfee=-1",
         "Invalid value '-1' for -paytxfee: an amount with at most eight decimals is expected"},
        {"-assumevalid=xyz",
         "Invalid value 'xyz' for -assumevalid: up to 64 hex digits is expected"},
        {"-mocktime=-1",
         "Invalid value '-1' for -mocktime: a whole number from 0 to 4294967295 is expected"},
    }));
    CHECK(refusal({argument}) == "Error parsing command line arguments: " + reason);
}

TEST_CASE("values at their limits are accepted", "[config]") {
    CHECK(loaded({"-port=0"}).integer("port") == 0);
    CHECK(loaded({"-port=65535"}).integer("port") == 65535);
    CHECK(loaded({"-mocktime=4294967295"}).integer("mocktime") == 4294967295);
    CHECK(loaded({"-paytxfee=0.00000001"}).amount("paytxfee") == Amount{1});
    CHECK(loaded({"-par=-2"}).integer("par") == -2);
    CHECK(loaded({"-assumevalid=0"}).hash("assumevalid") == U256{});
    CHECK(loaded({"-minimumchainwork=0x10"}).hash("minimumchainwork") == U256{16});
    CHECK_FALSE(loaded({}).hash("minimumchainwork"));
}

TEST_CASE("the error for a mistake in a file names the file and the line", "[config]") {
    CHECK(refusal({}, "\n# hello\nport=abc\n") ==
          "Error reading configuration file: daler.conf line 3: Invalid value 'abc' for -port: a "
          "whole number from 0 to 65535 is expected");
    CHECK(refusal({}, "conf=x\n") ==
          "Error reading configuration file: daler.conf line 1: conf cannot be set in the "
          "configuration file; use includeconf= if you want to include additional config files");
}

TEST_CASE("an unknown key or section in a file is a warning", "[config]") {
    const auto settings = loaded({}, "foo=1\n[nowhere]\nbar=2\n");
    CHECK(settings.warnings() ==
          Texts{"Ignoring unknown configuration value foo (daler.conf line 1)",
                "Ignoring unknown configuration value nowhere.bar (daler.conf line 3)",
                "/data/daler.conf:2 Section [nowhere] is not recognized."});
    CHECK(settings.notices() ==
          Texts{"Warning: /data/daler.conf:2 Section [nowhere] is not recognized."});
}

TEST_CASE("network-bound keys outside their section count on main only", "[config]") {
    const std::string conf = "port=1234\nwallet=w\n";
    CHECK(loaded({}, conf).integer_if_set("port") == 1234);
    CHECK(loaded({}, conf).misplaced().empty());

    const auto regtest = loaded({"-regtest"}, conf);
    CHECK_FALSE(regtest.integer_if_set("port"));
    CHECK(regtest.list("wallet").empty());
    CHECK(regtest.misplaced() ==
          Texts{"Config setting for -port only applied on regtest network when in [regtest] "
                "section.",
                "Config setting for -wallet only applied on regtest network when in [regtest] "
                "section."});

    const auto overridden = loaded({"-regtest", "-port=5", "-wallet=x"}, conf);
    CHECK(overridden.integer("port") == 5);
    CHECK(overridden.misplaced().empty());
    CHECK(loaded({"-regtest"}, "[regtest]\n" + conf).misplaced().empty());
}

TEST_CASE("daler.conf is read, or bitcoin.conf where there is none", "[config]") {
    CHECK(loaded({}, {}, {{"/data/bitcoin.conf", "dbcache=5"}}).integer("dbcache") == 5);
    CHECK(loaded({}, "dbcache=6", {{"/data/bitcoin.conf", "dbcache=5"}}).integer("dbcache") == 6);
    CHECK(loaded({}, "dbcache=6").config_file() == "/data/daler.conf");
    CHECK(loaded({}).config_file().empty());
    CHECK(loaded({"-conf=my.conf"}, {}, {{"/data/my.conf", "dbcache=7"}}).integer("dbcache") == 7);
    CHECK(loaded({"-noconf"}, "dbcache=6").integer("dbcache") == 450);
    CHECK(refusal({"-conf=none.conf"}) ==
          "Error reading configuration file: specified config file \"/data/none.conf\" could not "
          "be opened.");
}

TEST_CASE("a config file in the data folder that is not read is an error", "[config]") {
    const std::map<std::string, std::string> other{{"/data/my.conf", "dbcache=7"}};
    const std::string what =
        "/data/daler.conf is not read, because /data/my.conf is used instead. Remove one of the "
        "two, or include it with includeconf= and set -allowignoredconf.";
    CHECK(refusal({"-conf=my.conf"}, "dbcache=6", other) == what);
    const auto allowed = loaded({"-conf=my.conf", "-allowignoredconf"}, "dbcache=6", other);
    CHECK(allowed.integer("dbcache") == 7);
    CHECK(allowed.warnings() == Texts{what});
    CHECK(loaded({"-noconf"}, "dbcache=6").warnings().empty());
}

TEST_CASE("includeconf reads further files, but not from included ones", "[config]") {
    const auto settings = loaded({"-regtest"}, "dbcache=1\nincludeconf=more.conf\n",
                                 {{"/data/more.conf", "dbcache=2\npar=3\nincludeconf=x.conf\n"}});
    CHECK(settings.integer("dbcache") == 1);
    CHECK(settings.integer("par") == 3);
    CHECK(settings.notices() == Texts{"warning: -includeconf cannot be used from included files; "
                                      "ignoring -includeconf=x.conf"});
    CHECK(loaded({}, "[regtest]\nincludeconf=missing.conf\n").integer("par") == 0);
    CHECK(refusal({"-regtest"}, "[regtest]\nincludeconf=missing.conf\n") ==
          "Error reading configuration file: Failed to include configuration file missing.conf");
}

TEST_CASE("the default data folder is in the user's home folder", "[config]") {
    const FakeFiles none;
    const auto at_home =
        Settings::load(node_options(), Texts{"-regtest"}, none.files(), "/home/me");
    REQUIRE(at_home);
    CHECK(at_home->data_folder() == "/home/me/.daler");
    CHECK(at_home->chain_folder() == "/home/me/.daler/regtest");
    CHECK(loaded({}).chain_folder() == "/data/");
    CHECK(loaded({}, "datadir=/other\n").data_folder() == "/data");
}

TEST_CASE("the data folder may be missing, the folder above it may not", "[config]") {
    const auto path = GENERATE(as<std::string>(), "/data/new", "/data/new/", "/data//./new");
    CHECK(loaded({"-datadir=" + path}).data_folder() == "/data/new");
    CHECK(refusal({"-datadir=/data/new/folder"}) ==
          "Specified data directory \"/data/new/folder\" does not exist, nor does \"/data/new\". "
          "Only the last folder of -datadir is created.");
}

TEST_CASE("files lie in the chain's folder unless their path is absolute", "[config]") {
    CHECK(loaded({"-regtest"}).path("rpccookiefile") == "/data/regtest/.cookie");
    CHECK(loaded({"-regtest", "-rpccookiefile=/tmp/c"}).path("rpccookiefile") == "/tmp/c");
    CHECK(loaded({"-nodebuglogfile"}).path("debuglogfile").empty());
}

TEST_CASE("asking for help reads no files", "[config]") {
    const auto argument = GENERATE("-?", "-h", "-help", "--help", "-version", "-help-debug");
    const FakeFiles none;
    CHECK(Settings::load(node_options(), Texts{argument, "-datadir=/nowhere"}, none.files(), ""));
}

TEST_CASE("options end at the first argument that is not one", "[config]") {
    CHECK(loaded({"-listen", "getblock", "-verbose"}).rest() == Texts{"getblock", "-verbose"});
    CHECK(loaded({"-listen"}).rest().empty());
}

TEST_CASE("the client ignores the node's keys in the shared file", "[config]") {
    FakeFiles fake{{{"/data/daler.conf", "rpcuser=me\nbar=1\nlisten=1\nfoo=2\n"}}};
    const auto settings = Settings::load(client_options(), Texts{"-datadir=/data", "getinfo"},
                                         fake.files(), "", node_options());
    REQUIRE(settings);
    CHECK(settings->text("rpcuser") == "me");
    CHECK(settings->warnings().size() == 2);
}

TEST_CASE("a node in memory reads no files but that of -conf, and needs no data folder",
          "[config]") {
    const std::map<std::string, std::string> files{
        {"/data/regtest/settings.json", R"({"wallet":["saved"]})"}, {"/other/a.conf", "par=3"}};
    const auto settings = loaded({"-inmemory", "-regtest"}, "par=2", files);
    CHECK(settings.integer("par") == 0);
    CHECK(settings.list("wallet").empty());
    CHECK(loaded({"-inmemory", "-conf=/other/a.conf"}, "par=2", files).integer("par") == 3);
    CHECK(loaded({"-inmemory", "-datadir=/a/b/c"}).data_folder() == "/a/b/c");
    CHECK(loaded({"-noinmemory", "-regtest"}, "par=2", files).integer("par") == 2);
}
