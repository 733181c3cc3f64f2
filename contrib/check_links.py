#!/usr/bin/python3
"""Checks the links of all *.md files and lists those that are wrong.

contrib/check_links.py [FOLDER]      FOLDER: the tree to check (default: this one)

A relative link must lead to a file or folder, and its #anchor to a heading. Where the text names a page, a file or a
decision, the name must be a link. The tables of files in src/X/README.md must link each name. Code blocks are not checked.
"""
import re
import sys
from pathlib import Path

LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
EXTERNAL = re.compile(r"[a-z]+:")
CODE = re.compile(r"`([^`]+)`")
PLACES = ("", "include/daler", "src")  # where a path in the text may begin
SKIPPED = {"build", ".git", "node_modules"}


def pages(root):
    return sorted(path for path in root.rglob("*.md") if not SKIPPED & set(path.relative_to(root).parts))


def lines(page):
    """Number and text of each line outside code blocks."""
    fenced = False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            yield number, line


def anchors(page):
    """The anchors of the headings, as GitHub makes them."""
    found, times = set(), {}
    for _, line in lines(page):
        if heading := re.match(r"#{1,6} (.*)", line):
            text = re.sub(r"[^\w\- ]", "", LINK.sub(r"\1", heading[1]).strip().lower()).replace(" ", "-")
            count = times.get(text, 0)
            times[text] = count + 1
            found.add(f"{text}-{count}" if count else text)
    return found


def wrong_links(page, line):
    for text, target in LINK.findall(line):
        if EXTERNAL.match(target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists():
            yield f"[{text}] leads to {target}, which does not exist"
        elif anchor and anchor not in anchors(file):
            yield f"[{text}] leads to {target}, which has no such heading"


def bare_names(root, line):
    """Messages about names in `line` that should be links."""
    rest = LINK.sub("", line)
    for name in CODE.findall(rest):
        is_path = "/" in name or name.endswith((".md", ".py", ".h", ".cpp"))
        if " " in name or not is_path or name.startswith(("/", "../", "build/")):
            continue
        if any((root / place / name).exists() for place in PLACES):
            yield f"`{name}` should be a link"
    rest = CODE.sub("", rest)
    for name in re.findall(r"[\w/-]+\.md\b|\b[Dd]ecisions? \d+", rest):
        yield f"{name} should be a link"


def unlinked_files(page):
    """Names without a link in the first column of a table of files."""
    in_table = False
    for number, line in lines(page):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 3:
            in_table = False
        elif in_table or cells[1].startswith("File"):
            for name in CODE.findall(LINK.sub("", cells[1])):
                if "CATEGORY" not in name:
                    yield number, f"`{name}` should be a link"
            in_table = True


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    found, count = [], 0
    for page in pages(root):
        name = page.relative_to(root)
        for number, line in lines(page):
            count += len(LINK.findall(line))
            wrong = [*wrong_links(page, line), *bare_names(root, line)]
            found += [f"{name}:{number}: {what}" for what in wrong]
        found += [f"{name}:{number}: {what}" for number, what in unlinked_files(page)]
    if found:
        sys.exit("\n".join(found))
    print(f"{count} links are correct")


main()
