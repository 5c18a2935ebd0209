"""What is around a run: system calls that are refused, files that vanish, disks that fill up, signals from others,
processes that stay behind. None of it is the implementation's failure, and none of it hangs."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from common import BUILD, CliTest, FAULTS, HANG_S, PROGRAM, ROOT
from external import CLIENT, ExternalTest, LINREG

SMALL = "model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive]\ndtype: [f64]\nepochs: [20]"
STRACE = shutil.which("strace")
MOUNTS = os.geteuid() == 0 and subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "x", "/mnt"],
                                              capture_output=True).returncode == 0


def can_trace():
    return STRACE and subprocess.run([STRACE, "-qq", "-o", "/dev/null", "-e", "inject=getppid:error=ENOSYS", "true"],
                                     capture_output=True).returncode == 0


class SurroundingsTest(CliTest):
    def start(self, config, *args, program=PROGRAM, **kwargs):
        process = subprocess.Popen([program, "run", config, "--out", "out", *args], cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kwargs)
        self.addCleanup(process.kill)
        return process

    def query(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/out/run.sqlite?mode=rw", uri=True)) as database:
            return database.execute(sql).fetchall()

    def wait_for_rounds(self, process, least=2):
        deadline = time.monotonic() + HANG_S
        while time.monotonic() < deadline:
            with contextlib.suppress(sqlite3.Error):
                if self.query("SELECT count(*) FROM rounds")[0][0] >= least:
                    return
            self.assertIsNone(process.poll(), "the run ended too soon")
            time.sleep(0.01)
        self.fail("no round was stored")

    def long_config(self, impl="cpu_naive", more=""):
        return self.config(SMALL.replace("cpu_naive", impl), "rounds: 2000, min_time: 5ms, timeout: 20s", more)

    def breaks_off(self, process, *words):
        """The run ends with one sentence and status 4, and records no failure of the case."""
        _, errors = process.communicate(timeout=HANG_S)
        self.assertEqual(process.returncode, 4, errors)
        for word in words:
            self.assertIn(word, errors)
        self.assertEqual(errors.count("ironbench: "), 1, errors)

    def assert_innocent(self):
        self.assertEqual(self.query("SELECT DISTINCT status FROM cases"), [("ok",)])


@unittest.skipUnless(can_trace(), "strace cannot inject errors here")
class RefusedCalls(SurroundingsTest):
    MEASURE = "rounds: 1, warmup: 0, min_time: 1ms, timeout: 20s, memory: 1GB, pin: '0'"

    def refuse(self, call, error):
        config = self.config(SMALL, self.MEASURE)
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        return subprocess.run([STRACE, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                               f"inject={call}:error={error}", PROGRAM, "run", config, "--out", "out"], cwd=self.folder,
                              capture_output=True, text=True, timeout=HANG_S, stdin=subprocess.DEVNULL)

    def test_there_is_another_way(self):
        """All of these at once; one call at a time gives no more."""
        calls = ["pidfd_open", "prctl", "sched_setaffinity", "sched_getaffinity", "getrandom", "flock", "setpgid",
                 "close_range", "setsid", "statx", "memfd_create", "sysinfo", "fsync"]
        for error in ["ENOSYS", "EPERM"]:
            with self.subTest(error=error):
                done = self.refuse(",".join(calls), error)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assert_innocent()
                self.assertIn("warning: measure.pin", done.stderr)

    def test_there_is_no_other_way(self):
        for call, error, words in [("vfork", "EAGAIN", "Resource temporarily unavailable"),
                                   ("execve", "EACCES", "Permission denied"), ("pipe2", "EMFILE", "Too many open files")]:
            with self.subTest(call=call, error=error):
                done = self.refuse(call, error)
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn("no worker can be started", done.stderr)
                self.assertIn(words, done.stderr)
                self.assertFalse((self.folder / "out").exists())


class Vanishing(SurroundingsTest):
    def test_workspace(self):
        process = self.start(self.long_config())
        self.wait_for_rounds(process)
        next((self.folder / "out").glob("ironbench-*")).rename(self.folder / "elsewhere")
        self.breaks_off(process, "was moved or removed during the run", "--resume --out out")
        self.assert_innocent()

    def test_arrays(self):
        """As by a program that cleans up old files: they are written anew."""
        process = self.start(self.config(SMALL, "rounds: 60, min_time: 5ms, timeout: 20s"))
        self.wait_for_rounds(process)
        next((self.folder / "out").glob("ironbench-*/*/y.npy")).unlink()
        _, errors = process.communicate(timeout=HANG_S)
        self.assertEqual(process.returncode, 0, errors)
        self.assert_innocent()
        self.assertEqual(self.query("SELECT count(*) FROM rounds"), [(60,)])

    def test_folder_of_the_run(self):
        process = self.start(self.long_config())
        self.wait_for_rounds(process)
        (self.folder / "out").rename(self.folder / "elsewhere")
        self.breaks_off(process, "moved or removed")
        self.assertFalse((self.folder / "out").exists(), "a report without a run")

    def test_database(self):
        process = self.start(self.long_config())
        self.wait_for_rounds(process)
        (self.folder / "out" / "run.sqlite").unlink()
        self.breaks_off(process, "run.sqlite", "moved or removed")

    def test_plugin(self):
        plugin = pathlib.Path(shutil.copy(FAULTS, self.folder / "mine.so"))
        process = self.start(self.long_config("fault_none", "plugins: [./mine.so]"))
        self.wait_for_rounds(process)
        plugin.unlink()
        self.breaks_off(process, "mine.so", "this plugin was moved or removed", "--resume")
        self.assert_innocent()

    def test_program(self):
        """Its workers are of the program that runs, whatever lies at its path meanwhile."""
        program = pathlib.Path(shutil.copy(PROGRAM, self.folder / "ironbench"))
        config = self.config(SMALL, "rounds: 40, min_time: 1ms, timeout: 20s")
        process = self.start(config, program=program, env={**os.environ, "IRONBENCH_HOME": str(ROOT)})
        self.wait_for_rounds(process)
        program.unlink()
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
        _, errors = process.communicate(timeout=HANG_S)
        self.assertEqual(process.returncode, 0, errors)
        self.assert_innocent()
        self.assertEqual(self.query("SELECT count(*) FROM rounds"), [(40,)])


class NoRoom(SurroundingsTest):
    @unittest.skipUnless(MOUNTS, "no file systems can be mounted here")
    def test_disk_fills_up(self):
        """The case is tried again once there is room."""
        config = self.config("model: [mlp]\ndataset: [diabetes]\nimpl: [cpu_naive]\ndtype: [f64]\nhidden: [[300, 300]]\n"
                             "epochs: [2]", "rounds: 2, min_time: 1ms, timeout: 20s")
        script = (f"mkdir disk && mount -t tmpfs -o size=2m x disk && {PROGRAM} run {config} --out disk/out; echo $?;"
                  f"sqlite3 disk/out/run.sqlite \"SELECT count(*) FROM cases WHERE status IS NOT 'ok' AND status IS NOT NULL\";"
                  f"mount -o remount,size=100m x disk; {PROGRAM} run {config} --out disk/out --resume --quiet; echo $?")
        script = script.replace("sqlite3 disk/out/run.sqlite", f"{sys.executable} -c 'import sqlite3, sys; "
                                "print(sqlite3.connect(\"disk/out/run.sqlite\").execute(sys.argv[1]).fetchone()[0])'")
        done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=self.folder, capture_output=True, text=True, timeout=HANG_S)
        self.assertEqual(done.stdout.split()[-3:], ["4", "0", "0"], done.stdout + done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertIn("cannot hold the arrays", done.stderr)
        self.assertIn("--resume", done.stderr)

    def test_file_size_limit(self):
        """A file beyond the limit is an error with a name, not a signal."""
        config = self.config(SMALL)
        done = subprocess.run(["sh", "-c", f"ulimit -f 8; exec {PROGRAM} run {config} --out out"], cwd=self.folder,
                              capture_output=True, text=True, timeout=HANG_S)
        self.assertIn(done.returncode, (2, 4), done.stderr)
        self.assertEqual(done.stderr.count("ironbench: "), 1, done.stderr)


class Names(SurroundingsTest):
    def test_paths_that_are_not_utf8(self):
        config = self.config(SMALL, "rounds: 1, min_time: 1ms, timeout: 60s")
        odd = os.fsencode(self.folder) + b"/\xff"
        os.mkdir(odd)
        for arguments, cwd in [([b"--out", b"\xfe"], self.folder), ([], odd), ([b"--out", b"out"], odd)]:
            with self.subTest(arguments=arguments):
                done = subprocess.run([PROGRAM, "run", config, *arguments], cwd=cwd, capture_output=True, timeout=HANG_S)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(b"not valid UTF-8", done.stderr)
                self.assertEqual(os.listdir(odd), [])
        shutil.copy(FAULTS, odd + b"/mine.so")
        done = subprocess.run([PROGRAM, "run", config, "--plugin", b"\xff/mine.so"], cwd=self.folder, capture_output=True,
                              timeout=HANG_S)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(b"not valid UTF-8", done.stderr)

    def test_two_runs_in_one_second(self):
        config = self.config(SMALL, "rounds: 1, min_time: 1ms")
        runs = [subprocess.Popen([PROGRAM, "run", config, "--quiet"], cwd=self.folder, stderr=subprocess.PIPE, text=True)
                for _ in range(4)]
        for run in runs:
            _, errors = run.communicate(timeout=HANG_S)
            self.assertEqual(run.returncode, 0, errors)
        self.assertEqual(len(list((self.folder / "results" / "runs").glob("test-*/report.html"))), 4)


class Locked(SurroundingsTest):
    def test_for_some_seconds(self):
        """Longer than a reader usually takes; the run waits and goes on."""
        process = self.start(self.config(SMALL, "rounds: 30, min_time: 1ms"))
        self.wait_for_rounds(process, least=1)
        holder = sqlite3.connect(self.folder / "out" / "run.sqlite", timeout=10, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(3)
        holder.execute("ROLLBACK")
        holder.close()
        _, errors = process.communicate(timeout=HANG_S)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(self.query("SELECT count(*) FROM rounds"), [(30,)])

    def test_and_interrupted(self):
        process = self.start(self.long_config())
        self.wait_for_rounds(process, least=1)
        holder = sqlite3.connect(self.folder / "out" / "run.sqlite", timeout=10, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=15)
        holder.close()
        self.assertEqual(process.returncode, 130)


class Killed(ExternalTest):
    def test_once_in_each_step(self):
        """The program is killed when it is described, checked and timed; each is tried again."""
        memory = self.folder / "memory"
        case = self.client(f"killed_once={memory}", measure="rounds: 2, min_time: 1ms, timeout: 20s")
        self.assertEqual(case["status"], "ok", case["reason"])
        self.assertEqual({path.suffix for path in self.folder.glob("memory.*")}, {".describe", ".checked", ".timed"})

    def test_again_and_again(self):
        """Out of memory is said only where the kernel says so."""
        case = self.sweep([sys.executable, CLIENT, "killed"], status=4)[0]
        self.assertEqual(case["status"], "crashed")
        self.assertIn("was killed by signal 9", case["reason"])
        self.assertNotIn("out of memory", case["reason"])


class LeftBehind(ExternalTest):
    """A program with a child in its group, one in a session of its own, and one that has lost its environment as well."""

    WRAPPER = ("sleep {mark}1 & setsid sleep {mark}2 & (setsid env -i {sleep} {mark}3 &) ; "
               "{python} {client} none; exit $?")

    def setUp(self):
        super().setUp()
        self.mark = str(1000000 + os.getpid())
        self.addCleanup(lambda: [os.kill(pid, 9) for pid in self.sleeping()])

    def command(self):
        return ["sh", "-c", self.WRAPPER.format(mark=self.mark, python=sys.executable, client=CLIENT,
                                                sleep=shutil.which("sleep"))]

    def sleeping(self):
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = path.read_bytes().split(b"\0")
                if words[0].endswith(b"sleep") and words[1].startswith(self.mark.encode()):
                    found.append(int(path.parent.name))
        return found

    def test_after_a_run(self):
        self.sweep(self.command())
        self.assertEqual(self.sleeping(), [])

    def test_after_a_kill(self):
        """The one without an environment cannot be recognised then."""
        command = json.dumps(["sh", "-c", self.command()[2].replace("env -i ", "")])
        config = self.config(LINREG, "rounds: 1000, min_time: 20ms", f"external: {{x: {{command: {command}}}}}")
        process = subprocess.Popen([PROGRAM, "run", config, "--out", "out"], cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + HANG_S
        while len(self.sleeping()) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
        process.wait()
        while self.sleeping() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(self.sleeping(), [])

    def test_of_the_user_is_left_alone(self):
        """Children from before the program was started belong to somebody else."""
        config = self.config(SMALL, "rounds: 1, min_time: 1ms")
        script = f"sleep {self.mark}9 & exec {PROGRAM} run {config} --out out --quiet"
        subprocess.run(["sh", "-c", script], cwd=self.folder, check=True, timeout=HANG_S, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        self.assertEqual(len(self.sleeping()), 1)


class Container(CliTest):
    CPU, MEMORY = pathlib.Path("/sys/fs/cgroup/cpu"), pathlib.Path("/sys/fs/cgroup/memory")

    def make_group(self, parent, file, value):
        """A group of version 1 with a limit; skips where none can be made."""
        lines = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
        groups = dict(line.split(":")[1:] for line in lines)
        group = parent / groups.get(parent.name, "/").lstrip("/") / f"ironbench-test-{os.getpid()}"
        try:
            group.mkdir()
            self.addCleanup(group.rmdir)
            (group / file).write_text(str(value))
        except OSError as error:
            self.skipTest(f"no control group of version 1 with a limit can be made here: {error}")
        return group

    def test_doctor_and_record(self):
        cpu = self.make_group(self.CPU, "cpu.cfs_quota_us", 20000)
        memory = self.make_group(self.MEMORY, "memory.limit_in_bytes", 400000000)
        enter = f"echo $$ > {cpu}/cgroup.procs; echo $$ > {memory}/cgroup.procs; "
        config = self.config(SMALL, "rounds: 1, warmup: 0, min_time: 1ms")
        subprocess.run(["sh", "-c", f"{enter} {PROGRAM} doctor > doctor; {PROGRAM} run {config} --out out --quiet"],
                       cwd=self.folder, check=True, timeout=HANG_S, stdin=subprocess.DEVNULL)
        doctor = (self.folder / "doctor").read_text()
        self.assertRegex(doctor, r"disturbs +CPU quota +0.2 CPUs; it stopped this process in [1-9][0-9]* of")
        self.assertRegex(doctor, r"free memory +[0-9.]+ MB, below the container's limit of 400 MB")
        self.assertNotIn("other work takes CPU time", doctor)
        machine = self.export("out")["run"]["machine"]
        self.assertEqual(machine["cpu_quota"], 0.2)
        self.assertAlmostEqual(machine["memory_limit_bytes"], 400000000, delta=4096)


class Plan(CliTest):
    def test_names_what_does_not_fit(self):
        config = self.config("model: [mlp]\ndataset: [diabetes]\nimpl: [cpu_naive, {name: cpu_blas, threads: 1024}]\n"
                             "hidden: [[512, 512]]\nepochs: [2000]", "rounds: 2, timeout: 5s")
        plan = self.ok("plan", config, env={"OMP_NUM_THREADS": "4096"})
        self.assertIn("warning: measure.timeout is 5.0 s", plan)
        if (BUILD / "impls" / "cpu_blas.so").exists():
            self.assertRegex(plan, "cpu_blas threads=1024: 1024 threads, but only [0-9]+ CPU")
        self.assertIn("OMP_NUM_THREADS in the environment: 4096 threads", plan)
        case = json.loads(self.ok("plan", config, "--json"))["cases"][0]
        self.assertGreater(case["pass_minutes"], 1)

    def test_has_nothing_to_name(self):
        self.assertNotIn("warning", self.ok("plan", self.config(SMALL), env={"OMP_NUM_THREADS": "1"}))


class Timeout(SurroundingsTest):
    def test_names_its_limit(self):
        config = self.config(SMALL.replace("cpu_naive", "fault_hang"), "rounds: 1, timeout: 0.5s", f"plugins: [{FAULTS}]")
        done = self.call("run", config, "--out", "out")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("measure.timeout", self.export("out")["cases"][0]["reason"])
