#!/usr/bin/python3
"""Every script of contrib/recipes does what it says, all of them at the same time, and leaves nothing behind."""
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from framework import BUILD, FACTOR, ROOT, equal, run

FOLDER = ROOT / "contrib" / "recipes"
AT_ONCE = 4


def needs(name):
    """What a recipe needs that this machine lacks, or None."""
    if name.startswith("javascript") and not shutil.which("node"):
        return "node"
    has_pytest = subprocess.run(["/usr/bin/python3", "-m", "pytest", "--version"], capture_output=True).returncode == 0
    return "pytest" if name.startswith("pytest") and not has_pytest else None


def try_recipe(test, path):
    folder = test.folder / path.name
    folder.mkdir()
    environment = {**test.environment, "DALER": str(BUILD / "daler"), "TMPDIR": str(folder)}
    done = subprocess.run([path], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120 * FACTOR)
    equal((path.name, done.returncode), (path.name, 0), done.stdout)
    assert done.stdout.strip(), f"{path.name} says nothing"
    equal(list(folder.iterdir()), [], f"what {path.name} left behind")


def main(test):
    recipes = sorted(path for path in FOLDER.iterdir() if path.suffix != ".bash")
    page = (ROOT / "doc" / "recipes.md").read_text()
    for path in recipes:
        assert f"(../contrib/recipes/{path.name})" in page, f"doc/recipes.md does not have {path.name}"
    able = []
    for path in recipes:
        missing = needs(path.name)
        if missing:
            test.step(f"{path.name} is left out: there is no {missing}")
        else:
            able.append(path)
    test.step(f"{len(able)} recipes")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(lambda path: try_recipe(test, path), able):
            pass


run(main)
