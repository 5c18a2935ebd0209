"""--json of every command, by its schema; and impls/AGENTS.md, whose commands are run as they stand."""

import json
import os
import re
import shutil
import subprocess

import jsonschema

from common import BUILD, HANG_S, ROOT, CliTest, released_only

GUIDE = ROOT / "impls" / "AGENTS.md"
NO_RESULT = {"schema", "completion", "man"}  # they print a text, which is what they are for


def schema(name):
    return json.loads((ROOT / "results" / f"{name}.schema.json").read_text(encoding="utf-8"))


def closed(part):
    """A schema in which objects have no members but those that it describes: none may be forgotten."""
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    out = {key: closed(value) for key, value in part.items()}
    if isinstance(part.get("properties"), dict) and "additionalProperties" not in part:
        out["additionalProperties"] = False
    return out


class JsonTest(CliTest):
    def valid(self, name, value, whole=True):
        described = closed(schema(name)) if whole else schema(name)
        jsonschema.Draft202012Validator(described).validate(value)
        return value

    def json(self, name, *args, status=0, whole=True, env=None):
        done = self.call(*args, "--json", env=env)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return self.valid(name, json.loads(done.stdout), whole)

    def test_every_command_with_a_result_has_the_flag_and_a_schema(self):
        names = set(re.findall(r"^  ([a-z]+) ", self.ok("--help"), re.MULTILINE)) - NO_RESULT - {"history"}
        names |= {f"history {part}" for part in ("add", "show", "report", "bisect")}
        guide = GUIDE.read_text(encoding="utf-8").split("## Schemas")[1]
        for name in sorted(names):
            with self.subTest(name):
                self.assertIn("  --json ", self.ok(*name.split(), "--help"))
                self.assertIn(name.split()[-1], guide)
        for words in re.findall(r"`([a-z-]+)`", "".join(line.split("|")[2] for line in guide.splitlines() if "|" in line[1:])):
            self.assertEqual(json.loads(self.ok("schema", words)).get("title") is None, False)

    def test_results_of_a_sweep(self):
        config = self.config("model: linreg\ndataset: diabetes\nimpl: [cpu_naive, cpu_blas]\nepochs: 20",
                             measure="rounds: 6, min_time: 1ms")
        self.assertEqual(len(self.json("plan", "plan", config)["cases"]), 2)
        lines = self.ok("run", config, "--out", "a", "--json").splitlines()
        record = schema("record")
        case = jsonschema.Draft202012Validator({**record["$defs"]["case"], "$defs": record["$defs"]})
        for line in lines:
            case.validate(self.valid("run", json.loads(line), whole=False))
        self.assertEqual(len(lines), 2)
        self.ok("run", config, "--out", "b", "--quiet")
        self.valid("record", json.loads(self.ok("export", "a", "--json")), whole=False)
        self.assertEqual(self.ok("export", "a", "--json"), self.ok("export", "a"))
        self.refused("export", "a", "--json", "--format", "csv", says=["--json", "excludes --format"])
        explained = self.json("explain", "explain", "a", "cpu_naive", whole=False)
        case.validate(explained.pop("case"))
        self.assertIn("cpu_naive", explained["text"])
        self.valid("explain", {**explained, "case": {"id": "", "impl": "", "status": "", "verify": {}, "time": {}}}, whole=False)
        self.json("report", "report", "a")
        self.assertEqual(self.json("compare", "compare", "a", "b")["same_run"], False)
        self.assertEqual(self.json("merge", "merge", "a", "--out", "c")["cases"], 2)
        self.assertEqual(len(self.json("baseline", "baseline", "save", "base", "a")["baselines"]), 1)
        self.write("results/baselines/damaged.json", "{}")
        listed = {b["name"]: b for b in self.json("baseline", "baseline", "ls")["baselines"]}
        self.assertEqual((listed["base"]["cases"], listed["damaged"]["cases"]), (2, None))
        self.json("baseline", "baseline", "rm", "base")
        self.assertTrue(self.json("history-add", "history", "add", "a")["added"])
        self.assertFalse(self.json("history-add", "history", "add", "a")["added"])
        self.valid("history", json.loads(self.ok("history", "show", "--json")), whole=False)
        self.assertEqual(self.json("history-report", "history", "report")["changes"], 0)

    def test_results_of_single_commands(self):
        one = ["train", "--model", "linreg", "--data", "diabetes", "--epochs", "20"]
        trained = self.json("train", *one, "--impl", "cpu_naive")
        self.assertEqual((trained["status"], trained["verify"]["verdict"]), ("ok", "ok"))
        self.assertEqual((len(trained["curve"]["loss"]), trained["curve"]["epoch"][-1]), (20, 20))
        self.assertGreater(trained["time"]["epoch_ns"], 0)
        plugin = ["--plugin", BUILD / "tests" / "faults.so"]
        wrong = self.json("train", *one, "--impl", "fault_zeroed_prediction", *plugin, status=3)
        self.assertEqual(wrong["verify"]["verdict"], "wrong")
        self.assertTrue(wrong["verify"]["reason"])
        crashed = self.json("train", *one, "--impl", "fault_crash", *plugin, status=4)
        self.assertEqual((crashed["status"], crashed["verify"], crashed["time"]), ("crashed", None, None))
        self.assertTrue(crashed["reason"])
        self.assertEqual(self.json("init", "init", "iris")["classes"], 3)
        for what in ("impls", "models", "datasets", "metrics", "charts", "configs", "keys"):
            self.assertTrue(self.json("list", "list", what))
        self.assertTrue(self.json("doctor", "doctor"))
        limits = {"IRONBENCH_LIMITS": str(self.folder / "limits.json")}
        self.assertTrue(self.json("limits", "doctor", "--limits", "--seconds", "0.1", env=limits)["rates"])

    @released_only("a plugin of a released build")
    def test_every_command_of_the_guide_runs(self):
        if not shutil.which("cmake"):
            self.skipTest("cmake is not installed")
        blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
        self.assertEqual(len(blocks), 5)
        env = {**os.environ, "IRONBENCH": str(ROOT), "BUILD": str(BUILD), "PATH": f"{BUILD}:{os.environ['PATH']}",
               "IRONBENCH_LIMITS": str(self.folder / "machine.json")}
        said = []
        for block in blocks:
            done = subprocess.run(["bash", "-eu", "-c", block], cwd=self.folder, env=env, capture_output=True, text=True,
                                  timeout=HANG_S, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 0, block + done.stdout + done.stderr)
            said.append(done.stdout)
        self.assertIn("right []\n", said[1])
        self.assertIn("exit status 3\n", said[2])
        self.assertRegex(said[2], r"(?m)^gemm f(32|64); ignores alpha; C\[0, 0\] is ")
        rows = [line.split() for line in said[3].splitlines()]
        self.assertEqual([row[:2] for row in rows], [["cpu_naive", "ok"], ["mine", "ok"]])
        self.assertTrue(all(0 < float(fraction) <= 1 for *_, fraction in rows), rows)
        for name in ("check", "doctor", "limits", "explain", "gate", "compare"):
            self.valid(name, json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8")), whole=False)
