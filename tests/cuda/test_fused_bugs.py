"""Every planted bug of the kernels that are CUDA's alone is caught by the tool that it names: test_fused, or the
conformance suite of joined operations, on the mock runtime, with the kernels compiled anew. The kernels as they are pass
the same tools in cuda/steps_races, cuda/passes_races, cuda/passes and cuda/joined_races; here once more, to see that what
is compiled anew runs."""

import concurrent.futures
import os
import pathlib
import shutil
import tempfile
import unittest

import fused_bugs
import joined_bugs
from tools import BUILD, CXX, EMU, ROOT, build, judge

CUDA = BUILD / "tests" / "cuda"
PASSES = {"IRONBENCH_TEST_CUDA": "shared=1500"}  # regressions alone

BUGS = fused_bugs.BUGS + joined_bugs.BUGS

# What judges: kernels that are compiled anew, and a program with its arguments.
FUSED = ("fused_kernels.cpp", ["tests/test_fused", "cuda_fused", BUILD / "impls/cuda_fused.so"])
LIMITS = ("fused_kernels.cpp", ["tests/cuda/test_cuda_fused"])
JOINED = ("joined_kernels.cpp", ["tests/test_conformance", "cuda_cublas", BUILD / "impls/cuda_cublas.so", "--joined"])

# That, the mock (its objects, the library of its emulator, flags of its kernels), arguments, and the environment.
RACES = ("IRONBENCH_MOCK_RACES_OBJECTS", "libemu_machine_tsan.a", ["-O0", "-fsanitize=thread", "-DEMU_RACES"])
PLAIN = ("IRONBENCH_MOCK_OBJECTS", "libemu_machine.a", ["-O1"])
TOOLS = {
    "steps": (FUSED, RACES, ["--quick"], {}),
    "passes": (FUSED, RACES, ["--quick"], PASSES),
    "deep passes": (FUSED, PLAIN, [], PASSES),
    "many steps": (LIMITS, PLAIN, [], {}),
    "joined": (JOINED, RACES, ["--quick"], {}),
}


def changed_kernels(folder, edits):
    """A copy of kernels/ with the edits."""
    kernels = folder / "kernels"
    shutil.copytree(ROOT / "kernels", kernels)
    for name, old, new in edits:
        path = kernels / "cuda" / name
        text = path.read_text()
        if text.count(old) != 1:
            raise LookupError(f"{name} has {text.count(old)} times, not once: {old!r}")
        path.write_text(text.replace(old, new))
    return kernels


def mock_with(folder, kernels, source, mock):
    """Links a runtime in the folder from the objects of a mock, without those of the kernels."""
    objects, machine, flags = mock
    includes = [f"-I{kernels}", f"-I{EMU}", f"-I{ROOT / 'tests/cuda'}", f"-I{ROOT / 'impls'}"]
    compiled = folder / "kernels.o"
    build([CXX, "-std=c++17", "-fPIC", "-fvisibility=hidden", *flags, *includes, "-c",
           ROOT / "tests/cuda" / source, "-o", compiled])
    name = next(path.name for path in (CUDA / "mock").glob("libcudart.so.*"))
    build([CXX, "-shared", "-o", folder / name, compiled, *os.environ[objects].split(":"),
           BUILD / "tests/emu" / machine, f"-Wl,--version-script,{CUDA / 'mock_cudart.map'}", f"-Wl,-soname,{name}"])


def verdict(folder, tool, edits=()):
    """What the tool finds in the kernels with these edits; "" for nothing."""
    (source, (program, *others)), mock, arguments, environment = TOOLS[tool]
    folder.mkdir()
    mock_with(folder, changed_kernels(folder, edits), source, mock)
    command = [BUILD / program, *others, *arguments]
    return judge(command, LD_LIBRARY_PATH=f"{folder}:{CUDA / 'mock'}", **environment)


class FusedBugsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="ironbench-fused-") as folder:
            folder = pathlib.Path(folder)
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                cls.clean = [pool.submit(verdict, folder / f"clean {tool}", tool) for tool in ("passes", "many steps", "joined")]
                cls.found = {bug: pool.submit(verdict, folder / bug.name, bug.tool, bug.edits) for bug in BUGS}

    def test_nothing_is_found_in_the_kernels_as_they_are(self):
        self.assertEqual([found.result() for found in self.clean], ["", "", ""])

    def test_every_bug_is_found(self):
        for bug, found in self.found.items():
            with self.subTest(bug=bug.name):
                self.assertNotEqual(found.result(), "", f"{bug.name} ({bug.wrong}) is not caught by {bug.tool}")


if __name__ == "__main__":
    unittest.main()
