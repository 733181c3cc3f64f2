"""What the scripts of this folder share: their arguments, the programs that they measure, and the files that they keep."""
import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "daler" / "bench"
# Without bitcoind's own checks of regtest, and without ours of answers: neither is for users.
ONLY = {"daler": ["-rpcdoccheck=0"], "bitcoind": ["-checkblockindex=0", "-checkmempool=0"]}


def parser(description):
    """The arguments that all scripts have."""
    out = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    out.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    out.add_argument("--no-bitcoind", action="store_true", help="measure daler alone")
    return out


def parse(arguments, parts):
    """The arguments, and which of `parts` to measure: those that are named, or all."""
    arguments.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    parsed = arguments.parse_args()
    wanted = set(parsed.parts or parts)
    if unknown := wanted - set(parts):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    return parsed, wanted


def choose(parsed, *targets):
    """The kinds of nodes to measure: daler, and bitcoind if it is there. Builds `targets` first. After this the modules of
    test/functional can be imported."""
    build = parsed.build.resolve()
    os.environ["DALER_BUILD"] = str(build)
    sys.path.append(str(ROOT / "test" / "functional"))
    import framework
    if targets:
        subprocess.run(["cmake", "--build", build, "--target", *targets], check=True, stdout=subprocess.DEVNULL)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    if parsed.no_bitcoind:
        return ["daler"]
    try:
        framework.bitcoind_folder()
    except framework.Skip as reason:
        print(f"No bitcoind to compare with: {reason}", flush=True)
        return ["daler"]
    return ["daler", "bitcoind"]


def cpu(node):
    """Seconds that the threads of a node's process have run."""
    tasks = Path(f"/proc/{node.process.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
