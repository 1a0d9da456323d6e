"""Processor time, the fair measure on a machine that others use too; wall time tells how long they let us wait."""

import os
from collections.abc import Callable
from pathlib import Path
from time import process_time

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(do: Callable[[], object]) -> float:
    """Processor seconds of this process, all its threads, for one call."""
    started = process_time()
    do()
    return process_time() - started


def descendants_cpu_seconds() -> float:
    """Processor seconds so far of every process that this one started, and of theirs, those that ended and were waited for included."""
    parents, spent = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(folder.name)] = int(fields[1])
            spent[int(folder.name)] = sum(map(int, fields[11:15])) / _TICKS
    ours = {os.getpid()}
    while grown := {pid for pid, parent in parents.items() if parent in ours and pid not in ours}:
        ours |= grown
    return sum(spent[pid] for pid in ours if pid != os.getpid())
