"""Implementations that do harm (tests/hostile/README.md): in a sandbox each is refused or ended, nothing is left behind,
and an innocent one beside them is right. Where there is no sandbox, that is said."""

import os
import pathlib
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from common import PROGRAM, ROOT, CliTest

PLUGIN = PROGRAM.parent / "tests" / "hostile.so"
NAMES = sorted(re.findall(r"^HOSTILE\((\w+),", "".join(path.read_text() for path in (ROOT / "tests/hostile").glob("*.c")),
                          re.MULTILINE))
# Those that are ended, and the status of their cases.
ENDED = {"garbage": "failed", "endless_line": "failed", "deep_message": "failed", "early_answer": "failed",
         "endless_progress": "timeout", "close_all": "failed", "open_many": "failed", "fill_memory": "oom",
         "exit_well": "failed", "replace_itself": "failed"}
# Whether the next request was there when it stopped waiting for requests is chance.
ENDED_OR_NOT = ["read_request"]
# Those that may succeed without harm to this machine.
HARMLESS = ["signal_all", "read_memory", "read_environment", "renice_parent", "pin_parent",
            "read_database", "lock_database", "write_run", "list_run", "list_workers", "read_other", "change_inputs",
            "write_temporary", "write_shared", "listen_tcp", "connect_tcp", "send_udp",
            "connect_program", "keep_memory", "keep_semaphore", "write_plugin"]
AXES = "model: [linreg]\ndataset: [diabetes]\nepochs: [30]"


def has_sandbox():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PROGRAM, "check", "cpu_naive", "--quick", "--model", "linreg", "--sandbox"], cwd=folder,
                              capture_output=True, text=True)
    return "there is no sandbox here" not in done.stderr


def left_behind():
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"hostile-daemon\0"):
                found.append(int(path.parent.name))
        except OSError:
            pass
    return found


class HostileTest(CliTest):
    def setUp(self):
        super().setUp()
        self.run = self.folder / "out"
        self.server, self.program = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)
        self.program.bind(str(self.folder / "socket"))
        self.program.listen()
        for open_socket in (self.server, self.program):
            self.addCleanup(open_socket.close)
        self.env = {"HOSTILE_RUN": str(self.run), "HOSTILE_PORT": str(self.server.getsockname()[1]),
                    "HOSTILE_SOCKET": str(self.folder / "socket"), "HOSTILE_PLUGIN": str(PLUGIN)}
        self.addCleanup(lambda: [path.unlink(missing_ok=True) for path in
                                 (pathlib.Path("/tmp/hostile"), pathlib.Path("/dev/shm/hostile"))])

    def sweep(self, names, *flags, rounds=1):
        """Runs them with cpu_naive; returns status, reason and output of each, and the times of cpu_naive."""
        impls = ", ".join(["cpu_naive", *(f"hostile_{name}" for name in names)])
        config = self.config(f"impl: [{impls}]\n{AXES}", f"rounds: {rounds}, min_time: 1ms, timeout: 6s, memory: 200MB",
                             f"plugins: [{PLUGIN}]")
        done = self.call("run", config, "--out", self.run, *flags, env=self.env)
        self.output = done.stdout + done.stderr
        self.assertIn(done.returncode, (0, 3, 4), self.output)
        with sqlite3.connect(self.run / "run.sqlite") as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            return {impl.removeprefix("hostile_"): row for impl, *row in db.execute(
                "SELECT impl, cases.status, cases.reason, checks.stderr FROM cases "
                "LEFT JOIN checks ON case_number = number")}


