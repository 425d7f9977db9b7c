"""The command line as a process: output, errors and exit statuses."""

import math
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from logs import deployed, log_of

from devopssim import __version__, cli, events
from devopssim.experiment import EXPERIMENT_FILE
from devopssim.wording import plain_estimate

SLOW: Final = ("click", "dataclasses", "numpy", "pandas", "matplotlib", "scipy", "simpy", "docker", "IPython")

FULL_DEVICE: Final = Path("/dev/full")

BAD_ARGUMENTS: Final = (
    (),
    ("fly",),
    ("--fast",),
    ("validate",),
    ("validate", "nowhere.csv"),
    ("simulate", "scrum"),
    ("simulate", "devops", "--seed", "soon"),
    ("simulate", "devops", "--set", "team.developers=none"),
    ("simulate", "devops", "--set", "team.wizards=3"),
    ("simulate", "devops", "--set", "team.developers=-1"),
    ("simulate", "devops", "--adopt", "testing=2"),
    ("simulate", "devops", "--years", "0"),
    ("simulate", "devops", "--years", "nan"),
    ("simulate", "devops", "--years", "0.1", "--out", "no/such/folder/log.csv"),
    ("compare", "--replications", "0"),
    ("compare", "--workers", "-1"),
)


def devopssim(*words: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program as a user would, in a process of its own, without standard input."""
    program = [sys.executable, "-m", "devopssim", *map(str, words)]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def printing_to(handle: int, *words: str, buffered: bool) -> subprocess.CompletedProcess[str]:
    """Run the program with its output to `handle`, block-buffered (as for a pipe) or unbuffered."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"}
    program = [sys.executable, "-m", "devopssim", *words]
    return subprocess.run(program, stdout=handle, stderr=subprocess.PIPE, text=True, check=False, env=environment)


