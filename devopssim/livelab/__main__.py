"""The lab's own processes: `watch NAME` listens to the engine, `run NAME COMMIT` is what the repository's hook calls."""

import sys

from devopssim.livelab.history import watcher
from devopssim.livelab.parts import pipeline

match sys.argv[1:]:
    case ["watch", name]:
        watcher.main(name)
    case ["run", name, sha]:
        pipeline.main(name, sha)
