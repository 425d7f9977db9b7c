"""`devopssim import`: convert a team's history, from one source or several, into one event log."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from devopssim.cli.options import FILE, json_option, window_options

if TYPE_CHECKING:
    import pandas as pd

    from devopssim.importers import History


SOURCES: Final = {
    "git": (
        "REPOSITORY",
        "Git repository: commits are changes; tags are deployments unless another source has deployments",
    ),
    "github": (
        "PATH",
        "Responses of GitHub's REST API or payloads of its webhooks, a file or a folder: issues, pull requests, deployments, runs",
    ),
    "gitlab": ("PATH", "Responses of GitLab's REST API, a file or a folder"),
    "azure": ("PATH", "Responses of Azure DevOps' REST API, a file or a folder"),
    "bitbucket": ("PATH", "Responses of Bitbucket's REST API, a file or a folder"),
    "jira": ("FILE", "Issues exported as CSV, or as JSON of the REST API"),
    "cdevents": ("FILE", "CDEvents as JSON lines"),
    "csv": ("MAPPING", "TOML file that maps the columns of CSV tables"),
}
GIT_OPTIONS: Final = (
    click.option(
        "--tags",
        multiple=True,
        metavar="PATTERN",
        help="git: tags that are deployments, for example v* (default: all releases, by their names); may be repeated.",
    ),
    click.option("--not-tags", multiple=True, metavar="PATTERN", help="git: tags that are not; may be repeated."),
    click.option(
        "--path",
        "paths",
        multiple=True,
        metavar="PATH",
        help="git: folder of one service of a monorepo; only commits that touch it are changes; may be repeated.",
    ),
    click.option("--branch", metavar="NAME", help="git: the main branch (default: HEAD)."),
    click.option(
        "--repair-window",
        type=float,
        metavar="HOURS",
        help="git: assume that a tag with a fix, or one that raises only the last number of a version, repairs the one up to HOURS before it.",
    ),
    click.option(
        "--hotfix",
        "hotfixes",
        multiple=True,
        metavar="PATTERN",
        help="Branches and tags that are hotfixes (default: hotfix*, */hotfix*, *-hotfix*); may be repeated.",
    ),
    click.option(
        "--exclude-author",
        "exclude_authors",
        multiple=True,
        metavar="PATTERN",
        help="Authors whose changes are left out, for example *[bot]; may be repeated.",
    ),
)
"""Options of a git history, which `kpis --git` has as well."""
HOLDS_FOR: Final = {
    **dict.fromkeys(("tags", "not_tags", "paths", "branch", "repair_window", "assisted_trailer"), ("git",)),
    **dict.fromkeys(("hotfixes", "exclude_authors"), ("git", "github", "gitlab", "azure", "bitbucket")),
    "environments": ("github", "gitlab", "azure", "bitbucket", "cdevents"),
    "incidents": ("github", "gitlab", "azure", "bitbucket", "jira"),
    "deploy_workflows": ("github", "gitlab", "azure"),
    "begin": ("github", "gitlab", "azure", "bitbucket"),
    "assisted_labels": ("github", "gitlab"),
    "withdrawn": ("jira", "azure"),
    **dict.fromkeys(("time_format", "zone", "language"), ("jira",)),
}
"""Sources that an option holds for, by the option's parameter; options that are not listed hold for all."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The files and repositories to read, by kind of source."""

    git: tuple[Path, ...]
    github: tuple[Path, ...]
    gitlab: tuple[Path, ...]
    azure: tuple[Path, ...]
    bitbucket: tuple[Path, ...]
    jira: tuple[Path, ...]
    cdevents: tuple[Path, ...]
    csv: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules by which the sources are read."""

    tags: tuple[str, ...]
    not_tags: tuple[str, ...]
    paths: tuple[str, ...]
    branch: str | None
    repair_window: float | None
    hotfixes: tuple[str, ...]
    exclude_authors: tuple[str, ...]
    environments: tuple[str, ...]
    incidents: tuple[str, ...]
    attribution_window: float | None
    deploy_workflows: tuple[str, ...]
    begin: str
    withdrawn: tuple[str, ...]
    assisted_labels: tuple[str, ...]
    assisted_trailer: str | None
    time_format: str | None
    zone: str | None
    language: str | None

    @property
    def git(self) -> dict[str, Any]:
        """The rules of a git history, as keywords of `importers.git_history`."""
        names = (
            "tags",
            "not_tags",
            "paths",
            "branch",
            "repair_window",
            "exclude_authors",
            "assisted_trailer",
            *self._hotfixes,
        )
        return {name: getattr(self, name) for name in names}

    @property
    def tools(self) -> dict[str, Any]:
        """The rules of other tools' exports, as keywords of `importers.github_history` and its like."""
        names = (
            "environments",
            "incidents",
            "assisted_labels",
            "exclude_authors",
            "deploy_workflows",
            "begin",
            "withdrawn",
            *self._hotfixes,
        )
        return {name: getattr(self, name) for name in names}

    @property
    def _hotfixes(self) -> tuple[str, ...]:
        return ("hotfixes",) if self.hotfixes else ()


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


