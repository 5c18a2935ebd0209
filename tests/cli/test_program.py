"""The program as a whole: help, version, commands, list."""

import json
import subprocess

from common import CliTest, PROGRAM, ROOT

COMMANDS = ["run", "plan", "list", "train", "report", "export", "doctor"]


class Help(CliTest):
    def test_program(self):
        out = self.ok("--help")
        for command in COMMANDS:
            self.assertIn(f"  {command} ", out)

    def test_help_of_every_command(self):
        for command in COMMANDS:
            with self.subTest(command):
                text = self.ok(command, "--help")
                self.assertTrue(text.startswith(f"usage: ironbench {command}"))
                self.assertEqual(self.ok(command, "-h"), text)

    def test_version(self):
        self.assertRegex(self.ok("--version"), r"^ironbench \d+\.\d+\.\d+\n$")

    def test_no_verb_is_a_usage_error(self):
        done = self.call()
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage:", done.stderr)

    def test_unknown_verb(self):
        self.refused("rnu", says=["rnu", "did you mean run?"])

    def test_unknown_flag(self):
        self.refused("run", "x.yaml", "--ot", "d", says=["--ot", "did you mean --out?"])

    def test_too_many_and_too_few_arguments(self):
        self.refused("plan", says="missing")
        self.refused("plan", "a.yaml", "b.yaml", says="b.yaml")

    def test_flag_without_its_value(self):
        self.refused("run", "x.yaml", "--out", says="--out: needs a value: DIR")

    def test_worker_by_hand(self):
        done = self.call("worker")
        self.assertEqual(done.returncode, 2)
        self.assertIn("started by the program itself", done.stderr)


class Lists(CliTest):
    def names(self, what, *flags):
        return [item["name"] for item in json.loads(self.ok("list", what, "--json", *flags))]

    def test_impls(self):
        self.assertEqual(self.names("impls")[:2], ["cpu_naive", "cpu_blas"])

    def test_simulated_device_is_hidden(self):
        self.assertNotIn("fakedev", self.names("impls"))
        self.assertIn("fakedev", self.names("impls", "--all"))

    def test_the_other_lists(self):
        self.assertEqual(self.names("models"), ["linreg", "logreg", "softmax", "mlp"])
        self.assertEqual(self.names("datasets"), ["breast_cancer", "diabetes", "digits", "iris", "real_estate", "wine", "xor"])
        self.assertEqual(self.names("metrics"), ["train_loss", "mse", "mae", "rmse", "accuracy", "log_loss", "macro_f1", "skill"])
        self.assertEqual(sorted(self.names("charts")),
                         sorted(path.stem for path in (ROOT / "scripts" / "charts").glob("*.gp")))

    def test_plain_form_names_options(self):
        out = self.ok("list", "impls")
        self.assertIn("cpu_blas", out)
        self.assertIn("threads", out)

    def test_nothing_of_that_name(self):
        self.refused("list", "model", says=["model", "did you mean `models`?"])

    def test_missing_plugin_is_listed_with_its_reason(self):
        """A copy of the program without the plugin folder starts, lists the plugins, and reports what is missing."""
        program = self.folder / "bin" / "ironbench"
        program.parent.mkdir()
        program.write_bytes(PROGRAM.read_bytes())
        program.chmod(0o755)
        done = subprocess.run([program, "list", "impls", "--json"], capture_output=True, text=True, check=True)
        blas = next(item for item in json.loads(done.stdout) if item["name"] == "cpu_blas")
        self.assertFalse(blas["available"])
        self.assertIn("cpu_blas.so", blas["reason"])


class Doctor(CliTest):
    def test_findings_come_with_a_remedy(self):
        findings = json.loads(self.ok("doctor", "--json"))
        subjects = {finding["subject"] for finding in findings}
        self.assertLessEqual({"CPUs", "load", "free memory", "frequency governor", "steadiness", "cpu_naive"}, subjects)
        for finding in findings:
            self.assertIn(finding["level"], ("ok", "note", "disturbs"))
            self.assertEqual(finding["remedy"] is None, finding["level"] == "ok", finding)

    def test_plain_form_ends_with_the_sum(self):
        self.assertRegex(self.ok("doctor"), r"would disturb a measurement\.\n$")


class Linking(CliTest):
    def test_program_links_no_blas_and_no_device_library(self):
        libraries = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
        for name in ("blas", "lapack", "cuda", "cublas", "OpenCL"):
            self.assertNotIn(name.lower(), libraries.lower())
