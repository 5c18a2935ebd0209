"""CUDA implementations in the whole program, on a mock of the runtime; and messages without a driver."""

import json
import os
import pathlib
import unittest

from common import CliTest, SANITIZED, long

MOCK = os.environ["IRONBENCH_MOCK"]
NAMES = ["cuda_naive", "cuda_cublas", "cuda_graph", "cuda_fused"]
EPOCHS = 13 if SANITIZED else 25  # a recording of cuda_graph or two, and a rest

ALL = f"""
model: [linreg, logreg, mlp]
dataset: [diabetes, breast_cancer]
impl: [cuda_naive, cuda_cublas, cuda_graph]
residency: [per_op, resident]
dtype: [f32, f64]
hidden: [[4]]
epochs: [{EPOCHS}]
"""

ONE = f"""
model: [mlp]
dataset: [diabetes]
impl: [cpu_naive, cuda_naive, cuda_cublas, cuda_graph]
residency: [resident]
dtype: [f32]
hidden: [[4]]
epochs: [{EPOCHS}]
"""

MEASURE = "rounds: 1, min_time: 0s, timeout: 120s"


class MockTest(CliTest):
    """The program finds the mock, with the faults of the test."""

    faults = ""

    def call(self, *args, timeout=400, env=None):
        mock = {"LD_LIBRARY_PATH": MOCK, "IRONBENCH_TEST_CUDA": self.faults}
        return super().call(*args, timeout=timeout, env={**mock, **(env or {})})

    def cases(self, matrix, status=0, out="out"):
        """The cases of a sweep, by implementation where each has one."""
        return self.run_sweep(self.config(matrix, MEASURE), status, out=f"{out}{self.faults}")["cases"]


