#!/bin/sh
# Runs a sweep on the nodes of a Slurm cluster: an array job with one shard a task, and a job that merges the shards and
# reports. Usage: scripts/slurm/submit.sh CONFIG --shards N [--out DIR] [-- SBATCH OPTIONS]; see README.md in this folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
usage="usage: $0 CONFIG --shards N [--out DIR] [-- SBATCH OPTIONS]"
die() {
    echo "submit.sh: $*" >&2
    exit 2
}

config='' shards='' out=''
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help)
        echo "$usage"
        exit 0
        ;;
    --shards | --out)
        [ $# -ge 2 ] || die "$1 needs a value; $usage"
        if [ "$1" = --shards ]; then shards=$2; else out=$2; fi
        shift 2
        ;;
    --)
        shift
        break
        ;;
    -*) die "$1: unknown flag; options of sbatch follow \`--\`; $usage" ;;
    *)
        [ -z "$config" ] || die "$1: a second configuration; $usage"
        config=$1
        shift
        ;;
    esac
done
[ -n "$config" ] && [ -n "$shards" ] || die "a configuration and --shards are needed; $usage"
command -v sbatch >/dev/null || die "sbatch is not installed: run this where jobs are submitted"
program=${IRONBENCH:-$here/../../build/ironbench}
[ -x "$program" ] || program=$(command -v ironbench || echo "$program") # an installed one
[ -x "$program" ] || die "$program is not there: build it (scripts/setup), or set IRONBENCH to the program"
program=$(realpath "$program")
name=$(basename "$config" .yaml)
out=${out:-results/slurm/$name-$(date -u +%Y%m%dT%H%M%SZ)}

# The runs by whose times the shards are balanced, as they are now: they must be the same for all shards.
if [ ! -e "$out" ]; then
    mkdir -p "$out/earlier"
    for run in results/runs/* results/slurm/*/merged; do
        [ ! -e "$run/run.sqlite" ] || ln -s "$(realpath "$run")" "$out/earlier/$(echo "$run" | tr / _)"
    done
fi
mkdir -p "$out/shards" "$out/states" "$out/logs"
out=$(realpath "$out")

# Refuses, before anything is queued, what cannot be divided; its answer is also the summary.
"$program" plan "$config" --shards "$shards" --earlier "$out/earlier" >"$out/plan.txt" || {
    rmdir "$out/shards" "$out/states" "$out/logs" 2>/dev/null || true
    exit 2
}
grep -E '^shard [0-9]+/' "$out/plan.txt" || true

array=$(sbatch --parsable --job-name="ironbench-$name" --array="1-$shards" --exclusive --requeue --open-mode=append \
    --output="$out/logs/%a.txt" "$@" "$here/shard.sh" "$program" "$config" "$shards" "$out")
array=${array%%;*}
finish=$(sbatch --parsable --job-name="ironbench-$name-merge" --dependency="afterany:$array" \
    --output="$out/logs/merge.txt" "$@" "$here/finish.sh" "$program" "$shards" "$out")
finish=${finish%%;*}
echo "submitted: $shards shards as job $array, then their report as job $finish"
echo "report: $out/merged/report.html (when all have ended); progress: $out/states, $out/logs"
