"""scripts/check-style on a small project with planted violations."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = """# Architecture

## Layers

| folder | process | what is in it |
|---|---|---|
| `base` | both | text |
| `config` | parent | axes |

## Other

| `cli` | parent | not a layer: another table |
"""


def function(lines):
    """A function whose body takes this number of lines, from brace to brace."""
    return "int f(void)\n{\n" + "    g();\n" * (lines - 3) + "    return 0;\n}\n"


class CheckStyle(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ironbench-test-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("ARCHITECTURE.md", LAYERS)
        self.write("harness/base/text.h", "#ifndef IB_BASE_TEXT_H\n#define IB_BASE_TEXT_H\n#endif\n")
        self.write("harness/base/text.c", '#include "base/text.h"\n')
        self.write("harness/config/axes.c", '#include "base/text.h"\n')
        self.write("harness/main.c", '#include "config/axes.h"\n')
        for name in ("scripts/check-style", ".clang-format"):
            self.write(name, "")
            shutil.copy(ROOT / name, self.root / name)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("Start")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def git(self, *args):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *args], cwd=self.root, check=True,
                       capture_output=True)

    def commit(self, subject):
        self.git("add", "--all")
        self.git("commit", "--allow-empty", "--quiet", "--message", subject)

    def found(self, *checks, status=1):
        done = subprocess.run([self.root / "scripts" / "check-style", *checks], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return (done.stdout + done.stderr).splitlines()

    def one_finding(self, check, *words):
        [line] = self.found(check)
        for word in words:
            self.assertIn(word, line)

    def test_clean_project_passes(self):
        self.assertEqual(self.found("layers", "sizes", "commits", status=0), [])

    def test_include_that_goes_up(self):
        self.write("harness/config/zip.h", "int ib_zip;\n")
        self.write("harness/base/text.c", '#include "base/text.h"\n\n  #  include "config/zip.h"\n')
        self.one_finding("layers", "harness/base/text.c:3:", "config/zip.h")

    def test_include_that_goes_up_by_a_relative_path(self):
        self.write("harness/config/zip.h", "int ib_zip;\n")
        self.write("harness/base/text.c", '#include "../config/zip.h"\n')
        self.one_finding("layers", "harness/base/text.c:1:", "config/zip.h")

    def test_circle_of_modules(self):
        self.write("harness/base/a.h", '#include "base/b.h"\n')
        self.write("harness/base/b.h", "int ib_b;\n")
        self.write("harness/base/b.c", '#include "base/c.h"\n')
        self.write("harness/base/c.h", "int ib_c;\n")
        self.write("harness/base/c.c", '\n#include "a.h"\n')
        self.one_finding("layers", "harness/base/a.h:1:", "base/a -> base/b -> base/c -> base/a")

    def test_own_header_is_not_a_circle(self):
        self.write("harness/base/a.h", '#include "base/text.h"\n')
        self.write("harness/base/a.c", '#include "base/a.h"\n#include "base/text.h"\n')
        self.assertEqual(self.found("layers", status=0), [])

    def test_equal_include_guards(self):
        self.write("harness/config/text.h", "\n#ifndef IB_BASE_TEXT_H\n#define IB_BASE_TEXT_H\n#endif\n")
        self.one_finding("layers", "harness/config/text.h:2:", "IB_BASE_TEXT_H", "harness/base/text.h")

    def test_folder_that_is_not_listed(self):
        self.write("harness/cli/run.c", "")
        self.one_finding("layers", "ARCHITECTURE.md:1:", "harness/cli")

    def test_listed_folder_that_does_not_exist(self):
        shutil.rmtree(self.root / "harness" / "config")
        self.one_finding("layers", "ARCHITECTURE.md:1:", "harness/config")

    def test_project_without_the_list(self):
        self.write("ARCHITECTURE.md", "# Architecture\n")
        [line] = self.found("layers", status=2)
        self.assertIn("## Layers", line)

    def test_long_function(self):
        self.write("harness/base/text.c", function(40) + function(41))
        self.one_finding("sizes", "harness/base/text.c:43:", "41 lines")

    def test_braces_outside_of_code_do_not_count(self):
        odd = "\n".join(["    g(\"}\\\"\", '}'); // }", "    /* }", "}", "*/", "#define OPEN {\\", "    {", ""])
        self.write("harness/base/text.c", "struct ib_text {\n" + "    int a;\n" * 50 + "};\n" + "int f(void)\n{\n" + odd +
                   "    g();\n" * 33 + "}\n")
        self.one_finding("sizes", "harness/base/text.c:54:", "41 lines")

    def test_long_file(self):
        self.write("harness/base/text.c", "int a;\n" * 400)
        self.assertEqual(self.found("sizes", status=0), [])
        self.write("harness/base/text.c", "int a;\n" * 401)
        self.one_finding("sizes", "harness/base/text.c:401:", "401 lines")

    def test_long_unit_test(self):
        self.write("tests/unit/base/test_text.c", "int a;\n" * 500)
        self.assertEqual(self.found("sizes", status=0), [])
        self.write("tests/unit/base/test_text.c", "int a;\n" * 501)
        self.one_finding("sizes", "tests/unit/base/test_text.c:501:", "501 lines")

    @unittest.skipUnless(shutil.which("clang-format-14"), "clang-format-14 is not installed")
    def test_unformatted_file(self):
        self.write("tests/a.cpp", "int a;\n\nint  b;\nint  c;\n")
        self.write("harness/base/generated.inc", "int  a;\n")
        self.one_finding("format", "tests/a.cpp:3:", "clang-format-14 -i tests/a.cpp")

    def test_long_subject_of_a_new_commit(self):
        self.commit("x" * 90)
        self.assertEqual(self.found("commits", status=0), [])
        self.git("switch", "--quiet", "--create", "topic")
        self.commit("y" * 71)
        self.commit("z" * 72)
        self.one_finding("commits", "72 characters")
        self.assertEqual(len(self.found("--base", "main~1", "commits")), 2)

    def test_unknown_check(self):
        self.assertIn("layers, sizes", self.found("layerz", status=2)[-1])


if __name__ == "__main__":
    unittest.main()
