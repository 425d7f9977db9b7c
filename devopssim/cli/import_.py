"""`devopssim import`: convert a team's history, from one source or several, into one event log."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from devopssim.cli.options import FILE, json_option

if TYPE_CHECKING:
    import pandas as pd

    from devopssim.importers import History


SOURCES: Final = {
    "git": (
        "REPOSITORY",
        "Git repository: commits are changes; tags are deployments unless another source has deployments",
    ),
    "github": ("PATH", "Responses of GitHub's REST API, a file or a folder: issues, pull requests, deployments, runs"),
    "gitlab": ("PATH", "Responses of GitLab's REST API, a file or a folder"),
    "jira": ("FILE", "Issues exported as CSV"),
    "cdevents": ("FILE", "CDEvents as JSON lines"),
    "csv": ("MAPPING", "TOML file that maps the columns of CSV tables"),
}


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The files and repositories to read, by kind of source."""

    git: tuple[Path, ...]
    github: tuple[Path, ...]
    gitlab: tuple[Path, ...]
    jira: tuple[Path, ...]
    cdevents: tuple[Path, ...]
    csv: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules by which the sources are read."""

    tags: str
    branch: str | None
    environments: tuple[str, ...]
    incidents: tuple[str, ...]
    attribution_window: float | None
    assisted_labels: tuple[str, ...]
    assisted_trailer: str | None
    time_format: str | None
    zone: str | None


def source_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each kind of source; the command receives them as `sources`."""

    @wraps(command)
    def with_sources(**options: Any) -> None:
        sources = Sources(**{name: options.pop(name) for name in SOURCES})
        command(sources=sources, **options)

    decorated: Callable[..., None] = with_sources
    for name, (metavar, text) in reversed(SOURCES.items()):
        decorated = click.option(
            f"--{name}", type=FILE, multiple=True, metavar=metavar, help=f"{text}; may be repeated."
        )(decorated)
    return decorated


@click.command()
@source_options
@click.option(
    "--tags", default="*", metavar="PATTERN", help="git: tags that are deployments, for example v* (default *)."
)
@click.option("--branch", metavar="NAME", help="git: the main branch (default: HEAD).")
@click.option(
    "--environment",
    "environments",
    multiple=True,
    metavar="PATTERN",
    help="Environments that are production (default: prod* and live*); may be repeated.",
)
@click.option(
    "--incidents",
    multiple=True,
    metavar="PATTERN",
    help="Issue labels or types that are incidents; may be repeated.",
)
@click.option(
    "--attribution-window",
    type=float,
    metavar="HOURS",
    help="Attribute an incident to the last deployment within HOURS before it (default 24; 0: never).",
)
@click.option(
    "--assisted-label",
    "assisted_labels",
    multiple=True,
    metavar="PATTERN",
    help="github, gitlab: labels that mark a change as written with AI assistance; may be repeated.",
)
@click.option(
    "--assisted-trailer",
    metavar="REGEX",
    help='git: trailers that mark a change as written with AI assistance, for example "Co-authored-by: .*Copilot".',
)
@click.option("--time-format", metavar="FORMAT", help="jira: format of its times, for example %d/%b/%y %H:%M.")
@click.option("--zone", metavar="ZONE", help="jira: time zone of its times (default UTC).")
@click.option("--out", type=FILE, metavar="LOG", help="Write the event log to this .csv or .parquet file.")
@json_option
def command(*, sources: Sources, out: Path | None, in_json: bool, **rules: Any) -> None:
    """Read and join the sources, write the log and print its KPIs."""
    import json

    from devopssim import events, kpis
    from devopssim.wording import kpi_table

    log = _log(sources, Rules(**rules))
    if out is not None:
        events.write(log, out)
        sys.stderr.write(f"{out}: {len(log)} events over {log.attrs['horizon']:g} hours written.\n")
    source = log.attrs["source"] or {}
    if "rules" in source:
        sys.stderr.write(f"Rules: {source['rules']}.\n")
    for reason, count in source.get("counts", {}).items():
        sys.stderr.write(f"Note: {count} {reason}.\n")
    print(json.dumps(kpis.records(log), indent=1) if in_json else kpi_table(kpis.table(log)))


def _log(sources: Sources, rules: Rules) -> "pd.DataFrame":
    from devopssim.errors import InvalidInputError
    from devopssim.importers import join, log_of, restored_log

    histories = _histories(sources, rules)
    if len(histories) == len(sources.cdevents) > 0:
        restored = restored_log(*sources.cdevents)
        if restored is not None:
            return restored
    if not histories:
        raise InvalidInputError("a source is required; pass at least one, for example --git REPOSITORY.")
    hours = rules.attribution_window
    if hours is not None and not hours >= 0:
        raise InvalidInputError(f"--attribution-window {hours:g} (hours after a deployment) must be 0 or more.")
    window = {} if hours is None else {"attribution_window": hours}
    return log_of(join(*histories), **window)


def _histories(sources: Sources, rules: Rules) -> "list[History]":
    from devopssim import importers

    environments: dict[str, Any] = {"environments": rules.environments} if rules.environments else {}
    incidents: dict[str, Any] = {"incidents": rules.incidents} if rules.incidents else {}
    times: dict[str, Any] = {"time_format": rules.time_format, "zone": rules.zone}
    labels, trailer = rules.assisted_labels, rules.assisted_trailer
    return [
        *(
            importers.git_history(path, tags=rules.tags, branch=rules.branch, assisted_trailer=trailer)
            for path in sources.git
        ),
        *(
            importers.github_history(path, **environments, **incidents, assisted_labels=labels)
            for path in sources.github
        ),
        *(
            importers.gitlab_history(path, **environments, **incidents, assisted_labels=labels)
            for path in sources.gitlab
        ),
        *(importers.jira_history(path, **incidents, **times) for path in sources.jira),
        *(importers.cdevents_history(path, **environments) for path in sources.cdevents),
        *(importers.mapped_history(path) for path in sources.csv),
    ]
