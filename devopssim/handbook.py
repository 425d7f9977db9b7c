"""The reference pages that follow from what the package declares: parameters, KPIs, practices.

`python -m devopssim.handbook docs` writes them; a test holds them equal to the code.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from devopssim import cards, kpis
from devopssim.files import write_text
from devopssim.kpis import Kpi
from devopssim.parameters import GRADES
from devopssim.practices import PRACTICES, Practice

NOTE = "<!-- Written by `python -m devopssim.handbook docs`: change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """Return every page by its path below the folder of the documentation."""
    found = {"parameters.md": _parameters()}
    found |= {f"kpis/{name}.md": _kpi(kpi) for name, kpi in kpis.KPIS.items()}
    found |= {f"practices/{name}.md": _practice(name, practice) for name, practice in PRACTICES.items()}
    found["kpis/index.md"] = _index("The KPIs", {name: kpi.title for name, kpi in kpis.KPIS.items()})
    found["practices/index.md"] = _index(
        "The seven C's, and security inside", {n: p.title for n, p in PRACTICES.items()}
    )
    return {path: NOTE + text for path, text in found.items()}


def write(folder: Path) -> None:
    """Write every page below `folder`."""
    for path, text in pages().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_text(folder / path, text)


def _parameters() -> str:
    text = "# Parameters and their evidence\n\nEach default carries a grade: "
    grades = "; ".join(f"*{grade}*: {meaning}" for grade, meaning in GRADES.items())
    return f"{text}{grades}.\n\n{cards.as_markdown(cards.cards())}"


def _kpi(kpi: Kpi) -> str:
    return "\n".join(
        [
            f"# {kpi.title}",
            "",
            f"`{kpi.name}`, in {kpi.unit}; better when {kpi.better or 'neither higher nor lower: it describes'}.",
            "",
            f"**Definition.** {kpi.definition}",
            "",
            f"**Events.** {', '.join(f'`{each}`' for each in kpi.events)}",
            "",
            f"**Debatable.** {kpi.debatable}",
            "",
            f"**Source.** {kpi.source}",
            "",
        ]
    )


def _practice(name: str, practice: Practice) -> str:
    declared = {card["name"]: card for card in cards.cards()}
    rows = [
        f"| `{each}` | {declared[each]['meaning']} | {declared[each]['default']:g} {declared[each]['unit']} | "
        f"{declared[each]['grade']}: {declared[each]['source']} |"
        for each in practice.parameters
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
            f"**What is known.** {practice.evidence} ({'; '.join(practice.sources)}.)",
            "",
            "| parameter | meaning | default | evidence |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _index(title: str, entries: Mapping[str, str]) -> str:
    return "\n".join([f"# {title}", "", *[f"- [{each}]({name}.md)" for name, each in entries.items()], ""])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
