"""Jira's exports of issues as a history: CSV, and the JSON of its REST API (`search` with `expand=changelog`).

Rules, each of which can be argued about:

- An issue is a work item: requested when it was created, started at its actual start (else its start date, else its first change
  to a status in progress), closed when it was resolved. It is delivered if its status category is Done and its resolution is none of
  those that mean the opposite (Duplicate, Won't Do, Obsolete, …; `withdrawn` adds more): these withdraw it. An issue that is in progress
  again is open, whatever its resolution says. One that is done without a date is counted, and stays open in the log, because
  its end is unknown. Epics and sub-tasks are sums and parts of others, and excluded.
- An issue of a type of `incidents` (by default *Incident* and the like) is an incident: detected when it was created, resolved when it was
  resolved. Without one, and without `incidents`, failures are not observed.

The CSV lacks status changes, so without a column for the start of work, cycle time has n = 0. The JSON has them in `changelog`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from devopssim.errors import InvalidInputError
from devopssim.history import History, IncidentRecord, WorkItemRecord
from devopssim.importers.exported_files import JSON_ENDINGS, objects_of, paths_of, rows_of, text_in
from devopssim.importers.normalisation import identifier, matches, severity, words_of
from devopssim.importers.record_reader import ReadingRules, RecordReader
from devopssim.importers.times import seconds

STARTED: Final = ("Actual start", "Custom field (Actual start)", "Start date", "Custom field (Start date)")
"""Columns with the start of work, the preferred one first."""
FAILED: Final = ("Custom field (Impact start)", "Custom field (Impact started at)", "Impact start")
"""Columns with the moment of failure, the preferred one first."""
WITHDRAWN: Final = words_of(
    """
    duplicate, duplicated, won't do, won't fix, wontfix, will not do, will not fix, declined, rejected, cancelled, canceled,
    abandoned, obsolete, outdated, invalid, incomplete, not a bug, not an issue, not a problem, not a defect, not applicable,
    not required, not needed, not reproducible, cannot reproduce, can't reproduce, works as designed, works for me, as designed,
    by design, withdrawn, discarded, no longer needed, no longer relevant, deferred, later, expired, no action, known error
    """
)
"""Resolutions, and statuses, that mean that an issue was not delivered; in lower case."""
DONE: Final = words_of(
    """
    done, fertig, erledigt, terminé, terminée, fini, hecho, listo, finalizado, concluído, completato, gereed, klar, færdig,
    valmis, zrobione, gotowe, hotovo, готово, выполнено, готово до випуску, виконано, ferdig, udført, kész, tamamlandı, bitti,
    ολοκληρώθηκε, finalizada, terminado, concluída, feito, completata, finito, afgerond, ukończone, dokončeno, 完了, 完成, 已完成, 완료,
    dokončené, gata, finalizat, завършено
    """  # noqa: RUF001
)
"""Names of the status category Done, in lower case."""
OPEN: Final = words_of(
    """
    to do, in progress, new, indeterminate, undefined, no category, zu erledigen, in arbeit, in bearbeitung, à faire, en cours,
    por hacer, en curso, tareas por hacer, a fazer, em andamento, da fare, in corso, te doen, in uitvoering, att göra, pågående,
    do zrobienia, w toku, к выполнению, в работе, 作業前, 進行中, itens pendentes, em progresso, por fazer, da completare, tareas, en
    progreso, en attente, offen, at gøre, i gang, gjøremål, å gjøre, pågår, tehtävät, tehtävänä, työn alla, käynnissä, kesken, k
    dokončení, k vyřízení, probíhá, na vykonanie, prebieha, teendő, folyamatban, de făcut, în curs, сделать, до виконання, у
    роботі, в процесі, yapılacaklar, devam ediyor, προς υλοποίηση, σε εξέλιξη, 待办, 待處理, 正在进行, 处理中, 할 일, 진행 중, 解決待ち
    """  # noqa: RUF001
)
"""Names of the other status categories, in lower case."""
PARTS: Final = {"epic", "initiative", "sub-task", "subtask"}
"""Issue types that are sums or parts of other issues, in lower case."""
BY_NAME: Final = {
    **dict.fromkeys(
        ("to do", "open", "backlog", "new", "selected for development", "reopened", "ready", "triage"), "new"
    ),
    **dict.fromkeys(("done", "closed", "resolved", "released"), "done"),
}
"""Status category of usual statuses, where the export does not state it."""


def jira_history(
    *exports: str | Path,
    time_format: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    **chosen: Any,
) -> History:
    r"""Return the history of exported issues, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        CSV and JSON files, and folders of them.
    time_format : str, optional
        Format of times as of `strptime`; default: Jira's usual ones, with month names in many languages.
    zone : str, optional
        IANA name of the export's time zone; default UTC.
    language : str, optional
        Language of month names, such as `pl`, where they are ambiguous.
    **chosen
        Fields of `ReadingRules`: `incidents` (types of issues), `withdrawn` (further resolutions).

    Returns
    -------
    History
        Work items and incidents.

    Raises
    ------
    InvalidInputError
        Where a file lacks the columns `Issue key` or `Created`, or is unreadable.

    References
    ----------
    Jira Cloud REST API, search for issues with `expand=changelog`: https://developer.atlassian.com/cloud/jira/platform/rest/v3

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "issues.csv").write_text("Issue key,Created\nSHOP-1,01/Mär/26 9:00 AM\n")
    ...     history = jira_history(folder, zone="Europe/Berlin")
    >>> list(history.items)
    ['SHOP-1']

    """
    rules = ReadingRules(**chosen)
    return JiraReader(chosen=rules, time_format=time_format, zone=zone, language=language).read_all(exports)


@dataclass(kw_only=True)
class JiraReader(RecordReader):
    """Reader of Jira's exports; this module's docstring lists its rules.

    Parameters
    ----------
    time_format, zone, language : str, optional
        As of `jira_history`.

    """

    tool: ClassVar[str] = "jira"
    rules: ClassVar[str] = (
        "issues are work items, closed when they are resolved and delivered; issues of the type incident are incidents"
    )
    time_format: str | None = None
    zone: str | None = None
    language: str | None = None
    categories: dict[str, str] = field(default_factory=dict)
    """Category of each status that the export states: new, indeterminate or done; by the status's name in lower case."""
    raw_issues: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    """Issues of the REST API; their statuses' categories may be stated by later ones."""

    def objects(self, exports: Sequence[str | Path]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the location of each row or object of these files and folders, and the row or object."""
        for export in exports:
            for path in paths_of(export, {".csv", *JSON_ENDINGS}):
                if path.suffix.lower() in JSON_ENDINGS:
                    yield from ((str(path), thing) for _, thing in objects_of(path))
                else:
                    yield from ((f"{path}: line {line}", row) for line, row in rows_of(path))

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add one issue as a work item or an incident."""
        if isinstance(thing.get("fields"), Mapping):
            name, key = (
                text_in(thing, "fields", "status", "name"),
                text_in(thing, "fields", "status", "statusCategory", "key"),
            )
            if name and key:
                self.categories[name.casefold()] = key
            self.raw_issues.append((where, thing))
            return
        key = thing.get("Issue key") or thing.get("Key")
        if not key or "Created" not in thing:
            raise InvalidInputError(
                f"{where}: 'Issue key' or 'Created' is missing; export the issues with both columns."
            )
        self._add(
            _Issue(
                key=key,
                kind=str(thing.get("Issue Type") or thing.get("Issue type") or ""),
                created=self._time(thing, where, "Created"),
                started=self._time(thing, where, *STARTED),
                resolved=self._time(thing, where, "Resolved"),
                failed=self._time(thing, where, *FAILED),
                updated=self._time(thing, where, "Updated"),
                category=str(thing.get("Status Category") or ""),
                status=str(thing.get("Status") or ""),
                resolution=str(thing.get("Resolution") or ""),
                grades=(thing.get("Priority"), thing.get("Custom field (Severity)")),
                title=thing.get("Summary") or None,
            )
        )

    def finish(self) -> None:
        """Add the issues of the REST API, and note whether incidents are observed."""
        for where, thing in self.raw_issues:
            self._add(self._issue(where, thing))
        self.looked_for_incidents()

    def _add(self, issue: "_Issue") -> None:
        """Add an issue as a work item or an incident, or count it as excluded."""
        if issue.kind.casefold() in PARTS:
            self.counts["epics and sub-tasks"] += 1
            return
        category = issue.category.casefold()
        if issue.resolved is not None and category in OPEN:
            self.counts["issues with a date in Resolved that are in progress again: open"] += 1
        if issue.resolved is None and category in DONE:
            self.counts["issues with the status category Done and no date in Resolved: their end is unknown"] += 1
        resolved = None if category in OPEN else issue.resolved
        if self.is_incident([issue.kind]):
            self.incidents.append(
                IncidentRecord(
                    id=identifier(issue.key),
                    occurred=issue.failed,
                    detected=issue.created,
                    resolved=resolved,
                    severity=severity(issue.grades),
                    name=issue.title,
                    updated=issue.updated,
                )
            )
            return
        self.observes |= {"ticket.created", "ticket.closed"}
        withdrawn = resolved is not None and any(self._withdraws(word) for word in (issue.resolution, issue.status))
        self.items.append(
            WorkItemRecord(
                id=identifier(issue.key),
                created=issue.created,
                started=issue.started,
                closed=None if withdrawn else resolved,
                withdrawn=resolved if withdrawn else None,
                updated=issue.updated,
            )
        )

    def _withdraws(self, word: str) -> bool:
        """Return whether a resolution or a status means that an issue was not delivered."""
        plain = " ".join(word.replace("\u2019", "'").casefold().split())
        return plain in WITHDRAWN or matches(plain, self.chosen.withdrawn)

    def _issue(self, where: str, thing: Mapping[str, Any]) -> "_Issue":
        """Return an issue of the REST API; its status changes date its start and its end."""
        fields = thing["fields"]
        where = f"{where}: {text_in(thing, 'key') or 'an issue'}"
        if not text_in(thing, "key") or not fields.get("created"):
            raise InvalidInputError(
                f"{where}: `key` or `created` is missing; export the responses of the REST API unchanged."
            )
        moves = sorted(self._moves(where, thing))
        started = next((at for at, category in moves if category == "indeterminate"), None)
        last_done = None
        for (at, category), before in zip(moves, [None, *(category for _, category in moves)], strict=False):
            if category == "done" and before != "done":
                last_done = at
        status = text_in(fields, "status", "name") or ""
        current = text_in(fields, "status", "statusCategory", "key") or self._category(status)
        resolved = seconds(fields.get("resolutiondate"), where)
        if resolved is None and current == "done":
            resolved = last_done
        return _Issue(
            key=str(thing["key"]),
            kind=text_in(fields, "issuetype", "name") or "",
            created=seconds(fields.get("created"), where),
            started=started,
            resolved=resolved,
            updated=seconds(fields.get("updated"), where),
            category=current,
            status=status,
            resolution=text_in(fields, "resolution", "name") or "",
            grades=(text_in(fields, "priority", "name"),),
            title=text_in(fields, "summary"),
        )

    def _moves(self, where: str, thing: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
        """Yield the time of each change of status, and the category of the new one."""
        changelog = thing.get("changelog")
        histories = changelog.get("histories") if isinstance(changelog, Mapping) else None
        for history in histories if isinstance(histories, list) else []:
            at = seconds(history.get("created"), where) if isinstance(history, Mapping) else None
            items = history.get("items") if isinstance(history, Mapping) else None
            for item in items if isinstance(items, list) else []:
                if at is not None and isinstance(item, Mapping) and item.get("field") == "status":
                    yield at, self._category(str(item.get("toString") or ""))

    def _category(self, status: str) -> str:
        """Return the category of a status: as the export states it, else by its usual name, else in progress."""
        name = status.casefold()
        return (
            self.categories.get(name) or BY_NAME.get(name) or ("done" if self._withdraws(status) else "indeterminate")
        )

    def _time(self, row: Mapping[str, str], where: str, *names: str) -> float | None:
        """Return the time in the first filled one of these columns, or None."""
        text = next((row[name] for name in names if row.get(name)), None)
        return seconds(text, where, time_format=self.time_format, zone=self.zone, language=self.language)


@dataclass(frozen=True, kw_only=True)
class _Issue:
    """An issue, whichever export it comes from; times in seconds since 1970."""

    key: str
    kind: str
    created: float | None
    started: float | None
    resolved: float | None
    failed: float | None = None
    updated: float | None = None
    category: str
    status: str
    resolution: str
    grades: Sequence[str | None]
    title: str | None = None
