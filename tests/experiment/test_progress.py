"""Progress: a loop and an experiment show how far they are in a notebook, and leave an empty output behind."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from devopssim.experiment import with_progress

EXPERIMENT = """
import devopssim as ds
short = {"devops": ds.vary(ds.DEVOPS, {"years": 0.05})}
_ = ds.compare(short, 3, kpis=["wip"])
print([seed for seed in ds.experiment.with_progress([1, 2])])
"""


def test_a_loop_gets_all_items_in_their_order() -> None:
    assert list(with_progress([3, 1, 2], shown=False)) == [3, 1, 2]


def test_a_loop_that_is_left_removes_its_bar(capsys: pytest.CaptureFixture[str]) -> None:
    for item in with_progress(range(100), shown=True):
        if item == 3:
            break
    assert "100" in capsys.readouterr().err


def test_a_notebook_keeps_an_empty_output_of_each_bar(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(EXPERIMENT)])  # type: ignore[no-untyped-call]
    shown: list[dict[str, str]] = []
    client = NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}})
    original = client.process_message

    def record(message: dict[str, Any], *where: Any) -> Any:
        if message["msg_type"] == "update_display_data":
            shown.append(message["content"]["data"])
        return original(message, *where)

    client.process_message = record  # type: ignore[method-assign, assignment]
    client.execute()
    outputs = notebook.cells[0].outputs
    assert [output.data for output in outputs if output.output_type == "display_data"] == [{"text/plain": ""}] * 2
    assert [output.text for output in outputs if output.output_type == "stream"] == ["[1, 2]\n"]
    texts = [data["text/plain"] for data in shown]
    assert "1 of 2 runs" in texts
    assert texts[-1] == ""
