"""Kill what drives a lab, at many moments of an exercise, and count what `livelab down` leaves behind.

PYTHONPATH=tests python -m live.kills up accept configure --moments 20

One undisturbed run of each exercise counts its steps and measures its time. Then it is killed (SIGKILL) at moments that are spread
evenly over the exercise: every other one after so many steps, the rest after so many seconds. A step is a program that is started, a connection that is
opened, or a file that is written. What is there after `down` and was not there before is printed; the exit status is 1 if there is any.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final

import docker
import psutil
from live.traces import network

from devopssim import livelab as labs
from devopssim.livelab import EXERCISES, Lab
from devopssim.livelab.engine import LABEL, LOCALHOST, cache_folder, find_or_start_engine, identity_of

TRIAL: Final = "KILLED_LAB"
"""Variable in the environment of all that a trial starts, which names the trial."""
STEPS: Final = {"subprocess.Popen", "socket.connect", "os.mkdir", "os.rename"}
"""Audit events of Python that count as steps, beside files that are opened for writing."""
UP: Final = "the lab is up"
"""Step between the start of the lab and the exercise in it."""
SETTLE: Final = 2.0
"""Seconds that killed processes may take to end, and that what another lab is about to make or remove may look like a rest."""
OF_THE_ENGINE: Final = re.compile(r"br-[0-9a-f]{12}|(?<![\d.])\d+(?:\.\d+){3}(?=/32|:)")
"""Names of bridges, and addresses of containers, in firewall rules."""
Report = Callable[[str], object]


def nothing(lab: Lab, report: Report) -> None:
    """Do nothing: the start itself is killed."""


def gitlab(lab: Lab, report: Report) -> None:
    """Run GitLab's pipeline through all five stages."""
    report("GitLab's pipeline")
    lab.gitlab.run(approve=True)


def load(lab: Lab, report: Report) -> None:
    """Load a shop that does not answer yet by Locust, release it, load it again, and let Chaos Toolkit end a slot."""
    report("Locust")
    lab.load.run(users=2, seconds=5)
    EXERCISES["by_hand"](lab, report)
    lab.traffic.up()
    lab.traffic.release("green")
    lab.traffic.shift(blue=50, green=50)
    lab.load.run(users=5, seconds=5)
    report("Chaos Toolkit")
    lab.chaos.run("one-slot-ends")


