#!/usr/bin/python3
"""Runs the tests of a build folder and counts them: the unit tests, by test case; the fuzz targets, if the folder has
them; contrib/check_layers.py, check_places.py and check_sizes.py; the scripts of test/functional and, with --interop, of
test/interop. `contrib/test` builds the folder and then calls this script.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = 77  # exit code of a script that cannot run here
NOT_TESTS = {"framework", "p2p", "chainkit", "miner", "networks", "overlay", "rpc_questions", "wallet_users"}  # modules that the scripts import
BUILDS = {"extending"}  # scripts that compile; sanitizers would not change what they find
# Started first, so that they do not finish last.
SLOW_FIRST = ("unit/faults", "fuzz/coin_cache", "fuzz/orphanage", "fuzz/request_tracker", "functional/crash",
              "functional/import_damage", "unit/chain", "fuzz/address_book")
STRICT_TOO = {"bitcoind_sync", "rpc_compare", "rpc_types"}  # scripts of test/interop that also run with -strictregtest
SANITIZERS = {"asan-ubsan", "asan-gcc", "tsan"}
FUZZ_EXECUTIONS = 20_000
LONG = 10  # with --long, factor of the time limits and of the fuzz executions


class Result:
    def __init__(self, name, passed=0, failed=0, skipped=0, output=""):
        self.name, self.passed, self.failed, self.skipped, self.output = name, passed, failed, skipped, output
        self.seconds = 0.0


def run(command, environment, timeout):
    """Exit code and output of a program. It is killed with its process group if it takes too long."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=timeout)
        late = ""
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        late = f"\nkilled after {timeout} s without a result\n"
    return process.returncode, output.decode(errors="replace") + late


def run_unit(program, environment, timeout):
    name = "unit/" + program.name.removeprefix("test_")
    code, output = run([program], environment, timeout)
    result = Result(name, output=output)
    passed_all = re.search(r"All tests passed \(.* in (\d+) test cases?\)", output)
    totals = re.search(r"^test cases:(.*)$", output, re.M)
    skipped = len(re.findall(r"^SKIPPED: ", output, re.M))
    if passed_all:
        result.passed = int(passed_all.group(1))
    elif totals:
        counts = dict((word, int(count)) for count, word in
                      re.findall(r"(\d+) (passed|failed|skipped)", totals.group(1)))
        result.passed, result.failed = counts.get("passed", 0), counts.get("failed", 0)
        result.skipped = counts.get("skipped", 0)
    if code != 0 and result.failed == 0:  # a crash, or a sanitizer's report
        result.failed = 1
    moved = min(skipped, result.passed)
    result.passed -= moved
    result.skipped += moved
    if not (result.passed or result.failed or result.skipped):
        result.failed, result.output = 1, output + "\nno test ran\n"
    return result


def script_name(script, strict=False):
    return f"{script.parent.name}/{script.stem}{' -strictregtest' if strict else ''}"


def run_script(script, environment, timeout, strict=False):
    if strict:
        environment = dict(environment, DALER_STRICT="1")
    code, output = run(["/usr/bin/python3", script], environment, timeout)
    name = script_name(script, strict)
    if code == SKIPPED:
        return Result(name, skipped=1, output=output)
    return Result(name, passed=code == 0, failed=code != 0, output=output)


def run_fuzz_target(program, environment, timeout):
    """Starts from the seeds of the target, with a fixed number of executions and a fixed random seed. contrib/fuzz runs
    longer."""
    executions = FUZZ_EXECUTIONS * (LONG if "DALER_LONG" in environment else 1)
    seed = environment.get("DALER_SEED", "1")
    with tempfile.TemporaryDirectory(prefix="daler-fuzz-") as folder:
        subprocess.run([ROOT / "test" / "fuzz" / "seeds.py", folder], check=True)
        target = program.name.removeprefix("fuzz_")
        code, output = run([program, f"-runs={executions}", f"-seed={seed}", "-timeout=60", "-rss_limit_mb=4096",
                            f"-artifact_prefix={folder}/", Path(folder) / target], environment, timeout)
    executed = re.search(r"Done (\d+) runs", output)
    passed = code == 0 and executed is not None and int(executed.group(1)) >= executions
    return Result(f"fuzz/{target}", passed=passed, failed=not passed, output=output)


