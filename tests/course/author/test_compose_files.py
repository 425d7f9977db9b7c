"""A compose file means the same in each of its forms."""

import subprocess
from typing import Any

import pytest

from devopssim.course.author import compose_files, file_rules
from devopssim.course.author.compose_files import normal_compose
from devopssim.errors import InvalidInputError

SHORT = """
services:
  web:
    image: shop
    ports: ["80:5000"]
    environment: ["URI=${URI}"]
    depends_on: {postgres: {condition: service_healthy}}
  postgres:
    image: postgres:16
    environment: [POSTGRES_PASSWORD]
    healthcheck: {test: pg_isready}
"""
LONG = """
services:
  web:
    image: shop
    ports: [{target: 5000, published: "80"}]
    environment: {URI: "${URI}"}
    depends_on: {postgres: {condition: service_healthy}}
  postgres:
    image: postgres:16
    environment: {POSTGRES_PASSWORD: "${POSTGRES_PASSWORD}"}
    healthcheck: {test: [CMD-SHELL, pg_isready]}
"""
RULES = (
    file_rules.at("services.web.ports.*", matches="^80:5000$"),
    file_rules.at("services.web.environment.URI", equals="${URI}"),
    file_rules.at("services.web.depends_on.postgres.condition", equals="service_healthy"),
    file_rules.at("services.postgres.environment.POSTGRES_PASSWORD", matches="POSTGRES_PASSWORD"),
    file_rules.at("services.postgres.healthcheck.test.*", matches="pg_isready"),
)


@pytest.fixture
def without_compose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose_files, "_compose_is_there", lambda: False)


@pytest.mark.usefixtures("without_compose")
@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_short_and_long_forms_keep_the_same_rules(text: str) -> None:
    assert [rule.description for rule in RULES if not rule.holds(file_rules.parse("compose", text))] == []


@pytest.mark.skipif(not compose_files._compose_is_there(), reason="needs docker compose")
@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_compose_itself_reads_both(text: str) -> None:
    assert [rule.description for rule in RULES if not rule.holds(file_rules.parse("compose", text))] == []


def test_what_compose_refuses_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = subprocess.CompletedProcess((), 1, stdout="", stderr="warning\nservices.web.prots is not allowed\n")
    monkeypatch.setattr(compose_files, "_compose_is_there", lambda: True)
    monkeypatch.setattr(subprocess, "run", lambda *_words, **_settings: refused)
    with pytest.raises(InvalidInputError, match="prots") as caught:
        normal_compose({"services": {"web": {"prots": []}}})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tree", [{"include": ["/etc/passwd"]}, {"services": {"web": {"env_file": ["/etc/passwd"]}}}])
def test_a_file_that_reads_others_never_reaches_compose(monkeypatch: pytest.MonkeyPatch, tree: dict[str, Any]) -> None:
    def run(*_words: object, **_settings: object) -> None:
        raise AssertionError("it was given to docker compose")

    monkeypatch.setattr(subprocess, "run", run)
    assert normal_compose(tree) == tree


@pytest.mark.usefixtures("without_compose")
@pytest.mark.parametrize(
    "tree", [{}, {"services": None}, {"services": {"web": None}}, {"services": {"web": {"ports": "80"}}}]
)
def test_odd_files_keep_their_form(tree: dict[str, Any]) -> None:
    assert normal_compose(tree) == tree
