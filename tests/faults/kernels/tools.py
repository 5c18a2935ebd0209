"""The tools that check kernels: each builds them and runs the programs that it supports."""

import functools
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("IRONBENCH_BUILD", ROOT / "build"))
HERE = BUILD / "tests" / "faults" / "kernels"
EMU = ROOT / "tests" / "emu"
CC, CXX = os.environ.get("CC", "cc"), os.environ.get("CXX", "c++")
TIMEOUT_S = 120
RIGHT, WRONG_USE, SKIPPED = 0, 2, 77  # what the programs exit with


class Unavailable(Exception):
    """This machine lacks what a tool needs."""


def build(command, cwd=None):
    """Runs a compiler. A failure to compile is not a finding: bugs are in sources that compile."""
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")


def judge(command, **env):
    """What a program finds wrong, in a line; "" where all is right."""
    caches = {"POCL_CACHE_DIR": str(BUILD / "cache" / "pocl"), "XDG_CACHE_HOME": str(BUILD / "cache")}
    try:
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S,
                              env={**os.environ, **caches, **env})
    except subprocess.TimeoutExpired:
        return "does not end"
    output = done.stdout + done.stderr
    if done.returncode == SKIPPED:
        raise Unavailable(output.strip())
    if done.returncode == WRONG_USE or "do not build" in output:
        raise RuntimeError(f"{command}: {output}")
    if done.returncode == RIGHT:
        return ""
    return first_finding(output) or f"exit status {done.returncode}"


