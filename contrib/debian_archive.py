"""Fetches packages of a newer Debian suite. It needs no root and installs nothing. It uses this machine's apt
configuration, so apt checks signatures and checksums. `get-bitcoind` and `get-secp256k1` use this module.
"""
import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path


class FetchError(Exception):
    """Names what could not be fetched, and contains apt's output."""


def cache_folder(name):
    """The folder in the user's cache for the fetched packages."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "daler" / name


def codename():
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.split("=", 1)[1].strip('"')
    return "stable"


def apt_folder(name):
    """A file or folder of this machine's apt configuration."""
    shell = subprocess.run(["apt-config", "shell", "FOUND", name], capture_output=True, text=True, check=True)
    match = re.search(r"FOUND='(.*)'", shell.stdout)
    return Path(match.group(1)) if match else Path("/nonexistent")


def deb822_sources(text, suites):
    """The stanzas of a .sources file that have one of `suites`, with sid in its place."""
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if line.strip() and not line.startswith("#")]
        fields = dict(re.findall(r"^([A-Za-z-]+):\s*(.*)$", "\n".join(lines), re.M))
        if "deb" in fields.get("Types", "").split() and suites & set(fields.get("Suites", "").split()):
            kept = "".join(f"{key}: {fields[key]}\n" for key in ("URIs", "Signed-By") if fields.get(key))
            yield f"Types: deb\n{kept}Suites: sid\nComponents: main\n"


def one_line_sources(text, suites):
    """The same for the lines of a sources.list file."""
    for line in text.splitlines():
        match = re.match(r"deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+(.*)", line.strip())
        if not match or match.group(3) not in suites or "main" not in match.group(4).split():
            continue
        signed = re.search(r"signed-by=(\S+)", match.group(1) or "")
        kept = f"Signed-By: {signed.group(1)}\n" if signed else ""
        yield f"Types: deb\nURIs: {match.group(2)}\n{kept}Suites: sid\nComponents: main\n"


def sid_sources():
    """This machine's own Debian sources, with the suite replaced by sid."""
    suites = {codename(), "stable", "testing", "sid", "unstable"}
    parts = apt_folder("Dir::Etc::sourceparts/d")
    found = []
    for path in [apt_folder("Dir::Etc::sourcelist/f"), *sorted(parts.glob("*"))]:
        if not path.is_file() or path.suffix not in (".list", ".sources"):
            continue
        parse = deb822_sources if path.suffix == ".sources" else one_line_sources
        found += [source for source in parse(path.read_text(), suites) if source not in found]
    if not found:
        raise FetchError("this machine's apt configuration names no Debian archive")
    return "\n".join(found)


def download(work, package, dependencies):
    """Writes the .deb of `package` to `work`/cache/archives, with `dependencies` also those of its dependencies."""
    for sub in ("state/lists/partial", "cache/archives/partial"):
        (work / sub).mkdir(parents=True)
    (work / "status").touch()  # no package counts as installed, so apt fetches all dependencies
    (work / "sid.sources").write_text(sid_sources())
    apt = ["apt-get", "-qq", "-o", f"Dir::State={work}/state", "-o", f"Dir::State::status={work}/status",
           "-o", f"Dir::State::lists={work}/state/lists", "-o", f"Dir::Cache={work}/cache",
           "-o", f"Dir::Cache::archives={work}/cache/archives",
           "-o", f"Dir::Etc::sourcelist={work}/sid.sources", "-o", "Dir::Etc::sourceparts=-",
           "-o", "Dir::Etc::preferencesparts=-", "-o", "Dir::Etc::preferences=-",
           "-o", "APT::Architecture=amd64", "-o", "APT::Default-Release=", "-o", "Acquire::Languages=none",
           "-o", "Debug::NoLocking=true", "-o", "APT::Sandbox::User=", "-o", "Acquire::Retries=3"]
    if dependencies:
        get = ["install", "--download-only", "-y", "--no-install-recommends", package]
    else:
        get = ["download", package]
    for step in (["update"], get):
        done = subprocess.run(apt + step, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=work / "cache" / "archives",
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise FetchError(f"apt-get {step[0]} failed:\n{done.stdout}")


def unpack(folder, package, dependencies, finish):
    """Fetches `package` and unpacks it into `folder`, which appears only when it is complete. `finish` is called with the
    unpacked tree before that."""
    work = folder.with_name(folder.name + f".new-{os.getpid()}")
    shutil.rmtree(work, ignore_errors=True)
    try:
        download(work, package, dependencies)
        (work / "root").mkdir()
        for archive in sorted((work / "cache" / "archives").glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", archive, work / "root"], check=True)
        finish(work / "root")
        shutil.rmtree(folder, ignore_errors=True)
        (work / "root").rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def fetched_once(folder, is_usable, package, dependencies=True, finish=lambda root: None):
    """Fetches unless `is_usable(folder)`. If several processes call this at once, only one fetches. Returns the last
    result of `is_usable`."""
    found = is_usable(folder)
    if found:
        return found
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_name(folder.name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_usable(folder):
            unpack(folder, package, dependencies, finish)
        return is_usable(folder)
