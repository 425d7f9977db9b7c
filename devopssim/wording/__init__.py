"""Results in words: amounts, units, differences, findings, tables, alternative texts."""

from devopssim.wording.alt_text import Description, alt_text, describe, rows_of, tell
from devopssim.wording.changes import explain_changes
from devopssim.wording.findings import KpiComparison, Mechanism, Verdicts, mechanisms, verdicts, what_differs
from devopssim.wording.numbers import (
    LANDMARKS,
    EstimateText,
    Unit,
    amount,
    counted,
    duration,
    estimate_text,
    number,
    plain_estimate,
    short_amount,
    significant,
    unit_for,
    with_interval,
)
from devopssim.wording.parameters import ADOPTION, parameter_label, parameter_text
from devopssim.wording.tables import experiment_note, json_records, kpi_table, markdown_table, text_table

__all__ = [
    "ADOPTION",
    "LANDMARKS",
    "Description",
    "EstimateText",
    "KpiComparison",
    "Mechanism",
    "Unit",
    "Verdicts",
    "alt_text",
    "amount",
    "counted",
    "describe",
    "duration",
    "estimate_text",
    "experiment_note",
    "explain_changes",
    "json_records",
    "kpi_table",
    "markdown_table",
    "mechanisms",
    "number",
    "parameter_label",
    "parameter_text",
    "plain_estimate",
    "rows_of",
    "short_amount",
    "significant",
    "tell",
    "text_table",
    "unit_for",
    "verdicts",
    "what_differs",
    "with_interval",
]
