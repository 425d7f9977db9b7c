"""What happened in the lab: journal, probes, the watcher, and the event log made of them."""

from devopssim.livelab.history.journal import Fact, Journal
from devopssim.livelab.history.prober import Prober
from devopssim.livelab.history.watcher import REVISION

__all__ = ["REVISION", "Fact", "Journal", "Prober"]
