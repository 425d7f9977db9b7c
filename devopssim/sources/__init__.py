"""A team's own history as an event log: what a source cannot tell is absent, and the KPI says n = 0.

`write_git` goes the other way, so that a log can be compared with what a git history keeps of it.
"""

from devopssim.sources.git import read_git
from devopssim.sources.git_writing import write_git

__all__ = ["read_git", "write_git"]
