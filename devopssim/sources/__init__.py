"""A team's own history as an event log: what a source cannot tell is absent, and the KPI says n = 0.

    read_git("shop", tags="v*")                                              one source
    log_of(join(git_history("shop"), github_history("answers/")))            several, joined into one log

`write_git` goes the other way, so that a log can be compared with what a git history keeps of it. docs/sources.md has a table
for each source: what becomes which event, and what the source cannot tell.
"""

from devopssim.sources.cdevents import cdevents_history, read_cdevents
from devopssim.sources.events_of import log_of
from devopssim.sources.facts import History, join
from devopssim.sources.git import git_history, read_git
from devopssim.sources.git_writing import write_git
from devopssim.sources.github import github_history
from devopssim.sources.gitlab import gitlab_history
from devopssim.sources.jira import jira_history
from devopssim.sources.mapped import mapped_history

__all__ = [
    "History",
    "cdevents_history",
    "git_history",
    "github_history",
    "gitlab_history",
    "jira_history",
    "join",
    "log_of",
    "mapped_history",
    "read_cdevents",
    "read_git",
    "write_git",
]
