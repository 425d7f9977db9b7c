"""The filter of system calls, read as the kernel reads it."""

import struct
import subprocess
import sys
from typing import Final

import pytest

from devopssim.course.grader.sandbox import seccomp

ALLOWED, KILLED, REFUSED, NOT_THERE, NO_FAMILY = 0x7FFF_0000, 0x8000_0000, 0x0005_0001, 0x0005_0026, 0x0005_0061
AUDIT: Final = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
READ: Final = {"x86_64": 0, "aarch64": 63}
CLONE: Final = {"x86_64": 56, "aarch64": 220}
SOCKET: Final = {"x86_64": 41, "aarch64": 198}
MACHINES: Final = list(AUDIT)


def verdict(machine: str, number: int, argument: int = 0, audit: int | None = None) -> int:
    """Run the filter on one system call, as classic BPF is defined."""
    program = seccomp.program(machine)
    assert program is not None
    data = struct.pack("=IIQQQQQQQ", number, audit or AUDIT[machine], 0, argument, 0, 0, 0, 0, 0)
    steps = list(struct.iter_unpack("=HBBI", program))
    at, held = 0, 0
    while True:
        code, yes, no, value = steps[at]
        if code == 0x06:
            return int(value)
        if code == 0x20:
            held = int.from_bytes(data[value : value + 4], sys.byteorder)
            at += 1
            continue
        holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
        at += 1 + (yes if holds else no)


@pytest.mark.parametrize("machine", MACHINES)
def test_ordinary_work_is_allowed(machine: str) -> None:
    assert verdict(machine, READ[machine]) == ALLOWED
    assert verdict(machine, CLONE[machine], 17) == ALLOWED, "fork"
    assert {verdict(machine, SOCKET[machine], family) for family in (1, 2, 10, 16)} == {ALLOWED}


@pytest.mark.parametrize("machine", MACHINES)
def test_what_gets_round_limits_is_refused(machine: str) -> None:
    refused = seccomp.MACHINES[machine].refused
    assert {"memfd_create", "shmget", "unshare", "mount", "ptrace", "io_uring_setup"} <= set(refused)
    assert {verdict(machine, number) for number in refused.values()} == {REFUSED}
    assert verdict(machine, CLONE[machine], 0x1000_0000 | 17) == REFUSED, "a user namespace of its own"
    assert verdict(machine, 435, 0) == NOT_THERE, "clone3, whose flags a filter cannot see"
    assert {verdict(machine, SOCKET[machine], family) for family in (0, 17, 38, 40)} == {NO_FAMILY}


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_kind_of_program_do_not_slip_through(machine: str) -> None:
    assert verdict(machine, READ[machine], audit=0x4000_0003) == KILLED, "32 bits"
    assert verdict("x86_64", 0x4000_0000 | 319) == REFUSED, "x32"


def test_a_machine_whose_numbers_are_not_known_has_no_filter() -> None:
    assert seccomp.program("riscv64") is None


def test_the_kernel_takes_it() -> None:
    words = "from devopssim.course.grader.sandbox import seccomp; seccomp.install(); import os; os.memfd_create('x')"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    assert ("PermissionError" in done.stderr) == (seccomp.program() is not None and sys.platform == "linux")
