"""The ledger beside CUPTI in the whole program, on mocks of CUDA's runtime and of CUPTI."""

import os
import pathlib

from common import CliTest

CUDA = os.environ["IRONBENCH_MOCK_CUDA"]
CUPTI = os.environ["IRONBENCH_MOCK_CUPTI"]
DRIVER = os.environ["IRONBENCH_MOCK_DRIVER"]

MATRIX = """
model: [linreg, mlp]
dataset: [diabetes]
impl: [cuda_naive, cuda_cublas]
residency: [per_op, resident]
dtype: [f32]
hidden: [[4]]
epochs: [5]
"""
MEASURE = "rounds: 1, min_time: 0s, timeout: 120s"
CASES = 2 * 2 * 2


class Witness(CliTest):
    def watched(self, fault="", status=0, cupti=True):
        """The cases of a sweep with CUPTI's mock, or with the real CUPTI, which has no driver here."""
        folders = f"{CUDA}:{CUPTI}" if cupti else CUDA
        env = {"LD_LIBRARY_PATH": folders, "LD_PRELOAD": DRIVER, "IRONBENCH_TEST_CUPTI": fault,
               "IRONBENCH_CUPTI_LOG": str(self.folder / "cupti.log")}
        done = self.call("run", self.config(MATRIX, MEASURE), "--out", "out" + fault, env=env, timeout=400)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        cases = self.export("out" + fault)["cases"]
        self.assertEqual(len(cases), CASES)
        return cases

    def test_agrees(self):
        """Also where a library copies something of its own when it is opened."""
        for case in self.watched():
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "ok", case["reason"])
                witness = case["transfers"]["witness"]
                self.assertEqual((witness["source"], witness["agrees"]), ("CUPTI", True))
                self.assertGreater(witness["h2d_count"], 0)
                self.assertGreater(witness["launches"], 0)
                self.assertGreater(witness["syncs"], 0)
        log = pathlib.Path(self.folder / "cupti.log").read_text()
        self.assertEqual(log.count(" waits\n"), 2 * CASES)  # when the implementation is open, and at the end
        self.assertRegex(log, r"up \d+ x \d+ bytes, pageable")

    def test_hidden_copy(self):
        for case in self.watched("hidden_copy", status=3):
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "untrusted")
                self.assertRegex(case["reason"], "^hidden copies: the CUPTI saw")
                self.assertIs(case["transfers"]["witness"]["agrees"], False)

    def test_lost_count(self):
        """A witness that lost count accuses nobody."""
        for fault, reason in [("dropped", "lost 1 records"), ("managed", "managed memory")]:
            for case in self.watched(fault):
                with self.subTest(case["id"]):
                    self.assertEqual(case["status"], "ok", case["reason"])
                    witness = case["transfers"]["witness"]
                    self.assertIsNone(witness["agrees"])
                    self.assertIn(reason, witness["reason"])

    def test_no_driver_for_cupti(self):
        for case in self.watched(cupti=False):
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "ok", case["reason"])
                self.assertIsNone(case["transfers"]["witness"]["agrees"])
                self.assertIn("CUPTI_ERROR", case["transfers"]["witness"]["reason"])


class Health(CliTest):
    def rounds(self, nvml):
        """What the rounds of a sweep say of their device, whose NVML says this."""
        config = self.config(MATRIX.replace("linreg, mlp", "linreg"), MEASURE)
        env = {"LD_LIBRARY_PATH": f"{CUDA}:{CUPTI}", "LD_PRELOAD": DRIVER, "IRONBENCH_TEST_NVML": nvml}
        done = self.call("run", config, "--out", "out", env=env, timeout=400)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        cases = self.export("out")["cases"]
        self.assertEqual(len(cases), CASES / 2)
        return [case["time"]["epoch_ns"] for case in cases]

    def test_at_full_speed(self):
        for rounds in self.rounds("1980 0x1"):  # idle
            self.assertEqual((rounds["clock_mhz"], rounds["slowed"], rounds["disturbed"]), ([1980], [None], [False]))

    def test_held_back(self):
        for rounds in self.rounds("1200 0x44"):
            self.assertEqual((rounds["clock_mhz"], rounds["slowed"], rounds["disturbed"]),
                             ([1200], ["power, heat"], [True]))
