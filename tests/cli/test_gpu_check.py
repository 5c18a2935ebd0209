"""The arithmetic of `scripts/gpu-check.sh`: least times by the measured ceilings, comparison of runs, time limits."""

import csv
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from common import CliTest, HANG_S, ROOT

CEILINGS = {"device": "a GPU", "device_copy_gb_s": 4000.0, "up_pageable_gb_s": 10.0, "down_pageable_gb_s": 5.0,
            "up_pinned_gb_s": 50.0, "down_pinned_gb_s": 40.0, "launch_us": 2.0, "graph_node_us": 1.0,
            "gemm_f32_tflop_s": 50.0, "gemm_tf32_tflop_s": None, "gemm_bf16_tflop_s": 800.0, "gemm_fp16_tflop_s": 400.0,
            "gemm_f64_tflop_s": 25.0}

CASE = {"id": "a", "model": "linreg", "dataset": "million", "rows": 1000000, "cols": 128, "impl": "cuda_naive", "options": "",
        "residency": "resident", "dtype": "f32", "hidden": "", "epochs": 20, "status": "ok", "reason": "",
        "verify.verdict": "ok", "verify.reason": "", "verify.loss_error": "1e-7", "verify.params_error": "2e-7",
        "verify.prediction_error": "3e-7", "metrics.train_loss": "0.5", "time.epoch_ns.median": 258000.0,
        "transfers.h2d_bytes": 0, "transfers.d2h_bytes": 0, "transfers.launches": 100, "transfers.tracer.source": "CUPTI",
        "transfers.tracer.agrees": "true", "transfers.tracer.d2d_count": "", "transfers.tracer.d2d_bytes": "",
        "transfers.tracer.memset_count": "", "transfers.tracer.memset_bytes": "", "transfers.tracer.pageable_count": "",
        "transfers.tracer.pinned_count": "", "transfers.tracer.kernels": "", "libraries": "a GPU, \"the\" best, by far"}


