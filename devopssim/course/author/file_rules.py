"""Rules on files of a delivery: Dockerfiles, compose files, GitHub Actions workflows, GitLab CI files.

A `Rule` has a phrase and a predicate on the parsed file. Files are parsed, never run. The functions of this module make
rules for `expect.file`; a rule of one's own is `Rule(description=…, holds=…)`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from devopssim.course.author.compose_files import in_one_form, normal_compose
from devopssim.course.author.dockerfiles import Instruction, built_stages, image, parse_dockerfile, stages
from devopssim.course.author.shell import commands, decisive_commands
from devopssim.course.author.tool_schemas import refusal
from devopssim.course.author.yaml_files import parse_yaml
from devopssim.errors import InvalidInputError

__all__ = [
    "LONGEST",
    "Instruction",
    "ParsedFile",
    "Rule",
    "at",
    "base_is_pinned",
    "has",
    "installs_before_it_copies_the_code",
    "needs",
    "parse",
    "parse_dockerfile",
    "parse_yaml",
    "read",
    "runs",
    "runs_as_a_user",
    "starts_from",
    "step_runs",
    "triggered_by",
]
LONGEST: Final = 65_536
"""Most characters of a file that rules read."""
LAST_COUNTS: Final = {"CMD", "ENTRYPOINT", "HEALTHCHECK", "USER", "STOPSIGNAL", "WORKDIR"}
"""Instructions of which only the last one has an effect."""
INSTALLERS: Final = re.compile(
    r"(?:\S*/)?(?:python\S* -m )?(?:pip\S*|uv|poetry|npm|pnpm|yarn|pdm)\b[^\n]{0,200}?\b(?:install|sync|ci)\b"
)
NEVER: Final = {"false", "0", "''", '""', "null", "! true", "!true", "never"}
GITLAB_KEYWORDS: Final = {
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script", "after_script", "spec",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a file has to do.

    Parameters
    ----------
    description : str
        The rule as a phrase for the student's report.
    holds : callable
        Called with the parsed file; returns whether the rule holds.

    Examples
    --------
    >>> rule = Rule(description="the file is short", holds=lambda text: len(text) < 80)
    >>> rule.holds("FROM alpine:3.20")
    True
    """

    description: str
    holds: Callable[[Any], bool]


def parse(format_name: str, text: str) -> Any:
    r"""Parse a file of a student, within bounds.

    Parameters
    ----------
    format_name : str
        `text`, `dockerfile`, or any other name for YAML.
    text : str
        The file's text, at most `LONGEST` characters.

    Returns
    -------
    str, list of Instruction or dict
        The text itself, a Dockerfile's instructions, or the mapping of a YAML file.

    Raises
    ------
    InvalidInputError
        For a text that is too long, malformed, too deeply nested, with a key twice, or that refers to itself.

    Examples
    --------
    >>> parse("dockerfile", "FROM alpine:3.20\nRUN apk add \\\n  curl")[1].value
    'apk add curl'
    >>> parse("workflow", "on: push")
    {'on': 'push'}
    """
    return read(format_name, text).tree


@dataclass(frozen=True, kw_only=True)
class ParsedFile:
    """A file of a student as rules see it.

    Parameters
    ----------
    tree : str, list of Instruction or dict
        What `parse` returns.
    refusal : str, default ""
        Why the tool would refuse the file, by its schema or by itself; empty if it takes the file, or if neither is installed.
    """

    tree: Any
    refusal: str = ""


def read(format_name: str, text: str) -> ParsedFile:
    r"""Parse a file, and compare it with its tool's own schema.

    Parameters
    ----------
    format_name : str
        `text`, `dockerfile`, `compose`, `workflow` or `gitlab`.
    text : str
        The file's text.

    Returns
    -------
    ParsedFile
        The file; a refused one can still be judged.

    Raises
    ------
    InvalidInputError
        As `parse` does.

    Examples
    --------
    >>> read("workflow", "on: push\njobs: {test: {runs-on: ubuntu-latest, steps: pytest}}").refusal
    "GitHub would refuse the file: jobs.test.steps is the text 'pytest'; allowed is a list."
    """
    if len(text) > LONGEST:
        raise InvalidInputError(f"the file has {len(text)} characters; {LONGEST} are allowed.")
    if format_name in {"text", "dockerfile"}:
        return ParsedFile(tree=text if format_name == "text" else parse_dockerfile(text))
    tree = parse_yaml(text.removeprefix("\ufeff"), format_name)
    refused = refusal(format_name, tree) or ""
    if format_name != "compose":
        return ParsedFile(tree=tree, refusal=refused)
    try:
        return ParsedFile(tree=in_one_form(tree) if refused else normal_compose(tree), refusal=refused)
    except InvalidInputError as error:
        return ParsedFile(tree=in_one_form(tree), refusal=str(error))


