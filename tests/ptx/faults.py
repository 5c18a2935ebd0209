#!/usr/bin/env python3
"""faults.py OUT.cpp FILE.ptx…: kernels of these files with one mistake each, translated; PTX_TARGET names one.
A fault whose instruction is not there is an error, so that the list stays in step with the kernels."""

import pathlib
import re
import sys
from typing import NamedTuple

from translate import translation


class Fault(NamedTuple):
    name: str
    kernel: str
    instruction: str  # a pattern of its text, without a guard
    nth: int  # of those that fit, counted from 0; from the end if it is negative
    change: callable  # of the instruction's line; "" removes it
    found: str  # a pattern of what is said of it; LINE is the line of the instruction


def removed(_):
    return ""


def negated(line):
    return re.sub(r"@(!?)%", lambda guard: "@%" if guard[1] else "@!%", line)


def moved(by):
    """The address of a load or store, by so many bytes."""
    return lambda line: re.sub(r"\[([^\]+]+)(?:\+(-?\d+))?\]",
                               lambda found: f"[{found[1]}+{int(found[2] or 0) + by}]", line)


def with_text(old, new):
    return lambda line: re.sub(old, new, line)


def with_operand(number, text):
    def change(line):
        operands = line.rstrip(";").split(", ")
        operands[number] = text
        return ", ".join(operands) + ";"
    return change


def swapped(line):
    """The two operands after the result."""
    return re.sub(r"(\s%?[\w|]+, )([^,]+), ([^,;]+)", r"\1\3, \2", line, count=1)


# A thread that is late does not come to the barrier.
FOR_SOME = (".reg .b32 %item; .reg .pred %late; mov.u32 %item, %tid.x; setp.gt.u32 %late, %item, 100; "
            "@!%late bar.sync 0;")

RACE = (r"(race: .* at [\w.]+ptx:\d+, then .* at [\w.]+ptx:\d+, and no barrier between them|"
        r"read of memory that was never written: .* at [\w.]+ptx:\d+)")

BARRIERS = tuple(
    Fault(f"no_barrier_{kernel}_{type_}", f"ibk_{kernel}_{type_}", r"bar\.sync", 0, removed,
          f"ibk_{kernel}_{type_}.*{RACE}")
    for type_ in ("f32", "f64") for kernel in ("gemm", "gemv", "loss_sum", "sum_rows", "sum_products")
) + (
    Fault("last_barrier_gemm", "ibk_gemm_f32", r"bar\.sync", -1, removed, f"ibk_gemm_f32.*{RACE}"),
    Fault("barrier_for_some", "ibk_loss_sum_f32", r"bar\.sync", -1, lambda _: FOR_SOME,
          r"divergence: .* at the block's barrier of kernels_f32\.90\.ptx:LINE; \d+ threads have left"),
)

ADDRESSES = (
    Fault("next_element_read", "ibk_axpy_f32", r"ld\.global\.f32", 0, moved(4), "axpy f32"),
    Fault("next_element_written", "ibk_axpy_f64", r"st\.global\.f64", 0, moved(8), "axpy f64"),
    Fault("far_element_read", "ibk_add_row_f64", r"ld\.global\.f64", 0, moved(1 << 30),
          "read of 8 bytes of global memory .* where there is none: .*ptx:LINE"),
    Fault("half_an_element", "ibk_act_f64", r"ld\.global\.f64", 0, moved(4), "not a multiple of that: .*ptx:LINE"),
    Fault("next_product", "ibk_gemm_f32", r"ld\.shared\.(v4\.)?f32", 0, moved(4), "gemm f32"),
    Fault("another_share", "ibk_gemv_f64", r"st\.shared\.f64", 0, moved(8),
          "write of 8 bytes of shared memory .* outside of any array: .*ptx:LINE"),
    Fault("before_the_array", "ibk_sum_rows_f64", r"st\.shared\.f64", 0, moved(-8),
          "write of 8 bytes of shared memory .* outside of any array: .*ptx:LINE"),
    Fault("wrong_scale", "ibk_sum_products_f32", r"shl\.b64 .*, 2", 0, with_text(r", 2\b", ", 1"),
          "ibk_sum_products_f32|gemm f32"),
    Fault("wrong_parameter", "ibk_add_row_f32", r"ld\.param\.u64 .*param_2", 0, with_text("param_2", "param_4"),
          "add_row f32"),
    Fault("wrong_dimension", "ibk_gemm_short_f64", r"mov\.u32 .*%ctaid\.y", 0, with_text("ctaid.y", "ctaid.x"),
          "gemm f64"),
    Fault("store_lost", "ibk_sum_products_f64", r"st\.global\.f64", 0, removed, "gemm f64"),
    Fault("too_few_threads", "ibk_act_grad_f32", r"\.maxntid", 0, with_text("64", "32"),
          "a block of 64x1x1 threads; the kernel was compiled for 32"),
)

