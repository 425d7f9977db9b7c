"""Reviews: how long a change waits until a colleague looks at it, what reading it costs, and what that finds."""

from math import inf
from typing import TYPE_CHECKING

from simpy.events import ProcessGenerator

from devopssim.events import encode_detail
from devopssim.scenario import LINES_OF_A_CHANGE
from devopssim.simulation.development import fix_defects, one_team
from devopssim.simulation.resources import Request, Resource
from devopssim.simulation.work_items import Change

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


class ReviewTime:
    """Time of those who review, where not everybody does: each gives `quality.review_hours` of effort a week to one review at a time.

    Parameters
    ----------
    org : Organisation
        Owner of the clock; its `quality.reviewers` are above 0.
    """

    def __init__(self, org: "Organisation") -> None:
        scenario = org.scenario
        self.org = org
        self.reviewers = Resource(org.env, scenario.quality.reviewers)
        self._hours_per_effort = max(1.0, scenario.team.hours_per_week / scenario.quality.review_hours)

    def turn(self, effort: float) -> "Turn":
        """Return a turn for a review of so many person-hours, which taking it up comes on top of."""
        return Turn(self, (effort + self.org.scenario.process.switching) * self._hours_per_effort)


class Turn:
    """Turn of one review: from its begin, a reviewer has no time for another one for so many working hours, and until it ends."""

    def __init__(self, time: ReviewTime, hours: float) -> None:
        self._org, self._reviewers, self._hours = time.org, time.reviewers, hours
        self._began = inf
        self._reviewer: Request

    def begin(self) -> ProcessGenerator:
        """Wait until a reviewer has time."""
        self._reviewer = self._reviewers.request()
        yield self._reviewer
        self._began = self._org.env.now

    def end(self) -> None:
        """Let the reviewer turn to another review when the time of this one has passed."""
        left = self._hours - self._org.people.calendar.working_hours(self._began, self._org.env.now)
        self._org.env.process(self._release(max(0.0, left)))

    def _release(self, hours: float) -> ProcessGenerator:
        yield self._org.wait(hours)
        self._reviewers.release(self._reviewer)


class Reviews:
    """Review changes before they come to main.

    A change waits until a developer has room to keep an eye on it, then until that person turns to it. Where few developers review, it
    then waits until one of them has time for reviews. At last it waits for the person who does the work.
    A change that is written in a pair is reviewed while it is written.

    Parameters
    ----------
    org : Organisation
        Owner of the people and the log.
    """

    def __init__(self, org: "Organisation") -> None:
        self._org = org
        self._quality = quality = org.scenario.quality
        self._room = Resource(org.env, quality.reviews_at_once * (quality.reviewers or org.scenario.team.developers))
        """Open reviews that those who review keep an eye on."""
        self._time = ReviewTime(org) if quality.reviewers else None

    def is_paired(self, change: Change) -> bool:
        """Return whether two people write the change together, as those of one team do with a share of the changes."""
        return one_team(self._org, change) and change.checks.pairing < self._quality.pairing

    def coding_effort(self, change: Change) -> float:
        """Return the person-hours in which the change is written; two people need more of them than one."""
        return change.effort * (self._quality.pairing_effort if self.is_paired(change) else 1.0)

    def review(self, change: Change, *, urgent: bool = False) -> ProcessGenerator:
        """Let a colleague read the change, and fix the defects that the review finds; a share needs a second round.

        The author reworks the change before the second round. Each round records `stage.queued`, `stage.started` and
        `stage.finished` with `task=review`; the wait for attention lies between the first two.

        Parameters
        ----------
        change : Change
            What is reviewed, unless it was written in a pair or is one of the share that nobody reviews.
        urgent : bool, default False
            Whether people on call review it at once.
        """
        quality, draws = self._quality, change.checks
        if self.is_paired(change):
            yield from self._fix(change, quality.review_finds)
            return
        assistance = self._org.scenario.assistance
        if draws.unreviewed < quality.unreviewed_share + (assistance.unreviewed if change.assisted else 0):
            return
        effort = quality.review_effort + quality.review_effort_by_size * change.lines / LINES_OF_A_CHANGE
        effort *= assistance.review_effort if change.assisted else 1
        finds = quality.review_finds * (quality.large_change_finds if change.lines > quality.large_change else 1.0)
        yield from self._read(change, effort, draws.review_wait, urgent=urgent)
        yield from self._fix(change, finds)
        if draws.second_round < quality.second_round_share:
            yield from self._rework(change, urgent=urgent)
            yield from self._read(change, effort * quality.second_review, draws.second_wait, urgent=urgent)
            yield from self._fix(change, finds)

    def _read(self, change: Change, effort: float, wait: float, *, urgent: bool) -> ProcessGenerator:
        """Wait for a colleague's attention, unless it is urgent, and let that person read the change."""
        wait = 0.0 if urgent else wait * (self._org.scenario.assistance.pick_up if change.assisted else 1)
        turn = self._time.turn(effort) if self._time and effort > 0 and not urgent else None
        yield from self._org.people.work(
            "developer",
            "code",
            effort,
            urgent=urgent,
            on_call=urgent,
            anyone=one_team(self._org, change) and not turn,
            attention=self._attention(wait, turn) if wait or turn else None,
            item=change.item,
            change=change.id,
            detail=encode_detail(task="review"),
        )
        if turn:
            turn.end()

    def _rework(self, change: Change, *, urgent: bool) -> ProcessGenerator:
        """Let the author correct what the reviewer asks for."""
        return self._org.people.work(
            "developer",
            "code",
            change.effort * self._quality.review_rework,
            urgent=urgent,
            on_call=urgent,
            anyone=one_team(self._org, change),
            item=change.item,
            change=change.id,
        )

    def _fix(self, change: Change, finds: float) -> ProcessGenerator:
        return fix_defects(self._org, change, lambda defect: defect.review < finds, found_in="review", steps_late=0)

    def _attention(self, hours: float, turn: "Turn | None") -> ProcessGenerator:
        """Wait until a developer has room for a further review, then the working hours until that person turns to it, then its turn."""
        env, asked = self._org.env, self._org.env.now
        with self._room.request() as room:
            yield room
            yield env.timeout(self._until_seen(asked, hours))
        if turn:
            yield from turn.begin()

    def _until_seen(self, asked: float, hours: float) -> float:
        """Return the hours on the clock in which so many working hours pass; a reminder shortens those that are left.

        Parameters
        ----------
        asked : float
            Hour at which the review was asked for, from which the reminder counts.
        hours : float
            Working hours, from now on, without a reminder.
        """
        quality, calendar, now = self._quality, self._org.people.calendar, self._org.env.now
        wait = calendar.elapsed(now, hours)
        reminder = max(now, asked + quality.reminder_after)
        if not quality.reminder_after or now + wait <= reminder:
            return wait
        before = calendar.working_hours(now, reminder)
        return calendar.elapsed(now, before + (hours - before) * (1 - quality.reminder_effect))
