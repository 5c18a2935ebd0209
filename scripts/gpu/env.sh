# Sourced: finds the libraries for a bundle's programs. Programs of a build folder do not need it.
# shellcheck shell=sh

# True if the system's loader finds library $1.
ironbench_installed() {
    for ironbench_cache in ldconfig /sbin/ldconfig /usr/sbin/ldconfig; do
        command -v "$ironbench_cache" >/dev/null 2>&1 || continue
        "$ironbench_cache" -p 2>/dev/null | grep -q "$1 " && return 0
    done
    for ironbench_folder in /lib /usr/lib /lib64 /usr/lib64 "/lib/$(uname -m)-linux-gnu" "/usr/lib/$(uname -m)-linux-gnu"; do
        [ -e "$ironbench_folder/$1" ] && return 0
    done
    return 1
}

# Prints the first folder with library $1 among those of CUDA's toolkit and Python packages.
ironbench_toolkit() {
    ironbench_python=$(command -v python3 2>/dev/null) || ironbench_python=/usr/bin/python3
    for ironbench_folder in \
        ${CUDA_HOME:+"$CUDA_HOME/lib64"} ${CUDA_PATH:+"$CUDA_PATH/lib64"} \
        /usr/local/cuda/lib64 /usr/local/cuda/targets/*/lib /usr/local/cuda-*/lib64 /opt/cuda/lib64 \
        "${ironbench_python%/bin/*}"/lib/python3*/*-packages/nvidia/*/lib \
        /usr/local/lib/python3*/*-packages/nvidia/*/lib /usr/lib/python3*/*-packages/nvidia/*/lib \
        /opt/*/lib/python3*/*-packages/nvidia/*/lib /opt/*/.venv/lib/python3*/*-packages/nvidia/*/lib; do
        [ -e "$ironbench_folder/$1" ] || continue
        echo "$ironbench_folder"
        return 0
    done
    return 1
}

# Sets LD_LIBRARY_PATH for the bundle in folder $1: its own libraries, the common ones only if this system lacks them,
# and the folders of libraries that were too large to pack. An earlier value comes last; IRONBENCH_OUTER_LIBRARY_PATH
# keeps it for programs that are not the bundle's (scripts/peers/run).
ironbench_libraries() {
    [ -n "${IRONBENCH_OUTER_LIBRARY_PATH+set}" ] || export IRONBENCH_OUTER_LIBRARY_PATH="${LD_LIBRARY_PATH:-}"
    ironbench_path=$1/lib
    for ironbench_file in "$1"/lib/common/*.so*; do
        [ -e "$ironbench_file" ] || continue
        ironbench_installed "${ironbench_file##*/}" || ironbench_path=$ironbench_path:$1/lib/common
    done
    while read -r ironbench_file; do
        ironbench_installed "$ironbench_file" && continue
        ironbench_folder=$(ironbench_toolkit "$ironbench_file") && ironbench_path=$ironbench_path:$ironbench_folder
    done <"$1/lib/left-out"
    export LD_LIBRARY_PATH="$ironbench_path${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}