def git_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a git history."""
    for option in reversed(GIT_OPTIONS):
        command = option(command)
    return command


@click.command()
@source_options
@git_options
@click.option(
    "--environment",
    "environments",
    multiple=True,
    metavar="PATTERN",
    help="Environments that are production (default: what the tool states, else the words prod, production and live in the name); may be repeated.",
)
@click.option(
    "--incidents",
    multiple=True,
    metavar="PATTERN",
    help="Issue labels or types that are incidents (default: incident, outage, sev1 and the like); may be repeated.",
)
@click.option(
    "--attribution-window",
    type=float,
    metavar="HOURS",
    help="Attribute an incident to the last deployment of its service within HOURS before it (default 24; 0: never).",
)
@click.option(
    "--deploy-workflow",
    "deploy_workflows",
    multiple=True,
    metavar="PATTERN",
    help="github, gitlab, azure: workflows, pipelines and jobs whose successful runs are deployments; may be repeated.",
)
@click.option(
    "--from",
    "begin",
    type=click.Choice(["opened", "ready", "approved"]),
    default="opened",
    show_default=True,
    help="github, gitlab: when a change begins: when it was opened, was first ready for review, or was first approved; the latter two leave drafts out.",
)
@click.option(
    "--withdrawn",
    multiple=True,
    metavar="PATTERN",
    help="jira, azure: further resolutions and states that mean that an item was not delivered; may be repeated.",
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
@click.option(
    "--language", metavar="CODE", help="jira: language of its month names, for example pl, where they are ambiguous."
)
@window_options
@click.option(
    "--explain",
    metavar="DEPLOYMENT",
    help="Show which changes and incidents a deployment carries, and why: D3, a tag or a commit.",
)
@click.option("--out", type=FILE, metavar="LOG", help="Write the event log to this .csv or .parquet file.")
@json_option
def command(
    *,
    sources: Sources,
    since: str | None,
    until: str | None,
    explain: str | None,
    out: Path | None,
    in_json: bool,
    **rules: Any,
) -> None:
    """Read and join the sources, write the log and print its KPIs."""
    import json

    from devopssim import events, kpis
    from devopssim.wording import kpi_table

    _refuse_idle_options(sources)
    stated = Rules(**rules)
    log, explanation = _log(sources, stated, explain)
    log = events.between(log, since, until)
    if out is not None:
        events.write(log, out)
        sys.stderr.write(f"{out}: {len(log)} events over {log.attrs['horizon']:g} hours written.\n")
    for line in notes_of(log):
        sys.stderr.write(f"{line}\n")
    if explanation is not None:
        print(explanation)
        return
    print(json.dumps(kpis.records(log), indent=1) if in_json else kpi_table(kpis.table(log)))


def _refuse_idle_options(sources: Sources) -> None:
    """Raise InvalidInputError for an option that none of the sources has a use for."""
    from devopssim.errors import InvalidInputError

    context = click.get_current_context()
    for option in context.command.params:
        names = HOLDS_FOR.get(option.name or "", ())
        is_given = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if names and is_given and not any(getattr(sources, name) for name in names):
            wanted = " or ".join(f"--{name}" for name in names)
            raise InvalidInputError(
                f"{option.opts[0]} holds for {wanted}; pass one of them, or leave {option.opts[0]} out."
            )


def notes_of(log: "pd.DataFrame") -> Iterator[str]:
    """Yield what people should read beside the KPIs of a log: rules, assumptions, remarks, counts and the window."""
    from devopssim.diagnostics import window_sentence

    source = log.attrs["source"] or {}
    if "rules" in source:
        yield f"Rules: {source['rules']}."
    for sentence in dict.fromkeys(source.get("assumptions", {}).values()):
        yield f"Assumption: {sentence}."
    for remark in source.get("remarks", ()):
        yield f"Note: {remark}."
    for reason, count in source.get("counts", {}).items():
        yield f"Note: {count} {reason}."
    if sentence := window_sentence(log):
        yield f"Window: {sentence}"


def _log(sources: Sources, rules: Rules, explain: str | None) -> "tuple[pd.DataFrame, str | None]":
    """Return the log of the sources, and the explanation of a deployment if one is asked for."""
    from devopssim import importers
    from devopssim.errors import InvalidInputError

    histories = _histories(sources, rules)
    if sources.cdevents and len(histories) == 1:
        restored = importers.restored_log(*sources.cdevents)
        if restored is not None:
            if explain is not None:
                raise InvalidInputError(
                    "--explain needs the sources of a history; devopssim itself wrote these CDEvents."
                )
            return restored, None
    if not histories:
        raise InvalidInputError("a source is required; pass at least one, for example --git REPOSITORY.")
    hours = rules.attribution_window
    if hours is not None and not hours >= 0:
        raise InvalidInputError(f"--attribution-window {hours:g} (hours after a deployment) must be 0 or more.")
    window = {} if hours is None else {"attribution_window": hours}
    history = importers.join(*histories)
    explanation = None if explain is None else importers.explain(history, explain, **window)
    return importers.log_of(history, **window), explanation


def _histories(sources: Sources, rules: Rules) -> "list[History]":
    """Return a history for each repository, for each mapping and for the exports of each other tool together."""
    from devopssim import importers

    readers: dict[str, Callable[..., History]] = {
        name: getattr(importers, f"{name}_history") for name in ("github", "gitlab", "azure", "bitbucket")
    }
    times = {"time_format": rules.time_format, "zone": rules.zone, "language": rules.language}
    histories = [importers.git_history(path, **rules.git) for path in sources.git]
    histories += [
        read(*getattr(sources, name), **rules.tools) for name, read in readers.items() if getattr(sources, name)
    ]
    if sources.jira:
        histories.append(
            importers.jira_history(*sources.jira, **times, incidents=rules.incidents, withdrawn=rules.withdrawn)
        )
    if sources.cdevents:
        histories.append(importers.cdevents_history(*sources.cdevents, environments=rules.environments))
    return histories + [importers.mapped_history(path) for path in sources.csv]
