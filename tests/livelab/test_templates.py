"""What students start from: pipelines for two services and compose files, held against their published schemas."""

import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jsonschema
import kubernetes_validate
import pytest
import yaml

from devopssim.livelab import templates
from devopssim.livelab.parts import DRILLS
from devopssim.livelab.parts.monitor import SIGNALS
from devopssim.livelab.parts.pipeline import FORMS

STAGES: Final = ["build", "test", "scan", "push", "deploy"]
VALUES: Final = {
    "base_image": "python:3.12-slim",
    "lab": "lab",
    "project": "devopssim-lab",
    "registry": "localhost:5001",
    **{f"{name}_image": name for name in ("postgres", "haproxy", "prometheus", "alertmanager", "python")},
    **{
        f"{name}_port": str(port)
        for port, name in enumerate(
            ("web", "load_balancer", "weights", "prometheus", "alertmanager", "inbox"), start=5002
        )
    },
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's repository as a student gets it."""
    folder = tmp_path_factory.mktemp("shop")
    templates.copy("shop", folder, VALUES)
    return folder


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("production")
    templates.copy("production", folder, VALUES)
    return folder


def test_gitlabs_pipeline_is_valid_by_gitlabs_schema(shop: Path) -> None:
    assert broken_rules(read(shop / ".gitlab-ci.yml"), "gitlab-ci") == []


def test_the_schema_would_notice_a_word_that_gitlab_does_not_know(shop: Path) -> None:
    pipeline = read(shop / ".gitlab-ci.yml")
    pipeline["deploy"]["when"] = "a person feels like it"
    assert broken_rules(pipeline, "gitlab-ci") != []


@pytest.mark.parametrize("form", FORMS)
def test_githubs_pipelines_are_valid_by_the_schema_of_workflows(shop: Path, form: str) -> None:
    assert broken_rules(read(shop / "pipelines" / f"{form}.yml"), "github-workflows") == []


@pytest.mark.parametrize(
    "name", ["compose.yaml", "compose.load-balancer.yaml", "compose.monitor.yaml", "compose.on-call.yaml"]
)
def test_production_is_valid_by_the_schema_of_compose(production: Path, name: str) -> None:
    assert broken_rules(read(production / name), "compose-spec") == []


def test_each_form_of_the_pipeline_goes_further_than_the_one_before(shop: Path) -> None:
    steps = {form: list(commands_on_github(shop, form)) for form in FORMS}
    assert steps == {"integration": STAGES[:3], "delivery": STAGES, "deployment": STAGES}
    assert set(read(shop / "pipelines" / "delivery.yml")["jobs"]) == {"integrate", "deploy"}


def test_gitlab_runs_the_same_stages_with_the_same_commands_as_github(shop: Path) -> None:
    pipeline = read(shop / ".gitlab-ci.yml")
    assert pipeline["stages"] == STAGES
    on_gitlab = {stage: words(*pipeline[stage]["script"]).replace("$CI_COMMIT_SHA", "$GITHUB_SHA") for stage in STAGES}
    assert on_gitlab == commands_on_github(shop, "deployment")


def test_a_person_decides_on_gitlab_when_it_is_deployed(shop: Path) -> None:
    assert read(shop / ".gitlab-ci.yml")["deploy"]["when"] == "manual"


def test_every_port_of_production_is_bound_to_this_machine(production: Path) -> None:
    services = [read(path)["services"] for path in production.glob("compose*.yaml")]
    ports = [port for found in services for service in found.values() for port in service.get("ports", ())]
    assert len(ports) == 6
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_everything_of_production_carries_the_label(production: Path) -> None:
    files = list(production.glob("compose*.yaml"))
    assert files
    for path in files:
        parts = read(path)
        labelled = [*parts["services"].values(), *parts["networks"].values(), *parts.get("volumes", {}).values()]
        assert [it for it in labelled if it["labels"]["devopssim.lab"] != "lab"] == []


def test_every_alert_has_a_severity_that_somebody_hears(production: Path) -> None:
    rules = read(production / "prometheus" / "alerts.yml")["groups"][0]["rules"]
    assert {rule["labels"]["severity"] for rule in rules} == {"critical", "warning"}
    fitting = {alert for kind in DRILLS.values() for alert in kind.alerts}
    assert {rule["alert"] for rule in rules} == fitting
    settings = read(production / "alertmanager" / "alertmanager.yml")
    named = {receiver["name"] for receiver in settings["receivers"]}
    assert {settings["route"]["receiver"], *(route["receiver"] for route in settings["route"]["routes"])} == named


def test_grafana_s_dashboard_shows_the_queries_of_the_board(production: Path) -> None:
    board = json.loads((production / "grafana" / "golden-signals.json").read_text(encoding="utf-8"))
    shown = {panel["title"].lower(): panel["targets"][0]["expr"] for panel in board["panels"]}
    assert shown == SIGNALS
    (source,) = board["__inputs"]  # what Grafana asks for when it imports a file
    used = {thing["datasource"]["uid"] for thing in (*board["panels"], *board["annotations"]["list"])}
    assert used == {f"${{{source['name']}}}"}


def test_the_manifest_is_valid_by_the_schema_of_kubernetes_and_its_parts_fit(shop: Path) -> None:
    deployment, service = yaml.safe_load_all((shop / "shop.yaml").read_text(encoding="utf-8"))
    for document in (deployment, service):
        kubernetes_validate.validate(document, "1.30", strict=True)
    pod = deployment["spec"]["template"]
    labels = pod["metadata"]["labels"]
    assert labels == deployment["spec"]["selector"]["matchLabels"] == service["spec"]["selector"]
    (container,) = pod["spec"]["containers"]
    assert container["ports"] == [{"name": service["spec"]["ports"][0]["targetPort"], "containerPort": 5000}]
    assert container["readinessProbe"]["httpGet"]["path"] == container["livenessProbe"]["httpGet"]["path"] == "/health"
    assert f"USER {container['securityContext']['runAsUser']}" in (shop / "Dockerfile").read_text(encoding="utf-8")


def test_the_schema_would_notice_a_field_that_kubernetes_does_not_know(shop: Path) -> None:
    deployment, _ = yaml.safe_load_all((shop / "shop.yaml").read_text(encoding="utf-8"))
    deployment["spec"]["replica"] = 3
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, "1.30", strict=True)


def commands_on_github(shop: Path, form: str) -> dict[str, str]:
    jobs = read(shop / "pipelines" / f"{form}.yml")["jobs"].values()
    return {step["id"]: words(step["run"]) for job in jobs for step in job["steps"] if "id" in step}


def words(*commands: str) -> str:
    return " ".join(" ".join(commands).split())


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def broken_rules(document: Any, schema: str) -> list[str]:
    """Return which rules of a published schema a document breaks; YAML's `on:` is the text that JSON would have."""
    text = (resources.files("check_jsonschema.builtin_schemas") / "vendor" / f"{schema}.json").read_text("utf-8")
    if isinstance(document, dict) and True in document:
        document = {("on" if key is True else key): value for key, value in document.items()}
    validator = jsonschema.validators.validator_for(json.loads(text))(json.loads(text))
    return [error.message for error in validator.iter_errors(document)]
