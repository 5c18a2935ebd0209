"""The transfer log compared with CUPTI in the whole program, on mocks of CUDA's runtime and of CUPTI."""

import contextlib
import os
import sqlite3

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


class Tracer(CliTest):
    def watched(self, fault="", status=0, cupti=True, impl="cuda_naive, cuda_cublas", n_cases=CASES):
        """The cases of a sweep with CUPTI's mock, or with the real CUPTI, which has no driver here."""
        folders = f"{CUDA}:{CUPTI}" if cupti else CUDA
        env = {"LD_LIBRARY_PATH": folders, "LD_PRELOAD": DRIVER, "IRONBENCH_TEST_CUPTI": fault}
        done = self.call("run", self.config(MATRIX.replace("cuda_naive, cuda_cublas", impl), MEASURE), "--out", "out" + fault, env=env, timeout=400)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        cases = self.export("out" + fault)["cases"]
        self.assertEqual(len(cases), n_cases)
        return cases

    def test_agrees(self):
        """Also if a library makes copies while it is opened."""
        for case in self.watched():
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "ok", case["reason"])
                tracer = case["transfers"]["tracer"]
                self.assertEqual((tracer["source"], tracer["agrees"]), ("CUPTI", True))
                self.assertGreater(tracer["h2d_count"], 0)
                self.assertGreater(tracer["launches"], 0)
                self.assertGreater(tracer["syncs"], 0)
                cublas = case["impl"] == "cuda_cublas"  # whose handle copies something when it is made
                self.assertEqual((tracer["opened_h2d_count"], tracer["opened_h2d_bytes"]), (1, 112) if cublas else (0, 0))
                self.assertEqual((tracer["opened_d2h_count"], tracer["opened_d2h_bytes"]), (0, 0))
                self.assertEqual(tracer["pageable_count"], tracer["h2d_count"] + tracer["d2h_count"])
                self.assertEqual(tracer["pageable_bytes"], tracer["h2d_bytes"] + tracer["d2h_bytes"])
                self.assertEqual((tracer["pinned_count"], tracer["pinned_bytes"]), (0, 0))

    def test_kernels(self):
        """Whose kernels ran is in the record: those of this project have names that begin alike."""
        for case in self.watched():
            with self.subTest(case["id"]):
                tracer = case["transfers"]["tracer"]
                counts = [kernel["count"] for kernel in tracer["kernels"]]
                self.assertEqual(counts, sorted(counts, reverse=True))
                self.assertEqual(sum(counts), tracer["launches"])
                foreign = {kernel["name"]: kernel["count"] for kernel in tracer["kernels"]
                           if not kernel["name"].startswith("ibk_")}
                split = sum(count for name, count in foreign.items() if "splitK" in name)
                self.assertEqual(bool(foreign), case["impl"] == "cuda_cublas")
                self.assertEqual(split > 0, case["impl"] == "cuda_cublas" and case["model"] == "mlp")
                self.assertEqual([tracer[name] for name in ("memset_count", "memset_bytes", "d2d_count", "d2d_bytes")],
                                 [split, 32 * split, split, 16 * split])

    def test_whole_steps(self):
        """Their kernels are all that runs, and nothing is copied around them."""
        for case in self.watched(impl="cuda_fused", n_cases=4):
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "ok", case["reason"])
                tracer = case["transfers"]["tracer"]
                self.assertIs(tracer["agrees"], True)
                self.assertEqual({kernel["name"] for kernel in tracer["kernels"]},
                                 {"ibk_fused_network_f32", "ibk_fused_predict_f32"})
                self.assertEqual([tracer[name] for name in ("memset_count", "d2d_count", "opened_h2d_count")], [0] * 3)

    def test_explained(self):
        case = next(case for case in self.watched() if case["impl"] == "cuda_cublas" and case["model"] == "mlp")
        page = " ".join(self.call("explain", "out", case["id"]).stdout.split())
        self.assertRegex(page, r"In the checked pass \(CUPTI\): (\d+) memsets \(\S+ \w+\) and \1 copies \(\S+ \w+\) "
                               r"within the device, issued by the implementation or its libraries: .*; all transfers used pageable host memory")
        self.assertIn("before its first call, made 1 upload (112 bytes) and no downloads.", page)
        self.assertRegex(page, r"Kernels started: .*_ZN8cublasLt19splitKreduce_kernel\w+ \d+ times")

    def test_pinned(self):
        for case in self.watched(impl="{name: cuda_naive, pinned: true}", n_cases=4):
            with self.subTest(case["id"]):
                tracer = case["transfers"]["tracer"]
                self.assertGreater(tracer["pinned_count"], 0)
                self.assertEqual(tracer["pinned_bytes"] + tracer["pageable_bytes"],
                                 tracer["h2d_bytes"] + tracer["d2h_bytes"])

    def test_hidden_copy(self):
        for case in self.watched("hidden_copy", status=3):
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "untrusted")
                self.assertRegex(case["reason"], "^hidden copies: the CUPTI counted")
                self.assertIs(case["transfers"]["tracer"]["agrees"], False)

    def test_lost_count(self):
        """A tracer that lost count blames no case."""
        for fault, reason in [("dropped", "lost 1 records"), ("managed", "managed memory")]:
            for case in self.watched(fault):
                with self.subTest(case["id"]):
                    self.assertEqual(case["status"], "ok", case["reason"])
                    tracer = case["transfers"]["tracer"]
                    self.assertIsNone(tracer["agrees"])
                    self.assertIn(reason, tracer["reason"])

    def test_no_driver_for_cupti(self):
        for case in self.watched(cupti=False):
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "ok", case["reason"])
                self.assertIsNone(case["transfers"]["tracer"]["agrees"])
                self.assertIn("CUPTI_ERROR", case["transfers"]["tracer"]["reason"])


