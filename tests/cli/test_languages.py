"""The protocol's examples in compiled languages other than C: each row of a sweep is verified, and a check is right."""

import re
import shutil
import subprocess
import unittest

from common import ROOT, released_only
from external import ExternalTest

# So many epochs that a training takes longer than a process runs before another has its turn: shorter ones are compared
# with longer ones, which a busy machine slows more.
MATRIX = """
model: [linreg, logreg, mlp]
dataset: [three, classes]
impl: [x]
dtype: [f32, f64]
hidden: [[], [4, 3]]
act: [relu]
loss: [mse]
epochs: [4000]
"""
DATA = """datasets:
  three: {synth: regression, rows: 200, cols: 8, outputs: 3, noise: 0.1}
  classes: {synth: classification, rows: 200, cols: 8, noise: 0.1}
"""
ONE_LAYER = [("linreg", "three", "half_mse"), ("logreg", "classes", "bce"), ("mlp", "three", "mse"),
             ("mlp", "classes", "mse")]


@released_only("the compilers' programs are not sanitized")
class Languages(ExternalTest):
    def compile(self, compiler, source):
        """Compiles an example with the command in PROTOCOL.md; returns its path."""
        if not shutil.which(compiler) or subprocess.run([compiler, "--version"], capture_output=True).returncode != 0:
            self.skipTest(f"{compiler} is not installed, and not needed otherwise: apt-get install {compiler}")
        command = re.search(rf"`({compiler} [^`]*)`", (ROOT / "impls/PROTOCOL.md").read_text())[1]
        shutil.copy(ROOT / "impls/external" / source, self.folder)
        done = subprocess.run(command.split(), cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))  # without warnings
        return self.folder / "reference"

    def verified(self, program):
        cases = self.sweep([program], MATRIX, more=DATA)
        known = [case for case in cases if not case["hidden"]]
        self.assertEqual(sorted((case["model"], case["dataset"], case["loss"], case["dtype"]) for case in known),
                         sorted((*problem, dtype) for problem in ONE_LAYER for dtype in ("f32", "f64")))
        self.assertEqual(len(cases), len(known) + 4)  # with hidden layers
        for case in cases:
            with self.subTest(case["id"]):
                if case in known:
                    self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "ok"), case["reason"])
                    self.assertTrue(case["ranked"])
                else:
                    self.assertEqual(case["status"], "unsupported")
                    self.assertIn("only models with one layer", case["reason"])
        text = self.ok("check", "--quick", "--", program)
        self.assertIn("program is right in what was checked", text)

    def test_fortran(self):
        self.verified(self.compile("gfortran", "reference.F90"))

    def test_rust(self):
        self.verified(self.compile("rustc", "reference.rs"))


if __name__ == "__main__":
    unittest.main()
