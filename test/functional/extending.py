#!/usr/bin/python3
"""doc/extending.md keeps its promises: its two examples work, a check fails when one of their places is left out, and
where its tables say so, a file does not compile when a change is only begun.

A run leaves out a share of the places, which DALER_SEED decides, and begins one kind of change; with DALER_LONG=1 it
leaves out each place and begins each kind.
"""
import random
import re
import subprocess

from framework import LONG, ROOT, SEED, run
from overlay import COPY, Failed, Overlay

SHARE = 0.25
# What each example is seen with: programs, files that are only compiled, and the test files of a module.
RPC, FIELD = "Example: an RPC", "Example: a field of a chain file"
PROGRAMS = {RPC: ("daler",), FIELD: ("test_config", "test_consensus")}
COMPILED = {RPC: (), FIELD: ("src/mining/template.cpp",)}
TESTS = {"test_config": ("test/unit/config/chain_file_fields_test.cpp", "test/unit/config/chain_file_test.cpp"),
         "test_consensus": ("test/unit/consensus/header_rules_test.cpp",)}
ONLY_DECLARES = ("src/rpc/blockchain/methods.h",)
# A mistake that the second example warns of: what is written instead.
MISTAKE = ('fields_.integer("timewarp_grace", usual, 0, most)', 'integer("timewarp_grace", usual, 0, most)')

# The first place of each kind of change: (file, text, replaced by).
BEGUN = {
    "A reject reason": [("include/daler/consensus/rejection.h", "    count,", "    brand_new,\n    count,")],
    "A P2P message": [
        ("include/daler/wire/messages.h", "/// A message that we do not know; it is ignored.",
         'struct BrandNew {\n    static constexpr std::string_view command = "brandnew";\n};\n'),
        ("include/daler/wire/messages.h", "GetMempool, Unknown>;", "GetMempool, BrandNew, Unknown>;")],
    "A deployment": [
        ("include/daler/primitives/chain_params.h", "    Height taproot;", "    Height brand_new, taproot;"),
        ("include/daler/script/flags.h", "inline constexpr Flags mandatory_flags = ",
         "inline constexpr Flags brand_new{1u << 30};\ninline constexpr Flags mandatory_flags = brand_new | ")],
    "An index": [("include/daler/index/indexes.h", "    bool transactions;", "    bool brand_new, transactions;")],
    "A type of output scripts": [("include/daler/script/standard.h", "    pubkey,\n", "    pubkey, brand_new,\n")],
}


# What contrib/check_places.py finds when a change is begun: the text that is added before another, and what is missing.
MISSED = {
    "An option": ("src/config/node_options.cpp", "    Option{\"daemon\",",
                  '    Option{"brandnew", "", Kind::flag, Group::general, "0", "Something new", true},\n',
                  ("no code reads the option -brandnew", "no test gives the option -brandnew",
                   "write_docs: the list of options for the main chain only is wrong about -brandnew")),
    "A reject reason": ("include/daler/consensus/rejection.h", "    count,", "    brand_new,\n",
                        ("no rule gives Reason::brand_new", "no test expects Reason::brand_new")),
    "A P2P message": ("include/daler/wire/messages.h", "GetMempool, Unknown>;", "BrandNew, ",
                      ("no test sends BrandNew to a node", "has no payload for BrandNew, number 20")),
    "A deployment": ("include/daler/primitives/chain_params.h", "    Height taproot;", "    Height brand_new;\n",
                     ("no code uses ActivationHeights::brand_new", "no test names ActivationHeights::brand_new")),
    "An index": ("src/index/brand_new_index.cpp", "", 'open_database(options, "brand new index", "brandnew")',
                 ("brand_new_index.cpp: is not in src/index/CMakeLists.txt", "does not describe indexes/brandnew")),
    "A type of output scripts": ("src/script/standard.cpp", "        case OutputType::anchor:\n            return",
                                 '        case OutputType::brand_new:\n            return "brandnew";\n',
                                 ("has no script of the type brandnew",)),
}


class Checks:
    """The checks of doc/extending.md in a copy of the tree. Each returns None if it passes, else what it said."""

    def __init__(self, test):
        self.test, self.tree = test, Overlay(ONLY_DECLARES)

    def execute(self, *command):
        environment = {**self.test.environment, "DALER_BUILD": str(COPY / "programs")}
        done = subprocess.run(command, cwd=COPY, capture_output=True, text=True, env=environment)
        return None if done.returncode == 0 else f"exit code {done.returncode}\n{done.stdout}{done.stderr}"

    def build(self, title):
        try:
            for program in PROGRAMS[title]:
                self.tree.build(program, TESTS.get(program, ()))
        except Failed as error:
            return str(error)
        return next(filter(None, map(self.tree.check, COMPILED[title])), None)

    def check(self, name, title):
        """Runs the check called `name`. A build that fails is no answer of another check than "build"."""
        if name == "build":
            return self.build(title)
        if name == "places":
            return self.execute("contrib/check_places.py", str(COPY))
        if name.startswith("unit/"):
            program = f"test_{name.removeprefix('unit/')}"
            return self.execute(self.tree.build(program, TESTS[program]))
        program = self.tree.build("daler")
        for link in ("dalerd", "daler-cli"):
            if not (program.parent / link).is_symlink():
                (program.parent / link).symlink_to(program.name)
        if name == "documents":
            return self.execute("contrib/write_docs", "--check", "programs")
        return self.execute("/usr/bin/python3", f"test/{name}.py")


