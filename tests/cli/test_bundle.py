"""`scripts/bundle` and `scripts/gpu-check.sh`: an unpacked bundle runs from any folder."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

from common import BUILD, HANG_S, ROOT, CliTest, long, released_only

GLIBC = re.compile(r"(libc|libm|libdl|librt|libpthread|libutil|libresolv|libmvec)\.so|ld-linux|linux-vdso")
SYSTEM = re.compile(r"(libgcc_s|libstdc\+\+)\.so")  # the other machine's, if it has them
TOOLS = ROOT / "tests/cli/nvidia_tools"
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
        cls.archive = archive = pathlib.Path(cls.place.name) / "bundle.tar.gz"
        subprocess.run([str(ROOT / "scripts/bundle"), str(archive)], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "IRONBENCH_BUILD": str(BUILD)})
        cls.archive_bytes = archive.stat().st_size
        with tarfile.open(archive) as tar:
            tar.extractall(archive.parent / "somewhere else")
        cls.top = archive.parent / "somewhere else" / "ironbench"

    def shell(self, command, env=None, timeout=HANG_S):
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

    @long("every step of a GPU's check in an emulator")
    def test_gpu_check_on_mocks(self):
        """Both parts on a mock of a GPU, every step to its end, at sizes for an emulator. Their time limits, which are for a
        real one, add up to what the script promises."""
        top = self.with_mocks()
        self.check_part(top, "first", 280, [
            ("facts", "Mock GPU, 580.00"), ("facts", "pageableMemoryAccess 0, "), ("ceilings", "copy on the device"),
            ("ceilings", r"gemm f32 [\d.e-]+, tf32 [\d.e-]+, bf16 [\d.e-]+, fp16 [\d.e-]+, f64 [\d.e-]+"), ("ceilings", r"launch [\d.]+"),
            ("conformance", "cuda_naive: [1-9]"), ("conformance", "cuda_cublas: [1-9]"), ("conformance", "cuda_graph: [1-9]"),
            ("parity", r"(\d+) cases: \1 ok"), ("tracer", "agree in all"), ("seed", r"\d+ ok"), ("seed", "1980 to 1980 MHz")])
        self.check_part(top, "second", 340, [
            ("ceilings", "copy on the device"), ("large", r"(\d+) cases: \1 ok"), ("large", "1980 to 1980 MHz"),
            ("ncu", "1 kernels"), *(("sanitizers", f"{tool}check: ERROR SUMMARY: 0") for tool in ("mem", "race", "init", "sync")),
            ("crossover", r"(\d+) cases: \1 ok")])

    def with_mocks(self):
        """An unpacked bundle with the mocks in place of CUDA's libraries, and small problems."""
        mocks = [BUILD / "tests/cuda/mock/libcudart.so.*", BUILD / "tests/cuda/mock/libcublas.so.*", BUILD / "tests/cupti/mock/libcupti.so.*"]
        mocks = [path for pattern in mocks for path in pattern.parent.glob(pattern.name)]
        if len(mocks) != 3:
            self.skipTest("there are no mocks without CUDA 13")
        with tarfile.open(self.archive) as tar:
            tar.extractall(self.folder)
        top = self.folder / "ironbench"
        for path in mocks:
            shutil.copy(path, top / "lib" / path.name)
        for name in ("gpu_ceilings", "test_conformance"):
            (top / "bin" / name).rename(top / "bin" / f"whole_{name}")
            (top / "bin" / name).write_text(f'#!/bin/sh\ncase $* in *--device*) ;; *) set -- "$@" --quick ;; esac\n'
                                            f'exec "{top}/bin/whole_{name}" "$@"\n')
            (top / "bin" / name).chmod(0o755)
        for path in (top / "share/ironbench/configs").glob("gpu*.yaml"):
            text = re.sub(r"min_time: \w+", "min_time: 0s", path.read_text())
            text = re.sub(r"(epochs: *)(\[[^]]*\]|\d+)", lambda found: found[1] + re.sub(r"\d+", "3", found[2]), text)
            text = re.sub(r"rows: (\d+)0000\b", r"rows: \g<1>0", re.sub(r"rows: (\d+)000\b", r"rows: \g<1>0", text))
            path.write_text(text.replace("rows: 65536, cols: 784", "rows: 60, cols: 12").replace("512, 512", "8, 8")
                            .replace("[f32, f64]", "[f32]").replace("cols: 128", "cols: 8"))
        return top

    def check_part(self, top, part, seconds, expected):
        env = {"PATH": f"{TOOLS}:/usr/bin:/bin", "LD_PRELOAD": str(BUILD / "tests/cupti/mock_driver.so"),
               "IRONBENCH_GPU_CHECK_LIMIT": "200", "NVIDIA_SMI_LOG": str(self.folder / "watching")}
        done = self.shell([top / "gpu-check.sh", part, part], env=env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        rows = re.findall(r"^(\w+) +(ok|skipped|FAILED|TIMEOUT) +(\S.*)$", done.stdout, re.MULTILINE)
        for step, words in expected:
            self.assertTrue(any(row[:2] == (step, "ok") and re.search(words, row[2]) for row in rows), (step, words, rows))
        self.assertEqual({row[1] for row in rows}, {"ok"})
        self.assertEqual(done.stdout, (self.folder / part / "summary.txt").read_text())
        self.assertLess(sum(map(int, re.findall(r"^\w+: \d+ s of (\d+) s$", done.stdout, re.MULTILINE))), seconds)
        self.assertLessEqual(len(list((self.folder / part).iterdir())), 8)
        self.assertIn("1980, 0x0, 45, 400.0", (self.folder / part / "log.txt").read_text())
        for process in (self.folder / "watching").read_text().split():
            self.assertFalse(pathlib.Path("/proc", process).exists())

    def test_refusals(self):
        self.assertEqual(self.shell([ROOT / "scripts/bundle"], env=dict(os.environ)).returncode, 2)
        unbuilt = self.shell([ROOT / "scripts/bundle", "x.tar.gz"], env={**os.environ, "IRONBENCH_BUILD": "/nowhere"})
        self.assertEqual((unbuilt.returncode, unbuilt.stderr.count("\n")), (2, 1))
        self.assertEqual(self.shell([self.top / "gpu-check.sh"]).returncode, 2)
        self.assertEqual(self.shell([self.top / "gpu-check.sh", "out", "no_such_step"]).returncode, 2)
