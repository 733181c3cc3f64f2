#!/usr/bin/python3
"""doc/configuration.md and doc/rpc.md agree with the help texts; the links of all pages are correct; doc/README.md lists
all pages, doc/architecture.md all files with a mutex, doc/formats.md all files in a node's folder."""
import re
import subprocess

from framework import BUILD, ROOT, equal, run

# A line of a page, and what contrib/check_links.py says about it.
LINES = [
    ("[there](there.md), [a part](there.md#a-part--b), [outside](https://example.org/x), [here](#top)", None),
    ("[gone](gone.md)", "[gone] leads to gone.md, which does not exist"),
    ("[gone](there.md#gone)", "[gone] leads to there.md#gone, which has no such heading"),
    ("see there.md", "there.md should be a link"),
    ("see `sub/there.md`, but not `sub/missing.md`", "`sub/there.md` should be a link"),
    ("see decision 7", "decision 7 should be a link"),
    ("    see there.md, in a code block", None),
]


def links(test):
    test.step("links of the pages")
    check = ["/usr/bin/python3", ROOT / "contrib" / "check_links.py"]
    done = subprocess.run(check, capture_output=True, text=True)
    equal(done.returncode, 0, done.stderr)

    test.step("wrong links are found")
    folder = test.folder / "pages"
    (folder / "sub").mkdir(parents=True)
    for name in ("there.md", "sub/there.md"):
        (folder / name).write_text("# Top\n\n## A part: `b`\n\n## A part  B\n")
    for line, expected in LINES:
        (folder / "page.md").write_text(f"# Top\n\n{line}\n")
        done = subprocess.run([*check, folder], capture_output=True, text=True)
        equal(done.stderr.strip(), f"page.md:3: {expected}" if expected else "", line)
    (folder / "page.md").write_text("| File | Job |\n| --- | --- |\n| `there` | a job |\n")
    done = subprocess.run([*check, folder], capture_output=True, text=True)
    equal(done.stderr.strip(), "page.md:3: `there` should be a link")


def contents(test):
    test.step("table of contents")
    page = ROOT / "doc" / "README.md"
    linked = set(re.findall(r"^\| \[[^\]]+\]\(([\w-]+\.md)\)", page.read_text(), re.M))
    equal(linked, {path.name for path in page.parent.glob("*.md")} - {page.name}, "pages that doc/README.md lists")


def locks(test):
    test.step("locks")
    section = (ROOT / "doc" / "architecture.md").read_text().split("These files have one:")[1].split("\n## ")[0]
    listed = {path for path in re.findall(r"\]\(\.\./([^)]+)\)", section)}
    have = {str(path.relative_to(ROOT)) for folder in ("src", "include") for path in (ROOT / folder).rglob("*.*")
            if re.search(r"\bstd::(array<std::)?(shared_|recursive_)?mutex\b[^;]*;", path.read_text())}
    equal(listed, have, "files with a mutex, and those that doc/architecture.md lists")


def files(test):
    test.step("files of a node")
    table = (ROOT / "doc" / "formats.md").read_text().split("| file or folder |")[1].split("\n\n")[0]
    names = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.M)))
    listed = {name.split("/")[0] for name in names}
    node = test.node("-txindex")
    node.createwallet("w", load_on_startup=True)
    node.setautomine("off")
    node.setban("203.0.113.1", "add")
    node.advancetime(1)
    node.snapshot()
    found = {path.name for path in node.folder.iterdir()}
    node.stop()
    found |= {path.name for path in node.folder.iterdir()}
    equal(found, listed, "what a node writes, and what doc/formats.md lists")


def main(test):
    done = subprocess.run(["/usr/bin/python3", ROOT / "contrib" / "write_docs", "--check", BUILD], capture_output=True,
                          text=True, env=test.environment)
    equal(done.returncode, 0, done.stdout + done.stderr)
    links(test)
    contents(test)
    locks(test)
    files(test)


if __name__ == "__main__":
    run(main)
