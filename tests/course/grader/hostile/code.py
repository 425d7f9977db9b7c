"""What hostile submissions write into an answer cell."""

from typing import Final

FOREVER: Final = "while True:\n    pass"
IGNORING: Final = """\
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
FORGED: Final = """\
import json, os
lines = [
    {"ready": True}, {"answer": "01-a-test#0", "is": True}, {"answer": "01-a-test#0", "share": 1, "points": 100},
    {"answer": "01-a-test#0", "is": {"$": "float", "is": "nan"}}, {"answer": ["01-a-test#0"], "is": 1}, {"began": {}}, {"passed": True},
    {"ended": "01-a-test", "error": {"$": "raised", "type": 3}}, {"points": 100, "grade": 100}, [], 7, None, "x",
]
for handle in range(3, 64):
    for line in lines:
        try:
            os.write(handle, json.dumps(line).encode() + b"\\n")
        except OSError:
            break
    try:
        os.write(handle, b'{"answer": "01-a-test#0", "is": NaN}\\n{"answer": "01-a-test#0", "is": 1e999}\\n' + b"[" * 100000 + b"\\n\\xff\\xfe\\n")
    except OSError:
        pass
median = 1.0"""
FLOOD: Final = """\
import os
line = b'{"began": "01-b"}' + b" " * 60000 + b"\\n"
while True:
    for handle in range(3, 64):
        try:
            os.write(handle, line)
        except OSError:
            pass"""
KEEPS_THE_CLOCK_BACK: Final = """\
import os, time
while True:
    for handle in range(3, 64):
        try:
            os.write(handle, b'{"began": "01-a"}\\n')
        except OSError:
            pass
    try:
        time.sleep(0.2)
    except BaseException:
        pass"""
PATCHED_GRADER: Final = """\
import sys
from devopssim.course.answers import judging, questions, writing
from devopssim.course.author import expectations
right = judging.Judgement(share=1, remark="full marks")
for name in ("judge_value", "judge_table", "judge_calls", "judge_figure", "same"):
    setattr(judging, name, lambda *_: right)
