"""Nagios's log as a table of states: soft, hard, and of which people were notified."""

from typing import Final

from devopssim.livelab.parts.nagios import states_of

LOG: Final = """\
[1795960096] Nagios 4.4.6 starting... (PID=1)
[1795960096] INITIAL HOST STATE: web;UP;HARD;1;
[1795960096] INITIAL SERVICE STATE: web;shop;OK;HARD;1;(null)
[1795960110] SERVICE ALERT: web;shop;CRITICAL;SOFT;1;HTTP CRITICAL: HTTP/1.1 503 SERVICE UNAVAILABLE
[1795960111] SERVICE ALERT: web;shop;CRITICAL;SOFT;2;HTTP CRITICAL: HTTP/1.1 503 SERVICE UNAVAILABLE
[1795960112] SERVICE NOTIFICATION: on_call;web;shop;CRITICAL;tell;HTTP CRITICAL: HTTP/1.1 503 SERVICE UNAVAILABLE
[1795960113] SERVICE ALERT: web;shop;CRITICAL;HARD;3;HTTP CRITICAL: HTTP/1.1 503 SERVICE UNAVAILABLE
[1795960120] SERVICE NOTIFICATION: on_call;web;shop;RECOVERY (OK);tell;HTTP OK: HTTP/1.1 200 OK
[1795960120] SERVICE ALERT: web;shop;OK;HARD;3;HTTP OK: HTTP/1.1 200 OK
[1795960130] SERVICE ALERT: web;shop;CRITICAL;SOFT;1;HTTP CRITICAL: HTTP/1.1 503 SERVICE UNAVAILABLE
[1795960131] SERVICE ALERT: web;shop;OK;SOFT;2;HTTP OK: HTTP/1.1 200 OK
"""


def test_people_are_notified_of_hard_states_only() -> None:
    states = states_of(LOG)[["state", "type", "attempt", "notified"]].to_numpy().tolist()
    assert states == [
        ["OK", "hard", 1, False],
        ["CRITICAL", "soft", 1, False],
        ["CRITICAL", "soft", 2, False],
        ["CRITICAL", "hard", 3, True],
        ["OK", "hard", 3, True],
        ["CRITICAL", "soft", 1, False],
        ["OK", "soft", 2, False],
    ]


def test_seconds_count_from_the_first_state() -> None:
    assert states_of(LOG)["seconds"].tolist() == [0, 14, 15, 17, 24, 34, 35]


def test_a_log_without_states_is_an_empty_table() -> None:
    assert states_of("[1795960096] Nagios 4.4.6 starting... (PID=1)\n").empty
