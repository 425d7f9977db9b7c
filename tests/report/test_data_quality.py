"""The page on data quality: what each number is worth, what no source tells, and what to know first."""

from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from logs import committed, deployed, log_of, outage, travelled

from devopssim import report
from devopssim.cli import main
from devopssim.errors import InvalidInputError
from devopssim.events import write

OBSERVED = [
    "ticket.created",
    "ticket.closed",
    "change.created",
    "service.deployed",
    "service.failed",
    "incident.resolved",
]


class Cells(HTMLParser):
    """The rows of the page's tables, as lists of texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += f"{data.strip()} "


@pytest.fixture
def log() -> pd.DataFrame:
    shipped = [
        row for n in range(1, 31) for row in (committed(f"C{n}", 20.0 * n), deployed(f"C{n}", f"D{n}", at=24.0 * n))
    ]
    items = [row for n in range(25) for row in travelled(f"W{n}", 24.0 * n, 24.0 * n + 48)]
    source = {
        "github": "export <b>",
        "rules": "issues are work items",
        "counts": {"deployments to other environments": 7},
        "assumptions": {"service.failed": "a patch repairs"},
        "remarks": ["production environments: prod (30)"],
    }
    made = log_of(
        *shipped, *items, *outage("I1", 100, 104, "D4"), source=source, start="2026-03-01T00:00:00+00:00", horizon=744
    )
    made.attrs["observed"] = OBSERVED
    return made


def test_each_headline_says_what_it_is_worth(log: pd.DataFrame) -> None:
    rows = [[cell.strip() for cell in row] for row in Cells(report.render_data_quality(log)).rows if row]
    (lead_time,) = (row for row in rows if row[0].startswith("Lead time from the request"))
    assert lead_time[2:] == ["25 items", "a value without an interval: needs at least 8 weeks of log, has 4.4"]
    (failures,) = (row for row in rows if row[0].startswith("Change failure rate"))
    assert failures[1].startswith("3.3 %")
    assert failures[3].endswith("Assumption: a patch repairs.")
    (cycle_time,) = (row for row in rows if row[0].startswith("Cycle time"))
    assert cycle_time[1:] == ["-", "0", "not observed"]


def test_parts_without_a_source_name_the_kpis_that_are_missing(log: pd.DataFrame) -> None:
    rows = {row[0].split(" ")[0]: row for row in Cells(report.render_data_quality(log)).rows if row}
    assert [cell.strip() for cell in rows["deployments"][1:5]] == ["yes", "30", "2026-03-02", "2026-03-31"]
    assert rows["security"][1].strip() == "no"
    assert "security test coverage" in rows["security"][5]


def test_findings_stand_below_headings_with_the_next_step_and_text_is_only_text(log: pd.DataFrame) -> None:
    page = report.render_data_quality(log, name="<script>")
    for text in (
        "a patch repairs.",
        "7 deployments to other environments.",
        "production environments: prod (30).",
        "Left out or moved",
    ):
        assert text in page
    assert page.index("Assumptions") < page.index("Left out or moved") < page.index("Small numbers")
    assert "<script>" not in page
    assert "export &lt;b&gt;" in page
    assert page == report.render_data_quality(log, name="<script>")


def test_a_log_of_nothing_has_a_page() -> None:
    assert "0 of 12 headline KPIs" in report.render_data_quality(log_of(horizon=1))


def test_validate_writes_the_page(log: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, page = tmp_path / "team.csv", tmp_path / "quality.html"
    write(log, path)
    assert main(["validate", str(path), "--html", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == report.render_data_quality(log, name="team")
    assert "open it in a browser" in capsys.readouterr().err
    with pytest.raises(InvalidInputError, match="nowhere"):
        report.write_data_quality(log, tmp_path / "nowhere" / "quality.html")
