"""`history`: runs of many commits, their trends, and the commit that changed them."""

import contextlib
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess

from common import FAULTS, HANG_S, PROGRAM, ROOT, CliTest, released_only

SCHEMA = json.loads((ROOT / "results/history.schema.json").read_text())
ONE = """
model: [linreg]
dataset: [diabetes]
impl: [cpu_naive, fakedev]
dtype: [f64]
epochs: [20]
"""
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "t",
       "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org"}

PLANTED = {15: 1.05, 30: 1.05, 45: 1 / 1.05}  # from these commits on, the time is so many times as long
COMMITS, NOISE = 60, 0.01


def commit(i):
    return hashlib.sha1(str(i).encode()).hexdigest()


class HistoryTest(CliTest):
    def git(self, *args, folder=None, date="2026-01-31T10:00:00+00:00"):
        return subprocess.run(["git", *args], cwd=folder or self.folder, check=True, capture_output=True, text=True,
                              env={**os.environ, **GIT, "GIT_COMMITTER_DATE": date}).stdout.strip()

    def show(self, *args):
        return json.loads(self.ok("history", "show", *args, "--json"))

    def edit(self, folder, *statements):
        with contextlib.closing(sqlite3.connect(self.folder / folder / "run.sqlite")) as db, db:
            for sql, *values in statements:
                db.execute(sql, values)