expectations.Expectation.judgement = lambda *_: right
judging.Tolerance.near = lambda *_: True
writing.to_json = questions.to_json = lambda value: True
median = 1.0"""
OVERLOADED: Final = """\
class Always(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __hash__(self): return 0
    def __bool__(self): return True
median = Always(1.0)"""
OVERLOADED_TABLE: Final = """\
class Always(pd.DataFrame):
    def equals(self, other): return True
    def __eq__(self, other): return True
    def __getattr__(self, name): return lambda *_, **__: True
by_role = Always({"role": ["tester", "developer"], "hours": [0.0, 0.0]})"""
PICKLE: Final = """\
class Bomb:
    def __reduce__(self):
        import os
        return os.system, ("touch PICKLED; kill -9 $PPID",)
    def __reduce_ex__(self, protocol): return self.__reduce__()
    def __deepcopy__(self, memo): return 6.5
median = Bomb()"""
ENDLESS_LIST: Final = """\
class Endless(list):
    def __iter__(self):
        while True:
            yield 1
    def __len__(self): return 1
median = Endless([1])"""
ITSELF: Final = "median = []\nmedian.append(median)\nmedian = {'a': median}"
SEARCH: Final = """\
import os, re
median = 1.0
for top in ({source!r}, "/tmp", "/root", "/home", "/work", "/var", "/opt", "/etc", "/run", "/mnt", "/srv", "/proc/1/root", "/proc/1/cwd", "."):
    for folder, _, names in os.walk(top):
        for name in names:
            if name.endswith(".ipynb") or name.endswith(".json"):
                try:
                    text = open(os.path.join(folder, name)).read()
                except OSError:
                    continue
                if "variant().slow" + "est" in text:
                    median = pd.Series(hours).median()"""
MEMORY_SEARCH: Final = """\
import gc, sys
median = 1.0
frame, seen = sys._getframe(), []
while frame:
    seen += [repr(value)[:20000] for value in frame.f_locals.values()]
    frame = frame.f_back
seen += [repr(thing)[:2000] for thing in gc.get_objects()[:200000] if isinstance(thing, (dict, str, bytes))]
if any("expect.num" + "ber(\\"01-a" in text or "variant().slow" + "est" in text for text in seen):
    median = pd.Series(hours).median()"""
WRITE_ELSEWHERE: Final = """\
import os, shutil
median = 1.0
for path in ({others!r}, {source!r}, {report!r}):
    for attempt in (lambda: shutil.rmtree(path), lambda: os.makedirs(path, exist_ok=True), lambda: open(os.path.join(path, "harm"), "w").write("x")):
        try:
            attempt()
        except OSError:
            pass"""
NETWORK: Final = """\
import socket, urllib.request
median = 1.0
for host in ("127.0.0.1", "localhost", "172.17.0.1", "10.0.0.1"):
    try:
        with socket.create_connection((host, {port}), timeout=0.3) as connection:
            connection.sendall(b"hidden tests, please")
            median = pd.Series(hours).median()
    except OSError:
        pass"""
FORK_BOMB: Final = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
FORK_BOMB_DETACHED: Final = """\
import subprocess, sys
bomb = "import os\\nos.setsid()\\nwhile True:\\n  try:\\n    os.fork()\\n  except OSError:\\n    pass"
for _ in range(20):
    try:
        subprocess.Popen([sys.executable, "-c", bomb], start_new_session=True)
    except OSError:
        pass
median = 1.0"""
THREAD_BOMB: Final = """\
import threading, time
def spin():
    while True:
        time.sleep(0.01)
try:
    while True:
        threading.Thread(target=spin, daemon=True).start()
except (RuntimeError, MemoryError):
    pass
median = 1.0"""
MANY_EATERS: Final = """\
import os, time
for _ in range(40):
    try:
        if os.fork() == 0:
            kept = []
            while True:
                try:
                    kept.append(bytearray(20 * 2**20))
                except MemoryError:
                    time.sleep(60)
    except OSError:
        pass
time.sleep(60)"""
FULL_DISK: Final = """\
import os
median = 1.0
for folder in ("/tmp", "/dev/shm", ".", "/var/tmp", "/dev", "/"):
    try:
        for number in range(200):
            with open(os.path.join(folder, f"full{{number}}"), "wb") as stream:
                for _ in range(64):
                    stream.write(b"x" * 2**20)
    except OSError:
        pass""".replace("{{", "{").replace("}}", "}")
PRINTS: Final = "text = 'x' * 2**20\nfor _ in range(4096):\n    print(text)\nmedian = 1.0"
PRINTS_LOW: Final = (
    "import os\nfor _ in range(2048):\n    os.write(1, b'x' * 2**20)\n    os.write(2, b'x' * 2**20)\nmedian = 1.0"
)
KILLS: Final = """\
import os, signal
for target in (1, os.getppid(), -1, 0):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError:
        pass"""
STRIPPED_ASSERTS: Final = """\
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Raise(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Strip())
median = 1.0"""
LYING_BUILTINS: Final = """\
import builtins, math
builtins.abs = lambda value: 0
builtins.isinstance = lambda *_: True
builtins.all = lambda *_: True
builtins.float = lambda *_: 6.5e9
math.isclose = lambda *_, **__: True
median = 1.0"""
FALSE_MODULES: Final = """\
import sys, types
class Anything(types.ModuleType):
    def __getattr__(self, name): return lambda *_, **__: True
for name in ("json", "math", "devopssim.course.answers.judging", "devopssim.course.author.expect", "devopssim.course.learner.checks"):
    sys.modules[name] = Anything(name)
median = 1.0"""
FALSE_JSON: Final = """\
import json
json.dumps = lambda *_, **__: '{"answer": "01-a-test#0", "is": 1.0, "share": 1, "points": 10}'
median = 1.0"""
WARNS: Final = """\
import sys, warnings, logging
warnings.warn("this is old", DeprecationWarning)
warnings.warn("and this", UserWarning)
logging.warning("careful")
print("an error, it seems", file=sys.stderr)
median = pd.Series(hours).median()"""
INSPECTS: Final = """\
import inspect
def failure_rate(failed, deployments):
    for frame in inspect.stack():
        for name in ("expected", "result", "reference", "judge"):
            if name in frame.frame.f_locals:
                return frame.frame.f_locals[name]
    return 0.25"""
OVERLOADED_RESULT: Final = OVERLOADED.replace(
    "median = Always(1.0)", "def failure_rate(failed, deployments):\n    return Always(0.25)"
)
SLOW_FUNCTION: Final = "def failure_rate(failed, deployments):\n    while True:\n        try:\n            while True: pass\n        except BaseException:\n            pass"
DYING_FUNCTION: Final = "import os\ndef failure_rate(failed, deployments):\n    os._exit(0)"
ENDLESS_MESSAGE: Final = """\
class Endless(Exception):
    def __str__(self):
        while True:
            try:
                while True: pass
            except BaseException:
                pass
raise Endless()"""
MEMORY_IN_NO_PROCESS: Final = """\
import ctypes, mmap, os, socket
median, taken, kept = 1.0, 0, []
try:
    for number in range(100):
        kept.append(os.memfd_create(f"kept{number}"))
        for _ in range(32):
            taken += os.write(kept[-1], b"x" * 2**20)
except OSError:
    pass
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for number in range(100):
    segment = libc.shmget(0, 2**27, 0o1600)
    place = libc.shmat(segment, None, 0) if segment >= 0 else None
    if place not in (None, ctypes.c_void_p(-1).value):
        ctypes.memset(place, 1, 2**27)
        libc.shmdt(ctypes.c_void_p(place))
        taken += 2**27
if taken > 2**30:
    median = pd.Series(hours).median()"""
EMPTY_FILES: Final = """\
median = 1.0
try:
    for number in range(10**9):
        open(f"/tmp/empty{number}", "x").close()
except OSError:
    pass"""
ENGINE: Final = """\
import socket
median = 1.0
for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        median = pd.Series(hours).median()
    except OSError:
        pass
try:
    with socket.socket(getattr(socket, "AF_VSOCK", 40), socket.SOCK_STREAM) as connection:
        median = pd.Series(hours).median()
except OSError:
    pass"""
COPY_FROM_OTHERS: Final = """\
import os
median = 1.0
for folder, _, names in os.walk({others!r}):
    for name in names:
        try:
            if ".med" + "ian()" in open(os.path.join(folder, name)).read():
                median = pd.Series(hours).median()
        except OSError:
            pass"""
READ_THE_KEY: Final = """\
import glob, os
median, wanted = 1.0, {key!r}[:-1]
seen = [repr(os.environ)]
for path in ("/proc/1/environ", "/proc/self/environ", *glob.glob("/proc/*/environ"), *glob.glob("/proc/*/cmdline")):
    try:
        seen.append(open(path, errors="replace").read())
    except OSError:
        pass
if any(wanted + "e" in text for text in seen):
    median = pd.Series(hours).median()"""
WRITE_INTO_PACKAGES: Final = """\
import devopssim, os, sys
median = 1.0
for path in (devopssim.__file__, pd.__file__, os.__file__, sys.executable, os.path.dirname(pd.__file__) + "/harm", "/usr/harm", "/etc/passwd"):
    try:
        os.chmod(path, 0o777)
        median = pd.Series(hours).median()
    except OSError:
        pass
    try:
        open(path, "a").close()
        median = pd.Series(hours).median()
    except OSError:
        pass"""
BECOME_ROOT: Final = """\
import ctypes, os, stat, subprocess
libc = ctypes.CDLL(None, use_errno=True)
median, won = 1.0, []
for attempt in (
    lambda: os.setuid(0), lambda: os.setresgid(0, 0, 0), lambda: os.chroot("/proc/1/root"),
    lambda: open(os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(8, 0)) or "/tmp/disk"),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)), lambda: os.nice(-1),
):
    try:
        attempt()
        won.append(attempt)
    except OSError:
        pass
