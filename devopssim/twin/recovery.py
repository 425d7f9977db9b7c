"""How a team recovers: who is affected, how soon incidents are known and answered, how they are diagnosed and ended.

An incident that pages calls a person at any hour; a minor one that users report waits as planned work. What the log records of
an incident decides which of its times are observations of a parameter.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from devopssim.events import HOURS_PER_WEEK
from devopssim.kpis import Floats, Run, Truths
from devopssim.scenario import Scenario, parameter_value
from devopssim.simulation import diagnosis_factor
from devopssim.twin.estimates import (
    LEAST_OBSERVATIONS,
    ParameterEstimate,
    given,
    mean,
    mean_of_variation,
    pooled_variation,
    share,
)
from devopssim.twin.incidents import incidents_of, is_infrastructure, is_minor, is_paged
from devopssim.twin.releases import batch_sizes
from devopssim.twin.work import attempts

DETECTION: Final = "from the failure until its detection"
TWO_STEPS: Final = ("mitigation", "restart")
"""How incidents end that people diagnose and then end by hand."""


def recovery(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield whom incidents affect, and the times to detect, answer, diagnose and end them."""
    incidents = incidents_of(run)
    yield from _severities(incidents)
    known = not incidents["severity"].isna().all()
    samples = [*_detection(incidents, scenario)] if known else []
    if not known:
        yield from _undocumented_detection(incidents, scenario)
    samples += [*_answers(run, incidents)]
    steps = _steps(run, incidents, scenario)
    samples += [
        ("production.diagnosis", steps["diagnosis"], DIAGNOSED),
        ("production.repair_time", steps["repair"], REPAIRED),
    ]
    usable = [(parameter, hours[hours > 0], how) for parameter, hours, how in samples]
    usable = [(parameter, hours, how) for parameter, hours, how in usable if len(hours) >= LEAST_OBSERVATIONS]
    if usable:
        how = "times to detect, answer, diagnose and restore, around their means"
        cv = pooled_variation("production.reaction_cv", [hours for _, hours, _ in usable], how)
        yield cv
        for parameter, hours, how in usable:
            yield mean_of_variation(parameter, hours, how, cv)
    if "production.diagnosis" not in {parameter for parameter, *_ in usable}:
        yield from _restoration(incidents, scenario)
    yield from _ways_out(incidents)


DIAGNOSED: Final = (
    "work on an incident until its cause is known, divided by the growth with the changes of its deployment"
)
REPAIRED: Final = "work by hand on an incident, from its known cause until the service is restored"


def _severities(incidents: pd.DataFrame) -> Iterator[ParameterEstimate]:
    """Yield how many incidents are of each severity, and which share of the users those affect."""
    severity = incidents["severity"].dropna()
    if len(severity) < LEAST_OBSERVATIONS:
        return
    for name in ("total", "partial"):
        yield share(
            f"production.{name}_share",
            int((severity == name).sum()),
            len(severity),
            f"{name} outages among the incidents",
        )
    for name in ("partial", "minor"):
        affected = incidents.loc[incidents["severity"] == name, "affected"].dropna()
        if len(affected):
            how = f"median of the shares of users whom {name} incidents affected"  # canaries affect fewer
            yield given(f"production.{name}_affected", float(affected.median()), len(affected), how)


def _detection(incidents: pd.DataFrame, scenario: Scenario) -> "Iterator[tuple[str, pd.Series[float], str]]":
    """Yield the samples of the delays until alerts, and until users' reports of outages and of minor incidents."""
    delay = incidents["detected"] - incidents["failed"]
    alerted = incidents["alerted"]
    if alerted.isna().all():
        alerted = pd.Series("yes" if scenario.practices.monitoring >= 0.5 else "no", index=incidents.index)
    reported, minor = alerted == "no", is_minor(incidents)
    yield "production.alert_delay", delay[alerted == "yes"], DETECTION
    yield "production.report_delay", delay[reported & ~minor], f"{DETECTION}, of outages that users report"
    yield "production.minor_report_delay", delay[reported & minor], f"{DETECTION}, of minor incidents that users report"


