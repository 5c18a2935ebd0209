"""`run`, `plan`, `report` and `export`: a whole sweep, its output files, and rejected input."""

import json
import os
import pathlib
import resource
import signal
import subprocess
import unittest

from common import CliTest, FAULTS, HANG_S, PROGRAM, ROOT, released_only

SMALL = """
model: [linreg]
dataset: [diabetes]
impl: [cpu_naive]
dtype: [f64]
epochs: [200]
"""

FEW = """
model: [linreg, mlp]
dataset: [diabetes]
impl: [cpu_naive, cpu_blas]
dtype: [f64]
hidden: [[4]]
epochs: [60]
"""

MIXED = """
model: [linreg, logreg, mlp]
dataset: [diabetes, breast_cancer]
impl: [cpu_naive, cpu_blas, fakedev]
dtype: [f32, f64]
hidden: [[4]]
epochs: [60]
"""


class Sweep(CliTest):
    def test_everything_in_one(self):
        self.with_charts()
        record = self.run_sweep(self.config(MIXED))
        cases = record["cases"]
        # linreg and logreg have one data set each, mlp both; fakedev has two residencies, the others none
        self.assertEqual(len(cases), 4 * 2 * 4)
        self.assertEqual(len({case["id"] for case in cases}), len(cases))
        for case in cases:
            with self.subTest(case["id"]):
                self.check_case(case)
        for name in ["run.sqlite", "report.html", "report.md"]:
            self.assertGreater((self.folder / "out" / name).stat().st_size, 1000, name)
        for chart in ["time_per_epoch", "loss_by_epoch", "predicted_*"]:  # of each pair of model and data set
            names = [path.stem for path in (self.folder / "out" / "charts").glob(f"{chart}-*.svg")]
            self.assertEqual(len([name for name in names if not name.endswith("-2")]), 4, names)  # -2: further lines
        self.assertEqual(self.leftovers(), [])

    def leftovers(self):
        return [path.name for path in (self.folder / "out").iterdir() if path.name.startswith("ironbench-")]

    def check_case(self, case):
        self.assertEqual(case["status"], "ok", case["reason"])
        self.assertEqual(case["verify"]["verdict"], "ok")
        self.assertEqual(case["verify"]["reference"], "oracle")
        in_whole_steps = case["impl"] == "cpu_blas" and case["model"] != "mlp"
        self.assertEqual(case["path"], "fused" if in_whole_steps else "ops")
        self.assertTrue(case["transfers"]["as_expected"])
        self.assertEqual(len(case["time"]["epoch_ns"]["samples"]), 2)
        self.assertIsNone(case["time"]["epoch_ns"]["ci_low"])  # two samples give no interval
        device = case["impl"] == "fakedev"
        self.assertEqual(case["residency"] in ("per_op", "resident"), device)
        layers = 2 if case["model"] == "mlp" else 1
        copies = (case["transfers"]["h2d_count"], case["transfers"]["d2h_count"])
        probability = case["model"] == "logreg"
        if case["residency"] == "per_op":  # epochs of 16 L - 3 and 9 L - 2 copies, and one prediction
            self.assertEqual(copies, (60 * (16 * layers - 3) + 5 * layers - 1 + probability,
                                      60 * (9 * layers - 2) + 3 * layers - 1 + probability))
        elif case["residency"] == "resident":  # x, y, parameters, x_test; parameters, predictions
            self.assertEqual(copies, (3 + 2 * layers, 1 + 2 * layers))
        else:
            self.assertEqual(copies, (0, 0))
        if device:
            self.assertTrue(case["transfers"]["tracer"]["agrees"])

    def test_report_and_export_again(self):
        self.run_sweep(self.config(SMALL))
        html = (self.folder / "out" / "report.html").read_bytes()
        (self.folder / "out" / "report.html").unlink()
        self.assertIn("report: out/report.html", self.ok("report", "out"))
        self.assertEqual((self.folder / "out" / "report.html").read_bytes(), html)
        self.assertEqual(self.export("out")["schema"], 2)
        self.refused("export", "out", "--format", "xml", says=["--format", "xml", "json"])

    def test_baseline_of_speed_ups(self):
        config = self.config(FEW, "rounds: 6, min_time: 1ms, timeout: 20s", more="baseline: cpu_blas")
        self.assertEqual(self.run_sweep(config)["run"]["reference"], "cpu_blas")
        self.assertEqual(self.speed_up_of("cpu_blas"), 1)
        self.ok("report", "out", "--baseline", "cpu_naive")
        self.assertEqual(self.export("out")["run"]["reference"], "cpu_naive")
        self.assertEqual(self.speed_up_of("cpu_naive"), 1)
        self.refused("report", "out", "--baseline", "cuda", says=["--baseline", "`cuda`", "cpu_naive, cpu_blas"])
        self.refused("plan", self.config(FEW, more="baseline: fakedev"), says=["test.yaml:10", "baseline", "`fakedev`"])

    def speed_up_of(self, impl):
        """The ratio of the first case of an implementation; None without enough rounds."""
        record = self.export("out")
        first = next(case["id"] for case in record["cases"] if case["impl"] == impl)
        return next((s["ratio"]["median"] for s in record["speed_up"] if s["case"] == first), None)

    def test_selection_is_recorded(self):
        config = self.config(FEW)
        self.ok("run", config, "-s", "impl=cpu_naive", "-x", "model=mlp", "--out", "out")
        self.assertEqual(self.export("out")["run"]["selection"], ["-s impl=cpu_naive", "-x model=mlp"])
        self.ok("run", config, "--out", "all")
        self.assertIsNone(self.export("all")["run"]["selection"])

    def test_json_lines_and_quiet(self):
        out = self.ok("run", self.config(MIXED), "--out", "a", "--json", "-s", "impl=cpu_naive")
        self.assertEqual([json.loads(line)["id"] for line in out.splitlines()],
                         [case["id"] for case in self.export("a")["cases"]])
        done = self.call("run", self.config(SMALL), "--out", "b", "--quiet")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_default_folder(self):
        self.ok("run", self.config(SMALL))
        runs = list((self.folder / "results" / "runs").iterdir())
        self.assertEqual(len(runs), 1)
        self.assertRegex(runs[0].name, r"^test-\d{8}T\d{6}Z$")

    def samples(self, measure):
        """How many rounds each case got."""
        record = self.run_sweep(self.config(FEW, measure + ", min_time: 0s"), out=measure.split(",")[0])
        for case in record["cases"]:
            self.assertEqual(case["status"], "ok", case["reason"])
            self.assertGreaterEqual(case["time"]["epoch_ns"]["n"], 1)
        return [len(case["time"]["epoch_ns"]["samples"]) for case in record["cases"]]

    def test_orders(self):
        for order in ["abba", "block"]:
            self.assertEqual(set(self.samples(f"order: {order}, rounds: 3")), {3})

    def test_pinned(self):
        self.assertEqual(set(self.samples("pin: auto, rounds: 2")), {2})

    def test_early_stopping(self):
        rounds = self.samples("precision: 99%, min_rounds: 7, max_rounds: 25")
        self.assertGreaterEqual(min(rounds), 7)
        self.assertEqual(min(rounds), 7, "not one case came within 99 % of its median")

    def test_log_every_is_timed_and_counted(self):
        record = self.run_sweep(self.config(SMALL.replace("cpu_naive", "fakedev") + "log_every: [50]\n"
                                            "residency: [resident]"))
        self.assertEqual(record["cases"][0]["transfers"]["d2h_count"], 5 + 2 + 1)  # epochs 1, 50, 100, 150, 200

    @released_only("3000 epochs of each model take long; test_large.py has single epochs under sanitizers")
    def test_oracle_budget(self):
        """Where the oracle's time ends before the last epoch, fewer epochs are verified, and the record says so."""
        matrix = MIXED.replace("epochs: [60]", "epochs: [3000]").replace("cpu_naive, cpu_blas, fakedev", "cpu_naive")
        record = self.run_sweep(self.config(matrix, "rounds: 1, min_time: 0s, oracle_budget: 1ms"))
        for case in record["cases"]:
            self.assertEqual(case["verify"]["verdict"], "ok", case["verify"]["reason"])
            self.assertRegex(case["verify"]["reference"],
                             r"^oracle, (first (epoch|\d+ epochs), )?epochs 1, \d+ and 3000 by 8 random vectors$")

    def test_losses_that_the_type_cannot_hold(self):
        """Only single steps tell that a training took others to the same end."""
        rows = [(0.1 * i, 0.7 * i % 3) for i in range(40)]
        self.write("huge.csv", "a,b,y\n" + "".join(f"{a},{b},{(3 * a - 2 * b) * 1e20}\n" for a, b in rows))
        record = self.run_sweep(self.config("""
            model: [linreg]
            dataset: [huge.csv]
            impl: [cpu_naive, fault_wrong_factor]
            dtype: [f32]
            lr: [0.1]
            epochs: [500]""", "rounds: 1, min_time: 1ms", more=f"plugins: [{FAULTS}]"), status=3)
        right, wrong = (case["verify"] for case in record["cases"])
        self.assertEqual((right["verdict"], wrong["verdict"]), ("ok", "wrong"))
        self.assertRegex(right["reference"], r"^oracle, final parameters, epochs 1, \d+ and 500 by 8 random vectors$")
        self.assertEqual((right["compared"]["epochs"], right["compared"]["params"]), (None, 3))

    def test_plan_prints_every_case_and_what_dropped_out(self):
        out = self.ok("plan", self.config(MIXED))
        self.assertIn("32 cases", out)
        self.assertIn("linreg cannot learn classification (breast_cancer)", out)
        self.assertFalse((self.folder / "out").exists())

    @released_only("the configurations are the same with every build")
    def test_shipped_configurations_run(self):
        """From the project alone, with nothing next to it: each plans, and one of its cases runs and is right."""
        one = {"crossover": "rows_1k f32 cpu_naive", "bench-cpu": "", "devices": "linreg f32 cpu_naive",
               "gpu": "linreg f32 cuda_naive diabetes",
               "gate_noise": "linreg f32 cpu_naive", "gpu-crossover": "rows_1k cpu_blas", "gpu-seed": "linreg cpu_naive",
               "gpu-large": "cuda_naive", "peers": "linreg real_estate cpu_naive", "peers-quick": "linreg cpu_naive w1",
               "peers-right": "", "rates": "cpu_naive 6 lr=0.03", "seed": "linreg cpu_naive epochs=1000",
               "ci": "linreg f32 cpu_naive", "digits": "softmax cpu_naive f32", "quick": "linreg f32 cpu_naive",
               "selftest": "cpu_naive epochs=100"}
        for path in sorted((ROOT / "configs").glob("*.yaml")):
            with self.subTest(path.name):
                self.assertNotIn("shared/", path.read_text())
                if path.stem == "email":  # says how to come by its data
                    self.refused("plan", path, says=["configs/datasets/email.csv", "email.yaml:"])
                    continue
                self.assertRegex(self.ok("plan", path), r"\d+ cases?, ")
                if "cpu_naive" in one[path.stem]:
                    record = self.run_one(path, one[path.stem])
                    self.assertEqual({case["verify"]["verdict"] for case in record["cases"]}, {"ok"})

    def run_one(self, path, selection):
        done = self.call("run", path, "-s", selection, "--out", path.stem)
        status = 4 if "is required but did not run" in done.stderr else 0  # a GPU
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return self.export(path.stem)

    def test_required_implementation(self):
        record = self.run_sweep(self.config(SMALL, more="require: [cuda_*]"), status=4)
        self.assertEqual(record["cases"][0]["status"], "ok")
        self.assertIn("cuda_* is required", self.output)


