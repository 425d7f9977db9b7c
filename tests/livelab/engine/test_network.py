"""What the private engine adds to the machine's network goes with it, and nothing else."""

from pathlib import Path
from typing import Final

import pytest

from devopssim.livelab.engine import network
from devopssim.livelab.engine.commands import CompletedCommand
from devopssim.livelab.engine.network import note_network, restore_network, undoing

OWN: Final = [":INPUT ACCEPT", ":FORWARD ACCEPT", "-A INPUT -p tcp --dport 22 -j ACCEPT"]
ENGINE: Final = [
    *(":INPUT ACCEPT", ":FORWARD DROP", ":DOCKER -", ":DOCKER-USER -", "-A INPUT -p tcp --dport 22 -j ACCEPT"),
    *("-A FORWARD -j DOCKER-USER", "-A FORWARD -o docker0 -j DOCKER", "-A FORWARD -i br-0123456789ab -j ACCEPT"),
]


def test_rules_chains_and_policies_go_back_in_an_order_that_the_firewall_accepts() -> None:
    commands = [" ".join(command) for command in undoing({"filter": OWN}, {"filter": ENGINE})]
    assert commands == [
        "-t filter -D FORWARD -j DOCKER-USER",
        "-t filter -D FORWARD -o docker0 -j DOCKER",
        "-t filter -D FORWARD -i br-0123456789ab -j ACCEPT",
        "-t filter -X DOCKER",
        "-t filter -X DOCKER-USER",
        "-t filter -P FORWARD ACCEPT",
    ]


def test_what_was_there_before_stays() -> None:
    assert list(undoing({"filter": ENGINE}, {"filter": ENGINE})) == []
    assert list(undoing({"filter": OWN}, {"filter": [*OWN, "-A INPUT -s 10.0.0.0/8 -j ACCEPT"]})) == []


def test_a_rule_with_a_comment_in_quotes_is_one_word() -> None:
    now = {"nat": ['-A POSTROUTING -m comment --comment "of docker0 here" -j MASQUERADE']}
    (command,) = undoing({}, now)
    assert command[-4:] == ["--comment", "of docker0 here", "-j", "MASQUERADE"]


def test_the_note_of_a_killed_engine_is_kept_for_the_next_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bridges, done = ["docker0"], []
    monkeypatch.setattr(network, "_bridges", lambda: list(bridges))
    monkeypatch.setattr(network, "_rules", lambda _: {})

    def run(command: list[str], **_: object) -> CompletedCommand:
        done.append(command)
        return CompletedCommand(command="", status=0, output="", seconds=0.0)

    monkeypatch.setattr(network, "run", run)
    note = tmp_path / "before.json"
    note_network(note)
    bridges += ["br-0123456789ab"]
    note_network(note)  # the next engine, after the first was killed
    restore_network(note)
    assert done == [["ip", "link", "delete", "br-0123456789ab"]]
    restore_network(note)  # safe to repeat
    assert len(done) == 1
