"""Experiments as people start them: a comparison of three presets, a part of a full factorial, the first picture of a widget.

By the clock on the wall: measure on a machine that has nothing else to do.
"""

import asyncio
import time
import tracemalloc
from typing import Any, Final

import pytest

from devopssim.experiment import Execution, compare, factorial, replicate
from devopssim.scenario import AGILE, DEVOPS, DEVOPS_IN_NAME_ONLY, WATERFALL, vary
from devopssim.widgets.compare_view import Compare
from devopssim.widgets.live_estimates import LiveEstimate, Query
from devopssim.widgets.state import state_of
from devopssim.widgets.worker_pools import Pools

PRESETS: Final = {"waterfall": WATERFALL, "agile": AGILE, "devops": DEVOPS}
BOTH_CORES: Final = Execution(workers=2, progress=False)


@pytest.mark.benchmark(group="three presets, 30 replications of three years")
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_comparison(benchmark: Any, engine: str) -> None:
    where = Execution(workers=2, progress=False, engine=engine)
    benchmark.pedantic(compare, args=(PRESETS, 30), kwargs={"execution": where}, rounds=2 if engine == "fast" else 1)


@pytest.mark.benchmark(group="a full factorial of the seven C's, one KPI, 30 replications of three years")
def test_a_full_factorial(benchmark: Any) -> None:
    scenario = vary(DEVOPS_IN_NAME_ONLY, {"years": 3})
    benchmark.pedantic(
        factorial,
        args=(scenario,),
        kwargs={"replications": 30, "kpis": ("lead_time",), "execution": BOTH_CORES},
        rounds=1,
    )


@pytest.mark.benchmark(group="a moved slider, three scenarios of three years")
@pytest.mark.parametrize("replications", [3, 20])
def test_the_intervals_of_a_moved_slider(benchmark: Any, replications: int) -> None:
    """Until the widget shows so many replications of each scenario; the first move has no baseline to compare with."""
    pools = Pools(2)

    async def shown(developers: int) -> None:
        enough = asyncio.Event()
        widget = Compare(state_of(PRESETS), pools=pools, replications=20)
        show = widget.show

        def and_tell(query: Query, estimate: LiveEstimate) -> None:
            show(query, estimate)
            if estimate.result.replications >= replications:
                enough.set()

        widget.show = and_tell  # type: ignore[method-assign]
        widget.state = widget.state.set("team.developers", developers).pin()
        widget.request_estimates()
        await enough.wait()
        widget.pause()

    moves = iter(range(5, 50))
    benchmark.pedantic(lambda: asyncio.run(shown(next(moves))), rounds=5, warmup_rounds=1)
    pools.close()


@pytest.mark.benchmark(group="memory of an experiment", timer=time.process_time)
def test_the_memory_of_ten_thousand_replications(benchmark: Any) -> None:
    """Python's own memory; the engine's is that of one log for each worker."""
    tracemalloc.start()
    scenario = vary(DEVOPS, {"years": 0.25})
    benchmark.pedantic(replicate, args=(scenario, 10_000), kwargs={"kpis": ("lead_time",), "progress": False}, rounds=1)
    benchmark.extra_info["peak, MB"] = round(tracemalloc.get_traced_memory()[1] / 1e6)
    tracemalloc.stop()
