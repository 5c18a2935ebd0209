"""The peers of scripts/peers: NumPy, PyTorch and JAX train exactly what the project trains, scikit-learn reports another
algorithm, and rows of missing libraries say how to install them."""

import collections
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from common import CliTest, ROOT, long

SCRIPTS = ROOT / "scripts" / "peers"
STAND_INS = ROOT / "tests" / "peers"

EXACT = """
model: [linreg, logreg, softmax, mlp]
dataset: [diabetes, breast_cancer, iris]
impl: [{peer}]
dtype: [f32, f64]
hidden: [[5, 4]]
act: [relu, tanh, sigmoid]
loss: [mse, bce, ce]
init: [xavier]
lr: [0.03]
epochs: [200]
"""
# A start of PyTorch or JAX takes seconds: every loss and every activation once.
SOME = """
model: [linreg, logreg]
dataset: [diabetes, breast_cancer]
impl: [{peer}]
dtype: [f64]
epochs: [200]
"""
SOME_NETWORKS = """include:
  - {{model: mlp, dataset: diabetes, impl: {peer}, dtype: f64, hidden: [[5, 4]], act: tanh, init: xavier, epochs: 200}}
  - {{model: mlp, dataset: outputs, impl: {peer}, dtype: f32, hidden: [[5]], init: he, epochs: 200}}
  - model: mlp
    dataset: breast_cancer
    impl: {peer}
    hidden: [[5]]
    act: sigmoid
    loss: bce
    init: xavier
    epochs: 200
  - {{model: softmax, dataset: iris, impl: {peer}, dtype: f64, epochs: 200}}
  - {{model: mlp, dataset: iris, impl: {peer}, dtype: f32, hidden: [[5]], act: tanh, init: xavier, epochs: 200}}
datasets:
  outputs: {{synth: regression, rows: 60, cols: 4, outputs: 3, noise: 0.1}}
"""
COMPILED = """
model: [logreg, mlp]
dataset: [breast_cancer]
impl: [{peer}]
dtype: [f64]
hidden: [[5]]
act: [tanh]
loss: [bce]
init: [xavier]
epochs: [200]
"""
DEVICE = """
model: [linreg, logreg, softmax, mlp]
dataset: [diabetes, breast_cancer, iris]
impl: [cpu_naive, cupy]
residency: [per_op, resident]
dtype: [f64]
hidden: [[5, 4]]
act: [relu, tanh, sigmoid]
loss: [mse, bce, ce]
init: [xavier]
epochs: [25]
"""
# The stand-in is slow: every loss with one activation, and every activation with one loss.
ONE_BY_ONE = "exclude: [" + ", ".join(f"{{{{act: {act}, dataset: {data}}}}}" for act in ("relu", "sigmoid")
                                      for data in ("breast_cancer", "iris")) + "]\n"
UPDATES = """
model: [mlp]
dataset: [breast_cancer]
impl: [{peer}]
dtype: [f64]
hidden: [[5]]
act: [tanh]
loss: [bce]
init: [xavier]
optimizer: [sgd, momentum, adam]
weight_decay: [0.01]
epochs: [200]
"""
BATCHES = """
model: [softmax, mlp]
dataset: [iris]
impl: [{peer}]
dtype: [f64]
hidden: [[5]]
act: [tanh]
loss: [ce]
init: [xavier]
optimizer: [adam]
batch: [16, 1]
epochs: [20]
"""
BATCHES_ON_DEVICE = BATCHES.replace("[16, 1]", "[16]").replace("[20]", "[10]") + "residency: [per_op, resident]\n"
ONE = """
model: [linreg]
dataset: [diabetes]
impl: [cpu_naive, {peer}]
epochs: [{epochs}]
"""

# Trains a linear model with the peer itself; arguments: residency, epochs.
TRAIN_LINEAR = """
import os, sys, types
import cupy_peer, numpy
network = cupy_peer.Network(types.SimpleNamespace(
    residency=sys.argv[1], x=numpy.ones((8, 3)), y=numpy.ones((8, 1)), x_test=numpy.ones((2, 3)),
    start=[numpy.zeros((3, 1)), numpy.zeros((1, 1))], loss="mse", lr=0.1, gradient_scale_of=lambda rows: 0.25, batch=0,
    optimizer="sgd", weight_decay=0.0, state=[]))
open(os.environ["IRONBENCH_CUPY_LOG"], "a").write("train\\n")
network.train(int(sys.argv[2]))
"""


