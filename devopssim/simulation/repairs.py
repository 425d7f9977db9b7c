"""Repairs: a fault in production becomes a change that is coded, brought to main, tested and released."""

from typing import TYPE_CHECKING

from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.scenario import PRACTICES
from devopssim.simulation.development import integrate, one_team, record_defect
from devopssim.simulation.draws import bad_fix_table, larger_change, new_defect, repair_tables
from devopssim.simulation.scanning import training_factor
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Change, Checks, Defect, Vulnerability

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation

PRODUCTION = 2
"""How many steps late a repair in production comes: after review and test."""


class Repairs:
    """Repair incidents, defects and vulnerabilities in production by new changes.

    Their draws come from tables of their own, so a repair leaves the draws of all requests in place.
    """

    def __init__(self, org: "Organisation", streams: Streams) -> None:
        self.org = org
        self._changes, self._checks, self._assistance = repair_tables(org.scenario, streams)
        self._bad_fixes = bad_fix_table(org.scenario, streams)
        self._count = 0

    def defect(self, change: Change, defect: Defect, incident: str = "", *, urgent: bool = False) -> ProcessGenerator:
        """Repair a defect that showed itself in production, and release the repair.

        Records `defect.found` now and `defect.fixed` when the repair is tested.

        Parameters
        ----------
        change : Change
            The change that brought the defect.
        defect : Defect
            What is repaired.
        incident : str, default ''
            Id of the incident that the deployed repair resolves.
        urgent : bool, default False
            Whether the repair interrupts planned work, around the clock, and is released at once; else it is released as any other
            change.
        """
        org, detail = self.org, encode_detail(defect=defect.id, found_in="production")
        org.log.record("defect.found", item=change.item, change=change.id, detail=detail)
        repair = self._repair_of(defect, change, incident)
        yield from self._develop(repair, urgent=urgent, steps_late=1)
        org.log.record("defect.fixed", item=change.item, change=change.id, detail=detail)
        if urgent:
            yield from org.release.urgently(repair)
        else:
            org.release.ready(repair)

    def vulnerability(self, vulnerability: Vulnerability, *, steps_late: int, urgent: bool = False) -> ProcessGenerator:
        """Patch a vulnerability that is in production, and release the patch.

        Parameters
        ----------
        vulnerability : Vulnerability
            What is patched.
        steps_late : int
            How many steps late the repair comes; each multiplies its effort by `quality.late_fix_factor`.
        urgent : bool, default False
            Whether the patch interrupts planned work and is released urgently.
        """
        org = self.org
        patch = self._new_change(vulnerability.fix_effort * org.late_fix_factor(steps_late) * training_factor(org))
        patch.patches = vulnerability
        yield from self._develop(patch, urgent=urgent, steps_late=steps_late)
        org.log.record("finding.fixed", finding=vulnerability.id, change=patch.id)
        if urgent:
            yield from org.release.urgently(patch)
        else:
            org.release.ready(patch)

    def maybe_bad_fix(self, defect: Defect, change: Change) -> None:
        """Give the change that fixes a defect a new defect, for the share of fixes that are bad."""
        if defect.bad_fix < self.org.scenario.quality.bad_fix_share:
            new = new_defect(f"{defect.id}b", self._bad_fixes.next_row())
            change.defects.append(new)
            record_defect(self.org, change, new)

    def _repair_of(self, defect: Defect, change: Change, incident: str) -> Change:
        repair = self._new_change(defect.fix_effort * self.org.late_fix_factor(PRODUCTION), change.item)
        repair.repairs = incident
        self.maybe_bad_fix(defect, repair)
        return repair

    def _new_change(self, coding: float, item: str | None = None) -> Change:
        """Return a change without faults of so many person-hours of coding."""
        self._count += 1
        scenario = self.org.scenario
        _, _, conflicts, installation, noise, *draws = self._changes.next_row()
        assisted = self._assistance.next_row()[0] < scenario.assistance.share
        return Change(
            id=f"CR{self._count}",
            item=item,
            effort=coding,
            lines=coding * scenario.demand.lines_per_hour * (larger_change(scenario.assistance) if assisted else 1),
            draws=dict(zip(PRACTICES, draws, strict=True)),
            conflicts=conflicts,
            installation=installation,
            noise=noise,
            checks=Checks(*self._checks.next_row()),
            assisted=assisted,
        )

    def _develop(self, repair: Change, *, urgent: bool, steps_late: int) -> ProcessGenerator:
        """Code the repair, review it, bring it to main and test it.

        Without automated tests a tester tests an urgent repair by hand, on call; a planned one is handed over to the testers and waits for
        the regression test of its release.
        """
        org, finding = self.org, repair.patches.id if repair.patches else None
        repair.base = org.merges
        yield from org.people.work(
            "developer",
            "code",
            org.assistance.coding_effort(repair),
            urgent=urgent,
            on_call=urgent,
            anyone=one_team(org, repair),
            item=repair.item,
            change=repair.id,
            finding=finding,
            detail=encode_detail(task="patch", automated="no") if finding else encode_detail(unplanned="yes"),
        )
        org.assistance.commit(repair, unplanned="yes")
        yield from org.reviews.review(repair, urgent=urgent)
        yield from integrate(org, [repair], steps_late=steps_late, urgent=urgent)
        if org.uses("testing", repair.draws):
            return
        if urgent:
            yield from org.people.work(
                "tester",
                "test",
                org.scenario.demand.test_effort * org.scenario.quality.retest_share,
                urgent=True,
                on_call=True,
                anyone=one_team(org, repair),
                item=repair.item,
                change=repair.id,
            )
        else:
            yield from org.hand_over("developer", "tester", repair.draws)
