#!/bin/sh
# Starts a new implementation from a template that is right and slow.
#   scripts/new-impl.sh NAME [--device]                  in this project: impls/NAME.c and its line in impls.def; builds
#                                                        it and runs its tests
#   scripts/new-impl.sh --plugin NAME [DIR] [--device]   in a project of its own, in DIR (default: NAME), which builds
#                                                        against an installed ironbench, or against a build folder
#   --device  one with memory of its own, which the harness copies to and from
#   --print   only prints the C file
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
    -*) refuse "$argument: no such flag; allowed: --plugin, --device, --print" ;;
    *)
        [ ! "$dir" ] || refuse "$argument: one argument too many; usage: new-impl.sh --plugin NAME [DIR] [--device]"
        [ "$name" ] && dir=$argument || name=$argument
        ;;
    esac
done
case $name in
'' | *[!a-z0-9_]* | [!a-z]*)
    refuse "a NAME is lower-case letters, digits and _, a letter first; usage: new-impl.sh NAME | --plugin NAME [DIR], [--device]"
    ;;
esac
[ "$plugin" ] || [ ! "$dir" ] || refuse "$dir: a folder goes with --plugin; usage: new-impl.sh NAME [--device]"

# A template with the name put in. Of its parts, which stand between @PART{ and }PART, those stay that are meant.
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

# Where the package lies that CMake is to find: beside an installed script, else in the build folder.
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
        [ ! -e "$dir/$file" ] || refuse "$dir/$file: is there already, and is left as it is"
    done
    place=$(package_place)
    program=$place/bin/ironbench
    [ -x "$program" ] || program=$place/ironbench
    [ -x "$program" ] || refuse "$program: has not been built; scripts/setup builds it"
    models=$("$program" list models | sed 's/ .*//' | paste -s -d , | sed 's/,/, /g')
    fill "$templates/impl.c.in" >"$dir/$name.c"
    fill "$templates/plugin/CMakeLists.txt.in" >"$dir/CMakeLists.txt"
    fill "$templates/plugin/README.md.in" >"$dir/README.md"
    fill "$templates/plugin/config.yaml.in" >"$dir/$name.yaml"
    echo "$dir holds a project that is right and slow. Build it, see whether it is right, and time it:"
    echo "    cd $dir"
    echo "    cmake -B build -DCMAKE_PREFIX_PATH=$place && cmake --build build"
    echo "    $program check ./build/$name.so"
    echo "    $program run $name.yaml"
}

start_here() {
    cd "$root"
    [ -f impls/impls.def ] || refuse "this is an installation, where nothing can be added; use --plugin"
    if [ -e "impls/$name.c" ] || grep -q "($name)" impls/impls.def; then
        refuse "there is an implementation named $name already"
    fi
    fill "$templates/impl.c.in" >"impls/$name.c"
    echo "IB_PLUGIN($name)" >>impls/impls.def
    scripts/setup release
    ctest --test-dir build -R "^conformance/$name\$" --no-tests=error --output-on-failure
    echo
    echo "impls/$name.c is built and right. Try it:"
    echo "    ./build/ironbench train --model linreg --data diabetes --impl $name${device:+ --residency resident}"
}

if [ "$print" ]; then
    fill "$templates/impl.c.in"
elif [ "$plugin" ]; then
    start_project
else
    start_here
fi
