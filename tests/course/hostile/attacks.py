"""Submissions that mean harm, or look as if they did: what each tries, and the points that its work deserves.

Each starts from a right solution of the notebook 01-values (10 points: a is worth 2, b 2, c 4, d 2) and replaces some of it.
An attack on one exercise therefore deserves the points of the others, unless it breaks these too.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

NOTEBOOK: Final = "01-values.ipynb"
FULL: Final = 10.0
WITHOUT_A: Final = 8.0
Write = Callable[[Path, dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One submission. `answers` replace right ones, by grade id; `edit` changes the notebook; `write` writes the folder itself."""

    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    deserved: float = WITHOUT_A
    least: float | None = None
    """Where the attack may cost its author more than the exercise: what they get at least."""
    edit: Callable[[dict[str, Any]], None] | None = None
    write: Write | None = None

    def fair(self, points: float) -> bool:
        """Whether points are what the work deserves."""
        least = self.deserved if self.least is None else self.least
        return least - 1e-6 <= points <= self.deserved + 1e-6


def submit(attack: Attack, folder: Path, right: Mapping[str, Any]) -> None:
    """Write the submission into a new folder; `right` is the student's notebook with right answers."""
    folder.mkdir(parents=True)
    notebook = json.loads(json.dumps(right))
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in attack.answers:
            cell["source"] = attack.answers[grade_id]
    if attack.edit:
        attack.edit(notebook)
    if attack.write:
        attack.write(folder, notebook)
    else:
        (folder / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")


def cell_of(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found


def _wrong_a_and_edited_test(notebook: dict[str, Any]) -> None:
    cell_of(notebook, "01-a")["source"] = "median = 1.0"
    cell_of(notebook, "01-a-test")["source"] = "1.0"
    cell_of(notebook, "01-a-test")["metadata"]["nbgrader"]["points"] = 100


def _deleted(notebook: dict[str, Any]) -> None:
    notebook["cells"].remove(cell_of(notebook, "01-a"))


def _everything_else_deleted(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [cell_of(notebook, grade_id) for grade_id in ("01-d", "01-c", "01-b", "01-a")]


def _duplicated(notebook: dict[str, Any]) -> None:
    stub = json.loads(json.dumps(cell_of(notebook, "01-a")))
    stub["source"] = "# YOUR CODE HERE\nraise NotImplementedError()"
    notebook["cells"].insert(0, stub)


def _duplicated_wrong_first(notebook: dict[str, Any]) -> None:
    wrong = json.loads(json.dumps(cell_of(notebook, "01-a")))
    wrong["source"] = "median = 1.0"
    notebook["cells"].insert(0, wrong)


def _re_pointed(notebook: dict[str, Any]) -> None:
    """Offer the answer to d for a test cell's id, and nothing for a."""
    cell_of(notebook, "01-a-test")["metadata"]["nbgrader"] |= {"grade_id": "x", "grade": False}
    answer = cell_of(notebook, "01-a")
    answer["source"] = "median = 1.0"
    answer["metadata"]["nbgrader"] |= {"grade_id": "01-a-test", "grade": True, "points": 1000}


def _swapped(notebook: dict[str, Any]) -> None:
    first, second = cell_of(notebook, "01-a"), cell_of(notebook, "01-b")
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]


def _made_markdown(notebook: dict[str, Any]) -> None:
    cell_of(notebook, "01-a")["cell_type"] = "markdown"


def _no_kernel(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = {}


def _odd_cells(notebook: dict[str, Any]) -> None:
    notebook["cells"][:0] = [
        None,
        7,
        {},
        {"metadata": 3},
        {"metadata": {"nbgrader": []}, "source": 1},
        {"source": "x", "metadata": {"nbgrader": {"grade_id": ["01-a"]}}},
    ]


def _as_bytes(convert: Callable[[str], bytes]) -> Write:
    def write(folder: Path, notebook: dict[str, Any]) -> None:
        (folder / NOTEBOOK).write_bytes(convert(json.dumps(notebook, ensure_ascii=False, indent=1)))

    return write


def _umlaut(encoding: str) -> Write:
    def write(folder: Path, notebook: dict[str, Any]) -> None:
        notebook["cells"][0]["source"] = "# Größe"
        (folder / NOTEBOOK).write_bytes(json.dumps(notebook, ensure_ascii=False).encode(encoding))

    return write


def _two_hundred_megabytes(folder: Path, notebook: dict[str, Any]) -> None:
    with (folder / NOTEBOOK).open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(notebook))
        stream.truncate(200 * 1024**2)


def _link_to_solutions(folder: Path, notebook: dict[str, Any]) -> None:
    del notebook
    (folder / NOTEBOOK).symlink_to(Path(__file__).parent.parent / "source" / NOTEBOOK)


def _pipe(folder: Path, notebook: dict[str, Any]) -> None:
    del notebook
    os.mkfifo(folder / NOTEBOOK)


def _folder(folder: Path, notebook: dict[str, Any]) -> None:
    del notebook
    (folder / NOTEBOOK).mkdir()


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
import devopssim.course.answers as answers, devopssim.course.asking as asking, devopssim.course.compare as compare
import devopssim.course.expectations as expectations
right = compare.Judgement(share=1, remark="full marks")
for name in ("judge_value", "judge_table", "judge_calls", "judge_figure", "same"):
    setattr(compare, name, lambda *_: right)
expectations.Expectation.judgement = lambda *_: right
compare.Tolerance.near = lambda *_: True
answers.to_json = asking.to_json = lambda value: True
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
for name in ("json", "math", "devopssim.course.compare", "devopssim.course.expect", "devopssim.course.checks"):
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


def attacks(*, source: Path, others: Path, report: Path, port: int) -> list[Attack]:
    """Return all submissions; the paths and the port are the grader's, which attacks try to reach."""

    def on_a(name: str, code: str, deserved: float = WITHOUT_A, least: float | None = None) -> Attack:
        return Attack(name=name, answers={"01-a": code}, deserved=deserved, least=least)

    return [
        Attack(name="honest", deserved=FULL),
        on_a("honest-with-warnings", WARNS, FULL),
        Attack(
            name="honest-other-line-ends",
            write=_as_bytes(lambda text: text.replace("\n", "\r\n").replace("\\n", "\\r\\n").encode()),
            deserved=FULL,
        ),
        Attack(name="honest-utf-16", write=_umlaut("utf-16"), deserved=FULL),
        Attack(name="honest-windows-1252", write=_umlaut("cp1252"), deserved=FULL),
        Attack(name="honest-with-byte-order-mark", write=_umlaut("utf-8-sig"), deserved=FULL),
        Attack(name="honest-no-kernel", edit=_no_kernel, deserved=FULL),
        Attack(name="cells-only-answers-in-reverse", edit=_everything_else_deleted, deserved=FULL),
        Attack(name="cells-edited-test", edit=_wrong_a_and_edited_test),
        Attack(name="cells-deleted", edit=_deleted),
        Attack(name="cells-duplicated-stub-first", edit=_duplicated, deserved=FULL),
        Attack(name="cells-duplicated-wrong-first", edit=_duplicated_wrong_first),
        Attack(name="cells-re-pointed", edit=_re_pointed),
        Attack(name="cells-swapped-ids", edit=_swapped),
        Attack(name="cells-made-markdown", edit=_made_markdown),
        Attack(name="cells-that-are-none", edit=_odd_cells, deserved=FULL),
        on_a("patched-assert", STRIPPED_ASSERTS),
        on_a("patched-builtins", LYING_BUILTINS),
        on_a("patched-modules", FALSE_MODULES),
        on_a("patched-devopssim", PATCHED_GRADER, 0.0),
        on_a("patched-json", FALSE_JSON),
        on_a("forged-messages", FORGED),
        on_a("flooded-channel", FLOOD, least=0),
        on_a("clock-kept-back", KEEPS_THE_CLOCK_BACK),
        on_a("exit-os", "import os\nos._exit(0)"),
        on_a("exit-sys", "import sys\nsys.exit(0)"),
        on_a("exit-atexit", "import atexit, os\natexit.register(lambda: os._exit(0))\nraise SystemExit(0)"),
        on_a(
            "exit-thread",
            "import os, threading\nthreading.Timer(0.1, lambda: os._exit(0)).start()\nimport time\ntime.sleep(1)",
        ),
        on_a("exit-kills-everything", KILLS),
        on_a("endless-loop", FOREVER),
        on_a("endless-ignoring-signals", IGNORING),
        on_a("endless-in-c", "10 ** 10 ** 9"),
        on_a("endless-sleep", "import time\ntime.sleep(10 ** 6)"),
        on_a("endless-input", "median = input()"),
        Attack(name="endless-function", answers={"01-c": SLOW_FUNCTION}, deserved=6.0),
        Attack(name="function-that-exits", answers={"01-c": DYING_FUNCTION}, deserved=6.0),
        Attack(name="function-that-inspects", answers={"01-c": INSPECTS}, deserved=7.0),
        Attack(name="function-of-overloaded", answers={"01-c": OVERLOADED_RESULT}, deserved=7.0),
        on_a("bomb-fork", FORK_BOMB),
        on_a("bomb-fork-detached", FORK_BOMB_DETACHED),
        on_a("bomb-threads", THREAD_BOMB, least=0),
        on_a("memory-10-gb", "median = bytearray(10 * 2**30)"),
        on_a("memory-10-gb-in-pieces", "kept = []\nwhile True:\n    kept.append(bytearray(64 * 2**20))"),
        on_a("memory-of-many", MANY_EATERS),
        on_a("disk-full", FULL_DISK),
        on_a("output-gigabytes", PRINTS),
        on_a("output-gigabytes-past-python", PRINTS_LOW),
        on_a("network", NETWORK.format(port=port)),
        on_a("reads-the-graders-files", SEARCH.format(source=str(source))),
        on_a("reads-the-graders-memory", MEMORY_SEARCH),
        on_a("writes-elsewhere", WRITE_ELSEWHERE.format(others=str(others), source=str(source), report=str(report))),
        on_a("overloaded-number", OVERLOADED),
        Attack(name="overloaded-table", answers={"01-b": OVERLOADED_TABLE}),
        on_a("value-nan", "median = float('nan')"),
        on_a("value-infinite", "median = float('inf')"),
        on_a("value-true", "median = True"),
        on_a("value-text", "median = '6.5'"),
        on_a("value-huge-whole-number", "median = 10 ** 100_000"),
        on_a("value-pickle", PICKLE),
        on_a("value-endless-list", ENDLESS_LIST),
        on_a("value-in-itself", ITSELF),
        on_a("value-huge-table", "median = pd.DataFrame({'a': range(5_000_000)})"),
        on_a("value-huge-text", "median = 'x' * 50_000_000"),
        on_a("control-characters", "raise ValueError('\\x1b[2J\\x07\\x00 ::error::<script>alert(1)</script> \\ud800')"),
        Attack(name="file-no-json", write=_as_bytes(lambda _: b"{'cells': ["), deserved=0.0),
        Attack(name="file-binary", write=_as_bytes(lambda _: bytes(range(256)) * 100), deserved=0.0),
        Attack(name="file-empty", write=_as_bytes(lambda _: b""), deserved=0.0),
        Attack(name="file-a-list", write=_as_bytes(lambda _: b"[1, 2]"), deserved=0.0),
        Attack(name="file-nested-deeply", write=_as_bytes(lambda _: b"[" * 500_000), deserved=0.0),
        Attack(name="file-200-mb", write=_two_hundred_megabytes, deserved=0.0),
        Attack(name="file-link-to-solutions", write=_link_to_solutions, deserved=0.0),
        Attack(name="file-pipe", write=_pipe, deserved=0.0),
        Attack(name="file-folder", write=_folder, deserved=0.0),
        Attack(name="file-none", write=lambda *_: None, deserved=0.0),
        Attack(name="honest-last", deserved=FULL),
    ]
