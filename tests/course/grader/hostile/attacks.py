"""Submissions that mean harm, or look as if they did: what each tries, and the points that its work deserves.

Each starts from a right solution of the notebook 01-values (10 points: a is worth 2, b 2, c 4, d 2) and replaces some of it.
An attack on one exercise therefore deserves the points of the others, unless it breaks these too.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from course.grader.hostile import code, edits
from course.grader.hostile.edits import NOTEBOOK, Write

FULL: Final = 10.0
WITHOUT_A: Final = 8.0
ON_THE_MACHINE: Final = {
    *(
        "honest",
        "exit",
        "stops",
        "endless",
        "bomb",
        "memory",
        "disk",
        "output",
        "network",
        "reads",
        "writes",
        "becomes",
    ),
    *("flooded", "channel", "drips", "asks", "files", "processor", "socketpair", "clock"),
}
"""First words of the names of attacks on the machine: its processes, memory, disk, network, files and the channel to the grader."""
KEY: Final = "the key of the course, which no student may see"


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

    @property
    def is_on_the_machine(self) -> bool:
        """Whether the sandbox itself has to stop it: neither the grader's own process, which reads notebooks, nor the program inside."""
        return self.edit is None and self.write is None and self.name.partition("-")[0] in ON_THE_MACHINE

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


