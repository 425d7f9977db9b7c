"""The chapter's flow by hand: the real commands of a person, and checks by docker-py."""

from pathlib import Path

import docker
import pytest
from live.steps import Timed, orders, release, version_for_users

from devopssim.livelab import CommandFailedError, Lab, LabError, workspace

pytestmark = pytest.mark.live


def test_a_wrong_password_is_refused_with_a_clear_401(lab: Lab) -> None:
    login = f"docker login {lab.registry.address} -u {workspace.USER} --password-stdin"
    with pytest.raises(
        CommandFailedError, match="the registry refuses the login; log in with the lab's password"
    ) as said:
        lab.sh(login, stdin="wrong")
    assert said.value.status == 1
    assert "401" in said.value.output or "unauthorized" in said.value.output.lower()


def test_nothing_is_published_without_a_login(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {lab.workspace.images.python}\nLABEL {lab.workspace.label}\n")
    lab.sh(f"docker build -t {lab.workspace.image}:intruder .", cwd=tmp_path)
    with pytest.raises(CommandFailedError, match="the registry refuses the login"):
        lab.sh(f"docker push {lab.workspace.image}:intruder")
    assert lab.registry.tags() == []
    lab.sh(f"docker rmi {lab.workspace.image}:intruder")


def test_a_release_goes_from_the_source_through_the_registry_to_production(shipped: Lab) -> None:
    assert shipped.registry.tags() == ["latest"]
    published = f"{shipped.workspace.image}@{shipped.registry.digest('latest')}"
    image = shipped.production.need("web").image
    assert image is not None
    assert published in image.attrs["RepoDigests"]
    assert version_for_users(shipped) == "1.0.0"


def test_the_service_runs_as_nobody_in_particular_and_is_healthy(shipped: Lab) -> None:
    web, postgres = shipped.production.need("web"), shipped.production.need("postgres")
    assert web.exec_run(["id", "-u"]).output == b"10001\n"
    assert [it.attrs["State"]["Health"]["Status"] for it in (web, postgres)] == ["healthy", "healthy"]


def test_the_shop_sells_counts_and_logs(shipped: Lab) -> None:
    before = orders(shipped)
    bought = shipped.production.ask("/orders", post={"product": "espresso", "quantity": 2})
    assert (bought.status, bought.json()["cents"]) == (201, 300)
    assert orders(shipped) == before + 1
    assert 'shop_requests_total{method="POST",path="/orders",status="201"}' in shipped.production.ask("/metrics").text
    assert b'"path": "/orders", "status": 201' in shipped.production.need("web").logs()


def test_everything_carries_the_label_and_listens_on_this_machine_only(
    shipped: Lab, client: docker.DockerClient
) -> None:
    containers = client.containers.list(filters={"label": shipped.workspace.label})
    assert {it.name for it in containers} == {
        f"{shipped.workspace.project}-{each}" for each in ("registry", "web-1", "postgres-1")
    }
    bindings = [it.attrs["NetworkSettings"]["Ports"] or {} for it in containers]
    addresses = {where["HostIp"] for ports in bindings for binding in ports.values() for where in binding or ()}
    assert addresses == {"127.0.0.1"}


def test_no_password_stands_on_a_command_line_or_in_a_file_for_others(shipped: Lab) -> None:
    place = shipped.workspace
    passwords = [place.secret(name).read_text() for name in ("registry", "database")]
    assert len({*passwords}) == len(passwords)
    assert [path for path in Path("/proc").glob("[0-9]*/cmdline") if _holds(path, passwords)] == []
    assert place.folder.stat().st_mode & 0o077 == 0
    kept = [path for path in place.folder.rglob("*") if path.is_file() and _holds(path, passwords)]
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_the_second_release_keeps_the_data_and_the_first_one_can_be_had_again(shipped: Lab, timed: Timed) -> None:
    shipped.production.ask("/orders", post={"product": "croissant", "quantity": 1})
    kept = orders(shipped)
    release(shipped, "2.0.0")
    with timed("docker build, after a change"):
        shipped.sh(f"docker build -t {shipped.workspace.image}:latest .")
    with timed("docker push --all-tags, after a change"):
        shipped.sh(f"docker push {shipped.workspace.image} --all-tags")
    with timed("docker compose up -d --build --no-deps web, until healthy"):
        shipped.sh("docker compose pull", cwd=shipped.workspace.production)
        shipped.sh("docker compose up -d --build --no-deps web", cwd=shipped.workspace.production)
        shipped.production.wait_healthy("web")
    assert (version_for_users(shipped), orders(shipped)) == ("2.0.0", kept)
    with timed("rollback by digest, until healthy"):
        reference = shipped.production.rollback()
    assert "@sha256:" in reference
    assert (version_for_users(shipped), orders(shipped)) == ("1.0.0", kept)
    shipped.production.deploy()
    assert version_for_users(shipped) == "2.0.0"


def test_a_command_that_fails_is_told_in_one_line(lab: Lab) -> None:
    with pytest.raises(LabError, match="`docker run --pull never does-not-exist` exited with status 125") as said:
        lab.sh("docker run --pull never does-not-exist")
    assert "\n" not in str(said.value)


def test_a_program_that_is_not_there_is_named(lab: Lab) -> None:
    with pytest.raises(LabError, match="`no-such-program` is not installed; `devopssim doctor` lists"):
        lab.sh("no-such-program")


def _holds(path: Path, passwords: list[str]) -> bool:
    try:
        text = path.read_bytes()
    except OSError:  # a process that ended meanwhile
        return False
    return any(password.encode() in text for password in passwords)
