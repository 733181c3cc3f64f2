"""A copy of the tree in which some files are changed, built by compiling what the changes touch and nothing else: the
rest of each program comes from the build folder, which must be up to date.
"""
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from framework import BUILD, ROOT

COPY = BUILD / "extending"
COPIED = ("contrib", "doc", "include", "src", "test")


def output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


class Failed(Exception):
    """A file does not compile, or a program does not link; the text is what the compiler said."""


class Overlay:
    def __init__(self, only_declares=()):
        """`only_declares`: headers that only get new declarations, which files that stay the same do not notice."""
        self.only_declares = set(only_declares)
        self.changed = {}  # text by name
        self.done = {}     # objects by what they are made of
        self.commands = {}
        shutil.rmtree(COPY, ignore_errors=True)
        for name in COPIED:
            shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        every = json.loads((BUILD / "compile_commands.json").read_text())
        self.command_of = {os.path.relpath(entry["file"], ROOT): entry["command"] for entry in every}
        # The compiler cache, which these commands leave out.
        line = shlex.split(output("ninja", "-t", "commands", "daler_util", cwd=BUILD).splitlines()[0])
        self.cache = line[:next(i for i, word in enumerate(line) if re.search(r"/[^/]*\+\+[^/]*$", word))]

    def change(self, files):
        """The tree with these files in place of its own; new ones are added."""
        for name in set(self.changed) - set(files):
            if (ROOT / name).exists():
                shutil.copy(ROOT / name, COPY / name)
            else:
                (COPY / name).unlink()
        for name, text in files.items():
            (COPY / name).write_text(text)
        self.changed = dict(files)

    def command(self, source):
        """How to compile a file of the copy: the command of the build folder, or that of another file beside it."""
        found = self.command_of.get(source)
        if not found:
            folder = os.path.dirname(source)
            found = next(text for name, text in sorted(self.command_of.items())
                         if os.path.dirname(name) == folder or f"{folder}/CMakeFiles/" in name)
        words = shlex.split(found)
        return [self.moved(word) for word in words[:words.index("-o")]]

    @staticmethod
    def moved(word):
        word = re.sub(rf"{re.escape(str(ROOT))}/({'|'.join(COPIED)})(?=/|$)", rf"{COPY}/\1", word)
        return word.replace(f'DALER_SOURCE_DIR="{ROOT}"', f'DALER_SOURCE_DIR="{COPY}"')

    def compiled(self, source, touched):
        """The object of a file; `touched` are the changed files that it includes. Raises Failed."""
        content = "".join(name + self.changed[name] for name in sorted(touched))
        key = hashlib.sha256((source + "\0" + content).encode()).hexdigest()[:16]
        if key not in self.done:
            target = COPY / "objects" / f"{key}.o"
            target.parent.mkdir(exist_ok=True)
            run = subprocess.run([*self.cache, *self.command(source), "-o", target, "-c", COPY / source], cwd=BUILD,
                                 capture_output=True, text=True)
            self.done[key] = (target, None if run.returncode == 0 else run.stderr)
        target, error = self.done[key]
        if error:
            raise Failed(error)
        return target

    def objects(self, sources):
        """The objects of some files; `sources` says what each of them includes."""
        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            return list(pool.map(self.compiled, sources, sources.values()))

    def check(self, source):
        """The first error of a file, or None. Makes no object."""
        run = subprocess.run([*self.command(source), "-fsyntax-only", COPY / source], cwd=BUILD, capture_output=True,
                             text=True)
        return next((line for line in run.stderr.splitlines() if " error: " in line), None)

    def parts(self, target):
        """What a program of the build folder is made of: names of files by object, and the command that links it."""
        if target not in self.commands:
            lines = output("ninja", "-t", "commands", target, cwd=BUILD).splitlines()
            made = [re.search(r" -o (\S+) -c (\S+)$", line) for line in lines]
            sources = {match[1]: os.path.relpath(match[2], ROOT) for match in made if match}
            includes, current = {}, None
            for line in output("ninja", "-t", "deps", *sources, cwd=BUILD).splitlines():
                if not line.startswith(" "):
                    current = includes.setdefault(line.split(":")[0], set())
                else:
                    current.add(os.path.relpath(BUILD / line.strip(), ROOT))
            # What follows the linker makes other names of the program.
            self.commands[target] = (sources, includes, lines[-1].split(" && cd ")[0])
        return self.commands[target]

    def build(self, target, tests=()):
        """Links a program with the changes. Of a test program only the given files. Raises Failed."""
        sources, includes, link = self.parts(target)
        changed = set(self.changed) - self.only_declares
        touched = {source: (includes[made] | {source}) & set(self.changed) for made, source in sources.items()
                   if (includes[made] | {source}) & changed and "/Unity/" not in source}
        folders = {os.path.dirname(source) for source in touched}
        touched.update({name: {name} for name in self.changed
                        if name.endswith(".cpp") and not (ROOT / name).exists() and os.path.dirname(name) in folders})
        touched.update({name: set(self.changed) for name in tests})
        made = " ".join(map(str, self.objects(touched)))
        program = COPY / "programs" / os.path.basename(target)
        program.parent.mkdir(exist_ok=True)
        replaced = {old for old, source in sources.items() if source in touched or (tests and "/Unity/" in source)}
        words = [word for word in link.split(" ") if word not in replaced]
        at = words.index("-o")
        words[at:at + 2] = [made, "-o", str(program)]
        run = subprocess.run(" ".join(words), shell=True, cwd=BUILD, capture_output=True, text=True)
        if run.returncode:
            raise Failed(run.stderr)
        return program
