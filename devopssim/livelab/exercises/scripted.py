"""The live exercises as scripts: to record their logs, and as a tour of the lab.

Scripts act faster than people, so the times between steps are the script's; every recorded log states this.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

from devopssim.livelab.engine import wait_until
from devopssim.livelab.lab import Lab
from devopssim.livelab.parts import DRILLS, FLAG, SLOTS, WORKFLOW

Report = Callable[[str], object]
"""Function that receives the name of each step."""
OBSERVATION: Final = 1.5
"""Seconds of traffic to observe before the next step of a release."""
AFTER_TEST: Final = "      - name: Install the scanners"
"""Line of the workflow that follows the step `test`."""
ACCEPTANCE_STEP: Final = """\
      - name: Accept
        id: accept
        run: python -m unittest acceptance/test_page.py

"""
"""Step of the workflow that uses the page as a user does."""


def by_hand(lab: Lab, report: Report) -> None:
    """Ship the shop by hand as the chapter does, change it, ship it again, and roll back.

    Parameters
    ----------
    lab : Lab
        A fresh lab.
    report : Callable
        Receives the name of each step.
    """
    report("first release by hand")
    _ship(lab, first=True)
    lab.production.ask("/orders", post={"product": "espresso", "quantity": 2})
    report("second release by hand")
    lab.repository.replace("shop/version.py", '"1.0.0"', '"2.0.0"')
    lab.repository.commit("Version 2")
    _ship(lab)
    report("rollback to the first release")
    lab.production.rollback()


def automate(lab: Lab, report: Report) -> None:
    """Push a change that reaches production, one that the tests stop, and its repair; then deliver with an approval.

    Parameters
    ----------
    lab : Lab
        A fresh lab.
    report : Callable
        Receives the name of each step.
    """
    report("continuous integration")
    lab.pipeline.choose("integration")
    lab.pipeline.push()
    report("continuous deployment")
    lab.pipeline.choose("deployment")
    lab.pipeline.push()
    report("a change that the tests stop")
    lab.repository.replace("shop/catalogue.py", "cents * quantity", "cents + quantity")
    lab.repository.commit("Simpler totals")
    lab.pipeline.push()
    report("its repair")
    lab.repository.replace("shop/catalogue.py", "cents + quantity", "cents * quantity")
    lab.repository.commit("Right totals")
    lab.pipeline.push()
    report("continuous delivery, with an approval")
    lab.pipeline.choose("delivery")
    lab.pipeline.push()
    lab.pipeline.approve()


def accept(lab: Lab, report: Report) -> None:
    """Ship a page whose button fails past the unit tests, then let a browser stop it, and ship its repair.

    Parameters
    ----------
    lab : Lab
        A fresh lab.
    report : Callable
        Receives the name of each step.
    """
    report("a page whose button fails")
    lab.pipeline.choose("deployment")
    lab.repository.replace("shop/static/page.html", "quantity: Number", "amount: Number")
    lab.repository.commit("Shorter names on the page")
    lab.pipeline.push()
    report("an acceptance test stops it")
    lab.repository.replace(WORKFLOW.as_posix(), AFTER_TEST, ACCEPTANCE_STEP + AFTER_TEST)
    lab.repository.commit("Accept the page in a browser")
    lab.pipeline.push()
    report("its repair")
    lab.repository.replace("shop/static/page.html", "amount: Number", "quantity: Number")
    lab.repository.commit("Right name on the page")
    lab.pipeline.push()


def configure(lab: Lab, report: Report) -> None:
    """Configure two web hosts by a playbook: repair drift, release host by host under traffic, stop at a fault, roll back.

    Parameters
    ----------
    lab : Lab
        A fresh lab.
    report : Callable
        Receives the name of each step.
    """
    report("two web hosts from a playbook, applied twice")
    _publish(lab, "1.0.0")
    lab.configuration.apply()
    lab.configuration.apply()
    report("drift, found and repaired")
    lab.configuration.drift("green", hours="8-20")
    lab.configuration.apply("--check", "--diff")
    lab.configuration.apply()
    report("a release under traffic")
    lab.repository.replace("shop/version.py", '"1.0.0"', '"2.0.0"')
    lab.repository.commit("Version 2")
    _publish(lab, "2.0.0")
    with lab.load_balancer_prober:
        lab.configuration.apply("--extra-vars", "release=2.0.0")
        report("a faulty release, stopped at the first host, and the way back")
        lab.releases.faulty("bad_release", tag="2.1.0")
        lab.configuration.apply("--extra-vars", "release=2.1.0")
    lab.configuration.apply("--extra-vars", "release=2.0.0")
    report("a release in the inventory")
    lab.repository.replace("shop/version.py", '"2.0.0"', '"2.0.7"')
    lab.repository.replace("hosts/inventory.yml", "release: 1.0.0", "release: 2.0.7")
    lab.repository.commit("Version 2.0.7 on all hosts")
    _publish(lab, "2.0.7")
    lab.configuration.apply()


def operate(lab: Lab, report: Report) -> None:
    """Roll back a canary on its alert, let a good one take over, and run every drill except the exploit.

    Parameters
    ----------
    lab : Lab
        A fresh lab.
    report : Callable
        Receives the name of each step.
    """
    report("a release, and monitoring")
    _ship(lab, first=True)
    lab.traffic.up()
    lab.monitor.up("web", "blue", "green")
    report("a canary that is rolled back")
    with lab.load_balancer_prober:
        lab.traffic.release("green", lab.releases.faulty("bad_release"))
        lab.traffic.shift(blue=90, green=10)
        lab.monitor.wait_for_alert("HighErrorRate")
        lab.traffic.rollback("green")
        lab.load_balancer_prober.wait_until_healthy()
        report("a canary that takes over")
        lab.repository.replace("shop/version.py", '"1.0.0"', '"2.0.0"')
        lab.repository.commit("Version 2")
        _publish(lab)
        lab.traffic.release("green")
        lab.traffic.shift(blue=90, green=10)
        time.sleep(OBSERVATION)
        lab.traffic.shift(blue=0, green=100)
        time.sleep(OBSERVATION)
    for name in (name for name in DRILLS if name != "exploit"):
        report(f"drill: {name}")
        with lab.drill(name) as drill:
            drill.wait_until_broken()
            drill.wait_until_detected()
            drill.recover()


def release(lab: Lab, report: Report) -> None:
    """Deploy a feature that nobody sees, release it to one user in ten, kill it, and release its repair to all users.

    Parameters
    ----------
    lab : Lab
        A fresh lab.
    report : Callable
        Receives the name of each step.
    """
    report("two slots, and a feature behind a flag in both")
    _ship(lab, first=True)
    lab.traffic.up()
    lab.flags.add_feature()
    _publish(lab)
    _deploy_to_slots(lab)
    lab.monitor.up(*SLOTS)
    with lab.load_balancer_prober:
        report("one user in ten sees it, until the kill switch")
        lab.flags.roll_out(FLAG, percent=10)
        lab.monitor.wait_for_alert("HighErrorRate")
        lab.load_balancer_prober.wait_until_broken()
        lab.flags.kill(FLAG)
        lab.load_balancer_prober.wait_until_healthy()
    report("its repair, for one user in ten and then for all")
    lab.repository.replace("shop/offers.py", '"tea"', '"espresso"')
    lab.repository.commit("Offer what we sell")
    _publish(lab)
    _deploy_to_slots(lab)
    with lab.load_balancer_prober:
        for percent in (10, 100):
            lab.flags.roll_out(FLAG, percent=percent)
            time.sleep(OBSERVATION)


def on_call(lab: Lab, report: Report) -> None:
    """Tell people of what matters: one of two hosts ends, then both; planned work is silenced; a bad release pages.

    Parameters
    ----------
    lab : Lab
        A fresh lab.
    report : Callable
        Receives the name of each step.
    """
    report("two hosts behind a load balancer, and people on call")
    _ship(lab, first=True)
    lab.traffic.up()
    lab.traffic.release("green")
    lab.traffic.shift(blue=50, green=50)
    lab.monitor.up("blue", "green")
    lab.on_call.up()
    lab.load_balancer_prober.attribute("crash")  # no deployment is to blame for what this script ends
    with lab.load_balancer_prober:
        report("one of two hosts ends: the chat hears of it")
        _end(lab, "green")
        lab.on_call.wait_for_message("chat", "InstanceDown")
        lab.production.compose("up", "-d", "--no-deps", "green")
        lab.on_call.wait_for_message("chat", "InstanceDown", status="resolved")
        report("both end: the pager rings")
        _end(lab, "blue", "green")
        lab.on_call.wait_for_message("pager", "ShopDown")
        lab.load_balancer_prober.wait_until_broken()
        lab.production.compose("up", "-d", "--no-deps", "blue", "green")
        lab.load_balancer_prober.wait_until_healthy()
        lab.on_call.wait_for_message("pager", "ShopDown", status="resolved")
        report("planned work on one host, silenced")
        lab.on_call.silence("InstanceDown", seconds=60, reason="planned work on green")
        _end(lab, "green")
        wait_until(lambda: "silence" in set(lab.on_call.alerts()["by"]), "the alert to be silenced")
        lab.production.compose("up", "-d", "--no-deps", "green")
        wait_until(lambda: "InstanceDown" not in lab.monitor.firing(), "green to answer")
        since = lab.on_call.silences()["since"].max()
        report(f"messages about it: {lab.on_call.told_since(since, 'InstanceDown')}")
    report("drill: a bad release")
    lab.monitor.watch("web", "blue", "green")
    with lab.drill("bad_release") as drill:
        lab.on_call.wait_for_message("pager", "HighErrorRate")
        drill.wait_until_broken()
        drill.recover()


def secure(lab: Lab, report: Report) -> None:
    """Ship vulnerabilities by hand and exploit one; a gate blocks, the repair passes, and an attested release follows.

    Parameters
    ----------
    lab : Lab
        A fresh lab.
    report : Callable
        Receives the name of each step.
    """
    report("a sound release")
    _ship(lab, first=True)
    report("a release with vulnerabilities, without a gate")
    lab.security.plant()
    _ship(lab)
    lab.security.scan()
    report("drill: exploit")
    with lab.drill("exploit") as drill:
        drill.wait_until_broken()
        drill.recover()
    report("a gate: it blocks")
    lab.pipeline.choose("deployment")
    lab.pipeline.push()
    report("the repair")
    lab.security.mend()
    lab.pipeline.push()
    report("a false positive is dismissed")
    open_ones = lab.security.findings().query("state == 'open' and severity in ['medium', 'high']")
    for name in open_ones["id"]:
        lab.security.dismiss(name, "the checksum of a price list that is public")
    lab.repository.commit("The checksum is public")
    lab.pipeline.push()
    report("an attested release, and nine that were tampered with")
    older = lab.supply_chain.attest()
    lab.repository.replace("shop/version.py", '"1.0.0"', '"1.1.7"')
    lab.repository.commit("A version to attest")
    lab.pipeline.choose("delivery")
    lab.pipeline.push()
    honest = lab.supply_chain.attest()
    lab.supply_chain.deploy(honest)
    for release in lab.supply_chain.tampered(honest, older).values():
        lab.supply_chain.judge(release)


EXERCISES: Final[Mapping[str, Callable[[Lab, Report], None]]] = {
    "by_hand": by_hand,
    "automate": automate,
    "accept": accept,
    "configure": configure,
    "operate": operate,
    "release": release,
    "on_call": on_call,
    "secure": secure,
}
"""Exercises by name; each has a recorded log."""


def _end(lab: Lab, *slots: str) -> None:
    """End the first process of slots from inside, as a crash does."""
    for slot in slots:
        lab.production.need(slot).exec_run(["python", "-c", "import os; os.kill(1, 15)"])
    wait_until(lambda: all(lab.production.need(slot).status != "running" for slot in slots), "the slots to end")


def _deploy_to_slots(lab: Lab) -> None:
    """Deploy the latest image into both slots, one after the other, while users are served."""
    for slot, other in (SLOTS[::-1], SLOTS):
        lab.traffic.shift(**{slot: 0, other: 100})
        lab.traffic.release(slot)
        lab.traffic.shift(**{slot: 100, other: 0})
    lab.traffic.shift(blue=50, green=50)


def _ship(lab: Lab, *, first: bool = False) -> None:
    """Do by hand what the chapter does: log in, build, push, pull, start."""
    _publish(lab)
    lab.sh("docker compose pull", cwd=lab.workspace.production)
    again = "docker compose up -d --build --no-deps web"
    lab.sh("docker compose up -d" if first else again, cwd=lab.workspace.production)
    lab.production.wait_healthy("web")


def _publish(lab: Lab, tag: str = "latest") -> None:
    """Build the shop's image and push it under one tag."""
    reference = f"{lab.workspace.image}:{tag}"
    lab.registry.login()
    lab.sh(f"docker build -t {reference} .")
    lab.sh(f"docker push {reference}")
