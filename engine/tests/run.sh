#!/bin/sh
# Test the event loop, then whole replications, under the sanitizers of addresses (leaks too) and of undefined behaviour.
#     engine/tests/run.sh PYTHON
set -eu
cd "$(dirname "$0")/../.."
python=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if ! command -v "${CXX:-g++}" >/dev/null 2>&1; then
    [ "${CI:-}" != true ] || { echo "devopssim: no C++ compiler (${CXX:-g++}) for the sanitizers." >&2; exit 1; }
    echo "devopssim: SKIPPED: the engine's tests under sanitizers need g++ (Debian, Ubuntu: apt-get install g++)." >&2
    exit 0
fi
build() {
    "${CXX:-g++}" -std=c++20 -g -O1 -ffp-contract=off -fno-exceptions -fno-rtti -Wall -Wextra -Wpedantic -Werror \
        -fsanitize=address,undefined -fno-sanitize-recover=all -o "$folder/$1" "engine/tests/$1.cpp"
}
build test_events
build replay
"$folder/test_events"
"$python" tests/equality.py --replays "$folder"
"$folder/replay" "$folder"/*.replay | sed 's|.*/||'
