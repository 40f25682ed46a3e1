"""Runs a command whose writing is killed at every step, or as a whole at random times, and says what is left: for test_crash_safety.

    python crashing.py ROUND COMMAND steps|KILLS

ROUND is a folder that is copied for the tries; COMMAND the arguments as JSON. With `steps` the command does its work once, and what writes
its results is called in a process of its own again and again, killed before its first change of the disk, its second, and so on to the
end. With a number the whole command is killed so many times, at random moments. Prints one JSON list of tries.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import GeneratorType
from typing import Any

from portfolio import delivery, starter
from portfolio.cli import main
from portfolio.delivery import unfinished
from portfolio.excel import safe_write
from portfolio.excel import starter as excel_starter

OURS = ".portfolio"


def seen(folder: Path) -> dict[str, str]:
    """What a person sees: every file but our own hidden ones; an empty folder holds nothing to be misled by."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(OURS) or part.endswith(".tmp") for part in path.relative_to(folder).parts):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def fork(folder: Path, act: Callable[[], object]) -> int:
    """The process that does it in a folder, without a word."""
    pid = os.fork()
    if pid:
        return pid
    os.chdir(folder)
    os.fsync = lambda _: None  # a killed process loses nothing that the system has; a power cut is not tried here
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    code = 99
    try:
        code = int(str(act()))
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Exit code, or minus the signal."""
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def killed_at(step: int) -> None:
    """From now on the process kills itself just before its `step`-th change of the disk."""
    left = [step]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def change(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return change

    for name in ("fsync", "rename", "replace", "link", "unlink", "mkdir", "chmod"):
        setattr(os, name, counted(getattr(os, name)))


def classified(work: Path, old: dict[str, str], new: dict[str, str]) -> str:
    """What a person sees now: the old, the new, or something that readers are told not to believe."""
    now = seen(work)
    told = any(unfinished(f) for f in (work, *(p for p in work.iterdir() if p.is_dir())))
    between = sorted(set(now.items()) ^ set(new.items()))[:6]
    return "old" if now == old else "new" if now == new else "told" if told else f"between: {between}"


def restored(round_: Path, work: Path) -> dict[str, str]:
    """The round as it was."""
    for path in work.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(round_, work, dirs_exist_ok=True)
    return seen(work)


def at_every_step(round_: Path, work: Path, write: Callable[[], object]) -> list[dict[str, Any]]:
    """What is left when the writing is killed before each of its changes of the disk; the last try is not killed."""
    old = restored(round_, work)
    assert ended(fork(work, lambda: (write() and 0) or 0)) == 0, "the writing itself fails"
    new = seen(work)
    assert new != old, "the command writes nothing"
    made: list[dict[str, Any]] = []
    while not made or made[-1]["code"] != 0:
        restored(round_, work)

        def stopped(step: int = len(made) + 1) -> int:
            killed_at(step)
            write()
            return 0

        code = ended(fork(work, stopped))
        left = classified(work, old, new)
        again, after = 0, ""
        if left == "told":
            again = ended(fork(work, lambda: (write() and 0) or 0))
            after = "new" if seen(work) == new else "other"
        made.append({"code": code, "left": left, "again": again, "after": after})
    restored(round_, work)
    return made


def steps(round_: Path, work: Path, command: list[str]) -> list[dict[str, Any]]:
    """`at_every_step` for whatever the command writes with."""
    made: list[dict[str, Any]] = []

    def tried(real: Callable[..., Any]) -> Callable[..., Any]:
        def write(*given: Any, **named: Any) -> Any:
            given = tuple(list(g) if isinstance(g, GeneratorType) else g for g in given)
            made.extend(at_every_step(round_, work, lambda: real(*given, **named)))
            return real(*given, **named)

        return write

    for module, name in (
        (delivery, "deliver"),
        (delivery, "deliver_new"),
        (starter, "deliver"),
        (starter, "deliver_new"),
        (excel_starter, "write_atomically"),
        (safe_write, "write_atomically"),
    ):
        setattr(module, name, tried(getattr(module, name)))
    with contextlib.chdir(work), contextlib.redirect_stdout(sys.stderr):
        assert main(command) == 0, "the command itself fails"
    return made


def at_random_times(round_: Path, work: Path, command: list[str], kills: int) -> list[dict[str, Any]]:
    """What is left when the whole command is killed."""
    old = restored(round_, work)
    begun = time.monotonic()
    assert ended(fork(work, lambda: main(command))) == 0, "the command itself fails"
    seconds = time.monotonic() - begun
    new = seen(work)
    draw = random.Random(20251125)
    made = []
    for _ in range(kills):
        restored(round_, work)
        pid = fork(work, lambda: main(command))
        time.sleep(seconds * draw.uniform(0.3, 1.05))
        os.kill(pid, signal.SIGKILL)
        made.append({"code": ended(pid), "left": classified(work, old, new)})
    return made


if __name__ == "__main__":
    round_, command = Path(sys.argv[1]), json.loads(sys.argv[2])
    work = round_.parent / "work"
    work.mkdir()
    shutil.copytree(round_, work, dirs_exist_ok=True)
    if sys.argv[3] == "steps":
        print(json.dumps(steps(round_, work, command)))
    else:
        print(json.dumps(at_random_times(round_, work, command, int(sys.argv[3]))))
