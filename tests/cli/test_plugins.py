"""Plugins of the user's: where they may be named, and that a broken one is a row with its reason, never the end of a sweep
or of a list."""

import json
import os
import shutil
import unittest

from common import BUILD, CliTest, released_only

BROKEN = BUILD / "tests" / "broken"

# The defect of each. Its row is named after its file, as is its implementation if it has one.
REASONS = {
    "babble_entry": "loading it: sent an invalid message: `hello`",
    "bad_name": "implementation 0 has the invalid name `Bad-Name`; allowed: a lower-case letter",
    "crash_constructor": "loading it: signal 11",
    "crash_entry": "loading it: signal 11",
    "crash_probe": "probing it: signal 11",
    "exit_probe": "probing it: exited with status 3 before answering: \"no licence for this machine\"",
    "half_memory": "`mem` must set all of alloc, free, h2d, d2h and sync",
    "killed_probe": "probing it: was killed by signal 9",
    "missing_library": "cannot be loaded: libironbench_not_there.so.1: cannot open shared object file",
    "no_entry": "is not an ironbench plugin: it does not define the symbol ib_plugin",
    "no_impls": "contains no implementation",
    "no_operations": "neither `ops` nor `fused`",
    "null_impl": "implementation 1 is a NULL pointer",
    "other_abi": "was built for ABI 2, but this program uses ABI 1",
    "refuses": "does not support ABI 1",
    "size_zero": "struct_size of implementation 0 is 0",
    "twins": "two implementations named twin",
    "undefined_symbol": "undefined symbol: ironbench_no_such_function",
}


def plugin(name):
    return BROKEN / f"{name}.so"


class PluginTest(CliTest):
    def impls(self, *plugins, env=None):
        """`list impls` with these plugins: items by name."""
        flags = [flag for path in plugins for flag in ("--plugin", path)]
        return {item["name"]: item for item in json.loads(self.ok("list", "impls", "--json", *flags, env=env))}

    def assert_broken(self, name, status, reason, says):
        self.assertEqual(status, "unavailable", name)
        self.assertIn(str(plugin(name)), reason)
        self.assertIn(says, reason)

    def cases(self, status, impls, plugins, more="", measure="rounds: 1, min_time: 1ms, timeout: 20s"):
        """A small sweep over these implementations: cases by name."""
        config = self.config(f"""
            model: [linreg]
            dataset: [diabetes]
            impl: [{', '.join(impls)}]
            residency: [resident]
            epochs: [20]""", measure=measure, more=f"plugins: [{', '.join(map(str, plugins))}]\n{more}")
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        return {case["impl"]: case for case in self.run_sweep(config, status)["cases"]}