class Trainings(MockTest):
    def test_everything(self):
        """Every model, residency and type: verified, with just the copies that the transfer model allows."""
        cases = self.cases(ALL)
        self.assertEqual(len(cases), 4 * 3 * 2 * 2)
        for case in cases:
            with self.subTest(case["id"]):
                if case["impl"] == "cuda_graph" and case["residency"] == "per_op":
                    self.assertEqual(case["status"], "unsupported")
                    self.assertIn("use residency resident", case["reason"])
                else:
                    self.check(case)

    def check(self, case):
        self.assertEqual(case["status"], "ok", case["reason"])
        self.assertEqual(case["verify"]["verdict"], "ok")
        self.assertTrue(case["transfers"]["as_expected"])
        self.assertIn("Mock GPU, compute capability 9.0", case["libraries"])
        self.assertEqual("cuBLAS" in case["libraries"], case["impl"] == "cuda_cublas")
        self.assertIsNone(case["profile_reason"])
        self.assertEqual(case["profile"]["clock"], "device")

    def test_fused(self):
        """Whole steps, and no other path for what they do not support."""
        cases = self.cases(ALL.replace("cuda_naive, cuda_cublas, cuda_graph", "cuda_fused"))
        self.assertEqual(len(cases), 4 * 2 * 2)
        for case in cases:
            with self.subTest(case["id"]):
                if (case["model"], case["dataset"], case["dtype"]) == ("mlp", "breast_cancer", "f64"):
                    self.assertEqual(case["status"], "unsupported")
                    self.assertIn("bytes of the shared memory of one block, which has 98304", case["reason"])
                else:
                    self.check(case)
                    self.assertEqual(case["path"], "fused")

    def test_classes_and_optimizers_of_fused(self):
        """By one block: three classes; by passes, too: a regression that does not fit into one in f64."""
        updates = "optimizer: [momentum, adam]\nweight_decay: [0, 0.01]\n"
        matrix = ALL.replace("cuda_naive, cuda_cublas, cuda_graph", "cuda_fused")
        classes = self.cases(matrix.replace("linreg, logreg, mlp", "softmax, mlp").replace("diabetes, breast_cancer", "iris")
                             + "loss: [ce]\n" + updates)
        self.assertEqual(len(classes), 2 * 2 * 2 * 4)
        for case in classes:
            with self.subTest(case["id"]):
                self.check(case)
        passes = self.cases(matrix.replace("linreg, logreg, mlp", "logreg").replace("diabetes, ", "") + updates, out="passes")
        self.assertEqual(len(passes), 2 * 2 * 4)
        for case in passes:
            with self.subTest(case["id"]):
                self.check(case)
        refused = self.cases(matrix.replace("linreg, logreg, mlp", "softmax").replace("diabetes, breast_cancer", "digits"), 4, "refused")
        for case in refused:
            self.assertEqual(case["status"], "unsupported")
            self.assertIn("only regressions of one output can be larger", case["reason"])

    def test_mini_batches(self):
        """Gathered on the device, by recorded work and whole steps too, or uploaded wherever an operation reads them."""
        matrix = ALL.replace("cuda_naive, cuda_cublas, cuda_graph", "cuda_naive, cuda_cublas, cuda_graph, cuda_fused")
        cases = self.cases(matrix.replace("dtype: [f32, f64]", "dtype: [f32]") + "batch: [64]\noptimizer: [adam]\n")
        self.assertEqual(len(cases), 4 * 4 * 2)
        for case in cases:
            with self.subTest(case["id"]):
                if case["residency"] == "per_op" and case["impl"] in ("cuda_graph", "cuda_fused"):
                    self.assertEqual(case["status"], "unsupported")
                    self.assertRegex(case["reason"], "use residency resident|does not implement the operation")
                else:
                    self.check(case)
                    self.assertEqual(case["path"] == "fused", case["impl"] == "cuda_fused")

    def test_options(self):
        """Pinned memory, and recordings that are longer and shorter than the training, or leave a rest."""
        variants = ["{name: cuda_naive, pinned: true}", "{name: cuda_cublas, pinned: true}",
                    *(f"{{name: cuda_graph, epochs_per_graph: {n}}}" for n in (1, 7, EPOCHS, 1000))]
        matrix = ONE.replace("cpu_naive, cuda_naive, cuda_cublas, cuda_graph", ", ".join(variants))
        cases = self.cases(matrix.replace("dtype: [f32]", "dtype: [f32, f64]"))
        self.assertEqual(len(cases), 2 * len(variants))
        for case in cases:
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "ok", case["reason"])
                self.assertTrue(case["transfers"]["as_expected"])

    def test_reduced_precision(self):
        """Coarse products are judged as such where they were asked for, and named so."""
        options = ["tf32: true", "products: bf16", "products: fp16"]
        names = ", ".join(f"{{name: cuda_cublas, {option}}}" for option in options)
        matrix = ALL.replace("cuda_naive, cuda_cublas, cuda_graph", names)
        cases = self.cases(matrix.replace("per_op, resident", "resident").replace("f32, f64", "f32"))
        self.assertEqual(len(cases), len(options) * 4)
        for case in cases:
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], "ok", case["reason"])
                self.assertEqual(case["verify"]["verdict"], "ok", case["verify"]["reason"])
                self.assertGreater(case["verify"]["loss_error"], 1e-6)
                self.assertTrue(case["transfers"]["as_expected"])
                self.assertRegex(case["label"], "tf32|bf16|fp16")

    @long("whole checks in the emulator; unit/opcheck/products tests what they know of coarse products")
    def test_checks_of_reduced_precision(self):
        for option in "tf32=true", "products=bf16", "products=fp16":
            self.ok("check", "cuda_cublas", "--quick", "--option", option)

    def test_both_spellings(self):
        """An older tf32 changes nothing where products are bf16."""
        matrix = ONE.replace("cpu_naive, cuda_naive, cuda_cublas, cuda_graph", "{name: cuda_cublas, products: bf16}, "
                             "{name: cuda_cublas, tf32: true, products: bf16}")
        alone, both = self.cases(matrix.replace("[resident]", "[per_op]"))
        self.assertEqual([alone["status"], both["status"]], ["ok", "ok"], both["reason"])
        self.assertTrue(both["transfers"]["as_expected"])
        self.assertEqual(alone["verify"]["params_error"], both["verify"]["params_error"])

    def test_more_than_fp16_holds(self):
        """Targets of 1e9: the first gradient overflows in fp16. That is neither clipped nor called right."""
        rows = "\n".join(f"{i % 7},{i % 5},{1e9 * (i % 7 - i % 5)}" for i in range(60))
        self.write("large.csv", f"a,b,y\n{rows}\n")
        matrix = f"""
model: [linreg]
dataset: [large]
impl: [{{name: cuda_cublas, products: fp16}}, {{name: cuda_cublas, products: bf16}}]
residency: [resident]
dtype: [f32]
lr: [0.1]
epochs: [{EPOCHS}]
"""
        data = "datasets:\n  large: {path: large.csv, target: y, task: regression}\n"
        cases = self.run_sweep(self.config(matrix, MEASURE, data), out="large")["cases"]
        bf16, fp16 = sorted(cases, key=lambda case: case["label"])
        self.assertEqual(bf16["verify"]["verdict"], "ok", bf16["verify"]["reason"])
        self.assertEqual(fp16["verify"]["verdict"], "unverified")
        self.assertIn("products in fp16 overflow", fp16["verify"]["reason"])
        self.assertIn("cuda_cublas products=bf16 resident is the only verified case", " ".join(self.output.split()))

    def test_train(self):
        for name in NAMES:
            with self.subTest(name):
                out = self.ok("train", "--model", "mlp", "--data", "diabetes", "--impl", name, "--epochs", "30",
                              "--hidden", "4", "--option", "pinned=true", "--residency", "resident")
                self.assertIn("the oracle", out)


