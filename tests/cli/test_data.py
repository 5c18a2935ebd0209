"""Data through the whole program: NumPy's files, made-up data, and the memory that large data takes."""

import gzip
import os
import re
import struct
import subprocess
import sys
import unittest

from common import CliTest, HANG_S, PROGRAM, ROOT, released_only


def npy(rows, descr="<f4", fortran=False):
    """The bytes of a .npy file that holds a list of rows."""
    code = {"f4": "f", "f8": "d", "i8": "q", "b1": "?"}[descr[1:]]
    head = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    head = head.ljust(117) + "\n"
    values = [value for row in (zip(*rows) if fortran else rows) for value in row]
    body = struct.pack(f"{'>' if descr[0] == '>' else '<'}{len(values)}{code}", *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + body


class Npy(CliTest):
    def setUp(self):
        super().setUp()
        self.rows = [[i, i * i % 7, 3 * i - 2 * (i * i % 7) + 1] for i in range(20)]

    def test_target_is_a_column(self):
        (self.folder / "mine.npy").write_bytes(npy(self.rows))
        done = self.ok("train", "--model", "linreg", "--data", "mine.npy", "--impl", "cpu_naive", "--epochs", "100")
        self.assertIn("Epoch 100/100", done)

    def test_same_data_in_two_files_and_in_one(self):
        """Targets in a file of their own: the same data by its contents, so that the two are one."""
        (self.folder / "mine.npy").write_bytes(npy(self.rows))
        (self.folder / "x.npy").write_bytes(npy([row[:2] for row in self.rows]))
        (self.folder / "y.npy").write_bytes(npy([row[2:] for row in self.rows]))
        config = self.config("model: linreg\ndataset: [one, two]\nimpl: cpu_naive\nepochs: 20",
                             more="datasets:\n  one: {path: mine.npy}\n  two: {path: x.npy, y: y.npy}")
        record = self.run_sweep(config)
        self.assertEqual([case["dataset"] for case in record["cases"]], ["one"])
        self.assertEqual([case["verify"]["verdict"] for case in record["cases"]], ["ok"])

    def test_order_of_bytes_and_elements_makes_no_difference(self):
        forms = {"c": npy(self.rows, "<f8"), "fortran": npy(self.rows, "<f8", True), "big": npy(self.rows, ">f8"),
                 "integers": npy(self.rows, "<i8"), "both": npy(self.rows, ">i8", True)}
        for name, data in forms.items():
            (self.folder / f"{name}.npy").write_bytes(data)
        names = list(forms)
        config = self.config(f"model: linreg\ndataset: {names}\nimpl: cpu_naive\nepochs: 20",
                             more="datasets:\n" + "".join(f"  {n}: {{path: {n}.npy}}\n" for n in names))
        self.assertIn("1 cases", self.ok("plan", config).replace("1 case,", "1 cases,"))  # one by its contents

    def test_integer_labels(self):
        (self.folder / "x.npy").write_bytes(npy([row[:2] for row in self.rows], "<f8"))
        for descr in ["<i8", "|b1"]:
            (self.folder / "y.npy").write_bytes(npy([[row[0] > 9] for row in self.rows], descr))
            config = self.config("model: logreg\ndataset: d\nimpl: cpu_naive\nepochs: 20",
                                 more="datasets: {d: {path: x.npy, y: y.npy}}")
            self.assertIn("logreg-d-", self.ok("plan", config))

    def test_pipe_is_refused_at_once(self):
        for name in ["pipe.npy", "pipe.csv", "pipe.json"]:
            os.mkfifo(self.folder / name)
            self.refused("train", "--model", "linreg", "--data", name, "--impl", "cpu_naive",
                         says=[name, "not a regular file"])

    def test_not_a_number(self):
        (self.folder / "mine.npy").write_bytes(npy([[1, 2], [3, float("nan")]]))
        self.refused("train", "--model", "linreg", "--data", "mine.npy", "--impl", "cpu_naive",
                     says=["mine.npy", "[1, 1] is nan"])


class Formats(CliTest):
    """The same numbers, as other programs write them, are the same data by their contents."""

    ROWS = [[i, 0 if i % 3 else i * i % 7, i * i % 11, 3 * i - 2 * (i * i % 7) + 20] for i in range(20)]

    def setUp(self):
        super().setUp()
        self.text = "".join(",".join(map(str, row)) + "\n" for row in self.ROWS)
        self.x, self.y = [row[:3] for row in self.ROWS], [row[3] for row in self.ROWS]
        self.write("plain.csv", "a,b,c,y\n" + self.text)
        self.described = {"plain": "{path: plain.csv}"}

    def assert_same(self, paths):
        described = {**self.described, **paths}
        config = self.config(f"model: linreg\ndataset: {list(described)}\nimpl: cpu_naive\nepochs: 20",
                             more="datasets:\n" + "".join(f"  {n}: {d}\n" for n, d in described.items()))
        self.assertIn("1 case,", self.ok("plan", config).replace("1 cases", "1 case"))

    def test_gzip(self):
        for name in ["packed.csv.gz", "packed.tsv.gz"]:
            text = self.text.replace(",", "\t") if "tsv" in name else self.text
            (self.folder / name).write_bytes(gzip.compress(text.encode()))
        (self.folder / "array.npy.gz").write_bytes(gzip.compress(npy(self.ROWS)))
        self.assert_same({"csv": "{path: packed.csv.gz}", "tsv": "{path: packed.tsv.gz}", "npy": "{path: array.npy.gz}"})
        with gzip.open(self.folder / "found.csv.gz", "wt") as file:
            file.write(self.text)
        self.ok("train", "--model", "linreg", "--data", "found.csv.gz", "--impl", "cpu_naive", "--epochs", "5")

    def test_archives_of_numpy(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("NumPy is missing")
        x, y = numpy.array(self.x), numpy.array(self.y)
        numpy.savez(self.folder / "plain.npz", x=x.astype("u1"), y=y)
        numpy.savez_compressed(self.folder / "fortran.npz", x=numpy.asfortranarray(x, dtype="f4"), y=y[:, None])
        numpy.savez_compressed(self.folder / "named.npz", more=x[:1], images=x.astype(">i8"), labels=y.astype("f8"))
        self.assert_same({"savez": "{path: plain.npz}", "fortran": "{path: fortran.npz}",
                          "named": "{path: named.npz, x: images, y: labels}"})
        many = numpy.tile(numpy.array(self.ROWS, dtype="f8"), (5000, 1))  # compresses to very little
        numpy.save(self.folder / "many.npy", many)
        numpy.savez_compressed(self.folder / "many.npz", x=many[:, :3], y=many[:, 3])
        self.described = {"npy": "{path: many.npy}"}
        self.assert_same({"npz": "{path: many.npz}"})
        self.refused("train", "--model", "linreg", "--data", "named.npz", "--impl", "cpu_naive",
                     says=["named.npz: array `x` not found; it has: more, images or labels"])

    def test_idx(self):
        size = len(self.x)
        (self.folder / "x-idx2-ubyte").write_bytes(
            struct.pack(">HBBII", 0, 8, 2, size, 3) + bytes(v for row in self.x for v in row))
        (self.folder / "x-idx3-ubyte.gz").write_bytes(gzip.compress(
            struct.pack(">HBBIII", 0, 0x0d, 3, size, 3, 1) + struct.pack(f">{3 * size}f", *(v for row in self.x for v in row))))
        (self.folder / "y-idx1-ubyte.gz").write_bytes(gzip.compress(struct.pack(">HBBI", 0, 8, 1, size) + bytes(self.y)))
        self.assert_same({"bytes": "{path: x-idx2-ubyte, y: y-idx1-ubyte.gz}",
                          "floats": "{path: x-idx3-ubyte.gz, y: y-idx1-ubyte.gz}"})
        self.refused("train", "--model", "linreg", "--data", "x-idx2-ubyte", "--impl", "cpu_naive", says=["`y: FILE`"])
        self.write("x-idx2-ubyte.yaml", "y: y-idx1-ubyte.gz\n")
        self.ok("train", "--model", "linreg", "--data", "x-idx2-ubyte", "--impl", "cpu_naive", "--epochs", "5")

    def test_libsvm(self):
        self.write("sparse.libsvm", "".join(
            f"{y} " + " ".join(f"{j + 1}:{v!r}" for j, v in enumerate(row) if v) + "\n" for row, y in zip(self.x, self.y)))
        self.assert_same({"sparse": "{path: sparse.libsvm}"})

    def test_libsvm_of_scikit_learn(self):
        try:
            from sklearn.datasets import dump_svmlight_file
        except ImportError:
            self.skipTest("scikit-learn is missing")
        for name, zero_based in [("right.svmlight", False), ("wrong.svmlight", True)]:
            dump_svmlight_file(self.x, self.y, str(self.folder / name), zero_based=zero_based)
        self.assert_same({"dumped": "{path: right.svmlight}"})
        self.refused("train", "--model", "linreg", "--data", "wrong.svmlight", "--impl", "cpu_naive",
                     says=["has index 0", "zero_based=False"])

    def test_damaged_files(self):
        packed = gzip.compress(self.text.encode())
        for name, data, says in [("d.csv.gz", packed[:-9], "the file is cut"), ("d.npz", b"PK\5\6", "not a readable ZIP"),
                                 ("d.csv.gz", b"1,2\n", "not a gzip file"), ("d.svm", b"1 0:1\n", "d.svm:1:3: `0:1` has index 0")]:
            (self.folder / name).write_bytes(data)
            self.refused("train", "--model", "linreg", "--data", name, "--impl", "cpu_naive", says=[name, says])


class Words(CliTest):
    HEAD = "id,colour,size,y\n"
    ROWS = "".join(f"k{i},{['red', 'blue', 'green'][i % 3]},{i * 7 % 5},{3 * i % 7 + i % 3 * 4}\n" for i in range(30))

    def train(self, *flags):
        return self.call("train", "--model", "linreg", "--data", "d.csv", "--impl", "cpu_naive", "--epochs", "20", *flags)

    def test_words_are_features(self):
        self.write("d.csv", self.HEAD + self.ROWS)
        done = self.train("--ignore", "id")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("column of words taken as one feature per word: `colour` (3) (words: one_hot)", done.stderr)
        one_hot = "".join(f"{int(c == 'blue')},{int(c == 'green')},{int(c == 'red')},{rest}\n"
                          for c, rest in (line.split(",", 2)[1:] for line in self.ROWS.split()))
        self.write("d.csv", one_hot)
        self.assertEqual(self.train("--header", "false").stdout.split("time:")[0], done.stdout.split("time:")[0])
        self.write("d.csv", self.HEAD + self.ROWS)
        self.assertIn("d.csv:2:1: column `id`: `k0` is not a number", self.train("--words", "refuse").stderr)
        self.assertEqual(self.train("--ignore", "id", "--ignore", "colour", "--words", "refuse").returncode, 0)

    def test_guesses_are_in_the_record(self):
        self.write("d.csv", self.HEAD + self.ROWS.replace(",0,", ",?,"))
        config = self.config("model: linreg\ndataset: d\nimpl: cpu_naive\nepochs: 20",
                             more="datasets:\n  d: {path: d.csv, ignore: [id], missing: mean, task: regression}")
        done = self.call("run", config, "--out", "out")
        guesses = self.export("out")["cases"][0]["dataset_guesses"]
        self.assertIn(f"ironbench: {guesses}\n", done.stderr)
        for part in ["`colour` (3) (words: one_hot)", "6 missing values replaced by the mean of the training rows",
                     "first row taken as names", "last column taken as target"]:
            self.assertIn(part, guesses)

    def test_missing_values(self):
        self.write("d.csv", self.HEAD + self.ROWS.replace(",0,", ",NA,"))
        done = self.train("--ignore", "id")
        self.assertEqual(done.returncode, 2)
        self.assertIn("d.csv:2:8: column `size`: `NA` is not a number: a value is missing; `missing: drop`", done.stderr)
        self.assertIn("6 of 30 rows dropped", self.train("--ignore", "id", "--missing", "drop").stderr)
        self.assertIn("6 missing values replaced", self.train("--ignore", "id", "--missing", "mean").stderr)
        self.assertIn("refuse, drop or mean", self.train("--missing", "median").stderr)

    def test_decimal_commas(self):
        self.write("d.csv", "a;y\n" + "".join(f"{i},5;{i},25\n" for i in range(20)))
        done = self.train()
        self.assertIn("semicolons taken as delimiters (delimiter: semicolon); commas in numbers taken as decimal commas "
                      "(decimal: comma)", done.stderr)
        self.write("d.csv", "a,y\n" + "".join(f"{i}.5,{i}.25\n" for i in range(20)))
        self.assertEqual(self.train().stdout.split("time:")[0], done.stdout.split("time:")[0])
        self.assertIn("point or comma", self.train("--decimal", ",").stderr)


class Synth(CliTest):
    def test_every_kind_is_trained_and_verified(self):
        config = self.config(
            "model: [linreg, logreg, mlp]\ndataset: [r, c, x]\nimpl: cpu_naive\ndtype: [f32, f64]\nhidden: 6\n"
            "init: xavier\nlr: 0.1\nepochs: 60",
            more="datasets:\n  r: {synth: regression, rows: 500, cols: 5, noise: 0.1}\n"
                 "  c: {synth: classification, rows: 400, cols: 3, noise: 0.2, seed: 9}\n"
                 "  x: {synth: xor, rows: 300, cols: 2, test_fraction: 0.5}")
        cases = self.run_sweep(config)["cases"]
        self.assertEqual(len(cases), 12)  # linreg learns no classes, logreg nothing else
        for case in cases:
            self.assertEqual(case["verify"]["verdict"], "ok", case["id"])
            self.assertEqual(case["rows"], {"r": 500, "c": 400, "x": 300}[case["dataset"]])
            if case["dataset"] != "x" and case["model"] != "mlp":
                self.assertGreater(case["metrics"]["skill"], 0.5, case["id"])

    def test_plan_makes_no_rows(self):
        config = self.config("model: linreg\ndataset: huge\nimpl: cpu_naive",
                             more="datasets:\n  huge: {synth: regression, rows: 1000000000, cols: 1000}")
        self.assertIn("huge", self.ok("plan", config, timeout=20))

    @released_only("sanitizers need more memory than the data")
    def test_memory_is_that_of_the_data(self):
        """Parent and workers together stay under 1.3 times the features in f32, whose file they all map. What whole steps
        prepare, as those of cpu_blas, is as much again in each worker."""
        rows, cols = 500000, 128
        config = self.config("model: linreg\ndataset: big\nimpl: cpu_naive\ndtype: f32\nlr: 0.1\nepochs: 3",
                             measure="rounds: 1, warmup: 0, min_time: 0s, timeout: 100s",
                             more=f"datasets:\n  big: {{synth: regression, rows: {rows}, cols: {cols}, noise: 0.1}}")
        done = subprocess.run([sys.executable, ROOT / "scripts" / "peak-memory", "--data", str(4 * rows * cols),
                               PROGRAM, "run", config, "--out", "out"],
                              cwd=self.folder, capture_output=True, text=True, timeout=HANG_S)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        ratio = float(done.stdout.splitlines()[-1].split()[0])
        self.assertGreater(ratio, 0.9, "the worker must have been seen with its data mapped")
        self.assertLess(ratio, 1.3)
        self.assertEqual([case["verify"]["verdict"] for case in self.export("out")["cases"]], ["ok"])


class Guesses(CliTest):
    ROWS = "".join(f"{i},{i % 3},{3 * i - 2 * (i % 3) + 1}\n" for i in range(20))

    def train(self, *flags, model="linreg", data="d.csv"):
        return self.call("train", "--model", model, "--data", data, "--impl", "cpu_naive", "--epochs", "20", *flags)

    def test_first_row_of_both_is_refused(self):
        for first in ["?,1,0", "NA,1,0", '"1,234",1,0', "1.5 kg,1,0", "\u22121,1,0", "2020,2021,target"]:
            self.write("d.csv", f"{first}\n{self.ROWS}")
            self.refused("train", "--model", "linreg", "--data", "d.csv", "--impl", "cpu_naive",
                         says=["d.csv:1:", "is not a number", "--header true"])
            self.assertEqual(self.train("--header", "true").returncode, 0, first)
            self.assertEqual(self.train("--header", "false").returncode, 2, first)

    def test_guesses_are_said(self):
        self.write("d.csv", f"2020,2021,2022\n{self.ROWS}")
        self.assertEqual(self.train().stderr,
                         "ironbench: d.csv: first row taken as data, though 2020, 2021, 2022 may be names (header: "
                         "false); last column taken as target (target: -1); targets taken as numbers (task: "
                         "regression)\n")
        self.write("d.csv", self.ROWS.replace(",", ";"))
        self.assertIn("semicolons taken as delimiters (delimiter: semicolon)", self.train().stderr)
        config = self.config("model: linreg\ndataset: d.csv\nimpl: cpu_naive\nepochs: 20")
        for command in [["plan", config], ["run", config, "--out", "a"]]:
            self.assertIn("d.csv: semicolons taken", self.call(*command).stderr)
        self.assertEqual(self.call("run", config, "--out", "b", "--quiet").stderr, "")

    def test_nothing_is_said_of_what_is_told(self):
        self.write("d.csv", self.ROWS.replace(",", ";"))
        flags = ["--header", "false", "--delimiter", ";", "--target", "3", "--task", "regression"]
        self.assertEqual(self.train(*flags).stderr, "")
        self.write("d.yaml", "header: false\ndelimiter: semicolon\ntarget: 3\ntask: regression\n")
        self.assertEqual(self.train().stderr, "")
        self.assertEqual(self.train(data="diabetes").stderr, "")
        self.assertEqual(self.train(data="xor", model="logreg").stderr, "")

    def test_wrong_values_of_flags(self):
        self.write("d.csv", self.ROWS)
        for flag, value, allowed in [("--header", "yes", "true or false"), ("--delimiter", ".", "semicolon"),
                                     ("--task", "classes", "classification"), ("--target", "4", "1 to 3")]:
            done = self.train(flag, value)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(allowed, done.stderr)

    def test_other_text_than_utf8(self):
        for encoding in ["utf-16", "utf-16-be", "utf-16-le"]:
            (self.folder / "d.csv").write_bytes(self.ROWS.encode(encoding))
            self.assertIn("UTF-8", self.train().stderr)
        (self.folder / "d.csv").write_bytes(("gr\u00f6\u00dfe,b,y\n" + self.ROWS).encode("utf-8-sig"))
        self.assertEqual(self.train("--target", "gr\u00f6\u00dfe").returncode, 0)
        self.assertIn("`gr\u00f6\u00dfe`", self.train("--target", "gr\u00f6sse").stderr)

    def test_suffixes(self):
        for name in ["D.CSV", "d.TSV"]:
            self.write(name, self.ROWS.replace(",", "\t" if "T" in name else ","))
            self.assertEqual(self.train(data=name).returncode, 0)

    def test_missing_file_names_its_giver(self):
        self.assertIn("no.csv: cannot open: No such file or directory (named at --data)",
                      self.train(data="no.csv").stderr)
        config = self.config("model: linreg\ndataset: d\nimpl: cpu_naive", more="datasets:\n  d: {path: no.csv}")
        self.refused("plan", config, says=["no.csv: cannot open", "(named at", "test.yaml:8)"])
        config = self.config("model: linreg\ndataset: no.csv\nimpl: cpu_naive")
        self.refused("plan", config, says=["no.csv: cannot open", "(named at", "test.yaml:4)"])
        self.write("d.csv", self.ROWS)
        self.write("d.yaml", "test: no.csv\n")
        self.assertIn("no.csv: cannot open: No such file or directory (named at ./d.yaml:1)", self.train().stderr)


class Classes(CliTest):
    def write_labels(self, low, high):
        self.write("d.csv", "a,y\n" + "".join(f"{i},{high if i * 7 % 20 > 9 else low}\n" for i in range(40)))

    def test_two_values(self):
        for low, high in [("-1", "1"), ("1", "2"), ("no", "yes")]:
            self.write_labels(low, high)
            train = ["train", "--model", "logreg", "--data", "d.csv", "--impl", "cpu_naive", "--epochs", "20"]
            if low != "no":
                self.refused(*train, says=[f"target `y` are {low} and {high}", "two classes must be 0 and 1",
                                           f"`positive: {high}`", f"--positive {high}"])
                self.refused(*train, "--task", "classification", says=[f"are {low} and {high}", f"--positive {high}"])
            else:
                done = self.call(*train)
                self.assertIn("targets no and yes taken as classes 0 and 1 (positive: yes)", done.stderr)
            named = self.ok(*train, "--positive", high)
            self.write_labels("0", "1")
            self.assertEqual(named.split("time:")[0], self.ok(*train).split("time:")[0])

    def test_three_values(self):
        self.write("d.csv", "".join(f"{i},{i % 3}\n" for i in range(20)))
        done = self.call("train", "--model", "linreg", "--data", "d.csv", "--impl", "cpu_naive", "--epochs", "5")
        self.assertIn("targets 0, 1 and 2 taken as numbers, not classes (task: regression)", done.stderr)
        train = ["train", "--data", "d.csv", "--impl", "cpu_naive", "--epochs", "5", "--model"]
        self.refused(*train, "softmax", says=["are 0, 1 and 2", "`task: classification` (train: --task classification)"])
        self.assertIn("test macro F1 ", self.ok(*train, "softmax", "--task", "classification"))
        self.refused(*train, "logreg", "--task", "classification", says=["cannot learn 3 classes", "softmax can"])

    @released_only("half a minute under sanitizers")
    def test_a_thousand_classes(self):
        """The most there may be, all rows at once and in batches, by all that trains classes on a CPU."""
        for batch, impls in ("full", "cpu_naive, cpu_blas"), ("250", "cpu_blas, cpu_fused"):
            matrix = f"model: [softmax]\ndataset: [many]\nimpl: [{impls}]\ndtype: [f32, f64]\noptimizer: [adam]\n"
            config = self.config(matrix + f"lr: [0.1]\nepochs: [3]\nbatch: [{batch}]\n", "rounds: 1, min_time: 1ms, timeout: 60s",
                                 "datasets:\n  many: {synth: classification, rows: 1000, cols: 16, classes: 1000}")
            cases = self.run_sweep(config, out=f"out{batch}")["cases"]
            self.assertEqual(len(cases), 4)
            for case in cases:
                with self.subTest(case["id"]):
                    self.assertEqual((case["classes"], case["status"], case["verify"]["verdict"]), (1000, "ok", "ok"))
                    self.assertEqual(case["verify"]["compared"]["of_predictions"], 1000 * case["test_rows"])

    def test_words_are_classes(self):
        """As in the repositories that people know: no header, and the class as a word in the last column."""
        self.write("d.csv", "".join(f"{i}.5,{i * i % 7},{'oak elm ash'.split()[i % 3]}\n" for i in range(30)))
        done = self.call("train", "--model", "softmax", "--data", "d.csv", "--impl", "cpu_naive", "--epochs", "5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("first row taken as data (header: false)", done.stderr)
        self.assertIn("targets ash, elm and oak taken as classes (task: classification)", done.stderr)
        self.assertIn("verified: ok", done.stdout)

    def test_several_targets(self):
        self.write("d.csv", "a,b,c,d\n" + "".join(f"{i},{i * 7 % 20},{3 * i + i % 2},{i * i}\n" for i in range(40)))
        train = ["train", "--data", "d.csv", "--impl", "cpu_naive", "--epochs", "300", "--lr", "0.1", "--model", "linreg", "--target"]
        both = self.ok(*train, "c", "--target", "d")
        self.assertIn("verified: ok", both)
        mse = [float(re.search("test MSE (.*)", self.ok(*train, target, "--ignore", other))[1]) for target, other in ("cd", "dc")]
        self.assertAlmostEqual(float(re.search("test MSE (.*)", both)[1]) / (sum(mse) / 2), 1, places=4)
        self.refused(*train, "c", "--target", "d", "--task", "classification", says="2 targets are given, but a classification has one")

class Edges(CliTest):
    def rmse(self, factor=1.0, constant=("0.3", "0.3", "0.3"), dtype="f64"):
        """Of a training on two features: b times the factor, and one that is constant, perhaps but for rounding."""
        rows = [f"{constant[i % 2]},{(i * 37 % 20 - 9.5) * factor!r},{i * 37 % 20 + i % 4}\n" for i in range(40)]
        self.write("train.csv", "a,b,y\n" + "".join(rows))
        self.write("test.csv", f"a,b,y\n{constant[2]},{3.25 * factor!r},9\n0.3,{-2 * factor!r},11\n")
        self.write("train.yaml", "test: test.csv\nheader: true\ntarget: y\ntask: regression\n")
        out = self.ok("train", "--model", "linreg", "--data", "train.csv", "--impl", "cpu_naive", "--dtype", dtype,
                      "--lr", "0.1", "--epochs", "200")
        self.assertIn("verified: ok", out)
        return re.search(r"RMSE (\S+)", out)[1]

    def test_constant_up_to_rounding(self):
        self.assertEqual(self.rmse(constant=("0.3", "0.30000000000000004", "0.31")), self.rmse())

    def test_any_magnitude(self):
        for dtype in ["f64", "f32"]:
            plain = self.rmse(dtype=dtype)
            for factor in [1e300, 1e-300, 2.0 ** -1070]:
                self.assertEqual(self.rmse(factor, dtype=dtype), plain, factor)

    def test_what_a_type_cannot_hold(self):
        self.write("d.csv", "".join(f"{i},{(i + 1) * 1e35}\n" for i in range(20)))
        flags = ["train", "--model", "linreg", "--data", "d.csv", "--impl", "cpu_naive", "--epochs", "5"]
        self.refused(*flags, "--dtype", "f32", says=["f32 cannot hold d", "target `y` reaches 2e+36"])
        self.ok(*flags, "--dtype", "f64")
        self.write("d.csv", "".join(f"{i},{(i + 1) * 1e-170}\n" for i in range(20)))
        self.refused(*flags, says=["d.csv: target `y` has a standard deviation of", "f64"])


class LongNames(CliTest):
    def test_column(self):
        name = "How many hours a week are spent on programs of that kind? " * 5
        self.write("d.csv", f'"{name}",b,y\n1,2,3\nabc,1,3\n3,5,8\n')
        self.refused("train", "--model", "linreg", "--data", "d.csv", "--impl", "cpu_naive",
                     says=["d.csv:3:1: column `How many hours", "`abc` is not a number"])

    def test_path(self):
        folder = self.folder / ("d" * 200) / ("e" * 200) / ("\u00e9" * 100)
        folder.mkdir(parents=True)
        (folder / "c.yaml").write_text("version: 1\nbogus: 2\n")
        (folder / "d.csv").write_text("a,b\n1,2\nx,3\n")
        self.refused("plan", folder / "c.yaml", says=["\u00e9/c.yaml:2: unknown key `bogus`", "allowed: version"])
        self.refused("train", "--model", "linreg", "--data", folder / "d.csv", "--impl", "cpu_naive",
                     says=["\u00e9/d.csv:3:1: column `a`: `x` is not a number"])

    def test_values(self):
        config = self.config("model: linreg\ndataset: xor\nimpl: cpu_naive\nact: " + "\u00e9" * 300)
        self.refused("plan", config, says=["\u00e9\u2026\u00e9", "` is not relu, tanh or sigmoid"])


if __name__ == "__main__":
    unittest.main()