def attacks(*, source: Path, others: Path, report: Path, port: int) -> list[Attack]:
    """Return all submissions; the paths and the port are the grader's, which attacks try to reach."""

    def on_a(name: str, answer: str, deserved: float = WITHOUT_A, least: float | None = None) -> Attack:
        return Attack(name=name, answers={"01-a": answer}, deserved=deserved, least=least)

    return [
        Attack(name="honest", deserved=FULL),
        on_a("honest-with-warnings", code.WARNS, FULL),
        Attack(
            name="honest-other-line-ends",
            write=edits.as_bytes(lambda text: text.replace("\n", "\r\n").replace("\\n", "\\r\\n").encode()),
            deserved=FULL,
        ),
        Attack(name="honest-utf-16", write=edits.with_umlaut("utf-16"), deserved=FULL),
        Attack(name="honest-windows-1252", write=edits.with_umlaut("cp1252"), deserved=FULL),
        Attack(name="honest-with-byte-order-mark", write=edits.with_umlaut("utf-8-sig"), deserved=FULL),
        Attack(name="honest-no-kernel", edit=edits.no_kernel, deserved=FULL),
        Attack(name="honest-among-many-files", write=edits.among_many_files, deserved=FULL),
        Attack(name="honest-名 $(id) `id` <b>&'", deserved=FULL),
        Attack(name="cells-only-answers-in-reverse", edit=edits.everything_else_deleted, deserved=FULL),
        Attack(name="cells-edited-test", edit=edits.wrong_a_and_edited_test),
        Attack(name="cells-deleted", edit=edits.deleted),
        Attack(name="cells-duplicated-stub-first", edit=edits.duplicated, deserved=FULL),
        Attack(name="cells-duplicated-wrong-first", edit=edits.duplicated_wrong_first, deserved=FULL),
        Attack(name="cells-re-pointed", edit=edits.re_pointed),
        Attack(name="cells-swapped-ids", edit=edits.swapped),
        Attack(name="cells-made-markdown", edit=edits.made_markdown),
        Attack(name="cells-that-are-none", edit=edits.odd_cells, deserved=FULL),
        on_a("patched-assert", code.STRIPPED_ASSERTS),
        on_a("patched-builtins", code.LYING_BUILTINS),
        on_a("patched-modules", code.FALSE_MODULES),
        on_a("patched-devopssim", code.PATCHED_GRADER, 0.0),
        on_a("patched-json", code.FALSE_JSON),
        on_a("forged-messages", code.FORGED),
        on_a("flooded-channel", code.FLOOD, least=0),
        on_a("channel-closed", "import os\nos.closerange(3, 256)\nmedian = 1.0"),
        on_a("clock-kept-back", code.KEEPS_THE_CLOCK_BACK),
        on_a("exit-os", "import os\nos._exit(0)"),
        on_a("exit-sys", "import sys\nsys.exit(0)"),
        on_a("exit-atexit", "import atexit, os\natexit.register(lambda: os._exit(0))\nraise SystemExit(0)"),
        on_a(
            "exit-thread",
            "import os, threading\nthreading.Timer(0.1, lambda: os._exit(0)).start()\nimport time\ntime.sleep(1)",
        ),
        on_a("exit-kills-everything", code.KILLS),
        on_a("exit-by-shell", "!kill -9 -1; rm -rf / 2>/dev/null\nmedian = 1.0"),
        on_a("stops-itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nmedian = 1.0"),
        on_a("namespace-emptied", "%reset -f", least=0),
        on_a("endless-loop", code.FOREVER),
        on_a("endless-ignoring-signals", code.IGNORING),
        on_a("endless-in-c", "10 ** 10 ** 9"),
        on_a("endless-sleep", "import time\ntime.sleep(10 ** 6)"),
        on_a("endless-input", "median = input()"),
        on_a("endless-error-message", code.ENDLESS_MESSAGE),
        Attack(name="endless-function", answers={"01-c": code.SLOW_FUNCTION}, deserved=6.0),
        Attack(name="function-that-exits", answers={"01-c": code.DYING_FUNCTION}, deserved=6.0),
        Attack(name="function-that-inspects", answers={"01-c": code.INSPECTS}, deserved=6.0),
        Attack(name="function-of-overloaded", answers={"01-c": code.OVERLOADED_RESULT}, deserved=6.0),
        on_a("bomb-fork", code.FORK_BOMB),
        on_a("bomb-fork-detached", code.FORK_BOMB_DETACHED),
        on_a("bomb-threads", code.THREAD_BOMB, least=0),
        on_a("memory-10-gb", "median = bytearray(10 * 2**30)"),
        on_a("memory-10-gb-in-pieces", "kept = []\nwhile True:\n    kept.append(bytearray(64 * 2**20))"),
        on_a("memory-of-many", code.MANY_EATERS),
        on_a("memory-in-no-process", code.MEMORY_IN_NO_PROCESS),
        on_a("disk-full", code.FULL_DISK),
        on_a("disk-of-empty-files", code.EMPTY_FILES),
        on_a("output-gigabytes", code.PRINTS),
        on_a("output-gigabytes-past-python", code.PRINTS_LOW),
        on_a("network", code.NETWORK.format(port=port)),
        on_a("network-container-engine", code.ENGINE),
        on_a("reads-the-graders-files", code.SEARCH.format(source=str(source))),
        on_a("reads-other-submissions", code.COPY_FROM_OTHERS.format(others=str(others))),
        on_a("reads-the-courses-key", code.READ_THE_KEY.format(key=KEY)),
        on_a("reads-the-graders-memory", code.MEMORY_SEARCH),
        on_a(
            "writes-elsewhere", code.WRITE_ELSEWHERE.format(others=str(others), source=str(source), report=str(report))
        ),
        on_a("writes-into-packages", code.WRITE_INTO_PACKAGES),
        on_a("becomes-root", code.BECOME_ROOT),
        on_a("overloaded-number", code.OVERLOADED),
        Attack(name="overloaded-table", answers={"01-b": code.OVERLOADED_TABLE}),
        on_a("value-nan", "median = float('nan')"),
        on_a("value-infinite", "median = float('inf')"),
        on_a("value-true", "median = True"),
        on_a("value-text", "median = '6.5'"),
        on_a("value-huge-whole-number", "median = 10 ** 100_000"),
        on_a("value-pickle", code.PICKLE),
        on_a("value-endless-list", code.ENDLESS_LIST),
        on_a("value-in-itself", code.ITSELF),
        on_a("value-huge-table", "median = pd.DataFrame({'a': range(5_000_000)})"),
        on_a("value-huge-text", "median = 'x' * 50_000_000"),
        on_a("code-no-python", "median = (\x00 ="),
        on_a("code-six-megabytes", "x = 1\n" * 1_000_000),
        on_a("control-characters", "raise ValueError('\\x1b[2J\\x07\\x00 ::error::<script>alert(1)</script> \\ud800')"),
        Attack(name="file-no-json", write=edits.as_bytes(lambda _: b"{'cells': ["), deserved=0.0),
        Attack(name="file-binary", write=edits.as_bytes(lambda _: bytes(range(256)) * 100), deserved=0.0),
        Attack(name="file-empty", write=edits.as_bytes(lambda _: b""), deserved=0.0),
        Attack(name="file-a-list", write=edits.as_bytes(lambda _: b"[1, 2]"), deserved=0.0),
        Attack(name="file-of-version-3", edit=edits.made_version_3, deserved=FULL),
        Attack(name="file-nested-deeply", write=edits.as_bytes(lambda _: b"[" * 500_000), deserved=0.0),
        Attack(name="file-200-mb", write=edits.two_hundred_megabytes, deserved=0.0),
        Attack(name="file-link-to-solutions", write=edits.link_to_solutions, deserved=0.0),
        Attack(name="file-link-to-another", write=edits.link_to_another, deserved=0.0),
        Attack(name="file-pipe", write=edits.a_pipe, deserved=0.0),
        Attack(name="file-folder", write=edits.a_folder, deserved=0.0),
        Attack(name="file-none", write=lambda *_: None, deserved=0.0),
        Attack(name="honest-split-cell", edit=edits.split, deserved=FULL),
        Attack(name="honest-marks-dropped", edit=edits.without_marks, deserved=FULL),
        Attack(name="honest-nested", write=edits.nested, deserved=FULL),
        Attack(name="honest-worked-in-a-copy", write=edits.worked_in_a_copy, deserved=FULL),
        Attack(name="honest-upper-case-suffix", write=edits.upper_case, deserved=FULL),
        Attack(name="honest-60-mb-of-outputs", edit=edits.large_outputs, deserved=FULL),
        Attack(name="honest-nan-in-outputs", edit=edits.nan_in_outputs, deserved=FULL),
        on_a("honest-twelve-forks", code.TWELVE_FORKS, FULL),
        on_a("honest-shared-memory", code.SHARED_A_LITTLE, FULL),
        Attack(name="honest-" + "漢" * 80, deserved=FULL),
        Attack(name="honest-x.ipynb", deserved=FULL),
        Attack(name="files-1500-deep", write=edits.very_deep, deserved=FULL),
        Attack(name="files-with-odd-names", write=edits.odd_names, deserved=FULL),
        Attack(name="files-another-student-within", write=edits.another_within, deserved=FULL),
        Attack(name="files-link-as-variant", write=edits.linked_variant, deserved=FULL),
        Attack(
            name="file-45-mb-of-empty-cells",
            write=edits.as_bytes(lambda _: b'{"cells": [' + b"{}," * 15_000_000 + b"{}]}"),
            deserved=0.0,
        ),
        Attack(
            name="file-of-deep-cells",
            write=edits.as_bytes(lambda _: b'{"cells": [' + b'{"metadata":' * 40_000),
            deserved=0.0,
        ),
        Attack(
            name="file-of-long-numbers",
            write=edits.as_bytes(lambda _: b'{"cells": [' + b"1" * 5_000_000 + b"]}"),
            deserved=0.0,
        ),
        Attack(
            name="file-of-repeated-keys",
            write=edits.as_bytes(lambda text: b'{"cells": [], ' * 1000 + text[1:].encode()),
            deserved=FULL,
            least=0,
        ),
        Attack(
            name="file-merge-conflict",
            write=edits.as_bytes(lambda text: b"<<<<<<< HEAD\n" + text.encode()),
            deserved=0.0,
        ),
        Attack(name="file-two-works", write=edits.two_works, deserved=0.0),
        Attack(name="cells-attachment-bomb", edit=edits.attachment_bomb, deserved=FULL),
        Attack(name="cells-20000-copies", edit=edits.many_copies, deserved=FULL, least=0),
        on_a("error-type-of-7-mb", "raise type('E' * 7_000_000, (Exception,), {})('x')"),
        on_a("error-message-of-7-mb", "raise ValueError('x' * 7_000_000)"),
        on_a("error-with-marks-of-direction", "raise ValueError('\u202e\u2066 http://example.org ;=1+1 \x9b31m')"),
        on_a("name-of-a-type-with-newlines", "median = type('a\\n::error::b' * 100, (), {})()"),
        on_a("value-deep-list", code.DEEP_LIST),
        on_a("value-of-many-keys", "median = {str(n): n for n in range(200_000)}"),
        on_a("value-forged-log", code.FORGED_FORM.format(form='{"$": "log", "csv": "time,kind\\n" * 100}')),
        on_a(
            "value-forged-scenario",
            code.FORGED_FORM.format(form='{"$": "scenario", "toml": ".".join("a" * 12000) + " = 1"}'),
        ),
        on_a("value-forged-times", code.FORGED_FORM.format(form='{"$": "time", "iso": "9" * 100000}')),
        on_a(
            "value-forged-table",
            code.FORGED_FORM.format(form='{"$": "table", "columns": [{}], "values": 7, "index": None}'),
        ),
        on_a("value-forged-set", code.FORGED_FORM.format(form='{"$": "set", "of": {"$": "set"}}')),
        on_a("hidden-inputs-of-later-questions", code.SEARCHES_QUESTIONS),
        on_a("reads-the-channel", code.READS_THE_CHANNEL, least=0),
        on_a("asks-for-all-questions", code.ASKS_FOR_ALL, least=0),
        on_a("stops-reading-questions", code.CLOSES_ALL_BUT_OUTPUT, least=0),
        on_a("drips-into-the-channel", code.DRIPS),
        on_a("memory-shared-anonymous", code.SHARED_MEMORY),
        on_a("memory-of-page-tables", code.PAGE_TABLES),
        on_a("memory-of-sockets", code.SOCKET_BUFFERS),
        on_a("files-by-the-million", code.MILLION_FILES),
        on_a("processor-of-55-shells", code.BUSY_SHELLS, least=0),
        on_a("reads-bubblewraps-arguments", code.READS_ARGUMENTS.format(others=str(others))),
        on_a("reads-git-and-grades", code.READS_HISTORY.format(source=str(source), report=str(report))),
        on_a("socketpair-of-another-family", code.SOCKETPAIR),
        on_a("answers-by-a-finalizer", code.FINALIZER),
        on_a("answers-by-the-display-hook", code.DISPLAY_HOOK),
        Attack(name="honest-last", deserved=FULL),
    ]