class PeerTest(CliTest):
    def sweep(self, peer, matrix, more="", env=None, impl=None, **axes):
        """The record's cases of the peer, by one round each; impl: with options."""
        config = self.config(matrix.format(peer=impl or peer, **axes), "rounds: 1, min_time: 1ms, timeout: 60s",
                             f"external:\n  {peer}: {{command: [scripts/peers/run, {peer}]}}\n{more.format(peer=impl or peer)}")
        done = self.call("run", config, "--out", "out", env=env)
        self.assertIn(done.returncode, (0, 4), done.stdout + done.stderr)  # 4: none is ok, for example for want of it
        self.table = done.stdout
        return [case for case in self.export("out")["cases"] if case["impl"].startswith(peer)]

    def check_all(self, cases):
        """All are right, in f64 within 1e-9; where the library is missing the test is skipped."""
        for case in cases:
            if case["status"] == "unavailable":
                self.skipTest(case["reason"])
            with self.subTest(case["id"]):
                verify = case["verify"]
                self.assertEqual((case["status"], verify and verify["verdict"]), ("ok", "ok"), case["reason"])
                if case["dtype"] == "f64":
                    for error in ("loss_error", "params_error", "prediction_error"):
                        self.assertLessEqual(verify[error], 1e-9)


class Exact(PeerTest):
    def test_numpy(self):
        self.check_some("numpy")

    @long("every loss and activation with every model")
    def test_numpy_throughout(self):
        cases = self.sweep("numpy", EXACT)
        # linreg, logreg, 2 of softmax, 3 networks of regression, 9 of two classes and 3 of three, in both types
        self.assertEqual(len(cases), 38)
        self.check_all(cases)

    def check_some(self, peer, **axes):
        cases = self.sweep(peer, SOME, SOME_NETWORKS, **axes)
        self.assertEqual(len(cases), 7)
        self.check_all(cases)

    def test_torch(self):
        self.check_some("torch", impl="{name: torch, mode: eager}")

    def test_optimizers_of_numpy(self):
        self.check_all(self.sweep("numpy", UPDATES))

    def test_optimizers_of_torch(self):
        """Those of torch.optim."""
        self.check_all(self.sweep("torch", UPDATES, impl="{name: torch, mode: eager}"))

    def test_optimizers_of_jax(self):
        self.check_all(self.sweep("jax", UPDATES))

    def test_mini_batches_of_numpy(self):
        cases = self.sweep("numpy", BATCHES)
        self.assertEqual(len(cases), 4)
        self.check_all(cases)

    def test_mini_batches_of_torch(self):
        """In mode eager alone: a compiled loop has all rows in each step."""
        cases = self.sweep("torch", BATCHES, impl="{name: torch, mode: [eager, compile]}")
        self.check_all([case for case in cases if "mode=eager" in case["label"]])
        compiled = [case for case in cases if "mode=eager" not in case["label"]]
        self.assertEqual(len(compiled), 4)
        for case in compiled:
            self.assertEqual(case["status"], "unsupported")
            self.assertIn("mini-batches need mode eager", case["reason"])

    def test_mini_batches_of_jax(self):
        """One case: XLA compiles in every process."""
        self.check_all(self.sweep("jax", BATCHES.replace("softmax, mlp", "mlp").replace("16, 1", "16")))

    def test_compiled_torch(self):
        """The compiler takes seconds in every process."""
        self.check_all(self.sweep("torch", COMPILED))

    def test_jax(self):
        self.check_some("jax")

    def test_two_threads(self):
        self.check_all(self.sweep("numpy", ONE.replace("{peer}", "{{name: numpy, threads: 2}}"), epochs=50))


class AnotherAlgorithm(PeerTest):
    def test_is_measured_and_not_ranked(self):
        cases = self.sweep("sklearn", SOME, SOME_NETWORKS)
        for case in cases:
            if case["status"] == "unavailable":
                self.skipTest(case["reason"])
            with self.subTest(case["id"]):
                self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "unverified"), case["reason"])
                self.assertFalse(case["ranked"])
                self.assertIn("L-BFGS", case["algorithm"])
        linear = next(case for case in cases if case["model"] == "linreg")
        self.assertGreater(linear["metrics"]["skill"], 0.4)  # least squares, where descent is still on its way


