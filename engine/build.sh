#!/bin/sh
# Build the fast engine, a shared library, with a C++20 compiler: the one that CXX names, or the first one found.
#     engine/build.sh FILE [OPTION...]
# Options go to the compiler, for example -fsanitize=address, or -target wasm32-wasi for zig.
set -eu
file=$1
shift
source=$(dirname "$0")/library.cpp

compiler=${CXX:-}
for usual in c++ g++ clang++; do
    [ -n "$compiler" ] || ! command -v "$usual" >/dev/null 2>&1 || compiler=$usual
done
if [ -z "$compiler" ]; then
    echo "no C++ compiler was found" >&2
    exit 1
fi

# Equal to the last bit: no multiplication and addition become one step, and nothing is reordered.
flags="-std=c++20 -O2 -ffp-contract=off -fno-exceptions -fno-rtti -fvisibility=hidden -Wall -Wextra -Wpedantic"
[ "${CI:-}" != true ] || flags="$flags -Werror"
case "$*" in
    *wasm32*) kind="-mexec-model=reactor -Wl,--export-dynamic -Wl,--export=malloc -Wl,--export=free" ;;
    *windows*) kind=-shared ;;
    *) kind="-shared -fPIC" ;;
esac
# shellcheck disable=SC2086 # the words of these are meant to be split: CXX may be `python -m ziglang c++`
$compiler $flags $kind "$@" -o "$file.part" "$source"
mv "$file.part" "$file" # last, so that a build that was cut short leaves no library
