"""Rules on GitHub Actions workflows and GitLab CI files: what runs, on what event, and after what."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from devopssim.course.author.file_rules.rules import Rule, as_yaml, listed
from devopssim.course.author.shell import commands, decisive_commands

NEVER: Final = {"false", "0", "''", '""', "null", "!true", "never"}
STATUS: Final = re.compile(r"\b(always|failure|cancelled|success)\(")
"""What a GitHub condition asks about earlier jobs; without it a job runs only if they have all succeeded."""
AFTER_FAILURE: Final = {"always", "on_failure"}
"""When GitLab runs a job although an earlier one has failed."""
GITLAB_KEYWORDS: Final = {
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script", "after_script", "spec",
}  # fmt: skip


def runs(pattern: str, description: str = "", *, job: str = "", decisive: bool = False) -> Rule:
    """Return a rule: a step of a GitHub workflow or a script of a GitLab job runs a command that matches the regular expression `pattern`.

    A command in a comment, behind `echo`, in a step or job that never runs (`if: false`, `when: never`), or in a hidden GitLab job does
    not count. The words of a command are matched without quotes.

    Parameters
    ----------
    pattern : str
        Regular expression, searched in each command.
    description : str, default ""
        The rule in words.
    job : str, default ""
        Name of the job that has to run it; any job will do without.
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
        description=description or f"a step{f' of {job}' if job else ''} runs {pattern}",
        holds=lambda tree: any(
            re.search(pattern, command)
            for script in scripts(tree, job=job, decisive=decisive)
            for command in read(script)
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
    """Return a rule: a job of a GitHub workflow or a GitLab file runs only if another has passed, which it waits for.

    It waits directly or through others. `if: always()`, `!cancelled()`, `when: always` and the like let a job run after a failure; a job with
    `continue-on-error` or `allow_failure` lets those run that wait for it.

    Parameters
    ----------
    job, other : str
        Names of the jobs; `job` waits for `other` by `needs`, or in GitLab by its stage.

    Examples
    --------
    >>> chain = {"ship": {"needs": "build"}, "build": {"needs": ["test"]}, "test": {}}
    >>> needs("ship", "test").holds({"jobs": chain})
    True
    >>> needs("ship", "test").holds({"jobs": chain | {"ship": {"needs": "build", "if": "always()"}}})
    False
    """

    def holds(tree: Any) -> bool:
        jobs = {name: job for name, job in _jobs(tree).items() if isinstance(job, dict)}
        if job not in jobs or other not in _awaited(jobs, job, tree) or _failure_ignored(jobs[other]):
            return False
        if any(part.get("when") in AFTER_FAILURE for part in (jobs[job], *_rules(jobs[job]))):
            return False
        condition = _condition(jobs[job])
        asked = [
            name for name in _awaited(jobs, job, tree) if name.lower() in condition and not _failure_ignored(jobs[name])
        ]
        sure = [
            f"needs.{name}"
            for name in asked
            if name == other or (other in _awaited(jobs, name, tree) and not STATUS.search(_condition(jobs[name])))
        ]
        return _runs_after_success(condition, *sure)

    return Rule(description=f"the job {job} runs only if {other} has passed", holds=holds)


def _awaited(jobs: Mapping[str, Any], job: str, tree: Any) -> set[str]:
    """Return the jobs that a job waits for, directly or through others."""
    waiting, awaited = [job], set[str]()
    while waiting:
        fresh = (_needed(jobs, waiting.pop(), tree) & jobs.keys()) - awaited
        awaited |= fresh
        waiting += sorted(fresh)
    return awaited


def _failure_ignored(part: Mapping[str, Any]) -> bool:
    """Return whether the failure of a job or a step counts as a success for what follows."""
    return any(part.get(key) not in (None, False) for key in ("continue-on-error", "allow_failure"))


def _runs_after_success(condition: str, *of: str) -> bool:
    """Return whether a condition lets a job or a step run only if those before, or one of those named, have succeeded.

    Examples
    --------
    >>> _runs_after_success("github.ref=='main'"), _runs_after_success("!failure()&&!cancelled()")
    (True, True)
    >>> _runs_after_success("always()&&(needs.test.result=='success')", "needs.test")
    True
    >>> _runs_after_success("success()||failure()")
    False
    """
    if not STATUS.search(condition):
        return True
    names = [re.escape(name) + "|" + re.escape(name.replace(".", "['") + "']") for name in map(str.lower, of)]
    passed = "|".join(
        [r"success\(\)", r"!failure\(\)", *(rf"(?:{name})\.(?:result|outcome|conclusion)=='success'" for name in names)]
    )
    return "||" not in condition and any(re.fullmatch(rf"\(*(?:{passed})\)*", term) for term in condition.split("&&"))


def _needed(jobs: Mapping[str, Any], name: str, tree: Any) -> set[str]:
    """Return the jobs that a job waits for: those it names, else in GitLab those of earlier stages."""
    declared = jobs[name]
    if "needs" not in declared and "jobs" not in tree:
        order = [str(stage) for stage in listed(tree.get("stages", [".pre", "build", "test", "deploy", ".post"]))]
        stage = str(declared.get("stage", "test"))
        earlier = set(order[: order.index(stage)]) if stage in order else set()
        return {other for other, job in jobs.items() if str(job.get("stage", "test")) in earlier}
    return {str(need.get("job") if isinstance(need, dict) else need) for need in listed(declared.get("needs", []))}


def gate(job: str, step: str, pattern: str, description: str = "") -> Rule:
    """Return a rule: a GitHub workflow runs what matches `pattern` only if a step with an id has passed.

    The step comes first, its failure counts, and neither a step after it nor another job runs the command in spite of it
    (`if: always()`).

    Parameters
    ----------
    job, step : str
        The job's name and the step's id.
    pattern : str
        Regular expression, searched in each command; at least one has to match.
    description : str, default ""
        The rule in words.

    Examples
    --------
    >>> scan, push = {"id": "scan", "run": "trivy"}, {"run": "docker push shop"}
    >>> gate("ship", "scan", "docker push").holds({"jobs": {"ship": {"steps": [scan, push]}}})
    True
    >>> gate("ship", "scan", "docker push").holds({"jobs": {"ship": {"steps": [scan, push | {"if": "always()"}]}}})
    False
    """

    def runs_it(part: Mapping[str, Any]) -> bool:
        return isinstance(part.get("run"), str) and any(
            re.search(pattern, command) for command in commands(part["run"])
        )

    def holds(tree: Any) -> bool:
        jobs = {name: declared for name, declared in _jobs(tree).items() if isinstance(declared, dict)}
        steps = _steps(jobs.get(job))
        places = [place for place, one in enumerate(steps) if str(one.get("id")) == step and not _failure_ignored(one)]
        behind = [place for place, one in enumerate(steps) if runs_it(one)]
        others = [name for name, declared in jobs.items() if name != job and any(map(runs_it, _steps(declared)))]
        if not places or not (behind or others):
            return False
        return all(
            place > places[0] and _runs_after_success(_condition(steps[place]), f"steps.{step}") for place in behind
        ) and all(needs(name, job).holds(tree) for name in others)

    return Rule(description=description or f"{pattern} runs only if the step {step} has passed", holds=holds)


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
    rules = _rules(part)
    if rules and all(rule.get("when") == "never" for rule in rules):
        return True
    return part.get("when") == "never" or any(term in NEVER for term in _condition(part).split("&&"))


def _rules(job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a GitLab job."""
    return [rule for rule in listed(job.get("rules", [])) if isinstance(rule, dict)]


def _condition(part: Mapping[str, Any]) -> str:
    """Return the condition of a job or a step, without blanks and in small letters."""
    condition = "".join(as_yaml(part.get("if", "true")).split()).lower()
    return condition.removeprefix("${{").removesuffix("}}")


def _steps(job: Any) -> list[dict[str, Any]]:
    """Return the steps of a GitHub job that may run."""
    steps = job.get("steps") if isinstance(job, dict) else None
    return [step for step in listed(steps) if isinstance(step, dict) and not _never(step)]


def scripts(tree: Any, *, job: str = "", decisive: bool = False) -> Iterator[str]:
    """Yield the scripts of a GitHub workflow's steps and of a GitLab file's jobs that may run, or those whose failure counts.

    They are those of one job where `job` names it.
    """
    for name, declared in _jobs(tree).items():
        if not isinstance(declared, dict) or job not in {"", name} or (decisive and _failure_ignored(declared)):
            continue
        for step in _steps(declared):
            if isinstance(step.get("run"), str) and not (decisive and _failure_ignored(step)):
                yield step["run"]
        for key in ("before_script", "script") if decisive else ("before_script", "script", "after_script"):
            yield from (line for line in _flat(listed(declared.get(key))) if isinstance(line, str))


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    """Yield values, those of lists within the list in their place: a GitLab script may name lists by anchors."""
    for value in values:
        yield from _flat(value) if isinstance(value, list) else (value,)
