#!/usr/bin/python3
"""Finds incomplete changes that the compiler does not find, such as an option that no code reads, a reject reason without
a test, or a source file that is not built. doc/extending.md says which places belong together.

contrib/check_places.py [ROOT]
"""
import re
import sys
from pathlib import Path

# The tables of options in src/config/node_options.cpp and client_options.cpp are the only ones.
OPTION_TABLES = ("node_options.cpp", "client_options.cpp")
# Options that are known and ignored, and why.
OPTIONS_IGNORED = {"color": "the output of daler-cli has no colours"}
# Options that no test gives. This list must not grow: a new option needs a test.
OPTIONS_WITHOUT_TEST = {
    "?", "addrinfo", "bytespersigop", "changetype", "checkblocks", "consolidatefeerate", "daemonwait", "datacarrier",
    "datacarriersize", "discardfee", "limitdescendantcount", "logtimestamps", "maxconnections", "maxsigcachesize",
    "mempoolexpiry", "mempoolfullrbf", "networkactive", "peertimeout", "printtoconsole", "rpcclienttimeout",
    "rpcservertimeout", "rpcwhitelist", "rpcwhitelistdefault", "spendzeroconfchange", "stdinrpcpass",
    "stdinwalletpassphrase", "stopafterblockimport", "txconfirmtarget", "walletbroadcast", "walletrbf",
    "walletrejectlongchains",
}
# Methods with arguments that test/interop/rpc_types.py does not try, and why.
NOT_TRIED = {"stop": "the node would end"}
# Members of ChainParams and its parts that are not rules, or that tests use through another name, and why.
PARAMS_EXEMPT = {
    "is_strict": "tests give -strictregtest",
    "name": "what the user sees", "folder": "what the user sees", "rpc_port": "tests choose theirs",
    "taproot": "for display only",
    "from_first_block": "tests take it from testnet4_params()",
    "version_bits_threshold": "the tests of version bits count to that of regtest_params()",
}


