"""What is odd about a log: gaps, impossible orders, repeated ids, what never ends, and numbers that are too small.

`events.validate` rejects tables that break the contract; this checks whether a valid log is believable.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import numpy as np
import pandas as pd

from devopssim.diagnostics.confidence import intervals
from devopssim.events import HOURS_PER_DAY, HOURS_PER_WEEK
from devopssim.kpis import KPIS, EventPair, Run

GAP: Final = 10
"""A silence so many times as long as the usual longest one of a log that is as busy (see `_gaps`)."""
SHARE_OPEN: Final = 0.1
DOWN: Final = 0.5
ASKED: Final = (
    "lead_time",
    "cycle_time",
    "lead_time_for_changes",
    "change_failure_rate",
    "mttd",
    "mttr",
    "mttf",
    "mtbf",
)
MOMENT: Final = 1e-3
"""Hours by which the end of a day lies before the next one, in a date."""
EDGES: Final = (
    ("item", "ticket.created", ("ticket.closed",)),
    ("change", "change.created", ("service.deployed", "change.abandoned")),
)
"""What can be in progress at the edges of a window: the column of its ids, what begins it and what ends it."""
PAIRS: Final = (
    ("cycle_time", EventPair(start="ticket.started", end="ticket.done", entity="item")),
    ("mttd", EventPair(start="service.failed", end="incident.detected", entity="incident")),
    ("mttr", EventPair(start="service.failed", end="service.restored", entity="incident")),
    ("mttr", EventPair(start="service.failed", end="incident.resolved", entity="incident")),
)
"""Starts and ends that a valid log may hold in the wrong order."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One oddity: what sort, how many, and a sentence about its effect on KPIs."""

    sort: Literal["gap", "order", "repeated", "unfinished", "small", "left out", "clock", "assumption", "remark"]
    count: int
    sentence: str


def report(log: pd.DataFrame) -> list[Finding]:
    """Return what is odd about a valid log, the gravest sorts first; nothing for a log without events."""
    run = Run(log)
    if not len(run.time):
        return []
    parts = (_clock(run), _orders(run), _repeated(run), _left_out(run), _gaps(run), _unfinished(run), _small(run))
    return [finding for part in parts for finding in part]


def window_sentence(log: pd.DataFrame) -> str | None:
    """Return what a log's window of observation is, and what was in progress at its edges; None for a log without dates."""
    start = log.attrs.get("start")
    if not start:
        return None
    run = Run(log)
    moments = (
        datetime.fromisoformat(start) + timedelta(hours=hour)
        for hour in (run.begin, max(run.begin, run.horizon - MOMENT))
    )
    dates = " to ".join(f"{moment:%Y-%m-%d}" for moment in moments)
    edges = []
    for what, begins, ends in EDGES:
        if len(run.rows(begins)):
            began = run.first(what, begins)
            ended = np.fmin.reduce([run.first(what, end) for end in ends])
            at_start = int(((began < run.begin) & ~(ended < run.begin)).sum())
            at_end = int((np.isfinite(began) & ~np.isfinite(ended)).sum())
            edges.append(f"{what}s open at its begin: {at_start}, at its end: {at_end}")
    more = f"; {'; '.join(edges)}" if edges else ""
    return f"{dates}, {(run.horizon - run.begin) / HOURS_PER_WEEK:,.3g} weeks, for which rates count{more}."


def _clock(run: Run) -> Iterator[Finding]:
    source = run.attrs.get("source")
    moved = source.get("moved", 0) if isinstance(source, dict) else 0
    if moved:
        yield Finding(
            sort="clock",
            count=int(moved),
            sentence=f"{moved} times lay before their cause and were moved to it: the clocks differ, so short durations are unreliable.",
        )
    start = run.attrs.get("start")
    if start:
        began = datetime.fromisoformat(start)
        began = began if began.tzinfo else began.replace(tzinfo=UTC)
        late = began + timedelta(hours=float(run.time[-1]))
        if late > datetime.now(UTC) + timedelta(days=1):
            yield Finding(
                sort="clock",
                count=1,
                sentence=f"the last event is dated {late:%Y-%m-%d}, in the future: a clock was wrong.",
            )


