#!/bin/sh
# Starts a new implementation: impls/NAME.c from a template that is right and slow, and its line in impls.def; builds
# it and runs its tests. Usage: scripts/new-impl.sh NAME
set -eu
cd "$(dirname "$0")/.."
name=${1-}
case $name in
'' | *[!a-z0-9_]* | [!a-z]*)
    echo "usage: scripts/new-impl.sh NAME; NAME: lower-case letters, digits and _, a letter first" >&2
    exit 2
    ;;
esac
if [ -e "impls/$name.c" ] || grep -q "($name)" impls/impls.def; then
    echo "scripts/new-impl.sh: there is an implementation named $name already" >&2
    exit 2
fi
sed "s/@NAME@/$name/g" scripts/templates/impl.c >"impls/$name.c"
echo "IB_PLUGIN($name)" >>impls/impls.def
scripts/setup release
ctest --test-dir build -R "^conformance/$name\$" --no-tests=error --output-on-failure
echo
echo "impls/$name.c is built and right. Try it:"
echo "    ./build/ironbench train --model linreg --data diabetes --impl $name"
