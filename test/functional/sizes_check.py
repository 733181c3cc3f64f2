#!/usr/bin/python3
"""contrib/check_sizes.py reports files and functions that are too long, in C++ and in Python."""
import subprocess

from framework import ROOT, equal, run


def cpp_function(lines, indent=""):
    return f"{indent}int f(int a,\n{indent}      int b) {{\n" + f"{indent}    ++a;\n" * (lines - 3) + f"{indent}}}\n"


def main(test):
    def problems(name, path, text):
        root = test.folder / name
        for file, content in {"src/a.cpp": cpp_function(60), path: text}.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(content)
        done = subprocess.run([ROOT / "contrib" / "check_sizes.py", root], capture_output=True, text=True)
        found = done.stdout.splitlines()[:-1]
        equal(done.returncode, 1 if found else 0)
        return found

    test.step("what is not too long")
    equal(problems("right", "test/a.py", "def f():\n" + "    pass\n" * 59), [])
    test.step("a function of C++, of a class, of Python")
    equal(problems("function", "src/b.cpp", cpp_function(61)), ["src/b.cpp:1: 61 lines: int f(int a,"])
    equal(problems("member", "include/b.h", "class C {\n" + cpp_function(61, "    ") + "};\n"),
          ["include/b.h:2: 61 lines: int f(int a,"])
    equal(problems("python", "test/b.py", "def f():\n" + "    pass\n" * 60), ["test/b.py:1: 61 lines: f"])
    test.step("a file, and all files on the whole")
    equal(problems("file", "test/b.h", "int a;\n" * 601), ["test/b.h: 601 lines"])
    equal(problems("median", "src/b.cpp", "int a;\n" * 140), ["the median of 2 source files has 100.0 lines"])


run(main)
