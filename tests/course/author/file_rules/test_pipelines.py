"""Rules on pipelines are kept by what would run, and by what would stop a release."""

from typing import Any

import pytest

from devopssim.course.author.file_rules import Rule, parse
from devopssim.course.author.file_rules import pipelines as rules
from devopssim.course.author.yaml_files import parse_yaml

WORKFLOW = """\
on: [push, pull_request]
jobs:
  test: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout@v4}, {run: pytest -q}]}
  scan: {needs: test, runs-on: ubuntu-latest, steps: [{run: bandit -r .}]}
  deploy: {needs: [scan], runs-on: ubuntu-latest, steps: [{run: ./deploy}]}
"""


@pytest.mark.parametrize(
    ("rule", "instead_of", "broken"),
    [
        (rules.needs("deploy", "test"), "needs: test, ", ""),
        (rules.runs("^pytest"), "pytest -q", "echo pytest"),
        (rules.triggered_by("push"), "push, ", ""),
    ],
)
def test_a_rule_of_workflows_is_kept_or_broken(rule: Rule, instead_of: str, broken: str) -> None:
    assert rule.holds(parse("workflow", WORKFLOW)), rule.description
    assert not rule.holds(parse("workflow", WORKFLOW.replace(instead_of, broken))), rule.description


def test_a_rule_of_gitlab_files_is_kept() -> None:
    tree = parse("gitlab", "test: {script: [pytest]}\ndeploy: {needs: [{job: test}], script: ./deploy}\n")
    assert rules.needs("deploy", "test").holds(tree)
    assert rules.runs("^pytest").holds(tree)


@pytest.mark.parametrize(
    ("of_deploy", "of_test"),
    [
        ("{}", "{}"),
        ("{if: github.ref == 'refs/heads/main'}", "{}"),
        ("{if: success()}", "{}"),
        ("{if: '${{ !failure() && !cancelled() }}'}", "{}"),
        ("{if: \"always() && (needs.test.result == 'success')\"}", "{}"),
        ("{if: \"always() && needs.build.result == 'success'\"}", "{}"),
        ("{if: \"!cancelled() && needs['test'].result == 'success'\"}", "{continue-on-error: false}"),
    ],
)
def test_a_job_that_runs_only_after_success_needs_the_other(of_deploy: str, of_test: str) -> None:
    assert rules.needs("deploy", "test").holds(chain(of_deploy, of_test))


@pytest.mark.parametrize(
    ("of_deploy", "of_test"),
    [
        ("{if: always()}", "{}"),
        ("{if: '${{ failure() }}'}", "{}"),
        ("{if: '!cancelled()'}", "{}"),
        ("{if: success() || failure()}", "{}"),
        ("{if: \"always() && needs.build.result == 'skipped'\"}", "{}"),
        ("{if: \"always() && needs.test.result != 'success'\"}", "{}"),
        ("{}", "{continue-on-error: true}"),
    ],
)
def test_a_job_that_may_run_after_a_failure_does_not_need_the_other(of_deploy: str, of_test: str) -> None:
    assert not rules.needs("deploy", "test").holds(chain(of_deploy, of_test))


def chain(of_deploy: str, of_test: str) -> dict[str, Any]:
    deploy, test = parse_yaml(of_deploy), parse_yaml(of_test)
    return {"jobs": {"deploy": {"needs": "build", **deploy}, "build": {"needs": ["test"]}, "test": test}}


@pytest.mark.parametrize(
    ("of_deploy", "of_test"),
    [("{when: manual}", "{}"), ("{rules: [{if: $CI_COMMIT_TAG}]}", "{allow_failure: false}")],
)
def test_a_gitlab_job_of_a_later_stage_needs_the_earlier_ones(of_deploy: str, of_test: str) -> None:
    assert rules.needs("ship", "test").holds(stages(of_deploy, of_test))


@pytest.mark.parametrize(
    ("of_deploy", "of_test"),
    [
        ("{when: always}", "{}"),
        ("{rules: [{if: $CI_COMMIT_TAG, when: on_failure}]}", "{}"),
        ("{}", "{allow_failure: {exit_codes: [1]}}"),
    ],
)
def test_a_gitlab_job_that_may_run_after_a_failure_does_not_need_the_other(of_deploy: str, of_test: str) -> None:
    assert not rules.needs("ship", "test").holds(stages(of_deploy, of_test))


def stages(of_deploy: str, of_test: str) -> dict[str, Any]:
    deploy, test = parse_yaml(of_deploy, "gitlab"), parse_yaml(of_test, "gitlab")
    return {"test": {"stage": "test", "script": "pytest", **test}, "ship": {"stage": "deploy", "script": "x", **deploy}}


SCAN = {"id": "scan", "run": "python scan.py"}
PUSH = {"id": "push", "run": "docker push shop"}


@pytest.mark.parametrize(
    ("steps", "others"),
    [
        ([SCAN, PUSH], {}),
        ([SCAN, PUSH | {"if": "github.ref == 'refs/heads/main'"}], {}),
        ([SCAN, PUSH | {"if": "always() && steps.scan.outcome == 'success'"}], {}),
        ([SCAN, {"run": "ls"}, {"run": "docker build . && docker push shop"}], {}),
        ([SCAN], {"push": {"needs": "ship", "steps": [PUSH]}}),
    ],
)
def test_a_gate_lets_through_only_what_has_passed(steps: list[Any], others: dict[str, Any]) -> None:
    assert rules.gate("ship", "scan", "docker push").holds({"jobs": {"ship": {"steps": steps}, **others}})


@pytest.mark.parametrize(
    ("steps", "others"),
    [
        ([SCAN], {}),
        ([PUSH], {}),
        ([PUSH, SCAN], {}),
        ([PUSH, SCAN, PUSH], {}),
        ([SCAN, PUSH | {"if": "always()"}], {}),
        ([SCAN, PUSH | {"if": "${{ !cancelled() }}"}], {}),
        ([SCAN, PUSH | {"if": "always() && steps.test.outcome == 'success'"}], {}),
        ([SCAN | {"continue-on-error": True}, PUSH], {}),
        ([SCAN | {"if": False}, PUSH], {}),
        ([{"run": "docker build . && docker push shop"}, SCAN, PUSH], {}),
        ([SCAN, PUSH], {"other": {"steps": [PUSH]}}),
        ([SCAN, PUSH], {"other": {"needs": "ship", "if": "always()", "steps": [PUSH]}}),
    ],
)
def test_a_gate_that_can_be_passed_by_is_none(steps: list[Any], others: dict[str, Any]) -> None:
    assert not rules.gate("ship", "scan", "docker push").holds({"jobs": {"ship": {"steps": steps}, **others}})


def test_jobs_that_wait_for_each_other_are_no_endless_search() -> None:
    assert not rules.needs("a", "c").holds({"jobs": {"a": {"needs": "b"}, "b": {"needs": "a"}}})
