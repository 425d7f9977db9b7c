"""Dockerfiles, compose files and workflows: parsed and judged, never run."""

import pytest

from devopssim.course.author import file_rules as files
from devopssim.course.author.yaml_files import DEEPEST, MOST_NODES
from devopssim.errors import InvalidInputError

COMPOSE = """\
services:
  web:
    image: localhost:5000/shop:latest
    environment: [SQLALCHEMY_DATABASE_URI=postgresql://x]
    depends_on: {postgres: {condition: service_healthy}}
  postgres: {image: "postgres:16"}
"""


@pytest.mark.parametrize(
    ("rule", "instead_of", "broken"),
    [
        (files.at("services.web.image", matches=r"^localhost:\d+/shop"), "localhost:5000/shop", "shop"),
        (
            files.at("services.web.depends_on.postgres.condition", equals="service_healthy"),
            "service_healthy",
            "service_started",
        ),
        (files.at("services.web.environment.SQLALCHEMY_DATABASE_URI", matches="^postgresql"), "postgresql:", "sqlite:"),
        (files.at("services.*.image", matches="^postgres:"), "postgres:16", "mysql:8"),
    ],
)
def test_a_rule_of_compose_files_is_kept_or_broken(rule: files.Rule, instead_of: str, broken: str) -> None:
    assert rule.holds(files.parse("compose", COMPOSE)), rule.description
    assert not rule.holds(files.parse("compose", COMPOSE.replace(instead_of, broken))), rule.description


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (files.runs("^pytest"), "a step runs ^pytest"),
        (files.runs("^pytest", "the tests run"), "the tests run"),
        (files.has("user"), "there is a USER"),
        (files.has("user", description="a user is named"), "a user is named"),
        (files.starts_from("slim"), "the image starts from the right base"),
        (files.starts_from("slim", "the base is slim"), "the base is slim"),
        (files.at("on"), "on is given"),
        (files.at("on", equals="push"), "on is given as it should be"),
        (files.at("on", matches="push"), "on is given as it should be"),
        (files.at("on", description="it is triggered"), "it is triggered"),
    ],
)
def test_a_rule_says_what_it_asks_in_its_own_words_or_in_the_authors(rule: files.Rule, says: str) -> None:
    assert rule.description == says


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dockerfile", "RUN x"),
        ("dockerfile", "services:\n  web:\n"),
        ("dockerfile", "FROM x\n" * 20_000),
        ("compose", "a: &a [" + "1, " * 20 + "]\nb: &b [" + "*a, " * 20 + "]\nc: [" + "*b, " * 20 + "]"),
        ("compose", "a: [1"),
        ("compose", "- a\n"),
        ("compose", "[" * 65_000),
        ("compose", "- " * 30_000),
        ("compose", "a: " + "{b: " * 5000),
        ("compose", "a: !!python/object/apply:os.system [id]"),
        ("workflow", "a: [" + "1," * 20_000 + "1]"),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_reason(name: str, text: str) -> None:
    with pytest.raises(InvalidInputError):
        files.parse(name, text)


@pytest.mark.parametrize(
    ("name", "text", "beyond"),
    [
        ("text", "x" * files.LONGEST, "x"),
        ("compose", "a: " + "[" * DEEPEST + "]" * DEEPEST, " # ["),
        ("compose", "a: [" + "1," * (MOST_NODES - 10) + "1", ",1"),
    ],
)
def test_a_file_may_be_as_large_as_the_limit_and_no_larger(name: str, text: str, beyond: str) -> None:
    ends = {"text": "", "compose": "" if text.endswith("]") else "]"}[name]
    assert files.parse(name, text + ends)
    larger = text.replace("[]", "[[]]") if "#" in beyond else text + beyond
    with pytest.raises(InvalidInputError, match=r"characters|brackets|parts"):
        files.parse(name, larger + ends)


def test_the_limits_are_those_that_the_guide_promises() -> None:
    assert (files.LONGEST, DEEPEST, MOST_NODES) == (65_536, 100, 5_000)


def test_brackets_that_are_closed_again_are_not_open() -> None:
    assert files.parse("compose", "a: [" + "[]," * 2 * DEEPEST + "{}]")


def test_a_continuation_without_a_next_line_ends_the_file() -> None:
    assert [line.value for line in files.parse_dockerfile("FROM x \\")] == ["x"]


def test_an_alias_within_itself_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidInputError, match="write it out plainly"):
        files.parse("compose", "a: &x [1, *x]")


