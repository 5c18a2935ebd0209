"""The instructions that are known: what each does, in C++ (ptx.h). A row stands for all opcodes that its pattern
spells, and an opcode that no row spells is an error (translate.py).

  pattern   {a,b} is a or b; groups of types have the names below
  operands  their types, the result first: T is the opcode's last type, S the one before; U is T without a sign, W is T
            of twice the size
  C++       {0}, {1}, … are the operands after the result; {T}, {S}, {W} types; {m} is the modifier after the name.
            Without operands: the method of translate.Body that writes the instruction
"""

import itertools
import re
from typing import NamedTuple

GROUPS = {
    "int": "u16,s16,u32,s32,u64,s64",
    "word": "u32,s32,u64,s64",
    "bits": "b16,b32,b64",
    "float": "f32,f64",
    "memory": "u8,s8,b8,u16,s16,b16,u32,s32,b32,u64,s64,b64,f32,f64",
}

CPP = {"pred": "bool", "f32": "float", "f64": "double"}
CPP |= {f"{kind}{size}": f"{'' if kind == 's' else 'u'}int{size}_t" for kind in "usb" for size in (8, 16, 32, 64)}

TABLE = (
    # Moves
    ("mov.{bits,int,float,pred}", "T T", "{0}"),
    ("selp.{bits,int,float}", "T T T pred", "{2} ? {0} : {1}"),
    ("ld{,.param,.global,.shared}{,.v2,.v4}.{memory}", "", "load"),
    ("st{,.global,.shared}{,.v2,.v4}.{memory}", "", "store"),
    ("cvta{,.to}.global.u64", "T T", "{0}"),
    ("cvta.shared.u64", "T T", "generic_of_shared({0})"),
    ("cvta.to.shared.u64", "T T", "shared_of_generic({0})"),
    # From lane to lane
    ("shfl.sync.{idx,up,down,bfly}.b32", "", "shuffle"),
    # What comes next
    ("bra{,.uni}", "", "branch"),
    ("ret", "", "leave"),
    ("bar.sync", "", "block_barrier"),
    ("bar.warp.sync", "", "warp_barrier"),
    # Comparisons: of floats, those with a u are true where an operand is NaN
    ("setp.eq.{bits,int,float}", "pred T T", "{0} == {1}"),
    ("setp.ne.{bits,int}", "pred T T", "{0} != {1}"),
    ("setp.{lt,lo}.{int}", "pred T T", "{0} < {1}"),
    ("setp.{le,ls}.{int}", "pred T T", "{0} <= {1}"),
    ("setp.{gt,hi}.{int}", "pred T T", "{0} > {1}"),
    ("setp.{ge,hs}.{int}", "pred T T", "{0} >= {1}"),
    ("setp.ne.{float}", "pred T T", "{0} < {1} || {0} > {1}"),
    ("setp.lt.{float}", "pred T T", "{0} < {1}"),
    ("setp.le.{float}", "pred T T", "{0} <= {1}"),
    ("setp.gt.{float}", "pred T T", "{0} > {1}"),
    ("setp.ge.{float}", "pred T T", "{0} >= {1}"),
    ("setp.equ.{float}", "pred T T", "!({0} < {1} || {0} > {1})"),
    ("setp.neu.{float}", "pred T T", "{0} != {1}"),
    ("setp.ltu.{float}", "pred T T", "!({0} >= {1})"),
    ("setp.leu.{float}", "pred T T", "!({0} > {1})"),
    ("setp.gtu.{float}", "pred T T", "!({0} <= {1})"),
    ("setp.geu.{float}", "pred T T", "!({0} < {1})"),
    ("setp.num.{float}", "pred T T", "{0} == {0} && {1} == {1}"),
    ("setp.nan.{float}", "pred T T", "{0} != {0} || {1} != {1}"),
    # Integers wrap around; 1u lifts 16 bits to an int that cannot overflow
    ("add.{int}", "U U U", "1u * {0} + {1}"),
    ("sub.{int}", "U U U", "1u * {0} - {1}"),
    ("mul.lo.{int}", "U U U", "1u * {0} * {1}"),
    ("mad.lo.{int}", "U U U U", "1u * {0} * {1} + {2}"),
    ("mul.hi.{word}", "T T T", "high_product({0}, {1})"),
    ("mul.wide.{u16,s16,u32,s32}", "W T T", "{W}({0}) * {W}({1})"),
    ("mad.wide.{u16,s16,u32,s32}", "W T T W", "uint64_t({W}({0}) * {W}({1})) + uint64_t({2})"),
    ("div.{int}", "T T T", "{0} / {1}"),
    ("rem.{int}", "T T T", "{0} % {1}"),
    ("neg.{s16,s32,s64}", "U U", "0u - {0}"),
    ("abs.{s16,s32,s64}", "U T", "{0} < 0 ? 0u - uint64_t({0}) : uint64_t({0})"),
    ("min.{int}", "T T T", "{1} < {0} ? {1} : {0}"),
    ("max.{int}", "T T T", "{0} < {1} ? {1} : {0}"),
    # Bits
    ("and.{bits,pred}", "T T T", "{0} & {1}"),
    ("or.{bits,pred}", "T T T", "{0} | {1}"),
    ("xor.{bits,pred}", "T T T", "{0} ^ {1}"),
    ("not.{bits}", "T T", "~{0}"),
    ("not.pred", "T T", "!{0}"),
    ("shl.{bits}", "T T u32", "shift_left({0}, {1})"),
    ("shr.{bits,int}", "T T u32", "shift_right({0}, {1})"),
    ("bfe.{u32,u64}", "T T u32 u32", "extract_bits({0}, {1}, {2})"),
    ("bfi.{b32,b64}", "T T T u32 u32", "insert_bits({0}, {1}, {2}, {3})"),
    # Floats, exactly rounded
    ("add{,.rn}.{float}", "T T T", "{0} + {1}"),
    ("sub{,.rn}.{float}", "T T T", "{0} - {1}"),
    ("mul{,.rn}.{float}", "T T T", "{0} * {1}"),
    ("fma.rn.{float}", "T T T T", "std::fma({0}, {1}, {2})"),
    ("add.{rz,rm,rp}.{float}", "T T T", "directed_fma(rounding::{m}, {T}(1), {0}, {1})"),
    ("fma.{rz,rm,rp}.{float}", "T T T T", "directed_fma(rounding::{m}, {0}, {1}, {2})"),
    ("div.rn.{float}", "T T T", "{0} / {1}"),
    ("rcp.rn.{float}", "T T", "1 / {0}"),
    ("sqrt.rn.{float}", "T T", "std::sqrt({0})"),
    ("neg.{float}", "T T", "-{0}"),
    ("abs.{float}", "T T", "std::fabs({0})"),
    ("min.{float}", "T T T", "float_min({0}, {1})"),
    ("max.{float}", "T T T", "float_max({0}, {1})"),
    ("copysign.{float}", "T T T", "std::copysign({1}, {0})"),
    # Approximations; ftz takes numbers too small for a normal float for zero
    ("ex2.approx.f32", "T T", "approximate_ex2({0})"),
    ("ex2.approx.ftz.f32", "T T", "flushed(approximate_ex2(flushed({0})))"),
    ("lg2.approx.f32", "T T", "approximate_lg2({0})"),
    ("lg2.approx.ftz.f32", "T T", "flushed(approximate_lg2(flushed({0})))"),
    ("rcp.approx.f32", "T T", "approximate_rcp({0})"),
    ("rcp.approx.ftz.f32", "T T", "flushed(approximate_rcp(flushed({0})))"),
    ("sqrt.approx.f32", "T T", "approximate_sqrt({0})"),
    ("sqrt.approx.ftz.f32", "T T", "flushed(approximate_sqrt(flushed({0})))"),
    ("rsqrt.approx.f32", "T T", "approximate_rsqrt({0})"),
    ("rsqrt.approx.ftz.f32", "T T", "flushed(approximate_rsqrt(flushed({0})))"),
    ("div.{approx,full}.f32", "T T T", "approximate_div({0}, {1})"),
    ("div.{approx,full}.ftz.f32", "T T T", "flushed(approximate_div(flushed({0}), flushed({1})))"),
    ("rcp.approx.ftz.f64", "T T", "coarse_rcp({0})"),
    ("rsqrt.approx.ftz.f64", "T T", "coarse_rsqrt({0})"),
    # Conversions
    ("cvt.{u8,s8,int}.{u8,s8,int}", "S T", "{0}"),
    ("cvt.rn.{float}.{int}", "S T", "{0}"),
    ("cvt.{rni,rzi,rmi,rpi}.{word}.{float}", "S T", "to_integer<{S}>(integral(rounding::{m}, {0}))"),
    ("cvt.{rni,rzi,rmi,rpi}.f32.f32", "S T", "integral(rounding::{m}, {0})"),
    ("cvt.{rni,rzi,rmi,rpi}.f64.f64", "S T", "integral(rounding::{m}, {0})"),
    ("cvt.f64.f32", "S T", "{0}"),
    ("cvt.rn.f32.f64", "S T", "{0}"),
    ("cvt.sat.f32.f32", "S T", "saturated({0})"),
    ("cvt.sat.f64.f64", "S T", "saturated({0})"),
)


