"""What queueing theory says, as formulas: the independent oracle for the simulation.

Rates are per hour and times in hours (any other unit does, if it is the same one throughout). Sources: A. K. Erlang (1917);
F. Pollaczek (1930) and A. Khinchine (1932); J. R. Jackson (1957, 1963); any textbook, e.g. D. Gross et al., Fundamentals of
Queueing Theory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from devopssim.errors import InvalidInputError


def erlang_c(servers: int, load: float) -> float:
    """Return the probability that a customer of M/M/c must wait; `load` = arrival rate · mean service time, below `servers`.

    Computed by the recursion of Erlang's B formula, which stays accurate for hundreds of servers.
    """
    _stable(load / servers if servers else 1.0)
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


def wait_mmc(rate: float, service: float, servers: int) -> float:
    """Return the mean time in the queue (without service) of M/M/c: Poisson arrivals, exponential service."""
    load = rate * service
    return erlang_c(servers, load) * service / (servers - load)


def wait_mg1(rate: float, service: float, cv: float) -> float:
    """Return the mean time in the queue of M/G/1: Poisson arrivals, one server, service of any distribution with this `cv`.

    Pollaczek and Khinchine: the queue grows with 1 + cv², so fixed service times wait half as long as exponential ones.
    """
    load = rate * service
    _stable(load)
    return load * service * (1 + cv**2) / (2 * (1 - load))


@dataclass(frozen=True, kw_only=True)
class Node:
    """A stage of a network: mean service time, servers, and how often an item visits it on average."""

    service: float
    servers: int = 1
    visits: float = 1.0


def time_in_network(rate: float, nodes: Sequence[Node]) -> float:
    """Return the mean time from arrival to leaving an open Jackson network (exponential service, Poisson arrivals at `rate`).

    Work that comes back with probability p visits the stages of its loop 1/(1 - p) times: the load is rate/(1 - p).
    """
    return sum(
        node.visits * (wait_mmc(rate * node.visits, node.service, node.servers) + node.service) for node in nodes
    )


def availability(mttf: float, mttr: float) -> float:
    """Return the share of time that one machine with its own repairer runs: MTTF / (MTTF + MTTR)."""
    return mttf / (mttf + mttr)


def machines_down(machines: int, repairers: int, mttf: float, mttr: float) -> float:
    """Return the mean number of `machines` that do not run, when `repairers` share their repair (M/M/c with a finite source)."""
    weights = [1.0]
    for down in range(1, machines + 1):
        weights.append(weights[-1] * (machines - down + 1) * mttr / (mttf * min(down, repairers)))
    return sum(down * weight for down, weight in enumerate(weights)) / sum(weights)


def waits_with_priority(rates: tuple[float, float], service: float, cv: float) -> tuple[float, float]:
    """Return the mean times in the queue of M/G/1 where the first class overtakes the second (Cobham 1954)."""
    first, load = rates[0] * service, sum(rates) * service
    _stable(load)
    rest = load * service * (1 + cv**2) / 2
    return rest / (1 - first), rest / ((1 - first) * (1 - load))


def times_with_preemption(rates: tuple[float, float], service: float, cv: float) -> tuple[float, float]:
    """Return the mean times in the system of M/G/1 where the first class interrupts the second, which resumes."""
    first, load = rates[0] * service, sum(rates) * service
    _stable(load)
    rest = [share * service * (1 + cv**2) / 2 for share in (first, load)]
    return service + rest[0] / (1 - first), service / (1 - first) + rest[1] / ((1 - first) * (1 - load))


def visits_with_defects(defects: float, bad_fixes: float) -> tuple[float, float]:
    """Return how often an item visits its developer and its tester on average.

    The item has Poisson(`defects`) defects. A test finds all of them, each is repaired by itself, the share `bad_fixes` of the
    repairs brings a new defect, and a test follows each round of repairs.
    """
    rounds = range(200)
    return 1 + defects / (1 - bad_fixes), 1 + sum(1 - exp(-defects * bad_fixes**number) for number in rounds)


def wait_for_train(period: float) -> float:
    """Return the mean wait for the next of departures `period` apart, after an arrival at a random time: `period` / 2."""
    return period / 2


def _stable(utilisation: float) -> None:
    if not 0 <= utilisation < 1:
        raise InvalidInputError(
            f"utilisation={utilisation:g} (arrival rate · service time ÷ servers) must lie from 0 to below 1: "
            "above, the queue grows for ever; give fewer arrivals, faster service or more servers."
        )
