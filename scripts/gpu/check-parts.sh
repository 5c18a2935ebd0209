# Sourced by gpu-check.sh: finds the programs, runs them with time limits, and samples the GPU's clock.
# shellcheck shell=sh disable=SC2016,SC2034,SC2154

impls="cuda_naive cuda_cublas cuda_graph"

# Sets program, conformance, ceilings, plugins and configs; $1: the folder of gpu-check.sh.
find_programs() {
    if [ -x "$1/../../../bin/ironbench" ]; then # a bundle's share/ironbench/scripts
        top=$(cd "$1/../../.." && pwd)
        . "$1/gpu/env.sh"
        ironbench_libraries "$top"
        program=$top/bin/ironbench conformance=$top/bin/test_conformance ceilings=$top/bin/gpu_ceilings
        plugins=$top/lib/ironbench configs=$top/share/ironbench/configs
        return 0
    fi
    root=$(cd "$1/.." && pwd)
    build=${IRONBENCH_BUILD:-$root/build}
    export IRONBENCH_HOME="$root"
    program=$build/ironbench conformance=$build/tests/test_conformance ceilings=$build/gpu_ceilings
    plugins=$build/impls configs=$root/configs
    [ -x "$program" ] || { echo "gpu-check.sh: $program is not built; scripts/setup builds it" >&2; return 1; }
}

# The path of one of NVIDIA's tools, on the PATH or in the usual folders.
find_tool() {
    command -v "$1" 2>/dev/null && return 0
    for file in /usr/local/cuda/bin/"$1" /usr/local/cuda/compute-sanitizer/"$1" /usr/local/cuda-*/bin/"$1" \
        /opt/nvidia/*/"$1" /opt/nvidia/*/*/"$1"; do
        [ -x "$file" ] || continue
        echo "$file"
        return 0
    done
    return 1
}

# Prints why no CUDA implementation of a list ($1) can run; nothing if one can.
gpu_missing() {
    awk '
        /^[a-z]/ { impl = $1 }
        /^cuda_/ { known = 1; available[impl] = 1 }
        impl ~ /^cuda_/ && sub(/^ *unavailable: /, "") { delete available[impl]; if (reason == "") reason = $0 }
        END {
            for (impl in available) exit
            print known ? reason : "this build has no CUDA implementations"
        }' "$1"
}

# ---- time limits ----

left() {
    echo $((deadline - $(date +%s)))
}

# limited SECONDS COMMAND...: runs the command for at most SECONDS or the time left. Status 124: timed out. A signal to
# this script ends the wait, and clean_up ends the command. IRONBENCH_GPU_CHECK_LIMIT: the seconds of every command, as a
# mock of a GPU needs longer than a GPU.
limited() {
    limit=$1
    shift
    left=$(left)
    [ "$left" -gt "$limit" ] || limit=$left
    limit=${IRONBENCH_GPU_CHECK_LIMIT:-$limit}
    [ "$limit" -gt 0 ] || return 124
    timeout -k 5 "$limit" "$@" </dev/null &
    running=$!
    wait "$running"
    limited_status=$?
    running=
    return "$limited_status"
}

clean_up() {
    for process in "${running:-}" "${gpu_watcher:-}"; do
        [ -z "$process" ] || { kill "$process"; wait "$process"; } 2>/dev/null
    done
    rm -rf "$work"
}

# A status as the table shows it.
failure() {
    case $1 in 124 | 137) echo TIMEOUT ;; *) echo FAILED ;; esac
}

# ---- the GPU's clock ----

# Appends a line per second to $work/clocks: SM clock, throttle reasons, temperature, power, time. Meanwhile the driver keeps
# the GPU initialised, which would else take seconds at the start of every process. Ends with this script, even if that
# is killed.
watch_gpu() {
    gpu_watcher=
    command -v nvidia-smi >/dev/null 2>&1 || return 0
    reasons=clocks_event_reasons.active
    timeout 10 nvidia-smi --query-gpu=$reasons --format=csv,noheader >/dev/null 2>&1 || reasons=clocks_throttle_reasons.active
    (
        trap 'kill "$watching"; wait "$watching"; exit' TERM
        nvidia-smi --query-gpu=clocks.sm,$reasons,temperature.gpu,power.draw,timestamp --format=csv,noheader,nounits -l 1 \
            >>"$work/clocks" &
        watching=$!
        while kill -0 $$; do
            sleep 1 &
            wait $!
        done
        kill "$watching"
    ) </dev/null >/dev/null 2>&1 &
    gpu_watcher=$!
}

clocks_begin() {
    clocks_before=$(cat "$work/clocks" 2>/dev/null | wc -l)
}

# The samples since clocks_begin.
clocks() {
    tail -n "+$((clocks_before + 1))" "$work/clocks" 2>/dev/null
}

# keep_clocks STEP: appends the step's samples to the log.
keep_clocks() {
    [ -n "$gpu_watcher" ] || return 0
    { echo "==== clocks during $1: SM MHz, reasons, degrees, W, time"; clocks; } >>"$log"
}

# clocks_seen STEP: notes the range of clocks under load, and the throttle reasons.
clocks_seen() {
    [ -z "$gpu_watcher" ] || note "$1" ok "$(clocks | clock_words)"
}

# Reasons are bits: 1 is an idle GPU, whose clock means nothing; 2, 16 and 256 are user settings.
clock_words() {
    awk -F', *' '
        function bits(text,   i, value) {
            text = tolower(text); sub(/^0x0*/, "", text)
            value = 0
            for (i = 1; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
            return value
        }
        function has(value, bit) { return int(value / bit) % 2 }
        $1 !~ /^[0-9]+$/ { next }
        { value = bits($2) }
        has(value, 1) { next }
        {
            if (n == 0 || $1 + 0 < low) low = $1 + 0
            if ($1 + 0 > high) high = $1 + 0
            n++
            if (has(value, 4) || has(value, 128)) power++
            if (has(value, 32) || has(value, 64)) heat++
            if (has(value, 8)) hardware++
        }
        END {
            if (n == 0) { print "SM clock under load: no samples"; exit }
            printf "SM clock under load: %d to %d MHz in %d samples", low, high, n
            if (power) printf "; throttled by power in %d", power
            if (heat) printf "; by heat in %d", heat
            if (hardware) printf "; by the hardware in %d", hardware
            print ""
        }'
}
