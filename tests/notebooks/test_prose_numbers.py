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
NO_PROSE: Final = re.compile(r"`[^`]*`|\]\([^)]*\)|<[^>]*>|\$[^$]*\$")
UNITS: Final = (1, 100, 60, 24, 1 / 8, 1 / 24, 1 / 60, 1 / 168, 1 / 730)
"""Factors from what a cell prints to what people say: percent, minutes, hours, working days, days, hours, weeks, months."""
SMALL: Final = 10
"""Whole numbers below are counted by eye and often spelled."""
YEARS: Final = range(1900, 2101)

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
    "06": {
        "75": "minutes to read",
        "29.6": "sum of two outputs",
        "500,000": "DORA 2020",
        "10.5": "docs/calibration.md",
        "4.1": "docs/calibration.md",
    },
    "07": {"51.3": "Bernardo et al. 2018", "64": "half of an output"},
    "08": {"75": "a percentile", "85": "a percentile"},
    "09": {
        "170": "Veracode 12",
        "171": "Veracode 2020",
        "252": "Veracode 2025",
        "136": "product of outputs",
        "4,976": "product of outputs",
        "70": "an assumed parameter",
        "104": "weeks in two years",
        "12,480": "product of outputs",
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


def test_a_number_that_no_output_shows_is_noticed() -> None:
    assert agrees("5.5", {5.46})
    assert agrees("1,167", {1167.4})
    assert not agrees("5.6", {5.46})
