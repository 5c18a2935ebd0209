"""`scripts/bundle` and `scripts/gpu-check.sh`: an unpacked bundle runs from any folder."""

import json
import os
import pathlib
import re
import subprocess
import tarfile
import tempfile
import unittest

from common import BUILD, CliTest, ROOT, released_only

GLIBC = re.compile(r"(libc|libm|libdl|librt|libpthread|libutil|libresolv|libmvec)\.so|ld-linux|linux-vdso")
SYSTEM = re.compile(r"(libgcc_s|libstdc\+\+)\.so")  # the other machine's, if it has them
TOO_LARGE = re.compile(r"libcublas(Lt)?\.so")

CONFIG = """
version: 1
matrix: {model: [linreg], dataset: [diabetes], impl: [cpu_naive, cpu_blas], dtype: [f32], epochs: [50]}
measure: {rounds: 1, min_time: 1ms}
"""


@released_only("a bundle is made of a release build")
class Bundle(CliTest):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="ironbench-test-")
        cls.addClassCleanup(cls.place.cleanup)
        archive = pathlib.Path(cls.place.name) / "bundle.tar.gz"
        subprocess.run([str(ROOT / "scripts/bundle"), str(archive)], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "IRONBENCH_BUILD": str(BUILD)})
        cls.archive_bytes = archive.stat().st_size
        with tarfile.open(archive) as tar:
            tar.extractall(archive.parent / "somewhere else")
        cls.top = archive.parent / "somewhere else" / "ironbench"

    def shell(self, command, env=None, timeout=120):
        """Runs a command with only the given environment variables."""
        return subprocess.run([str(word) for word in command], cwd=self.folder, env=env or {}, capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL)

    def test_runs_from_another_folder(self):
        doctor = self.shell([self.top / "ironbench", "doctor"])
        self.assertEqual(doctor.returncode, 0, doctor.stderr)
        self.assertRegex(doctor.stdout, r"ok +cpu_blas +OpenBLAS")
        config = self.write("bundle.yaml", CONFIG)
        run = self.shell([self.top / "ironbench", "run", config, "--out", "out"])
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertGreater((self.folder / "out/report.html").stat().st_size, 1000)
        record = json.loads(self.shell([self.top / "ironbench", "export", "out"]).stdout)
        self.assertEqual([case["status"] for case in record["cases"]], ["ok", "ok"])
        conformance = self.shell([self.top / "test_conformance", "cpu_naive"])
        self.assertEqual(conformance.returncode, 0, conformance.stdout + conformance.stderr)

    def test_brings_its_libraries(self):
        """All libraries except glibc's are loaded from the bundle."""
        script = f'. "{self.top}/share/ironbench/scripts/gpu/env.sh"; ironbench_libraries "{self.top}"; ldd "$1"'
        files = [*(self.top / "bin").iterdir(), *(self.top / "lib/ironbench").iterdir()]
        self.assertGreater(len(files), 3)
        for file in files:
            listing = self.shell(["/bin/sh", "-c", script, "sh", file], env={"PATH": os.defpath}).stdout
            for name, path in re.findall(r"^\s*(\S+) => (.+) \(0x", listing, re.MULTILINE):
                if GLIBC.match(name) or SYSTEM.match(name) or TOO_LARGE.match(name):
                    continue
                self.assertTrue(path.startswith(str(self.top)), f"{file.name}: {name} comes from {path}")

    def test_size(self):
        self.assertLess(self.archive_bytes, 64 * 1024 * 1024)

    def test_plugins_and_data(self):
        """The bundle contains all built plugins and all data files."""
        built = {path.name for path in (BUILD / "impls").glob("*.so")}
        self.assertEqual({path.name for path in (self.top / "lib/ironbench").iterdir()}, built)
        share = self.top / "share/ironbench"
        for folder, pattern in [("configs", "*.yaml"), ("configs/datasets", "*"), ("scripts/charts", "*")]:
            self.assertEqual({path.name for path in (share / folder).glob(pattern)},
                             {path.name for path in (ROOT / folder).glob(pattern)})

    def test_gpu_check(self):
        """Without a GPU, steps that need one are skipped with the reason, and the check succeeds."""
        if re.search(r"^cuda_naive.*\n +device", self.shell([self.top / "ironbench", "list", "impls"]).stdout, re.MULTILINE):
            self.skipTest("this machine has a GPU")
        done = self.shell([self.top / "gpu-check.sh", "checked"])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        rows = re.findall(r"^(\w+) +(ok|skipped|FAILED|TIMEOUT) +(\S.*)$", done.stdout, re.MULTILINE)
        self.assertEqual([row[:2] for row in rows][:2], [("facts", "ok"), ("ceilings", "skipped")])
        self.assertEqual(len(rows), 11)
        for _, result, detail in rows[1:]:
            self.assertEqual(result, "skipped")
            self.assertRegex(detail, "no NVIDIA driver|no CUDA implementation|cuda_naive")
        self.assertLessEqual(len(list((self.folder / "checked").iterdir())), 8)
        self.assertIn("cpu_naive", (self.folder / "checked/facts.txt").read_text())

    def test_refusals(self):
        self.assertEqual(self.shell([ROOT / "scripts/bundle"], env=dict(os.environ)).returncode, 2)
        unbuilt = self.shell([ROOT / "scripts/bundle", "x.tar.gz"], env={**os.environ, "IRONBENCH_BUILD": "/nowhere"})
        self.assertEqual((unbuilt.returncode, unbuilt.stderr.count("\n")), (2, 1))
        self.assertEqual(self.shell([self.top / "gpu-check.sh"]).returncode, 2)
        self.assertEqual(self.shell([self.top / "gpu-check.sh", "out", "no_such_step"]).returncode, 2)
