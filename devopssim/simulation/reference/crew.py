"""People with skills who pull work from columns, and release trains: the parts of the textbook models."""

from collections import deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import cast

from simpy import Environment, Event

from devopssim.errors import InvalidInputError
from devopssim.simulation.resources import Request


class ReleaseTrain:
    """Departures every `period` hours (above 0), the first at `period`; work that is ready at that very moment still travels."""

    __slots__ = ("_departs", "_event", "env", "period")

    def __init__(self, env: Environment, period: float) -> None:
        if not period > 0:
            raise InvalidInputError(f"period={period:g} (hours between departures) must be above 0.")
        self.env = env
        self.period = period
        self._departs = -1.0
        self._event: Event = Event(env)

    def departure(self) -> Event:
        """Return the event of the next departure; all work that travels together shares it."""
        departs = ceil(self.env.now / self.period) * self.period
        if departs != self._departs:
            self._departs = departs
            self._event = self.env.timeout(max(departs - self.env.now, 0.0))  # rounding may give a time below 0
        return self._event


@dataclass(frozen=True, kw_only=True)
class Person:
    """Person who can do the work of some stages, one piece at a time, from the hour `joins`."""

    name: str
    skills: frozenset[str]
    joins: float = 0.0


def specialists(heads: Mapping[str, int], *, joins: Mapping[str, float] | None = None) -> tuple[Person, ...]:
    """Return people with one skill each: `specialists({"code": 2, "test": 1})` are code 1, code 2 and test 1.

    `joins` gives the hour from which the people of a stage are there (default: 0).
    """
    return tuple(
        Person(name=f"{stage} {number}", skills=frozenset({stage}), joins=(joins or {}).get(stage, 0.0))
        for stage, count in heads.items()
        for number in range(1, count + 1)
    )


class CrewRequest(Request):
    """A request for a person with the skill of a stage; its value is the Person who pulls the work."""

    def __init__(self, crew: "Crew", stage: str) -> None:
        super().__init__(crew)
        self.stage = stage


class Crew:
    """People with skills, and the columns in which work waits for them.

    A free person pulls the oldest work from the right-most column that they have the skill for: finishing goes before
    starting. Work that arrives while several people are free goes to the one with the fewest skills (the specialist), then
    to the first in `people`.
    """

    __slots__ = ("_free", "_pulls", "_rank", "_waiting", "env", "people")

    def __init__(self, env: Environment, stages: Sequence[str], people: Iterable[Person]) -> None:
        """Open the columns `stages`, from left to right, for `people`.

        Raises InvalidInputError for a skill outside `stages`, or a stage without a person.
        """
        self.env = env
        self.people = tuple(people)
        self._rank = {person.name: (len(person.skills), index) for index, person in enumerate(self.people)}
        if len(self._rank) < len(self.people):
            raise InvalidInputError("two people of a crew have the same name; give each a name of their own.")
        self._waiting: dict[str, deque[CrewRequest]] = {stage: deque() for stage in stages}
        for person in self.people:
            for skill in sorted(person.skills - set(stages)):
                raise InvalidInputError(
                    f"skill {skill!r} of {person.name} is no stage; the stages are {', '.join(stages)}."
                )
        for stage in stages:
            if not any(stage in person.skills for person in self.people):
                raise InvalidInputError(f"stage {stage!r} has nobody who can do it; give one of the people that skill.")
        from_the_right = list(reversed(stages))
        self._pulls = {
            person.name: [self._waiting[stage] for stage in from_the_right if stage in person.skills]
            for person in self.people
        }
        self._free = sorted((person for person in self.people if not person.joins), key=self._preference)
        for person in self.people:
            if person.joins:
                env.process(self._join(person))

    def _join(self, person: Person) -> Generator[Event, None, None]:
        yield self.env.timeout(person.joins - self.env.now)
        self._pull(person)

    def request(self, stage: str) -> CrewRequest:
        """Put work into a column; it waits there until a person pulls it."""
        request = CrewRequest(self, stage)
        for person in self._free:
            if stage in person.skills:
                self._free.remove(person)
                request.succeed(person)
                return request
        self._waiting[stage].append(request)
        return request

    def release(self, request: CrewRequest) -> None:
        """Let the person pull the next work at this moment; withdraw work that still waits.

        Work that has just left this person's hands should be put into its next column first: then they may carry on with it.
        """
        if request.triggered:
            self._pull(cast("Person", request.value))
        else:
            self._waiting[request.stage].remove(request)

    def _pull(self, person: Person) -> None:
        for column in self._pulls[person.name]:
            if column:
                column.popleft().succeed(person)
                return
        self._free.append(person)
        self._free.sort(key=self._preference)

    def _preference(self, person: Person) -> tuple[int, int]:
        return self._rank[person.name]
