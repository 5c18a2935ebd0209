#!/bin/sh
# The emulator with a given kernel text, as a plugin that test_conformance judges:
#   build.sh OUT.so [--kernels DIR] [--sanitizer asan|tsan] [--build DIR]
# --kernels    files that take the place of those in kernels/; may hold a part of them
# --sanitizer  asan: for test_conformance_asan; tsan: the emulator's check for races, for test_conformance
# --build      where cmake built the emulator without kernels (targets emu_machine*); default: build/ of the checkout
# CC and CXX name other compilers than cc and c++. Takes a few seconds: only the kernels are compiled.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
build=$root/build
kernels=
sanitizer=
out=${1:?usage: build.sh OUT.so [--kernels DIR] [--sanitizer asan|tsan] [--build DIR]}
shift
while [ $# -ge 2 ]; do
    case $1 in
    --kernels) kernels=$2 ;;
    --sanitizer) sanitizer=$2 ;;
    --build) build=$2 ;;
    *) break ;;
    esac
    shift 2
done
[ $# -eq 0 ] || { echo "build.sh: what is $1?" >&2; exit 2; }

# No contracted multiply-adds: all variants of one text give the same bits.
flags="-O1 -g -fPIC -fvisibility=hidden -ffp-contract=off -Wall -Wextra -Wno-unknown-pragmas"
case $sanitizer in
'') library=libemu_machine.a kernel_flags= link_flags= ;;
asan)
    library=libemu_machine_asan.a
    flags="$flags -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
    kernel_flags= link_flags=-fsanitize=address,undefined
    ;;
tsan)
    # Instrumented, but not linked with the compiler's run time: access.cpp has what is called.
    library=libemu_machine_tsan.a kernel_flags=-fsanitize=thread link_flags=
    ;;
*)
    echo "build.sh: there is no sanitizer $sanitizer: use asan or tsan" >&2
    exit 2
    ;;
esac

# A copy, as an #include first finds the files in the folder of its own.
text=$(mktemp -d)
trap 'rm -rf "$text"' EXIT
cp "$root"/kernels/*.* "$text"
[ -z "$kernels" ] || cp "$kernels"/*.* "$text"

flags="$flags -I$text -I$here -I$root/impls"
(cd "$text" && ${CC:-cc} -std=c17 $flags -c ./*.c)
${CXX:-c++} -std=c++17 $flags $kernel_flags -c "$here/kernels.cpp" -o "$text/kernels.o"
${CXX:-c++} -shared $link_flags -o "$out" "$text"/*.o \
    -Wl,--whole-archive "$build/tests/emu/$library" -Wl,--no-whole-archive -Wl,--no-undefined $link_flags -lm