def sections():
    """The text below each heading of doc/extending.md."""
    parts = re.split(r"^## (.*)\n", (ROOT / "doc" / "extending.md").read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def places(section):
    """The places of an example: (a diff, or None for the command that writes the documents; check that fails)."""
    found = re.findall(r"```(diff|sh)\n(.*?)```\n\nForgotten: `([^`]+)`\.", section, re.S)
    assert len(found) == section.count("```") // 2, "a place without a check"
    return [(text if kind == "diff" else None, check) for kind, text, check in found]


def applied(files, diff):
    """`files` (text by name) with the hunks of a diff, whose old lines must be in their file once."""
    files = dict(files)
    for sign, name, body in re.findall(r"^(---|\+\+\+) (\S+)\n(.*?)(?=^--- |^\+\+\+ |\Z)", diff, re.S | re.M):
        text = files.get(name) or ("" if sign == "+++" else (ROOT / name).read_text())
        for hunk in re.split(r"^@@\n", body, flags=re.M):
            lines = hunk.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if line[0] in " -")
            new = "".join(line[1:] for line in lines if line[0] in " +")
            count = text.count(old) if old else 1
            assert count == 1, f"{name} has {count} times what an example in doc/extending.md changes:\n{old}"
            text = text.replace(old, new) if old else new
        files[name] = text
    return files


def changed(diffs):
    files = {}
    for diff in diffs:
        files = applied(files, diff)
    return files


def complete(checks, title, all_places):
    """Makes a whole example; returns its documents, which a command wrote."""
    checks.test.step(f"{title}: complete")
    files = changed(diff for diff, _ in all_places if diff)
    checks.tree.change(files)
    tests = {re.search(r"functional/\w+", name)[0] for name in files if name.startswith("test/functional/")}
    for check in ["build", *sorted(tests)]:
        problem = checks.check(check, title)
        assert problem is None, f"{check} fails with the complete change:\n{problem}"
    documents = {}
    if any(diff is None for diff, _ in all_places):
        problem = checks.execute("contrib/write_docs", "programs")
        assert problem is None, problem
        documents["doc/rpc.md"] = (COPY / "doc/rpc.md").read_text()
        checks.tree.change({**files, **documents})
    for check in sorted({check for _, check in all_places} - {"build"}):
        problem = checks.check(check, title)
        assert problem is None, f"{check} fails with the complete change:\n{problem}"
    return documents


def leave_out(checks, title, dice):
    """Makes an example without one place after the other; returns the files of the whole."""
    all_places = places(sections()[title])
    documents = complete(checks, title, all_places)
    for number, (left_out, check) in enumerate(all_places, 1):
        if not LONG and dice.random() >= SHARE:
            continue
        what = re.match(r"\S+ (\S+)", left_out)[1] if left_out else "the documents"
        files = changed(diff for i, (diff, _) in enumerate(all_places, 1) if diff and i != number)
        checks.tree.change({**files, **(documents if left_out else {})})
        problem = checks.check(check, title)
        assert problem, f"{check} passes without place {number} of '{title}' ({what})"
        checks.test.step(f"{title}: without place {number}, {what}: {check} fails")
    return changed(diff for diff, _ in all_places if diff)


def split_networks(checks, files):
    checks.test.step("a field that changes the digest of files without it")
    name = "src/config/chain_file.cpp"
    assert MISTAKE[0] in files[name]
    checks.tree.change({**files, name: files[name].replace(*MISTAKE)})
    assert "the magic of a chain file stays the same" in (checks.check("unit/config", FIELD) or "")


def begun(checks, dice):
    for title in sorted(BEGUN) if LONG else [dice.choice(sorted(BEGUN))]:
        files = {}
        for name, old, new in BEGUN[title]:
            text = files.get(name) or (ROOT / name).read_text()
            assert text.count(old) == 1, f"{name} has {text.count(old)} times: {old}"
            files[name] = text.replace(old, new)
        checks.tree.change(files)
        rows = [row for row in sections()[title].splitlines() if row.endswith("| does not compile |")]
        names = [name for row in rows for name in re.findall(r"`([\w/]+\.cpp)`", row.split(" | ")[0])]
        assert names, title
        for name in names:
            error = checks.tree.check(name)
            checks.test.step(f"{title}, only begun: {name}: {(error or 'compiles').split(' error: ')[-1][:90]}")
            assert error, f"{name} compiles although '{title}' is only begun"


def missed(checks, dice):
    for title in sorted(MISSED) if LONG else [dice.choice(sorted(MISSED))]:
        name, before, added, expected = MISSED[title]
        assert f"\n## {title}\n" in (ROOT / "doc" / "extending.md").read_text(), title
        text = (ROOT / name).read_text() if before else ""
        assert not before or text.count(before) == 1, f"{name} has {text.count(before)} times: {before}"
        checks.tree.change({name: text.replace(before, added + before) if before else added})
        found = checks.check("places", None) or ""
        for problem in expected:
            assert problem in found, f"'{title}' is begun, and check_places does not say '{problem}', but:\n{found}"
        checks.test.step(f"{title}, only begun: places finds {len(expected)} forgotten places")


def main(test):
    dice = random.Random(SEED)
    test.step(f"seed {SEED}, {'all places' if LONG else 'a share of the places'}")
    checks = Checks(test)
    leave_out(checks, RPC, dice)
    begun(checks, dice)
    missed(checks, dice)
    files = leave_out(checks, FIELD, dice)
    split_networks(checks, files)


if __name__ == "__main__":
    run(main)
