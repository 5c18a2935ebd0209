#!/usr/bin/env python3
"""translate.py OUT.cpp TARGET=FILE.ptx…: kernels in PTX as C++ for the host emulator, one function a kernel, one
statement an instruction, labels and gotos. Several files may be of one target. A kernel that is the same for several
targets is compiled once. OUT.targets gets a line for each: its name, and the first target that has the same code."""

import pathlib
import re
import sys

from instructions import CPP, KNOWN, bits_of
from ptx_text import Label, PtxError, read

SPECIAL = {f"%{name}.{axis}": f"emu_{function}().{axis}" for axis in "xyz" for name, function in
           (("tid", "thread_index"), ("ctaid", "block_index"), ("ntid", "block_size"), ("nctaid", "grid_size"))}
SPECIAL["%laneid"] = "emu_lane()"
ARRAY_SHIFT = 20  # an array of shared memory begins at a multiple of 1 MiB: no other is behind its end
ANY_REGISTER = ("ld", "st", "cvt")  # take registers that are wider than their types


class Body:
    """Writes the instructions of one kernel."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.params = {param.name: i for i, param in enumerate(kernel.params)}
        self.arrays = {array.name: (i + 1) << ARRAY_SHIFT for i, array in enumerate(kernel.arrays)}
        self.labels = {each.name for each in kernel.body if isinstance(each, Label)}
        self.loaded = {}  # register: the parameter that it was loaded from
        self.buffers = set()  # parameters that are addresses of global memory

    def fail(self, problem):
        raise PtxError(self.kernel.path, self.now.line, problem, self.now.text)

    # Operands

    def register(self, text, type_):
        name, held = text[1:], self.kernel.registers.get(text[1:])
        if not text.startswith("%") or held is None:
            self.fail(f"{text} is not a register")
        wider = self.now.opcode.split(".")[0] in ANY_REGISTER and bits_of(held) > bits_of(type_)
        if bits_of(held) != bits_of(type_) and not wider:
            self.fail(f"{text} is a {held}, not a {type_}")
        return f"v_{name}"

    def literal(self, text, type_):
        """None: it is not a number."""
        if found := re.fullmatch(r"0[fF]([0-9a-fA-F]{8})|0[dD]([0-9a-fA-F]{16})", text):
            if bits_of(type_) != 4 * len(found[1] or found[2]):
                self.fail(f"{text} is not a {type_}")
            return f"as<{CPP[type_]}>(uint{bits_of(type_)}_t{{0x{found[1] or found[2]}u}})"
        if re.fullmatch(r"-?(0x[0-9a-fA-F]+|[0-9]+)", text) and type_[0] != "f":
            return f"static_cast<{CPP[type_]}>({int(text, 0) & ((1 << bits_of(type_)) - 1):#x}u)"
        return None

    def value(self, text, type_):
        """An operand as a C++ value of a type."""
        if text in SPECIAL:
            return f"static_cast<{CPP[type_]}>({SPECIAL[text]})"
        if text in self.arrays:
            return f"static_cast<{CPP[type_]}>({self.arrays[text]:#x})"
        if text in self.params:
            return f"address_of(args[{self.params[text]}])"
        return self.literal(text, type_) or f"as<{CPP[type_]}>({self.register(text, type_)})"

    def put(self, register, type_, value):
        return f"put<{CPP[type_]}>({self.register(register, type_)}, {value})"

    def operands(self, *counts):
        if len(self.now.operands) not in counts:
            self.fail("an unexpected number of operands")
        return self.now.operands

    def group(self, text):
        """The registers of {a, b}, or the one that stands alone."""
        return text.strip("{}").split(",")

    # Instructions that no expression describes

    def parts(self):
        """The address space, the type and the number of elements of a load or store."""
        _, *middle, type_ = self.now.opcode.split(".")
        count = next((int(part[1:]) for part in middle if part in ("v2", "v4")), 1)
        return next((part for part in middle if part in ("global", "shared", "param")), "generic"), type_, count

    def memory(self, access, text):
        """A pointer to the memory of an operand in brackets."""
        space, type_, count = self.parts()
        found = re.fullmatch(r"\[([%$\w]+)(?:\+(-?\d+))?\]", text)
        if not found:
            self.fail(f"{text} is not an address")
        base, offset = found[1], int(found[2] or 0)
        wide = base.startswith("%") and bits_of(self.kernel.registers.get(base[1:], "b64")) == 64
        address = f"{self.value(base, 'u64' if wide or base in self.params else 'u32')} + {offset}"
        if space == "param":
            return f"parameter({address})"
        shared = "" if space == "global" else "shared, "
        return f"{access}_{space}({shared}{address}, {count * bits_of(type_) // 8})"

    def load(self):
        to, address = self.operands(2)
        space, type_, count = self.parts()
        registers = self.group(to)
        if len(registers) != count:
            self.fail(f"not {count} registers")
        if space == "param" and address.strip("[]") in self.params:
            self.loaded[to] = address.strip("[]")
        puts = "".join(f" {self.put(register, type_, f'at[{i}]')};" for i, register in enumerate(registers))
        return f"const elements<{CPP[type_]}> at{{{self.memory('read', address)}}};{puts}"

    def store(self):
        address, of = self.operands(2)
        _, type_, count = self.parts()
        values = self.group(of)
        if len(values) != count:
            self.fail(f"not {count} values")
        puts = "".join(f" at.set({i}, {self.value(each, type_)});" for i, each in enumerate(values))
        return f"elements<{CPP[type_]}> at{{{self.memory('write', address)}}};{puts}"

    def shuffle(self):
        to, value, lane, clamp, mask = self.operands(5)
        mode = self.now.opcode.split(".")[2]
        register, _, inside = to.partition("|")
        numbers = ", ".join(self.value(each, "b32") for each in (value, lane, clamp, mask))
        sets = f"const shuffled got = shuffle_{mode}({numbers}); {self.put(register, 'b32', 'got.value')};"
        return sets + (f" {self.put(inside, 'pred', 'got.inside')};" if inside else "")

    def branch(self):
        label, = self.operands(1)
        if label not in self.labels:
            self.fail(f"there is no {label}")
        return f"goto {label.replace('$', '')};"

    def leave(self):
        self.operands(0)
        return "return;"

    def block_barrier(self):
        if self.operands(1) != ("0",):
            self.fail("only barrier 0, of all threads, is known")
        return "emu_sync_block(__FILE__, __LINE__);"

    def warp_barrier(self):
        mask, = self.operands(1)
        return f"emu_sync_warp({self.value(mask, 'b32')}, __FILE__, __LINE__);"

    def halves(self):
        """mov.b64 between a register and {low, high}; _ takes nothing."""
        to, of = self.operands(2)
        if "{" in of:
            low, high = (self.value(each, "b32") for each in self.group(of))
            return self.put(to, "b64", f"both_halves({low}, {high})") + ";"
        whole = self.value(of, "b64")
        return " ".join(self.put(each, "b32", f"{whole} >> {32 * i}") + ";"
                        for i, each in enumerate(self.group(to)) if each != "_")

    # All instructions

    def expression(self, meaning):
        to, *of = self.operands(len(meaning.types))
        if self.now.opcode == "cvta.to.global.u64" and of[0] in self.loaded:
            self.buffers.add(self.loaded[of[0]])
        values = [self.value(text, type_) for text, type_ in zip(of, meaning.types[1:])]
        return self.put(to, meaning.types[0], meaning.cpp.format(*values)) + ";"

    def statement(self, instruction):
        self.now = instruction
        meaning = KNOWN.get(instruction.opcode)
        if meaning is None:
            self.fail("no row of instructions.py describes this instruction")
        if instruction.opcode == "mov.b64" and any("{" in each for each in instruction.operands):
            cpp = self.halves()
        elif meaning.types:
            cpp = self.expression(meaning)
        else:
            cpp = getattr(self, meaning.cpp)()
        guard = instruction.guard
        if guard:
            guard = f"if ({'!' * guard.startswith('!')}{self.register(guard.lstrip('!'), 'pred')}) "
        return f"{guard}{{ {cpp} }}"


def lines_of(kernel, body):
    """The text of a kernel's function, without its name."""
    used = set(re.findall(r"%(\w+)", " ".join(each.text for each in kernel.body if not isinstance(each, Label))))
    for name, type_ in kernel.registers.items():
        if name in used:
            held = "bool" if type_ == "pred" else CPP[f"u{bits_of(type_)}"]
            yield f"    [[maybe_unused]] {held} v_{name} = undefined<{held}>;"
    for i, array in enumerate(kernel.arrays):
        if array.bytes:
            yield f"    alignas({max(array.align, 16)}) static unsigned char array_{i}[{array.bytes}];"
            yield f"    emu_note_shared(array_{i}, sizeof array_{i});"
    arrays = (f"{{array_{i}, sizeof array_{i}}}" if array.bytes else "dynamic_array()"
              for i, array in enumerate(kernel.arrays))
    yield f"    [[maybe_unused]] const shared_arrays shared{{{{{', '.join(arrays)}}}}};"
    if kernel.max_threads:
        yield f"    expect_threads({kernel.max_threads});"
    for each in kernel.body:
        yield f'#line {each.line} "{pathlib.PurePath(kernel.path).name}"'
        yield f"{each.name.replace('$', '')}:;" if isinstance(each, Label) else f"    {body.statement(each)}"


