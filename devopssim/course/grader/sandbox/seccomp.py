"""A filter of system calls for the program inside a sandbox: calls that would bypass its limits are refused.

Memory in `memfd` files and System V segments belongs to no process, so that a watch on processes misses it; a new user
namespace would allow mounts; AF_VSOCK leaves the network namespace. Engines have such a filter, but older ones let AF_VSOCK
pass, and bubblewrap brings none.

References
----------
Numbers: the Linux kernel's arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. Form of the program:
Documentation/networking/filter.rst.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL = 0x7FFF_0000, 0x8000_0000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
"""Offsets in `struct seccomp_data`."""
REFUSED, NOT_THERE, NO_FAMILY = 0x0005_0000 | 1, 0x0005_0000 | 38, 0x0005_0000 | 97
"""EPERM, ENOSYS (so that libraries fall back to the older call) and EAFNOSUPPORT."""
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER_MODE = 38, 22, 2
"""Of prctl(2)."""
X32: Final = 0x4000_0000
NEW_NAMESPACES: Final = 0x7E02_0000
FAMILIES: Final = (1, 2, 10, 16)
"""AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: what libraries request, all within the empty network namespace."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The numbers of a processor architecture.

    Parameters
    ----------
    audit : int
        The kernel's `AUDIT_ARCH` constant.
    clone, socket, socketpair : int
        System calls that are judged by their first argument.
    clone3 : int
        A system call whose arguments a filter cannot read; refused as missing, so that libraries fall back to `clone`.
    refused : mapping of str to int
        System calls that are refused, by name.
    """

    audit: int
    clone: int
    clone3: int
    socket: int
    socketpair: int
    refused: Mapping[str, int]


MACHINES: Final = {
    "x86_64": Machine(
        audit=0xC000_003E, clone=56, clone3=435, socket=41, socketpair=53,
        refused={
            "memfd_create": 319, "memfd_secret": 447, "shmget": 29, "msgget": 68, "semget": 64, "mq_open": 240,
            "io_uring_setup": 425, "userfaultfd": 323, "bpf": 321, "perf_event_open": 298, "add_key": 248, "request_key": 249,
            "keyctl": 250, "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "unshare": 272, "setns": 308,
            "mount": 165, "fsopen": 430, "open_tree": 428, "move_mount": 429, "pivot_root": 155,
        },
    ),
    "aarch64": Machine(
        audit=0xC000_00B7, clone=220, clone3=435, socket=198, socketpair=199,
        refused={
            "memfd_create": 279, "memfd_secret": 447, "shmget": 194, "msgget": 186, "semget": 190, "mq_open": 180,
            "io_uring_setup": 425, "userfaultfd": 282, "bpf": 280, "perf_event_open": 241, "add_key": 217, "request_key": 218,
            "keyctl": 219, "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "unshare": 97, "setns": 268,
            "mount": 40, "fsopen": 430, "open_tree": 428, "move_mount": 429, "pivot_root": 41,
        },
    ),
}  # fmt: skip


def program(machine: str | None = None) -> bytes | None:
    """Return the filter as a classic BPF program.

    Parameters
    ----------
    machine : str, optional
        As `platform.machine()` names it; this machine by default.

    Returns
    -------
    bytes or None
        Instructions of 8 bytes each; None for an architecture without numbers here.

    Examples
    --------
    >>> len(program("x86_64")) % 8
    0
    >>> program("m68k") is None
    True
    """
    numbers = MACHINES.get(machine or platform.machine())
    if numbers is None:
        return None
    steps = [
        _step(LOAD, ARCHITECTURE),
        *_unless(JUMP_EQUAL, numbers.audit, KILL),
        _step(LOAD, NUMBER),
        *_when(JUMP_AT_LEAST, X32, REFUSED),
        *_when(JUMP_EQUAL, numbers.clone3, NOT_THERE),
    ]
    for number in numbers.refused.values():
        steps += _when(JUMP_EQUAL, number, REFUSED)
    steps += _only(numbers.clone, [*_when(JUMP_ANY_BIT, NEW_NAMESPACES, REFUSED), _step(RETURN, ALLOW)])
    families = [_step(JUMP_EQUAL, family, yes=len(FAMILIES) - index) for index, family in enumerate(FAMILIES)]
    for call in (numbers.socket, numbers.socketpair):
        steps += _only(call, [*families, _step(RETURN, NO_FAMILY), _step(RETURN, ALLOW)])
    return b"".join([*steps, _step(RETURN, ALLOW)])


def install() -> None:
    """Put this process and all it starts under the filter, irrevocably.

    Without a filter (on another system than Linux, or an unknown architecture) it does nothing.

    Raises
    ------
    OSError
        If the kernel refuses the filter.
    """
    instructions = program() if sys.platform == "linux" else None
    if instructions is None:
        return
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    descriptor = _Program(len(instructions) // struct.calcsize("=HBBI"), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value, third in ((NO_NEW_PRIVILEGES, 1, None), (SET_SECCOMP, FILTER_MODE, ctypes.byref(descriptor))):
        if libc.prctl(option, value, third, 0, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"the kernel takes no filter of system calls ({os.strerror(number)})")


class _Program(ctypes.Structure):
    """The kernel's `struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """Return one instruction; `yes` and `no` are how many are skipped after a comparison."""
    return struct.pack("=HBBI", code, yes, no, value)


def _when(comparison: int, value: int, verdict: int) -> list[bytes]:
    """Return steps that end with a verdict if the comparison holds."""
    return [_step(comparison, value, no=1), _step(RETURN, verdict)]


def _unless(comparison: int, value: int, verdict: int) -> list[bytes]:
    """Return steps that end with a verdict unless the comparison holds."""
    return [_step(comparison, value, yes=1), _step(RETURN, verdict)]


def _only(call: int, steps: list[bytes]) -> list[bytes]:
    """Return steps for one system call, which load its first argument and end with a verdict."""
    return [_step(JUMP_EQUAL, call, no=len(steps) + 1), _step(LOAD, FIRST_ARGUMENT), *steps]
