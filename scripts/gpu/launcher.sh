#!/bin/sh
# Starts the program of this name in bin/, with the libraries that came along. No LD_LIBRARY_PATH is needed outside.
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/share/ironbench/scripts/gpu/env.sh"
ironbench_libraries "$here"
exec "$here/bin/$(basename "$0")" "$@"