class Cupy(PeerTest):
    """Without a GPU: the peer's own work, over a stand-in that keeps the two memories apart."""

    def setUp(self):
        super().setUp()
        self.log = self.folder / "copies.log"
        self.env = {"PYTHONPATH": str(STAND_INS / "stand_in"), "IRONBENCH_CUPY_LOG": str(self.log)}

    def test_is_right_in_both_residencies(self):
        cases = self.sweep("cupy", DEVICE, ONE_BY_ONE, env=self.env)
        self.assertEqual(collections.Counter(case["residency"] for case in cases), {"per_op": 11, "resident": 11})
        self.check_all(cases)

    def test_mini_batches(self):
        cases = self.sweep("cupy", BATCHES_ON_DEVICE, env=self.env)
        self.assertEqual(collections.Counter(case["residency"] for case in cases), {"per_op": 2, "resident": 2})
        self.check_all(cases)

    def copies_of(self, residency, epochs):
        """The copies up and down in a training of a linear model."""
        self.log.write_text("")
        done = subprocess.run([sys.executable, "-c", TRAIN_LINEAR, residency, str(epochs)], capture_output=True, text=True,
                              cwd=SCRIPTS, env={**os.environ, "PYTHONPATH": f"{self.env['PYTHONPATH']}:{SCRIPTS}",
                                                "IRONBENCH_CUPY_LOG": str(self.log)})
        self.assertEqual(done.returncode, 0, done.stderr)
        copies = self.log.read_text().split("train\n")[1].split()
        return copies.count("up"), copies.count("down")

    def test_copies_grow_with_the_epochs_only_per_operation(self):
        """x w b, z y, x delta, delta, w gradient, b gradient; the result of each of the six operations."""
        self.assertEqual(self.copies_of("resident", 70), (0, 0))
        for epochs in (10, 70):
            self.assertEqual(self.copies_of("per_op", epochs), (12 * epochs, 6 * epochs))

    def test_no_driver(self):
        case = self.sweep("cupy", ONE, env={"PYTHONPATH": str(STAND_INS / "no_driver")}, epochs=5)[0]
        self.assertEqual(case["status"], "unavailable")
        self.assertIn("cudaErrorInsufficientDriver", case["reason"])