class Refusals(CliTest):
    def test_cpu_that_is_not_there(self):
        self.refused("run", self.config(SMALL, 'pin: "1000"'), "--out", "out", says=["pin", "1000"])

    def test_folder_that_holds_a_run(self):
        config = self.config(SMALL)
        self.run_sweep(config)
        before = (self.folder / "out" / "run.sqlite").read_bytes()
        self.refused("run", config, "--out", "out", says=["out", "already"])
        self.assertEqual((self.folder / "out" / "run.sqlite").read_bytes(), before)

    def test_folder_that_cannot_be_written(self):
        self.write("file", "")
        self.refused("run", self.config(SMALL), "--out", "file/out", says="file")
        self.refused("run", self.config(SMALL), "--out", "/proc/out", says="/proc/out")

    def test_before_any_program_is_started(self):
        started = self.folder / "started"
        config = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [x, cpu_naive]\nepochs: [2]\ndtype: [f32]",
                             more=f"external: {{x: {{command: [touch, {started}]}}}}")
        self.write("file", "")
        (self.folder / "taken").mkdir()
        self.write("taken/run.sqlite", "")
        for arguments, says in [(["-s", "impl=cpu_naiv"], ["impl=cpu_naiv", "cpu_naive"]),
                                (["-s", "dtype=f64"], ["dtype=f64", "f32"]), (["-s", "diabetis"], ["diabetes"]),
                                (["-s", "epochs>2"], ["epochs>2"]), (["--out", "file/out"], ["file/out"]),
                                (["--out", "/proc/out"], ["/proc/out"]), (["--out", "taken"], ["already"]),
                                (["--resume", "--out", "nowhere"], ["nowhere"])]:
            with self.subTest(arguments):
                self.refused("run", config, *arguments, says=says)
                self.assertFalse(started.exists())
        self.refused("gate", config, "--against", "old", "--junit", "nowhere/junit.xml", status=4, says="nowhere")
        self.assertFalse(started.exists())
        self.call("run", config, "-s", "impl=x", "--out", "out")
        self.assertTrue(started.exists())

    def test_no_run_to_report(self):
        self.refused("report", "nowhere", says="nowhere")
        self.refused("export", ".", says="run")

    def test_configuration(self):
        """file:line, the key, what was wrong and what is allowed. Unit tests hold the long list."""
        for text, says in [
            ("matrix: [", ["bad.yaml:"]),
            ("version: 1\nmatrxi: {}\n", ["bad.yaml:2", "matrxi", "matrix"]),
            ("version: 1\nmatrix:\n  model: [linreg]\n  dataset: [diabetes]\n  impl: [cpu_naiv]\n",
             ["bad.yaml:5", "cpu_naiv", "cpu_naive"]),
            ("version: 1\nmatrix:\n  model: [linreg]\n  dataset: []\n  impl: [cpu_naive]\n", ["bad.yaml:4", "dataset"]),
            ("version: 1\nmatrix:\n  model: [mlp]\n  dataset: [xor]\n  impl: [cpu_naive]\n  lr: [.nan]\n",
             ["bad.yaml:6", "lr"]),
        ]:
            with self.subTest(says=says):
                self.refused("run", self.write("bad.yaml", text), "--out", "out", says=says)
                self.assertFalse((self.folder / "out").exists())
        self.refused("run", "missing.yaml", says="missing.yaml")

    def test_data(self):
        config = """
version: 1
matrix: {model: [linreg], dataset: [mine], impl: [cpu_naive]}
datasets: {mine: {path: mine.csv}}
"""
        for text, says in [("a,b\n1,2\n3\n5,6\n", "mine.csv:3"), ("a,b\n1,2\n3,x\n5,6\n", "mine.csv:3:3"),
                           ("a,b\n1,2\n", "row"), ("a,b\n1,2\n3,2\n4,2\n5,2\n6,2\n", "nothing to learn")]:
            with self.subTest(text=text):
                self.write("mine.csv", text)
                self.refused("run", self.write("data.yaml", config), "--out", "out", says=says)
                self.assertFalse((self.folder / "out").exists())


