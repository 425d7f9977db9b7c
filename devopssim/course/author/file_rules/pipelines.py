"""Rules on GitHub Actions workflows and GitLab CI files: what runs, on what event, and after what."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from devopssim.course.author.file_rules.rules import Rule, as_yaml, listed
from devopssim.course.author.shell import commands, decisive_commands

NEVER: Final = {"false", "0", "''", '""', "null", "! true", "!true", "never"}
GITLAB_KEYWORDS: Final = {
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script", "after_script", "spec",
}  # fmt: skip


def runs(pattern: str, description: str = "", *, decisive: bool = False) -> Rule:
    """Return a rule: a step of a GitHub workflow or a script of a GitLab job runs a command that matches the regular expression `pattern`.

    A command in a comment, behind `echo`, in a step or job that never runs (`if: false`, `when: never`), or in a hidden GitLab job does
    not count. The words of a command are matched without quotes.

    Parameters
    ----------
    pattern : str
        Regular expression, searched in each command.
    description : str, default ""
        The rule in words.
    decisive : bool, default False
        Whether the command's failure must end the job: `|| true`, a pipe or `continue-on-error` would swallow it.

    Examples
    --------
    >>> runs("pytest").holds({"jobs": {"test": {"steps": [{"run": "python -m pytest"}]}}})
    True
    >>> runs("pytest").holds({"jobs": {"test": {"steps": [{"run": "echo pytest # todo"}]}}})
    False
    >>> runs("pytest", decisive=True).holds({"jobs": {"test": {"steps": [{"run": "pytest || true"}]}}})
    False
    """
    read = decisive_commands if decisive else commands
    return Rule(
        description=description or f"a step runs {pattern}",
        holds=lambda tree: any(
            re.search(pattern, command) for script in scripts(tree, decisive=decisive) for command in read(script)
        ),
    )


def step_runs(job: str, step: str, pattern: str, description: str = "") -> Rule:
    """Return a rule: the step with an id, in a job of a GitHub workflow, runs a command or uses an action that matches `pattern`.

    Parameters
    ----------
    job, step : str
        The job's name and the step's id.
    pattern : str
        Regular expression, searched in each command, or in `uses`.
    description : str, default ""
        The rule in words.

    Examples
    --------
    >>> tree = {"jobs": {"ship": {"steps": [{"id": "scan", "run": "true"}]}}}
    >>> step_runs("ship", "scan", "trivy").holds(tree)
    False
    """

    def holds(tree: Any) -> bool:
        declared = _jobs(tree).get(job)
        found = [one for one in _steps(declared) if str(one.get("id")) == step] if isinstance(declared, dict) else []
        scripts = [text for one in found if isinstance(text := one.get("run"), str)]
        used = [str(one.get("uses", "")) for one in found]
        return any(
            re.search(pattern, text) for text in [*used, *(line for script in scripts for line in commands(script))]
        )

    return Rule(description=description or f"the step {step} of {job} runs {pattern}", holds=holds)


def needs(job: str, other: str) -> Rule:
    """Return a rule: a job of a GitHub workflow or a GitLab file waits for another, directly or through others.

    Parameters
    ----------
    job, other : str
        Names of the jobs; `job` waits for `other` by `needs`.

    Examples
    --------
    >>> needs("ship", "test").holds({"jobs": {"ship": {"needs": "build"}, "build": {"needs": ["test"]}, "test": {}}})
    True
    """

    def holds(tree: Any) -> bool:
        jobs = _jobs(tree)
        waiting, seen = [job] if job in jobs else [], set[str]()
        while waiting:
            name = waiting.pop()
            fresh = (_needed(jobs, name, tree) & jobs.keys()) - seen
            seen |= fresh
            waiting += sorted(fresh)
        return other in seen

    return Rule(description=f"the job {job} waits for {other}", holds=holds)


def triggered_by(event: str) -> Rule:
    """Return a rule: a GitHub workflow runs on an event (`push`, `pull_request`, …).

    Examples
    --------
    >>> triggered_by("push").holds({"on": ["push", "pull_request"]})
    True
    """

    def holds(tree: Any) -> bool:
        on = tree.get("on")
        return on == event or (isinstance(on, list | dict) and event in on)

    return Rule(description=f"the workflow runs on {event}", holds=holds)


def _needed(jobs: Mapping[str, Any], name: str, tree: Any) -> set[str]:
    """Return the jobs that a job waits for: those it names, else in GitLab those of earlier stages."""
    declared = jobs[name]
    if not isinstance(declared, dict):
        return set()
    if "needs" not in declared and "jobs" not in tree:
        order = [str(stage) for stage in listed(tree.get("stages", [".pre", "build", "test", "deploy", ".post"]))]
        stage = str(declared.get("stage", "test"))
        earlier = set(order[: order.index(stage)]) if stage in order else set()
        return {
            other for other, job in jobs.items() if isinstance(job, dict) and str(job.get("stage", "test")) in earlier
        }
    return {str(need.get("job") if isinstance(need, dict) else need) for need in listed(declared.get("needs", []))}


def _jobs(tree: Any) -> dict[str, Any]:
    """Return the jobs of a GitHub workflow or a GitLab file that may run, what they extend merged into them."""
    if not isinstance(tree, dict):
        return {}
    if isinstance(tree.get("jobs"), dict):
        return {str(name): job for name, job in tree["jobs"].items() if not _never(job)}
    jobs = {str(name): _extended(job, tree, 10) for name, job in tree.items() if name not in GITLAB_KEYWORDS}
    return {name: job for name, job in jobs.items() if not name.startswith(".") and not _never(job)}


def _extended(job: Any, tree: Mapping[str, Any], left: int) -> Any:
    """Return a GitLab job with what it extends."""
    if not isinstance(job, dict) or "extends" not in job or left == 0:
        return job
    whole: dict[str, Any] = {}
    for name in listed(job["extends"]):
        base = _extended(tree.get(name) if isinstance(name, str) else None, tree, left - 1)
        whole |= base if isinstance(base, dict) else {}
    return {**whole, **job}


def _never(part: Any) -> bool:
    """Return whether a job or a step never runs, by its condition."""
    if not isinstance(part, dict):
        return False
    rules = part.get("rules")
    if (
        isinstance(rules, list)
        and rules
        and all(isinstance(rule, dict) and rule.get("when") == "never" for rule in rules)
    ):
        return True
    condition = as_yaml(part.get("if", "true")).strip()
    condition = condition.removeprefix("${{").removesuffix("}}").strip().lower()
    alone = [term.strip() for term in condition.split("&&")]
    return part.get("when") == "never" or any(term in NEVER for term in alone)


def _steps(job: Any) -> list[dict[str, Any]]:
    """Return the steps of a GitHub job that may run."""
    steps = job.get("steps") if isinstance(job, dict) else None
    return [step for step in listed(steps) if isinstance(step, dict) and not _never(step)]


def scripts(tree: Any, *, decisive: bool = False) -> Iterator[str]:
    """Yield the scripts of a GitHub workflow's steps and of a GitLab file's jobs that may run, or those whose failure counts."""
    for job in _jobs(tree).values():
        if isinstance(job, dict) and not (decisive and (job.get("continue-on-error") or job.get("allow_failure"))):
            for step in _steps(job):
                if isinstance(step.get("run"), str) and not (decisive and step.get("continue-on-error")):
                    yield step["run"]
            for key in ("before_script", "script") if decisive else ("before_script", "script", "after_script"):
                yield from (line for line in _flat(listed(job.get(key))) if isinstance(line, str))


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    """Yield values, those of lists within the list in their place: a GitLab script may name lists by anchors."""
    for value in values:
        yield from _flat(value) if isinstance(value, list) else (value,)