def at(path: str, *, equals: object = None, matches: str = "", description: str = "") -> Rule:
    """Return a rule: the value at a dotted path exists, equals `equals`, or matches the regular expression `matches`.

    Parameters
    ----------
    path : str
        Keys joined by dots (`services.web.image`); `*` matches any key or index, and a list of `NAME=value` texts is read as
        a mapping.
    equals : object, optional
        The right value.
    matches : str, default ""
        Regular expression, searched in the value as text; `equals` takes precedence.
    description : str, default ""
        The rule in words.

    Returns
    -------
    Rule
        Holds if any value at the path fits.

    Examples
    --------
    >>> at("services.*.restart", equals="always").holds({"services": {"web": {"restart": "always"}}})
    True
    """

    def holds(tree: Any) -> bool:
        values = [value for value in _values_at(tree, path.split(".")) if value is not None]
        if equals is not None:
            return any(_equal(value, equals) for value in values)
        return any(re.search(matches, _written(value)[:LONGEST]) for value in values)

    return Rule(
        description=description or f"{path} is given{' as it should be' if matches or equals is not None else ''}",
        holds=holds,
    )


def starts_from(pattern: str, description: str = "") -> Rule:
    """Return a rule: the base of a Dockerfile's last stage matches the regular expression `pattern`.

    Examples
    --------
    >>> starts_from(r"-slim$").holds(parse_dockerfile("FROM python:3.12-slim"))
    True
    """
    return Rule(
        description=description or "the image starts from the right base",
        holds=lambda parsed: bool(re.search(pattern, stages(parsed)[-1].base)),
    )


def base_is_pinned() -> Rule:
    """Return a rule: each FROM of a Dockerfile has a tag other than `latest`, a digest, or the name of an earlier stage.

    A FROM with a variable without a default (`$BASE`) is accepted, since its value is open.

    Examples
    --------
    >>> base_is_pinned().holds(parse_dockerfile("FROM python"))
    False
    """

    def holds(parsed: Sequence[Instruction]) -> bool:
        names: set[str] = {"scratch"}
        for stage in stages(parsed):
            tag = stage.base.rpartition("/")[2].partition(":")[2]
            if (
                stage.base.lower() not in names
                and "$" not in stage.base
                and "@sha256:" not in stage.base
                and tag in {"", "latest"}
            ):
                return False
            names.add(stage.name.lower())
        return True

    return Rule(description="each base image has a fixed tag or digest, not `latest`", holds=holds)


def runs_as_a_user() -> Rule:
    r"""Return a rule: the last USER of the image is neither root nor the number 0, and there is one.

    Examples
    --------
    >>> runs_as_a_user().holds(parse_dockerfile("FROM alpine:3.20\nUSER app"))
    True
    >>> runs_as_a_user().holds(parse_dockerfile("FROM alpine:3.20 AS build\nUSER app\nFROM alpine:3.20"))
    False
    """

    def holds(parsed: Sequence[Instruction]) -> bool:
        user = _last(image(parsed), "USER").strip("\"'").partition(":")[0].strip()
        return user not in {"", "root"} and not re.fullmatch(r"[-+]?0+", user)

    return Rule(description="the container runs as a user who is not root", holds=holds)


def has(instruction: str, matches: str = "", description: str = "") -> Rule:
    r"""Return a rule: an instruction with a matching value has an effect on the image.

    Instructions of stages that the image does not start from have none, nor has any but the last CMD, ENTRYPOINT, HEALTHCHECK or USER, nor
    `HEALTHCHECK NONE`. Of RUN, the commands that it runs are matched.

    Parameters
    ----------
    instruction : str
        Name of the instruction, in any case.
    matches : str, default ""
        Regular expression, searched in the value.
    description : str, default ""
        The rule in words.

    Examples
    --------
    >>> has("healthcheck").holds(parse_dockerfile("FROM alpine:3.20\nHEALTHCHECK CMD true"))
    True
    """
    name = instruction.upper()

    def holds(parsed: Sequence[Instruction]) -> bool:
        made = image(parsed) if name not in {"FROM", "ARG"} else parsed
        lines = [line for line in made if line.name == name][-1 if name in LAST_COUNTS else 0 :]
        if name == "HEALTHCHECK":
            lines = [line for line in lines if line.value.upper() != "NONE"]
        if name == "RUN" and matches:
            return any(re.search(matches, command) for line in lines for command in _run_commands(line.value))
        return any(re.search(matches, line.value) for line in lines)

    return Rule(description=description or f"there is a {name}", holds=holds)


def installs_before_it_copies_the_code() -> Rule:
    r"""Return a rule: a Dockerfile installs dependencies before it copies the code, so that a change of code keeps that layer.

    Installations by pip, uv, poetry, pdm, npm, pnpm and yarn count, in any stage that the image needs; those by apt-get are ignored.
    `COPY . …` and `ADD . …` copy the code.

    Examples
    --------
    >>> ordered = "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . ."
    >>> installs_before_it_copies_the_code().holds(parse_dockerfile(ordered))
    True
    """

    def holds(parsed: Sequence[Instruction]) -> bool:
        return any(_installs_first(stage) for stage in built_stages(parsed))

    return Rule(description="dependencies are installed before the code is copied", holds=holds)


