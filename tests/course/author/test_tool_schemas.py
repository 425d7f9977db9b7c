"""GitHub, GitLab and Compose refuse a file in a sentence with the value, its place and what is allowed; what they take is taken."""

import importlib.util
import json
import time

import pytest

from devopssim.course.author import expect, file_rules, tool_schemas
from devopssim.course.author.exercises import parse
from devopssim.course.author.expectations import collecting

WORKFLOW = """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: pytest}]
"""
WORKFLOW_WITH_MOST = """\
name: 2026
on: {push: {branches: [main], paths-ignore: [on, off]}, pull_request: , workflow_dispatch: , schedule: [{cron: '0 5 * * 1'}]}
permissions: {contents: read}
concurrency: {group: "${{ github.ref }}", cancel-in-progress: true}
env: {PORT: 5000, DEBUG: false, EMPTY: }
jobs:
  test: &test
    runs-on: ${{ matrix.os }}
    strategy: {matrix: {os: [ubuntu-latest, macos-latest], python: [3.12, "3.13"]}, fail-fast: false}
    timeout-minutes: 10
    services: {postgres: {image: "postgres:16", ports: ["5432:5432"]}}
    steps:
      - uses: actions/setup-python@v5
        with: {python-version: 3.12}
      - {name: Test, id: test, run: pytest, shell: bash, env: {A: 1}, if: always(), continue-on-error: true}
  again: *test
  single: {runs-on: ubuntu-latest, strategy: {max-parallel: 5}, steps: [{uses: team/scan@v1, with: {path: }}]}
  shared: {uses: "team/shop/.github/workflows/ship.yml@v1", needs: [test, again], secrets: inherit}
"""
GITLAB_WITH_MOST = """\
include: [{local: ci/far.yml}]
workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}
default: {image: "python:3.12"}
stages: [build, test]
variables: {A: 1, B: {value: x, description: y}}
.setup: &setup {before_script: [pip install x]}
test:
  <<: *setup
  extends: [.setup, .far]
  stage: test
  script: [!reference [.setup, before_script], !reference [.far, script], pytest]
  rules: [!reference [.far, rules], {if: $A, when: on_success}]
  needs: [{job: build, artifacts: true}]
  artifacts: {paths: [out], expire_in: 1 week, reports: {junit: out/junit.xml}}
  retry: 2
build: {stage: build, script: ./build, parallel: 2, allow_failure: true, environment: {name: production}}
"""
COMPOSE_WITH_MOST = """\
x-base: &base {restart: no, environment: [A=1]}
services:
  web:
    <<: *base
    build: {context: ., args: {V: 1}}
    ports: !override ["80:5000", 22:22, {target: 80, published: "${PORT}"}]
    user: !reset null
    privileged: "${PRIVILEGED}"
    depends_on: {postgres: {condition: service_healthy}}
    healthcheck: {test: [CMD, curl, localhost], interval: 5s, retries: 3}
    deploy: {replicas: 2, resources: {limits: {cpus: "0.5"}}}
  postgres: {image: "postgres:16", volumes: ["data:/var/lib"], networks: {back: }}
volumes: {data: }
networks: {back: {}}
"""


def refused(format_name: str, text: str) -> str:
    return file_rules.read(format_name, text).refusal


@pytest.mark.parametrize(
    ("format_name", "text"),
    [
        ("workflow", WORKFLOW),
        ("workflow", WORKFLOW.replace("push", "[push]")),
        ("workflow", WORKFLOW.replace("on: push", '"on": push')),
        ("workflow", WORKFLOW.replace("ubuntu-latest", "[self-hosted, arm]")),
        ("workflow", WORKFLOW.replace("pytest", "5")),
        ("workflow", WORKFLOW_WITH_MOST),
        ("gitlab", "test: {script: pytest}"),
        ("gitlab", "test: {script: [[pip install x, pytest], ls]}"),
        ("gitlab", ".x: {script: &x [a]}\ntest: {script: [[[*x, c], d], e]}"),
        ("gitlab", GITLAB_WITH_MOST),
        ("compose", "services: {web: {image: shop}}"),
        ("compose", COMPOSE_WITH_MOST),
        ("dockerfile", "FROM alpine:3.20"),
        ("text", "on: nothing"),
    ],
)
def test_what_the_tools_take_is_taken(format_name: str, text: str) -> None:
    assert refused(format_name, text) == ""


