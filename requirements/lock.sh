#!/bin/sh
# Renew the locks: the whole of dev.txt is chosen first, and the smaller ones take the same versions.
#     requirements/lock.sh [--upgrade]
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null 2>&1 || {
    echo "devopssim: renewing the locks needs uv (any Python: pip install uv)." >&2
    exit 1
}

build_needs() { sed -n 's/^requires = \[\(.*\)\]$/\1/p' pyproject.toml | tr -d '" ' | tr ',' '\n'; }
# Extras stay in the names: pip would otherwise look for the newest `coverage[toml]` beside the locked `coverage`, and find no hash.
lock() { # lock NAME OPTION...: pyproject.toml's needs and the build backend's, for every Python and system
    name=$1
    shift
    build_needs | uv --no-config pip compile pyproject.toml - "$@" --output-file "requirements/$name.txt" \
        --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links \
        --custom-compile-command 'make lock' --quiet
}

lock dev --all-extras "$@"
lock notebook --extra notebook --extra livelab --extra grading --constraint requirements/dev.txt "$@"
lock run --constraint requirements/dev.txt "$@"

for group in engine benchmarks; do # beside what is installed already
    uv --no-config pip compile --group "$group" "$@" --output-file "requirements/$group.txt" --constraint requirements/dev.txt \
        --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
        --custom-compile-command 'make lock' --quiet
done