def test_a_continued_line_loses_its_backslash_and_nothing_else() -> None:
    assert [line.value for line in files.parse_dockerfile("FROM ab\\\n  c\\\n# more\nd")] == ["ab c d"]


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("dockerfile", "\ufeffFROM python:3.12-slim\nUSER 1\n", files.base_is_pinned()),
        (
            "compose",
            "x-e: &e\n  A: '1'\nservices:\n  web: {environment: *e}\n",
            files.at("services.web.environment.A", equals=1),
        ),
        (
            "compose",
            "x-d: &d\n  restart: always\nservices:\n  web:\n    <<: *d\n    image: x:1\n",
            files.at("services.web.restart", equals="always"),
        ),
        ("compose", "services: {web: {ports: [22:22]}}", files.at("services.web.ports.*", equals="22:22")),
        (
            "compose",
            "services: {web: {ports: !override ['80:80'], user: !reset null}}",
            files.at("services.web.ports.0", equals="80:80"),
        ),
        (
            "gitlab",
            ".s: {script: [pip install x]}\nt: {script: [!reference [.s, script], pytest]}",
            files.runs("^pip install"),
        ),
        ("gitlab", ".base: {script: [pytest]}\nt: {extends: .base}", files.runs("^pytest")),
        ("gitlab", ".s: {script: &s [pip install x, pytest]}\nt: {script: [*s, [ls]]}", files.runs("^pytest")),
        ("gitlab", "a: {stage: build, script: [x]}\nb: {stage: deploy, script: [y]}", files.needs("b", "a")),
        ("workflow", "on: push\njobs: {t: {steps: [{run: 'cd a && pytest'}]}}", files.triggered_by("push")),
        ("workflow", "on: {push: {paths: [on, off, no]}}", files.at("on.push.paths.2", equals="no")),
        (
            "dockerfile",
            "ARG B=python:3.12\nFROM $B AS a\nRUN --mount=type=cache,target=/x pip install -r r.txt\nFROM a\nCOPY . .\nUSER app",
            files.installs_before_it_copies_the_code(),
        ),
        (
            "dockerfile",
            "FROM python:3.12 AS a\nRUN pip install x\nFROM python:3.12\nCOPY --from=a /x /x\nCOPY . /app\n",
            files.installs_before_it_copies_the_code(),
        ),
        ("dockerfile", 'FROM a:1\nRUN ["sh", "-c", "pip install x"]', files.has("RUN", "^pip install")),
    ],
)
def test_what_the_tools_take_is_taken(name: str, text: str, rule: files.Rule) -> None:
    assert rule.holds(files.parse(name, text)), rule.description


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("dockerfile", "FROM a:1 AS x\nUSER app\nFROM b:1", files.runs_as_a_user()),
        ("dockerfile", "FROM a:1\nUSER 00:5", files.runs_as_a_user()),
        ("dockerfile", "FROM a:1\nARG ID=0\nUSER ${ID}", files.runs_as_a_user()),
        ("dockerfile", "ARG B=python:latest\nFROM ${B}", files.base_is_pinned()),
        ("dockerfile", "FROM a:1 AS x\nHEALTHCHECK CMD true\nFROM b:1", files.has("healthcheck")),
        ("dockerfile", "FROM a:1\nHEALTHCHECK CMD true\nHEALTHCHECK NONE", files.has("healthcheck")),
        ("dockerfile", "FROM a:1\nRUN echo pip install x", files.has("RUN", "pip install")),
        ("dockerfile", "FROM a:1\nRUN echo pip install x\nCOPY . .", files.installs_before_it_copies_the_code()),
        (
            "dockerfile",
            "FROM a:1 AS x\nRUN pip install x\nFROM b:1\nCOPY . .",
            files.installs_before_it_copies_the_code(),
        ),
        ("workflow", "jobs: {t: {steps: [{run: pytest, if: false}]}}", files.runs("pytest")),
        ("workflow", "jobs: {t: {if: '${{ false }}', steps: [{run: pytest}]}}", files.runs("pytest")),
        ("workflow", "jobs: {t: {steps: [{run: 'echo pytest # todo'}]}}", files.runs("pytest")),
        ("workflow", "jobs: {deploy: {needs: test, steps: []}}", files.needs("deploy", "test")),
        ("workflow", "jobs: {ship: {steps: [{id: scan, run: 'true'}]}}", files.step_runs("ship", "scan", "trivy")),
        ("gitlab", "t: {script: [pytest], rules: [{when: never}]}", files.runs("pytest")),
        ("gitlab", ".t: {script: [pytest]}\nu: {script: [x]}", files.runs("pytest")),
        ("workflow", "jobs: {t: {steps: [{run: ls}]}, u: {steps: [{run: pytest}]}}", files.runs("pytest", job="t")),
        ("compose", "services: {web: {privileged: true}}", files.at("services.web.privileged", equals=1)),
    ],
)
def test_what_has_no_effect_earns_nothing(name: str, text: str, rule: files.Rule) -> None:
    assert not rule.holds(files.parse(name, text)), rule.description


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("workflow", "on: push\njobs: {}\non: push", "line 3: the key 'on' comes twice"),
        ("compose", "services:\n  web: {}\n  web: {}", "comes twice"),
        ("compose", "a: !reference [b, c]", "the tag !reference is unknown here"),
        ("gitlab", "a: !reference [b, c]", "names nothing"),
        ("gitlab", "a: {b: !reference [a, b]}", "leads to itself"),
        ("gitlab", "a: !reference b", "not YAML"),
        ("workflow", "# later", "the file is empty; a mapping like `services:` or `jobs:` is expected"),
        ("workflow", "pytest", "the file is a single value; a mapping"),
        ("compose", "- web", "the file is a list; a mapping"),
        ("compose", "a: 2001-02-30", ""),
        ("dockerfile", "FORM alpine", "'FORM' is not an instruction"),
        ("dockerfile", "RUN x\nFROM y", "FROM is missing"),
    ],
)
def test_what_the_tools_refuse_is_refused(name: str, text: str, says: str) -> None:
    if not says:
        assert files.parse(name, text) == {"a": "2001-02-30"}, "a date is a text"
        return
    with pytest.raises(InvalidInputError, match=says):
        files.parse(name, text)


@pytest.mark.parametrize("text", ["on: push", "jobs: []", "jobs: {test: [x]}", "jobs: {test: {steps: x}}"])
def test_a_file_that_lacks_what_a_rule_reads_breaks_it(text: str) -> None:
    last = files.Rule(description="", holds=lambda tree: tree["jobs"]["test"]["steps"].index(0) == 0)
    assert not last.is_kept(files.parse("workflow", text))
