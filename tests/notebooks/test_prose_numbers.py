"""A number in a notebook's prose is one of its outputs, or is quoted: each quotation is listed here with its source.

An output agrees if it rounds to the number as it is written, as it stands or in another usual unit (percent, days, weeks, …).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

NOTEBOOKS: Final = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
NUMBER: Final = re.compile(r"(?<![\w./#=-])(\d[\d,]*(?:\.\d+)?)(?!\w*[/-]\d)")
IN_OUTPUT: Final = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
NO_PROSE: Final = re.compile(r"(?s:<details>.*</details>)|`[^`]*`|\]\([^)]*\)|<[^>]*>|\$[^$]*\$")
UNITS: Final = (1, 100, 60, 24, 1 / 8, 1 / 24, 1 / 60, 1 / 168, 1 / 730)
"""Factors from what a cell prints to what people say: percent, minutes, hours, working days, days, hours, weeks, months."""
SMALL: Final = 10
"""Whole numbers below are counted by eye and often spelled."""
YEARS: Final = range(1900, 2101)

DORA_2019: Final[dict[str, tuple[int, int, int, int]]] = {
    "automated build": (64, 81, 91, 92),
    "automated unit tests": (57, 66, 84, 87),
    "automated acceptance tests": (28, 38, 48, 58),
    "automated performance tests": (18, 23, 18, 28),
    "automated security tests": (15, 28, 25, 31),
    "automated provisioning and deployment to testing environments": (39, 54, 68, 72),
    "automated deployment to production": (17, 38, 60, 69),
    "integration with chat": (29, 33, 24, 69),
    "integration with production monitoring and observability": (13, 23, 41, 57),
    "none of the above": (9, 14, 5, 4),
}
"""Automation and integration by level (low, medium, high, elite), in percent: DORA, *Accelerate State of DevOps* (2019), page 60."""

QUOTED: Final[dict[str, dict[str, str]]] = {
    "03": {"51.3": "Bernardo et al. 2018", "87": "Bernardo et al. 2018", "171": "Menzies et al. 2016"},
    "04": {"19.5": "DORA 2018"},
    "05": {
        "90": "minutes to read",
        "51.3": "Bernardo et al. 2018",
        "17": "DORA 2019",
        "28": "DORA 2019",
        "58": "DORA 2019",
        "69": "DORA 2019",
    },
    "06": {"75": "minutes to read", "29.6": "sum of two outputs", "99.9": "an objective", "99.7": "an objective"},
    "07": {"95": "a level of confidence", "51.3": "Bernardo et al. 2018", "64": "half of an output"},
    "08": {"85": "a percentile"},
    "09": {
        "170": "Veracode 12",
        "171": "Veracode 2020",
        "252": "Veracode 2025",
        "136": "product of outputs",
        "4,976": "product of outputs",
        "70": "an assumed parameter",
        "104": "weeks in two years",
        "12,480": "product of outputs",
        "10": "a difference of DORA 2019",
        "52": "a difference of DORA 2019",
        **{str(percent): "DORA 2019" for row in DORA_2019.values() for percent in row if percent >= SMALL},
    },
    "10": {"127.0": "an address"},
    "11": {
        "246": "METR 2025",
        "4,867": "Cui et al. 2024",
        "22,000": "Faros 2026",
        "442": "Faros 2026",
        "8.1": "LinearB 2026",
        "1.22": "the square root of 1.5",
    },
    "12": {"1,070": "a sum of prices", "230": "a sum of prices", "70": "an input"},
}
"""Numbers that no output shows, by notebook, and where they come from."""


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def printed(cell: dict[str, Any]) -> Iterator[str]:
    """The source of a code cell, and the text of its outputs."""
    yield "".join(cell["source"])
    for output in cell.get("outputs", []):
        yield "".join(output.get("text", ""))
        yield "".join(output.get("data", {}).get("text/plain", ""))


def shown(path: Path) -> set[float]:
    """Every number that the code of a notebook holds or prints, in every unit."""
    texts = [text for cell in cells(path) if cell["cell_type"] == "code" for text in printed(cell)]
    numbers = {float(found.replace(",", "")) for text in texts for found in IN_OUTPUT.findall(text)}
    return {number * factor for number in numbers for factor in UNITS}


def said(path: Path) -> Iterator[str]:
    """The numbers of the prose that are no small count and no year."""
    for cell in cells(path):
        if cell["cell_type"] != "markdown":
            continue
        for found in NUMBER.findall(NO_PROSE.sub("", "".join(cell["source"]))):
            number = found.rstrip(",")
            value = float(number.replace(",", ""))
            if "." in number or not (value < SMALL or value in YEARS):
                yield number


def agrees(number: str, values: set[float]) -> bool:
    decimals = len(number.partition(".")[2])
    return any(abs(round(value, decimals) - float(number.replace(",", ""))) < 1e-9 for value in values)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_numbers_of_the_prose_are_those_of_the_outputs(path: Path) -> None:
    values, quoted = shown(path), QUOTED.get(path.name.partition("-")[0], {})
    wrong = {number for number in said(path) if not agrees(number, values)}
    assert wrong - set(quoted) == set(), "no output shows these numbers: correct the prose, or list them as quoted"
    assert set(quoted) <= set(said(path)), "these quotations stand nowhere in the prose: remove them from the list"


def test_a_quoted_table_is_complete() -> None:
    """All rows and columns, so that no sentence can rest on the rows that fit it."""
    text = "".join("".join(cell["source"]) for cell in cells(next(path for path in NOTEBOOKS if path.name[:2] == "09")))
    rows = [
        [part.strip() for part in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("  |")
    ]
    assert rows[0] == ["", "low", "medium", "high", "elite"]
    assert {row[0]: tuple(int(cell.removesuffix(" %")) for cell in row[1:]) for row in rows[2:]} == DORA_2019


def test_the_sentence_on_a_quoted_table_is_true_of_it() -> None:
    """Performance tests separate the levels least, security tests second least, deployment to production most."""
    automation = {name: row[3] - row[0] for name, row in DORA_2019.items() if name.startswith("automated")}
    ordered = sorted(automation, key=lambda name: automation[name])
    assert ordered[:2] == ["automated performance tests", "automated security tests"]
    assert ordered[-1] == "automated deployment to production"
    assert [automation[name] for name in (*ordered[:2], ordered[-1])] == [10, 16, 52]


def test_a_number_that_no_output_shows_is_noticed() -> None:
    assert agrees("5.5", {5.46})
    assert agrees("1,167", {1167.4})
    assert not agrees("5.6", {5.46})
