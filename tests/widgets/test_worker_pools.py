"""Only the latest task is answered."""

from widget_bench import ByHand

from devopssim.widgets.worker_pools import LatestTask


def test_only_the_latest_question_is_answered() -> None:
    bench, told = ByHand(), list[str]()
    latest = LatestTask(
        on_result=told.append, on_error=lambda error: told.append(str(error)), scheduler=lambda act: act()
    )
    latest.ask([(bench, lambda: "old"), (bench, lambda: "older")])
    latest.ask([(bench, lambda: "new"), (bench, lambda: "newer")])
    bench.work()
    assert told == ["new", "newer"]