def _undocumented_detection(incidents: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the delays until detection where no severity is known: users' reports of all severities have a mean together."""
    delay = incidents["detected"] - incidents["failed"]
    alerted = incidents["alerted"]
    if alerted.isna().all():
        alerted = pd.Series("yes" if scenario.practices.monitoring >= 0.5 else "no", index=incidents.index)
    for chosen, machine in ((alerted == "yes", True), (alerted == "no", False)):
        hours = delay[chosen & (delay > 0)]
        if len(hours) < LEAST_OBSERVATIONS:
            continue
        if machine:
            yield mean("production.alert_delay", hours, DETECTION)
            continue
        production = scenario.production
        outages = production.total_share + production.partial_share
        usual = outages * production.report_delay + (1 - outages) * production.minor_report_delay
        how = "so that the mean time until users' reports is {:.3g} h; the log has no severities, so both delays keep their ratio"
        for name in ("production.report_delay", "production.minor_report_delay"):
            scaled = (
                float(parameter_value(scenario, name)) * float(hours.mean()) / usual if usual else float(hours.mean())
            )
            yield given(name, scaled, len(hours), how.format(hours.mean()))


def _answers(run: Run, incidents: pd.DataFrame) -> "Iterator[tuple[str, pd.Series[float], str]]":
    """Yield the samples of the times from a page to the answer: in working hours, and at night or on weekends."""
    rows = run.log.iloc[run.rows("stage.queued")]
    rows = rows[(rows["stage"] == "operate") & rows["role"].notna() & rows["incident"].notna()]
    answered = rows.drop_duplicates("incident").set_index("incident")["time"].reindex(incidents.index)
    wait = (answered - incidents["detected"])[is_paged(incidents)]
    on_duty = _on_duty(run, incidents["detected"].reindex(wait.index).to_numpy(float))
    how = "from the detection of an incident until somebody on call turns to it, {}"
    yield "production.response_time", wait[on_duty], how.format("in working hours")
    yield "production.night_response_time", wait[~on_duty], how.format("at night and on weekends")


def _on_duty(run: Run, time: Floats) -> Truths:
    """Return whether each time lies in the working hours of the first time zone; all do where the log states no calendar."""
    if run.working_time is None:
        return np.ones(len(time), dtype=bool)
    first_zone, moment = run.working_time.of_zone(0.0), 1e-6
    return np.asarray(first_zone.until(time + moment) - first_zone.until(time) > moment / 2)


def _steps(run: Run, incidents: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return the effort of the diagnosis, for a single change, and of the repair by hand of each incident.

    Minor incidents are planned work, which may be interrupted. An incident with more attempts than steps is left out.

    Returns
    -------
    DataFrame
        Indexed by incident. Columns: diagnosis, repair (person-hours, NaN where the log does not tell).
    """
    work = attempts(run, scenario)
    work = work[(work["stage"] == "operate") & work["incident"].notna()]
    people = work[work["role"].notna() & (work["role"] != "security")].groupby("incident")
    begun = people.size().reindex(incidents.index).fillna(0)
    complete = people["end"].count().reindex(incidents.index).fillna(0) == begun
    first, second = (people["effort"].nth(position) for position in (0, 1))
    first.index, second.index = (work.loc[part.index, "incident"] for part in (first, second))
    by_machine = incidents.index.isin(work.loc[work["role"].isna(), "incident"])
    via, cause = incidents["via"], incidents["cause"]
    two = (via.isin(TWO_STEPS) | (cause == "installation") | (via.isna() & is_infrastructure(incidents))) & ~by_machine
    usable = complete & (begun == np.where(two, 2, 1)) & (cause != "vulnerability")
    carried = incidents["deployment"].astype(object).map(batch_sizes(run)).fillna(1)
    among = np.where((cause == "defect") & ~incidents["rolled_back"], carried, 1)
    factor = diagnosis_factor(scenario, np.maximum(1, among), (incidents["alerted"] == "yes").to_numpy())
    steps = pd.DataFrame({"diagnosis": first, "repair": second}, index=incidents.index)
    steps["diagnosis"] = steps["diagnosis"].div(factor).where(usable)
    steps["repair"] = steps["repair"].where(usable & two)
    return steps


def _restoration(incidents: pd.DataFrame, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield diagnosis and repair time from the time to restore, where the log has no work on incidents.

    Failures of the infrastructure are restored by one restart; minor ones wait for working hours, so outages come first.
    """
    hours = incidents["restored"] - incidents["detected"].fillna(incidents["failed"])
    hours = hours[is_infrastructure(incidents) & (hours > 0)]
    outages = hours[~is_minor(incidents).reindex(hours.index)]
    hours = outages if len(outages) >= LEAST_OBSERVATIONS else hours
    if len(hours) < LEAST_OBSERVATIONS:
        return
    production, duty = scenario.production, scenario.team.hours_per_week / HOURS_PER_WEEK
    answer = duty * production.response_time + (1 - duty) * production.night_response_time
    usual = answer + production.diagnosis + production.repair_time
    how = (
        f"so that failures that no deployment caused are restored {hours.mean():.3g} h after their detection; answer, diagnosis and "
        "repair keep their ratio"
    )
    for name in ("response_time", "night_response_time", "diagnosis", "repair_time"):
        default = float(parameter_value(scenario, f"production.{name}"))
        yield given(f"production.{name}", default * float(hours.mean()) / usual, len(hours), how)


def _ways_out(incidents: pd.DataFrame) -> Iterator[ParameterEstimate]:
    """Yield the share of incidents of defects that people mitigate without a code change."""
    ended = incidents[(incidents["cause"] == "defect") & incidents["via"].isin(["mitigation", "fix"])]
    if len(ended) >= LEAST_OBSERVATIONS:
        mitigated = int((ended["via"] == "mitigation").sum())
        yield share(
            "production.mitigable_share", mitigated, len(ended), "incidents of defects that ended without a rollback"
        )
