# Sourced by gpu-check.sh: runs sweeps, reads their tables, and writes the summary.
# shellcheck shell=sh disable=SC2016,SC2034,SC2154

# ---- the table ----

# note STEP RESULT DETAIL
note() {
    printf '%s|%s|%s\n' "$1" "$2" "$3" >>"$work/table"
    printf '%-12s %-8s %s\n' "$1" "$2" "$3" >&2
}

# Appends the output of the last command to the log.
keep_text() {
    {
        echo "==== $1"
        head -c 200000 "$work/text"
    } >>"$log"
}

# What is known after a step.
write_summary() {
    {
        print_timings
        print_steps
    } >"$work/summary"
    cp "$work/summary" "$out/summary.txt"
}

print_steps() {
    echo
    awk -F'|' '{ printf "%-12s %-8s %s\n", $1, $2, $3 }' "$work/table"
    echo
    cat "$work/seconds"
}

# One of the ceilings, rounded; "?" if unknown.
ceiling() {
    awk -v name="\"$1\":" '
        $1 == name || $1 == "{" name { value = $2 }
        END { if (value + 0 > 0) printf("%.4g", value); else printf("?") }' "$work/ceilings.json" 2>/dev/null || printf '?'
}

# ---- sweeps ----

# sweep STEP CONFIG ROUNDS: runs configs/CONFIG.yaml with so many rounds, for which there is time; leaves STEP.csv in
# $work, STEP.json in $out. The last seconds are for the exports.
sweep() {
    sed "s/\(rounds: *\)[0-9]*/\1$3/" "$configs/$2.yaml" >"$work/$2.yaml"
    limited $(($(left) - 6)) "$program" run "$work/$2.yaml" --out "$work/run-$1" --color never >"$work/text" 2>&1
    status=$?
    keep_text "run $2.yaml, $3 rounds"
    if ! limited 5 "$program" export "$work/run-$1" --format csv >"$work/$1.csv" 2>>"$log"; then
        rm -f "$work/$1.csv"
        note "$1" "$(failure $status)" "$(tail -n 1 "$work/text")"
        return
    fi
    limited 5 "$program" export "$work/run-$1" >"$out/$1.json" 2>>"$log"
    detail=$(grep -E '^[0-9]+ cases?:' "$work/text" | tail -n 1)
    reason=$(first_reason "$1")
    if [ $status = 0 ]; then
        note "$1" ok "$detail${reason:+; $reason}"
    else
        note "$1" "$(failure $status)" "${detail:-status $status}; $reason"
    fi
}

# awk functions for CSV: `split_row(line)` fills row[], `column[name]` is an index; a program's rules see the rows after
# the header.
csv_functions='
    function split_row(line,   n, i, c, quoted, value) {
        n = 1; value = ""; quoted = 0
        for (i = 1; i <= length(line); i++) {
            c = substr(line, i, 1)
            if (c == "\"") {
                if (quoted && substr(line, i + 1, 1) == "\"") { value = value c; i++ } else quoted = !quoted
            } else if (c == "," && !quoted) { row[n++] = value; value = "" }
            else value = value c
        }
        row[n] = value
        return n
    }
    function field(name) { return row[column[name]] }
    { sub(/\r$/, "") }
    FNR == 1 { delete column; n = split_row($0); for (i = 1; i <= n; i++) column[row[i]] = i; next }
    { split_row($0) }'

# Counts the cases of a sweep with this value in this column.
count_rows() {
    awk -v name="$2" -v value="$3" "$csv_functions"' field(name) == value { found++ } END { print found + 0 }' "$work/$1.csv"
}

# What else the tracer counted in a sweep, one line each: copies within the device, kinds of host memory, and kernels
# of libraries (this project's begin with ibk_). Prints nothing if it did not count.
other_counts() {
    awk "$csv_functions"'
        field("transfers.tracer.d2d_count") == "" { next }
        {
            cases++
            sets += field("transfers.tracer.memset_count"); set_bytes += field("transfers.tracer.memset_bytes")
            copies += field("transfers.tracer.d2d_count"); copy_bytes += field("transfers.tracer.d2d_bytes")
            pageable += field("transfers.tracer.pageable_count"); pinned += field("transfers.tracer.pinned_count")
            kernels = field("transfers.tracer.kernels")
            while (match(kernels, /"name":"[^"]*","count":[0-9]+/)) {
                split(substr(kernels, RSTART, RLENGTH), part, "\"")
                starts[part[4]] += substr(part[7], 2)
                kernels = substr(kernels, RSTART + RLENGTH)
            }
        }
        END {
            if (!cases) exit
            printf "in %d cases: %.0f memsets (%.0f bytes), %.0f copies (%.0f bytes) within the device, none by the harness\n", \
                cases, sets, set_bytes, copies, copy_bytes
            printf "transfers from and to pageable memory: %.0f, pinned: %.0f\n", pageable, pinned
            fflush()
            for (name in starts)
                if (name !~ /^ibk_/) printf "%.0f x %s, of a library\n", starts[name], substr(name, 1, 70) | "sort -rn"
        }' "$work/$1.csv"
}

