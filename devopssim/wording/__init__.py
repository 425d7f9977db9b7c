"""Results in words: amounts, units, differences, findings, tables, alternative texts."""

from devopssim.wording.alt_text import Description, alt_text, describe, rows_of, tell
from devopssim.wording.changes import reasons
from devopssim.wording.findings import mechanisms, verdicts, what_differs
from devopssim.wording.numbers import LANDMARKS, Unit, amount, counted, duration, number, unit_for, with_interval
from devopssim.wording.parameters import ADOPTION, label, words

__all__ = [
    "ADOPTION",
    "LANDMARKS",
    "Description",
    "Unit",
    "alt_text",
    "amount",
    "counted",
    "describe",
    "duration",
    "label",
    "mechanisms",
    "number",
    "reasons",
    "rows_of",
    "tell",
    "unit_for",
    "verdicts",
    "what_differs",
    "with_interval",
    "words",
]
