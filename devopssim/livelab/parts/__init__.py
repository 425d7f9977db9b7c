"""The parts of a lab: registry, repository, pipeline, production, monitor, on-call, load, traffic, security gate, watcher, drills."""

from devopssim.livelab.parts.chaos import Chaos
from devopssim.livelab.parts.drills import DRILLS, Drill, FaultyReleases
from devopssim.livelab.parts.load import Load, LoadResult
from devopssim.livelab.parts.monitor import Monitor
from devopssim.livelab.parts.on_call import OnCall
from devopssim.livelab.parts.pipeline import DeliveryPipeline, run_pushed_commit
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.parts.registry import Registry
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.parts.security import SecurityGate
from devopssim.livelab.parts.traffic import SLOTS, Traffic
from devopssim.livelab.parts.watcher import start_watcher, stop_watcher, watch, watcher_runs

__all__ = [
    "DRILLS",
    "SLOTS",
    "Chaos",
    "DeliveryPipeline",
    "Drill",
    "FaultyReleases",
    "Load",
    "LoadResult",
    "Monitor",
    "OnCall",
    "ProductionEnvironment",
    "Registry",
    "Repository",
    "SecurityGate",
    "Traffic",
    "run_pushed_commit",
    "start_watcher",
    "stop_watcher",
    "watch",
    "watcher_runs",
]
