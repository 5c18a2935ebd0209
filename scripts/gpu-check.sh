#!/bin/sh
# Checks all CUDA implementations on a machine with an NVIDIA GPU: answers, copies as seen by the driver, memory errors,
# races, and speed relative to the GPU's ceilings. It does not change clocks, modes or limits.
# Usage: scripts/gpu-check.sh OUT [PART | STEP...]. Runs from a bundle (scripts/bundle) or a build (IRONBENCH_BUILD, default
# build/). The parts are for a GPU that is at hand for minutes: `first`, the answers and the seed's timings, takes less
# than 280 s, and `second`, the rates, less than 340 s; each needs a folder of its own. Without either, all steps run, for
# at most 11 minutes. Writes at most 8 text and JSON files to OUT, after every step, so that a kill loses the current
# step only. Exit status: 0 all steps that could run passed, 1 a step failed, 2 usage. Steps that cannot run on this
# machine are `skipped`, with the reason.
set -u

all_steps="facts ceilings conformance parity tracer repeat seed large ncu sanitizers crossover"
first="facts ceilings conformance parity tracer seed"
second="ceilings large ncu sanitizers crossover"

# The seconds of a step, 275 in the first part and 335 in the second. What a step leaves is for those after it.
seconds_of() {
    case $1 in
    facts) echo 20 ;;
    ceilings) echo 25 ;;
    conformance) echo 35 ;;
    parity) echo 80 ;;
    tracer) echo 5 ;;
    repeat) echo 40 ;;
    seed) echo 110 ;;
    large) echo 165 ;;
    ncu) echo 40 ;;
    sanitizers) echo 52 ;;
    crossover) echo 53 ;;
    esac
}

usage() {
    echo "usage: scripts/gpu-check.sh OUT [first | second | STEP...]; steps: $all_steps" >&2
    exit 2
}
[ $# -ge 1 ] || usage
out=$1
shift
case ${*:-all} in
all) steps=$all_steps ;;
first) steps=$first ;;
second) steps=$second ;;
*) steps=$* ;;
esac
for step in $steps; do
    case " $all_steps " in *" $step "*) ;; *) usage ;; esac
done
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 2

scripts=$(dirname "$(readlink -f "$0")")
. "$scripts/gpu/check-parts.sh"
. "$scripts/gpu/check-tables.sh"
find_programs "$scripts" || exit 2
work=$(mktemp -d)
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
log=$out/log.txt
: >"$log"
: >"$work/table"
deadline=$(date +%s)

# ---- the steps; each calls `note` at least once ----

step_facts() {
    {
        echo "# uname, os"
        uname -a
        sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null
        echo "# variables that change what CUDA and cuBLAS do"
        env | grep -E '^(CUDA|CUBLAS|CUBLASLT|NVIDIA)_'
        echo "# ironbench doctor"
        limited 15 "$program" doctor
        echo "# ironbench list impls"
        cat "$work/impls"
        echo "# gpu_ceilings --device"
        limited 10 "$ceilings" --device | tee "$work/device"
        if command -v nvidia-smi >/dev/null 2>&1; then
            echo "# nvidia-smi"
            limited 10 nvidia-smi
            echo "# nvidia-smi -q"
            limited 10 nvidia-smi -q -d CLOCK,POWER,TEMPERATURE,PERFORMANCE,ECC,MEMORY,COMPUTE
        fi
        for tool in nvcc compute-sanitizer ncu cuobjdump; do
            echo "# $tool: $(find_tool $tool || echo missing)"
        done
    } >"$out/facts.txt" 2>&1
    if command -v nvidia-smi >/dev/null 2>&1; then
        gpu=$(limited 10 nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv,noheader 2>&1)
        note facts ok "$(echo "$gpu" | head -n 1)"
    else
        note facts ok "nvidia-smi is missing; facts.txt describes the machine"
    fi
    # The conformance suite overwrites the sources of its uploads, which matters where this is 1.
    pageable=$(awk -F'[":, ]+' '/pageableMemory/ { printf "%s%s %s", n++ ? ", " : "", $2, $3 }' "$work/device")
    [ -z "$pageable" ] || note facts ok "$pageable"
}