class Check:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.code = {path: without_comments(path.read_text()) for base in ("src", "include")
                     for path in sorted((root / base).rglob("*")) if path.suffix in (".h", ".cpp")}
        self.tests = {path: path.read_text() for path in sorted((root / "test").rglob("*"))
                      if path.suffix in (".h", ".cpp", ".py") and path.name != "extending.py"}  # it quotes an example

    def report(self, path, text):
        self.problems.append(f"{path}: {text}")

    def text(self, path):
        return (self.root / path).read_text()

    def joined(self, texts, *, without=()):
        """The joined texts of the files whose paths contain none of `without`."""
        return "\n".join(text for path, text in texts.items()
                         if not any(part in path.as_posix() for part in without))

    def sources(self):
        """The source files of src, test/unit and test/fuzz are in a CMakeLists.txt."""
        folders = [(path, "*.cpp") for path in (self.root / "src").iterdir() if path.is_dir()]
        folders += [(path, "*_test.cpp") for path in (self.root / "test" / "unit").iterdir() if path.is_dir()]
        for folder, pattern in folders:
            build_file = folder / "CMakeLists.txt"
            listed = build_file.read_text() if build_file.is_file() else ""
            for path in sorted(folder.rglob(pattern)):
                name = path.relative_to(folder).as_posix()
                if not re.search(rf"(?<![\w/]){re.escape(name)}(?!\w)", listed):
                    self.report(path.relative_to(self.root), f"is not in {build_file.relative_to(self.root)}")
        listed = self.text("test/fuzz/CMakeLists.txt")
        for path in sorted((self.root / "test" / "fuzz").glob("fuzz_*.cpp")):
            if f"daler_fuzz({path.stem.removeprefix('fuzz_')} " not in listed:
                self.report(path.relative_to(self.root), "is not in test/fuzz/CMakeLists.txt")

    def options(self):
        """Some code reads each option, and a test gives it; contrib/write_docs lists those for the main chain only."""
        tables, elsewhere = {}, self.joined(self.code, without=OPTION_TABLES)
        for table in OPTION_TABLES:
            for name in re.findall(r'Option\{"([^"]+)"', self.text(f"src/config/{table}")):
                tables[name] = table
        read = set(re.findall(r'"([^"\n]+)"', elsewhere)) | set(OPTIONS_IGNORED)
        for name in sorted(set(tables) - read):
            self.report(f"src/config/{tables[name]}", f"no code reads the option -{name}")
        tests, ignored = self.joined(self.tests), self.text("src/node/option_checks.cpp")
        for name in sorted(set(tables) - OPTIONS_WITHOUT_TEST - set(OPTIONS_IGNORED)):
            if f'"{name}"' not in ignored and not re.search(rf"\b{name}\b", tests):
                self.report(f"src/config/{tables[name]}", f"no test gives the option -{name}")
        rows = self.text("src/config/node_options.cpp").split('Option{"')[1:]
        main_only = {row.split('"')[0] for row in rows if re.search(r'",\s*true\b', row)}
        sentence = re.search(r"Outside a section, (.*?) hold for the main chain only", self.text("contrib/write_docs"),
                             re.S)[1]
        for name in sorted(main_only ^ set(re.findall(r"`(\w+)`", sentence))):
            self.report("contrib/write_docs", f"the list of options for the main chain only is wrong about -{name}")

    def reasons(self):
        """Some rule gives each reject reason, and some test names it."""
        header = self.text("include/daler/consensus/rejection.h")
        body = re.search(r"enum class Reason[^{]*\{(.*?)\};", header, re.S)[1]
        table = self.text("src/consensus/rejection.cpp")
        code = self.joined(self.code, without=("consensus/rejection.cpp",))
        tests = self.joined(self.tests, without=("consensus/rejection_test.cpp",))
        for name in re.findall(r"^\s*(\w+),", body, re.M):
            if name == "count":
                continue
            word = re.search(rf"\{{Reason::{name}, \"([^\"]+)\"", table)
            if not re.search(rf"Reason::{name}\b", code):
                self.report("include/daler/consensus/rejection.h", f"no rule gives Reason::{name}")
            if not re.search(rf"Reason::{name}\b", tests) and not (word and f"{word[1]}" in tests):
                self.report("include/daler/consensus/rejection.h", f"no test expects Reason::{name}")

    def chain_params(self):
        """Some code uses each parameter of a chain, and some test names it."""
        header = without_comments(self.text("include/daler/primitives/chain_params.h"))
        code = self.joined(self.code, without=("/primitives/", "/config/"))
        tests = self.joined(self.tests, without=("unit/config/", "unit/primitives/"))
        for struct in ("RetargetRule", "ActivationHeights", "ChainParams"):
            body = re.search(rf"struct {struct} \{{(.*?)\n\}};", header, re.S)[1]
            for name in re.findall(r"^    [\w:<>, ]+? (\w+)\s*(?:=[^;]*|\{[^;]*)?;", body, re.M):
                if name in PARAMS_EXEMPT:
                    continue
                for where, texts in (("code uses", code), ("test names", tests)):
                    if not re.search(rf"\b{name}\b", texts):
                        self.report("include/daler/primitives/chain_params.h", f"no {where} {struct}::{name}")

    def methods(self):
        """Each declared RPC method has a row in the table of its category, and tests call it."""
        tests, types = self.joined(self.tests), self.text("test/interop/rpc_types.py")
        for header in sorted((self.root / "src" / "rpc").glob("*/methods.h")):
            table = "\n".join(self.text(path) for path in sorted(header.parent.glob("*methods.cpp")))
            for name in re.findall(r"Json (\w+)\(Call& call\);", self.code[header]):
                if not re.search(rf"\b{name}(\}},|,\s*\")", table):
                    self.report(header.relative_to(self.root), f"{name} has no row in methods.cpp")
        for path in sorted((self.root / "src" / "rpc").rglob("*.cpp")):
            text = self.code[path]
            row = r'\{"\w+",\s*"([a-z]+)",\s*"(?:[^"]|"\s*")*",\s*(\{\}|\{)'
            for name, arguments in re.findall(row, text):
                if not re.search(rf"\b{name}\b", tests):
                    self.report(path.relative_to(self.root), f"no test calls the method {name}")
                if arguments != "{}" and f'"{name}"' not in types and name not in NOT_TRIED:
                    self.report(path.relative_to(self.root), f"test/interop/rpc_types.py has no call of {name}")

    def indexes(self):
        """doc/formats.md describes the folder of each index."""
        formats = self.text("doc/formats.md")
        for path, text in self.code.items():
            for folder in re.findall(r'open_database\(options, "[^"]+", "([^"]+)"\)', text):
                if folder not in formats:
                    self.report(path.relative_to(self.root), f"doc/formats.md does not describe indexes/{folder}")

    def messages(self):
        """A test sends each P2P message to a node, and the fuzz target has a payload of each that has contents."""
        header, seeds = self.text("include/daler/wire/messages.h"), self.text("test/fuzz/seeds.py")
        commands = dict(re.findall(r'struct (\w+) \{[^{}]*?command = "(\w+)"', header))
        signals = set(re.findall(r"using (\w+) = Signal<", header))
        tests = self.joined({path: text for path, text in self.tests.items()
                             if re.search(r"test/(unit/sync|functional|interop)/", path.as_posix())})
        names = re.findall(r"\w+", re.search(r"using Message =\s*std::variant<([^>]*)>", header)[1])
        payloads = set(re.findall(r"(\d+): ", seeds[seeds.index("payloads = "):seeds.index("for command, payload")]))
        for number, name in enumerate(names):
            command = commands.get(name, name.lower())
            if name != "Unknown" and not re.search(rf'"{command}"|\b{name}\b', tests):
                self.report("include/daler/wire/messages.h", f"no test sends {name} to a node")
            if name not in signals and name != "Unknown" and str(number) not in payloads:
                self.report("test/fuzz/seeds.py", f"has no payload for {name}, number {number}")

    def output_types(self):
        """A test recognises each type of output scripts."""
        test = self.text("test/unit/script/standard_test.cpp")
        for name in re.findall(r'case OutputType::\w+:\s*return "(\w+)"', self.text("src/script/standard.cpp")):
            if f'"{name}"' not in test:
                self.report("test/unit/script/standard_test.cpp", f"has no script of the type {name}")


def without_comments(text):
    return re.sub(r"//.*", "", text)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent).resolve()
    check = Check(root)
    for step in (check.sources, check.options, check.reasons, check.chain_params, check.methods, check.indexes,
                 check.messages, check.output_types):
        step()
    for problem in check.problems:
        print(problem)
    print(f"{len(check.problems)} problems")
    sys.exit(1 if check.problems else 0)


if __name__ == "__main__":
    main()