def function_of(kernel):
    """The function and its parameters' table, with NUMBER in place of their number."""
    body = Body(kernel)
    lines = list(lines_of(kernel, body))
    params = [f"{{{param.count * bits_of(param.type) // 8}, {'true' if param.name in body.buffers else 'false'}}}"
              for param in kernel.params]
    table = f"static const emu_param params_NUMBER[] = {{{', '.join([*params, '{0, false}'])}}};"
    return "\n".join(["static void run_NUMBER([[maybe_unused]] void *const *args)", "{", *lines, "}", table, ""])


def translation(files):
    """files: (target, path, text) of each. Returns the C++ text, and of each target the first that has its code."""
    functions, entries, code = {}, [], {}
    for target, path, text in files:
        for kernel in read(path, text).kernels:
            function = function_of(kernel)
            key = re.sub(r"^#line.*\n", "", function, flags=re.MULTILINE)
            number, _ = functions.setdefault(key, (len(functions), function))
            code_of = f'{{"{kernel.name}", {len(kernel.params)}, params_{number}, run_{number}}}'
            entries.append(f'    {{"{target}", {code_of}}},')
            code.setdefault(target, []).append((kernel.name, number))
    cpp = ['#include "ptx.h"', "using namespace ptx;", ""]
    cpp += [function.replace("_NUMBER", f"_{number}") for number, function in functions.values()]
    cpp += ["static const kernel kernels[] = {", *entries, "};", "static const registration registered(kernels);", ""]
    first = {target: next(other for other in code if code[other] == code[target]) for target in code}
    return "\n".join(cpp), first


def main(out, *named):
    files = [(target, path, pathlib.Path(path).read_text()) for target, path in (each.split("=", 1) for each in named)]
    try:
        cpp, targets = translation(files)
    except PtxError as error:
        sys.exit(str(error))
    pathlib.Path(out).write_text(cpp)
    lines = (f"{target} {same}\n" for target, same in targets.items())
    pathlib.Path(out).with_suffix(".targets").write_text("".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
