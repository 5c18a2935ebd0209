"""Data through the whole program: NumPy's files, made-up data, and the memory that large data takes."""

import struct
import subprocess
import sys
import unittest

from common import CliTest, PROGRAM, ROOT, SANITIZED


def npy(rows):
    """The bytes of a .npy file of f4 that holds a list of rows."""
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}".ljust(117) + "\n"
    body = b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + body


class Npy(CliTest):
    def setUp(self):
        super().setUp()
        self.rows = [[i, i * i % 7, 3 * i - 2 * (i * i % 7) + 1] for i in range(20)]

    def test_target_is_a_column(self):
        (self.folder / "mine.npy").write_bytes(npy(self.rows))
        done = self.ok("train", "--model", "linreg", "--data", "mine.npy", "--impl", "cpu_naive", "--epochs", "100")
        self.assertIn("Epoch 100/100", done)

    def test_same_data_in_two_files_and_in_one(self):
        """Targets in a file of their own: the same data by its contents, so that the two are one."""
        (self.folder / "mine.npy").write_bytes(npy(self.rows))
        (self.folder / "x.npy").write_bytes(npy([row[:2] for row in self.rows]))
        (self.folder / "y.npy").write_bytes(npy([row[2:] for row in self.rows]))
        config = self.config("model: linreg\ndataset: [one, two]\nimpl: cpu_naive\nepochs: 20",
                             more="datasets:\n  one: {path: mine.npy}\n  two: {path: x.npy, y: y.npy}")
        record = self.run_sweep(config)
        self.assertEqual([case["dataset"] for case in record["cases"]], ["one"])
        self.assertEqual([case["verify"]["verdict"] for case in record["cases"]], ["ok"])

    def test_not_a_number(self):
        (self.folder / "mine.npy").write_bytes(npy([[1, 2], [3, float("nan")]]))
        self.refused("train", "--model", "linreg", "--data", "mine.npy", "--impl", "cpu_naive",
                     says=["mine.npy", "[1, 1] is nan"])


class Synth(CliTest):
    def test_every_kind_is_trained_and_verified(self):
        config = self.config(
            "model: [linreg, logreg, mlp]\ndataset: [r, c, x]\nimpl: cpu_naive\ndtype: [f32, f64]\nhidden: 6\n"
            "init: xavier\nlr: 0.1\nepochs: 60",
            more="datasets:\n  r: {synth: regression, rows: 500, cols: 5, noise: 0.1}\n"
                 "  c: {synth: classification, rows: 400, cols: 3, noise: 0.2, seed: 9}\n"
                 "  x: {synth: xor, rows: 300, cols: 2, test_fraction: 0.5}")
        cases = self.run_sweep(config)["cases"]
        self.assertEqual(len(cases), 12)  # linreg learns no classes, logreg nothing else
        for case in cases:
            self.assertEqual(case["verify"]["verdict"], "ok", case["id"])
            self.assertEqual(case["rows"], {"r": 500, "c": 400, "x": 300}[case["dataset"]])
            if case["dataset"] != "x" and case["model"] != "mlp":
                self.assertGreater(case["metrics"]["skill"], 0.5, case["id"])

    def test_plan_makes_no_rows(self):
        config = self.config("model: linreg\ndataset: huge\nimpl: cpu_naive",
                             more="datasets:\n  huge: {synth: regression, rows: 1000000000, cols: 1000}")
        self.assertIn("huge", self.ok("plan", config, timeout=20))

    @unittest.skipIf(SANITIZED, "sanitizers need more memory than the data")
    def test_memory_is_that_of_the_data(self):
        """Parent and workers together stay under 1.3 times the features in f32, whose file they all map."""
        rows, cols = 500000, 128
        config = self.config("model: linreg\ndataset: big\nimpl: [cpu_naive, cpu_blas]\ndtype: f32\nlr: 0.1\nepochs: 3",
                             measure="rounds: 1, warmup: 0, min_time: 0s, timeout: 100s",
                             more=f"datasets:\n  big: {{synth: regression, rows: {rows}, cols: {cols}, noise: 0.1}}")
        done = subprocess.run([sys.executable, ROOT / "scripts" / "peak-memory", "--data", str(4 * rows * cols),
                               PROGRAM, "run", config, "--out", "out"],
                              cwd=self.folder, capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        ratio = float(done.stdout.splitlines()[-1].split()[0])
        self.assertGreater(ratio, 0.9, "the worker must have been seen with its data mapped")
        self.assertLess(ratio, 1.3)
        self.assertEqual([case["verify"]["verdict"] for case in self.export("out")["cases"]], ["ok", "ok"])


if __name__ == "__main__":
    unittest.main()