class Broken(PluginTest):
    def test_list(self):
        """All at once: none hides another, nor what ships."""
        items = self.impls(*map(plugin, REASONS))
        self.assertTrue(items["cpu_naive"]["available"])
        for name, says in REASONS.items():
            with self.subTest(name):
                self.assertFalse(items[name]["available"])
                self.assert_broken(name, "unavailable", items[name]["reason"], says)

    def test_every_fault_is_tested(self):
        built = {path.stem for path in BROKEN.glob("*.so")}
        others = {"half", "hang_probe", "crash_open", "taken_name", "older", "newer", "libnot_there"}
        self.assertEqual(built, set(REASONS) | others)

    def test_sweep(self):
        """Each is a row; the sweep continues to the end, and absence alone is not a failure."""
        cases = self.cases(0, ["cpu_naive", *REASONS], map(plugin, REASONS))
        self.assertEqual(cases["cpu_naive"]["verify"]["verdict"], "ok")
        for name, says in REASONS.items():
            with self.subTest(name):
                self.assert_broken(name, cases[name]["status"], cases[name]["reason"], says)

    @released_only("half a minute of waiting, the same with every build; test_run.py has another hang")
    def test_hanging_probe(self):
        cases = self.cases(0, ["cpu_naive", "hang_probe"], [plugin("hang_probe")])
        self.assertEqual(cases["cpu_naive"]["status"], "ok")
        self.assert_broken("hang_probe", cases["hang_probe"]["status"], cases["hang_probe"]["reason"], "no answer within 30 s")

    def test_dying_in_open(self):
        """Its probe says yes: that is not absence, and fails."""
        cases = self.cases(4, ["cpu_naive", "crash_open"], [plugin("crash_open")])
        self.assertEqual(cases["cpu_naive"]["status"], "ok")
        self.assertEqual(cases["crash_open"]["status"], "crashed")
        self.assertIn("signal 11", cases["crash_open"]["reason"])

    def test_killed_once(self):
        """By another process, say: that is no property of the plugin."""
        memory = self.folder / "memory"
        item = self.impls(plugin("killed_probe"), env={"IRONBENCH_TEST_MEMORY": str(memory)})["killed_probe"]
        self.assertTrue(memory.exists())
        self.assertTrue(item["available"], item["reason"])

    def test_one_of_two(self):
        cases = self.cases(0, ["half_crashing", "half_right"], [plugin("half")])
        self.assertEqual(cases["half_right"]["verify"]["verdict"], "ok")
        self.assertEqual(cases["half_crashing"]["status"], "unavailable")
        self.assertIn("probing it: signal 11", cases["half_crashing"]["reason"])

    def test_check(self):
        """What cannot even be loaded has not passed."""
        for name in ("crash_constructor", "crash_probe"):
            done = self.call("check", plugin(name))
            self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
            self.assertIn("signal 11", done.stdout)

    def test_require(self):
        self.cases(4, ["cpu_naive", "other_abi"], [plugin("other_abi")], more="require: [other_abi]")
        self.assertIn("other_abi", self.output)

    def test_name_that_only_the_plugin_knows(self):
        """What a plugin would have brought can be named though it cannot be loaded; with several, all are named."""
        cases = self.cases(0, ["cpu_naive", "gpu_of_mine"], [plugin("other_abi"), plugin("no_entry")])
        reason = cases["gpu_of_mine"]["reason"]
        self.assertEqual(cases["gpu_of_mine"]["status"], "unavailable")
        self.assertIn(f"{plugin('other_abi')}: was built for ABI 2", reason)
        self.assertIn(f"{plugin('no_entry')}: is not an ironbench plugin", reason)

    def test_no_object(self):
        """Named after their files, and never by a name that is taken."""
        names = {"text.so": "text", "libempty.so": "empty", "cpu_naive.so": "cpu_naive_so", "3-d.so": "plugin_3_d"}
        for file in names:
            self.write(file, "" if "empty" in file else "this is not a shared object, but is as long as a header of one\n" * 9)
        items = self.impls(*names)
        self.assertTrue(items["cpu_naive"]["available"])
        for file, name in names.items():
            self.assertRegex(items[name]["reason"], rf"^\./{file}: cannot be loaded: (invalid ELF header|file too short)$")


