#!/bin/sh
# The last job of submit.sh: merges the shards, as far as they have come, and writes the report. Exit status: as of
# `ironbench run` if a shard failed, else 4 if one was cancelled or lost, or its results are incomplete.
set -u
program=$1 shards=$2 out=$3

# Prints the state of each shard. One that still "runs" lost its node and was not requeued.
worst=0
set --
for shard in $(seq "$shards"); do
    state=$(cat "$out/states/$shard" 2>/dev/null || echo "never started")
    status=0
    case $state in
    done*) ;;
    failed*) status=$(echo "$state" | cut -d ' ' -f 2) ;;
    running*)
        state="lost${state#running}"
        status=4
        ;;
    *) status=4 ;;
    esac
    echo "shard $shard: $state"
    # 3 (a wrong answer) counts most, then 4
    [ $status = 0 ] || [ $worst = 3 ] || worst=$status
    [ ! -e "$out/shards/$shard/run.sqlite" ] || set -- "$@" "$out/shards/$shard"
done
if [ $# = 0 ]; then
    echo "finish.sh: no shard has begun" >&2
    exit 4
fi
"$program" merge "$@" --out "$out/merged"
status=$?
case $status in
0 | 4) "$program" report "$out/merged" || status=$? ;;
esac
[ $worst != 0 ] || worst=$status
exit $worst