class Sources(HistoryTest):
    """What every run records of its repositories."""

    def test_the_commit_of_the_configuration(self):
        config = self.config(ONE)
        self.git("init", "-q", "-b", "trunk")
        self.git("add", "test.yaml")
        self.git("commit", "-q", "-m", "first")
        commit = self.git("rev-parse", "HEAD")
        config.write_text(config.read_text() + "# changed\n")
        record = self.run_sweep(config)
        source = record["run"]["sources"][0]
        self.assertEqual({name: source[name] for name in source if name != "committed"},
                         {"kind": "configuration", "impl": None, "path": "test.yaml", "commit": commit, "branch": "trunk",
                          "dirty": True, "reason": None})
        self.assertEqual(source["committed"], "2026-01-31T10:00:00Z")
        self.assertEqual({c["source"]["commit"] for c in record["cases"]}, {commit})
        self.assertIn(f"{commit[:12]} on trunk, with uncommitted changes", (self.folder / "out/report.html").read_text())
        head, row, *_ = self.ok("export", "out", "--format", "csv").splitlines()
        cells = dict(zip(head.split(","), row.split(",")))
        self.assertEqual((cells["source.commit"], cells["source.branch"], cells["source.dirty"]), (commit, "trunk", "true"))

    def test_without_a_repository_the_reason(self):
        with self.subTest("no repository"):
            record = self.run_sweep(self.config(ONE))
            source = record["run"]["sources"][0]
            self.assertIsNone(source["commit"])
            self.assertIn("not a git repository", source["reason"])
            self.assertIn("unknown (git: not a git repository", (self.folder / "out/report.md").read_text())
        with self.subTest("another user's"):
            self.git("init", "-q")
            done = self.call("run", "test.yaml", "--out", "other", env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", **GIT})
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("dubious ownership", self.export("other")["run"]["sources"][0]["reason"])

    def test_plugins_and_programs_have_their_own(self):
        plugins = self.folder / "plugins"
        plugins.mkdir()
        shutil.copy(FAULTS.parent / "planted_0.so", plugins / "mine.so")
        self.git("init", "-q", folder=plugins)
        self.git("commit", "-q", "--allow-empty", "-m", "first", folder=plugins)
        commit = self.git("rev-parse", "HEAD", folder=plugins)
        config = self.config(ONE.replace("cpu_naive, fakedev", "planted_slower, missing_program"),
                             more="plugins: [plugins/mine.so]\nexternal: {missing_program: {command: [no-such-program]}}")
        self.call("run", config, "--out", "out")
        record = self.export("out")
        found = {source["impl"]: source for source in record["run"]["sources"]}
        self.assertEqual(found["planted_slower"]["commit"], commit)
        self.assertEqual((found["planted_slower"]["kind"], found["planted_slower"]["path"]), ("plugin", "mine.so"))
        self.assertEqual(found["missing_program"]["kind"], "program")
        self.assertIn("names a file", found["missing_program"]["reason"])
        self.assertEqual({c["impl"]: c["source"]["commit"] for c in record["cases"]},
                         {"planted_slower": commit, "missing_program": None})


class Trends(HistoryTest):
    def add_commits(self, times, file="results/history.sqlite"):
        """Adds a run for each factor of the time: copies of one real run, of other commits."""
        if not (self.folder / "real").exists():
            self.run_sweep(self.config(ONE, measure="rounds: 6, min_time: 0s"), out="real")
        source = random.Random(7)
        for i, factor in enumerate(times):
            shutil.copytree(self.folder / "real", self.folder / f"run-{i}", dirs_exist_ok=True)
            when = f"2026-{1 + i // 28:02}-{1 + i % 28:02}"
            rounds = [1e5 * factor * source.lognormvariate(0, NOISE) for _ in range(6)]
            self.edit(f"run-{i}", ("UPDATE run SET id = ?, started = ?", f"r{i:03}", f"{when}T12:00:00Z"),
                      ("UPDATE sources SET commit_hash = ?, committed = ?, branch = 'main', dirty = 0, reason = NULL",
                       commit(i), f"{when}T10:00:00Z"),
                      *[("UPDATE rounds SET epoch_ns = ?, disturbed = 0, slices = NULL WHERE case_number = 1 AND round = ?",
                         t, k + 1) for k, t in enumerate(rounds)])
            said = self.ok("history", "add", f"run-{i}", "--file", file)
            self.assertIn("added run", said)

    def planted(self):
        levels, level = [], 1
        for i in range(COMMITS):
            level *= PLANTED.get(i, 1)
            levels.append(level)
        self.add_commits(levels)

    def test_three_planted_changes_of_sixty_commits(self):
        """Found, each in its commit, and nothing else; and drawn."""
        self.with_charts()
        self.planted()
        trends = self.show()
        self.check_schema(trends)
        found = {series["name"].split()[0]: series for series in trends["series"]}
        self.assertEqual(len(found["cpu_naive"]["points"]), COMMITS)
        changes = found["cpu_naive"]["changes"]
        self.assertEqual([(c["of"], c["verdict"], c["after"]) for c in changes],
                         [("time", "worse", 15), ("time", "worse", 30), ("time", "better", 45)])
        for change, factor in zip(changes, PLANTED.values()):
            self.assertAlmostEqual(change["difference"]["value"], factor, delta=0.01)
            self.assertEqual((change["commit_before"], change["commit_after"]),
                             (commit(change["after"] - 1), commit(change["after"])))
        self.assertEqual([s["changes"] for s in trends["series"] if s["name"] != "cpu_naive"], [[], []])
        text = self.ok("history", "show", "-s", "impl=cpu_naive")
        for words in ["% slower", "% faster", f"in {commit(14)[:12]}..{commit(15)[:12]}", "2 worse, 1 better"]:
            self.assertIn(words, text)
        self.assertIn("3 changes", self.ok("history", "report"))
        page = (self.folder / "results/history.html").read_text()
        self.assertEqual(page.count("<svg"), 6)  # time and error of one case; error and copies of the others
        self.assertEqual(page.count("% slower"), 2 * 3)
        if os.environ.get("IRONBENCH_SCREENSHOTS"):
            shutil.copy(self.folder / "results/history.html", os.environ["IRONBENCH_SCREENSHOTS"])

    def check_schema(self, trends):
        try:
            import jsonschema
        except ImportError:
            return
        jsonschema.validate(trends, SCHEMA)

    def test_adding_twice_changes_nothing(self):
        self.add_commits([1, 1])
        before = (self.folder / "results/history.sqlite").read_bytes()
        self.assertIn("already has run r001", self.ok("history", "add", "run-1"))
        self.assertEqual((self.folder / "results/history.sqlite").read_bytes(), before)
        self.assertEqual(self.show()["runs"], 2)

    def test_values_of_each_run(self):
        self.add_commits([1, 1.5])
        text = self.ok("history", "show", "--points", "-x", "impl=fakedev")
        self.assertEqual(text.count(commit(1)[:12]), 1)
        self.assertIn("2026-01-02", text)
        self.assertIn("No change was found.", text)

    def test_refused(self):
        self.write("text.sqlite", "not a database, and longer than a header would have to be to be one: " + 50 * "x")
        for args, status, says in [
                (["show"], 2, ["results/history.sqlite", "history add DIR"]),
                (["show", "--file", "text.sqlite"], 4, ["text.sqlite", "file is not a database"]),
                (["report", "--file", "text.sqlite"], 4, ["text.sqlite", "file is not a database"]),
                (["add", "."], 2, ["holds no run"]),
                (["add"], 2, ["missing argument"]),
                (["forget"], 2, ["forget", "add, show, report or bisect"]),
                ([], 2, ["usage: ironbench history"])]:
            with self.subTest(args=args):
                self.refused("history", *args, status=status, says=says)
        self.add_commits([1])
        self.refused("history", "show", "--alpha", "2", says=["--alpha"])
        self.refused("history", "show", "-s", "impl=cpu_nave", says=["did you mean `cpu_naive`?"])
        self.refused("history", "add", "run-0", "--file", "text.sqlite", status=4, says=["file is not a database"])
        for part in ["add", "show", "report", "bisect"]:
            self.assertIn(f"usage: ironbench history {part}", self.ok("history", part, "--help"))
        self.assertIn("bisect", self.ok("history", "--help"))


@released_only("needs a gate for each of several commits")
class Bisect(HistoryTest):
    """A repository of a plugin, which becomes ten times as slow in one commit."""

    CONFIG = f"""
version: 1
matrix: {{model: [linreg], dataset: [diabetes], impl: [planted_slower], dtype: [f64], epochs: [20]}}
plugins: [./mine.so]
measure: {{rounds: 2, min_time: 1ms}}
gate: {{pairs: 12, confirm: 0, slowdown: 50%}}
"""

    def setUp(self):
        super().setUp()
        self.repository = self.folder / "repository"
        self.repository.mkdir()
        self.git("init", "-q", "-b", "main", folder=self.repository)
        for name in ["planted_old", "planted_new"]:
            shutil.copy(FAULTS.parent / f"{name}.so", self.folder)
        (self.repository / "bench.yaml").write_text(self.CONFIG)
        (self.repository / ".gitignore").write_text("mine.so\n")
        self.commits = []
        for i in range(7):
            (self.repository / "which").write_text("planted_new" if i >= 4 else "planted_old")
            (self.repository / "number").write_text(str(i))
            (self.repository / "broken").write_text("yes" if i == 3 else "")
            self.git("add", ".", folder=self.repository)
            self.git("commit", "-q", "-m", f"commit {i}", folder=self.repository, date=f"2026-01-{i + 1:02}T10:00:00Z")
            self.commits.append(self.git("rev-parse", "HEAD", folder=self.repository))
        self.build = ["sh", "-c", f'test ! -s broken && cp "{self.folder}/$(cat which).so" mine.so']
        shutil.copy(self.folder / "planted_new.so", self.repository / "mine.so")

    def in_repository(self, *args):
        return subprocess.run([str(PROGRAM), *map(str, args)], cwd=self.repository, capture_output=True, text=True,
                              timeout=HANG_S, env={**os.environ, **GIT}, stdin=subprocess.DEVNULL)

    def add_run(self):
        for args in [("run", "bench.yaml", "--out", self.folder / "run"), ("history", "add", self.folder / "run")]:
            done = self.in_repository(*args)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_commit_is_found_and_the_checkout_untouched(self):
        self.add_run()
        (self.repository / "number").write_text("being edited")
        before = self.git("status", "--porcelain=v2", "--branch", folder=self.repository)
        done = self.in_repository("history", "bisect", "planted_slower", self.commits[0], "main", "--json", "--", *self.build)
        self.assertEqual(done.returncode, 5, done.stdout + done.stderr)  # the commit before cannot be built
        result = json.loads(done.stdout)
        self.assertEqual((result["schema"], result["decided"]), (1, False))
        self.assertEqual({commit["hash"] for commit in result["commits"]}, set(self.commits[3:5]))
        done = self.in_repository("history", "bisect", "planted_slower", self.commits[0], "main", "--",
                                  "sh", "-c", self.build[2].replace("test ! -s broken && ", ""))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout, f"first worse commit: {self.commits[4]} commit 4\n")
        self.assertEqual(self.git("status", "--porcelain=v2", "--branch", folder=self.repository), before)
        self.assertEqual((self.repository / "number").read_text(), "being edited")
        self.assertEqual(len(self.git("worktree", "list", folder=self.repository).splitlines()), 1)
        self.assertFalse((self.repository / ".git/BISECT_LOG").exists())

    def test_refused(self):
        self.add_run()
        first, last = self.commits[0], self.commits[-1]
        for args, status, says in [
                (["planted_slower", last, first, "--", "true"], 2, ["is not an ancestor"]),
                (["planted_slower", first, "nowhere", "--", "true"], 2, ["nowhere", "not a commit"]),
                (["planted_slower", first, last], 2, ["missing build command"]),
                (["other", first, last, "--", "true"], 2, ["`other` matches none"]),
                (["planted_slower", first, last, "--", "false"], 4, [first, "cannot be built"]),
                (["planted_slower", first, last, "--", "true"], 2, ["does not make mine.so"])]:
            with self.subTest(args=args):
                done = self.in_repository("history", "bisect", *args)
                self.assertEqual(done.returncode, status, done.stdout + done.stderr)
                for words in says:
                    self.assertIn(words, done.stderr)
        done = self.in_repository("history", "bisect", "planted_slower", first, self.commits[2], "--", *self.build)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("does not find this case worse", done.stderr)
        self.assertEqual(len(self.git("worktree", "list", folder=self.repository).splitlines()), 1)
