"""The map of the chapter in `notebooks/README.md` is complete, and each section that it names exists and covers its topic."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from devopssim.kpis import KPIS
from devopssim.plots.diagrams import LOOP
from devopssim.scenario import PRACTICES, SEVEN_CS

FOLDER: Final = Path(__file__).parents[2] / "notebooks"
MAP: Final = (FOLDER / "README.md").read_text(encoding="utf-8")
NOTEBOOKS: Final = sorted(FOLDER.glob("*.ipynb"))
LINK: Final = re.compile(r"\[(\d\db?) · ([^\]]+)\]\(([^)]+)\)")
HOW: Final = {"taught", "simulated", "done"}

SECTIONS: Final = (
    "docker", "compose", "requirements", "waterfall", "agile", "operations", "DevOps", "phases", "Definition", "seven", "KPI",
    "DevSecOps", "training", "tools", "Netflix",
)  # fmt: skip
FIGURES: Final = ("waterfall", "agile", "devops_loop", "seven_cs", "item_path", "incident_anatomy")
NINE: Final = (
    "Lead time", "Cycle time", "Lead time for changes", "Change failure rate", "Deployment frequency",
    "MTTF", "MTTD", "MTTR", "MTBF",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """A topic of the chapter, how it is covered, and where: the notebook's number, heading and file."""

    part: str
    topic: str
    how: frozenset[str]
    sections: tuple[tuple[str, str, str], ...]


def rows() -> Iterator[Row]:
    part = ""
    for line in MAP.splitlines():
        if line.startswith("#"):
            part = line.lstrip("# ")
        topic = re.search(r"\*\*(.+?)\*\*", line)
        if topic and line.startswith("| ") and LINK.search(line):
            how = frozenset(line.split("|")[2].strip().split(", "))
            yield Row(part=part, topic=topic[1], how=how, sections=tuple(LINK.findall(line)))


ROWS: Final = tuple(rows())
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.part}: {row.topic}")


def section(file: str, heading: str) -> str | None:
    """Return the text and output of a notebook from a heading to the next of its level or above; None without it."""
    lines: list[str] | None = None
    level = 0
    for line in _lines(FOLDER / file):
        title = re.match(r"(#{1,6}) (.+)", line)
        if title and lines is None and title[2] == heading:
            lines, level = [], len(title[1])
        elif title and lines is not None and len(title[1]) <= level:
            break
        elif lines is not None:
            lines.append(line)
    return None if lines is None else "\n".join(lines)


def _lines(path: Path) -> Iterator[str]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        yield from text.splitlines() if cell["cell_type"] == "markdown" else (f"  {line}" for line in text.splitlines())
        yield from (f"  {line}" for output in cell.get("outputs", []) for line in _shown(output).splitlines())


def _shown(output: dict[str, Any]) -> str:
    return "".join(output.get("text", [])) + "".join(output.get("data", {}).get("text/plain", []))


def topics(part: str) -> list[str]:
    return [row.topic for row in ROWS if part in row.part]


def missing(part: str, wanted: list[str]) -> list[str]:
    return [topic for topic in wanted if topic.lower() not in [mapped.lower() for mapped in topics(part)]]


def test_every_section_and_figure_of_the_chapter_is_mapped() -> None:
    assert missing("sections", list(SECTIONS)) == []
    assert missing("figures", list(FIGURES)) == []
    assert topics("figures").count("devops_loop") == 2  # DevOps, and DevSecOps


def test_every_phase_practice_and_kpi_is_mapped() -> None:
    assert missing("phases", [phase for phase, _ in LOOP]) == []
    assert missing("C's", [PRACTICES[name].title for name in SEVEN_CS]) == []
    assert missing("KPIs of delivery", list(NINE)) == []
    assert missing("KPIs of security", [kpi.title for kpi in KPIS.values() if kpi.family == "security"]) == []


def test_each_of_the_thirty_tools_is_run_or_described_with_a_place_or_a_reason() -> None:
    phases, answers = (
        re.findall(r"^\| (.+) \|$", section("04-devops.ipynb", heading) or "", re.MULTILINE)
        for heading in ("Seven phases, one loop", "Thirty tools: run, recorded or described")
    )
    named = {tool for row in phases if row.startswith("**") for tool in re.split("[,;] ", row.split(" | ")[-1])}
    answered = {tool: row for row in answers[1:] for tool in row.split(" | ")[0].split(", ")}
    assert answered.keys() == named
    assert len(named) == 30
    for tool, row in answered.items():
        _, how, why = row.split(" | ")
        assert how.startswith(("run", "its file", "a dashboard", "described")), tool
        assert len(why) >= len("notebook 01"), tool


@each_row
def test_each_section_exists(row: Row) -> None:
    assert row.how <= HOW
    for number, heading, file in row.sections:
        assert file.startswith(f"{number}-"), (number, file)
        assert section(file, heading) is not None, f"{file} has no heading {heading!r}"


@each_row
def test_each_section_covers_its_topic(row: Row) -> None:
    """The first section in full; the others by one of the topic's longer words, as a table or a figure names it."""
    (_, heading, file), *others = row.sections
    assert row.topic.lower() in (section(file, heading) or "").lower()
    words = [word.removesuffix("ing") for word in re.findall(r"\w+", row.topic.lower()) if len(word) > 3] or [
        row.topic.lower()
    ]
    for _, heading, file in others:
        text = (section(file, heading) or "").lower()
        assert any(word in text for word in words), f"{file}, {heading!r} does not mention {row.topic}"


def test_every_practice_and_kpi_is_not_only_taught() -> None:
    measured = [row for row in ROWS if "KPIs of" in row.part or "C's" in row.part]
    assert measured
    assert [row.topic for row in measured if not {"taught"} < row.how] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_table_of_notebooks_repeats_each_title_and_time(path: Path) -> None:
    first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    line = next(line for line in MAP.splitlines() if line.startswith("| [") and f"]({path.name})" in line)
    assert first.splitlines()[0].removeprefix(f"# {path.name.partition('-')[0]} · ") in line
    minutes = re.search(r"\*\*Time\*\* ([^·]+?) ·", first)
    assert minutes
    assert minutes[1] in line