def collect(arguments, environment, factor):
    """The jobs to run: name and function."""
    jobs = [(name, lambda script=script: run_script(ROOT / "contrib" / script, environment, 60))
            for name, script in (("layers", "check_layers.py"), ("places", "check_places.py"),
                                 ("sizes", "check_sizes.py"))]
    for program in sorted(arguments.build.glob("test/unit/*/test_*")):
        if program.is_file() and os.access(program, os.X_OK):
            jobs.append((f"unit/{program.name.removeprefix('test_')}",
                         lambda p=program: run_unit(p, environment, 300 * factor)))
    if not arguments.quick:
        for program in sorted(arguments.build.glob("test/fuzz/fuzz_*")):
            if program.is_file() and os.access(program, os.X_OK):
                jobs.append((f"fuzz/{program.name.removeprefix('fuzz_')}",
                             lambda p=program: run_fuzz_target(p, environment, 300 * factor)))
        folders = ["functional"] + (["interop"] if arguments.interop else [])
        scripts = [s for f in folders for s in sorted((ROOT / "test" / f).glob("*.py"))
                   if s.stem not in NOT_TESTS and not (arguments.build.name in SANITIZERS and s.stem in BUILDS)]
        for script in scripts:
            jobs.append((script_name(script), lambda s=script: run_script(s, environment, 300 * factor)))
            if script.parent.name == "interop" and script.stem in STRICT_TOO:
                jobs.append((script_name(script, True),
                             lambda s=script: run_script(s, environment, 300 * factor, True)))
    jobs.sort(key=lambda job: SLOW_FIRST.index(job[0]) if job[0] in SLOW_FIRST else len(SLOW_FIRST))
    if arguments.patterns:
        jobs = [job for job in jobs if any(pattern in job[0] for pattern in arguments.patterns)]
    return jobs


def timed(function):
    started = time.monotonic()
    result = function()
    result.seconds = time.monotonic() - started
    return result


def describe(result):
    total = result.passed + result.failed + result.skipped
    counts = [f"{total - result.failed - result.skipped} of {total}"] if total > 1 else []
    verdict = "FAILED" if result.failed else "skipped" if result.skipped and not result.passed else "passed"
    if result.skipped and result.passed:
        counts.append(f"{result.skipped} skipped")
    return f"{verdict:8}{result.name:36}{result.seconds:6.1f} s  {', '.join(counts)}".rstrip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--interop", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--jobs", type=int, default=(os.cpu_count() or 2) + 1)
    parser.add_argument("patterns", nargs="*")
    arguments = parser.parse_args()
    arguments.build = arguments.build.resolve()
    slow = arguments.build.name in SANITIZERS
    factor = 4 if slow else 1

    environment = dict(os.environ, DALER_BUILD=str(arguments.build), DALER_TIMEOUT_FACTOR=str(factor),
                       PYTHONDONTWRITEBYTECODE="1",
                       ASAN_OPTIONS="detect_stack_use_after_return=1:abort_on_error=0",
                       UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1",
                       TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:ignore_noninstrumented_modules=1:"
                                    f"suppressions={ROOT}/test/tsan.supp")
    if arguments.long:
        environment["DALER_LONG"] = "1"
    if arguments.seed is not None:
        environment["DALER_SEED"] = str(arguments.seed)
    symbolizer = Path("/usr/bin/llvm-symbolizer-16")
    if slow and symbolizer.exists():
        for tool in ("ASAN", "UBSAN", "TSAN"):
            environment[f"{tool}_OPTIONS"] += f":external_symbolizer_path={symbolizer}"

    results = []
    jobs = collect(arguments, environment, factor * (LONG if arguments.long else 1))
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for future in as_completed([pool.submit(timed, function) for _, function in jobs]):
            result = future.result()
            if os.environ.get("CI") and result.skipped:  # .ci/run installs what the tests need
                result.output += "\nskipped tests count as failed if CI is set\n"
                result.failed, result.skipped = result.failed + result.skipped, 0
            results.append(result)
            print(describe(result), flush=True)
            if result.failed or result.skipped:
                for line in result.output.strip().splitlines()[-200 if result.failed else -5:]:
                    print("    " + line, flush=True)

    failed = [result.name for result in results if result.failed]
    if failed:
        print("Failed: " + ", ".join(failed))
    passed = sum(result.passed for result in results)
    print(f"{passed} passed, {sum(r.failed for r in results)} failed, {sum(r.skipped for r in results)} skipped")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
