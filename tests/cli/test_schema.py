"""`ironbench schema`: the JSON Schema of configurations agrees with the program that reads them."""

import json
import re

import jsonschema

from common import CliTest, ROOT
from yaml_core import load

MATRIX = {"model": "linreg", "dataset": "diabetes", "impl": "cpu_naive"}
FILE, SYNTH = {"path": "d.csv"}, {"synth": "regression", "rows": 10, "cols": 2}
# One value of each type that YAML has, for every key: none, or text that no key takes, is missing.
VALUES = ["", "no such word", 1, 0, -1, 0.5, 1.5, True, [], {}, ["a"], [1], [[1, 2]], [[]], {"a": 1}, [{"a": 1}],
          [["a"]], [True], "5ms", "5MB", "5%", 10 ** 17, 1e300, None]
# Keys that mean something only where others are given as well.
WITH = {"min_rounds": {"precision": 0.1}, "max_rounds": {"precision": 0.1}, "precision": {"rounds": 50}}


class SchemaTest(CliTest):
    def setUp(self):
        super().setUp()
        self.schema = json.loads(self.ok("schema", "config"))
        jsonschema.Draft7Validator.check_schema(self.schema)
        self.validator = jsonschema.Draft7Validator(self.schema)

    def document(self, section, name, value):
        """A configuration with this value of a key, in its section as `list keys` names it."""
        outer, _, inner = name.rpartition(".")
        values = {**({} if outer else WITH.get(inner, {})), inner: value}
        values = {outer: values} if outer else values
        base = {"version": 1, "matrix": MATRIX}
        if section == "":
            return {**base, **values}
        if section == "matrix":
            return {**base, "matrix": {**MATRIX, **values}}
        if section.startswith("datasets"):
            return {**base, "datasets": {"d": {**(SYNTH if "synth" in section else FILE), **values}}}
        if section == "external.NAME":
            return {**base, "external": {"e": values}}
        return {**base, section: values}

    def keys(self):
        return [(k["section"], k["name"], k["example"]) for k in json.loads(self.ok("list", "keys", "--json"))]

    def is_read(self, document, section, name):
        """Whether the program reads a configuration up to an unknown key at its end."""
        text = re.sub('"(5(ms|MB|%))"', r"\1", json.dumps({**document, "zzz": 1}))  # quantities have no quotes
        says = self.call("plan", self.write("c.yaml", text)).stderr
        self.assertIn("c.yaml", says)
        beyond_types = "needs at least 6 rounds" in says  # two values that do not go together
        return "unknown key `zzz`" in says or beyond_types, says

    def test_what_the_schema_allows_is_read(self):
        """So what the program refuses by its type, the schema refuses."""
        allowed = 0
        for section, name, _ in self.keys():
            for value in VALUES:
                document = self.document(section, name, value)
                if not self.validator.is_valid(document):
                    continue
                allowed += 1
                with self.subTest(section=section, name=name, value=value):
                    read, says = self.is_read(document, section, name)
                    self.assertTrue(read, says)
        self.assertGreater(allowed, 100)

    def test_wrong_types_and_unknown_keys_are_refused(self):
        for section, name, _ in self.keys():
            with self.subTest(section=section, name=name):
                refused = [v for v in VALUES if not self.validator.is_valid(self.document(section, name, v))]
                self.assertIn(None, refused)
                self.assertIn("", refused)
                self.assertTrue([v for v in refused if isinstance(v, dict)])
        for section in {section for section, _, _ in self.keys()}:
            with self.subTest(section):
                document = self.document(section, "no_such_key", 1)
                if section == "external.NAME":
                    document["external"]["e"]["command"] = ["x"]
                self.assertFalse(self.validator.is_valid(document))
        self.assertFalse(self.validator.is_valid({"version": 1}))
        self.assertFalse(self.validator.is_valid({"matrix": MATRIX}))

    def test_every_key_allows_its_example_and_describes_itself(self):
        for section, name, example in self.keys():
            with self.subTest(section=section, name=name):
                document = self.document(section, name, load(example))
                self.validator.validate(document)
                self.assertIn("description", self.property_of(section, name))

    def property_of(self, section, name):
        schema = self.schema
        if section.startswith("datasets"):
            schema = schema["properties"]["datasets"]["additionalProperties"]["then" if "synth" in section else "else"]
        elif section == "external.NAME":
            schema = schema["properties"]["external"]["additionalProperties"]
        elif section:
            schema = schema["properties"][section]
        for part in name.split("."):
            schema = next(s for s in [schema, *schema.get("anyOf", [])] if "properties" in s)["properties"][part]
        return schema

    def test_shipped_configurations_are_valid(self):
        paths = [*ROOT.glob("configs/*.yaml"), *ROOT.glob("scripts/**/*.yaml"), *ROOT.glob("tests/**/*.yaml")]
        checked = 0
        for path in paths:
            document = load(path.read_text(encoding="utf-8"))
            if isinstance(document, dict) and "version" in document:
                checked += 1
                with self.subTest(path.name):
                    self.validator.validate(document)
        self.assertGreaterEqual(checked, 16)

    def test_the_kept_file_is_what_the_program_prints(self):
        self.assertEqual((ROOT / "results/config.schema.json").read_text(encoding="utf-8"), self.ok("schema", "config"),
                         "results/config.schema.json is out of date: run scripts/config-reference")

    def test_every_kept_schema_can_be_printed(self):
        for path in ROOT.glob("results/*.schema.json"):
            name = path.name.removesuffix(".schema.json")
            with self.subTest(name):
                schema = json.loads(self.ok("schema", name))
                jsonschema.validators.validator_for(schema).check_schema(schema)
        self.refused("schema", "recrod", says=["no schema `recrod`", "did you mean `record`?", "allowed: config, baseline, check, "])
        self.refused("schema", "../results/check", says=["no schema"])
