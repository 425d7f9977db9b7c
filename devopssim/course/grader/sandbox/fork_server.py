"""A prepared process inside the sandbox, which has imported the packages and forks for each notebook.

It runs no student's code. Where it isolates, each fork gets namespaces of its own below those of the sandbox (processes, mounts, network,
IPC, host name), an empty `/tmp`, and no rights, before the program `inside` takes over. Between the server and that program stand two
processes: a guard, which ends everything when the grader closes its end of the control socket, and the first process of the namespace.

References
----------
`unshare(2)`, `pid_namespaces(7)`, `user_namespaces(7)`, `capset(2)`.
"""

import array
import ctypes
import fcntl
import gc
import json
import os
import select
import signal
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from devopssim.course.grader.sandbox import inside

NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC, NEW_USER, NEW_PROCESSES, NEW_NETWORK = (
    0x0002_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
)  # fmt: skip
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
PARENT_DEATH_SIGNAL, SET_DUMPABLE, DROP_FROM_BOUNDS, MOST_RIGHTS = 1, 4, 24, 64
"""Of prctl(2)."""
RIGHTS_VERSION: Final = 0x2008_0522
TO_CHANGE_USER: Final = 1 << 6 | 1 << 7
"""CAP_SETGID and CAP_SETUID."""
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1
"""Of netdevice(7)."""
LARGEST_REQUEST: Final = 1 << 16
HANDLES: Final = 4
"""Standard input, output and error of the program, and the control socket."""
NOBODY: Final = 65_534
FILES: Final = 10_000
"""Most files in a `/tmp`: empty files fill the memory instead of the disk."""


def main() -> NoReturn:
    """Import what notebooks use, report that, and fork for each request on standard input."""
    requests = socket.socket(fileno=os.dup(0))
    settings = json.loads(requests.recv(LARGEST_REQUEST))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    _import(settings["imports"])
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - names are all that is needed
    requests.send(json.dumps({"threads": threads}).encode())
    gc.collect()
    gc.freeze()
    waiting = select.poll()
    waiting.register(requests, select.POLLIN)
    while True:
        waiting.poll(1000)
        _collect(os.WNOHANG)
        if not select.select([requests], [], [], 0)[0]:
            continue
        message, ancillary, _, _ = requests.recvmsg(LARGEST_REQUEST, socket.CMSG_SPACE(HANDLES * 4))
        handles = _handles(ancillary)
        if not message:
            _collect(0)
            os._exit(0)
        if len(handles) == HANDLES and os.fork() == 0:
            requests.close()
            _guarded(json.loads(message), handles)
        for handle in handles:
            os.close(handle)


def _import(statements: list[str]) -> None:
    """Import what every notebook may use, then run import statements of the course; a missing package matters only to a cell."""
    inside.import_what_notebooks_use()
    for statement in statements:
        with suppress(Exception):
            exec(statement, {})  # noqa: S102 - import statements of the instructor's own cells


