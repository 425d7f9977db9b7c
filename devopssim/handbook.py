"""Reference pages generated from the package's declarations: parameters, KPIs, practices.

`python -m devopssim.handbook docs` writes them; a test compares them with the code.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from devopssim import kpis
from devopssim.files import write_text
from devopssim.kpis import Kpi
from devopssim.scenario import ADOPTABLE, GRADES, LEVERS, EvidenceCard, Practice, cards_as_markdown, evidence_cards

NOTE = "<!-- Written by `python -m devopssim.handbook docs`: change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """Return the text of every page by its path below the folder of the documentation.

    Examples
    --------
    >>> pages()["kpis/lead_time.md"].splitlines()[1]
    '# Lead time'
    """
    texts = {"parameters.md": _parameters()}
    texts |= {f"kpis/{name}.md": _kpi(kpi) for name, kpi in kpis.KPIS.items()}
    levers = {name: LEVERS[parameter] for name, parameter in ADOPTABLE.items()}
    texts |= {f"practices/{name}.md": _practice(name, practice) for name, practice in levers.items()}
    kpi_rows = {name: (kpi.title, kpi.unit, _sentence(kpi.definition)) for name, kpi in kpis.KPIS.items()}
    texts["kpis/index.md"] = _index("The KPIs", ("KPI", "unit", "definition"), kpi_rows)
    practice_rows = {name: (practice.title, practice.without, practice.adopted) for name, practice in levers.items()}
    texts["practices/index.md"] = _index(
        "The seven C's, security inside, and AI assistance", ("practice", "without it", "with it"), practice_rows
    )
    return {path: NOTE + text for path, text in texts.items()}


def write(folder: Path) -> None:
    """Write every page below `folder`, creating subfolders where needed."""
    for path, text in pages().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_text(folder / path, text)


def _parameters() -> str:
    """Return the page of the parameters and their evidence."""
    text = "# Parameters and their evidence\n\nEach default carries a grade: "
    grades = "; ".join(f"*{grade}*: {meaning}" for grade, meaning in GRADES.items())
    return f"{text}{grades}.\n\n{cards_as_markdown(evidence_cards())}"


def _kpi(kpi: Kpi) -> str:
    """Return the page of a KPI."""
    detail = f", and of `detail`: {', '.join(f'`{key}`' for key in kpi.detail)}" if kpi.detail else ""
    shown = (
        f" Shown as its {kpi.summary}, with the 85th percentile, n and how many are unfinished." if kpi.summary else ""
    )
    return "\n".join(
        [
            f"# {kpi.title}",
            "",
            f"`{kpi.name}`, in {kpi.unit}; {f'better when {kpi.better}' if kpi.better else 'neither high nor low is better'}.",
            "",
            f"**Definition.** {_sentence(kpi.definition)}",
            "",
            f"**Formula.** {kpi.formula}.{shown}",
            "",
            f"**Events.** {', '.join(f'`{key}`' for key in kpi.events)}{detail}.",
            "",
            f"**Counted.** `n` counts {kpi.counts}.",
            "",
            f"**Interval.** By the method *{kpi.interval.method}*, from {kpi.interval.least} {kpi.counts} on ([coverage](../intervals.md)).",
            "",
            f"**Debatable.** {_sentence(kpi.debatable)}",
            "",
            f"**Source.** {_sentence(kpi.source)}",
            "",
        ]
    )


def _sentence(text: str) -> str:
    """Return text as a sentence: first letter upper-case, full stop at the end."""
    return f"{text[0].upper()}{text[1:]}."


def _practice(name: str, practice: Practice) -> str:
    """Return the page of a practice."""
    declared = {card["name"]: card for card in evidence_cards()}
    rows = [
        f"| `{parameter}` | {declared[parameter]['meaning']} | {_with_unit(declared[parameter])} | "
        f"{declared[parameter]['grade']}: {declared[parameter]['source']} |"
        for parameter in practice.parameters
    ]
    option = f"--adopt {name}=1"
    return "\n".join(
        [
            f"# {practice.title}",
            "",
            f"`devopssim simulate waterfall {option}` adopts it wholly, `--adopt {name}=0.5` for half of the changes.",
            "",
            f"**Without it.** {practice.without}",
            "",
            f"**With it.** {practice.adopted}",
            "",
            f"**Mechanism.** {_sentence(practice.mechanism)}",
            "",
            f"**Events.** {', '.join(f'`{kind}`' for kind in practice.events)}.",
            "",
            f"**Debatable.** {_sentence(practice.debatable)}",
            "",
            f"**What is known.** {practice.evidence} ({'; '.join(practice.sources)}.)",
            "",
            "| parameter | meaning | default | evidence |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _with_unit(card: EvidenceCard) -> str:
    """Return the default of a parameter with its unit."""
    return f"{card['default']:g} {card['unit']}".strip()


def _index(title: str, head: Sequence[str], entries: Mapping[str, tuple[str, ...]]) -> str:
    """Return a page with a table of links to the entries."""
    rows = [[f"[{first}]({name}.md)", *rest] for name, (first, *rest) in entries.items()]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join([f"# {title}", "", *[f"| {' | '.join(line)} |" for line in lines], ""])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
