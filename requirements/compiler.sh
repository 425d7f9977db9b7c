#!/bin/sh
# Install a C++ compiler from the package index (zig's) into .venv, with what runs WebAssembly; done in a moment where it is done.
set -eu
cd "$(dirname "$0")/.."
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
.venv/bin/python -m pip --no-input install --quiet --progress-bar off --require-hashes --requirement requirements/engine.txt || {
    echo "devopssim: the packages of requirements/engine.txt could not be installed (see above); with a network, try again." >&2
    exit 1
}