class WrongWorkers(CliTest):
    """A worker that goes wrong is one row with its status; the sweep continues and ends with the matching status."""

    def sweep(self, fault, status, measure="rounds: 2, min_time: 1ms, timeout: 60s"):
        record = self.run_sweep(self.config(f"""
            model: [mlp]
            dataset: [diabetes]
            impl: [cpu_naive, {fault}]
            residency: [resident]
            hidden: [[10]]
            epochs: [120]""", measure=measure, more=f"plugins: ['{FAULTS}']"), status, out=fault)
        cases = {case["impl"]: case for case in record["cases"]}
        self.assertEqual(cases["cpu_naive"]["status"], "ok")
        self.assertEqual(cases["cpu_naive"]["verify"]["verdict"], "ok")
        return cases[fault]

    def test_crash(self):
        case = self.sweep("fault_crash", 4)
        self.assertEqual(case["status"], "crashed")
        self.assertIn("signal 11", case["reason"])

    def test_hang(self):
        case = self.sweep("fault_hang", 4, "rounds: 1, min_time: 1ms, timeout: 8s")  # cpu_naive has to keep it, too
        self.assertEqual(case["status"], "timeout")
        self.assertIn("8 s", case["reason"])
        self.assertEqual(self.processes(), [])

    def test_garbage_on_stdout_and_exit(self):
        case = self.sweep("fault_garbage", 4)
        self.assertEqual(case["status"], "failed")
        self.assertIn("exited with status 3", case["reason"])

    def test_silence(self):
        case = self.sweep("fault_silence", 4)
        self.assertEqual(case["status"], "failed")
        self.assertIn("exited with status 0 before answering", case["reason"])

    def test_garbage_among_the_answers(self):
        case = self.sweep("fault_babble", 4)
        self.assertEqual(case["status"], "failed")
        self.assertIn("sent an invalid message: `loss: 0.1`", case["reason"])

    def test_endless_output(self):
        case = self.sweep("fault_endless_output", 4, "rounds: 1, timeout: 60s")
        self.assertEqual(case["status"], "failed")
        self.assertIn("wrote over 64 MiB", case["reason"])
        self.assertTrue(case["stderr"].endswith("step\n"))

    @released_only("a sanitizer's own memory passes any limit")
    def test_memory_limit(self):
        self.check_memory_limit("auto")  # by the kernel where a cgroup can be made

    @released_only("a sanitizer's own memory passes any limit")
    def test_memory_limit_by_polling(self):
        self.check_memory_limit("polling")

    def check_memory_limit(self, by):
        case = self.sweep("fault_memory_hog", 4, f"rounds: 1, timeout: 60s, memory: 80MB, memory_by: {by}")
        self.assertEqual(case["status"], "oom")
        self.assertIn("used more memory than the limit of 80.0 MB", case["reason"])

    def test_full_disk(self):
        """Files may grow to 300 kB and no further, as on a full disk: status 4, and what was stored can be read."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000))
        config = self.config(MIXED, "rounds: 20, min_time: 0s")
        done = subprocess.run([PROGRAM, "run", config, "--out", "out"], cwd=self.folder, capture_output=True,
                              text=True, preexec_fn=limit, timeout=HANG_S)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("run.sqlite", done.stderr)
        record = self.export("out")
        self.assertGreater(sum(case["status"] == "ok" for case in record["cases"]), 0)

    def test_hidden_copy(self):
        case = self.sweep("fault_hidden_copy", 3)
        self.assertEqual(case["status"], "untrusted")
        self.assertIn("hidden copies", case["reason"])
        self.assertFalse(case["transfers"]["tracer"]["agrees"])

    def test_nondeterministic_though_it_says_otherwise(self):
        case = self.sweep("fault_nondeterministic", 3)
        self.assertEqual(case["status"], "untrusted")
        self.assertIn("deterministic", case["reason"])

    def test_wrong_answers_are_named(self):
        for fault, words in [("zeroed_output", "never updated"), ("zeroed_prediction", "predictions are all zero"),
                             ("stale_copy", "stale"), ("skipped_bias", "bias"), ("wrong_sign", "sign"),
                             ("transposed_gradient", "transposed"), ("nan", "NaN"),
                             ("half_rows", "loss diverges from the oracle at epoch 2"),
                             ("last_column", "loss diverges from the oracle at epoch 2")]:
            with self.subTest(fault):
                case = self.sweep("fault_" + fault, 3)
                self.assertEqual(case["verify"]["verdict"], "wrong")
                self.assertIn(words, case["verify"]["reason"])

    def test_wrong_updates_are_named(self):
        for fault, matrix, words in [("missing_bias_correction", "optimizer: [adam]", "adam: bias correction is missing"),
                                     ("misplaced_epsilon", "optimizer: [adam]", "adam: epsilon is added inside of the root"),
                                     ("stale_momentum", "optimizer: [momentum]", "momentum: stale momentum"),
                                     ("forgotten_decay", "weight_decay: [0.1]", "weight decay is not applied"),
                                     ("permuted_batch", "batch: [32]", "take the rows in the order of the data"),
                                     ("last_batch_dropped", "batch: [32]", "the last batch of an epoch is left out")]:
            with self.subTest(fault):
                record = self.run_sweep(self.config(f"""
                    model: [logreg]
                    dataset: [breast_cancer]
                    impl: [fault_{fault}]
                    {matrix}
                    epochs: [60]""", measure="rounds: 1, min_time: 0s", more=f"plugins: ['{FAULTS}']"), 3, out=fault)
                self.assertEqual(record["cases"][0]["verify"]["verdict"], "wrong")
                self.assertIn(words, record["cases"][0]["verify"]["reason"])

    @released_only("the same as of those above, 26 times")
    def test_more_wrong_answers_are_named(self):
        """Of one sweep. What shows in single operations alone is right here, as the models never ask for it:
        test_check.py demands that `check` finds it."""
        named = {"wrong_factor": "twice as large", "wrong_n": "a sum over the rows, not a mean",
                 "off_by_one_row": "diverges from the oracle at epoch 2", "shifted_row": "oracle at epoch 1",
                 "ignores_alpha": "infinite", "ignores_transpose": "diverges from the oracle at epoch 2",
                 "unwritten_elements": "oracle at epoch 1", "lower_precision": "fewer digits than f64",
                 "column_major": "oracle at epoch 1", "stale_result": "oracle at epoch 1",
                 "swapped_activation": "oracle at epoch 1", "wrong_act_gradient": "loss is",
                 "bias_only_first_row": "biases are not added", "missing_sync": "loss never changes",
                 "loss_of_next_epoch": "one epoch ahead", "late_update": "lags one epoch behind",
                 "wrong_device_copy": "loss is", "writes_input": "diverges from the oracle at epoch 2",
                 "wrong_in_place": "oracle at epoch 1"}
        quiet = ["ignores_beta", "ignores_ld", "dropped_nan", "f32_sums", "writes_beyond", "reads_c", "crash_on_empty",
                 "unshifted_softmax", "one_maximum", "columns_softmax", "mean_over_classes",
                 "missing_bias_correction", "misplaced_epsilon", "stale_momentum", "forgotten_decay", "permuted_batch",
                 "last_batch_dropped"]
        record = self.run_sweep(self.config(f"""
            model: [mlp]
            dataset: [diabetes]
            impl: [{", ".join("fault_" + name for name in [*named, *quiet])}]
            residency: [per_op]
            hidden: [[6, 6]]
            epochs: [120]""", measure="rounds: 1, min_time: 0s", more=f"plugins: ['{FAULTS}']"), 3)
        reasons = {case["impl"]: case["verify"]["reason"] for case in record["cases"]}
        for name, words in named.items():
            with self.subTest(name):
                self.assertIn(words, reasons["fault_" + name] or "(it passed for right)")
        for name in quiet:
            with self.subTest(name):
                self.assertIsNone(reasons["fault_" + name])

    def test_wrong_classes_are_named(self):
        named = {"mean_over_classes": "loss diverges from the oracle at epoch 1",
                 "columns_softmax": "predictions do not match the final parameters"}
        record = self.run_sweep(self.config(f"""
            model: [softmax]
            dataset: [iris]
            impl: [{", ".join("fault_" + name for name in named)}]
            epochs: [60]""", measure="rounds: 1, min_time: 0s", more=f"plugins: ['{FAULTS}']"), 3)
        for case in record["cases"]:
            self.assertIn(named[case["impl"].removeprefix("fault_")], case["verify"]["reason"])

    def test_early_return(self):
        """Right while every epoch is read; in the timed pass, which reads nothing, it does half the work."""
        case = self.sweep("fault_early_return", 3)
        self.assertEqual(case["status"], "untrusted")
        self.assertRegex(case["reason"], "the timed pass did not repeat|a problem that it had not seen is wrong")

    def test_nothing_wrong(self):
        """The fused steps that early_return breaks are right by themselves."""
        case = self.sweep("fault_none", 0)
        self.assertEqual((case["status"], case["verify"]["verdict"], case["path"]), ("ok", "ok", "fused"))

    def processes(self):
        """Workers of this build that are still alive."""
        alive = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and b"worker" in (entry / "cmdline").read_bytes() and \
                        os.readlink(entry / "cwd") == str(self.folder):
                    alive.append(entry.name)
            except OSError:
                continue
        return alive
