"""What the command-line tests share: the program, temporary folders, configurations, the seed's data."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("IRONBENCH_BUILD", ROOT / "build"))
PROGRAM = BUILD / "ironbench"
FAULTS = BUILD / "tests" / "faults.so"
SANITIZED = os.environ.get("IRONBENCH_SANITIZED") == "1"  # long trainings then take ten times as long
LONG = os.environ.get("IRONBENCH_LONG_TESTS") == "1"  # as scripts/test --all sets it
NO_CHARTS = ROOT / "tests" / "cli" / "no_charts"  # a gnuplot that draws nothing
HANG_S = 300  # what has not ended by then hangs: a busy machine makes seconds minutes
os.environ["IRONBENCH_LIMITS"] = ""  # not those of whoever runs the tests
os.environ["IRONBENCH_SELFTEST"] = ""
SEED_DATA = ROOT.parent / "shared" / "datasets"


def seed_data(name):
    """The path of one of the seed's files; the test is skipped where they are not at hand."""
    path = SEED_DATA / name
    if not path.exists():
        raise unittest.SkipTest(f"{name} of the seed is not at hand")
    return path


def fuller_when_released(test):
    """Marks a test, or a class of tests, that does more in the released build than under sanitizers."""
    test.about_released = True
    return test


def released_only(reason):
    """Marks a test, or a class of tests, that is skipped under sanitizers for this reason."""
    def mark(test):
        return fuller_when_released(unittest.skipIf(SANITIZED, reason)(test))
    return mark


def long(reason):
    """Marks a test that scripts/test leaves out without --all, for this reason."""
    return unittest.skipUnless(LONG, f"long: {reason}; see scripts/test --all")


def is_about_released(test):
    """True for a test with one of these marks; and for what could not be loaded, which must be seen."""
    method = getattr(test, test._testMethodName)
    return hasattr(method, "about_released") or hasattr(type(test), "about_released") or not isinstance(test, CliTest)


class CliTest(unittest.TestCase):
    """A test with a folder of its own, in which the program runs, and without charts unless it asks for them."""

    def setUp(self):
        self.path = mock.patch.dict(os.environ, PATH=f"{NO_CHARTS}:{os.environ['PATH']}")
        self.path.start()
        self.addCleanup(self.path.stop)
        folder = tempfile.TemporaryDirectory(prefix="ironbench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def with_charts(self):
        """From here on, gnuplot draws charts."""
        os.environ["PATH"] = os.environ["PATH"].removeprefix(f"{NO_CHARTS}:")

    def call(self, *args, timeout=HANG_S, env=None):
        """Runs the program; returns the finished process, its output as text."""
        return subprocess.run([str(PROGRAM), *map(str, args)], cwd=self.folder, capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})

    def ok(self, *args, **kwargs):
        """Runs the program, which must end with 0; returns its stdout."""
        done = self.call(*args, **kwargs)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def refused(self, *args, status=2, says=()):
        """Runs the program, which must refuse: the status, one line on stderr with all these words, no stdout."""
        done = self.call(*args)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, done.stderr)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def config(self, matrix, measure="rounds: 2, min_time: 1ms, timeout: 20s", more=""):
        """A configuration from the lines of its matrix."""
        lines = "\n".join("  " + line.strip() for line in matrix.strip().splitlines())
        return self.write("test.yaml", f"version: 1\nmatrix:\n{lines}\nmeasure: {{{measure}}}\n{more}\n")

    def limits(self, *rates, **changes):
        """A file with limits of any machine, as environment: rates are (kind, of, type, threads, value)."""
        names = ("kind", "of", "type", "threads", "value")
        whole = {"schema": 1, "threads": 1, "measured": "2026-01-01T00:00:00Z",
                 "rates": [dict(zip(names, rate)) for rate in rates], **changes}
        return {"IRONBENCH_LIMITS": str(self.write("limits.json", json.dumps(whole)))}

    def run_sweep(self, config, status=0, out="out"):
        """Runs a configuration; returns its record, and checks the exit status."""
        done = self.call("run", config, "--out", out)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.output = done.stdout + done.stderr
        return self.export(out)

    def export(self, folder):
        return json.loads(self.ok("export", folder))