def _installs_first(instructions: Sequence[Instruction]) -> bool:
    """Return whether dependencies are installed before all of the code is there."""
    for instruction in instructions:
        if instruction.name == "RUN" and any(map(INSTALLERS.match, _run_commands(instruction.value))):
            return True
        if instruction.name in {"COPY", "ADD"} and re.match(r"(--\S+\s+)*(\./?|\[\s*\"\./?\")[\s,]", instruction.value):
            return False
    return False


def _run_commands(value: str) -> Iterator[str]:
    """Yield the commands of a RUN instruction: of its shell script, its here-document, or its list of words."""
    script = re.sub(r"^(--\S+\s+)+", "", value)
    if script.startswith("["):
        words = re.findall(r"\"((?:[^\"\\]|\\.)*)\"", script)
        yield from (
            commands(words[2] if words[1:2] == ["-c"] else " ".join(words[:50])) if len(words) > 1 else iter(words)
        )
    elif script.startswith("<<"):
        yield from commands(script.partition("\n")[2])
    else:
        yield from commands(script)


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
            re.search(pattern, command) for script in _commands(tree, decisive=decisive) for command in read(script)
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


def _needed(jobs: Mapping[str, Any], name: str, tree: Any) -> set[str]:
    """Return the jobs that a job waits for: those it names, else in GitLab those of earlier stages."""
    declared = jobs[name]
    if not isinstance(declared, dict):
        return set()
    if "needs" not in declared and "jobs" not in tree:
        order = [str(stage) for stage in _listed(tree.get("stages", [".pre", "build", "test", "deploy", ".post"]))]
        stage = str(declared.get("stage", "test"))
        earlier = set(order[: order.index(stage)]) if stage in order else set()
        return {
            other for other, job in jobs.items() if isinstance(job, dict) and str(job.get("stage", "test")) in earlier
        }
    return {str(need.get("job") if isinstance(need, dict) else need) for need in _listed(declared.get("needs", []))}


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
    for name in _listed(job["extends"]):
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
    condition = _written(part.get("if", "true")).strip()
    condition = condition.removeprefix("${{").removesuffix("}}").strip().lower()
    alone = [term.strip() for term in condition.split("&&")]
    return part.get("when") == "never" or any(term in NEVER for term in alone)


def _steps(job: Any) -> list[dict[str, Any]]:
    """Return the steps of a GitHub job that may run."""
    steps = job.get("steps") if isinstance(job, dict) else None
    return [step for step in _listed(steps) if isinstance(step, dict) and not _never(step)]


def _commands(tree: Any, *, decisive: bool = False) -> Iterator[str]:
    """Yield the scripts of a GitHub workflow's steps and of a GitLab file's jobs that may run, or those whose failure counts."""
    for job in _jobs(tree).values():
        if isinstance(job, dict) and not (decisive and (job.get("continue-on-error") or job.get("allow_failure"))):
            for step in _steps(job):
                if isinstance(step.get("run"), str) and not (decisive and step.get("continue-on-error")):
                    yield step["run"]
            for key in ("before_script", "script") if decisive else ("before_script", "script", "after_script"):
                yield from (line for line in _flat(_listed(job.get(key))) if isinstance(line, str))


def _equal(value: Any, wanted: object) -> bool:
    """Return whether a value is the wanted one; a number and its text are the same, a truth value and a number are not."""
    return value == wanted if isinstance(value, list | dict) else _written(value) == _written(wanted)


def _written(value: Any) -> str:
    """Return a value as YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(value: Any) -> list[Any]:
    """Return a list as it is, and any other value as the only element of one."""
    return value if isinstance(value, list) else [value]


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    """Yield values, those of lists within the list in their place: a GitLab script may name lists by anchors."""
    for value in values:
        yield from _flat(value) if isinstance(value, list) else (value,)


def _values_at(tree: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield all values at a path; `*` matches any key or index, and a list of `NAME=value` texts is read as a mapping."""
    if not path:
        yield tree
        return
    if isinstance(tree, list):
        named = {str(part).partition("=")[0]: str(part).partition("=")[2] for part in tree if isinstance(part, str)}
        branches = {str(at): part for at, part in enumerate(tree)} | named
    else:
        branches = {str(key): part for key, part in tree.items()} if isinstance(tree, Mapping) else {}
    for key in branches if path[0] == "*" else (path[0],):
        if key in branches:
            yield from _values_at(branches[key], path[1:])


def _last(parsed: Sequence[Instruction], name: str) -> str:
    """Return the value of the last instruction with a name, an empty text without one."""
    return next((instruction.value for instruction in reversed(parsed) if instruction.name == name), "")
