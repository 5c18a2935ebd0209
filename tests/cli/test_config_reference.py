"""The reference in configs/README.md matches the program: all keys, and examples that can be read."""

import json

from common import CliTest, ROOT

README = ROOT / "configs" / "README.md"
BEGIN, END = "<!-- reference: begin -->\n", "<!-- reference: end -->\n"
MATRIX = "matrix: {model: linreg, dataset: diabetes, impl: cpu_naive}\n"
REGENERATE = "scripts/config-reference"


class ReferenceTest(CliTest):
    def keys(self):
        return json.loads(self.ok("list", "keys", "--json"))

    def test_readme_is_what_the_program_prints(self):
        written = README.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
        printed = self.ok("list", "keys", "--markdown")
        self.assertEqual(written.strip(), printed.strip(), f"configs/README.md is out of date: run {REGENERATE}")

    def test_every_key_is_described(self):
        for key in self.keys():
            with self.subTest(key["section"] + "." + key["name"]):
                for member in ("summary", "type", "example"):
                    self.assertTrue(key[member], member)
                self.assertNotEqual(key["required"], bool(key["default"]))

    def test_every_section_is_there(self):
        sections = {key["section"] for key in self.keys()}
        self.assertEqual(sections, {"", "matrix", "datasets.NAME", "datasets.NAME with synth", "external.NAME",
                                    "measure", "gate"})
        names = {key["name"] for key in self.keys() if key["section"] == "measure"}
        self.assertLessEqual({"min_rounds", "memory_by", "whole_process.runs"}, names)

    def test_plain_list(self):
        out = self.ok("list", "keys")
        self.assertIn("measure.rounds: ", out)
        self.assertIn("an integer from 1 to 100000; default: 10", out)

    def test_markdown_is_of_keys_only(self):
        self.refused("list", "models", "--markdown", says=["--markdown", "list keys"])

    def test_examples_can_be_read(self):
        for key in self.keys():
            section, name = key["section"], key["name"]
            if section not in ("measure", "gate") or name in ("min_rounds", "max_rounds"):
                continue
            with self.subTest(section + "." + name):
                outer, _, inner = name.rpartition(".")
                text = f"{{{inner}: {key['example']}}}"
                text = f"{{{outer}: {text}}}" if outer else text
                self.ok("plan", self.write("c.yaml", f"version: 1\n{MATRIX}{section}: {text}\n"))
