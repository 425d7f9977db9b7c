"""The KPIs of the supply chain: which artifacts reached production with an attestation, and what the gate refused.

An artifact is what its digest names. A gate verifies its attestation against a policy before a deployment and writes
`artifact.verified`, with `outcome=success` where the policy allows the artifact.
"""

from typing import Final

import numpy as np

from devopssim.kpis.declaration import SHARE, Rate, rate, share
from devopssim.kpis.run import Floats, Run

SLSA: Final = "SLSA 1.0, Verifying artifacts; in-toto, Statement 1"


@share(
    title="Attestation coverage",
    better="higher",
    formula="digests with `artifact.verified` (`outcome=success`) before their first `service.deployed` ÷ digests deployed",
    events=("artifact.verified", "service.deployed"),
    detail=("outcome", "digest"),
    debatable="artifacts are counted, whatever their number of deployments; one that is verified after its deployment lacks an attestation",
    source=SLSA,
    counts="artifacts",
)
def attestation_coverage(log: Run) -> Rate:
    """Return the deployed artifacts whose attestation a gate had verified before their first deployment ÷ deployed artifacts.

    An artifact is a `digest` of `service.deployed`; deployments without one are excluded. A refused attestation says nothing
    against an artifact that has another, verified one.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the deployed artifacts, 0 to 1; NaN without deployments that state a digest.

    References
    ----------
    SLSA 1.0, *Verifying artifacts*; in-toto, *Statement* 1.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "artifact.verified", detail="outcome=success;digest=sha256:a1"),
    ...     event(2, "service.deployed", deployment="D1", detail="digest=sha256:a1"),
    ...     event(3, "service.deployed", deployment="D2", detail="digest=sha256:b2"),
    ... ])
    >>> kpis.attestation_coverage(log)
    0.5
    """
    deployed, verified = (
        _first_by_digest(log, "service.deployed"),
        _first_by_digest(log, "artifact.verified", "success"),
    )
    covered = [digest for digest, at in deployed.items() if verified.get(digest, np.inf) <= at]
    return Rate(len(covered), len(deployed))


@rate(
    title="Share of refused verifications",
    unit="share",
    better=None,
    formula="`artifact.verified` with `outcome=failure` ÷ those with success or failure",
    events=("artifact.verified",),
    detail=("outcome",),
    debatable="0 is good where nobody tampers, and bad where the policy allows everything; one artifact that is shown twice counts twice",
    source=SLSA,
    counts="verifications",
    interval=SHARE,
)
def gate_refusal_share(log: Run) -> Rate:
    """Return the verifications in which the policy refused the artifact ÷ verifications.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the `artifact.verified` rows with `outcome=success` or `outcome=failure`; NaN without such rows.

    References
    ----------
    SLSA 1.0, *Verifying artifacts*; in-toto, *Statement* 1.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> outcomes = ("success", "failure", "failure", "success")
    >>> kpis.gate_refusal_share(from_rows([event(1, "artifact.verified", detail=f"outcome={word}") for word in outcomes]))
    0.5
    """
    refused, judged = (
        log.detail_matches("artifact.verified", "outcome", *outcomes)
        for outcomes in (("failure",), ("success", "failure"))
    )
    return Rate(int(refused.sum()), int(judged.sum()))


def _first_by_digest(log: Run, kind: str, *outcomes: str) -> dict[str, float]:
    """Return the hour of the first row of a kind, with one of the outcomes if any are given, for each digest that it names."""
    times: Floats = log.times(kind)
    chosen = log.detail_matches(kind, "digest")
    if outcomes:
        chosen &= log.detail_matches(kind, "outcome", *outcomes)
    codes, texts = log.detail(kind, "digest")
    return dict(zip(texts[codes[chosen]][::-1], times[chosen][::-1], strict=True))