def first_finding(output):
    """The line that says it: a sanitizer's, else the first of the checks'."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for word in ("SUMMARY:", "runtime error:", "[  ERROR   ]"):
        for line in lines:
            if word in line:
                return line
    return lines[0] if lines else ""


class Text:
    """The kernels with a bug: only the files that differ, in a folder of their own. Builds are made once;
    no two threads may use the same text."""

    def __init__(self, folder, edits=()):
        self.folder = folder
        self.changed = folder / "kernels"
        self.changed.mkdir(parents=True)
        for name, old, new in edits:
            path = self.changed / name
            text = (path if path.exists() else ROOT / "kernels" / name).read_text()
            if text.count(old) != 1:
                raise LookupError(f"{name} has {text.count(old)} times, not once: {old!r}")
            path.write_text(text.replace(old, new))

    @functools.cache
    def all_files(self):
        """A folder with all of kernels/, for compilers that look for included files in the folder of a source."""
        folder = self.folder / "all"
        shutil.copytree(ROOT / "kernels", folder)
        shutil.copytree(self.changed, folder, dirs_exist_ok=True)
        return folder

    @functools.cache
    def emulator(self, sanitizer=None):
        """The emulator with this text. Without a sanitizer only what is changed is compiled."""
        folder, out = self.all_files(), self.folder / f"emu_{sanitizer}.so"
        if sanitizer:
            build([EMU / "build.sh", out, "--build", BUILD, "--sanitizer", sanitizer, "--kernels", folder])
            return out
        changed = [path for path in self.changed.iterdir() if path.suffix == ".c"]
        flags = ["-O1", "-fPIC", "-fvisibility=hidden", f"-I{folder}", f"-I{EMU}", f"-I{ROOT / 'impls'}"]
        if changed:
            build([CC, "-std=c17", *flags, "-c", *(folder / path.name for path in changed)], cwd=self.folder)
        if any(path.suffix != ".c" for path in self.changed.iterdir()):
            build([CXX, "-std=c++17", *flags, "-O0", "-c", EMU / "kernels.cpp"], cwd=self.folder)
        build([CXX, "-shared", "-o", out, *self.folder.glob("*.o"), "-Wl,--whole-archive",
               BUILD / "tests/emu/libemu_machine.a", "-Wl,--no-whole-archive", HERE / "libkernel_base.a", "-lm"])
        return out

    @functools.cache
    def opencl(self):
        parts = HERE / "libopencl_naive_parts.a"
        if not parts.exists():
            raise Unavailable("opencl_naive was not built")
        folder, out = self.all_files(), self.folder / "opencl_naive.so"
        texts = [folder / "dialect.h", *sorted(p for p in folder.glob("*.inc") if p.name != "kernels.inc")]
        text = "".join(p.read_text() for p in texts).replace("\\", "\\\\").replace('"', '\\"')
        embedded = self.folder / "kernel_text.c"
        embedded.write_text('const char ib_kernel_text[] = "' + text.replace("\n", '\\n"\n"') + '";\n')
        build([CC, "-std=c17", "-O1", "-fPIC", "-shared", f"-I{folder}", f"-I{ROOT / 'impls'}", "-o", out,
               *folder.glob("*.c"), embedded, "-Wl,--whole-archive", parts, "-Wl,--no-whole-archive",
               "-lOpenCL", "-lmd", "-lm"])
        return out

    @functools.cache
    def huge_strides(self):
        folder, out = self.all_files(), self.folder / "huge"
        flags = ["-O1", f"-I{folder}", f"-I{EMU}", f"-I{ROOT / 'impls'}"]
        out.mkdir()
        build([CC, "-std=c17", "-D_GNU_SOURCE", *flags, "-c", *folder.glob("*.c"),
               ROOT / "tests/faults/kernels/huge_strides.c"], cwd=out)
        build([CXX, "-std=c++17", *flags, "-o", out / "huge_strides", EMU / "kernels.cpp", *out.glob("*.o"),
               BUILD / "tests/emu/libemu_machine.a", "-lm"])
        return out / "huge_strides"


# ---- the tools: each takes a Text and returns what it finds ----

def shapes(text, shapes_set="few", sanitizer=None, **env):
    program = HERE / ("kernel_shapes_asan" if sanitizer == "asan" else "kernel_shapes")
    return judge([program, "emu", text.emulator(sanitizer), shapes_set], **env)


def reverse_deep(text):
    return shapes(text, "deep", EMU_ORDER="reverse")


def shuffled(text):
    for order in ("reverse", "shuffle:1", "shuffle:2"):
        found = shapes(text, EMU_ORDER=order)
        if found:
            return f"{order}: {found}"
    return ""


def conformance(text):
    return judge([BUILD / "tests" / "test_conformance", "emu", text.emulator()])


def huge(text):
    return judge([text.huge_strides()])


def compiler(text):
    """Implicit conversions to fewer bits."""
    folder = text.all_files()
    warnings = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]
    done = subprocess.run([CXX, "-std=c++17", "-O1", *warnings, f"-I{folder}", f"-I{EMU}", f"-I{ROOT / 'impls'}", "-c",
                           str(EMU / "kernels.cpp"), "-o", os.devnull], capture_output=True, text=True)
    return next((line for line in done.stderr.splitlines() if "error:" in line), "")


def pocl(text):
    program = HERE / "kernel_shapes"
    return (judge([program, "opencl_naive", text.opencl(), "few"]) or
            judge([program, "opencl_naive", text.opencl(), "deep"]))


def oclgrind(text):
    """It exits with 0 whatever it finds, and writes nothing where all is right."""
    program = shutil.which("oclgrind")
    if program is None:
        raise Unavailable("oclgrind is not installed")
    log = text.folder / "oclgrind.log"
    command = [HERE / "kernel_shapes", "opencl_naive", text.opencl(), "tiny"]
    found = judge([program, "--data-races", "--log", log, *command])
    lines = [line.strip() for line in log.read_text().splitlines() if line.strip()] if log.exists() else []
    return lines[0] if lines else found


TOOLS = {
    "plain": shapes,
    "plain deep": lambda text: shapes(text, "deep"),
    "conformance": conformance,
    "shuffled": shuffled,
    "reverse deep": reverse_deep,
    "asan": lambda text: shapes(text, sanitizer="asan"),
    "asan deep": lambda text: shapes(text, "deep", "asan"),
    "tsan": lambda text: shapes(text, sanitizer="tsan"),
    "tsan deep": lambda text: shapes(text, "deep", "tsan"),
    "huge": huge,
    "compiler": compiler,
    "pocl": pocl,
    "oclgrind": oclgrind,
}