def help_of(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what `--help` prints."""
    assert cli.main([*words, "--help"]) == cli.SUCCESS
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def test_the_installed_program_prints_its_version() -> None:
    program = Path(sys.executable).with_name("devopssim")
    end = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert end.stdout == f"devopssim {__version__}\n"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    words = help_of((), capsys).split()
    assert [command for command in cli.COMMANDS if command not in words] == []


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_the_help_of_a_command_contains_its_summary(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of((command,), capsys)
    assert text.startswith(f"Usage: devopssim {command} ")
    assert cli.COMMANDS[command] in " ".join(text.split())


def test_help_loads_nothing_slow() -> None:
    program = (
        "import sys; from devopssim import cli\n"
        "cli.main(['--help'])\n"
        f"print('LOADED', *(name for name in {SLOW} if name in sys.modules))"
    )
    end = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert end.stdout.splitlines()[-1] == "LOADED"


def test_an_unknown_option_before_a_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--quickly", "simulate", "devops"]) == cli.INVALID_INPUT
    assert "--quickly" in capsys.readouterr().err


def test_a_command_loads_no_other_command() -> None:
    program = (
        "import sys; from devopssim import cli\n"
        "cli.main(['validate', '--help'])\n"
        "print('LOADED', *(name for name in cli.COMMANDS if f'devopssim.cli.{name}' in sys.modules))"
    )
    end = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert end.stdout.splitlines()[-1] == "LOADED validate"


@pytest.mark.parametrize("words", BAD_ARGUMENTS, ids=" ".join)
def test_bad_usage_is_one_line_and_exit_status_2(words: tuple[str, ...], tmp_path: Path) -> None:
    end = devopssim(*words, folder=tmp_path)
    assert (end.returncode, end.stdout) == (cli.INVALID_INPUT, "")
    (line,) = end.stderr.splitlines()
    assert line.startswith("devopssim")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("parameters", "--toml"), "devopssim parameters"),
        (("course", "grade", "--out"), "devopssim course grade"),
        (("simulate", "devops", "--seed", "soon"), "devopssim simulate"),
        (("course", "dance"), "devopssim course"),
    ],
)
def test_bad_usage_names_the_command_and_its_help(
    words: tuple[str, ...], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == cli.INVALID_INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{command}: ")
    assert line.endswith(f"; see `{command} --help`.")


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (("compare",), "Presets or TOML files (default: waterfall agile devops)."),
        (("sweep",), "for example team.developers=4,6,8; at most two parameters."),
        (("livelab", "record"), "by_hand, automate, accept, configure, operate, on_call, secure, or all."),
        (("course", "workflow"), "github, gitlab, or sandbox"),
    ],
)
def test_help_explains_the_arguments(words: tuple[str, ...], meaning: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert meaning in " ".join(help_of(words, capsys).split())


def test_a_log_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    events.write(log_of(horizon=168), path)
    end = devopssim("validate", path)
    assert (end.returncode, end.stderr) == (cli.SUCCESS, "")
    assert end.stdout == f"{path}: valid event log, 0 events over 168 hours.\n"


def test_a_broken_contract_has_exit_status_1(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    events.write(log_of(deployed("C1", "D1", at=3), horizon=168), path)
    end = devopssim("validate", path)
    assert (end.returncode, end.stdout) == (cli.CHECK_FAILED, "")
    (line,) = end.stderr.splitlines()
    assert "C1" in line


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal on Windows")
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("words", [("parameters",), ("levels", "--help")], ids=" ".join)
def test_a_closed_pipe_is_a_success(words: tuple[str, ...], *, buffered: bool) -> None:
    read, write = os.pipe()
    os.close(read)
    end = printing_to(write, *words, buffered=buffered)
    os.close(write)
    assert (end.returncode, end.stderr) == (cli.SUCCESS, "")


@pytest.mark.skipif(not FULL_DEVICE.exists(), reason="no such device here")
@pytest.mark.parametrize("buffered", [True, False])
def test_a_full_device_is_reported_in_one_line(*, buffered: bool) -> None:
    with FULL_DEVICE.open("wb") as full:
        end = printing_to(full.fileno(), "parameters", buffered=buffered)
    assert end.returncode == cli.INVALID_INPUT
    (line,) = end.stderr.splitlines()
    assert "No space left" in line


def test_a_folder_is_refused_as_output_file(tmp_path: Path) -> None:
    log, folder = tmp_path / "log.csv", tmp_path / "folder"
    events.write(log_of(horizon=168), log)
    folder.mkdir()
    end = devopssim("export", log, "--to", "openmetrics", "--out", folder)
    assert end.returncode == cli.INVALID_INPUT
    (line,) = end.stderr.splitlines()
    assert str(folder) in line
    assert sorted(tmp_path.iterdir()) == [folder, log]


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
def test_a_full_disk_is_reported_in_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "devopssim", "simulate", "devops", "--years", "0.1", "--out", "log.csv"]
    limited = f"ulimit -f 1; exec {shlex.join(asked)}"
    end = subprocess.run(["sh", "-c", limited], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (end.returncode, end.stdout) == (cli.INVALID_INPUT, "")
    (line,) = end.stderr.splitlines()
    assert "log.csv" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["sweep", "factorial", "sensitivity"])
def test_an_interrupted_series_is_resumed_by_the_same_command(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C raises KeyboardInterrupt while the replications run."""

    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("devopssim.experiment.precision.run", pressed)
    words = ["devops", *(["team.developers=8"] if command == "sweep" else []), "--out", str(tmp_path)]
    assert cli.main([command, *words]) == cli.INTERRUPTED
    assert f"finished replications are kept in {tmp_path}; repeat the command to resume." in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal on Windows")
def test_an_interrupted_experiment_names_the_command_that_resumes_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ["compare", "--replications", "100000", "--workers", "1", "--out", str(out)]
    program = [
        "env",
        "--default-signal=INT",
        sys.executable,
        "-m",
        "devopssim",
        *asked,
    ]  # also where the test runner ignores SIGINT
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 300
        while not (out / EXPERIMENT_FILE).exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=300)
    assert process.returncode == cli.INTERRUPTED
    assert printed.splitlines()[-1] == f"devopssim: interrupted; resume with `devopssim compare --resume {out}`."
    assert "Traceback" not in printed


def test_a_mean_that_never_varies_is_shown_without_an_interval() -> None:
    sums = [0.9, math.nextafter(0.9, 1)]
    assert plain_estimate(0.9, *sums) == "0.9"
    assert plain_estimate(0.0, 0.0, 1e-17) == "0"
    assert plain_estimate(0.9, 0.89, 0.91) == "0.900 (0.890 to 0.910)"
