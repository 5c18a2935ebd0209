"""`ironbench init`: a configuration for a data file that runs as it stands."""

import gzip
import json
import random
import shutil
import struct

import jsonschema

from common import CliTest, ROOT
from yaml_core import load

SCHEMA = json.loads((ROOT / "results/config.schema.json").read_text(encoding="utf-8"))


def rows(n, *columns):
    """Lines of n rows, each column a function of two normal numbers."""
    drawn = random.Random(7)
    pairs = [(drawn.gauss(0, 1), drawn.gauss(0, 1)) for _ in range(n)]
    return [[f(i, a, b) for f in columns] for i, (a, b) in enumerate(pairs)]


def number(value):
    return f"{value:.3f}"


A, B = (lambda i, a, b: number(a)), (lambda i, a, b: number(b))
SUM, DIFFERENCE = (lambda i, a, b: number(a + b)), (lambda i, a, b: number(a - b))


class InitTest(CliTest):
    schema = "ironbench.schema.json"

    def csv(self, name, columns, head=None, separator=","):
        lines = ([head] if head else []) + [separator.join(row) for row in rows(60, *columns)]
        return self.write(name, "\n".join(lines) + "\n")

    def made(self, *args, name):
        """The configuration that init writes, which is valid and has cases."""
        said = self.ok("init", *args)
        self.assertIn(f"ironbench run {name}\n", said)
        name = name.strip("'")
        self.assertIn(f"{name}: ", said)
        text = (self.folder / name).read_text(encoding="utf-8")
        self.assertEqual(text.splitlines()[0], f"# yaml-language-server: $schema={self.schema}")
        # As an editor finds it.
        self.assertEqual(json.loads(((self.folder / name).parent / self.schema).read_text(encoding="utf-8")), SCHEMA)
        config = load(text)
        jsonschema.Draft7Validator(SCHEMA).validate(config)
        self.cases = int(said.split(": ")[1].split()[0])
        self.said = said
        return config

    def test_a_table_with_names_words_and_missing_values_runs(self):
        word = lambda i, a, b: ["Rome", "Paris", "Bonn"][i % 3]
        sometimes = lambda i, a, b: "" if i % 20 == 0 else number(b)
        self.csv("prices.csv", [A, sometimes, word, SUM], head="area,rooms,city,price")
        config = self.made("prices.csv", name="prices.yaml")
        self.assertEqual(config["datasets"], {"prices": {"path": "prices.csv", "target": "price", "missing": "mean",
                                                        "task": "regression"}})
        self.assertIn("    # ignore: [", (self.folder / "prices.yaml").read_text())
        self.assertEqual(config["matrix"]["model"], ["linreg", "mlp"])
        self.assertLessEqual({"cpu_naive", "cpu_blas"}, set(config["matrix"]["impl"]))
        self.assertNotIn("cpu_gram", config["matrix"]["impl"])
        plan = json.loads(self.ok("plan", "prices.yaml", "--json"))
        self.assertEqual((len(plan["cases"]), plan["left_out"]), (self.cases, []))
        select = ["-s", "impl=cpu_naive,model=linreg,dtype=f64,lr=0.1"]
        done = self.call("run", "prices.yaml", "--out", "out", *select)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        [case] = self.export("out")["cases"]
        self.assertEqual((case["status"], case["verify"]["verdict"]), ("ok", "ok"))

    def test_an_existing_file_is_kept(self):
        self.csv("d.csv", [A, B, SUM])
        self.write("d.yaml", "target: 1\n")
        self.refused("init", "d.csv", says=["d.yaml", "exists and is kept", "--out"])
        self.assertEqual((self.folder / "d.yaml").read_text(), "target: 1\n")
        config = self.made("d.csv", "--out", "first.yaml", name="first.yaml")
        self.assertEqual(config["matrix"]["dataset"], "d.csv")  # d.yaml next to it describes it
        self.assertNotIn("datasets", config)

    def test_the_schema_of_editors_moves_with_the_project(self):
        self.csv("a.csv", [A, B, SUM])
        self.made("a.csv", name="a.yaml")
        self.assertIn("\nironbench.schema.json: ", self.said)
        self.write(self.schema, json.dumps({**SCHEMA, "title": "mine"}))
        self.refused("init", "a.csv", "--out", "no/such/folder/a.yaml", says="cannot write")
        self.ok("init", "a.csv", "--out", "b.yaml")
        self.assertEqual(json.loads((self.folder / self.schema).read_text())["title"], "mine")  # what is there is kept
        home = self.folder / "home of it"  # in ironbench's own folder, its file serves
        (home / "mine" / "deep").mkdir(parents=True)
        for name in ("configs", "results", "scripts"):
            (home / name).symlink_to(ROOT / name)
        for folder, path in [("", "results/config.schema.json"), ("mine/deep", "../../results/config.schema.json")]:
            with self.subTest(folder):
                self.ok("init", "iris", "--out", home / folder / "iris.yaml", env={"IRONBENCH_HOME": str(home)})
                self.assertEqual((home / folder / "iris.yaml").read_text().splitlines()[0],
                                 f"# yaml-language-server: $schema={path}")
                self.assertEqual(json.loads((home / folder / path).read_text(encoding="utf-8")), SCHEMA)
                self.assertFalse((home / folder / self.schema).exists())

    def test_classes_and_several_targets(self):
        words = lambda i, a, b: "red" if a > 0 else "blue" if b > 0 else "light green"
        signs = lambda i, a, b: "1" if a + b > 0 else "-1"
        for name, columns, head, flags, data, models in [
                ("three.csv", [A, B, words], None, [], {"task": "classification", "target": -1}, ["softmax", "mlp"]),
                ("signs.csv", [A, B, signs], 'a,"b: ""#""",y', [], {"positive": 1, "target": "y"},
                 ["logreg", "softmax", "mlp"]),
                ("two.csv", [A, B, SUM, DIFFERENCE], "a;b;u;v x", ["--target", "u", "--target", "v x"],
                 {"target": ["u", "v x"], "task": "regression"}, ["linreg", "mlp"])]:
            with self.subTest(name):
                self.csv(name, columns, head, ";" if head and ";" in head else ",")
                stem = name.removesuffix(".csv")
                config = self.made(name, *flags, name=f"{stem}.yaml")
                described = config["datasets"][stem]
                self.assertEqual(described, {"path": name, **data})
                self.assertEqual(config["matrix"]["model"], models)

    def test_arrays_with_a_second_file_of_targets(self):
        def npy(name, shape, values):
            head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
            (self.folder / name).write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + head.encode()
                                             + struct.pack(f"<{len(values)}d", *values))
        drawn = [float(v) for row in rows(40, A, B, SUM) for v in row]
        npy("x.npy", (60, 2), drawn)
        npy("y.npy", (60,), drawn[:60])
        config = self.made("x.npy", "--y", "y.npy", name="x.yaml")
        self.assertEqual(config["datasets"]["x"], {"path": "x.npy", "y": "y.npy", "task": "regression"})

    def test_other_formats(self):
        lines = [" ".join([number(i % 3 + float(a)), f"1:{a}", f"2:{b}"]) for i, (a, b) in enumerate(rows(30, A, B))]
        self.write("svm.libsvm", "\n".join(lines) + "\n")
        table = "".join(f"{a}\t{b}\t{c}\n" for a, b, c in rows(30, A, B, SUM))
        (self.folder / "table.tsv.gz").write_bytes(gzip.compress(table.encode()))
        shutil.copy(ROOT / "configs/datasets/real_estate.json", self.folder / "flat.json")
        for name, described in [("svm.libsvm", {"task": "regression"}), ("table.tsv.gz", {"target": -1, "task": "regression"}),
                                ("flat.json", {"task": "regression"})]:
            with self.subTest(name):
                stem = name.split(".")[0]
                config = self.made(name, name=f"{stem}.yaml")
                self.assertEqual(config["datasets"], {stem: {"path": name, **described}})

    def test_paths_are_those_from_the_folder_of_the_configuration(self):
        (self.folder / "sub").mkdir()
        path = self.csv("d.csv", [A, B, SUM])
        config = self.made("d.csv", "--out", "sub/d.yaml", name="sub/d.yaml")
        self.assertEqual(config["datasets"]["d"]["path"], str(path.resolve()))

    def test_names_are_looked_up_as_the_configuration_does(self):
        config = self.made(name="diabetes.yaml")  # without data: a shipped set
        self.assertEqual(config["matrix"]["dataset"], "diabetes")
        (self.folder / "iris").mkdir()
        self.assertEqual(self.made("iris", name="iris.yaml")["matrix"]["model"], ["softmax", "mlp"])
        self.csv("iris.csv", [A, B, SUM])
        config = self.made("iris", "--out", "of mine.yaml", name="'of mine.yaml'")
        self.assertEqual(config["matrix"]["model"], ["linreg", "mlp"])
        self.assertEqual(len(json.loads(self.ok("plan", "of mine.yaml", "--json"))["cases"]), self.cases)

    def test_a_target_whose_name_is_not_utf_8_is_given_by_its_number(self):
        (self.folder / "d.csv").write_bytes(b"a,\xff\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(9)))
        self.assertEqual(self.made("d.csv", name="d.yaml")["datasets"]["d"]["target"], -1)

    def test_what_is_not_data(self):
        self.write("empty.csv", "")
        self.write("head.csv", "a,b\n")
        self.write("one.csv", "a\n1\n2\n")
        (self.folder / "binary.csv").write_bytes(bytes(range(256)))
        self.csv("d.csv", [A, B, SUM])
        for args, says in [(["missing.csv"], ["missing.csv", "cannot open"]), (["."], ["is a folder"]),
                           (["empty.csv"], ["the file is empty"]), (["head.csv"], ["0 training and 0 test rows"]),
                           (["one.csv"], ["only one column"]), (["binary.csv"], ["not a text file"]),
                           (["no_such_set"], ["unknown data set"]), (["d.csv", "--target", "price"], ["price"]),
                           (["d.csv", "--out", "no/such/folder.yaml"], ["no/such/folder.yaml", "cannot write"]),
                           (["d.csv", "--task", "clustering"], ["--task", "regression or classification"]),
                           (["d.csv", "e.csv"], ["unexpected argument"])]:
            with self.subTest(args):
                self.refused("init", *args, says=says)
        self.assertEqual(list(self.folder.glob("*.yaml")), [])
