"""OpenCL devices in the whole program: verified and traced trainings, missing and broken devices, and hidden copies."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest
from unittest import mock

from common import BUILD, CliTest, HANG_S, PROGRAM, ROOT

LAYER = BUILD / "tests" / "opencl_layer.so"
BROKEN_DRIVER = BUILD / "tests" / "opencl_broken_driver.so"
FAULTS = BUILD / "tests" / "opencl_faults.so"
VENDORS = pathlib.Path("/etc/OpenCL/vendors")
POCL = "Portable Computing Language"

MATRIX = """
model: [mlp]
dataset: [diabetes]
impl: [cpu_naive, {impl}]
residency: [per_op, resident]
dtype: [f32]
hidden: [[4]]
epochs: [60]
"""
BOTH_TYPES = MATRIX.replace("[f32]", "[f32, f64]")


def setUpModule():
    if not (BUILD / "impls" / "opencl_naive.so").exists():
        raise unittest.SkipTest("opencl_naive was not built")
    if "POCL_CACHE_DIR" not in os.environ:  # without ctest
        os.environ["POCL_CACHE_DIR"] = str(BUILD / "cache" / "pocl")
        os.environ["XDG_CACHE_HOME"] = str(BUILD / "cache")


class DeviceTest(CliTest):
    """A test of opencl_naive in an environment that lasts as long as the test."""

    def environment(self, **variables):
        patch = mock.patch.dict(os.environ, {name: str(value) for name, value in variables.items()})
        patch.start()
        self.addCleanup(patch.stop)

    def listed(self):
        """What `list impls` says of opencl_naive."""
        self.assertRegex(self.ok("list", "impls"), "(?m)^opencl_naive ")
        impls = json.loads(self.ok("list", "impls", "--json"))
        return next(impl for impl in impls if impl["name"] == "opencl_naive")

    def need_device(self):
        listed = self.listed()
        if not listed["available"]:
            self.skipTest(listed["reason"])

    def need_layers(self):
        """Faults of a device are made by a layer; here is a loader that knows layers."""
        self.need_device()
        with mock.patch.dict(os.environ, {"OPENCL_LAYERS": str(LAYER), "IRONBENCH_TEST_LAYER": "no_device"}):
            if self.listed()["available"]:
                self.skipTest("this OpenCL loader ignores layers")

    def sweep(self, status=0, impl="opencl_naive", matrix=MATRIX, more="", min_time="1ms"):
        """A sweep over cpu_naive, which must end well whatever becomes of the device, and `impl`, whose cases are
        returned."""
        name = impl.strip("{}").split(",")[0].replace("name:", "").strip()
        config = self.config(matrix.replace("{impl}", impl), f"rounds: 1, min_time: {min_time}, timeout: 60s", more)
        record = self.run_sweep(config, status, out=f"out{len(list(self.folder.iterdir()))}")
        for case in record["cases"]:
            if case["impl"] == "cpu_naive":
                self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "ok"), case["reason"])
        cases = [case for case in record["cases"] if case["impl"] == name]
        self.assertEqual(len(cases), len(record["cases"]) - len(record["cases"]) // 3)  # two residencies to one
        return cases

    def assert_fine(self, case):
        with self.subTest(case["id"]):
            self.assertEqual(case["status"], "ok", case["reason"])
            self.assertEqual(case["verify"]["verdict"], "ok", case["verify"]["reason"])
            self.assertTrue(case["transfers"]["as_expected"])

    def assert_ends(self, cases, status, *words):
        for case in cases:
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], status, case["reason"])
                for word in words:
                    self.assertIn(word, case["reason"])


class Trainings(DeviceTest):
    def setUp(self):
        super().setUp()
        self.need_layers()

    def test_verified_and_traced(self):
        for case in self.sweep():
            self.assert_fine(case)
            self.assertTrue(case["transfers"]["tracer"]["agrees"])
            self.assertEqual(case["transfers"]["tracer"]["source"], "OpenCL layer")

    def test_what_the_layer_sees_beside_copies(self):
        for case in self.sweep():
            tracer = case["transfers"]["tracer"]
            self.assertEqual(sum(kernel["count"] for kernel in tracer["kernels"]), tracer["launches"])
            self.assertEqual([kernel["name"] for kernel in tracer["kernels"] if not kernel["name"].startswith("ibk_")], [])
            self.assertEqual([tracer[name] for name in ("d2d_count", "d2d_bytes", "memset_count", "memset_bytes")], [0] * 4)
            for name in ("pageable_count", "pageable_bytes", "pinned_count", "pinned_bytes"):
                self.assertIsNone(tracer[name])

    def test_shipped_configuration(self):
        """Every case of configs/devices.yaml that an OpenCL device has, at a tenth of its epochs."""
        text = (ROOT / "configs" / "devices.yaml").read_text()
        for shipped, here in [("epochs:    [100]", "epochs:    [10]"), ("warmup: 1, rounds: 10, min_time: 10ms",
                                                                        "warmup: 0, rounds: 1, min_time: 0s"),
                              ("cpu_naive, cpu_blas, opencl_naive, cuda_naive, cuda_cublas", "opencl_naive")]:
            self.assertIn(shipped, text)
            text = text.replace(shipped, here)
        record = self.run_sweep(self.write("devices.yaml", text))
        cases = record["cases"]
        self.assertEqual(len(cases), 6 * 2 * 2)  # six pairs of model and data set, residencies, types
        for case in cases:
            self.assert_fine(case)
            self.assertTrue(case["transfers"]["tracer"]["agrees"])

    def test_layers_that_were_there_stay(self):
        """The tracer joins a layer that the user has named, and counts what passes both."""
        self.environment(OPENCL_LAYERS=LAYER, IRONBENCH_TEST_LAYER="other_platform")
        self.assertIn("Platform of the tests", self.listed()["libraries"])
        for case in self.sweep():
            self.assert_fine(case)
            self.assertTrue(case["transfers"]["tracer"]["agrees"])

    def test_device_by_name(self):
        if POCL not in self.listed()["libraries"]:
            self.skipTest("no PoCL here")
        for case in self.sweep(impl="{name: opencl_naive, platform: pORTABLE}"):
            self.assert_fine(case)
        for options in ["platform: nosuch", "device: nosuch", 'device: "7"']:
            with self.subTest(options):
                cases = self.sweep(impl=f"{{name: opencl_naive, {options}}}")
                self.assert_ends(cases, "unavailable", options.split(": ")[1].strip('"'), "available: ", POCL)


class NoDriver(DeviceTest):
    def vendors(self, **files):
        folder = self.folder / "vendors"
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.icd").write_text(f"{text}\n")
        self.environment(OCL_ICD_VENDORS=folder)

    def assert_unavailable(self, *words):
        listed = self.listed()
        self.assertFalse(listed["available"])
        for word in words:
            self.assertIn(word, listed["reason"])
        self.assert_ends(self.sweep(), "unavailable", *words)

    def test_no_driver(self):
        self.vendors()
        self.assert_unavailable("no OpenCL driver is installed", "vendors contains no .icd file")

    def test_no_folder_of_drivers(self):
        self.environment(OCL_ICD_VENDORS=self.folder / "nowhere")
        self.assert_unavailable("no OpenCL driver is installed: ", "nowhere does not exist")

    def test_driver_is_missing(self):
        self.vendors(broken="libnosuchdriver.so.1")
        self.assert_unavailable("broken.icd", "libnosuchdriver.so.1", "cannot open shared object file")

    def test_driver_is_no_library(self):
        self.write("driver.so", "this is not a library\n" * 100)
        self.vendors(broken=self.folder / "driver.so")
        self.assert_unavailable("broken.icd", "driver.so", "invalid ELF header")

    def test_library_is_no_driver(self):
        self.vendors(broken=BROKEN_DRIVER)
        self.assert_unavailable("broken.icd", "opencl_broken_driver.so is not an OpenCL driver")

    def test_empty_file(self):
        self.vendors(broken="")
        self.assert_unavailable("broken.icd names no driver")

    def test_broken_driver_beside_a_good_one(self):
        self.need_device()
        good = {path.stem: path.read_text().strip() for path in VENDORS.glob("*.icd")}
        self.vendors(a_broken="libnosuchdriver.so.1", **good)
        for case in self.sweep():
            self.assert_fine(case)


class NoCache(DeviceTest):
    """PoCL has no device where it cannot write to its cache, as in a container whose user has no home."""

    def test_names_the_cause(self):
        self.need_device()
        self.environment()  # what is removed below comes back
        for name, before in [("POCL_CACHE_DIR", None), ("XDG_CACHE_HOME", "POCL_CACHE_DIR"), ("HOME", "XDG_CACHE_HOME")]:
            os.environ[name] = "/proc/nowhere"
            os.environ.pop(before or "", None)
            listed = self.listed()
            if listed["available"]:
                self.skipTest("another device than PoCL's")
            self.assertIn("PoCL cannot write to its cache", listed["reason"])
            self.assertIn("HOME, XDG_CACHE_HOME or POCL_CACHE_DIR", listed["reason"])
            self.assertIn("/proc/nowhere", listed["reason"])


class BadDevice(DeviceTest):
    def setUp(self):
        super().setUp()
        self.need_layers()

    def fault(self, name):
        self.environment(OPENCL_LAYERS=LAYER, IRONBENCH_TEST_LAYER=name)

    def test_no_device(self):
        self.fault("no_device")
        self.assertEqual(self.listed()["reason"], "no OpenCL device: clGetDeviceIDs: CL_DEVICE_NOT_FOUND")
        self.assert_ends(self.sweep(), "unavailable", "no OpenCL device")

    def test_no_f64(self):
        """f32 runs without f64, f64 is refused by name."""
        self.fault("no_f64")
        self.assertTrue(self.listed()["available"])
        cases = self.sweep(matrix=BOTH_TYPES)
        for case in cases:
            if case["dtype"] == "f32":
                self.assert_fine(case)
        self.assert_ends([case for case in cases if case["dtype"] == "f64"], "unsupported",
                         "has no f64 (cl_khr_fp64)")

    def test_kernels_that_do_not_build(self):
        self.fault("no_build")
        self.assert_ends(self.sweep(), "unavailable", "the kernels do not build for", "CL_BUILD_PROGRAM_FAILURE",
                         "error: ", "undeclared identifier 'y'")

    def test_out_of_memory(self):
        self.fault("no_memory")
        self.assert_ends(self.sweep(status=4), "oom", "no device memory for", "CL_MEM_OBJECT_ALLOCATION_FAILURE")

    def test_launch_that_fails(self):
        self.fault("no_launch")
        self.assert_ends(self.sweep(status=4), "failed", "clEnqueueNDRangeKernel: CL_OUT_OF_RESOURCES", "kernel ")

    def test_read_that_fails(self):
        """What the device reports late, when its answer is read."""
        self.fault("no_read")
        self.assert_ends(self.sweep(status=4), "failed", "clEnqueueReadBuffer: CL_OUT_OF_RESOURCES")

    def test_small_groups(self):
        self.fault("small_groups")
        self.assert_ends(self.sweep(), "unsupported", "supports at most 16 work-items per group")


class HiddenCopies(DeviceTest):
    """Copies on a real device that the transfer log cannot know of."""

    def setUp(self):
        super().setUp()
        self.need_layers()

    def sweep_fault(self, fault, status, min_time="1ms"):
        return self.sweep(status, fault, more=f"plugins: ['{FAULTS}']", min_time=min_time)

    def test_each_is_untrusted(self):
        for fault in ["download", "upload", "map", "contents", "nameless"]:
            with self.subTest(fault):
                cases = self.sweep_fault(f"fault_opencl_{fault}", 3)
                self.assert_ends(cases, "untrusted", "hidden copies")
                for case in cases:
                    self.assertFalse(case["transfers"]["tracer"]["agrees"])

    def test_only_where_time_is_measured(self):
        """The checked pass has nothing to hide."""
        cases = self.sweep_fault("fault_opencl_later", 3, min_time="100ms")
        self.assert_ends(cases, "untrusted", "hidden copies: the OpenCL layer counted")
        for case in cases:
            self.assertTrue(case["transfers"]["tracer"]["agrees"])

    def test_nothing_hidden(self):
        for case in self.sweep_fault("fault_opencl_none", 0):
            self.assert_fine(case)
            self.assertEqual(case["time"]["epoch_ns"]["traced"], [True])


@unittest.skipUnless(shutil.which("oclgrind"), "oclgrind is not installed")
class Simulated(DeviceTest):
    """On a simulated device that watches every access to memory, and whose loader knows no layers."""

    def test_nothing_is_wrong_without_a_tracer(self):
        config = self.config("""
            model: [mlp]
            dataset: [xor]
            impl: [opencl_naive]
            residency: [resident]
            dtype: [f32, f64]
            hidden: [[3]]
            epochs: [2]""", "rounds: 1, warmup: 0, min_time: 0s, timeout: 120s")
        log = self.folder / "oclgrind.log"
        done = subprocess.run(["oclgrind", "--data-races", "--check-api", "--log", log, PROGRAM, "run", config,
                               "--out", "out"], cwd=self.folder, capture_output=True, text=True, timeout=HANG_S)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(log.read_text(), "")
        for case in self.export("out")["cases"]:
            self.assert_fine(case)
            tracer = case["transfers"]["tracer"]
            self.assertEqual((tracer["agrees"], tracer["reason"]), (None, "this OpenCL loader ignores layers"))


if __name__ == "__main__":
    unittest.main()
