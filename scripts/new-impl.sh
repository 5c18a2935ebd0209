#!/bin/sh
# Creates an implementation from a template that is correct but slow.
#   scripts/new-impl.sh NAME [--device]                  in this project: adds impls/NAME.c and its line in impls.def,
#                                                        builds it and runs its tests
#   scripts/new-impl.sh --plugin NAME [DIR] [--device]   as a separate project in DIR (default: NAME), built against an
#                                                        installed ironbench or a build folder
#   --device  for a device with its own memory
#   --print   only print the C file
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
templates=$root/scripts/templates

refuse() {
    echo "new-impl.sh: $1" >&2
    exit 2
}

name= dir= device= plugin= print= models=
for argument; do
    case $argument in
    --device) device=yes ;;
    --plugin) plugin=yes ;;
    --print) print=yes ;;
    -*) refuse "$argument: unknown flag; allowed: --plugin, --device, --print" ;;
    *)
        [ ! "$dir" ] || refuse "$argument: unexpected argument; usage: new-impl.sh --plugin NAME [DIR] [--device]"
        [ "$name" ] && dir=$argument || name=$argument
        ;;
    esac
done
case $name in
'' | *[!a-z0-9_]* | [!a-z]*)
    refuse "NAME must consist of lower-case letters, digits and _, beginning with a letter; usage: new-impl.sh NAME | --plugin NAME [DIR], [--device]"
    ;;
esac
[ "$plugin" ] || [ ! "$dir" ] || refuse "$dir: a folder is only allowed with --plugin; usage: new-impl.sh NAME [--device]"

# Fills in a template: replaces the names, and keeps or removes the parts between @PART{ and }PART.
fill() {
    script="s/@NAME@/$name/g; s/@RESIDENCY@/${device:+ --residency resident}/g; s/@MODELS@/$models/g"
    for part in device plugin tree; do
        case $part in
        device) meant=$device ;;
        plugin) meant=$plugin ;;
        tree) [ "$plugin" ] && meant= || meant=yes ;;
        esac
        if [ "$meant" ]; then
            script="$script; /^@$part{\$/d; /^}$part\$/d"
        else
            script="$script; /^@$part{\$/,/^}$part\$/d"
        fi
    done
    sed -e "$script" "$1"
}

# The prefix for find_package: the installation that contains this script, or the build folder.
package_place() {
    installed=$root/../..
    if [ -x "$installed/bin/ironbench" ]; then
        (cd "$installed" && pwd)
    else
        echo "${IRONBENCH_BUILD:-$root/build}"
    fi
}

start_project() {
    dir=${dir:-$name}
    mkdir -p "$dir" || exit 2
    for file in CMakeLists.txt README.md "$name.c" "$name.yaml"; do
        [ ! -e "$dir/$file" ] || refuse "$dir/$file already exists; nothing was changed"
    done
    place=$(package_place)
    program=$place/bin/ironbench
    [ -x "$program" ] || program=$place/ironbench
    [ -x "$program" ] || refuse "$program is not built; scripts/setup builds it"
    models=$("$program" list models | sed 's/ .*//' | paste -s -d , | sed 's/,/, /g')
    fill "$templates/impl.c.in" >"$dir/$name.c"
    fill "$templates/plugin/CMakeLists.txt.in" >"$dir/CMakeLists.txt"
    fill "$templates/plugin/README.md.in" >"$dir/README.md"
    fill "$templates/plugin/config.yaml.in" >"$dir/$name.yaml"
    echo "$dir contains a project that is correct but slow. Build, check and time it:"
    echo "    cd $dir"
    echo "    cmake -B build -DCMAKE_PREFIX_PATH=$place && cmake --build build"
    echo "    $program check ./build/$name.so"
    echo "    $program run $name.yaml"
}

start_here() {
    cd "$root"
    [ -f impls/impls.def ] || refuse "an installed ironbench cannot be extended in place; use --plugin"
    if [ -e "impls/$name.c" ] || grep -q "($name)" impls/impls.def; then
        refuse "an implementation named $name already exists"
    fi
    fill "$templates/impl.c.in" >"impls/$name.c"
    echo "IB_PLUGIN($name)" >>impls/impls.def
    scripts/setup release
    ctest --test-dir build -R "^conformance/$name\$" --no-tests=error --output-on-failure
    echo
    echo "impls/$name.c is built and correct. Try it:"
    echo "    ./build/ironbench train --model linreg --data diabetes --impl $name${device:+ --residency resident}"
}

if [ "$print" ]; then
    fill "$templates/impl.c.in"
elif [ "$plugin" ]; then
    start_project
else
    start_here
fi
