"""What the tests of ARCHITECTURE.md's "where a new thing goes" share: a copy of the sources to change, built as the
program under test was."""

import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("IRONBENCH_BUILD", ROOT / "build"))
PROGRAM = BUILD / "ironbench"

# How the program under test was made. Whatever of it is in the cache of its build goes into that of the copy.
SETTINGS = ["CMAKE_BUILD_TYPE", "CMAKE_C_COMPILER", "CMAKE_C_COMPILER_LAUNCHER", "CMAKE_C_FLAGS", "CMAKE_C_FLAGS_RELEASE",
            "CMAKE_CXX_COMPILER_LAUNCHER", "CMAKE_PREFIX_PATH"]


def cached():
    """The settings of the build under test, by name."""
    values = {}
    for line in (BUILD / "CMakeCache.txt").read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", "//")):
            values[name.partition(":")[0]] = value
    return values


class Tree:
    """A copy of the sources in a folder of the test's."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder) / "tree"
        self.build_folder = self.root / "build"
        self.program = self.build_folder / "ironbench"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns("build*", ".*", "__pycache__", "runs"))

    def write(self, path, text):
        """A new file."""
        path = self.root / path
        assert not path.exists(), path
        path.write_text(text)

    def replace(self, path, old, new):
        """Replaces text that is there exactly once."""
        path = self.root / path
        text = path.read_text()
        assert text.count(old) == 1, (path, old, text.count(old))
        path.write_text(text.replace(old, new))

    def insert_after(self, path, start, new):
        """Adds a line after the only one that begins with `start`."""
        lines = [line for line in (self.root / path).read_text().splitlines(keepends=True) if line.startswith(start)]
        assert len(lines) == 1, (path, start, lines)
        self.replace(path, lines[0], lines[0] + new + "\n")

    def build(self, *targets):
        """Configures at first, then builds the targets: `ironbench` where none is named."""
        if not self.build_folder.exists():
            known = cached()
            settings = [f"-D{name}={known[name]}" for name in SETTINGS if known.get(name)]
            settings.append("-DCMAKE_C_FLAGS_RELEASE=-O0")  # compiled faster; no test here depends on speed
            self.run("cmake", "-G", known["CMAKE_GENERATOR"], "-S", self.root, "-B", self.build_folder, *settings)
        self.run("cmake", "--build", self.build_folder, "--target", *(targets or ["ironbench"]))

    def run(self, *command):
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def call(program, *args, cwd, timeout=120):
    """Runs a build of the program; returns the finished process, its output as text."""
    return subprocess.run([str(program), *map(str, args)], cwd=cwd, capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL)


@functools.cache
def planted():
    """One copy with everything that the tests of this folder add, built once for all of them; and a folder to work in."""
    import test_operation
    import test_tables

    folder = tempfile.TemporaryDirectory(prefix="ironbench-test-")
    atexit.register(folder.cleanup)
    copy = Tree(folder.name)
    for test in (test_operation, test_tables):
        test.plant(copy)
    copy.build()
    return copy, pathlib.Path(folder.name)