def _collect(options: int) -> None:
    """Collect the status of guards that have ended, so that their processor time counts."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _handles(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    """Return the handles that came with a request."""
    handles = array.array("i")
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            handles.frombytes(content[: len(content) - len(content) % handles.itemsize])
    return list(handles)


def _guarded(request: dict[str, Any], handles: list[int]) -> NoReturn:
    """Be the guard: report this process, isolate, start the first process, and end it when the grader hangs up."""
    status = 1
    try:
        *standard, control_handle = handles
        control = socket.socket(fileno=control_handle)
        libc = ctypes.CDLL(None, use_errno=True)
        os.setsid()
        _checked(libc.prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))
        control.send(b"!")
        if control.recv(1):  # the grader knows this process, and has put it into its control group
            if not request["isolate"]:
                _become_program(request, standard, control)
            _checked(libc.unshare(NEW_MOUNTS | NEW_PROCESSES | NEW_NETWORK | NEW_IPC | NEW_HOST_NAME))
            first = os.fork()
            if first == 0:
                _first_process(libc, request, standard, control)
            for handle in standard:
                os.close(handle)
            ends = select.poll()
            ends.register(control, select.POLLIN)
            ends.register(os.pidfd_open(first), select.POLLIN)
            ends.poll()
            with suppress(ProcessLookupError):
                os.kill(first, signal.SIGKILL)
            os.waitpid(first, 0)
        status = 0
    except Exception as error:  # noqa: BLE001 - the grader has to learn of any error
        with suppress(OSError):
            os.write(handles[2], f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(status)


def _first_process(libc: ctypes.CDLL, request: dict[str, Any], standard: list[int], control: socket.socket) -> NoReturn:
    """Be process 1 of the new namespace: mount, start the program, collect orphans, and end with the program."""
    try:
        _checked(libc.prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))
        _mount_own_folders(libc, request)
        _raise_loopback()
        program = os.fork()
        if program == 0:
            os.setsid()
            _drop_all_rights(libc, request)
            _become_program(request, standard, control)
        for handle in (*standard, control.fileno()):
            os.close(handle)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the kernel then keeps it from process 1
        _checked(libc.prctl(SET_DUMPABLE, 0, 0, 0, 0))
        _keep_rights(libc, 0)
        while os.wait()[0] != program:
            pass
    except Exception as error:  # noqa: BLE001 - the grader has to learn of any error
        with suppress(OSError):
            os.write(standard[2], f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(0)


def _become_program(request: dict[str, Any], standard: list[int], control: socket.socket) -> NoReturn:
    """Take standard input, output and error, and be the program inside."""
    control.close()
    for number, handle in enumerate(standard):
        os.dup2(handle, number)
        os.close(handle)
    os.environ.update(request["environment"])
    os.chdir(request["home"])
    inside.main()


def _mount_own_folders(libc: ctypes.CDLL, request: dict[str, Any]) -> None:
    """Mount what notebooks must not share: /proc of the new namespace, /tmp and /dev/shm; what is shown below /tmp stays."""
    os.umask(0o022)

    def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
        arguments = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
        _checked(libc.mount(*arguments, ctypes.c_ulong(flags), None if options is None else options.encode()))

    mount("none", "/", None, RECURSIVE | PRIVATE)
    mount("proc", "/proc", "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    for name in ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"):
        if os.path.exists(name):  # noqa: PTH110 - a text for the system call
            mount(name, name, None, BIND)
            mount(name, name, None, BIND | REMOUNT | READ_ONLY | NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    shown = {folder: os.open(folder, os.O_PATH) for folder in request["shown"] if Path(folder).is_relative_to("/tmp")}
    options = f"size={request['disk']},nr_inodes={FILES},mode=1777"
    for target in ("/tmp", "/dev/shm"):
        mount("tmpfs", target, "tmpfs", NO_SETUID | NO_DEVICES, options)
    for folder, handle in shown.items():
        Path(folder).mkdir(parents=True)
        mount(f"/proc/self/fd/{handle}", folder, None, BIND | RECURSIVE)
        os.close(handle)


def _raise_loopback() -> None:
    """Switch the loopback device of the new network namespace on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as some:
        asked = struct.pack("16sH22x", b"lo", 0)
        (flags,) = struct.unpack_from("H", fcntl.ioctl(some, GET_FLAGS, asked), 16)
        fcntl.ioctl(some, SET_FLAGS, struct.pack("16sH22x", b"lo", flags | UP))


def _drop_all_rights(libc: ctypes.CDLL, request: dict[str, Any]) -> None:
    """Give up all rights but those to become another user, which the program uses next; without root, become nobody here."""
    if not request["root"]:
        _checked(libc.unshare(NEW_USER))
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1", encoding="ascii")
    for right in range(MOST_RIGHTS):
        if libc.prctl(DROP_FROM_BOUNDS, right, 0, 0, 0) != 0:
            break  # beyond the last one that this kernel knows
    _keep_rights(libc, TO_CHANGE_USER if request["root"] else 0)


def _keep_rights(libc: ctypes.CDLL, rights: int) -> None:
    """Keep these effective and permitted rights, and pass none on."""
    _checked(libc.capset(struct.pack("Ii", RIGHTS_VERSION, 0), struct.pack("3I", rights, rights, 0) + bytes(12)))


def _checked(result: int) -> None:
    """Raise the error of a failed system call."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
