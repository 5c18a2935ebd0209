#!/bin/sh
# Starts a new implementation: impls/NAME.c from a template that is right and slow, and its line in impls.def; builds
# it and runs its tests. Usage: scripts/new-impl.sh NAME [--device]
#   --device  one with memory of its own, which the harness copies to and from
#   --print   only prints the file
set -eu
cd "$(dirname "$0")/.."
name= device= print=
for argument; do
    case $argument in
    --device) device=yes ;;
    --print) print=yes ;;
    -*) name=- ;;
    *) name=$argument ;;
    esac
done
case $name in
'' | *[!a-z0-9_]* | [!a-z]*)
    echo "usage: scripts/new-impl.sh NAME [--device]; NAME: lower-case letters, digits and _, a letter first" >&2
    exit 2
    ;;
esac

# The parts between @device{ and }device are for devices.
write_file() {
    if [ "$device" ]; then
        sed -e '/^@device{$/d; /^}device$/d' -e "s/@NAME@/$name/g" scripts/templates/impl.c.in
    else
        sed -e '/^@device{$/,/^}device$/d' -e "s/@NAME@/$name/g" scripts/templates/impl.c.in
    fi
}

if [ "$print" ]; then
    write_file
    exit
fi
if [ -e "impls/$name.c" ] || grep -q "($name)" impls/impls.def; then
    echo "scripts/new-impl.sh: there is an implementation named $name already" >&2
    exit 2
fi
write_file >"impls/$name.c"
echo "IB_PLUGIN($name)" >>impls/impls.def
scripts/setup release
ctest --test-dir build -R "^conformance/$name\$" --no-tests=error --output-on-failure
echo
echo "impls/$name.c is built and right. Try it:"
echo "    ./build/ironbench train --model linreg --data diabetes --impl $name${device:+ --residency resident}"
