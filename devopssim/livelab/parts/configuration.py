"""Configuration as code: a playbook of the student's repository brings the web hosts into the state that it describes."""

import re
from dataclasses import dataclass
from typing import Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.livelab.engine import CompletedCommand, ask, ending_with_us, require_program, run
from devopssim.livelab.parts.pipeline import temporary_files_in
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.workspace import Workspace

HOSTS: Final = ("blue", "green")
"""Web hosts of the inventory; the load balancer sends requests to both."""
REQUESTS: Final = 20
"""Requests after which a host that has not answered counts as one that gets none."""
RECAP: Final = re.compile(r"^(\w+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=\d+\s+failed=(\d+)", re.MULTILINE)
"""Line of Ansible's recap for a host."""
COLUMNS: Final = ("run", "host", "mode", "ok", "changed", "failed", "seconds")
"""Columns of the table of runs."""


@dataclass(frozen=True)
class Configuration:
    """Two web hosts behind the load balancer, and the playbook `hosts/site.yml` of the student's repository.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    production : ProductionEnvironment
        Where the hosts run.

    Examples
    --------
    >>> print(lab.configuration.apply())  # doctest: +SKIP
    >>> print(lab.configuration.apply("--check", "--diff"))  # doctest: +SKIP
    >>> lab.configuration.runs()  # doctest: +SKIP
    """

    workspace: Workspace
    production: ProductionEnvironment

    def apply(self, *options: str) -> CompletedCommand:
        """Run `ansible-playbook site.yml` in the repository's folder `hosts`.

        Parameters
        ----------
        *options : str
            Options of ansible-playbook: `"--check", "--diff"` only shows what differs, `"--extra-vars", "release=1.0.0"`
            sets a variable.

        Returns
        -------
        CompletedCommand
            Ansible's output and status; another status than 0 means that a host failed, and that the next ones were left alone.

        Raises
        ------
        LabError
            Where Ansible is not installed.
        """
        before = self._images()
        command = [*ending_with_us(), require_program("ansible-playbook", "ansible-core"), "site.yml", *options]
        environment = {**self.workspace.environment(), "LC_ALL": "C.UTF-8"}  # Ansible asks for UTF-8
        environment |= temporary_files_in(self.workspace.folder)  # its modules are unpacked there
        done = run(command, cwd=self.workspace.shop / "hosts", env=environment, check=False)
        mode = "check" if "--check" in options or "-C" in options else "apply"
        hosts = {
            host: {"ok": int(ok), "changed": int(changed), "failed": int(failed)}
            for host, ok, changed, failed in RECAP.findall(done.output)
        }
        self.workspace.journal.write("configured", mode=mode, hosts=hosts, seconds=done.seconds)
        self._record_rollback(before)
        return done

    def drift(self, host: str, *, hours: str) -> None:
        """Change a host's opening hours by hand, as somebody in a hurry would, past the playbook.

        Parameters
        ----------
        host : {"blue", "green"}
            Host.
        hours : str
            Opening hours, for example `8-20`.

        Raises
        ------
        InvalidInputError
            Where the host is unknown.
        """
        if host not in HOSTS:
            message = f"host={host!r} (of the inventory) must be one of {', '.join(HOSTS)}."
            raise InvalidInputError(message)
        write_text(self.workspace.production / "hosts" / f"{host}.env", f"SHOP_HOURS={hours}\n")
        self.production.compose("up", "-d", "--no-deps", "--wait", host)

    def answers(self) -> dict[str, dict[str, str]]:
        """Return what each host answers to users at the page `/`, in the order of `HOSTS`; hosts that get no requests are absent.

        Users ask meanwhile, so the load balancer may send several requests in a row to one host.
        """
        by_host = {}
        for _ in range(REQUESTS):
            answer = ask(self.workspace.ports["load_balancer"], "/")
            if "x-slot" in answer.headers:
                by_host[answer.headers["x-slot"]] = answer.json()
            if len(by_host) == len(HOSTS):
                break
        return {host: by_host[host] for host in HOSTS if host in by_host}

    def runs(self) -> pd.DataFrame:
        """Return one row per run and host: run, host, mode (apply or check), ok, changed and failed tasks, seconds of the run."""
        rows = [
            {"run": number, "host": host, "mode": fact["mode"], **counts, "seconds": fact["seconds"]}
            for number, fact in enumerate(self.workspace.journal.facts("configured"), start=1)
            for host, counts in fact["hosts"].items()
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _images(self) -> dict[str, str]:
        """Return the image that each host runs."""
        containers = {host: self.production.container(host) for host in HOSTS}
        return {host: str(container.attrs["Image"]) for host, container in containers.items() if container}

    def _record_rollback(self, before: dict[str, str]) -> None:
        """Record each image that is gone from all hosts, if all run images now that had served before it did."""
        after = self._images()
        first = {fact["image"]: fact["at"] for fact in reversed(self.workspace.journal.facts("serving"))}
        for image in set(before.values()) - set(after.values()):
            if all(image in first and first.get(present, first[image]) < first[image] for present in after.values()):
                self.workspace.journal.write("rolled_back", image=image)
