#!/usr/bin/python3
"""Compares the #includes of the modules and of their unit tests with the declared layers and lists those that break them.

src/CMakeLists.txt lists the modules bottom-up; the DEPENDS list of src/X/CMakeLists.txt names the modules
that X may use. A test of module X may use X, the modules that its own CMakeLists.txt names, and the modules below these.
A folder inside a module is private: only its own files include its headers.
The script also reports modules without a README.md, public headers that include private ones, and cycles. It compares
the arrows of the diagram in doc/architecture.md with the DEPENDS lists.
"""
import re
import sys
from collections import namedtuple
from pathlib import Path

Module = namedtuple("Module", "name depends")
KEYWORDS = {"SOURCES", "DEPENDS", "LIBRARIES", "INTERNAL_LIBRARIES", "SEPARATE"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = {".h", ".cpp"}


def without_comments(path):
    return re.sub(r"#.*", "", path.read_text()) if path.is_file() else ""


def subdirectories(path):
    return re.findall(r"add_subdirectory\(\s*([\w-]+)", without_comments(path))


def declared_depends(path, functions):
    """All names in the DEPENDS lists of the calls of `functions` in a build file."""
    depends = []
    for body in re.findall(rf"\b(?:{functions})\((.*?)\)", without_comments(path), re.S):
        section = None
        for word in body.split():
            if word in KEYWORDS:
                section = word
            elif section == "DEPENDS" and word not in depends:
                depends.append(word)
    return depends


def includes(folder):
    """(file, line number, quote, included path) of each #include below `folder`."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.suffix in SUFFIXES:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                match = INCLUDE.match(line)
                if match:
                    yield path, number, match.group(1), match.group(2)


def closure(modules, names):
    seen, open_names = set(), list(names)
    while open_names:
        name = open_names.pop()
        if name not in seen:
            seen.add(name)
            open_names += modules[name].depends if name in modules else []
    return seen


def find_cycle(modules):
    """The names of the modules of a dependency cycle, or None."""
    done = set()

    def visit(name, path):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done or name not in modules:
            return None
        for below in modules[name].depends:
            cycle = visit(below, path + [name])
            if cycle:
                return cycle
        done.add(name)
        return None

    for name in modules:
        cycle = visit(name, [])
        if cycle:
            return cycle
    return None


class Check:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.files = 0
        order = subdirectories(root / "src" / "CMakeLists.txt")
        self.modules = {name: Module(name, declared_depends(root / "src" / name / "CMakeLists.txt",
                                                            "daler_module|daler_program"))
                        for name in order}

    def report(self, path, text, line=None):
        where = path.relative_to(self.root)
        self.problems.append(f"{where}:{line}: {text}" if line else f"{where}: {text}")

    def declarations(self):
        seen = set()
        for module in self.modules.values():
            folder = self.root / "src" / module.name
            for below in module.depends:
                if below not in seen:
                    self.report(folder / "CMakeLists.txt",
                                f"{module.name} depends on {below}, which is not declared below it")
            seen.add(module.name)
            if not (folder / "README.md").is_file():
                self.report(folder, "the module has no README.md")
        cycle = find_cycle(self.modules)
        if cycle:
            self.report(self.root / "src" / "CMakeLists.txt", "dependency cycle: " + " -> ".join(cycle))
        for base in (self.root / "include" / "daler", self.root / "src"):
            for folder in sorted(path for path in base.iterdir() if path.is_dir()):
                if folder.name not in self.modules:
                    self.report(folder, "not a module of src/CMakeLists.txt")

    def public_include(self, module, path, line, target, allowed):
        """An include of <daler/MODULE/...>."""
        parts = target.split("/")
        below = parts[1] if len(parts) > 2 else ""
        if not (self.root / "include" / target).is_file():
            self.report(path, f"<{target}> does not exist", line)
        elif below != module and below not in allowed:
            self.report(path, f"{module} may not include <{target}>: {below} is not among its DEPENDS", line)

    def quoted_include(self, module, path, line, target, public):
        """An include of "...": a file in the same folder, or a private header of the same module."""
        if (path.parent / target).is_file():
            return
        private = self.root / "src" / target
        if public:
            self.report(path, f'a public header may not include the private header "{target}"', line)
        elif not private.is_file():
            self.report(path, f'"{target}" does not exist', line)
        elif target.split("/")[0] != module:
            self.report(path, f'{module} may not include "{target}", a private header of another module', line)
        elif target.count("/") > 1 and private.parent != path.parent:
            self.report(path, f'"{target}" is private to its folder', line)

    def module_includes(self):
        for module in self.modules.values():
            for base, public in ((self.root / "include" / "daler", True), (self.root / "src", False)):
                for path, line, quote, target in includes(base / module.name):
                    self.files += 1
                    if target.startswith("daler/"):
                        self.public_include(module.name, path, line, target, set(module.depends))
                    elif quote == '"':
                        self.quoted_include(module.name, path, line, target, public)

    def diagram(self):
        """The arrows in doc/architecture.md: from a module to those that it uses, without those that it also reaches
        through another one."""
        path = self.root / "doc" / "architecture.md"
        block = re.search(r"```mermaid\n(.*?)```", path.read_text() if path.is_file() else "", re.S)
        if not block:
            self.report(path, "has no diagram of the modules (a mermaid block)")
            return
        arrows = re.findall(r"^\s*(\w+) --> (.*)$", block.group(1), re.M)
        drawn = {above: set(re.split(r"\s*&\s*", below.strip())) for above, below in arrows}
        for module in self.modules.values():
            direct = {below for below in module.depends if not any(
                below in closure(self.modules, [other]) for other in module.depends if other != below)}
            if drawn.get(module.name, set()) != direct:
                self.report(path, f"draw {module.name} --> {' & '.join(sorted(direct)) or 'nothing'}")

    def test_includes(self):
        base = self.root / "test" / "unit"
        for name in self.modules:
            extra = declared_depends(base / name / "CMakeLists.txt", "daler_test")
            allowed = closure(self.modules, [name, *extra])
            for path, line, _, target in includes(base / name):
                self.files += 1
                if target.startswith("daler/"):
                    self.public_include(name, path, line, target, allowed)
                elif target.split("/")[0] in self.modules.keys() - allowed:
                    self.report(path, f"a test of {name} may not include <{target}>", line)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent).resolve()
    check = Check(root)
    check.declarations()
    check.diagram()
    check.module_includes()
    check.test_includes()
    for problem in check.problems:
        print(problem)
    print(f"{len(check.modules)} modules, {check.files} includes, {len(check.problems)} problems")
    sys.exit(1 if check.problems else 0)


if __name__ == "__main__":
    main()