class Health(CliTest):
    def cases(self, nvml, measure=MEASURE):
        """The cases of a sweep on a device whose NVML says this."""
        config = self.config(MATRIX.replace("linreg, mlp", "linreg"), measure)
        env = {"LD_LIBRARY_PATH": f"{CUDA}:{CUPTI}", "LD_PRELOAD": DRIVER, "IRONBENCH_TEST_NVML": nvml}
        done = self.call("run", config, "--out", "out", env=env, timeout=400)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        cases = self.export("out")["cases"]
        self.assertEqual(len(cases), CASES / 2)
        return cases

    def rounds(self, nvml):
        return [case["time"]["epoch_ns"] for case in self.cases(nvml)]

    def test_at_full_speed(self):
        """At a GPU's own power limit, too."""
        for rounds in self.rounds("1980 0x5"):  # idle, software power cap
            self.assertEqual((rounds["clock_mhz"], rounds["slowed"], rounds["disturbed"]), ([1980], [None], [False]))

    def test_energy(self):
        """Trainings of microseconds are too short for the counter, of which each reading is 40 J more than the last."""
        for case in self.cases("1980 0x1 40000", MEASURE + ", energy: true"):
            energy = case["energy"]
            self.assertEqual((energy["source"], energy["rounds"], energy["epoch_j"]), ("device", 1, None))
            self.assertIn("by a counter that advances every 100 ms: 2 s are needed", energy["reason"])
        with contextlib.closing(sqlite3.connect(self.folder / "out" / "run.sqlite")) as record:
            rows = record.execute("SELECT energy_source, energy_j, energy_stretches FROM rounds").fetchall()
        self.assertEqual(rows, [("device", 40.0, 1)] * (CASES // 2))

    def test_held_back(self):
        for rounds in self.rounds("1200 0xC0"):
            self.assertEqual((rounds["clock_mhz"], rounds["slowed"], rounds["disturbed"]),
                             ([1200], ["power, heat"], [True]))
