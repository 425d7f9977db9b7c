"""`devopssim import`: a team's own history, from one source or several, as one event log."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from devopssim.importers import History


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    for option, metavar, text in (
        (
            "--git",
            "REPOSITORY",
            "a git repository: commits are changes, tags are deployments unless another source tells of some",
        ),
        (
            "--github",
            "PATH",
            "answers of GitHub's REST API, a file or a folder: issues, pull requests, deployments, runs",
        ),
        ("--gitlab", "PATH", "answers of GitLab's REST API, a file or a folder"),
        ("--jira", "FILE", "an export of issues as CSV"),
        ("--cdevents", "FILE", "CDEvents as JSON lines"),
        ("--csv", "MAPPING", "tables that a mapping in TOML names"),
    ):
        parser.add_argument(
            option, type=Path, action="append", default=[], metavar=metavar, help=f"{text}; may be repeated"
        )
    parser.add_argument("--tags", default="*", metavar="PATTERN", help="git: the tags that are deployments (v*)")
    parser.add_argument("--branch", metavar="NAME", help="git: the main line (default: HEAD)")
    parser.add_argument(
        "--environment",
        action="append",
        metavar="PATTERN",
        help="what users meet (default: prod* and live*); may be repeated",
    )
    parser.add_argument(
        "--incidents",
        action="append",
        metavar="PATTERN",
        help="labels or types of issues that are incidents; may be repeated",
    )
    parser.add_argument(
        "--blame",
        type=float,
        metavar="HOURS",
        help="put an incident down to a deployment so many hours before it (default 24; 0: never)",
    )
    parser.add_argument("--time-format", metavar="FORMAT", help="jira: how its times are written (%%d/%%b/%%y %%H:%%M)")
    parser.add_argument("--zone", metavar="ZONE", help="jira: the time zone of its times (default UTC)")
    parser.add_argument("--out", type=Path, metavar="LOG", help="write the event log to this .csv or .parquet file")
    parser.add_argument("--json", action="store_true", help="print the KPIs as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Read, join, write the log, print its KPIs."""
    import json

    from devopssim import events, kpis
    from devopssim.cli import DONE

    log = _log(arguments)
    if arguments.out is not None:
        events.write(log, arguments.out)
        sys.stderr.write(f"{arguments.out}: {len(log)} events over {log.attrs['horizon']:g} hours.\n")
    source = log.attrs["source"] or {}
    if "rules" in source:
        sys.stderr.write(f"Rules: {source['rules']}.\n")
    for what, count in source.get("left_out", {}).items():
        sys.stderr.write(f"Note: {count} {what}.\n")
    print(json.dumps(kpis.records(log), indent=1) if arguments.json else kpis.as_text(kpis.table(log)))
    return DONE


def _log(arguments: argparse.Namespace) -> "pd.DataFrame":
    from devopssim.errors import InvalidInputError
    from devopssim.importers import join, log_of, restored_log

    histories = _histories(arguments)
    if len(histories) == len(arguments.cdevents) > 0:
        restored = restored_log(*arguments.cdevents)
        if restored is not None:
            return restored
    if not histories:
        raise InvalidInputError("no source is named; give at least one, for example --git REPOSITORY.")
    if arguments.blame is not None and not arguments.blame >= 0:
        raise InvalidInputError(f"--blame {arguments.blame:g} (hours after a deployment) must be 0 or more.")
    blame = {} if arguments.blame is None else {"blamed_for": arguments.blame}
    return log_of(join(*histories), **blame)


def _histories(arguments: argparse.Namespace) -> "list[History]":
    from devopssim import importers

    environments: dict[str, Any] = {"environments": tuple(arguments.environment)} if arguments.environment else {}
    incidents: dict[str, Any] = {"incidents": tuple(arguments.incidents)} if arguments.incidents else {}
    times = {"time_format": arguments.time_format, "zone": arguments.zone}
    return [
        *(importers.git_history(each, tags=arguments.tags, branch=arguments.branch) for each in arguments.git),
        *(importers.github_history(each, **environments, **incidents) for each in arguments.github),
        *(importers.gitlab_history(each, **environments, **incidents) for each in arguments.gitlab),
        *(importers.jira_history(each, **incidents, **times) for each in arguments.jira),
        *(importers.cdevents_history(each, **environments) for each in arguments.cdevents),
        *(importers.mapped_history(each) for each in arguments.csv),
    ]
