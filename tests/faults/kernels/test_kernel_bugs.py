"""Every planted bug is caught by the tool that it names, and the kernels as they are by none. As a program: the table
of README.md, every bug under every tool, in some minutes."""

import concurrent.futures
import os
import pathlib
import sys
import tempfile
import unittest

from bugs import BUGS
from tools import TOOLS, Text, Unavailable

WORKERS = os.cpu_count()


def verdict(text, tool):
    """What the tool finds; None where this machine lacks it."""
    try:
        return TOOLS[tool](text)
    except Unavailable:
        return None


def verdicts(folder, tools):
    """tools: those of each bug; the bug None is the kernels as they are. Returns what was found by (bug, tool)."""
    def of_bug(bug):
        text = Text(folder / (bug.name if bug else "none"), bug.edits if bug else ())
        return {(bug, tool): verdict(text, tool) for tool in tools[bug]}

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return {pair: found for some in pool.map(of_bug, tools) for pair, found in some.items()}


class KernelBugsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="ironbench-kernels-")
        cls.addClassCleanup(folder.cleanup)
        tools = {None: sorted({bug.tool for bug in BUGS}), **{bug: [bug.tool] for bug in BUGS}}
        cls.found = verdicts(pathlib.Path(folder.name), tools)

    def test_nothing_is_found_in_the_kernels_as_they_are(self):
        for (bug, tool), found in self.found.items():
            with self.subTest(tool=tool):
                if bug is None:
                    self.assertIn(found, ("", None))

    def test_every_bug_is_found(self):
        for (bug, tool), found in self.found.items():
            if bug is None:
                continue
            with self.subTest(bug=bug.name, tool=tool):
                if found is None:
                    self.skipTest(f"{tool} cannot run here")
                self.assertNotEqual(found, "", f"{bug.name} ({bug.wrong}) is not caught by {tool}")


def print_table():
    """One line a bug. Of the kernels as they are, what a tool finds wrongly goes to stderr."""
    with tempfile.TemporaryDirectory(prefix="ironbench-kernels-") as folder:
        found = verdicts(pathlib.Path(folder), {bug: TOOLS for bug in (None, *BUGS)})
    marks = {None: "?", "": ""}
    print("| bug | " + " | ".join(TOOLS) + " |")
    print("|---|" + ":-:|" * len(TOOLS))
    for bug in BUGS:
        print(f"| {bug.name} | " + " | ".join(marks.get(found[bug, tool], "x") for tool in TOOLS) + " |")
        for tool in TOOLS:
            print(f"{bug.name}: {tool}: {found[bug, tool]}", file=sys.stderr)
    for tool in TOOLS:
        if found[None, tool]:
            print(f"{tool} finds fault with the kernels as they are: {found[None, tool]}", file=sys.stderr)


if __name__ == "__main__":
    print_table()
