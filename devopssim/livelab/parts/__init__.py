"""The parts of a lab: registry, repository, pipeline, production, monitor, traffic, security gate."""

from devopssim.livelab.parts.monitor import Monitor
from devopssim.livelab.parts.pipeline import Pipeline
from devopssim.livelab.parts.production import Production
from devopssim.livelab.parts.registry import Registry
from devopssim.livelab.parts.repository import Commit, Repository, ancestors, commit_of
from devopssim.livelab.parts.security import Security
from devopssim.livelab.parts.traffic import Traffic

__all__ = [
    "Commit",
    "Monitor",
    "Pipeline",
    "Production",
    "Registry",
    "Repository",
    "Security",
    "Traffic",
    "ancestors",
    "commit_of",
]
