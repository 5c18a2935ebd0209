#!/bin/sh
# One task of the array job of submit.sh: runs a shard, or continues it after Slurm has requeued the task.
# OUT/states/I says how it goes: running, done, failed STATUS, or cancelled.
set -u
program=$1 config=$2 shards=$3 out=$4
shard=$SLURM_ARRAY_TASK_ID
folder=$out/shards/$shard

state() {
    echo "$* on ${SLURMD_NODENAME:-$(hostname)}, restarts: ${SLURM_RESTART_COUNT:-0}" >"$out/states/$shard.new"
    mv "$out/states/$shard.new" "$out/states/$shard"
}

# Slurm asks all processes of the task to end, and kills them half a minute later. ironbench stores its results; this
# shell waits for it, and says that the task was cancelled.
trap : TERM INT
state running
resume=''
[ ! -e "$folder/run.sqlite" ] || resume=--resume
"$program" run "$config" --shard "$shard/$shards" --earlier "$out/earlier" --out "$folder" --quiet $resume
status=$?
case $status in
0) state "done" ;;
130 | 143) state cancelled ;; # interrupted by a signal, or ended by a second one
*) state "failed $status" ;;
esac
exit $status
