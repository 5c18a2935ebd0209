"""What translate.py does not know is an error that names file, line and instruction; what it knows compiles."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from instructions import KNOWN, TABLE, bits_of, spelled
from ptx_text import PtxError
from translate import translation

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CXX = os.environ.get("CXX", "c++")

HEAD = """.version 9.0
.target sm_90
.address_size 64

.visible .entry test(
	.param .u64 test_param_0
)
{
	.reg .pred 	%p<9>;
	.reg .b16 	%h<9>;
	.reg .b32 	%r<9>;
	.reg .b64 	%d<9>;
	.shared .align 4 .b8 tile[64];
$L__BB0_1:
"""
TAIL = "\n\tret;\n}\n"
FIRST_LINE = HEAD.count("\n") + 1
REGISTERS = {1: "%p1", 8: "%h1", 16: "%h1", 32: "%r1", 64: "%d1"}


def translated(*instructions, target="90"):
    """The C++ of a kernel of these instructions, one a line."""
    return translation([(target, "file.ptx", HEAD + "\n".join(instructions) + TAIL)])[0]


class ErrorsTest(unittest.TestCase):
    def refused(self, instruction, problem):
        """The instruction is in the second line of the body."""
        with self.assertRaises(PtxError) as raised:
            translated("\tmov.u32 \t%r1, 1;", f"\t{instruction};")
        named = " ".join(instruction.split())
        self.assertEqual(str(raised.exception), f"file.ptx:{FIRST_LINE + 1}: {problem}: {named}")

    def test_instructions(self):
        for instruction in ("vote.sync.any.pred %p1, %p2, -1", "atom.global.add.u32 %r1, [%d1], 1", "trap", "exit",
                            "membar.gl", "call foo", "@%p1 prefetch.global.L1 [%d1]", "bar.arrive 0"):
            with self.subTest(instruction=instruction):
                self.refused(instruction, "no row of instructions.py describes this instruction")

    def test_modifiers(self):
        for instruction in ("add.sat.s32 %r1, %r2, %r3", "add.ftz.f32 %r1, %r2, %r3",
                            "ld.volatile.global.u32 %r1, [%d1]", "ld.global.nc.u32 %r1, [%d1]",
                            "fma.rn.sat.f32 %r1, %r2, %r3, %r4", "shfl.bfly.b32 %r1, %r2, 1, 31",
                            "mul.s32 %r1, %r2, %r3", "setp.lt.and.s32 %p1, %r1, %r2, %p2", "min.NaN.f32 %r1, %r2, %r3",
                            "cvt.rz.f32.f64 %r1, %d1", "ex2.ftz.f32 %r1, %r2", "bra.divergent $L__BB0_1"):
            with self.subTest(instruction=instruction):
                self.refused(instruction, "no row of instructions.py describes this instruction")

    def test_types(self):
        for instruction in ("add.f16 %h1, %h2, %h3", "mov.b128 %r1, %r2", "ld.shared.b128 %r1, [%r2]",
                            "st.local.u32 [%r1], %r2", "add.u8 %h1, %h2, %h3", "ld.const.u32 %r1, [%r2]",
                            "ld.global.v8.f32 %r1, [%d1]"):
            with self.subTest(instruction=instruction):
                self.refused(instruction, "no row of instructions.py describes this instruction")

    def test_operands(self):
        self.refused("add.s32 %r1, %r2, %d3", "%d3 is a b64, not a u32")
        self.refused("add.s64 %d1, %d2, %r3", "%r3 is a b32, not a u64")
        self.refused("mov.u32 %r1, %r10", "%r10 is not a register")
        self.refused("mov.u32 %r1, %clock", "%clock is not a register")
        self.refused("mov.f32 %r1, 0d3FF0000000000000", "0d3FF0000000000000 is not a f32")
        self.refused("add.s32 %r1, %r2", "an unexpected number of operands")
        self.refused("ld.global.f32 %r1, [%d1-%d2]", "[%d1-%d2] is not an address")
        self.refused("ld.global.v2.f32 %r1, [%d1]", "not 2 registers")
        self.refused("bar.sync 1", "only barrier 0, of all threads, is known")
        self.refused("bar.sync 0, 64", "an unexpected number of operands")
        self.refused("bra $L__BB0_2", "there is no $L__BB0_2")
        self.refused("shfl.sync.bfly.b32 %r1, %r2, 1, 31", "an unexpected number of operands")

    def test_declarations(self):
        for declaration in (".local .align 8 .b8 depot[40]", ".reg .b32 %p<3>", '.pragma "frequency 3"',
                            ".global .u32 x"):
            with self.subTest(declaration=declaration):
                self.refused(declaration, "unknown")

    def test_outside_of_kernels(self):
        for text, line in ((".const .align 4 .b8 table[16];", 4), (".func foo()\n{\n}", 4), (".maxnreg 5\n{", 7)):
            whole = HEAD.replace("\n\n", f"\n{text}\n", 1) if line == 4 else HEAD.replace("{", text, 1)
            with self.subTest(text=text), self.assertRaisesRegex(PtxError, rf"^file\.ptx:{line}: "):
                translation([("90", "file.ptx", whole + TAIL)])

    def test_the_program_says_so_and_writes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            ptx, out = pathlib.Path(folder, "bad.ptx"), pathlib.Path(folder, "out.cpp")
            ptx.write_text(HEAD + "\tadd.f16 %h1, %h2, %h3;" + TAIL)
            done = subprocess.run([sys.executable, HERE / "translate.py", out, f"90={ptx}"], capture_output=True,
                                  text=True)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr, f"{ptx}:{FIRST_LINE}: no row of instructions.py describes this instruction: "
                                          "add.f16 %h1, %h2, %h3\n")
            self.assertFalse(out.exists())


class TranslationTest(unittest.TestCase):
    def test_no_opcode_has_two_rows(self):
        self.assertEqual(sum(len(spelled(pattern)) for pattern, _, _ in TABLE), len(KNOWN))

    def test_a_statement_keeps_its_line(self):
        self.assertRegex(translated("// a comment; with one", "\t@!%p1 bra \t$L__BB0_1;"),
                         rf'#line {FIRST_LINE + 1} "file.ptx"\n *if \(!v_p1\) {{ goto L__BB0_1; }}')

    def test_a_kernel_that_is_the_same_for_two_targets_is_compiled_once(self):
        one, other = (HEAD + f"\tmov.u32 %r1, {number};" + TAIL for number in (1, 2))
        cpp, targets = translation([("90", "a.ptx", one), ("80", "b.ptx", one), ("75", "c.ptx", other)])
        self.assertEqual(targets, {"90": "90", "80": "90", "75": "75"})
        self.assertEqual(len(re.findall("^static void run_", cpp, re.MULTILINE)), 2)

    def test_a_parameter_is_an_address_if_it_becomes_one(self):
        load = "\tld.param.u64 \t%d1, [test_param_0];"
        self.assertIn("{{8, true}, {0, false}}", translated(load, "\tcvta.to.global.u64 \t%d2, %d1;"))
        self.assertIn("{{8, false}, {0, false}}", translated(load, "\tadd.s64 \t%d2, %d1, 1;"))

    def test_every_known_instruction_compiles(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder, "all.cpp")
            out.write_text(translated(*(f"\t{opcode} {operands_for(opcode)};" for opcode in KNOWN)))
            includes = [f"-I{ROOT / folder}" for folder in ("tests/ptx", "tests/emu", "kernels", "impls")]
            subprocess.run([CXX, "-std=c++17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-label",
                            *includes, out], check=True)


def operands_for(opcode):
    """Some that fit."""
    name, *rest = opcode.split(".")
    if types := KNOWN[opcode].types:
        return ", ".join(REGISTERS[bits_of(type_)] for type_ in types)
    if name in ("ld", "st"):
        count = next((int(part[1:]) for part in rest if part in ("v2", "v4")), 1)
        registers = ", ".join([REGISTERS[bits_of(rest[-1])]] * count)
        registers = f"{{{registers}}}" if count > 1 else registers
        address = "[tile+16]" if "shared" in rest else "[%d2+-8]"
        return f"{registers}, {address}" if name == "ld" else f"{address}, {registers}"
    barrier = "%r1" if "warp" in rest else "0"
    return {"bra": "$L__BB0_1", "ret": "", "bar": barrier, "shfl": "%r1|%p1, %r2, 1, 31, -1"}[name]


if __name__ == "__main__":
    unittest.main()