class Allowed(PluginTest):
    """Older and newer tables, and every command's flag."""

    def test_older_and_newer(self):
        cases = self.cases(0, ["older", "older_device", "newer"], [plugin("older"), plugin("newer")])
        for name in ("older", "older_device", "newer"):
            self.assertEqual((cases[name]["status"], cases[name]["verify"]["verdict"]), ("ok", "ok"), name)

    def test_built_with_the_former_header(self):
        """It trains what it knows, and is never asked for what came later, though its `supports` would say yes."""
        former, names = BUILD / "tests" / "former.so", ["former", "former_fused"]
        record = self.run_sweep(self.config(f"""
            model: [linreg, logreg, softmax]
            dataset: [diabetes, breast_cancer, iris]
            impl: [{', '.join(names)}]
            epochs: [20]""", measure="rounds: 1, min_time: 1ms, timeout: 20s", more=f"plugins: [{former}]"), 0)
        for name in names:
            cases = {(case["model"], case["dataset"]): case for case in record["cases"] if case["impl"] == name}
            for known in [("linreg", "diabetes"), ("logreg", "breast_cancer")]:
                self.assertEqual((cases[known]["status"], cases[known]["verify"]["verdict"]), ("ok", "ok"), name)
            for unknown in [("softmax", "iris"), ("softmax", "breast_cancer")]:
                self.assertEqual(cases[unknown]["status"], "unsupported")
                self.assertIn(f"{name}: does not know loss ce", cases[unknown]["reason"])
        done = self.call("check", "former", "--quick", "--plugin", former)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("softmax is not implemented", done.stdout)

    def test_former_is_never_asked_for_mini_batches(self):
        """Neither its operations nor its fused steps have ever heard of them; a full batch is none."""
        former = BUILD / "tests" / "former.so"
        record = self.run_sweep(self.config("""
            model: [linreg]
            dataset: [diabetes]
            impl: [former, former_fused]
            batch: [full, 32]
            epochs: [20]""", measure="rounds: 1, min_time: 1ms, timeout: 20s", more=f"plugins: [{former}]"), 0)
        reasons = {"former": "does not implement the operation gather_rows",
                   "former_fused": "its fused steps take all rows at once"}
        self.assertEqual(len(record["cases"]), 4)
        for case in record["cases"]:
            with self.subTest(case["id"]):
                if case["batch"] == "full":
                    self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "ok"))
                else:
                    self.assertEqual(case["status"], "unsupported")
                    self.assertIn(reasons[case["impl"]], case["reason"])

    def test_older_is_never_asked_for_an_optimizer(self):
        """Its operations are too few, and its fused steps would not see the request. Weight decay needs no other operation."""
        for impl, plain_path, reason in [("older", "ops", "does not implement the operation"),
                                         ("older_fused", "fused", "its fused steps do not offer")]:
            config = self.config(f"""
                model: [linreg]
                dataset: [diabetes]
                impl: [{impl}]
                optimizer: [sgd, momentum, adam]
                weight_decay: [0, 0.01]
                epochs: [20]""", more=f"plugins: ['{plugin('older')}']")
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            for case in self.run_sweep(config, 0)["cases"]:
                with self.subTest(impl=impl, optimizer=case["optimizer"], weight_decay=case["weight_decay"]):
                    if case["optimizer"] == "sgd":
                        self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "ok"), case["reason"])
                        self.assertEqual(case["path"], "ops" if case["weight_decay"] else plain_path)
                    else:
                        self.assertEqual(case["status"], "unsupported")
                        self.assertIn(reason, case["reason"])

    def test_bare_file_name(self):
        """It is a file of the working directory, not a library of the system's."""
        shutil.copy(plugin("newer"), self.folder / "mine.so")
        self.assertTrue(self.impls("mine.so")["newer"]["available"])

    def test_flag_of_each_verb(self):
        config = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive, newer]\nepochs: [20]")
        flag = ("--plugin", plugin("newer"))
        self.refused("plan", config, says=["newer", "unknown implementation"])
        self.assertIn("newer", self.ok("plan", config, *flag))
        self.assertIn("newer", self.ok("run", config, *flag, "--out", "out"))
        self.ok("train", "--model", "linreg", "--data", "diabetes", "--impl", "newer", "--epochs", "5", *flag)
        self.ok("gate", config, *flag, "--against", plugin("newer"), "--speed", "off")

    def test_flag_joins_the_file(self):
        cases = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [older, newer]\nepochs: [20]",
                            more=f"plugins: ['{os.path.relpath(plugin('older'), self.folder)}']")
        out = self.ok("plan", cases, "--plugin", os.path.relpath(plugin("newer"), self.folder))
        self.assertIn("older", out)
        self.assertIn("newer", out)


class Refused(PluginTest):
    """Mistakes of whoever named the plugin: nothing has run."""

    def test_paths(self):
        (self.folder / "folder.so").mkdir()
        self.refused("list", "impls", "--plugin", "gone.so", says=["gone.so", "No such file"])
        self.refused("list", "impls", "--plugin", "folder.so", says=["folder.so", "not a regular file"])
        config = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive]", more="plugins: [gone.so]")
        self.refused("run", config, "--out", "out", says=["test.yaml:7: key `plugins`: ", "gone.so", "No such file"])
        self.assertFalse((self.folder / "out").exists())

    def test_names_that_are_taken(self):
        self.refused("list", "impls", "--plugin", plugin("taken_name"), says=[plugin("taken_name").name, "cpu_naive", "taken"])
        twice = ("--plugin", plugin("newer"))
        self.refused("list", "impls", *twice, *twice, says=["newer", "taken"])

    def test_misspelt_name(self):
        """Where every plugin is sound, an unknown name is a mistake."""
        config = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [never]", more=f"plugins: ['{plugin('newer')}']")
        self.refused("run", config, "--out", "out", says=["never", "newer"])

    def test_other_lists(self):
        self.refused("list", "models", "--plugin", plugin("newer"), says=["--plugin", "list impls"])

    def test_gate_against_a_broken_one(self):
        config = self.config("model: [linreg]\ndataset: [diabetes]\nimpl: [cpu_naive]")
        done = self.call("gate", config, "--against", plugin("other_abi"))
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{plugin('other_abi')}: was built for ABI 2", done.stderr)
