"""Where the program is, and how it is called."""

from __future__ import annotations

import os
import pathlib
import shutil
import sysconfig

HERE = pathlib.Path(__file__).resolve().parent


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
