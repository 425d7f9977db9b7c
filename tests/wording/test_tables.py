"""Tables as text, Markdown and JSON."""

import json

import numpy as np
import pandas as pd
from logs import closed, log_of, requested

from devopssim import kpis
from devopssim.wording import json_records, kpi_table, markdown_table, text_table


def test_columns_are_aligned_and_lines_end_with_their_last_word() -> None:
    rows = [["KPI", "n", ""], ["lead time", "12", "few"], ["mttr", "3", ""]]
    assert text_table(rows).splitlines() == ["KPI        n", "lead time  12  few", "mttr       3"]
    assert text_table(rows, right=[1]).splitlines() == ["KPI         n", "lead time  12  few", "mttr        3"]


def test_a_number_in_a_cell_stays_as_it_was_written() -> None:
    assert text_table([["a", "b"], ["1.50", "007"]]).splitlines() == ["a     b", "1.50  007"]


def test_a_markdown_table_has_a_rule_below_its_head() -> None:
    assert markdown_table([["a", "b"], ["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_programs_get_null_where_there_is_no_number() -> None:
    table = pd.DataFrame({"kpi": ["wip", "mttr"], "value": [1.5, np.nan], "most": [np.inf, 2.0]})
    assert json.loads(json_records(table)) == [
        {"kpi": "wip", "value": 1.5, "most": None},
        {"kpi": "mttr", "value": None, "most": 2.0},
    ]


def test_a_table_of_kpis_shows_a_dash_where_there_is_no_number() -> None:
    log = log_of([requested("W1", at=0), closed("W1", at=4)])
    text = kpi_table(kpis.table(log, ["lead_time", "change_failure_rate"]))
    assert [line.split() for line in text.splitlines()[1:]] == [
        ["lead_time", "h", "4", "4", "4", "4", "1", "items", "0"],
        ["change_failure_rate", "share", "-", "-", "-", "-", "0", "deployments", "-"],
    ]