CONDITIONS = (
    Fault("negated_bound", "ibk_axpy_f64", r"@%p\d+ bra", 0, negated, "axpy f64"),
    Fault("negated_edge", "ibk_gemv_f32", r"@%p\d+ bra", 0, negated, "gemm f32|ibk_gemv_f32"),
    Fault("one_row_more", "ibk_act_grad_f64", r"setp\.ge\.u64", 0, with_text("setp.ge", "setp.gt"),
          "act_grad f64|ibk_act_grad_f64"),
    Fault("nan_is_negative", "ibk_act_f32", r"setp\.lt\.f32", 0, with_text("lt", "ltu"), "act f32"),
    Fault("slope_swapped", "ibk_act_grad_f32", r"selp\.f32", 0, swapped, "act_grad f32"),
    Fault("longer_chunk", "ibk_gemm_f32", r"min\.u64", 0, with_text("min", "max"), "gemm f32"),
)

NUMBERS = (
    Fault("difference_swapped", "ibk_loss_grad_f64", r"sub\.f64", -1, swapped, "loss_grad f64"),
    Fault("sign_lost", "ibk_act_f64", r"neg\.f64", 0, with_text("neg", "mov"), "act f64"),
    Fault("wrong_coefficient", "ibk_act_f64", r"mov\.f64 .*0d3F[5-9A-E]", 0,
          with_text(r"(0d3F[5-9A-E]...)(.)", lambda digits: digits[1] + ("0" if digits[2] != "0" else "F")), "act f64"),
    Fault("sum_not_cleared", "ibk_gemm_f32", r"mov\.f32 .*0f00000000", 0, removed, "gemm f32"),
)

SHUFFLES = (  # result, value, lane, section and mask are the operands
    Fault("another_lane", "sample_shuffles", r"shfl\.sync\.idx", 0, with_operand(2, "6"),
          "sample_shuffles: result 0 is"),
    Fault("another_distance", "sample_shuffles", r"shfl\.sync\.bfly", -1, with_operand(2, "2"),
          "sample_shuffles, doubles: result"),
    Fault("up_for_down", "sample_shuffles", r"shfl\.sync\.down", 0, with_text("down", "up"),
          "sample_shuffles: result 5 is"),
    Fault("larger_section", "sample_shuffles", r"shfl\.sync\.down", 1, with_operand(3, "31"),
          "sample_shuffles: result"),
    Fault("missing_lane", "sample_shuffles", r"shfl\.sync\.up", 0, with_operand(4, "-2"),
          r"thread \(\d+,0,0\) is not in the mask 0xfffffffe of sample\.90\.ptx:LINE"),
    Fault("value_of_no_lane", "sample_shuffles", r"shfl\.sync\.bfly", 2, with_operand(2, "9"),
          r"reads lane \d+ at sample\.90\.ptx:LINE, which takes no part"),
    Fault("split_vector", "sample_memory", r"ld\.global\.v4\.f32", 0, moved(8),
          "read of 16 bytes .* not a multiple of that: .*ptx:LINE"),
    Fault("no_barrier_sample", "sample_memory", r"bar\.sync", 0, removed, f"sample_memory.*{RACE}"),
    Fault("dynamic_overrun", "sample_memory", r"st\.shared\.f32", 0, moved(4),
          "write of 4 bytes of shared memory .* outside of any array: .*ptx:LINE"),
)

FAULTS = BARRIERS + ADDRESSES + CONDITIONS + NUMBERS + SHUFFLES


def planted(fault, text):
    """The file with no kernel but the fault's, whose lines keep their numbers; and the number of the changed line."""
    lines = text.splitlines()
    heads = [i for i, line in enumerate(lines) if line.startswith(".visible .entry ")] + [len(lines)]
    first, end = next(pair for pair in zip(heads, heads[1:]) if f" {fault.kernel}(" in lines[pair[0]])
    fitting = [i for i in range(first, end)
               if re.match(rf"(@!?%p\d+ )?{fault.instruction}", " ".join(lines[i].split()))]
    if not -len(fitting) <= fault.nth < len(fitting):
        raise LookupError(f"{fault.name}: {fault.kernel} has {len(fitting)} times {fault.instruction}")
    at = fitting[fault.nth]
    changed = fault.change(lines[at])
    if changed == lines[at]:
        raise LookupError(f"{fault.name}: nothing changes in {lines[at]}")
    kept = [*lines[:heads[0]], *[""] * (first - heads[0]), *lines[first:at], changed, *lines[at + 1:end]]
    return "\n".join(kept), at + 1


def planted_in(fault, texts):
    """texts: by path. Returns the path, and what `planted` does, for the file that has the fault's kernel."""
    for path, text in texts.items():
        if f".entry {fault.kernel}(" in text:
            return path, *planted(fault, text)
    raise LookupError(f"{fault.name}: there is no {fault.kernel}")


def main(out, *paths):
    texts = {path: pathlib.Path(path).read_text() for path in paths}
    files = ((fault.name, *planted_in(fault, texts)[:2]) for fault in FAULTS)
    pathlib.Path(out).write_text(translation(files)[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