ACTS: Final[Mapping[str, Callable[[Lab, Report], None]]] = {
    "up": nothing,
    **{name: EXERCISES[name] for name in ("accept", "configure", "on_call", "secure")},
    "load": load,
    "gitlab": gitlab,
}
"""What is killed."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When to kill: after a number of steps, after seconds, or once a program runs; never where all are None."""

    steps: int | None = None
    seconds: float | None = None
    program: str | None = None

    def __str__(self) -> str:
        if self.steps is not None:
            return f"step {self.steps}"
        if self.seconds is not None:
            return f"{self.seconds:.1f} s"
        return f"once {self.program} runs" if self.program else "undisturbed"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One exercise that was killed, and what was left."""

    act: str
    moment: Moment
    steps: list[tuple[float, str]]
    """Seconds since the start, and what was done."""
    seconds: float
    made: int
    """Objects at the moment of the kill."""
    left: list[str]
    """What is there after `down`."""

    def __str__(self) -> str:
        last = self.steps[-1][1][:60] if self.steps else "before the first step"
        rest = "; ".join(self.left) or "nothing left"
        return f"{self.act:10} {self.moment!s:>24}  after {len(self.steps):4} steps, {self.seconds:5.1f} s  {self.made:2} objects  {rest}  ({last})"


def tried(act: str, moment: Moment, name: str) -> Trial:
    """Play an act in a lab of that name, kill it at the moment, take the lab down, and compare with before."""
    with tempfile.TemporaryDirectory(prefix="kill-") as scratch:
        home, temporary = Path(scratch, "home"), Path(scratch, "tmp")
        home.mkdir()
        temporary.mkdir()
        places = {"HOME": str(home), "TMPDIR": str(temporary), TRIAL: scratch}
        environment = {
            **os.environ,
            **places,
            "DEVOPSSIM_CACHE": str(cache_folder().absolute()),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")])),
        }
        before = _everything(name, scratch)
        began = time.monotonic()
        steps = _played(act, name, environment, moment)
        seconds = time.monotonic() - began
        made = len(_everything(name, scratch) - before)
        down = [sys.executable, "-m", "devopssim", "livelab", "down", "--discard", "--name", name]
        done = subprocess.run(down, env=environment, capture_output=True, text=True, check=False)
        left = _everything(name, scratch) - before
        deadline = time.monotonic() + SETTLE
        while left and time.monotonic() < deadline:
            time.sleep(0.1)
            left = _everything(name, scratch) - before
        said = [] if done.returncode == 0 else [f"down: {done.stderr.strip() or done.stdout.strip()}"]
        _end(scratch)
        return Trial(act=act, moment=moment, steps=steps, seconds=seconds, made=made, left=sorted({*left, *said}))


def moments(undisturbed: Trial, count: int) -> list[Moment]:
    """Return moments that are spread evenly over the steps and the time of an exercise, or of the start where that is the exercise."""
    up = next(at for at, (_, step) in enumerate(undisturbed.steps) if step == UP)
    first, began = (0, 0.0) if undisturbed.act == "up" else (up, undisturbed.steps[up][0])
    parts = [number / (count + 1) for number in range(1, count + 1)]
    return [
        Moment(steps=max(1, round(first + part * (len(undisturbed.steps) - first))))
        if at % 2 == 0
        else Moment(seconds=began + part * (undisturbed.seconds - began))
        for at, part in enumerate(parts)
    ]


def _played(act: str, name: str, environment: Mapping[str, str], moment: Moment) -> list[tuple[float, str]]:
    """Play an act in a process of its own until the moment, and return its steps with their seconds."""
    began = time.monotonic()
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "live.kills", "--play", str(writing), "--name", name, act]
    output = subprocess.DEVNULL if moment != Moment() else None
    process = subprocess.Popen(command, env=environment, pass_fds=[writing], stdout=output, stderr=output)
    os.close(writing)
    steps: list[tuple[float, str]] = []
    waiting = Thread(target=_kill_when, args=(process, moment, environment[TRIAL]), daemon=True)
    waiting.start()
    with os.fdopen(reading, encoding="utf-8", errors="replace") as trace:
        for line in trace:
            steps.append((time.monotonic() - began, line.rstrip("\n")))
            if len(steps) == moment.steps:
                process.kill()
    status = process.wait()
    waiting.join()
    if moment == Moment() and status != 0:
        message = f"{act} failed undisturbed, with exit status {status}"
        raise RuntimeError(message)
    return steps


def _kill_when(process: subprocess.Popen[bytes], moment: Moment, trial: str) -> None:
    """Kill a process after seconds, or once a program of the trial runs."""
    began = time.monotonic()
    while process.poll() is None:
        late = moment.seconds is not None and time.monotonic() - began >= moment.seconds
        if late or (moment.program and any(moment.program in words for words, _ in _processes(trial))):
            process.kill()
            return
        time.sleep(0.02)


def _everything(name: str, trial: str) -> set[str]:
    """Return what there is that a lab could have made."""
    engine = find_or_start_engine()
    identity = identity_of(name)
    with closing(engine.client()) as client:
        found = {f"container {it['Names'][0]}" for it in client.api.containers(all=True) if _ours(it, identity)}
        found |= {f"network {it['Name']}" for it in client.api.networks() if _ours(it, identity)}
        found |= {f"volume {it['Name']}" for it in client.api.volumes()["Volumes"] or () if _ours(it, identity)}
        found |= {
            f"image {it['Id'][7:19]} {it['RepoTags']}" for it in client.api.images(all=True) if _ours(it, identity)
        }
        found |= set(unknown_to(client))
    found |= {f"process {' '.join(words)[:60]} {pid}" for words, pid in _processes(trial)}
    mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    found |= {f"mount {line}" for line in mounts if trial in line or str(cache_folder() / "labs" / name) in line}
    found |= {f"file {path}" for path in _files(name, Path(trial))}
    return found


def unknown_to(client: docker.DockerClient) -> Iterator[str]:
    """Yield the machine's bridges and firewall rules whose network or container the engine no longer has; other labs' stay."""
    bridges, rules = network() if shutil.which("iptables-save") else ([], [])  # first: what is listed exists by then
    known = {"docker0"} | {f"br-{it['Id'][:12]}" for it in client.api.networks()}
    ends = [end for it in client.api.containers() for end in it["NetworkSettings"]["Networks"].values()]
    known |= {LOCALHOST} | {end["IPAddress"] for end in ends}
    yield from (f"bridge {bridge}" for bridge in bridges if bridge not in known)
    yield from (f"rule {rule}" for rule in rules if not set(OF_THE_ENGINE.findall(rule)) <= known)


def _ours(thing: Mapping[str, Any], identity: str) -> bool:
    """Return whether the engine's thing may come from a lab: other labs, which may run meanwhile, label theirs."""
    labels = thing.get("Labels") or {}
    return labels.get(LABEL, identity) == identity and not any(key.startswith("devopssim.grading") for key in labels)


