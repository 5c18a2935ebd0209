#!/bin/sh
# Starts the program of the same name in bin/ with the bundled libraries. LD_LIBRARY_PATH need not be set.
set -eu
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/share/ironbench/scripts/gpu/env.sh"
ironbench_libraries "$here"
exec "$here/bin/$(basename "$0")" "$@"
