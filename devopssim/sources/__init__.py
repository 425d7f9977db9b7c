"""A team's own history as an event log: what a source cannot tell is absent, and the KPI says n = 0."""

from devopssim.sources.git import read_git

__all__ = ["read_git"]
