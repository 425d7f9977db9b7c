"""Entry points of the lab's own processes.

`watch NAME IDENTITY` listens to the engine; the identity tells the process from watchers of other labs. `run NAME COMMIT` runs the
pipeline and is called by the repository's hook.
"""

import sys

from devopssim.livelab.parts import run_pushed_commit, watch

match sys.argv[1:]:
    case ["watch", name, _]:
        watch(name)
    case ["run", name, sha]:
        run_pushed_commit(name, sha)
