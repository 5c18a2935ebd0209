"""The program as a whole: help, version, commands, list."""

import json
import re
import subprocess

from common import BUILD, CliTest, PROGRAM, ROOT

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
        """The version of CMakeLists.txt, the commit that was built, and how."""
        [version] = re.findall(r"^project\(ironbench VERSION ([0-9.]+) ", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)
        [kind] = re.findall(r"^CMAKE_BUILD_TYPE:STRING=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE)
        said = re.fullmatch(r"ironbench (\S+) \(commit (\S+), (\w+), \w+ [0-9.]+\)\n", self.ok("--version"))
        self.assertEqual((said[1], said[3]), (version, kind))
        self.assertEqual(said[2], (BUILD / "commit.txt").read_text().strip())

    def test_commit(self):
        """What cmake/commit.cmake writes: of a repository, of an archive, of neither, and of an archive within a repository."""
        sources, out = self.folder / "sources", self.folder / "commit.txt"

        def commit():
            subprocess.run(["cmake", "-D", f"SOURCE={sources}", "-D", f"FILE={out}", "-P", ROOT / "cmake" / "commit.cmake"], check=True)
            return out.read_text()

        def git(*words, folder=sources):
            done = subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words], cwd=folder, check=True,
                                  capture_output=True, text=True)
            return done.stdout.strip()
        sources.mkdir()
        self.assertEqual(commit(), "unknown\n")
        for name in (".git_archival.txt", ".gitattributes"):
            (sources / name).write_text((ROOT / name).read_text())
        self.assertEqual(commit(), "unknown\n")
        git("init", "-q")
        git("add", ".")
        git("commit", "-q", "-m", "all")
        head = git("rev-parse", "HEAD")
        self.assertEqual(commit(), head[:12] + "\n")
        git("archive", "-o", self.folder / "sources.tar", "HEAD")
        (sources / ".gitattributes").write_text("* text\n")
        self.assertEqual(commit(), head[:12] + "-dirty\n")
        inner = sources / "inner"
        inner.mkdir()
        subprocess.run(["tar", "-C", inner, "-xf", self.folder / "sources.tar"], check=True)
        sources = inner
        self.assertEqual(commit(), head[:12] + "\n")

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

    def test_configurations(self):
        self.assertEqual(self.names("configs"), sorted(path.stem for path in (ROOT / "configs").glob("*.yaml")))
        summaries = {item["name"]: item["summary"] for item in json.loads(self.ok("list", "configs", "--json"))}
        self.assertEqual(summaries["crossover"], "At how many rows does a device become faster?")
        self.assertRegex(summaries["ci"], r"^This project's own gate: .* in a few seconds$")  # of two lines
        self.assertNotIn("", summaries.values())

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


class Configurations(CliTest):
    """Given by name."""

    def cases(self, config):
        return [case["id"] for case in json.loads(self.ok("plan", config, "--json"))["cases"]]

    def test_shipped(self):
        (self.folder / "ci").mkdir()  # a folder is not a configuration
        self.assertEqual(self.cases("ci"), self.cases(ROOT / "configs" / "ci.yaml"))

    def test_a_file_has_precedence(self):
        config = self.config("model: linreg\n dataset: diabetes\n impl: cpu_naive")
        config.rename(self.folder / "ci")
        self.assertEqual(len(self.cases("ci")), 1)

    def test_unknown(self):
        self.refused("plan", "quik", says=["quik: no such file or shipped configuration", "did you mean `quick`?", "seed or selftest"])
        self.refused("run", "quik.yaml", says="quik.yaml: cannot open")  # a path


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