class Meaning(NamedTuple):
    types: tuple  # of the operands, the result first
    cpp: str


def bits_of(type_):
    return 1 if type_ == "pred" else int(re.search(r"\d+$", type_)[0])


def spelled(pattern):
    """All opcodes of a pattern."""
    parts = re.split(r"\{([^}]*)\}", pattern)
    for i in range(1, len(parts), 2):
        for name, types in GROUPS.items():
            parts[i] = re.sub(rf"\b{name}\b", types, parts[i])
    choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*choices)]


def meaning(opcode, operands, cpp):
    last, *before = [part for part in reversed(opcode.split(".")) if part in CPP] or [""]
    letters = {"T": last, "S": before[0] if before else ""}
    if last not in ("", "pred") and operands:
        kind, size = last[0], bits_of(last)
        letters |= {"U": f"u{size}", "W": f"{kind}{2 * size}"}
    types = tuple(letters.get(each, each) for each in operands.split())
    if types:
        names = {letter: CPP.get(type_, "") for letter, type_ in letters.items()}
        cpp = cpp.format(*(f"{{{i}}}" for i in range(len(types) - 1)), m=(opcode.split(".") + [""])[1], **names)
    return Meaning(types, cpp)


KNOWN = {opcode: meaning(opcode, operands, cpp) for pattern, operands, cpp in TABLE for opcode in spelled(pattern)}
