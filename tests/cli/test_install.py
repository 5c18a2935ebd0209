"""`cmake --install`: the program works after the tree was moved, and separate projects build plugins with CMake and
pkg-config, in C and C++."""

import gzip
import json
import os
import pathlib
import re
import subprocess
import tempfile

from common import BUILD, CliTest, HANG_S, ROOT

CONFIG = """
version: 1
matrix: {model: [linreg], dataset: [diabetes], impl: [cpu_naive, cpu_blas], dtype: [f32], epochs: [50]}
measure: {rounds: 1, min_time: 1ms}
"""
CPP = """
#include "ironbench/impl.h"
#include "ironbench/tracer.h"

static ib_impl impl;

const ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const ib_impl *const all[] = {&impl};
    impl.struct_size = sizeof impl;
    impl.abi_major = IB_ABI_MAJOR;
    impl.name = "of_cpp";
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : nullptr;
}
"""


class InstallTest(CliTest):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="ironbench-test-")
        cls.addClassCleanup(place.cleanup)
        first, cls.prefix = pathlib.Path(place.name) / "first", pathlib.Path(place.name) / "moved here"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", first], check=True, stdout=subprocess.DEVNULL)
        first.rename(cls.prefix)
        plain = pathlib.Path(place.name) / "plain"  # a shell would split pkg-config's output at spaces in paths
        plain.symlink_to(cls.prefix)
        cls.pkg_config = {"PKG_CONFIG_PATH": str(plain / "lib" / "pkgconfig")}
        cls.share = cls.prefix / "share" / "ironbench"
        cls.program = cls.prefix / "bin" / "ironbench"

    def command(self, *words, status=0, folder=None, env=None):
        """Runs a command; returns its stdout, or its stderr where it must fail."""
        done = subprocess.run([str(word) for word in words], cwd=folder or self.folder, capture_output=True, text=True,
                              timeout=HANG_S, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr if status else done.stdout


class Program(InstallTest):
    def test_run(self):
        """With nothing in its environment, from a folder that is not its own."""
        config = self.write("installed.yaml", CONFIG)
        for words in (["run", config, "--out", "out"], ["doctor"]):
            done = subprocess.run([self.program, *words], cwd=self.folder, capture_output=True, text=True, timeout=HANG_S,
                                  env={"PATH": os.defpath})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        cases = json.loads(self.command(self.program, "export", "out"))["cases"]
        self.assertLessEqual({case["status"] for case in cases}, {"ok"})
        self.assertTrue(list((self.folder / "out" / "charts").glob("*.svg")))
        self.assertGreater((self.folder / "out" / "report.html").stat().st_size, 1000)

    def test_shipped_configurations(self):
        plan = json.loads(self.command(self.program, "plan", self.share / "configs" / "quick.yaml", "--json"))
        self.assertGreater(len(plan["cases"]), 10)
        self.assertEqual(json.loads(self.command(self.program, "plan", "quick", "--json")), plan)
        self.command(self.program, "run", "quick", "-s", "model=linreg,impl=cpu_naive", "--out", "out")
        self.assertTrue((self.folder / "out" / "report.html").exists())

    def test_everything_is_found_in_the_installation(self):
        """Also from within a build tree, whose own files must not be taken for the installation's."""
        listed = json.loads(self.command(self.program, "list", "impls", "--all", "--json", folder=BUILD))
        built = {path.stem for path in (BUILD / "impls").glob("*.so")}
        for item in listed:
            if item["name"] in built:
                self.assertNotIn("cannot be loaded", item["reason"] or "")
            elif not item["available"]:
                self.assertIn(str(self.prefix), item["reason"])
        for what, folder, pattern in [("datasets", "configs/datasets", "*.yaml"), ("charts", "scripts/charts", "*.gp")]:
            names = {item["name"] for item in json.loads(self.command(self.program, "list", what, "--json"))}
            self.assertEqual(names, {path.stem for path in (self.share / folder).glob(pattern)})
            self.assertEqual(names, {path.stem for path in (ROOT / folder).glob(pattern)})

    def test_shells_and_man_find_their_files(self):
        found = {folder: (self.prefix / "share" / folder).read_text() for folder in
                 ("bash-completion/completions/ironbench", "fish/vendor_completions.d/ironbench.fish",
                  "zsh/site-functions/_ironbench")}
        for path, text in found.items():
            self.assertEqual(text, self.command(self.program, "completion", path.split("/")[0].split("-")[0]), path)
        page = gzip.decompress((self.prefix / "share" / "man" / "man1" / "ironbench.1.gz").read_bytes()).decode()
        self.assertEqual(page, self.command(self.program, "man"))

    def test_public_headers(self):
        headers = {path.name for path in (self.prefix / "include" / "ironbench").iterdir()}
        self.assertEqual(headers, {path.name for path in (ROOT / "impls" / "ironbench").iterdir()})


class Projects(InstallTest):
    def new_project(self, *args):
        return self.command(self.share / "scripts" / "new-impl.sh", "--plugin", *args)

    def build(self, folder, prefix):
        self.command("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", folder=folder)
        self.command("cmake", "--build", "build", folder=folder)

    def assert_right(self, program, folder, name, residencies):
        """The project's own configuration, as its README says, with one round: every case verified."""
        config = folder / f"{name}.yaml"
        self.assertIn("measure: {rounds: 6, min_time: 0.05s}", config.read_text())
        config.write_text(config.read_text().replace("rounds: 6, min_time: 0.05s", "rounds: 1, min_time: 0s, warmup: 0"))
        self.command(program, "run", f"{name}.yaml", "-s", f"impl={name}", "--out", "out", folder=folder)
        cases = json.loads(self.command(program, "export", "out", folder=folder))["cases"]
        self.assertEqual({case["verify"]["verdict"] for case in cases}, {"ok"})
        self.assertEqual({case["residency"] for case in cases}, residencies)
        self.assertEqual({case["model"] for case in cases}, {"linreg", "logreg", "softmax", "mlp"})

    def test_host(self):
        said = self.new_project("mine")
        self.assertIn(f"-DCMAKE_PREFIX_PATH={self.prefix}", said)
        self.assertIn(f"{self.program} check ./build/mine.so", said)
        folder = self.folder / "mine"
        self.build(folder, self.prefix)
        self.assert_right(self.program, folder, "mine", {"host"})
        self.assertIn("mine ", self.command(self.program, "list", "impls", "--plugin", "build/mine.so", folder=folder))
        self.command(self.program, "check", "./build/mine.so", "--quick", "--model", "linreg", folder=folder)
        symbols = self.command("nm", "-D", "--defined-only", "build/mine.so", folder=folder)
        self.assertEqual(re.findall(r" T (\w+)", symbols), ["ib_plugin"])

    def test_device_in_a_folder_of_another_name(self):
        self.new_project("my_gpu", "a folder", "--device")
        folder = self.folder / "a folder"
        self.build(folder, self.prefix)
        self.assert_right(self.program, folder, "my_gpu", {"per_op", "resident"})

    def test_against_the_build_folder(self):
        """Without any installation."""
        self.command(ROOT / "scripts" / "new-impl.sh", "--plugin", "mine", env={"IRONBENCH_BUILD": str(BUILD)})
        self.build(self.folder / "mine", BUILD)
        self.assertIn("mine", self.command(BUILD / "ironbench", "list", "impls", "--plugin", "mine/build/mine.so"))

    def test_other_version(self):
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.16)\nproject(x NONE)\nfind_package(ironbench 99.0 REQUIRED)\n")
        self.assertIn("99.0", self.command("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}", status=1))

    def test_pkg_config(self):
        said = {key: self.command("pkg-config", key, "ironbench", env=self.pkg_config).strip()
                for key in ("--modversion", "--variable=ib_abi_major", "--variable=plugindir", "--variable=datadir")}
        header = (ROOT / "impls" / "ironbench" / "impl.h").read_text()
        commit = (self.share / "commit.txt").read_text().strip()
        self.assertTrue(self.command(self.program, "--version").startswith(f"ironbench {said['--modversion']} (commit {commit}, "))
        self.assertEqual(said["--variable=ib_abi_major"], re.search(r"IB_ABI_MAJOR (\d+)u", header)[1])
        self.assertTrue(os.path.samefile(said["--variable=plugindir"], self.prefix / "lib" / "ironbench"))
        self.assertTrue(os.path.samefile(said["--variable=datadir"], self.share))

    def test_one_command(self):
        """The command of the project's README, as it stands there."""
        self.new_project("mine", ".")
        [command] = re.findall(r"^cc .*$", (self.folder / "README.md").read_text(), re.MULTILINE)
        self.command("sh", "-c", command, env=self.pkg_config)
        self.command(self.program, "train", "--plugin", "mine.so", "--impl", "mine", "--model", "mlp", "--data", "diabetes",
                     "--epochs", "20")

    def test_cpp(self):
        """The entry keeps its name, so that a plugin may be C++ (or CUDA) throughout."""
        source = self.write("of_cpp.cpp", CPP)
        self.command("c++", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fPIC", "-shared", f"-I{self.prefix}/include", source, "-o",
                     "of_cpp.so")
        self.assertIn("neither `ops` nor `fused`", self.command(self.program, "list", "impls", "--plugin", "of_cpp.so"))

    def test_refusals(self):
        script = self.share / "scripts" / "new-impl.sh"
        for args, says in [(["--plugin", "Mine"], "lower-case"), (["--plugin"], "NAME"), (["mine", "dir"], "only allowed with --plugin"),
                           (["--plugin", "mine", "dir", "more"], "unexpected argument"), (["--fast", "mine"], "--fast: unknown flag"),
                           (["mine"], "use --plugin")]:
            with self.subTest(args=args):
                message = self.command(script, *args, status=2)
                self.assertIn(says, message)
                self.assertEqual(message.count("\n"), 1)
        self.new_project("mine")
        before = (self.folder / "mine" / "mine.c").read_text()
        self.assertIn("already exists", self.command(script, "--plugin", "mine", status=2))
        self.assertEqual((self.folder / "mine" / "mine.c").read_text(), before)
