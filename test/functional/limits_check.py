#!/usr/bin/python3
"""contrib/check_limits.py accepts this tree and a correct small tree, and reports each kind of error in the list below."""
import subprocess

from framework import ROOT, equal, run

TREE = {
    "include/daler/wire/limits.h": "inline constexpr std::size_t items = 5'000;  ///< of a list\n"
                                   "inline constexpr std::chrono::minutes patience{2};\n",
    "src/wire/decode.cpp": "return count <= limits::items;\n",
    "src/sync/network.cpp": "constexpr std::size_t max_held = 2 * unit;\nconstexpr std::size_t unit = 1u << 20;\n"
                            "if (now - since > limits::patience) close();\n",
    "src/config/node_options.cpp": 'Option{"threads", "<n>", Kind::integer, Group::rpc, "4", "Calls"},\n',
    "test/unit/wire/a_test.cpp": "CHECK(limits::items == 5'000);\nCHECK(limits::patience > 0s);\n",
    "doc/limits.md": "| name | value | unit | bounds | beyond | where |\n| --- | --- | --- | --- | --- | --- |\n"
                     "| `items` | 5,000 | items | a list | refused | [wire](../src/wire/decode.cpp) |\n"
                     "| `patience` | 2 | min | a wait | left | [sync](../src/sync/network.cpp) |\n"
                     "| `max_held` | 2 | MiB | what waits | dropped | [sync](../src/sync/network.cpp) |\n"
                     "| `-threads` | 4 | threads | calls | they wait | [options](../src/config/node_options.cpp) |\n",
}


def check(root):
    done = subprocess.run([ROOT / "contrib" / "check_limits.py", root], capture_output=True, text=True)
    return done.returncode, done.stdout


def main(test):
    test.step("this tree")
    code, text = check(ROOT)
    equal(code, 0, text)

    def changed(name, path, old, new):
        root = test.folder / name.replace(" ", "_")
        for file, text in TREE.items():
            if file == path:
                assert old in text
                text = text.replace(old, new)
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
        return check(root)

    test.step("a correct small tree")
    equal(changed("right", None, "", ""), (0, "4 bounds, 2 of them on peers, 0 problems\n"))

    document, header = "doc/limits.md", "include/daler/wire/limits.h"
    for name, path, old, new, expected in (
            ("another value", header, "5'000", "6'000", "`items`: is 5,000 items, but the source says 6'000"),
            ("another unit of time", header, "minutes", "seconds", "`patience`: is in min, but the source says s"),
            ("a value with a unit", document, "2 | MiB", "2 | kB", "`max_held`: is 2 kB, but the source says 2 * unit"),
            ("another default", document, "| 4 |", "| 5 |", "`-threads`: is 5, but the default is 4"),
            ("an option that does not exist", document, "-threads", "-calls", "`-calls`: no such option"),
            ("a constant that does not exist", document, "`max_held`", "`max_kept`", "`max_kept`: not in src/sync/network.cpp"),
            ("a bound without a row", document, "`max_held`", "`unit`", "src/sync/network.cpp: max_held is not in doc"),
            ("a row without a link", document, "[wire](../src/wire/decode.cpp)", "wire", "doc/limits.md:3: not a row"),
            ("a bound on peers without a row", header, "///< of a list", "\nconstexpr int more = 1;",
             "include/daler/wire/limits.h: more is not in doc/limits.md"),
            ("a bound on peers without a test", "test/unit/wire/a_test.cpp", "limits::items", "items",
             "include/daler/wire/limits.h: items is in no file under test/")):
        test.step(name)
        code, text = changed(name, path, old, new)
        equal(code, 1, text)
        assert expected in text, text


if __name__ == "__main__":
    run(main)