@pytest.mark.parametrize(
    ("instead_of", "broken", "says"),
    [
        ("on: push", "on: pusch", "on is the text 'pusch'; did you mean 'push'?"),
        ("push", "[push, pusch]", "on[1] is the text 'pusch'; did you mean 'push'?"),
        ("on: push", "true: push", "the file has the unknown key 'true'; allowed are name, on, env,"),
        ("push", "{push: {branch: [main]}}", "on.push has the unknown key 'branch'; did you mean 'branches'?"),
        ("push", "{push: {branches: main}}", "on.push.branches is the text 'main'; allowed is a list."),
        ("push", "{push: {branches: [a], branches-ignore: [b]}}", "on.push has 'branches' and 'branches-ignore', which exclude"),
        ("push", "{schedule: {cron: '0 5 * * *'}}", "on.schedule is a mapping (key: value); allowed is a list."),
        ("runs-on: ubuntu-latest", "env: {}", "jobs.test lacks the key 'runs-on'."),
        ("  test:", "  my job:", "jobs has the key 'my job'; allowed is a text of the form ^[_a-zA-Z]"),
        ("steps: [{run: pytest}]", "steps: pytest", "jobs.test.steps is the text 'pytest'; allowed is a list."),
        ("[{run: pytest}]", "{run: pytest}", "jobs.test.steps is a mapping (key: value); allowed is a list."),
        ("[{run: pytest}]", "[]", "jobs.test.steps is an empty list; it needs 1 or more."),
        ("{run: pytest}", "pytest", "jobs.test.steps[0] is the text 'pytest'; allowed is a mapping (key: value)."),
        ("{run: pytest}", "{runs: pytest}", "jobs.test.steps[0] has the unknown key 'runs'; did you mean 'run'?"),
        ("pytest", "", "jobs.test.steps[0].run is nothing; allowed is a text."),
        ("{run: pytest}", "{run: [pytest]}", "jobs.test.steps[0].run is a list; allowed is a text."),
        ("{run: pytest}", "{name: Test}", "jobs.test.steps[0] needs one of the keys uses, run"),
        ("run: pytest", "run: pytest, uses: a/b@v1", "jobs.test.steps[0] has 'uses' and 'run', which exclude each other."),
        ("run: pytest", "uses: a/b@v1, shell: bash", "jobs.test.steps[0] has the key 'shell' without 'run'."),
        ("run: pytest", "run: x, timeout-minutes: ten", "timeout-minutes is the text 'ten'; allowed is a number or an expression ${{ … }}."),
        ("steps:", "needs: tset\n    steps:", "jobs.test.needs names 'tset'; none is allowed there."),
        ("jobs:", "env: [A=1]\njobs:", "env is a list; allowed is a mapping (key: value) or a text."),
    ],
)  # fmt: skip
def test_github_refuses_in_a_sentence(instead_of: str, broken: str, says: str) -> None:
    assert instead_of in WORKFLOW
    sentence = refused("workflow", WORKFLOW.replace(instead_of, broken, 1))
    assert sentence.startswith("GitHub would refuse the file: ")
    assert says in sentence


