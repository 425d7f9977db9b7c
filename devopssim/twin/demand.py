"""Classes of service and value of the requests of a log."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from devopssim.events import HOURS_PER_WEEK, details
from devopssim.kpis import Run
from devopssim.scenario import Scenario
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, mean, share, variation


def classes_of_service(run: Run, _: Scenario) -> Iterator[ParameterEstimate]:
    """Yield how many requests are expedited or have a fixed date, and what they are worth.

    A log in which no request names a class may record none, so the shares keep their defaults.
    """
    rows = run.log.iloc[run.rows("ticket.created")]
    service_class = details(rows, "service_class")
    if service_class.notna().any() and len(rows) >= LEAST_OBSERVATIONS:
        for name, chosen in (("expedite_share", "expedite"), ("fixed_date_share", "fixed date")):
            count = int((service_class == chosen).sum())
            yield share(f"demand.{name}", count, len(rows), f"requests of the class {chosen}")
    weeks = (pd.to_numeric(details(rows, "due")) - rows["time"]).dropna() / HOURS_PER_WEEK
    if (weeks > 0).sum() >= LEAST_OBSERVATIONS:
        yield mean("demand.fixed_date_weeks", weeks, "from a request to its fixed date", lognormal=False)
    value = pd.to_numeric(details(rows, "value")).to_numpy(float)
    value = value[np.isfinite(value) & (value > 0)]
    if len(value) >= LEAST_OBSERVATIONS:
        how = "value of a week's use, as the requests state it"
        yield mean("demand.value_per_week", value, how)
        yield variation("demand.value_cv", value, how)