@unittest.skipUnless(has_sandbox(), "there is no sandbox here")
class InASandbox(HostileTest):
    def test_all_at_once(self):
        cases = self.sweep(NAMES, "--sandbox")
        self.assertEqual(cases.pop("cpu_naive")[0], "ok")
        self.assertEqual(set(cases), set(NAMES))
        for name, (status, reason, stderr) in cases.items():
            with self.subTest(name):
                if name in ENDED_OR_NOT:
                    self.assertIn(status, ("ok", "failed"), reason)
                else:
                    self.assertEqual(status, ENDED.get(name, "ok"), reason)
                if name not in ENDED and status == "ok":
                    self.assertEqual(stderr.split("\n")[0], "act: refused")
        self.assertEqual(left_behind(), [])
        self.assertEqual(sorted(path.name for path in self.run.iterdir()), ["charts", "report.html", "report.md", "run.sqlite"])

    def test_is_recorded(self):
        self.sweep(["read_database"], "--sandbox")
        record = self.export("out")
        self.assertIn("Landlock", record["run"]["machine"]["sandbox"])
        self.assertIn("Landlock", (self.run / "report.md").read_text())

    def test_is_part_of_what_a_run_is(self):
        """Rounds with and without a sandbox are not mixed."""
        self.sweep(["read_database"], "--sandbox")
        done = self.call("run", "test.yaml", "--out", self.run, "--resume", env=self.env)
        self.assertEqual(done.returncode, 2)
        self.assertIn("the sandbox has changed since the run began", done.stderr)

    def test_from_a_configuration(self):
        config = self.config(f"impl: [hostile_connect_tcp]\n{AXES}", "rounds: 1, min_time: 1ms, sandbox: true",
                             f"plugins: [{PLUGIN}]")
        self.ok("run", config, "--out", "out", env=self.env)
        self.assertIn("Landlock", self.export("out")["run"]["machine"]["sandbox"])

    def test_a_gate(self):
        config = self.config(f"impl: [hostile_read_database, hostile_kill_parent]\n{AXES}", "rounds: 6, min_time: 1ms",
                             f"plugins: [{PLUGIN}]")
        done = self.call("gate", config, "--against", PROGRAM, "--sandbox", "--speed", "off", "--out", "gate",
                         env=dict(self.env, HOSTILE_RUN=str(self.folder / "gate" / "new")))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_whole_process(self):
        config = self.config(f"impl: [cpu_naive, hostile_kill_parent]\n{AXES}",
                             "rounds: 1, min_time: 1ms, whole_process: {runs: 1}", f"plugins: [{PLUGIN}]")
        self.ok("run", config, "--out", "out", "--sandbox", env=self.env)

    def test_a_program(self):
        """Python with its libraries works, from its own folder."""
        client = ROOT / "tests/faults/external/client.py"
        config = self.config("impl: [x]\n" + AXES, "rounds: 1, min_time: 1ms, sandbox: true",
                             f"external: {{x: {{command: [{sys.executable}, {client}, none]}}}}")
        done = self.call("run", config, "--out", "out")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_check_of_a_path(self):
        """By default; told in the answer, and without on request."""
        arguments = ["check", PROGRAM.parent / "impls" / "cpu_blas.so", "--quick", "--model", "linreg"]
        self.assertIn("It ran in a sandbox (Landlock", self.ok(*arguments))
        self.assertNotIn("sandbox", self.ok(*arguments, "--no-sandbox"))
        self.assertIn('"sandbox":"Landlock', self.ok(*arguments, "--json").replace(": ", ":"))
        self.refused(*arguments, "--sandbox", "--no-sandbox", says="excludes --no-sandbox")

    @unittest.skipIf(os.geteuid(), "needs root, to be somebody else")
    def test_of_an_unprivileged_user(self):
        program = [PROGRAM, "check", "cpu_naive", "--quick", "--model", "linreg", "--sandbox"]
        done = subprocess.run(program, cwd="/", capture_output=True, text=True, user=65534, group=65534,
                              env={"PATH": os.environ["PATH"]})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class WithoutASandbox(HostileTest):
    def test_harm_is_done(self):
        """The trust model of README.md; otherwise the tests above would prove nothing."""
        cases = self.sweep(HARMLESS)
        for name, (status, reason, stderr) in cases.items():
            with self.subTest(name):
                if name != "cpu_naive":
                    self.assertIn("act: done", stderr or "", reason)


if __name__ == "__main__":
    unittest.main()
