"""A team's own history as an event log; events that a source lacks are absent, and their KPIs have n = 0.

    read_git("shop", tags="v*")                                              one source
    log_of(join(git_history("shop"), github_history("export/")))            several, joined into one log

`devopssim.exporters.write_git` goes the other way, so that a log can be compared with what a git history keeps of it.
docs/importers.md has a table per source: which object becomes which event, and what the source lacks.
"""

from devopssim.history import History, join
from devopssim.importers.azure import azure_history
from devopssim.importers.bitbucket import bitbucket_history
from devopssim.importers.cdevents import cdevents_history, from_cdevents, read_cdevents, restored_log
from devopssim.importers.csv_mapping import mapped_history
from devopssim.importers.explanation import explain
from devopssim.importers.git import git_history, read_git
from devopssim.importers.git_rules import GitRules
from devopssim.importers.github import github_history
from devopssim.importers.gitlab import gitlab_history
from devopssim.importers.jira import jira_history
from devopssim.importers.record_reader import ReadingRules
from devopssim.importers.translation import log_of

__all__ = [
    "GitRules",
    "History",
    "ReadingRules",
    "azure_history",
    "bitbucket_history",
    "cdevents_history",
    "explain",
    "from_cdevents",
    "git_history",
    "github_history",
    "gitlab_history",
    "jira_history",
    "join",
    "log_of",
    "mapped_history",
    "read_cdevents",
    "read_git",
    "restored_log",
]