step_ceilings() {
    [ -x "$ceilings" ] || { note ceilings skipped "gpu_ceilings was not built"; return; }
    limited 25 "$ceilings" >"$work/ceilings.json" 2>"$work/text"
    status=$?
    keep_text ceilings
    case $status in
    0)
        cp "$work/ceilings.json" "$out/ceilings.json"
        note ceilings ok "copy on the device, read and written: $(ceiling device_copy_gb_s) GB/s"
        note ceilings ok "gemm f32 $(ceiling gemm_f32_tflop_s), tf32 $(ceiling gemm_tf32_tflop_s), bf16 $(ceiling gemm_bf16_tflop_s), fp16 $(ceiling gemm_fp16_tflop_s), f64 $(ceiling gemm_f64_tflop_s) TFLOP/s"
        note ceilings ok "pageable up $(ceiling up_pageable_gb_s), down $(ceiling down_pageable_gb_s) GB/s"
        note ceilings ok "pinned up $(ceiling up_pinned_gb_s), down $(ceiling down_pinned_gb_s) GB/s"
        note ceilings ok "launch $(ceiling launch_us), with a wait $(ceiling launch_and_wait_us), graph node $(ceiling graph_node_us) us"
        ;;
    77) note ceilings skipped "$(tail -n 1 "$work/text")" ;;
    *) note ceilings "$(failure $status)" "$(tail -n 1 "$work/text")" ;;
    esac
}

step_conformance() {
    [ -x "$conformance" ] || { note conformance skipped "test_conformance was not built"; return; }
    for impl in $impls; do
        limited 12 "$conformance" "$impl" "$plugins/$impl.so" >"$work/text" 2>&1
        status=$?
        keep_text "conformance $impl"
        case $status in
        0) note conformance ok "$impl: $(grep -c ' OK ' "$work/text") tests" ;;
        77) note conformance skipped "$impl: $(tail -n 1 "$work/text")" ;;
        *) note conformance "$(failure $status)" "$impl: $(grep -m 1 -E 'rror|FAILED' "$work/text")" ;;
        esac
    done
}

step_parity() {
    sweep parity gpu 1
}

# Compares CUPTI's counts with the transfer log in the cases of parity, and reports what else CUPTI counted.
step_tracer() {
    [ -e "$work/parity.csv" ] || { note tracer skipped "parity did not run"; return; }
    agreeing=$(count_rows parity transfers.tracer.agrees true)
    hidden=$(count_rows parity transfers.tracer.agrees false)
    seen=$(count_rows parity transfers.tracer.source CUPTI)
    why=$(sed -n '/"tracer": {/,/}/s/^ *"reason": "\(.*\)",*$/\1/p' "$out/parity.json" | sort | uniq -c |
        sort -rn | head -n 1)
    if [ "$hidden" -gt 0 ]; then
        note tracer FAILED "CUPTI and the transfer log differ in $hidden cases and agree in $agreeing"
    elif [ "$agreeing" -gt 0 ] && [ "$agreeing" = "$seen" ]; then
        note tracer ok "CUPTI and the transfer log agree in all $agreeing cases"
    else
        note tracer skipped "CUPTI counted in $agreeing of $seen cases: ${why:-no reason given}"
    fi
    other_counts parity >"$work/text"
    while read -r line; do note tracer ok "$line"; done <"$work/text"
}

# Runs the same cases again, in new processes: the results must be the same bits.
step_repeat() {
    [ -e "$work/parity.csv" ] || { note repeat skipped "parity did not run"; return; }
    limited 40 "$program" run "$configs/gpu.yaml" -s dtype=f32 -x model=logreg --out "$work/repeat" \
        --quiet >"$work/text" 2>&1
    status=$?
    keep_text repeat
    if ! "$program" export "$work/repeat" --format csv >"$work/repeat.csv" 2>>"$log"; then
        note repeat "$(failure $status)" "$(tail -n 1 "$work/text")"
        return
    fi
    compare_errors "$work/parity.csv" "$work/repeat.csv" >"$work/text"
    same=$(sed -n 's/^same //p' "$work/text")
    if grep -q '^differs' "$work/text"; then
        first=$(sed -n 's/^differs //p' "$work/text" | head -n 1)
        note repeat FAILED "$(grep -c '^differs' "$work/text") of $same differ: $first"
    elif [ "${same:-0}" -gt 0 ]; then
        note repeat ok "$same cases have the same losses, parameters and predictions in two runs"
    else
        note repeat "$(failure $status)" "no case is ok in both runs"
    fi
}

