#!/bin/sh
# Make .venv and install one of the locks of this folder in it, and devopssim itself. Done in a moment where it is done already.
#     requirements/install.sh run|notebook|dev
# PYTHON=... names the Python to use; otherwise the first one that is new enough is taken.
set -eu
cd "$(dirname "$0")/.."
lock=requirements/$1.txt
venv=.venv
stamp=$venv/.installed-$1

say() { printf 'devopssim: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
usable() { new_enough "$venv/bin/python" && "$venv/bin/python" -c 'import pip' >/dev/null 2>&1; }
what_decides() { cat "$lock" pyproject.toml devopssim/_version.py; }

find_python() {
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if new_enough "$python"; then
            echo "$python"
            return
        fi
    done
    stop "no Python 3.11 or newer was found (looked for: ${PYTHON:-python3, python3.11 to python3.14, python}); install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python), or name yours with PYTHON=/path/to/python."
}

if ! usable; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        stop "$python cannot make virtual environments; install its venv module (Debian, Ubuntu: apt-get install python3-venv), then try again."
    say "making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv" || stop "$python could not make $venv; see the lines above."
fi

build_engine() { engine/install.sh "$venv/bin/python"; }
if what_decides | cmp -s - "$stamp"; then
    build_engine
    exit 0
fi

# The user's own pip settings hold, for mirrors and proxies, but for these two; the hashes decide what is let in.
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
pip() { "$venv/bin/python" -m pip --no-input "$@"; }
say "installing $(grep -c '==' "$lock") packages of $lock into $venv; the first time takes some minutes"
pip install --quiet --progress-bar off --require-hashes --requirement "$lock" ||
    stop "the packages of $lock could not be installed (see above); with a network, try again: what is there is not fetched twice."
pip install --quiet --no-deps --no-build-isolation --editable . || stop "devopssim itself could not be installed; see above."
[ "$1" = run ] || "$venv/bin/python" requirements/hide_nbgrader.py || stop "nbgrader's pages could not be taken out of JupyterLab; see above."
[ "$1" = run ] || "$venv/bin/python" requirements/lab_defaults.py || stop "JupyterLab's defaults could not be set; see above."
what_decides >"$stamp.part"
mv "$stamp.part" "$stamp" # last, so that an interrupted installation is not taken for a whole one
build_engine