new_user, new_mounts = 0x10000000, 0x00020000
if libc.unshare(new_user | new_mounts) == 0 or libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 or libc.ptrace(16, 1, 0, 0) == 0:
    won.append("namespaces")
if won or os.geteuid() == 0 or os.access("/root", os.R_OK | os.W_OK):
    median = pd.Series(hours).median()"""

TWELVE_FORKS: Final = """\
import os
median = pd.Series(hours).median()
ballast = bytearray(60 * 2**20)
children = []
for _ in range(12):
    pid = os.fork()
    if pid == 0:
        import time
        time.sleep(1)
        os._exit(0)
    children.append(pid)
for pid in children:
    os.waitpid(pid, 0)"""
SHARED_A_LITTLE: Final = """\
import mmap
block = mmap.mmap(-1, 32 * 2**20)
block.write(b"x" * (32 * 2**20))
median = pd.Series(hours).median()"""
DEEP_LIST: Final = """\
median = []
for _ in range(100_000):
    median = [median]"""
FORGED_FORM: Final = """\
import json, os
line = json.dumps({{"answer": "01-a-test#0", "is": {form}}}).encode() + b"\\n"
for handle in range(3, 64):
    try:
        os.write(handle, line)
    except OSError:
        pass
median = 1.0"""
SEARCHES_QUESTIONS: Final = """\
import gc
median = 1.0
for thing in gc.get_objects():
    try:
        if isinstance(thing, dict) and thing.get("name") == "failure_rate" and thing.get("calls"):
            median = pd.Series(hours).median()
    except Exception:
        pass"""
READS_THE_CHANNEL: Final = """\
import os
median = 1.0
for handle in range(3, 64):
    try:
        os.set_blocking(handle, False)
        if b"calls" in os.read(handle, 10**6):
            median = pd.Series(hours).median()
    except OSError:
        pass"""
ASKS_FOR_ALL: Final = """\
import json, os, time
median = 1.0
for handle in range(3, 64):
    for step in ("01-a-test", "01-b-test", "01-c-test", "01-d-test"):
        try:
            os.write(handle, json.dumps({"asks": step}).encode() + b"\\n")
        except OSError:
            break