class OnTheGpu(PeerTest):
    @unittest.skipIf(pathlib.Path("/dev/nvidiactl").exists(), "this machine has a driver")
    def test_the_seeds_comparison_without_a_gpu(self):
        """The CPU's rows are right; every other is unavailable, and says why."""
        done = self.call("run", ROOT / "configs/gpu-seed.yaml", "-s", "linreg", "--out", "out")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        cases = self.export("out")["cases"]
        self.assertEqual(collections.Counter(case["impl"] for case in cases if case["status"] == "ok"), {"cpu_naive": 1, "cpu_blas": 1})
        others = [case for case in cases if not case["impl"].startswith("cpu_")]
        self.assertEqual({case["impl"] for case in others}, {"cuda_naive", "cuda_cublas", "cuda_graph", "cuda_fused", "cupy", "torch_cuda", "jax_cuda"})
        for case in others:
            self.assertEqual(case["status"], "unavailable")
            self.assertRegex(case["reason"], "NVIDIA|no usable GPU|No module named|cuda_", case["impl"])

    def reason(self, library, module):
        """Why a row on the GPU is unavailable, with this text as the library."""
        (self.folder / f"{library}.py").write_text(module)
        config = self.config(ONE.replace("{peer}", library).replace("{epochs}", "5"),
                             more=f"external:\n  {library}: {{command: [scripts/peers/run, {library}, --device=cuda]}}")
        case = self.export_of(config, PYTHONPATH=str(self.folder))
        self.assertEqual((case["status"], case["residency"]), ("unavailable", "resident"))
        return case["reason"]

    def export_of(self, config, **env):
        done = self.call("run", config, "--out", "out", "-x", "residency=per_op", env=env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return next(case for case in self.export("out")["cases"] if case["impl"] != "cpu_naive")

    def test_torch_says_what_it_lacks(self):
        reason = self.reason("torch", "def zeros(*_, **__):\n    raise RuntimeError('Found no NVIDIA driver.\\nGet one')\n")
        self.assertEqual(reason, "PyTorch finds no usable GPU: Found no NVIDIA driver.")

    def test_jax_says_what_it_lacks(self):
        self.assertEqual(self.reason("jax", ""), "JAX is installed without its plugin for CUDA: scripts/setup --peers, on a "
                                                 "machine with an NVIDIA driver")
        (self.folder / "out").rename(self.folder / "before")
        (self.folder / "jax_cuda13_plugin.py").write_text("")
        self.assertEqual(self.reason("jax", "def devices():\n    raise RuntimeError('no CUDA devices')\n"),
                         "JAX finds no usable GPU: no CUDA devices")

    def test_unknown_device(self):
        done = subprocess.run([SCRIPTS / "run", "torch", "--device=tpu"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "usage: torch_peer.py [--device=cpu|cuda]\n"))


class ChoiceOfPython(unittest.TestCase):
    """Stand-ins for Python that say whether they have the library, and which of them was started."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ironbench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.script = self.folder / "scripts/peers/run"
        self.script.parent.mkdir(parents=True)
        shutil.copy(SCRIPTS / "run", self.script)

    def python(self, place, status):
        path = self.folder / place / "python3"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\n[ "$1" != -c ] || exit {status}\necho {place} "$@"\necho "${{LD_LIBRARY_PATH-unset}}"\n')
        path.chmod(0o755)
        return path

    def started(self, **env):
        done = subprocess.run([self.script, "jax", "--device=cuda"], capture_output=True, text=True,
                              env={"PATH": f"{self.folder}/path:{os.defpath}", **{name: str(value) for name, value in env.items()}})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.replace(f"{self.script.parent}/", "").splitlines()

    def test_the_first_that_has_the_library(self):
        self.python("path", 0)
        self.assertEqual(self.started()[0], "path jax_peer.py --device=cuda")
        self.python(".peers/bin", 1)
        self.assertEqual(self.started()[0], "path jax_peer.py --device=cuda")
        self.python(".peers/bin", 0)
        self.assertEqual(self.started()[0], ".peers/bin jax_peer.py --device=cuda")
        self.assertEqual(self.started(IRONBENCH_PYTHON=self.python("mine", 0))[0], "mine jax_peer.py --device=cuda")
        self.assertEqual(self.started(IRONBENCH_PYTHON=self.python("mine", 1))[0], ".peers/bin jax_peer.py --device=cuda")

    def test_the_libraries_of_a_bundle_are_not_for_it(self):
        self.python(".peers/bin", 0)
        self.assertEqual(self.started(LD_LIBRARY_PATH="/mine")[1], "/mine")
        self.assertEqual(self.started(LD_LIBRARY_PATH="/bundle:/mine", IRONBENCH_OUTER_LIBRARY_PATH="/mine")[1], "/mine")
        self.assertEqual(self.started(LD_LIBRARY_PATH="/bundle", IRONBENCH_OUTER_LIBRARY_PATH="")[1], "unset")


class Missing(PeerTest):
    def test_says_how_to_get_it(self):
        (self.folder / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\")\n")
        case = self.sweep("torch", ONE, env={"PYTHONPATH": str(self.folder)}, epochs=5)[0]
        self.assertEqual((case["status"], case["reason"]),
                         ("unavailable", "No module named 'torch': scripts/setup --peers"))

    def test_library_that_ends_the_process(self):
        (self.folder / "torch.py").write_text("import os\nos._exit(3)\n")
        case = self.sweep("torch", ONE, env={"PYTHONPATH": str(self.folder)}, epochs=5)[0]
        self.assertEqual((case["status"], case["reason"]), ("unavailable", "loading torch ended the process"))

    def test_setup_names_the_peers(self):
        done = subprocess.run([ROOT / "scripts" / "setup", "--peers=numpy,tensorflow"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("tensorflow: unknown peer; allowed: numpy, sklearn, jax, torch, cupy", done.stderr)

    def test_every_peer_is_offered_and_shipped(self):
        setup = (ROOT / "scripts" / "setup").read_text()
        for path in SCRIPTS.glob("*_peer.py"):
            self.assertIn(pathlib.Path(path).name.removesuffix("_peer.py"), setup)
