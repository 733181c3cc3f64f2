#!/usr/bin/python3
"""Compares doc/limits.md with the bounds in the source, and the bounds on peers with the tests.

A row of a table there is `| name | value | unit | what it bounds | beyond it | where |`. `where` links to the file that
defines the name or, for a name of wire/limits.h, to a file that uses it. A name that begins with a dash is an option, and
its value is the default. The script reports

- a value or a unit of time that differs from the source, and a name that is not in the linked file;
- a name of include/daler/wire/limits.h that has no row, or that is in no file under test/;
- a constant of the modules below whose name begins with max_, most_, longest_ or largest_ and that has no row.
"""
import re
import sys
from collections import namedtuple
from pathlib import Path

Row = namedtuple("Row", "line name value unit path")
Constant = namedtuple("Constant", "kind text")

PEER_BOUNDS = "include/daler/wire/limits.h"
DOCUMENT = "doc/limits.md"
MODULES = ("chain", "coins", "http", "index", "ledger", "mempool", "net", "notify", "snapshots", "storage", "sync", "wallet", "wire")
# Names that look like bounds but bound neither memory nor work.
NOT_BOUNDS = {"max_exact", "max_chunk", "max_size", "max_script_size", "max_signal", "max_standard_weight", "max_tip_age",
              "max_lock_time_offset", "longest_wait", "longest_target", "max_block_size"}

SCALES = {"KiB": 1 << 10, "MiB": 1 << 20, "kB": 1000, "MB": 1_000_000}
TIMES = {"milliseconds": "ms", "seconds": "s", "minutes": "min", "hours": "h"}
LITERALS = {"ms": "ms", "s": "s", "min": "min", "h": "h"}

ROW = re.compile(r"\|\s*`([^`]+)`\s*\|([^|]*)\|([^|]*)\|.*\|[^|]*\]\(([^)#]+)\)\s*\|\s*$")
CONSTANT = re.compile(r"constexpr\s+[\w:<> ]+?\s(\w+)\s*(?:=|\{)")


def definition(text, name):
    """The type and the initialiser of a constant or a member, as in the source; None if `text` does not define it."""
    found = re.search(rf"^[^\n/]*?([\w:<>]+)\s+{name}\s*(?:=\s*([^;]+?)|\{{([^;]+?)\}})\s*;", text, re.M)
    return found and Constant(found.group(1), found.group(2) or found.group(3))


def evaluate(text, expression):
    """The value of an initialiser; constants of the same file may occur in it."""
    plain = re.sub(r"(?<=\d)'(?=\d)", "", expression)
    plain = re.sub(r"\b(\d+)(?:ms|s|min|h)\b", r"\1", plain)
    plain = re.sub(r"\b(0x[0-9a-f]+|\d+)(?:u|ull|ul|l)\b", r"\1", plain, flags=re.I)
    plain = re.sub(r"std::[\w:]+\s*[{(]([^{}()]*)[})]", r"(\1)", plain)
    while name := re.search(r"(?:\w+::)*\b([a-z_]\w*)", re.sub(r"0x[0-9a-f]+", lambda m: " " * len(m.group()), plain)):
        inner = definition(text, name.group(1))
        if not inner:
            raise ValueError(name.group(1))
        plain = f"{plain[:name.start()]}({evaluate(text, inner.text)}){plain[name.end():]}"
    if not re.fullmatch(r"[0-9a-fx.()+*/<> -]+", plain):
        raise ValueError(expression)
    return eval(plain, {"__builtins__": {}})  # digits and operators only


def unit_of(constant):
    """The unit of a time, or None for any other number."""
    for word, unit in TIMES.items():
        if f"chrono::{word}" in constant.kind:
            return unit
    literal = re.fullmatch(r"\d+(ms|s|min|h)", constant.text)
    return LITERALS[literal.group(1)] if literal else None


