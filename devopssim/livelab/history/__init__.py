"""What happened in the lab: journal, commits, probes, and the event log made of them."""

from devopssim.livelab.history.commits import ShopCommit, commit_of
from devopssim.livelab.history.detection import detection_of
from devopssim.livelab.history.incident_limits import with_real_limits
from devopssim.livelab.history.journal import Fact, Journal
from devopssim.livelab.history.log import log_of
from devopssim.livelab.history.prober import Prober

__all__ = ["Fact", "Journal", "Prober", "ShopCommit", "commit_of", "detection_of", "log_of", "with_real_limits"]
