"""ironbench from Python: run a sweep, check an implementation, load records as pandas frames. README.md shows how."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import pathlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

from ironbench._program import Error, call, program

if TYPE_CHECKING:
    from ironbench.tables import Tables

__all__ = ["Check", "Error", "Run", "check", "load", "program", "record", "run"]

PathLike = Union[str, "os.PathLike[str]"]
#: A value of an axis: a name or glob, a number, a comparison such as ">=1000", or a tuple of hidden sizes.
Value = Union[str, int, float, tuple[int, ...]]

SCHEMAS = {"record": 2, "check": 1}  # those that this module understands


def _understood(kind: str, read: dict[str, Any]) -> dict[str, Any]:
    if read.get("schema") != SCHEMAS[kind]:
        raise Error(2, f"{program()}: writes schema {read.get('schema')} of a {kind}, and this module reads {SCHEMAS[kind]}; "
                       "install both from the same version")
    return read


# ---- records ----

def record(folder: PathLike) -> dict[str, Any]:
    """The record of a run, as results/record.schema.json describes it. Error if the folder holds none."""
    return _understood("record", json.loads(call(["export", os.fspath(folder), "--format", "json"])[1]))


def load(*folders: PathLike) -> Tables:
    """The records of one or more runs as pandas frames: `cases`, `samples`, `curves`, `predictions`, `transfers` and
    `time_to_loss`. ImportError without pandas; Error for a folder without a run."""
    from ironbench.tables import tables

    if not folders:
        raise ValueError("load: needs the folder of a run")
    return tables([record(folder) for folder in folders])


# ---- running ----

@dataclasses.dataclass(frozen=True)
class Run:
    """A run that has ended. `status` is 0, 3 if an answer is wrong or untrusted, or 4 if a case failed or is missing."""

    folder: pathlib.Path
    status: int

    def load(self) -> Tables:
        return load(self.folder)


def _condition(axis: str, value: Value) -> str:
    if isinstance(value, tuple):
        value = "x".join(map(str, value)) or "none"
    text = str(value)
    return axis + text if text[:1] in ("<", ">") else f"{axis}={text}"


def selections(select: Mapping[str, Value | list[Value]]) -> list[str]:
    """The flags -s that select cases: one for each combination of the values in lists."""
    if not select:
        return []
    axes = [[_condition(axis, value) for value in (values if isinstance(values, list) else [values])]
            for axis, values in select.items()]
    return [word for conditions in itertools.product(*axes) for word in ("-s", ",".join(conditions))]


def run(config: PathLike, *, out: PathLike | None = None, resume: bool = False, plugins: Iterable[PathLike] = (),
        sandbox: bool = False, quiet: bool = False, **select: Value | list[Value]) -> Run:
    """Runs a configuration, given by its path or the name of a shipped one, and returns the folder with its results.

    select: the cases to run, by axis, rows, cols, task or option: `model="mlp"`, `lr="<0.1"`, `hidden=(6, 6)`; a list gives
    alternatives: `impl=["cpu_naive", "cpu_blas"]`. out: the folder; by default a new one in results/runs. Progress goes to
    sys.stderr, unless `quiet`. Error for a configuration or selection that cannot be run, or an interrupted run."""
    words = ["run", os.fspath(config), *selections(select)]
    if out is not None:
        words += ["--out", os.fspath(out)]
    for plugin in plugins:
        words += ["--plugin", os.fspath(plugin)]
    words += [flag for flag, given in (("--resume", resume), ("--sandbox", sandbox)) if given]
    status, printed = call(words, allowed=(0, 3, 4), quiet=quiet)
    folder = re.search(r"^report: (.*)/report\.html$", printed, re.MULTILINE)  # the last line of a run that has ended
    if folder is None:
        raise Error(status, f"ironbench run ended with status {status} and without a report")
    return Run(pathlib.Path(folder[1] if out is None else out), status)


# ---- checking ----

@dataclasses.dataclass(frozen=True)
class Check:
    """What `ironbench check` found about one implementation; results/check.schema.json describes counts and findings."""

    impl: str
    verdict: str  # right, wrong, failed, unverified
    complete: bool  # False: some checks were skipped
    counts: dict[str, dict[str, Any]]  # by level: how many checks ran, were wrong, failed, were skipped
    findings: list[dict[str, Any]]  # each with its operation, pattern and first wrong element


def check(subject: PathLike | Sequence[str], *, quick: bool = False, models: Iterable[str] = (),
          options: Mapping[str, object] | None = None, plugins: Iterable[PathLike] = (), timeout: float | None = None,
          sandbox: bool | None = None) -> list[Check]:
    """Checks an implementation by its name, all of a plugin by its path, or an external program by its command, a list of
    words. Returns one result for each implementation. timeout: in seconds, for one operation or training. sandbox: None
    confines paths and commands. Error if there is nothing to check."""
    words = ["check", "--json"]
    words += ["--quick"] if quick else []
    for flag, values in (("--model", models), ("--plugin", (os.fspath(plugin) for plugin in plugins)),
                         ("--option", (f"{name}={value}" for name, value in (options or {}).items()))):
        for text in values:
            words += [flag, text]
    if timeout is not None:
        words += ["--timeout", repr(float(timeout))]
    if sandbox is not None:
        words += ["--sandbox" if sandbox else "--no-sandbox"]
    words += [os.fspath(subject)] if isinstance(subject, (str, os.PathLike)) else ["--", *subject]
    found = [_understood("check", json.loads(line)) for line in call(words, allowed=(0, 3, 4))[1].splitlines()]
    if not found:
        raise Error(4, f"ironbench {' '.join(words)}: nothing was checked")
    return [Check(one["impl"], one["verdict"], one.get("complete", True), one["counts"], one["findings"]) for one in found]
