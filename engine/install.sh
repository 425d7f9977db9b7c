#!/bin/sh
# Build the fast engine into the package, if it was not built from these very sources; say which engine serves.
#     engine/install.sh PYTHON
# Without a compiler, or where the build fails, the reference serves: slower, with the same results. Never a failure.
set -eu
cd "$(dirname "$0")/.."
python=$1
library=$("$python" -c 'import sys; print("devopssim/simulation/_engine" + {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so"))')
stamp=$library.sources
log=$library.log

what_decides() { cat engine/build.sh engine/*.cpp engine/*.hpp; }
if [ -e "$library" ] && what_decides | cmp -s - "$stamp"; then
    exit 0
fi
rm -f "$library" "$stamp"
if engine/build.sh "$library" 2>"$log"; then
    what_decides >"$stamp"
    rm -f "$log"
    echo "devopssim: the fast engine was built and serves." >&2
elif [ "${CI:-}" = true ]; then
    cat "$log" >&2
    exit 1
else
    echo "devopssim: the fast engine was not built ($(head -n 1 "$log")); the reference serves, some twenty times slower. 'make engine' brings a compiler." >&2
fi
