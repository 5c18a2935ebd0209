"""Where the program is, and how it is called."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence

HERE = pathlib.Path(__file__).resolve().parent


class Error(RuntimeError):
    """The program could not do what it was asked; `status` is its exit status: 2 usage or configuration error, 4 it failed,
    130 interrupted, or minus the number of the signal that ended it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def program() -> pathlib.Path:
    """The program that this module calls: $IRONBENCH if that is set, else the one in this package; in a source tree, that in
    `build/`; else the one on the PATH. FileNotFoundError if there is none."""
    given = os.environ.get("IRONBENCH")
    if given:
        return pathlib.Path(given)
    for path in (HERE / "bin" / "ironbench", HERE.parents[2] / "build" / "ironbench"):
        if os.access(path, os.X_OK):
            return path
    found = shutil.which("ironbench")
    if found is None:
        raise FileNotFoundError("the program ironbench was not found: set IRONBENCH to its path, or put it on the PATH")
    return pathlib.Path(found)


def environment() -> dict[str, str]:
    """The environment in which the program runs: it finds the gnuplot of this Python's packages, after any other."""
    scripts = sysconfig.get_path("scripts")
    return {**os.environ, "PATH": os.pathsep.join((os.environ.get("PATH", os.defpath), scripts))}


def call(arguments: Sequence[str], *, allowed: Sequence[int] = (0,), quiet: bool = True) -> tuple[int, str]:
    """Runs the program; returns its exit status and what it printed. Its messages are passed on to sys.stderr as they come,
    unless `quiet`. Error, with the last message, for a status that is not allowed."""
    last = ""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        with subprocess.Popen([program(), *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, text=True,
                              encoding="utf-8", errors="replace", env=environment()) as process:
            assert process.stderr is not None
            for line in process.stderr:
                last = line.strip() or last
                if not quiet:
                    sys.stderr.write(line)
        out.seek(0)
        printed = out.read()
    if process.returncode not in allowed:
        raise Error(process.returncode, last or f"ironbench {arguments[0]} ended with status {process.returncode}")
    return process.returncode, printed
