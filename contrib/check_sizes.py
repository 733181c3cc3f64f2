#!/usr/bin/python3
"""Checks what doc/testing.md says of sizes: the median source file has under 100 lines, none over 600, and no
function has over 60 lines. Reads the formatting of clang-format: what begins in column 0 ends with a brace there.

check_sizes.py [ROOT]
"""
import ast
import re
import statistics
import sys
from pathlib import Path

MEDIAN, FILE, FUNCTION = 100, 600, 60
NOT_A_FUNCTION = re.compile(r"namespace\b|(?:template\b.*)?(?:class|struct|union|enum)\b|using\b|friend\b|#|//|extern ")


def cpp_functions(lines):
    """(first line, length, first line's text) of each function at the top of a file or of a class."""
    for indent in ("", "    "):
        head = None
        for number, line in enumerate(lines, 1):
            if line == indent + "}":
                if head and "(" in lines[head - 1]:
                    yield head, number - head + 1, lines[head - 1].strip()
                head = None
            elif re.match(indent + r"[\w\[~:]", line) and not line.endswith((";", ":")):
                is_function = not NOT_A_FUNCTION.match(line.strip()) and " = " not in line
                head = number if is_function else None


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1, node.name


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent).resolve()
    sources = [path for base in ("include", "src") for path in sorted((root / base).rglob("*")) if
               path.suffix in (".h", ".cpp")]
    tests = [path for base in ("test", "contrib") for path in sorted((root / base).rglob("*")) if
             path.suffix in (".h", ".cpp", ".py") and "node_modules" not in path.parts]
    problems, lengths = [], []
    for path in sources + tests:
        text = path.read_text()
        lines = text.splitlines()
        if path in sources:
            lengths.append(len(lines))
        if len(lines) > FILE:
            problems.append(f"{path.relative_to(root)}: {len(lines)} lines")
        if path in sources:
            functions = cpp_functions(lines)
        else:
            functions = python_functions(text) if path.suffix == ".py" else ()
        problems += [f"{path.relative_to(root)}:{number}: {length} lines: {name}"
                     for number, length, name in functions if length > FUNCTION]
    median = statistics.median(lengths)
    if median >= MEDIAN:
        problems.append(f"the median of {len(lengths)} source files has {median} lines")
    print("\n".join(problems + [f"{len(lengths)} source files, median {median:.0f} lines, {len(problems)} problems"]))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