step_seed() {
    sweep seed gpu-seed 2 # rounds, as each starts Python eight times
    clocks_seen seed
}

# Two rounds, as most of the time goes into the oracle and the data.
step_large() {
    sweep large gpu-large 2
    clocks_seen large
}

step_crossover() {
    sweep crossover gpu-crossover 6
    clocks_seen crossover
    sed -n '/^From how many rows/,/^$/d; /^  problem .* is faster/,/^$/p' "$work/text" | grep ' rows ' |
        while read -r line; do note crossover ok "$(echo "$line" | tr -s ' ')"; done
}

step_sanitizers() {
    tool=$(find_tool compute-sanitizer) || { note sanitizers skipped "compute-sanitizer is missing"; return; }
    [ -x "$conformance" ] || { note sanitizers skipped "test_conformance was not built"; return; }
    for check in memcheck racecheck initcheck synccheck; do
        limited 13 "$tool" --tool $check --error-exitcode 9 "$conformance" cuda_naive "$plugins/cuda_naive.so" \
            --quick >"$work/text" 2>&1
        status=$?
        keep_text "compute-sanitizer $check"
        summary=$(grep -E 'SUMMARY' "$work/text" | tail -n 1 | sed 's/^=* *//')
        refusal=$(grep -m 1 -i -E 'not supported|unable to|failed to initialize' "$work/text" | sed 's/^=* *//')
        if [ $status = 0 ]; then
            note sanitizers ok "$check: ${summary:-no error}"
        elif [ -n "$refusal" ]; then
            note sanitizers skipped "$check: $refusal"
        elif [ $status = 124 ] && ! grep -q -i -E '=+ *(invalid|uninitialized|race|error|hazard|barrier)' "$work/text"; then
            note sanitizers skipped "$check: timed out without findings"
        else
            note sanitizers "$(failure $status)" "$check: ${summary:-see log.txt}"
        fi
    done
}

# Its workers end by a signal, which loses results: ncu itself ends them after the last kernel that it measures.
step_ncu() {
    tool=$(find_tool ncu) || { note ncu skipped "ncu is missing"; return; }
    share=avg.pct_of_peak_sustained_elapsed
    limited 40 "$tool" --clock-control none --target-processes all --launch-skip 40 --launch-count 20 --kill on --csv \
        --metrics gpu__time_duration.sum,dram__throughput.$share,sm__throughput.$share \
        "$program" run "$configs/gpu-large.yaml" -s model=linreg,impl=cuda_naive,residency=resident \
        --out "$work/run-ncu" --quiet >"$work/text" 2>&1
    status=$?
    keep_text ncu
    kernels=$(grep -c 'gpu__time_duration' "$work/text")
    if [ "$kernels" -gt 0 ]; then
        note ncu ok "$kernels kernels measured, see log.txt"
    else
        note ncu skipped "$(grep -m 1 -E '==ERROR==|rror' "$work/text" || failure $status)"
    fi
}

# ---- run the steps ----

watch_gpu
deadline=$((deadline + 20)) # of the first step's time
limited 20 "$program" list impls >"$work/impls" 2>&1
deadline=$((deadline - 20))
gpu_reason=$(gpu_missing "$work/impls")
for step in $steps; do
    begin=$(date +%s)
    deadline=$((deadline + $(seconds_of "$step")))
    clocks_begin
    if [ "$step" != facts ] && [ -n "$gpu_reason" ]; then
        note "$step" skipped "$gpu_reason"
    else
        "step_$step"
        keep_clocks "$step"
    fi
    echo "$step: $(($(date +%s) - begin)) s of $(seconds_of "$step") s" >>"$work/seconds"
    write_summary
done
cat "$out/summary.txt"
! grep -q '|\(FAILED\|TIMEOUT\)|' "$work/table"
