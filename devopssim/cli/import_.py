"""`devopssim import`: a team's own history, from one source or several, as one event log."""

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
        "A git repository: commits are changes, tags are deployments unless another source tells of some",
    ),
    "github": ("PATH", "Answers of GitHub's REST API, a file or a folder: issues, pull requests, deployments, runs"),
    "gitlab": ("PATH", "Answers of GitLab's REST API, a file or a folder"),
    "jira": ("FILE", "An export of issues as CSV"),
    "cdevents": ("FILE", "CDEvents as JSON lines"),
    "csv": ("MAPPING", "Tables that a mapping in TOML names"),
}


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The files and repositories to read, by kind."""

    git: tuple[Path, ...]
    github: tuple[Path, ...]
    gitlab: tuple[Path, ...]
    jira: tuple[Path, ...]
    cdevents: tuple[Path, ...]
    csv: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How the sources are read."""

    tags: str
    branch: str | None
    environments: tuple[str, ...]
    incidents: tuple[str, ...]
    blame: float | None
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
@click.option("--tags", default="*", metavar="PATTERN", help="git: the tags that are deployments (v*).")
@click.option("--branch", metavar="NAME", help="git: the main line (default: HEAD).")
@click.option(
    "--environment",
    "environments",
    multiple=True,
    metavar="PATTERN",
    help="What users meet (default: prod* and live*); may be repeated.",
)
@click.option(
    "--incidents",
    multiple=True,
    metavar="PATTERN",
    help="Labels or types of issues that are incidents; may be repeated.",
)
@click.option(
    "--blame",
    type=float,
    metavar="HOURS",
    help="Put an incident down to a deployment so many hours before it (default 24; 0: never).",
)
@click.option("--time-format", metavar="FORMAT", help="jira: how its times are written (%d/%b/%y %H:%M).")
@click.option("--zone", metavar="ZONE", help="jira: the time zone of its times (default UTC).")
@click.option("--out", type=FILE, metavar="LOG", help="Write the event log to this .csv or .parquet file.")
@json_option
def command(*, sources: Sources, out: Path | None, in_json: bool, **rules: Any) -> None:
    """Read, join, write the log, print its KPIs."""
    import json

    from devopssim import events, kpis
    from devopssim.wording import kpi_table

    log = _log(sources, Rules(**rules))
    if out is not None:
        events.write(log, out)
        sys.stderr.write(f"{out}: {len(log)} events over {log.attrs['horizon']:g} hours.\n")
    source = log.attrs["source"] or {}
    if "rules" in source:
        sys.stderr.write(f"Rules: {source['rules']}.\n")
    for what, count in source.get("left_out", {}).items():
        sys.stderr.write(f"Note: {count} {what}.\n")
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
        raise InvalidInputError("no source is named; give at least one, for example --git REPOSITORY.")
    if rules.blame is not None and not rules.blame >= 0:
        raise InvalidInputError(f"--blame {rules.blame:g} (hours after a deployment) must be 0 or more.")
    window = {} if rules.blame is None else {"attribution_window": rules.blame}
    return log_of(join(*histories), **window)


def _histories(sources: Sources, rules: Rules) -> "list[History]":
    from devopssim import importers

    environments: dict[str, Any] = {"environments": rules.environments} if rules.environments else {}
    incidents: dict[str, Any] = {"incidents": rules.incidents} if rules.incidents else {}
    times: dict[str, Any] = {"time_format": rules.time_format, "zone": rules.zone}
    return [
        *(importers.git_history(path, tags=rules.tags, branch=rules.branch) for path in sources.git),
        *(importers.github_history(path, **environments, **incidents) for path in sources.github),
        *(importers.gitlab_history(path, **environments, **incidents) for path in sources.gitlab),
        *(importers.jira_history(path, **incidents, **times) for path in sources.jira),
        *(importers.cdevents_history(path, **environments) for path in sources.cdevents),
        *(importers.mapped_history(path) for path in sources.csv),
    ]
