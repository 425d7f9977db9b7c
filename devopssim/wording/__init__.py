"""Results as text: amounts with units, intervals, verdicts, tables and alternative texts.

Terminal, report, widgets and figures show the same value in the same form because all of them format it here:

    amount(0.5, "share")              "50 %"
    with_interval(30, 25, 40, "h")    "30 hours (25 to 40)"
    verdicts(result)                  which KPIs are better, worse, different, unclear
    explain_changes(result, ...)      which parameters changed, and how the work and the KPIs follow
    estimates_text(result, kpi)       alternative text of a figure
    kpi_table(kpis.table(log))        aligned text for a terminal
"""

from devopssim.wording.alt_text import (
    Description,
    curves_text,
    difference_text,
    differences_text,
    effects_text,
    estimates_text,
    rows_of,
    setting_text,
    shapley_text,
    sweep_map_text,
    sweep_text,
    tornado_text,
)
from devopssim.wording.chance import chance_sentence, comparison_records, reasons_note, selection_sentence
from devopssim.wording.changes import explain_changes, parameter_changes
from devopssim.wording.findings import KpiComparison, Mechanism, Verdicts, mechanisms, verdicts, what_differs
from devopssim.wording.numbers import (
    LANDMARKS,
    EstimateText,
    Unit,
    amount,
    counted,
    display_unit,
    duration,
    estimate_text,
    number,
    plain_estimate,
    short_amount,
    significant,
    unit_for,
    with_interval,
)
from devopssim.wording.parameters import parameter_label, parameter_text
from devopssim.wording.tables import experiment_note, json_records, kpi_table, markdown_table, text_table

__all__ = [
    "LANDMARKS",
    "Description",
    "EstimateText",
    "KpiComparison",
    "Mechanism",
    "Unit",
    "Verdicts",
    "amount",
    "chance_sentence",
    "comparison_records",
    "counted",
    "curves_text",
    "difference_text",
    "differences_text",
    "display_unit",
    "duration",
    "effects_text",
    "estimate_text",
    "estimates_text",
    "experiment_note",
    "explain_changes",
    "json_records",
    "kpi_table",
    "markdown_table",
    "mechanisms",
    "number",
    "parameter_changes",
    "parameter_label",
    "parameter_text",
    "plain_estimate",
    "reasons_note",
    "rows_of",
    "selection_sentence",
    "setting_text",
    "shapley_text",
    "short_amount",
    "significant",
    "sweep_map_text",
    "sweep_text",
    "text_table",
    "tornado_text",
    "unit_for",
    "verdicts",
    "what_differs",
    "with_interval",
]
