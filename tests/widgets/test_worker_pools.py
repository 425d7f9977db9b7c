"""Only the latest task is reported."""

from widget_bench import ByHand

from devopssim.widgets.worker_pools import LatestTask


def test_only_the_latest_task_is_reported() -> None:
    bench, reported = ByHand(), list[str]()
    latest = LatestTask(
        on_result=reported.append, on_error=lambda error: reported.append(str(error)), scheduler=lambda act: act()
    )
    latest.run([(bench, lambda: "old"), (bench, lambda: "older")])
    latest.run([(bench, lambda: "new"), (bench, lambda: "newer")])
    bench.work()
    assert reported == ["new", "newer"]