class Faults(MockTest):
    """A failing device is one row with its status, and the sweep continues."""

    def check(self, faults, status, words, of=tuple(NAMES), ends_with=4):
        """The implementations `of` end with the status and a reason with these words, all others are right."""
        self.faults = faults
        for case in self.cases(ONE, ends_with):
            with self.subTest(faults=faults, impl=case["impl"]):
                if case["impl"] in of:
                    self.assertEqual(case["status"], status, case["reason"])
                    self.assertIn(words, case["reason"])
                else:
                    self.assertEqual(case["status"], "ok", case["reason"])

    def test_no_driver_or_device(self):
        for faults, words in [("no_driver", "no NVIDIA driver (cudaErrorInsufficientDriver): install"),
                              ("old_driver", "it supports CUDA 12.2, and"),
                              ("no_device", "finds no GPU (cudaErrorNoDevice)"),
                              ("old_device", "built for compute capability 7.5, 8.0, 9.0")]:
            self.check(faults, "unavailable", words, ends_with=0)

    def test_out_of_memory(self):
        self.check("memory=1000", "oom", "cudaErrorMemoryAllocation")
        self.check("memory=5000000", "oom", "no device memory for 33554432 bytes", of=["cuda_cublas"])

    def test_no_pinned_memory(self):
        self.faults = "pinned=1000"
        matrix = ONE.replace("cpu_naive, cuda_naive, cuda_cublas, cuda_graph", "{name: cuda_naive, pinned: true}")
        case = self.cases(matrix, 4)[0]
        self.assertEqual(case["status"], "oom")
        self.assertIn("no pinned host memory", case["reason"])

    def test_refused_launch(self):
        self.check("launch=1", "failed", "cudaErrorLaunchOutOfResources")
        self.check("launch=60", "failed", "cudaErrorLaunchOutOfResources")

    def test_error_that_sticks(self):
        self.check("fault=1", "failed", "cudaErrorIllegalAddress")
        self.check("fault=60", "failed", "cudaErrorIllegalAddress")

    def test_no_graph_or_no_cublas(self):
        self.check("no_graph", "oom", "cudaGraphInstantiate", of=["cuda_graph"])
        self.check("no_blas", "oom", "CUBLAS_STATUS_ALLOC_FAILED", of=["cuda_cublas"])

    def test_device_that_is_not_there(self):
        matrix = ONE.replace("cuda_naive, cuda_cublas, cuda_graph", "{name: cuda_naive, device: 3}")
        cases = self.cases(matrix)
        self.assertEqual([case["status"] for case in cases], ["ok", "unavailable"])
        self.assertIn("device 3 does not exist", cases[1]["reason"])


class Lists(CliTest):
    def entries(self, env):
        listed = json.loads(self.ok("list", "impls", "--json", env=env))
        return [entry for entry in listed if entry["name"] in NAMES]

    def test_with_the_mock(self):
        entries = self.entries({"LD_LIBRARY_PATH": MOCK})
        self.assertEqual([entry["name"] for entry in entries], NAMES)
        for entry in entries:
            self.assertTrue(entry["available"], entry["reason"])

    @unittest.skipIf(pathlib.Path("/dev/nvidiactl").exists(), "this machine has a driver")
    def test_without_a_driver(self):
        entries = self.entries({"LD_LIBRARY_PATH": ""})
        self.assertEqual(len(entries), len(NAMES))
        for entry in entries:
            self.assertFalse(entry["available"])
            self.assertIn("no NVIDIA driver", entry["reason"])
