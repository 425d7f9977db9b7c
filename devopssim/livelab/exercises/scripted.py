"""The live exercises, done by a script: for recording their logs, and as a tour of what the lab can do.

A script is quick where a person thinks, so the times between steps are the script's; every recorded log says so.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

from devopssim.livelab.lab import Lab
from devopssim.livelab.parts import DRILLS

Say = Callable[[str], object]
OBSERVATION: Final = 1.5
"""Seconds of traffic that are looked at before the next step of a release."""


def by_hand(lab: Lab, say: Say) -> None:
    """Ship the shop as the chapter does, change it, ship it again, and go back."""
    say("first release by hand")
    _ship(lab, first=True)
    lab.production.ask("/orders", post={"product": "espresso", "quantity": 2})
    say("second release by hand")
    lab.repository.replace("shop/version.py", '"1.0.0"', '"2.0.0"')
    lab.repository.commit("Version 2")
    _ship(lab)
    say("back to the first release")
    lab.production.rollback()


def automate(lab: Lab, say: Say) -> None:
    """Push: a change that reaches production, one that the tests stop, and its repair; then delivery with an approval."""
    say("continuous integration")
    lab.pipeline.choose("integration")
    lab.pipeline.push()
    say("continuous deployment")
    lab.pipeline.choose("deployment")
    lab.pipeline.push()
    say("a change that the tests stop")
    lab.repository.replace("shop/catalogue.py", "cents * quantity", "cents + quantity")
    lab.repository.commit("Simpler totals")
    lab.pipeline.push()
    say("its repair")
    lab.repository.replace("shop/catalogue.py", "cents + quantity", "cents * quantity")
    lab.repository.commit("Right totals")
    lab.pipeline.push()
    say("continuous delivery, with an approval")
    lab.pipeline.choose("delivery")
    lab.pipeline.push()
    lab.pipeline.approve()


def operate(lab: Lab, say: Say) -> None:
    """A canary that its alert takes back, a good one that takes over, and every drill."""
    say("a release, and monitoring")
    _ship(lab, first=True)
    lab.traffic.up()
    lab.monitor.up("web", "blue", "green")
    say("a canary that is taken back")
    with lab.load_balancer_prober:
        lab.traffic.release("green", lab.releases.faulty("bad_release"))
        lab.traffic.shift(blue=90, green=10)
        lab.monitor.wait_for_alert("HighErrorRate")
        lab.traffic.rollback("green")
        lab.load_balancer_prober.wait_until_healthy()
        say("a canary that takes over")
        lab.repository.replace("shop/version.py", '"1.0.0"', '"2.0.0"')
        lab.repository.commit("Version 2")
        _publish(lab)
        lab.traffic.release("green")
        lab.traffic.shift(blue=90, green=10)
        time.sleep(OBSERVATION)
        lab.traffic.shift(blue=0, green=100)
        time.sleep(OBSERVATION)
    for name in (name for name in DRILLS if name != "exploit"):
        say(f"drill: {name}")
        with lab.drill(name) as drill:
            drill.wait_until_broken()
            drill.recover()


def secure(lab: Lab, say: Say) -> None:
    """A weakness is shipped by hand and exploited; then a gate blocks, its repair passes, and a false alarm is dismissed."""
    say("a sound release")
    _ship(lab, first=True)
    say("a release with weaknesses, without a gate")
    lab.security.plant()
    _ship(lab)
    lab.security.scan()
    say("drill: exploit")
    with lab.drill("exploit") as drill:
        drill.wait_until_broken()
        drill.recover()
    say("a gate: it blocks")
    lab.pipeline.choose("deployment")
    lab.pipeline.push()
    say("the repair")
    lab.security.mend()
    lab.pipeline.push()
    say("a false alarm is dismissed")
    open_ones = lab.security.findings().query("state == 'open' and severity in ['medium', 'high']")
    for name in open_ones["id"]:
        lab.security.dismiss(name, "the checksum of a price list that is public")
    lab.repository.commit("The checksum is no secret")
    lab.pipeline.push()


EXERCISES: Final[Mapping[str, Callable[[Lab, Say], None]]] = {
    "by_hand": by_hand,
    "automate": automate,
    "operate": operate,
    "secure": secure,
}
"""The exercises by name; there is a recorded log of each."""


def _ship(lab: Lab, *, first: bool = False) -> None:
    """The commands of the chapter."""
    lab.registry.login()
    _publish(lab)
    lab.sh("docker compose pull", cwd=lab.workspace.production)
    again = "docker compose up -d --build --no-deps web"
    lab.sh("docker compose up -d" if first else again, cwd=lab.workspace.production)
    lab.production.wait_healthy("web")


def _publish(lab: Lab) -> None:
    lab.registry.login()
    lab.sh(f"docker build -t {lab.workspace.image}:latest .")
    lab.sh(f"docker push {lab.workspace.image} --all-tags")