@pytest.mark.parametrize(
    ("format_name", "text", "says"),
    [
        ("gitlab", "test: {scripts: pytest}", "test has the unknown key 'scripts'; did you mean 'script'?"),
        ("gitlab", "test: [pytest]", "test is a list; allowed is a mapping (key: value)."),
        ("gitlab", "test: {script: [echo: x]}", "test.script[0] is a mapping (key: value); allowed is a text or a list."),
        ("gitlab", "stages: test\ntest: {script: x}", "stages is the text 'test'; allowed is a list."),
        ("gitlab", "test: {script: x, retry: 5}", "test.retry is the value 5; allowed is 2 or less."),
        ("gitlab", ".base: {script: x}\ntest: {extends: .bse}", "test.extends names '.bse'; did you mean '.base'?"),
        ("gitlab", ".b: {script: x}\nt: {extends: .b, needs: [u]}\nv: {script: x}", "t.needs names 'u'; allowed are v."),
        ("compose", "service: {web: {image: a}}", "the file has the unknown key 'service'; did you mean 'services'?"),
        ("compose", "services: {web: {image: a, port: ['80:80']}}", "services.web has the unknown key 'port'; did you mean 'ports'?"),
        ("compose", "services: {web: {image: a, ports: '80:80'}}", "services.web.ports is the text '80:80'; allowed is a list."),
        ("compose", "services: [web]", "services is a list; allowed is a mapping (key: value)."),
        ("compose", "services: {web: }", "services.web is nothing; allowed is a mapping (key: value)."),
        ("compose", "services: {web: {image: a, restart: 5}}", "services.web.restart is the value 5; allowed is a text."),
        ("compose", "services: {web: {image: a, ports: [a, a]}}", "services.web.ports is a list; each of its entries may come once."),
        ("compose", "services: {web: {image: a, depends_on: [db]}, d: {image: b}}", "services.web.depends_on names 'db'; allowed are d."),
        (
            "compose",
            "services: {web: {image: a, depends_on: {db: {condition: healthy}}}, db: {image: b}}",
            "services.web.depends_on.db.condition is the text 'healthy'; allowed are service_started, service_healthy,",
        ),
    ],
)  # fmt: skip
def test_gitlab_and_compose_refuse_in_a_sentence(format_name: str, text: str, says: str) -> None:
    sentence = refused(format_name, text)
    assert says in sentence
    assert sentence.startswith(f"{tool_schemas.SCHEMAS[format_name][0]} would refuse the file: ")


def test_the_first_mistake_of_a_file_is_named() -> None:
    jobs = "\n".join(f"job-{number}: {{script: [{{a: b}}]}}" for number in range(60))
    assert "job-0.script[0] is a mapping" in refused("gitlab", jobs)


@pytest.mark.parametrize("value", ["x" * 1000, "a\\nb\\u202ec", "a/" * 500])
def test_a_sentence_stays_one_short_line(value: str) -> None:
    text = WORKFLOW.replace("[{run: pytest}]", f'"{value}"').replace("test:", f'"{value}":')
    sentence = refused("workflow", text)
    assert 0 < len(sentence) < 400
    assert sentence.isprintable()


@pytest.mark.parametrize("value", ["a/" * 40, "${{" + "\\r" * 60, "${{" * 24])
def test_no_text_makes_a_pattern_take_long(value: str) -> None:
    began = time.process_time()
    refused("workflow", f'on: push\njobs: {{t: {{uses: "{value}", timeout-minutes: "{value}"}}}}')
    assert time.process_time() - began < 5


def test_a_refused_file_has_broken_one_rule_more_and_hears_of_the_others() -> None:
    declared = {"kind": "file", "format": "workflow", "answer": "workflow"}
    with collecting(parse({"exercise": {"06-a": declared}}, "exercises.toml")) as expectations:
        expect.file("06-a", file_rules.triggered_by("push"), file_rules.runs("pytest"))
    judged = expectations[0].judgement
    assert judged(WORKFLOW).share == 1
    keeps_both = judged(WORKFLOW.replace("runs-on", "run-on"))
    assert (keeps_both.share, keeps_both.remark) == (
        2 / 3,
        "GitHub would refuse the file: jobs.test has the unknown key 'run-on'; did you mean 'runs-on'? Of the rules, each of 2 rules is kept.",
    )
    keeps_one = judged(WORKFLOW.replace("runs-on", "run-on").replace("pytest", "ls"))
    assert keeps_one.share == 1 / 3
    assert keeps_one.remark.endswith("Of the rules, not so yet: a step runs pytest.")


@pytest.mark.parametrize("absent", ["check_jsonschema", "jsonschema"])
def test_without_the_schemas_no_file_is_refused(monkeypatch: pytest.MonkeyPatch, absent: str) -> None:
    usual = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == absent else usual(name))
    tool_schemas.prepared.cache_clear()
    try:
        assert not tool_schemas.schemas_are_installed()
        assert refused("workflow", "on: pusch\njobs: {}") == ""
    finally:
        tool_schemas.prepared.cache_clear()


@pytest.mark.parametrize("format_name", tool_schemas.SCHEMAS)
def test_the_published_schemas_are_read(format_name: str) -> None:
    validator = tool_schemas.prepared(format_name)
    assert len(json.dumps(validator.schema)) > 50_000
    validator.check_schema(validator.schema)
