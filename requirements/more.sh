#!/bin/sh
# Install further packages into .venv: `engine`, a C++ compiler (zig's) and what runs WebAssembly; `benchmarks`, what we compare with.
#     requirements/more.sh engine|benchmarks
set -eu
cd "$(dirname "$0")/.."
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
.venv/bin/python -m pip --no-input install --quiet --progress-bar off --require-hashes --requirement requirements/$1.txt || {
    echo "devopssim: the packages of requirements/$1.txt could not be installed (see above); with a network, try again." >&2
    exit 1
}
