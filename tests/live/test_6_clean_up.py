"""Taking a lab down leaves nothing behind, whatever happened to it, and touches nothing of anybody else's."""

import gc
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import docker
import needs
import pytest
from live.relay import relay
from live.steps import Timed, release
from live.traces import traces

from devopssim import livelab as labs
from devopssim.cli import main
from devopssim.errors import DevopssimError, InvalidInputError
from devopssim.livelab import CommandFailedError, Lab, LabError
from devopssim.livelab.engine import (
    LABEL,
    LOCALHOST,
    Leftover,
    archive_folder,
    cache_folder,
    find_engine,
    identity_of,
    lab_folder,
    leftovers,
    prune_shared_images,
    purge_cache,
    remove_labelled,
    wait_until,
)
from devopssim.livelab.parts import stop_watcher, watcher_runs

pytestmark = pytest.mark.live

Named = Callable[[str], str]
FLEETING: Final = f"fleeting-{os.getpid()}"


@pytest.fixture
def small_disk(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Give the lab's files a disk of their own, of a given size; the engine is the one that runs."""
    needs.require(
        "a small disk", found=sys.platform == "linux" and os.geteuid() == 0, how="run the tests as root on Linux."
    )
    folder = Path(tempfile.mkdtemp(prefix="small-"))

    def mounted(size: str) -> Path:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "small", folder], check=True)
        monkeypatch.setenv("DOCKER_HOST", lab.workspace.engine.host)
        monkeypatch.setenv("DEVOPSSIM_CACHE", str(folder))
        return folder

    yield mounted
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def test_two_labs_side_by_side_do_not_disturb_each_other_and_the_second_leaves_nothing(
    shipped: Lab, named: Named, timed: Timed
) -> None:
    containers, events = _containers(shipped), _kinds(shipped)
    with timed("lab up, where all images are there"):
        second = labs.up(named("second"), progress=False)
    assert set(second.workspace.ports.values()) & set(shipped.workspace.ports.values()) == set()
    assert second.registry.password() != shipped.registry.password()
    release(second, "9.0.0")
    second.sh(f"docker build -t {second.workspace.image}:latest .")
    second.sh("docker compose up -d --pull never", cwd=second.workspace.production)
    second.production.wait_healthy("web")
    second.production.ask("/orders", post={"product": "espresso", "quantity": 1})
    assert second.production.ask("/").json()["version"] == "9.0.0"
    assert {it.type for it in second.leftovers()} == {"container", "network", "volume", "image"}
    assert _kinds(second).count("service.deployed") == len(second.repository.commits())
    assert traces(second.name)

    kept = second.down()
    assert kept is not None
    assert kept.is_relative_to(archive_folder())
    assert (kept / "shop" / "version.py").read_text(encoding="utf-8").endswith('VERSION = "9.0.0"\n')
    shutil.rmtree(kept)
    assert traces(second.name, second.workspace.ports) == []
    assert (_containers(shipped), _kinds(shipped)) == (containers, events)
    assert shipped.production.ask("/products").status == 200