# The first case of a sweep that is not ok, and the reason.
first_reason() {
    awk "$csv_functions"'
        field("status") != "ok" || field("verify.verdict") != "ok" {
            print field("id") ": " field("status") " " field("reason") " " field("verify.verdict") " " field("verify.reason")
            exit
        }' "$work/$1.csv"
}

# Compares the errors of two runs of the same cases, to the last digit: "same N", "differs ID".
compare_errors() {
    awk "$csv_functions"'
        field("status") != "ok" || field("libraries") == "" { next }
        {
            errors = field("verify.loss_error") " " field("verify.params_error") " " field("verify.prediction_error")
            errors = errors " " field("metrics.train_loss")
            key = field("id") " " field("residency")
            if (FNR == NR) first[key] = errors
            else if (key in first) { same++; if (first[key] != errors) print "differs " key ": " first[key] " and " errors }
        }
        END { print "same " same + 0 }' "$1" "$2"
}

# Prints each timed case with the least time that this GPU needs for it, by the measured ceilings: the largest of
#   memory: reading the training data once; compute: the products of the network; launch: launching all its kernels;
# plus the copies for residency per_op.
print_timings() {
    for name in seed large crossover; do
        [ ! -e "$work/$name.csv" ] || rates "$name"
    done
}

rates() {
    printf '\n%s\n%-46s %-9s %12s %12s %7s %-8s %-9s %s\n' "$1" case residency us/epoch floor_us share bound verdict tracer
    awk -v copy="$(ceiling device_copy_gb_s)" -v f32="$(ceiling gemm_f32_tflop_s)" -v tf32="$(ceiling gemm_tf32_tflop_s)" \
        -v bf16="$(ceiling gemm_bf16_tflop_s)" -v fp16="$(ceiling gemm_fp16_tflop_s)" \
        -v f64="$(ceiling gemm_f64_tflop_s)" -v launch="$(ceiling launch_us)" -v node="$(ceiling graph_node_us)" \
        -v up="$(ceiling up_pageable_gb_s)" -v down="$(ceiling down_pageable_gb_s)" \
        -v up_pinned="$(ceiling up_pinned_gb_s)" -v down_pinned="$(ceiling down_pinned_gb_s)" "$csv_functions"'
        function flops(   sizes, layers, i, sum, before) {
            if (field("model") != "mlp") return 4 * field("rows") * field("cols")
            layers = split(field("hidden"), sizes, /[^0-9]+/)
            before = field("cols"); sum = 0
            for (i = 1; i <= layers; i++) if (sizes[i] > 0) {
                sum += (before == field("cols") && i == 1 ? 4 : 6) * before * sizes[i]
                before = sizes[i]
            }
            return (sum + 6 * before) * field("rows")
        }
        function over(amount, rate) { return rate + 0 > 0 ? amount / rate : 0 }  # without a measurement there is no bound
        function floor_us(   element, pinned, rate, memory, compute, launches, us) {
            if (copy + 0 <= 0) return 0
            element = field("dtype") == "f64" ? 8 : 4
            pinned = field("options") ~ /pinned/
            rate = field("dtype") == "f64" ? f64 : field("options") ~ /tf32/ ? tf32 : field("options") ~ /bf16/ ? bf16 \
                : field("options") ~ /fp16/ ? fp16 : f32
            memory = field("rows") * (field("cols") + 1) * element / copy / 1e3
            compute = over(flops(), rate) / 1e6
            launches = field("transfers.launches") / field("epochs") * (field("impl") == "cuda_graph" ? node : launch)
            us = memory; bound = "memory"
            if (compute > us) { us = compute; bound = "compute" }
            if (launches > us) { us = launches; bound = "launch" }
            if (field("residency") != "per_op") return us
            bound = "copies"
            return us + (over(field("transfers.h2d_bytes"), pinned ? up_pinned : up) \
                + over(field("transfers.d2h_bytes"), pinned ? down_pinned : down)) / field("epochs") / 1e3
        }
        {
            us = field("time.epoch_ns.median") / 1e3
            name = field("impl") (field("options") != "" ? " " field("options") : "") " " field("model") " " field("dataset")
            bound = "-"; floor = field("impl") ~ /^cuda/ ? floor_us() : 0
            tracer = field("transfers.tracer.agrees")
            share = floor > 0 && us > 0 ? sprintf("%.0f %%", 100 * floor / us) : "-"
            printf("%-46s %-9s %12s %12s %7s %-8s %-9s %s\n", name, field("residency"), \
                us > 0 ? sprintf("%.2f", us) : field("status"), floor > 0 ? sprintf("%.2f", floor) : "-", share, \
                bound, field("verify.verdict"), tracer == "true" ? "agrees" : tracer == "false" ? "DISAGREES" : "-")
        }' "$work/$1.csv"
}
