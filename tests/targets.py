"""The engine built with zig for other systems; the native and the WASM one compared with the reference.

    python tests/targets.py        # make targets

Needs the packages of requirements/engine.txt: `make engine` installs them.
"""

import importlib
import os
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from equality import ROOT, difference, random_scenario

from devopssim.events import COLUMNS, HOURS_PER_YEAR
from devopssim.scenario import PRESETS, Scenario, vary
from devopssim.simulation.engine import MOST_ROWS, TYPES, Library
from devopssim.simulation.tables import Tables

TARGETS: Final = {
    "native": ("engine.so", []),
    "Linux x86-64": ("engine-x86_64.so", ["-target", "x86_64-linux-gnu"]),
    "Linux arm64": ("engine-aarch64.so", ["-target", "aarch64-linux-gnu"]),
    "macOS arm64": ("engine-arm64.dylib", ["-target", "aarch64-macos"]),
    "Windows": ("engine.dll", ["-target", "x86_64-windows-gnu"]),
    "WASM": ("engine.wasm", ["-target", "wasm32-wasi", "-mtail-call"]),
}
"""File and options of each target."""
RANDOM_CASES: Final = 60


class WasmEngine(Library):
    """The engine as WebAssembly, under wasmtime: what goes in is copied into its memory, and what comes out is copied back."""

    def __init__(self, path: Path) -> None:
        wasmtime: Any = importlib.import_module("wasmtime")  # of requirements/engine.txt

        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        self._store.set_wasi(wasmtime.WasiConfig())
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        instance = linker.instantiate(self._store, wasmtime.Module.from_file(engine, str(path)))
        self._exports: Any = instance.exports(self._store)
        self._call("_initialize")
        self.path = path
        self.parameters_named, self._table_names = self._names("parameters"), self._names("tables")
        self.forms = self._names("forms")

    def _call(self, name: str, *arguments: float) -> Any:
        return self._exports[name](self._store, *arguments)

    def _names(self, of: str) -> list[str]:
        start = self._call(f"devopssim_{of}")
        memory = self._exports["memory"]
        text = memory.read(self._store, start, min(start + 65536, memory.data_len(self._store)))
        return bytes(text).split(b"\0", 1)[0].decode().split()

    def _put(self, data: bytes) -> int:
        start: int = self._call("malloc", max(8, len(data)))
        self._exports["memory"].write(self._store, data, start)
        return start

    def _get(self, start: int, length: int, dtype: str) -> Any:
        data = self._exports["memory"].read(self._store, start, start + length * np.dtype(dtype).itemsize)
        return np.frombuffer(bytes(data), dtype=dtype)

    def run(self, scenario: Scenario, tables: Tables) -> Any:
        """Simulate with these tables, made longer where the run needs it."""
        names, parameters = self.tables(scenario), self.parameters(scenario, tables)
        while True:
            arrays = [np.ascontiguousarray(tables.get(name)) for name in names]
            starts = [self._put(array.tobytes()) for array in arrays]
            described = b"".join(
                struct.pack("<i4xqq", start, len(array), array.shape[1])
                for start, array in zip(starts, arrays, strict=True)
            )
            given = [self._put(parameters.tobytes()), self._put(described)]
            run = self._call("devopssim_run", *given, scenario.years * HOURS_PER_YEAR, MOST_ROWS)
            status = self._call("devopssim_status", run)
            written = self._written(run) if status == 0 else None
            table, rows = self._call("devopssim_needed_table", run), self._call("devopssim_needed_rows", run)
            self._call("devopssim_free", run)
            for start in [*starts, *given]:
                self._call("free", start)
            if written is not None:
                return written
            tables.lengthen(names[table], rows)

    def _written(self, run: int) -> Any:
        rows = self._call("devopssim_rows", run)
        columns = {
            name: self._get(self._call("devopssim_column", run, number), rows, TYPES.get(name, "i4"))
            for number, name in enumerate(COLUMNS)
        }
        details, found = self._list("details", run), self._list("false_findings", run).view("i4").reshape(-1, 2)
        return SimpleNamespace(columns=lambda: columns, details=lambda: details, false_findings=lambda: found)

    def _list(self, what: str, run: int) -> Any:
        pointer = self._put(b"\0" * 8)
        length = self._call(f"devopssim_{what}", run, pointer)
        start = int(self._get(pointer, 1, "i4")[0])
        self._call("free", pointer)
        return self._get(start, length, "i8")


def differing(engine: Library) -> list[str]:
    """Return where an engine differs from the reference, on the presets and on random scenarios."""
    cases = [(vary(preset, {"years": 1}), 3) for preset in PRESETS.values()]
    cases += [(random_scenario(seed), seed) for seed in range(RANDOM_CASES)]
    return [
        f"{scenario.name}, seed {seed}: {where}"
        for scenario, seed in cases
        if (where := difference(scenario, seed, engine))
    ]


def main() -> int:
    """Build and compare; return the exit status."""
    folder = ROOT / "out" / "engines"
    folder.mkdir(parents=True, exist_ok=True)
    compiler = {**os.environ, "CXX": f"{sys.executable} -m ziglang c++"}
    wrong = 0
    for name, (file, options) in TARGETS.items():
        begin = time.monotonic()
        built = subprocess.run(
            ["sh", ROOT / "engine/build.sh", folder / file, *options],
            env=compiler,
            capture_output=True,
            text=True,
            check=False,
        )
        took = time.monotonic() - begin
        if built.returncode:
            wrong += 1
            print(f"{name}: not built\n{built.stderr}")
            continue
        size = (folder / file).stat().st_size / 1e6
        print(f"{name}: out/engines/{file}, {size:.1f} MB, built in {took:.0f} s", flush=True)
        if name in {"native", "WASM"}:
            found = differing(Library(folder / file) if name == "native" else WasmEngine(folder / file))
            wrong += len(found)
            print(f"{name}: {len(PRESETS) + RANDOM_CASES} cases, {len(found)} differ", *found, sep="\n", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
