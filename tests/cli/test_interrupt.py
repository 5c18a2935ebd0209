"""Interrupted, killed and resumed runs: nothing is lost or repeated.

IRONBENCH_KILLS is the number of kills (default 10; 3 if the program starts slowly).
"""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from common import CliTest, HANG_S, PROGRAM, SANITIZED, fuller_when_released, released_only
from external import CLIENT

KILLS = int(os.environ.get("IRONBENCH_KILLS", "3" if SANITIZED else "10"))
ROUNDS = 6
TYPES = ["f64"] if SANITIZED else ["f32", "f64"]
MATRIX = f"""
    model: [linreg, mlp]
    dataset: [diabetes]
    impl: [cpu_naive, cpu_blas, fakedev]
    dtype: [{", ".join(TYPES)}]
    hidden: [[4]]
    epochs: [40]
"""


class InterruptTest(CliTest):
    def setUp(self):
        super().setUp()
        self.sweep = self.config(MATRIX, f"rounds: {ROUNDS}, min_time: 5ms")

    def start(self, *args):
        return subprocess.Popen([PROGRAM, "run", self.sweep, *args], cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def query(self, sql, run="out"):
        # rw, which makes no file where there is none yet: the run would find its folder taken
        file = f"file:{self.folder / run / 'run.sqlite'}?mode=rw"
        with contextlib.closing(sqlite3.connect(file, uri=True, isolation_level=None)) as database:
            return database.execute(sql).fetchall()

    def wait_for_rounds(self, process, run="out", least=5, table="rounds"):
        """Until some rounds are stored, so that there is something to lose."""
        deadline = time.monotonic() + HANG_S
        while time.monotonic() < deadline:
            try:
                if self.query(f"SELECT count(*) FROM {table}", run)[0][0] >= least:
                    return
            except sqlite3.Error:
                pass
            self.assertIsNone(process.poll(), "the run ended before it could be interrupted")
            time.sleep(0.02)
        self.fail("no round was stored")

    def assert_complete(self, run="out"):
        """Every case checked once, every round there once, as in an undisturbed run."""
        self.assertEqual(self.query("PRAGMA integrity_check", run), [("ok",)])
        cases = self.query("SELECT id, status, (SELECT count(*) FROM checks k WHERE k.case_number = number),"
                           " (SELECT count(*) FROM rounds r WHERE r.case_number = number),"
                           " (SELECT max(round) FROM rounds r WHERE r.case_number = number) FROM cases", run)
        self.assertEqual(len(cases), 2 * 4 * len(TYPES))
        for case in cases:
            self.assertEqual(case[1:], ("ok", 1, ROUNDS, ROUNDS), case[0])
        self.assertIsNotNone(self.query("SELECT finished FROM run", run)[0][0])

    def leftovers(self):
        return [path.name for path in (self.folder / "out").glob("ironbench-*")]


class Signals(InterruptTest):
    def interrupt(self, number):
        process = self.start("--out", "out")
        self.wait_for_rounds(process)
        begin = time.monotonic()
        process.send_signal(number)
        _, errors = process.communicate(timeout=HANG_S)
        self.assertLess(time.monotonic() - begin, 10)  # in peace it is milliseconds
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("--resume --out out", errors)
        self.assertEqual(self.leftovers(), [])
        stored = self.query("SELECT count(*) FROM rounds")[0][0]
        self.assertGreaterEqual(stored, 5)
        self.ok("report", "out")  # what is there can be shown
        self.ok("run", self.sweep, "--out", "out", "--resume")
        self.assert_complete()

    def test_ctrl_c(self):
        self.interrupt(signal.SIGINT)

    def test_sigterm(self):
        self.interrupt(signal.SIGTERM)


@fuller_when_released
class Kills(InterruptTest):
    def test_killed_at_random_moments(self):
        moments = random.Random(1)
        kills = 0
        while kills < KILLS:
            resume = ["--resume"] if (self.folder / "out" / "run.sqlite").exists() else []
            process = self.start("--out", "out", *resume)
            try:
                process.communicate(timeout=moments.choice([moments.uniform(0.001, 0.05), moments.uniform(0.05, 0.6)]))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                continue
            self.assertEqual(process.returncode, 0)
            self.assert_complete()
            (self.folder / "out").rename(self.folder / f"done{kills}")  # finished too soon: once more from the start
        resume = ["--resume"] if (self.folder / "out" / "run.sqlite").exists() else []
        self.ok("run", self.sweep, "--out", "out", *resume)
        self.assert_complete()
        self.assertEqual(self.leftovers(), [])


@fuller_when_released
class WorkersKilled(InterruptTest):
    """Workers killed at random moments, those that describe and the oracle's too: each pass is tried again."""

    def test_at_random_moments(self):
        moments = random.Random(2)
        kills = 0
        while kills < (KILLS if "IRONBENCH_KILLS" in os.environ else 3):
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            process = self.start("--out", "out")
            # Rarely enough that no pass meets three in a row, which is taken for the pass's own fault.
            while process.poll() is None:
                time.sleep(moments.uniform(1.2, 2.2))
                kills += self.kill_a_worker(process.pid)
            said = process.communicate()
            self.assertEqual(process.returncode, 0, said)
            self.assert_complete()

    def kill_a_worker(self, parent):
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text().rsplit(")", 1)[1].split()
                if int(fields[1]) == parent and fields[0] != "Z":
                    os.kill(int(path.parent.name), signal.SIGKILL)
                    return True
        return False


@released_only("a preloaded library does not go with sanitizers")
class Changes(InterruptTest):
    """Killed just before a change of a file, from the first folder to the last line of the report."""

    def setUp(self):
        super().setUp()
        self.sweep = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive, cpu_blas]\nepochs: [20]",
                                 "rounds: 2, min_time: 1ms, retries: 0")

    def run_preloaded(self, out, **env):
        return self.call("run", self.sweep, "--out", out, env={"LD_PRELOAD": str(PROGRAM.parent / "tests/kill_at.so"), **env})

    def rows(self, run):
        """What a run holds, without its times."""
        tables = {"cases": "id, status", "checks": "case_number, verdict", "curve": "*", "rounds": "case_number, round, status",
                  "metrics": "*", "predictions": "*", "finals": "*", "transfers": "*",
                  "workspaces": "*"}
        return {table: sorted(map(repr, self.query(f"SELECT {columns} FROM {table}", run)))
                for table, columns in tables.items()}

    def test_every_kind_of_change(self):
        self.assertEqual(self.run_preloaded("whole", KILL_COUNT=str(self.folder / "count")).returncode, 0)
        changes = int((self.folder / "count").read_text())
        self.assertGreater(changes, 50)
        whole = self.rows("whole")
        # at the start, where the tables are made; at the end, where the journal mode changes and the report is written;
        # and in between
        third = max(KILLS // 2, 2)
        moments = {*range(1, third + 1), *range(changes - third + 1, changes + 1),
                   *(changes * i // (third + 1) for i in range(1, third + 1))}
        for moment in sorted(moments):
            with self.subTest(change=moment, of=changes):
                out = f"out{moment}"
                killed = self.run_preloaded(out, KILL_AT=str(moment))
                self.assertIn(killed.returncode, (-signal.SIGKILL, 0))
                self.ok("run", self.sweep, "--out", out, *(["--resume"] if (self.folder / out / "run.sqlite").exists() else []))
                self.assertEqual(self.rows(out), whole)
                self.assertEqual(self.query("PRAGMA integrity_check", out), [("ok",)])
                self.assertTrue((self.folder / out / "report.html").exists())


class Folders(InterruptTest):
    def test_nothing_but_its_own_is_removed(self):
        """The user's folders stay, even if they are named like workspaces or match a pattern."""
        for path in ["here/ironbench-config", "here/ironbench-plugin", "here*/x", "heretic/ironbench-ABCDEF"]:
            (self.folder / path).mkdir(parents=True)
            (self.folder / path / "notes").write_text("mine")
        for out in ["here", "here*"]:
            process = self.start("--out", out)
            self.wait_for_rounds(process, out)
            process.kill()
            process.communicate()
            own = [row[0] for row in self.query("SELECT name FROM workspaces", out)]
            self.assertEqual(len(own), 1)
            self.assertTrue((self.folder / out / own[0]).is_dir())
            self.ok("run", self.sweep, "--out", out, "--resume")
            self.assertFalse((self.folder / out / own[0]).exists())
            self.assertEqual(self.query("SELECT name FROM workspaces", out), [])
            self.assert_complete(out)
        for path in ["here/ironbench-config", "here/ironbench-plugin", "here*/x", "heretic/ironbench-ABCDEF"]:
            self.assertEqual((self.folder / path / "notes").read_text(), "mine")

    def test_what_cannot_be_read_is_kept(self):
        """A run whose tables cannot be counted is not started again."""
        process = self.start("--out", "out")
        self.wait_for_rounds(process)
        process.kill()
        process.communicate()
        rounds = self.query("SELECT count(*) FROM rounds")[0][0]
        holder = sqlite3.connect(self.folder / "out" / "run.sqlite", timeout=0, isolation_level=None)
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        locked = self.call("run", self.sweep, "--out", "out", "--resume")
        self.assertNotEqual(locked.returncode, 0)
        self.assertIn("locked", locked.stderr)
        holder.execute("ROLLBACK")
        holder.close()
        limited = subprocess.run(["sh", "-c", 'ulimit -n 5; exec "$@"', "sh", str(PROGRAM), "run", str(self.sweep), "--out",
                                  "out", "--resume"], cwd=self.folder, capture_output=True, text=True, timeout=HANG_S)
        self.assertNotEqual(limited.returncode, 0)
        self.assertGreaterEqual(self.query("SELECT count(*) FROM rounds")[0][0], rounds)
        self.ok("run", self.sweep, "--out", "out", "--resume")
        self.assert_complete()


class Stops(InterruptTest):
    """Another algorithm, down to the losses of its problem."""

    def setUp(self):
        super().setUp()
        self.sweep = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive, x]\nepochs: [20]",
                                 f"rounds: {ROUNDS}, min_time: 1ms",
                                 f"external: {{x: {{command: [{sys.executable}, {CLIENT}, another_algorithm]}}}}")

    def test_are_searched_once_and_timed_in_every_round(self):
        process = self.start("--out", "out")
        self.wait_for_rounds(process, least=1, table="stops")
        process.kill()
        process.communicate()
        found = self.query("SELECT * FROM stops")
        self.query("UPDATE stops SET trainings = 77")  # another search would count anew
        process = self.start("--out", "out", "--resume")
        self.wait_for_rounds(process, table="stop_times")
        process.kill()
        process.communicate()
        before = self.query("SELECT * FROM stop_times")
        self.assertLess(len(before), 3 * ROUNDS, "nothing was left to be done")
        self.ok("run", self.sweep, "--out", "out", "--resume")
        self.assertEqual(self.query("SELECT DISTINCT trainings FROM stops"), [(77,)])
        self.assertEqual(self.query("SELECT target, loss, epochs FROM stops"), [row[1:4] for row in found])
        after = self.query("SELECT * FROM stop_times")
        self.assertEqual(after[:len(before)], before)
        self.assertEqual(self.query("SELECT target, count(train_ns), max(round) FROM stop_times GROUP BY target"),
                         [(target, ROUNDS, ROUNDS) for target in [1, 2, 3]])
        self.ok("run", self.sweep, "--out", "out", "--resume")  # and nothing is left
        self.assertEqual(self.query("SELECT * FROM stop_times"), after)


class Resume(InterruptTest):
    def test_finished_run_is_left_as_it_is(self):
        self.ok("run", self.sweep, "--out", "out")
        before = self.query("SELECT * FROM rounds ORDER BY case_number, round")
        self.ok("run", self.sweep, "--out", "out", "--resume")
        self.assertEqual(self.query("SELECT * FROM rounds ORDER BY case_number, round"), before)

    def test_newest_run_of_the_configuration(self):
        process = self.start()
        runs = self.folder / "results" / "runs"
        while not list(runs.glob("test-*/run.sqlite")):
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        run = next(runs.iterdir()).relative_to(self.folder)
        self.wait_for_rounds(process, run)
        process.kill()
        process.communicate()
        self.ok("run", self.sweep, "--resume")
        self.assertEqual(len(list(runs.iterdir())), 1)
        self.assert_complete(run)

    def test_nothing_to_resume(self):
        self.refused("run", self.sweep, "--resume", says=["results/runs", "--out"])
        self.refused("run", self.sweep, "--resume", "--out", "nowhere", says="nowhere")

    def test_changed_configuration(self):
        self.ok("run", self.sweep, "--out", "out")
        before = (self.folder / "out" / "run.sqlite").read_bytes()
        self.config(MATRIX.replace("epochs: [40]", "epochs: [41]"), f"rounds: {ROUNDS}, min_time: 5ms")
        self.refused("run", self.sweep, "--out", "out", "--resume",
                     says=["test.yaml:8", "`  epochs: [41]`", "`  epochs: [40]`"])
        self.assertEqual((self.folder / "out" / "run.sqlite").read_bytes(), before)

    def test_changed_data(self):
        self.write("mine.csv", "a,b\n" + "".join(f"{i},{i * i}\n" for i in range(30)))
        self.sweep = self.config("model: [linreg]\ndataset: [mine]\nimpl: [cpu_naive]\nepochs: [5]",
                                 more="datasets: {mine: {path: mine.csv, task: regression}}")
        self.ok("run", self.sweep, "--out", "out")
        self.write("mine.csv", "a,b\n" + "".join(f"{i},{i + 1}\n" for i in range(30)))
        self.refused("run", self.sweep, "--out", "out", "--resume", says="has its data changed?")

    def test_second_run_in_one_folder(self):
        process = self.start("--out", "out")
        self.wait_for_rounds(process)
        self.refused("run", self.sweep, "--out", "out", "--resume", says=["out", "another ironbench"])
        self.refused("run", self.sweep, "--out", "out", says=["out", "already holds a run"])
        process.kill()
        process.communicate()