class GpuCheck(CliTest):
    def parts(self, script):
        """Runs a script with the parts at hand."""
        (self.folder / "ceilings.json").write_text(json.dumps(CEILINGS, indent=1))
        text = (f'set -u; work="{self.folder}" log="{self.folder}/log" deadline=$(($(date +%s) + 100))\n'
                f'. "{ROOT}/scripts/gpu/check-parts.sh"; . "{ROOT}/scripts/gpu/check-tables.sh"\n{script}\n')
        done = subprocess.run(["/bin/sh", "-c", text], cwd=self.folder, capture_output=True, text=True, timeout=HANG_S,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.stderr, "")
        return done

    def table(self, name, cases):
        """Writes NAME.csv: each case is CASE with the given changes."""
        with open(self.folder / f"{name}.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, CASE.keys(), lineterminator="\r\n")
            writer.writeheader()
            writer.writerows({**CASE, **case} for case in cases)

    def rates(self, **case):
        """The columns of one case: time, floor, share and bound."""
        self.table("seed", [case])
        words = self.parts("rates seed").stdout.splitlines()[-1][46:].split()
        return words[1:2] + words[2:3] + [" ".join(words[3:-3])] + words[-3:]

    def test_bound_by_memory(self):  # 129 columns of a million floats at 4000 GB/s
        self.assertEqual(self.rates(), ["258.00", "129.00", "50 %", "memory", "ok", "agrees"])
        self.assertEqual(self.rates(dtype="f64")[1], "258.00")

    def test_bound_by_launches(self):
        few = {"rows": 300, "cols": 6, "time.epoch_ns.median": 40000.0}
        self.assertEqual(self.rates(**few)[1:4], ["10.00", "25 %", "launch"])
        self.assertEqual(self.rates(**few, impl="cuda_graph")[1:4], ["5.00", "12 %", "launch"])

    def test_bound_by_arithmetic(self):
        flops = 4096 * (4 * 784 * 512 + 6 * 512 * 512 + 6 * 512)
        net = {"model": "mlp", "rows": 4096, "cols": 784, "hidden": "512,512", "time.epoch_ns.median": 1e6}
        self.assertEqual(self.rates(**net)[1], f"{flops / 50e12 * 1e6:.2f}")
        self.assertEqual(self.rates(**net)[3], "compute")
        self.assertEqual(self.rates(**net, dtype="f64")[1], f"{flops / 25e12 * 1e6:.2f}")
        for name, rate in ("bf16", 800e12), ("fp16", 400e12):
            halves = {**net, "rows": 65536, "impl": "cuda_cublas", "options": f"products={name}"}
            self.assertEqual(self.rates(**halves)[1:4:2], [f"{16 * flops / rate * 1e6:.2f}", "compute"])
        # no rate was measured, so there is no bound
        self.assertNotEqual(self.rates(**net, impl="cuda_cublas", options="tf32=true")[3], "compute")

    def test_copies_on_top(self):
        copies = {"residency": "per_op", "transfers.h2d_bytes": 20 * 10**7, "transfers.d2h_bytes": 20 * 10**6}
        self.assertEqual(self.rates(**copies)[1:4:2], [f"{129 + 1000 + 200:.2f}", "copies"])
        self.assertEqual(self.rates(**copies, options="pinned=true")[1], f"{129 + 200 + 25:.2f}")

    def test_the_host_has_no_floor(self):
        self.assertEqual(self.rates(impl="cpu_blas", residency="host", **{"transfers.tracer.agrees": ""})[1:],
                         ["-", "-", "-", "ok", "-"])
        self.assertEqual(self.rates(status="failed", **{"time.epoch_ns.median": "", "verify.verdict": "unverified"})[0], "failed")

    def test_two_runs(self):
        self.table("parity", [{"id": "a"}, {"id": "b"}, {"id": "c", "status": "failed"}, {"id": "a", "residency": "per_op"}])
        self.table("repeat", [{"id": "b"}, {"id": "a", "verify.params_error": "2.0000000000000001e-7"}, {"id": "c"}])
        out = self.parts('compare_errors "$work/parity.csv" "$work/repeat.csv"').stdout
        self.assertRegex(out, r"^differs a resident: ")
        self.assertEqual(out.splitlines()[1:], ["same 2"])

    def test_tables(self):
        self.table("seed", [{}, {"transfers.tracer.agrees": "false"},
                            {"id": "bad", "status": "untrusted", "reason": "hidden copies: 1, 2", "verify.verdict": "unverified"}])
        self.assertEqual(self.parts("count_rows seed transfers.tracer.agrees true").stdout, "2\n")
        self.assertEqual(self.parts("first_reason seed").stdout, "bad: untrusted hidden copies: 1, 2 unverified \n")

    def test_other_counts(self):
        ours, theirs = {"name": "ibk_gemm_f32", "count": 40}, {"name": "_ZN8cublasLt" + 80 * "x", "count": 3}
        seen = {"transfers.tracer.d2d_count": 1, "transfers.tracer.d2d_bytes": 64, "transfers.tracer.memset_count": 2,
                "transfers.tracer.memset_bytes": 96, "transfers.tracer.pageable_count": 30, "transfers.tracer.pinned_count": 4,
                "transfers.tracer.kernels": json.dumps([ours, theirs, {"name": "other", "count": 12}], separators=(",", ":"))}
        blind = dict.fromkeys(seen, "")
        self.table("parity", [seen, blind, {**seen, "transfers.tracer.memset_count": 0}])
        self.assertEqual(self.parts("other_counts parity").stdout.splitlines(),
                         ["in 2 cases: 2 memsets (192 bytes), 2 copies (128 bytes) within the device, none by the harness",
                          "transfers from and to pageable memory: 60, pinned: 8", "24 x other, of a library",
                          f"6 x {theirs['name'][:70]}, of a library"])
        self.table("parity", [blind])
        self.assertEqual(self.parts("other_counts parity").stdout, "")

    def test_is_there_a_gpu(self):
        def reason(listed):
            return self.parts(f'gpu_missing "{self.write("listed", listed)}"').stdout

        missing = "cpu_naive  loops\ncuda_naive  kernels\n             unavailable: no NVIDIA driver: 35\n"
        self.assertEqual(reason(missing), "no NVIDIA driver: 35\n")
        self.assertEqual(reason(missing + "cuda_graph  graphs\n"), "")
        self.assertIn("no CUDA implementation", reason("cpu_naive  loops\n"))

    def test_clocks(self):
        def words(*lines):
            text = "\n".join(lines)
            return self.parts(f"clock_words <<'END'\n{text}\nEND\n").stdout

        idle, busy = "345, 0x0000000000000001, 30, 70.1", "1980, 0x0000000000000000, 45, 400.0"
        self.assertEqual(words(idle, busy, "1965, 0x0000000000000002, 46, 410.0"),
                         "SM clock under load: 1965 to 1980 MHz in 2 samples\n")
        self.assertEqual(words(busy, "1500, 0x0000000000000044, 85, 700.0", "1700, 0x0000000000000004, 85, 700.0"),
                         "SM clock under load: 1500 to 1980 MHz in 3 samples; throttled by power in 2; by heat in 1\n")
        self.assertIn("by the hardware in 1", words("900, 0x00000000000000A8, 85, 700.0"))
        self.assertEqual(words(idle, "No devices were found"), "SM clock under load: no samples\n")

    def test_no_clocks_without_nvidia_smi(self):
        script = "PATH=/nowhere; watch_gpu; PATH=/usr/bin:/bin; clocks_begin; clocks_seen large; keep_clocks large"
        self.assertEqual(self.parts(script).stdout, "")

    def test_limits(self):
        begin = time.monotonic()
        done = self.parts('limited 1 sleep 30; echo $? "$(failure 124)" "$(failure 1)"; deadline=0; limited 1 true; echo $?')
        self.assertEqual(done.stdout, "124 TIMEOUT FAILED\n124\n")
        self.assertLess(time.monotonic() - begin, 20)

    def test_libraries_of_a_bundle(self):
        """Its own folder first; then, only where the system lacks them, those of common libraries and of the toolkit."""
        top, toolkit = self.folder / "bundle", self.folder / "toolkit/lib64"
        (top / "lib/common").mkdir(parents=True)
        toolkit.mkdir(parents=True)
        (toolkit / "libironbench_large.so.13").touch()
        (top / "lib/left-out").write_text("libc.so.6\nlibironbench_large.so.13\nlibironbench_nowhere.so.1\n")
        script = (f'. "{ROOT}/scripts/gpu/env.sh"; ironbench_libraries "{top}"; echo "$LD_LIBRARY_PATH"; '
                  '[ "$IRONBENCH_OUTER_LIBRARY_PATH" = before ] || exit 1')

        def path():
            return self.parts(f'CUDA_HOME="{toolkit.parent}"; LD_LIBRARY_PATH=before; {script}').stdout.strip().split(":")

        self.assertEqual(path(), [str(top / "lib"), str(toolkit), "before"])
        (top / "lib/common/libc.so.6").touch()  # every system has it
        self.assertEqual(path(), [str(top / "lib"), str(toolkit), "before"])
        (top / "lib/common/libironbench_rare.so.1").touch()
        self.assertEqual(path(), [str(top / "lib"), str(top / "lib/common"), str(toolkit), "before"])


class Ended(CliTest):
    """A check that is ended in its second step: the results of the first are there, and no process stays."""

    PROGRAM = """#!/bin/sh
case $1 in
list) echo "cuda_naive  kernels" ;;
run) echo $$ >>running; exec sleep 100 ;;
esac
"""

    def end(self, signal_):
        """Starts a check and ends it; returns its exit status."""
        (self.folder / "ironbench").write_text(self.PROGRAM)
        (self.folder / "ironbench").chmod(0o755)
        check = subprocess.Popen([ROOT / "scripts/gpu-check.sh", "out", "facts", "parity"], cwd=self.folder, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                 env={"PATH": f"{ROOT}/tests/cli/nvidia_tools:{os.defpath}", "IRONBENCH_BUILD": str(self.folder),
                                      "NVIDIA_SMI_LOG": str(self.folder / "watching")})
        self.wait_until(lambda: all((self.folder / name).exists() and (self.folder / name).read_text().endswith("\n")
                                    for name in ("running", "watching")))
        check.send_signal(signal_)
        status = check.wait(HANG_S)
        self.assertRegex((self.folder / "out/summary.txt").read_text(), r"(?m)^facts +ok +Mock GPU")
        return status

    def wait_until(self, condition):
        begin = time.monotonic()
        while not condition():
            self.assertLess(time.monotonic() - begin, HANG_S)
            time.sleep(0.05)

    def has_ended(self, name):
        return not pathlib.Path("/proc", (self.folder / name).read_text().strip()).exists()

    def test_by_a_signal(self):
        self.assertEqual(self.end(signal.SIGTERM), 143)
        self.assertTrue(self.has_ended("watching"))
        self.wait_until(lambda: self.has_ended("running"))

    def test_by_force(self):
        """The program then runs until its time limit."""
        self.assertEqual(self.end(signal.SIGKILL), -signal.SIGKILL)
        self.wait_until(lambda: self.has_ended("watching"))
        os.kill(int((self.folder / "running").read_text()), signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