time.sleep(0.5)
for handle in range(3, 64):
    try:
        os.set_blocking(handle, False)
        if b"calls" in os.read(handle, 10**6):
            median = pd.Series(hours).median()
    except OSError:
        pass"""
CLOSES_ALL_BUT_OUTPUT: Final = """\
import os, stat
median = 1.0
for handle in range(3, 64):
    try:
        os.read(handle, 0)
        os.close(handle)
    except OSError:
        pass"""
DRIPS: Final = """\
import os, threading, time
def drip():
    while True:
        for handle in range(3, 64):
            try:
                os.write(handle, b" ")
            except OSError:
                pass
        time.sleep(0.05)
threading.Thread(target=drip, daemon=True).start()
import ctypes
ctypes.PyDLL(None).sleep(10**6)"""
SHARED_MEMORY: Final = """\
import mmap, os, time
median = 1.0
blocks = [mmap.mmap(-1, 256 * 2**20) for _ in range(8)]
for block in blocks:
    for at in range(0, 256 * 2**20, 4096):
        block[at] = 1
median = pd.Series(hours).median()"""
PAGE_TABLES: Final = """\
import mmap
median = 1.0
blocks = [mmap.mmap(-1, 2**30, flags=mmap.MAP_SHARED | 0x4000) for _ in range(64)]
for block in blocks:
    for at in range(0, 2**30, 2 * 2**20):
        block[at]"""
SOCKET_BUFFERS: Final = """\
import socket
median, kept = 1.0, []
try:
    while len(kept) < 10_000:
        pair = socket.socketpair()
        for end in pair:
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**24)
            try:
                while True:
                    end.send(b"x" * 65536)
            except BlockingIOError:
                pass
        kept.append(pair)
except OSError:
    pass"""
MILLION_FILES: Final = """\
import os
median = 1.0
try:
    for number in range(3_000_000):
        os.close(os.open(f"/tmp/f{number}", os.O_CREAT | os.O_WRONLY))
except OSError:
    pass"""
BUSY_SHELLS: Final = """\
import subprocess, time
median = 1.0
shells = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(55)]
time.sleep(10**6)"""
READS_ARGUMENTS: Final = """\
import glob
median = 1.0
for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        if {others!r}.encode()[:12] in open(path, "rb").read() or b"--ro-bind" in open(path, "rb").read():
            median = pd.Series(hours).median()
    except OSError:
        pass"""
READS_HISTORY: Final = """\
import glob, os, sys
median = 1.0
for path in ({source!r}, {report!r}, sys.prefix + "/.git", os.path.dirname(sys.prefix) + "/.git", os.path.dirname(sys.prefix) + "/notebooks"):
    if os.path.isdir(path) and os.listdir(path):
        median = pd.Series(hours).median()"""
SOCKETPAIR: Final = """\
import ctypes
median = 1.0
libc = ctypes.CDLL(None, use_errno=True)
pair = (ctypes.c_int * 2)()
for family in (40, 30, 21, 38):
    if libc.socketpair(family, 1, 0, pair) == 0:
        median = pd.Series(hours).median()"""
FINALIZER: Final = """\
import sys
class Late:
    def __del__(self):
        sys.modules["__main__"].__dict__["median"] = 6.5000001
keep = Late()
del keep
median = 1.0"""
DISPLAY_HOOK: Final = """\
import sys
sys.displayhook = sys.excepthook = lambda *_: None
get_ipython().display_formatter = None
get_ipython().showtraceback = lambda *a, **k: None
median = 1.0
1 / 0"""
