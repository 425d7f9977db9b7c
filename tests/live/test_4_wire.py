"""Who listens to the registry reads its password, until it speaks TLS."""

import pytest
from live.steps import Timed

from devopssim.livelab import Lab
from devopssim.livelab.engine import ask
from devopssim.livelab.workspace import USER

pytestmark = pytest.mark.live


def test_the_password_is_on_the_wire_until_the_registry_speaks_tls(shipped: Lab, timed: Timed) -> None:
    published, objects = shipped.registry.tags(), _objects(shipped)
    left_by_a_kill = f"{shipped.workspace.project}-tshark"
    shipped.workspace.client.containers.create(shipped.workspace.images.python, name=left_by_a_kill)
    with timed("wire: tshark's image, and a login in clear text"), shipped.wire.capture() as plain:
        shipped.registry.login()
    assert plain.credentials == [f"{USER}:{shipped.registry.password()}"]
    assert not plain.encrypted

    with timed("wire: the registry starts again with a certificate"):
        shipped.registry.use_tls()
    with timed("wire: a login through TLS"), shipped.wire.capture() as hidden:
        shipped.registry.login()
    assert (hidden.credentials, hidden.encrypted) == ([], True)
    assert ask(shipped.workspace.ports["registry"], "/v2/").status == 400  # plain HTTP is no longer spoken
    assert shipped.registry.tags() == published
    assert shipped.sh(f"docker push --quiet {shipped.workspace.image}:latest").ok
    assert shipped.sh("docker compose pull --quiet web", cwd=shipped.workspace.production).ok
    assert _objects(shipped) == objects  # the listeners are gone
    facts = [(fact["credentials"], fact["encrypted"]) for fact in shipped.journal.facts("captured")]
    assert facts == [(1, False), (0, True)]
    assert shipped.registry.password() not in shipped.journal.path.read_text(encoding="utf-8")


def _objects(lab: Lab) -> list[str]:
    return sorted(it.name for it in lab.leftovers() if it.type != "image")
