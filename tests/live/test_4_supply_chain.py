"""A build is attested and judged at its deployment: the honest one passes, each kind of tampering is refused within a second."""

import pytest
from live.steps import Timed, release, version_for_users

from devopssim import events, kpis
from devopssim.livelab import Lab, LabError

pytestmark = pytest.mark.live


def test_the_honest_build_is_deployed_and_nine_kinds_of_tampering_are_refused(shipped: Lab, timed: Timed) -> None:
    shipped.pipeline.choose("delivery")
    release(shipped, "7.0.0")
    shipped.pipeline.push()
    older = shipped.supply_chain.attest()
    release(shipped, "7.1.0")
    with timed("push, delivery, to be attested"):
        output = shipped.pipeline.push()
    honest = shipped.supply_chain.attest()
    assert honest.image != older.image, output
    with timed("deployment of an attested build"):
        shipped.supply_chain.deploy(honest)
    assert version_for_users(shipped) == "7.1.0"
    for kind, tampered in shipped.supply_chain.tampered(honest, older).items():
        with pytest.raises(LabError, match=r"the policy refuses the release: .* Production stays as it is"):
            shipped.supply_chain.deploy(tampered)
        assert version_for_users(shipped) == "7.1.0", kind
    judgements = shipped.supply_chain.judgements()
    assert judgements["allowed"].tolist() == [True] + [False] * 9
    assert judgements["seconds"].max() < 1
    log = shipped.log()
    verified = log[log["kind"] == "artifact.verified"]
    assert events.details(verified, "outcome").tolist() == ["success"] + ["failure"] * 9
    assert kpis.gate_refusal_share(log) == 9 / 10
    assert 0 < kpis.attestation_coverage(log) < 1  # older releases came without a gate