def test_labs_of_one_name_in_two_caches_leave_each_other_alone(
    lab: Lab, named: Named, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = named("twin")
    own = labs.up(name, progress=False)
    _build_a_little(own)
    here = _objects(own)
    with _elsewhere(monkeypatch, tmp_path, lab):
        theirs = labs.up(name, progress=False)
        _build_a_little(theirs)
        there = _objects(theirs)
        assert here & there == set()
        assert labs.up(name, progress=False).mended == []
        assert {it.lab for it in labs.status()} >= {name, own.workspace.identity}
        theirs.down()
        assert leftovers(lab.workspace.client, theirs.workspace.identity) == []
    assert _objects(own) == here
    assert _is_whole(own)

    with _elsewhere(monkeypatch, tmp_path, lab):
        theirs = labs.up(name, progress=False)
        there = _objects(theirs)
    own.down()
    assert leftovers(lab.workspace.client, own.workspace.identity) == []
    assert _objects(theirs) == there
    assert _is_whole(theirs)
    with _elsewhere(monkeypatch, tmp_path, lab):
        theirs.down()
        assert traces(name, theirs.workspace.ports) == []


@pytest.mark.usefixtures("lab")
def test_a_lab_whose_files_are_gone_is_named_and_stays_until_somebody_removes_it(named: Named) -> None:
    name = named("lost")
    lost = labs.up(name, progress=False)
    before = _objects(lost)
    stop_watcher(lost.workspace)
    shutil.rmtree(lost.workspace.folder)
    with pytest.raises(
        LabError,
        match=rf"holds lab '{name}' \(devopssim-{lost.workspace.identity}-registry\) already: .*; remove it with `devopssim livelab down",
    ):
        labs.up(name, progress=False)
    assert _objects(lost) == before
    labs.down(name)
    assert traces(name, lost.workspace.ports) == []


def test_a_private_engine_runs_on_while_another_user_s_lab_needs_it(
    lab: Lab, named: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Path(tempfile.mkdtemp(prefix="own-"))
    (cache / "engine").mkdir()
    with relay(cache / "engine" / "docker.sock", lab.workspace.engine.host) as wire:
        monkeypatch.setenv("DEVOPSSIM_CACHE", str(cache))
        monkeypatch.setenv("DOCKER_HOST", wire.host)
        own = labs.up(named("own"), progress=False)
        assert own.workspace.engine.private
        own.down()
        assert find_engine() is not None, "another user's lab runs on it"
        with pytest.raises(
            LabError, match=r"holds labs of another user or cache, which `devopssim livelab status` lists"
        ):
            purge_cache()
        assert lab.registry.answers()
    monkeypatch.undo()
    shutil.rmtree(cache)
    gc.collect()


def test_two_processes_may_remove_the_same_containers_at_once(
    lab: Lab, client: docker.DockerClient, named: Named
) -> None:
    identity, image = identity_of(named("twice")), lab.workspace.images.python
    for _ in range(4):
        client.containers.run(image, ["sleep", "60"], entrypoint="", labels={LABEL: identity}, detach=True)
    others = [docker.DockerClient(base_url=lab.workspace.engine.host) for _ in range(3)]
    with ThreadPoolExecutor(len(others)) as pool:
        for removed in [pool.submit(remove_labelled, other, identity) for other in others]:
            removed.result()
    for other in others:
        other.close()
    assert leftovers(client, identity) == []


@pytest.mark.parametrize("moment", ["before its registry runs", "when its registry runs"])
def test_a_start_that_is_killed_is_cleaned_up(
    lab: Lab, named: Named, client: docker.DockerClient, capsys: pytest.CaptureFixture[str], moment: str
) -> None:
    name = named("killed")
    starting = subprocess.Popen([sys.executable, "-m", "devopssim", "livelab", "up", "--name", name], env=_through(lab))
    folder = lab_folder(name)
    came = {
        "before its registry runs": folder.exists,
        "when its registry runs": lambda: client.containers.list(
            filters={"name": f"devopssim-{identity_of(name)}-registry"}
        ),
    }[moment]
    wait_until(came, "the lab to start", every=0.01)
    starting.kill()
    starting.wait()
    if not (folder / "ready").exists():
        with pytest.raises(LabError, match=f"is only partly started.*devopssim livelab down --name {name}"):
            labs.up(name, progress=False)
    assert main(["livelab", "down", "--name", name]) == 0
    assert capsys.readouterr().out == f"The lab {name!r} is removed.\n"
    assert traces(name) == []
    assert main(["livelab", "down", "--name", name]) == 0  # safe to repeat


def test_a_lab_outlives_the_program_that_started_it_and_the_next_one_takes_it_up(
    lab: Lab, named: Named, capsys: pytest.CaptureFixture[str]
) -> None:
    name = named("outlives")
    subprocess.run(
        [sys.executable, "-m", "devopssim", "livelab", "up", "--name", name],
        env=_through(lab),
        check=True,
        capture_output=True,
    )
    assert main(["livelab", "status", "--json"]) == 0
    assert {it["lab"] for it in json.loads(capsys.readouterr().out)} >= {name}
    again = labs.attach(name)
    pid = int((again.workspace.folder / "watcher.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not watcher_runs(again.workspace), "the watcher to end")
    assert labs.up(name, progress=False).workspace.ports == again.workspace.ports
    assert watcher_runs(again.workspace)
    assert again.down() is None  # nothing of a person's to keep
    assert traces(name, again.workspace.ports) == []
    assert main(["livelab", "status", "--json"]) == 0
    assert name not in {it["lab"] for it in json.loads(capsys.readouterr().out)}


def test_a_busy_port_is_told_and_cleaned_up(lab: Lab, named: Named) -> None:
    name = named("port")
    with socket.create_server((LOCALHOST, 0)) as holder:
        port = int(holder.getsockname()[1])
        with pytest.raises(InvalidInputError, match=rf"port={port} .* is not free on 127.0.0.1; choose another port"):
            labs.up(name, port=port, progress=False)
        assert traces(name) == []

        busy = labs.up(name, progress=False)
        busy.workspace.ports["web"] = port  # somebody took it meanwhile
        busy.production.create()
        busy.sh(f"docker tag {lab.workspace.images.python} {busy.workspace.image}:latest")
        with pytest.raises(CommandFailedError, match="a port that the lab needs is in use; stop the program"):
            busy.sh("docker compose up -d --pull never --no-deps web", cwd=busy.workspace.production)
        busy.down(keep_work=False)
        lab.sh(f"docker rmi {busy.workspace.image}:latest")  # it was no image of this lab
        assert traces(name) == []


def test_a_full_disk_is_told_and_nothing_is_left(small_disk: Callable[[str], Path], named: Named) -> None:
    small_disk("100k")
    name = named("full")
    with pytest.raises(DevopssimError, match=r"disk is full|No space left on device") as said:
        labs.up(name, progress=False)
    assert "\n" not in str(said.value)
    assert traces(name) == []


def test_a_disk_that_fills_up_meanwhile_is_told_loses_no_work_and_the_lab_is_cleaned_up(
    small_disk: Callable[[str], Path], named: Named
) -> None:
    folder = small_disk("16m")
    full = labs.up(named("fills"), progress=False)
    release(full, "2.0.0")
    filling = ["dd", "if=/dev/zero", f"of={folder / 'filler'}", "bs=4k"]
    assert subprocess.run(filling, capture_output=True, check=False).returncode == 1
    with pytest.raises(CommandFailedError, match="the disk is full; free some space"):
        full.sh("git -c core.fsync=all commit --allow-empty --message 'One more'")
    kept = full.down()
    assert kept is not None
    assert "2.0.0" in (kept / "shop" / "version.py").read_text(encoding="utf-8")
    assert traces(full.name, full.workspace.ports) == []


@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)  # docker-py's
def test_an_engine_that_stops_in_the_middle_is_told_and_what_it_holds_is_removed_once_it_is_back(
    lab: Lab, named: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(tempfile.mkdtemp(prefix="wire-"))
    with relay(folder / "engine.sock", lab.workspace.engine.host) as wire:
        monkeypatch.setenv("DOCKER_HOST", wire.host)
        cut = labs.up(named("cut"), progress=False)
        monkeypatch.delenv("DOCKER_HOST")
        assert cut.sh("docker ps").ok

        wire.cut()
        try:
            with pytest.raises(CommandFailedError, match="the container engine no longer answers; start it again"):
                cut.sh("docker ps")
            with pytest.raises(LabError, match="the container engine no longer answers"):
                cut.production.need("web")
            with pytest.raises(
                LabError, match=f"no container engine answers at {wire.host}.* start the engine and run"
            ):
                cut.down()
            assert leftovers(lab.workspace.client, cut.workspace.identity), "another engine that answers is not meant"
        finally:  # the lab cannot be taken down once the wire is gone
            wire.mend()
            cut.down()
        assert traces(cut.name, cut.workspace.ports) == []
    shutil.rmtree(folder)
    gc.collect()  # the sockets of calls that were refused are noticed here, not in some other test


@pytest.mark.parametrize("how", ["stopped", "removed"])
def test_a_dead_registry_is_named_and_started_again_with_its_images(shipped: Lab, how: str) -> None:
    published = shipped.registry.tags()
    container = shipped.workspace.client.containers.get(f"{shipped.workspace.project}-registry")
    if how == "stopped":
        container.kill()
    else:
        container.remove(force=True)
    with pytest.raises(
        LabError, match=r"the lab's registry at localhost:\d+ does not answer; start it again: `devopssim"
    ):
        shipped.registry.tags()
    with pytest.raises(CommandFailedError, match="the lab's registry does not answer; start it again with"):
        shipped.sh(f"docker push {shipped.workspace.image}:latest")
    again = labs.up(shipped.name, progress=False)
    assert again.mended == ["registry"]
    assert shipped.registry.tags() == published
    assert shipped.sh(f"docker push {shipped.workspace.image}:latest").ok


def test_a_lab_is_its_student_s(shipped: Lab, monkeypatch: pytest.MonkeyPatch, named: Named) -> None:
    monkeypatch.setenv("DEVOPSSIM_STUDENT", "ada")
    own = labs.up(named("own"), progress=False)
    assert (own.student, own.log().attrs["source"]["student"]) == ("ada", "ada")
    assert labs.attach(own.name).student == "ada"
    with pytest.raises(InvalidInputError, match=r"student='bob' .* differs from 'ada', whose lab"):
        labs.up(own.name, student="bob", progress=False)
    assert "student" not in shipped.log().attrs["source"]
    shutil.rmtree(own.repository.folder / ".git")
    assert set(own.log()["kind"]) == set()
    own.down(keep_work=False)


def test_the_images_of_older_recipes_go(lab: Lab, client: docker.DockerClient) -> None:
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    for tag, owner in (("older", "shared"), ("kept", "shared")):
        client.api.import_image_from_data(
            empty.getvalue(), repository=FLEETING, tag=tag, changes=[f"LABEL {LABEL}={owner}"]
        )
    prune_shared_images(client, {f"{FLEETING}:kept"})
    tags = {tag for image in client.images.list() for tag in image.tags}
    assert f"{FLEETING}:older" not in tags
    assert {f"{FLEETING}:kept"} | lab.workspace.images.references() <= tags
    client.images.remove(f"{FLEETING}:kept", force=True)


def test_what_a_killed_build_left_goes_with_the_next_up_and_down(
    lab: Lab, client: docker.DockerClient, named: Named
) -> None:
    part = _left_by_a_killed_build()
    prune_shared_images(client, lab.workspace.images.references())
    assert not part.exists()
    part = _left_by_a_killed_build()
    labs.down(named("none"))
    assert not part.exists()


def test_what_is_left_can_be_listed_while_images_come_and_go(lab: Lab, client: docker.DockerClient) -> None:
    """Another lab is built or taken down meanwhile: an image that was listed may be gone a moment later."""
    coming_and_going = Thread(target=_come_and_go, args=(lab.workspace.engine.client(),))
    coming_and_going.start()
    listed = [leftovers(client, FLEETING)]
    while coming_and_going.is_alive():
        listed.append(leftovers(client, FLEETING))
    assert {(it.type, it.lab) for found in listed for it in found} <= {("image", FLEETING)}
    assert leftovers(client, FLEETING) == []


def test_nothing_of_anybody_elses_is_touched(lab: Lab, named: Named, client: docker.DockerClient) -> None:
    theirs = client.volumes.create(name=f"not-of-a-lab-{os.getpid()}")
    try:
        labs.up(named("neighbour"), progress=False).down()
        assert client.volumes.get(theirs.name or "").id == theirs.id
        assert client.images.get(lab.workspace.images.registry)
    finally:
        theirs.remove()


@pytest.mark.usefixtures("lab")
def test_the_image_cache_stays_while_a_lab_runs() -> None:
    with pytest.raises(LabError, match=r"lab '.*' still exists; remove it first"):
        purge_cache()


@contextmanager
def _elsewhere(monkeypatch: pytest.MonkeyPatch, cache: Path, lab: Lab) -> Iterator[None]:
    """Act as another user of the same engine: with another cache."""
    with monkeypatch.context() as other:
        other.setenv("DEVOPSSIM_CACHE", str(cache))
        other.setenv("DOCKER_HOST", lab.workspace.engine.host)
        yield


def _build_a_little(lab: Lab) -> None:
    """Build an image that carries the lab's label."""
    recipe = f"FROM {lab.workspace.images.python}\nLABEL {lab.workspace.label}\n"
    lab.sh(f"docker build --quiet -t {lab.workspace.image}:latest -", stdin=recipe)


def _objects(lab: Lab) -> set[Leftover]:
    return set(leftovers(lab.workspace.client, lab.workspace.identity))


def _is_whole(lab: Lab) -> bool:
    return lab.registry.answers() and watcher_runs(lab.workspace)


def _left_by_a_killed_build() -> Path:
    """Leave an unfinished archive of long ago in the cache."""
    part = cache_folder() / "images" / ".debian-old.tar.x.part"
    part.touch()
    os.utime(part, (0, 0))
    return part


def _come_and_go(client: docker.DockerClient) -> None:
    """Make an empty image with a lab's label and remove it again, many times."""
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    for _ in range(50):
        client.api.import_image_from_data(
            empty.getvalue(), repository=FLEETING, tag="latest", changes=[f"LABEL {LABEL}={FLEETING}"]
        )
        client.images.remove(f"{FLEETING}:latest", force=True)
    client.close()


def _containers(lab: Lab) -> set[str]:
    found = lab.workspace.client.containers.list(filters={"label": lab.workspace.label})
    return {str(it.id) for it in found}


def _kinds(lab: Lab) -> list[str]:
    return list(lab.log()["kind"])


def _through(lab: Lab) -> dict[str, str]:
    """The environment in which another program finds the same engine."""
    return (
        {**os.environ, "DOCKER_HOST": lab.workspace.engine.host}
        if not lab.workspace.engine.private
        else dict(os.environ)
    )
