"""PTX as nvcc writes it: its text as kernels of instructions. What is not known is an error, with file and line."""

import re
from typing import NamedTuple


class PtxError(Exception):
    def __init__(self, path, line, problem, text):
        super().__init__(f"{path}:{line}: {problem}: {' '.join(text.split())}")


class Param(NamedTuple):
    type: str
    name: str
    count: int  # of elements: 1, or the bytes of a struct


class Array(NamedTuple):
    """In shared memory."""
    name: str
    align: int
    bytes: int  # 0: dynamic, as many as the launch says


class Instruction(NamedTuple):
    line: int
    guard: str  # "%p1", "!%p1", or ""
    opcode: str
    operands: tuple
    text: str


class Label(NamedTuple):
    line: int
    name: str


class Kernel:
    def __init__(self, path, name, params):
        self.path, self.name, self.params = path, name, params
        self.max_threads = None  # of a block
        self.registers = {}  # name without %: type
        self.arrays = []
        self.body = []


class Module:
    def __init__(self, path):
        self.path = path
        self.kernels = []
        self.dynamic = []  # arrays of shared memory whose size the launch says


COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
HEAD = re.compile(r"^\s*\.(?:(?:version|target|address_size|maxntid|reqntid|minnctapersm) [^\n{]*|"
                  r"visible \.entry [^)]*\))", re.MULTILINE)  # what ends without a semicolon
STATEMENT = re.compile(r"\s*([$\w]+:|[{}]|(?:[^;{}]|\{[^{};]*\})+;)")
ENTRY = re.compile(r"\.visible \.entry (\w+) ?\((.*)\)$")
PARAM = re.compile(r"\.param (?:\.align \d+ )?\.(\w+) (\w+)(?:\[(\d+)\])?$")
REGISTER = re.compile(r"\.reg \.(\w+) %([a-z]+)(?:<(\d+)>)?$")
SHARED = re.compile(r"(?:\.extern )?\.shared \.align (\d+) \.b8 ([$\w]+)\[(\d*)\]$")
INSTRUCTION = re.compile(r"(?:@(!?%\w+) )?([a-z]\w*(?:\.\w+)*)(?: (.+))?$")
OPERAND = re.compile(r"\s*(\{[^}]*\}|\[[^\]]*\]|[^,{}\[\]]+?)\s*(?:,|$)")
SAYS_NOTHING = re.compile(r"\.(version [\d.]+|target sm_\w+|address_size 64|minnctapersm \d+|"
                          r'pragma "(nounroll|used_bytes_mask \d+)")$')  # of what an instruction does


def statements(path, text):
    """(line, statement) for each; a statement has single spaces and no semicolon."""
    text = COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    text = HEAD.sub(lambda found: found[0] + ";", text).rstrip()
    at, line = 0, 1
    while at < len(text):
        found = STATEMENT.match(text, at)
        if not found:
            raise PtxError(path, line, "no statement begins here", text[at:].strip().splitlines()[0])
        line += text.count("\n", at, found.start(1))
        yield line, " ".join(found[1].rstrip(";").split())
        line += text.count("\n", found.start(1), found.end())
        at = found.end()


def params_of(path, line, text):
    for each in filter(None, (part.strip() for part in text.split(","))):
        found = PARAM.match(each)
        if not found:
            raise PtxError(path, line, "an unknown kind of parameter", each)
        yield Param(found[1], found[2], int(found[3] or 1))


def operands_of(path, line, text):
    operands, at = [], 0
    while at < len(text):
        found = OPERAND.match(text, at)
        if not found:
            raise PtxError(path, line, "an operand that cannot be read", text)
        operands.append(found[1].replace(" ", ""))
        at = found.end()
    return tuple(operands)


class Reader:
    """Statement by statement; `kernel` is the one whose body this is, None between kernels."""

    def __init__(self, path):
        self.module, self.kernel, self.depth = Module(path), None, 0

    def read(self, line, text):
        if SAYS_NOTHING.match(text):
            return
        if entry := ENTRY.match(text):
            self.kernel = Kernel(self.module.path, entry[1], list(params_of(self.module.path, line, entry[2])))
            self.module.kernels.append(self.kernel)
        elif text == "{" and self.kernel:
            self.depth += 1
        elif text == "}" and self.depth:
            self.depth -= 1
            self.kernel = self.kernel if self.depth else None
        elif not (self.in_body(line, text) if self.depth else self.declaration(text)):
            raise PtxError(self.module.path, line, "unknown", text)

    def declaration(self, text):
        """Outside of a body; False: what is it?"""
        shared, threads = SHARED.match(text), re.match(r"\.(?:max|req)ntid (\d+), (\d+), (\d+)$", text)
        if shared and not self.kernel:
            self.module.dynamic.append(Array(shared[2], int(shared[1]), int(shared[3] or 0)))
        elif threads and self.kernel:
            self.kernel.max_threads = int(threads[1]) * int(threads[2]) * int(threads[3])
        return bool(shared or threads)

    def in_body(self, line, text):
        if register := REGISTER.match(text):
            names = [f"{register[2]}{i}" for i in range(int(register[3]))] if register[3] else [register[2]]
            return all(self.kernel.registers.setdefault(name, register[1]) == register[1] for name in names)
        if shared := SHARED.match(text):
            self.kernel.arrays.append(Array(shared[2], int(shared[1]), int(shared[3])))
        elif text.endswith(":"):
            self.kernel.body.append(Label(line, text[:-1]))
        elif found := INSTRUCTION.match(text):
            operands = operands_of(self.module.path, line, found[3] or "")
            self.kernel.body.append(Instruction(line, found[1] or "", found[2], operands, text))
        else:
            return False
        return True


def read(path, text):
    reader = Reader(path)
    for line, statement in statements(path, text):
        reader.read(line, statement)
    for kernel in reader.module.kernels:
        kernel.arrays += [array for array in reader.module.dynamic
                          if any(array.name in each.text for each in kernel.body if isinstance(each, Instruction))]
    return reader.module
