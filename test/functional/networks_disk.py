#!/usr/bin/python3
"""daler up on a full disk: a clear error, and nothing half made."""
import os
import subprocess
import sys

from framework import Skip, run
from networks import Daler

ALONE = ["unshare", "--map-root-user", "--mount"]  # a user namespace: its mounts end with it


def main(test):
    if "alone" not in sys.argv:
        raise Skip("this system has no user namespaces, so a small disk cannot be mounted")
    test.step("up on a full disk says so and leaves nothing")
    daler = Daler(test, "full")
    home = daler.home / ".daler"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "daler-test", home], check=True)
    text = daler.fails("up", "-d", "-n", "2", "--name", "kept")
    assert " did not start: " in text and "Make room" in text, text
    daler.check_nothing_left()
    test.step("a disk that has no room for the network's file")
    with open(home / "ballast", "wb") as file:
        disk = os.statvfs(home)
        os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_frsize)
    text = daler.fails("up", "-d", "-n", "2", "--name", "kept")
    assert "No space left on device" in text, text
    (home / "ballast").unlink()
    daler.check_nothing_left()
    test.step("with room it starts")
    subprocess.run(["mount", "-o", "remount,size=400m", home], check=True)
    daler.run("up", "-d", "-n", "2", "--name", "kept")
    daler.run("rm")


if "alone" not in sys.argv and subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0:
    os.execvp(ALONE[0], [*ALONE, sys.executable, *sys.argv, "alone"])
run(main)