def _files(name: str, trial: Path) -> Iterator[Path]:
    """Yield the lab's folder, and the files of the cache and of temporary folders; hidden folders of the home belong to other tools."""
    yield from (path for path in (cache_folder() / "labs" / name,) if path.exists())
    yield from (cache_folder() / "images").glob("*")
    yield from (path for path in cache_folder().glob("*") if path.name not in {"labs", "node"})  # node: GitLab's runner
    yield from (trial / "tmp").rglob("*")
    yield from (path for path in (trial / "home").glob("*") if not path.name.startswith("."))


def _processes(trial: str) -> list[tuple[tuple[str, ...], int]]:
    """Return the command lines, of file names only, and numbers of the processes of a trial."""
    found = []
    for process in psutil.process_iter(["status"]):
        with suppress(psutil.Error, OSError):
            if process.info["status"] != psutil.STATUS_ZOMBIE and process.environ().get(TRIAL) == trial:
                found.append((tuple(Path(word).name for word in process.cmdline()), process.pid))
    return found


def _end(trial: str) -> None:
    """Kill what is left of a trial, so that the next one starts from nothing."""
    for _, pid in _processes(trial):
        with suppress(psutil.Error):
            psutil.Process(pid).kill()


def play(act: str, name: str, trace: int) -> None:
    """Play an act, and write each step as a line into the trace."""
    cache = str(cache_folder())

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not (isinstance(path, str) and path.startswith(cache) and flags & (os.O_WRONLY | os.O_RDWR)):
                return
        elif event not in STEPS:
            return
        detail = arguments[1] if event in {"subprocess.Popen", "socket.connect"} else arguments[0]
        with suppress(OSError, UnicodeError):
            os.write(trace, f"{event} {detail}".replace("\n", " ")[:400].encode() + b"\n")

    os.set_inheritable(trace, False)  # what the act starts must not keep the trace open
    sys.addaudithook(note)
    lab = labs.up(name, progress=False)
    os.write(trace, f"{UP}\n".encode())
    ACTS[act](lab, lambda step: _say(f"  {step}"))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the acts that are named, print a line for each trial, and return 1 if anything was left."""
    parser = argparse.ArgumentParser(
        description="Kill exercises of the live lab at many moments, and count what is left."
    )
    parser.add_argument("acts", nargs="*", metavar="ACT", help=f"{', '.join(ACTS)} (default: all)")
    parser.add_argument("--moments", type=int, default=20, help="moments of each act (default: 20)")
    parser.add_argument("--name", default=f"test-kills-{os.getpid()}", help=argparse.SUPPRESS)
    parser.add_argument("--play", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.play is not None:
        play(chosen.acts[0], chosen.name, chosen.play)
        return 0
    if unknown := set(chosen.acts) - ACTS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(ACTS)}.")
    dirty = 0
    for act in chosen.acts or ACTS:
        undisturbed = tried(act, Moment(), chosen.name)
        _say(str(undisturbed))
        trials = [undisturbed]
        for moment in moments(undisturbed, chosen.moments):
            trials.append(tried(act, moment, chosen.name))
            _say(str(trials[-1]))
        dirty += sum(bool(trial.left) for trial in trials)
        _say(f"{act}: {sum(bool(trial.left) for trial in trials)} of {len(trials)} left something")
    return int(dirty > 0)


if __name__ == "__main__":
    sys.exit(main())
