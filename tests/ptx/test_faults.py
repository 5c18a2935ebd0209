"""Every planted fault is found, in the words that faults.py expects; so is the one inexact result that matters."""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import unittest

from faults import FAULTS, planted_in

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("IRONBENCH_BUILD", ROOT / "build"))
HERE = BUILD / "tests" / "ptx"
SHAPES = [BUILD / "tests/faults/kernels/kernel_shapes", "cuda_naive", BUILD / "impls/cuda_naive.so", "few"]
SAMPLE = [HERE / "ptx_sample_test"]
STRICT = {"EMU_ORDER": "shuffle:1", "PTX_RACES": "1"}
TIMEOUT_S = 120
ENDLESS = 124


def run(command, **variables):
    """The exit status, and all that is said."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(HERE / "faults"), **variables}
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=TIMEOUT_S,
                              env=environment)
    except subprocess.TimeoutExpired:
        return ENDLESS, "does not end"
    return done.returncode, done.stdout + done.stderr


def judge(fault):
    return run(SAMPLE if fault.kernel.startswith("sample_") else SHAPES, PTX_TARGET=fault.name, **STRICT)


class FaultsTest(unittest.TestCase):
    def test_nothing_is_found_in_the_kernels_as_they_are(self):
        for command in (SHAPES, SAMPLE):
            status, said = run(command, **STRICT)
            self.assertEqual(status, 0, said)

    def test_every_fault_is_found_and_named(self):
        texts = {path: path.read_text() for path in HERE.glob("*.90.ptx")}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for fault, (status, said) in zip(FAULTS, pool.map(judge, FAULTS)):
                with self.subTest(fault=fault.name):
                    _, _, line = planted_in(fault, texts)
                    self.assertEqual(status, 1, said)
                    self.assertRegex(said, re.compile(fault.found.replace("LINE", str(line))))

    def test_a_target_or_order_that_there_is_not_is_an_error(self):
        for variable in ("PTX_TARGET", "EMU_ORDER"):
            status, said = run(SHAPES, **{variable: "nonsense"})
            self.assertEqual(status, 2)
            self.assertIn(f'{variable} is "nonsense"', said)

    def test_what_needs_exact_powers_of_two(self):
        """tanh near 0, and the cross entropy of a single class, which is 0 if exp(0) is 1."""
        status, said = run(SHAPES, PTX_ERROR="1", PTX_ERROR_AT_INTEGERS="1")
        self.assertEqual(status, 1)
        for line in said.splitlines():
            self.assertRegex(line, r"^act f64 tanh: |^loss_grad f32 ce: Z \d+x1 ")


if __name__ == "__main__":
    unittest.main()
