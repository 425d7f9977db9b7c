"""The parts of a lab: registry, repository, pipeline, production, monitor, Nagios, on-call, load, traffic, flags, security, supply chain, wire, watcher, drills."""

from devopssim.livelab.parts.chaos import Chaos
from devopssim.livelab.parts.configuration import Configuration
from devopssim.livelab.parts.drills import DRILLS, Drill, FaultyReleases
from devopssim.livelab.parts.feature_flags import FLAG, FeatureFlags
from devopssim.livelab.parts.gitlab import GitLab
from devopssim.livelab.parts.load import Load, LoadResult
from devopssim.livelab.parts.monitor import Monitor
from devopssim.livelab.parts.nagios import Nagios
from devopssim.livelab.parts.on_call import OnCall
from devopssim.livelab.parts.pipeline import WORKFLOW, DeliveryPipeline, run_pushed_commit
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.parts.registry import Registry
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.parts.security import SecurityGate
from devopssim.livelab.parts.supply_chain import SupplyChain
from devopssim.livelab.parts.traffic import SLOTS, Traffic
from devopssim.livelab.parts.watcher import start_watcher, stop_watcher, watch, watcher_runs
from devopssim.livelab.parts.wire import Capture, Wire

__all__ = [
    "DRILLS",
    "FLAG",
    "SLOTS",
    "WORKFLOW",
    "Capture",
    "Chaos",
    "Configuration",
    "DeliveryPipeline",
    "Drill",
    "FaultyReleases",
    "FeatureFlags",
    "GitLab",
    "Load",
    "LoadResult",
    "Monitor",
    "Nagios",
    "OnCall",
    "ProductionEnvironment",
    "Registry",
    "Repository",
    "SecurityGate",
    "SupplyChain",
    "Traffic",
    "Wire",
    "run_pushed_commit",
    "start_watcher",
    "stop_watcher",
    "watch",
    "watcher_runs",
]
