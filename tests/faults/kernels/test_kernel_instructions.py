"""scripts/kernel-instructions finds kernels that compile to what a GPU is slow at, and names kernel and limit."""

import pathlib
import subprocess
import tempfile
import unittest

from bugs import Edit
from tools import ROOT, Text

ARCH = "80"


class KernelInstructionsTest(unittest.TestCase):
    def findings(self, *edits):
        """edits: file, text, text in its place, and so on."""
        folder = tempfile.TemporaryDirectory(prefix="ironbench-kernels-")
        self.addCleanup(folder.cleanup)
        text = Text(pathlib.Path(folder.name, "slow"), [Edit(*edits[i:i + 3]) for i in range(0, len(edits), 3)])
        done = subprocess.run([ROOT / "scripts/kernel-instructions", "--arch", ARCH, "--kernels", text.all_files()],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return done.stderr

    def test_few_loads_under_way_shared_loads_and_doubles_are_found(self):
        found = self.findings(
            "dialect.h", "__launch_bounds__(n_items, 768 / (n_items))", "__launch_bounds__(n_items)",
            "gemm.inc", "+= a[i] * b[j];", "+= a[i] * *(volatile const REAL *)&b_tile[d * TILE_LD + j];",
            "definitions.inc", "return (REAL)1 - y * y;", "return (REAL)(1.1 - y * y);")
        for kernel in ("sum_rows f32", "sum_products f32", "sum_rows f64", "sum_products f64"):
            self.assertRegex(found, rf"(?m)^{kernel} on {ARCH} has \d+ loads under way, fewer than 16$")
        for kind in "f32", "f64":
            self.assertIn(f"gemm {kind} on {ARCH} loads 1.25 numbers from shared memory per multiply-add, above 0.6", found)
        self.assertRegex(found, rf"(?m)^act_grad f32 on {ARCH} has \d+ instructions on doubles$")
        self.assertNotIn("act_grad f64", found)

    def test_arrays_in_local_memory_are_found(self):
        found = self.findings("dialect.h", '#define UNROLL _Pragma("unroll")', '#define UNROLL _Pragma("unroll 1")')
        self.assertRegex(found, rf"(?m)^gemm f32 on {ARCH} has \d+ bytes in local memory: an array that is not in registers$")

    def test_spills_are_found(self):
        found = self.findings("dialect.h", "__launch_bounds__((n_items) * (n_lines))",
                              "__launch_bounds__((n_items) * (n_lines), 6)")
        self.assertRegex(found, rf"(?m)^gemm f64 on {ARCH} spills \d+ bytes of registers$")


if __name__ == "__main__":
    unittest.main()