def _orders(run: Run) -> Iterator[Finding]:
    """Ends before their starts: the contract allows those whose kinds say no order, and no KPI counts them."""
    for name, pair in PAIRS:
        title = KPIS[name].title.lower()
        start, end = run.first(pair.entity, pair.start), run.first(pair.entity, pair.end)
        wrong = int((end < start).sum())
        alone = int((np.isfinite(end) & ~np.isfinite(start)).sum()) if not run.is_cut else 0
        if wrong:
            yield Finding(
                sort="order",
                count=wrong,
                sentence=f"{wrong} times {pair.end} comes before {pair.start}: not in {title}.",
            )
        if alone:
            yield Finding(
                sort="order",
                count=alone,
                sentence=f"{alone} times {pair.end} comes without a {pair.start}: not in {title}.",
            )


def _repeated(run: Run) -> Iterator[Finding]:
    for kind, column in (("service.deployed", "change"), ("incident.reported", "incident")):
        rows = run.log.iloc[run.rows(kind)]
        again = int(rows[column].dropna().duplicated().sum())
        if again:
            word = (
                "changes were deployed more than once: the first time counts"
                if column == "change"
                else "incidents were reported again"
            )
            yield Finding(sort="repeated", count=again, sentence=f"{again} {word}.")
    whole = run.log.astype({"kind": object, "stage": object, "role": object})
    twins = int(whole.duplicated().sum())
    if twins:
        yield Finding(
            sort="repeated",
            count=twins,
            sentence=f"{twins} rows repeat another row exactly: were files joined twice?",
        )


def _left_out(run: Run) -> Iterator[Finding]:
    source = run.attrs.get("source")
    counts = source.get("counts") if isinstance(source, dict) else None
    for what, count in (counts or {}).items():
        yield Finding(sort="left out", count=int(count), sentence=f"{count} {what}.")
    stated = source if isinstance(source, dict) else {}
    for sentence in dict.fromkeys((stated.get("assumptions") or {}).values()):
        yield Finding(sort="assumption", count=1, sentence=f"{sentence}.")
    for remark in stated.get("remarks") or ():
        yield Finding(sort="remark", count=1, sentence=f"{remark}.")


def _gaps(run: Run) -> Iterator[Finding]:
    """The longest of n exponential waits is about ln(n) mean waits; ten times the median wait times that is a gap."""
    times = np.unique(run.time[run.time >= run.begin])
    if len(times) < 20:
        return
    waits = np.diff(times)
    usual = max(float(np.median(waits)) / np.log(2) * np.log(len(waits)), HOURS_PER_DAY)
    longest = int(np.argmax(waits))
    if waits[longest] > GAP * usual:
        days, at = waits[longest] / HOURS_PER_DAY, times[longest]
        yield Finding(
            sort="gap",
            count=int((waits > GAP * usual).sum()),
            sentence=f"nothing happens for {days:,.0f} days from hour {at:,.0f} on: rates over time are too low if data is missing there.",
        )
    quiet = run.horizon - times[-1]
    if quiet > GAP * usual:
        yield Finding(sort="gap", count=1, sentence=f"nothing happens in the last {quiet / HOURS_PER_DAY:,.0f} days.")


def _unfinished(run: Run) -> Iterator[Finding]:
    for name in ASKED:
        kpi = KPIS[name]
        if kpi.durations is None:
            continue
        durations = kpi.durations(run)
        still, all_of_them = durations.unfinished, len(durations.start)
        if still and not durations.censored and still > SHARE_OPEN * all_of_them:
            yield Finding(
                sort="unfinished",
                count=still,
                sentence=f"{still} of {all_of_them} have not ended: {kpi.title.lower()} is longer than it looks, the longest are missing.",
            )


def _small(run: Run) -> Iterator[Finding]:
    for name, row in intervals(run, ASKED).iterrows():
        title, n, counts = KPIS[str(name)].title, int(row["n"]), row["counts"]
        if row["word"] == "nothing":
            yield Finding(sort="small", count=0, sentence=f"{title}: not observed (n = 0).")
        elif row["word"] == "no interval":
            yield Finding(sort="small", count=n, sentence=f"{title} has no interval: {row['reason']}.")
        elif row["word"] == "wide":
            yield Finding(sort="small", count=n, sentence=f"{title} rests on {n} {counts}: its interval is wide.")
    run = run.in_window
    down = 1 - KPIS["availability"].value(run)
    if down > DOWN:
        yield Finding(
            sort="small",
            count=1,
            sentence=f"the service would have been down {down:.0%} of the time: failures are inferred from repairs, so availability, "
            "MTTF and MTBF are meaningless here.",
        )
    if run.hours < 4 * HOURS_PER_WEEK:
        yield Finding(
            sort="small",
            count=1,
            sentence=f"the log spans {run.hours / HOURS_PER_DAY:.3g} days: rates per week are mostly chance.",
        )
