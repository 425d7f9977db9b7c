"""Evidence cards: every parameter of a scenario as a record, a Markdown table or text."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from devopssim.errors import InvalidInputError
from devopssim.scenario.declaration import GRADES, Parameter, declared_parameters
from devopssim.scenario.scenario import LISTS, PARTS, parameters

EvidenceCard = dict[str, Any]
"""One parameter as a record for JSON: name, meaning, unit, low, high, choices, default, grade, tuned, source."""


def evidence_cards(part: str | None = None) -> list[EvidenceCard]:
    """Return one evidence card per parameter.

    Parameters
    ----------
    part : str, optional
        Name of a part of the scenario (`team`, `quality`, …); all parts by default.

    Returns
    -------
    list of dict
        Cards with name, meaning, unit, low, high, choices, default, grade, tuned and source, in the order of `parameters()`,
        then those of the rows of lists, such as `pipeline.steps[].time`.

    Raises
    ------
    InvalidInputError
        If the part is unknown.

    Examples
    --------
    >>> card = evidence_cards("team")[0]
    >>> card["name"], card["default"], card["grade"]
    ('team.analysts', 2, 'assumed')
    """
    if part is not None and part not in PARTS:
        message = f"part {part!r} is unknown; a scenario's parts are {', '.join(PARTS)}."
        raise InvalidInputError(message)
    rows = {
        f"{name}[].{field}": declared for name, kind in LISTS.items() for field, declared in declared_parameters(kind)
    }
    declarations = {**parameters(), **rows}.items()
    return [_card(name, declared) for name, declared in declarations if part is None or name.startswith(f"{part}.")]


def cards_as_text(cards: Sequence[EvidenceCard]) -> str:
    """Return the cards as paragraphs for a terminal, followed by a count of the grades.

    Parameters
    ----------
    cards : sequence of dict
        Cards from `evidence_cards`.

    Returns
    -------
    str
        Lines of at most 100 characters.

    Examples
    --------
    >>> print(cards_as_text(evidence_cards("team")[:1]))
    team.analysts = 2
        people who find out what is needed (allowed: 0 to 200). assumed: one for four developers.
    ...
    """
    paragraphs = [_paragraph(card) for card in cards]
    grades = Counter(card["grade"] for card in cards)
    counted = ", ".join(f"{grades[grade]} {grade} ({meaning})" for grade, meaning in GRADES.items())
    tuned = [card["name"] for card in cards if card["tuned"]]
    summary = f"{len(cards)} parameters: {counted}.\n{len(tuned)} of them tuned: {', '.join(tuned) or 'none'}.\n"
    return "\n".join([*paragraphs, textwrap.fill(summary, 100), ""])


def cards_as_markdown(cards: Sequence[EvidenceCard]) -> str:
    """Return the cards as a Markdown table.

    Parameters
    ----------
    cards : sequence of dict
        Cards from `evidence_cards`.

    Returns
    -------
    str
        One row per card, below a heading row.

    Examples
    --------
    >>> print(cards_as_markdown(evidence_cards("team")[:1]))
    | parameter | meaning | default | allowed | grade | source |
    |---|---|---|---|---|---|
    | `team.analysts` | people who find out what is needed | 2 | 0 to 200 | assumed | one for four developers |
    """
    rows = ["| parameter | meaning | default | allowed | grade | source |", "|---|---|---|---|---|---|"]
    rows += [
        f"| `{card['name']}` | {card['meaning']} | {_default(card)} | {_allowed(card)} | {_grade(card)} | {card['source']} |"
        for card in cards
    ]
    return "\n".join(rows) + "\n"


def _card(name: str, declared: Parameter) -> EvidenceCard:
    return {
        "name": name,
        "meaning": declared.meaning,
        "unit": declared.unit,
        "low": None if declared.choices else declared.low,
        "high": None if declared.choices else declared.high,
        "choices": list(declared.choices),
        "default": declared.default,
        "grade": declared.grade,
        "tuned": declared.tuned,
        "source": declared.source,
    }


def _paragraph(card: EvidenceCard) -> str:
    head = f"{card['name']} = {_default(card)}"
    body = f"{card['meaning']} (allowed: {_allowed(card)}). {_grade(card)}: {card['source']}."
    return f"{head}\n{textwrap.fill(body, 96, initial_indent='    ', subsequent_indent='    ')}\n"


def _default(card: EvidenceCard) -> str:
    value = card["default"]
    return f"{value} {card['unit']}".strip() if isinstance(value, str) else f"{value:g} {card['unit']}".strip()


def _allowed(card: EvidenceCard) -> str:
    return ", ".join(card["choices"]) or f"{card['low']:g} to {card['high']:g}"


def _grade(card: EvidenceCard) -> str:
    return f"{card['grade']}, tuned" if card["tuned"] else str(card["grade"])