class Check:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.texts = {}
        self.peer_names = CONSTANT.findall(self.read(PEER_BOUNDS))
        self.rows = list(self.find_rows())

    def read(self, path):
        if path not in self.texts:
            file = self.root / path
            self.texts[path] = file.read_text() if file.is_file() else ""
        return self.texts[path]

    def report(self, row, text):
        self.problems.append(f"{DOCUMENT}:{row.line}: `{row.name}`: {text}")

    def find_rows(self):
        for number, line in enumerate(self.read(DOCUMENT).splitlines(), 1):
            if row := ROW.match(line):
                name, value, unit, target = (part.strip() for part in row.groups())
                target = (self.root / "doc" / target).resolve()
                path = target.relative_to(self.root.resolve()).as_posix()
                yield Row(number, name, value, unit, path)
            elif line.startswith("| `"):
                self.problems.append(f"{DOCUMENT}:{number}: not a row with six columns and a link at the end")

    def source_of(self, row):
        """The text that defines the row's constant, and the constant."""
        name = row.name.split("::")[-1]
        text = self.read(row.path)
        if re.search(rf"limits::{name}\b", text) and name in self.peer_names:
            text = self.read(PEER_BOUNDS)
        return text, definition(text, name)

    def check_option(self, row):
        option = re.search(rf'Option\{{"{row.name[1:]}",[^,]*,[^,]*,[^,]*,\s*"([^"]*)"', self.read(row.path))
        if not option:
            self.report(row, f"no such option in {row.path}")
        elif option.group(1) != row.value.replace(",", ""):
            self.report(row, f"is {row.value}, but the default is {option.group(1)}")

    def check_row(self, row):
        if row.name.startswith("-"):
            self.check_option(row)
            return
        text, constant = self.source_of(row)
        if not constant:
            self.report(row, f"not in {row.path}")
            return
        try:
            real = evaluate(text, constant.text)
            value = float(row.value.replace(",", "")) * SCALES.get(row.unit, 1)
        except (ValueError, SyntaxError) as error:
            self.report(row, f"cannot be read: {error}")
            return
        unit = unit_of(constant)
        if value != real:
            self.report(row, f"is {row.value} {row.unit}, but the source says {constant.text}")
        elif unit and unit != row.unit:
            self.report(row, f"is in {row.unit}, but the source says {unit}")

    def check_peer_names(self):
        tests = [path.read_text(errors="replace") for path in (self.root / "test").rglob("*")
                 if path.suffix in (".cpp", ".h", ".py")]
        named = {row.name for row in self.rows}
        for name in self.peer_names:
            if name not in named:
                self.problems.append(f"{PEER_BOUNDS}: {name} is not in {DOCUMENT}")
            if not any(re.search(rf"limits::{name}\b", text) for text in tests):
                self.problems.append(f"{PEER_BOUNDS}: {name} is in no file under test/")

    def check_complete(self):
        named = {(row.path, row.name.split("::")[-1]) for row in self.rows}
        for module in MODULES:
            for base in ("include/daler", "src"):
                for file in sorted((self.root / base / module).rglob("*")):
                    path = file.relative_to(self.root).as_posix()
                    if file.suffix not in (".h", ".cpp") or path == PEER_BOUNDS:
                        continue
                    for name in CONSTANT.findall(self.read(path)):
                        is_bound = re.match("(max|most|longest|largest)_", name) and name not in NOT_BOUNDS
                        if is_bound and (path, name) not in named:
                            self.problems.append(f"{path}: {name} is not in {DOCUMENT}")

    def run(self):
        for row in self.rows:
            self.check_row(row)
        self.check_peer_names()
        self.check_complete()


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent).resolve()
    check = Check(root)
    check.run()
    for problem in check.problems:
        print(problem)
    print(f"{len(check.rows)} bounds, {len(check.peer_names)} of them on peers, {len(check.problems)} problems")
    sys.exit(1 if check.problems else 0)


if __name__ == "__main__":
    main()
