"""The what-if in a real terminal, as an officer has it: started by the command, left by a key, its scenario taken by the main job."""

from __future__ import annotations

import json
import os
import re
import select
import sys
import time
from pathlib import Path

import pytest

from portfolio.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are not for Windows")
PATIENCE = 240.0
"""Seconds that a machine with much else to do may take for one step."""


class Terminal:
    """`portfolio` with these arguments in a window of 80 × 24."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.process, self._end = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.environ |= {"TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parent.parent)}
            os.execv(sys.executable, [sys.executable, "-m", "portfolio", *arguments])
        fcntl.ioctl(self._end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.said = ""

    def until(self, words: str) -> None:
        """Wait until these words have been written since last asked."""
        end = time.monotonic() + PATIENCE
        while words not in self.said:
            assert time.monotonic() < end, f"{words!r} never came: {self.said[-2000:]}"
            self._read()
        self.said = ""

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._end, keys.encode())

    def code(self) -> int:
        """Wait for the end; its exit code, and what came last in `said`."""
        while self._read():
            pass
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def _read(self) -> bool:
        if not select.select([self._end], [], [], 0.5)[0]:
            return True
        try:
            found = os.read(self._end, 65_536)
        except OSError:  # Linux says so at the end of a terminal
            return False
        self.said += re.sub(r"\x1b\[[0-9;?<>]*[A-Za-z]", "", found.decode("utf-8", "replace"))
        return bool(found)


@pytest.mark.long
def test_from_the_command_to_a_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    assert main(["optimise", "--out", "outputs/ett", "--quiet"]) == 0
    capsys.readouterr()
    begun = json.loads(Path("outputs/ett/run.json").read_bytes())
    first = next(d for d in sorted(begun["decisions"], key=lambda d: d["id"]) if d["layer"] != "external")
    assert first["start"] is not None, "the first investment of the starter is chosen; here it is taken out"
    window = Terminal(tmp_path, "whatif", "--run", "outputs/ett")
    window.until("Bevisat bäst")
    window.press("a")
    window.until("aldrig*")
    window.press("\x13")  # Ctrl+S
    window.until("Rubrik")
    window.press("Utan den första\r")
    window.until("Sparat")
    window.press("q")
    assert window.code() == 0
    told = " ".join(window.said.split())
    assert "Sparat: models/scenarios/utan-den-forsta.toml" in told
    assert told.endswith("Nästa steg: portfolio optimise --scenario utan-den-forsta")
    assert main(["optimise", "--scenario", "utan-den-forsta", "--out", "outputs/tva", "--quiet"]) == 0
    run = json.loads(Path("outputs/tva/run.json").read_bytes())
    assert run["scenarios"] == ["Utan den första"]
    assert next(d for d in run["decisions"] if d["id"] == first["id"])["layer"] == "not_recommended"


@pytest.mark.soak
def test_left_while_the_first_plan_is_being_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    window = Terminal(tmp_path, "whatif", "--lang", "en")
    window.until("Solving for the first plan")
    window.press("\x1b")
    assert window.code() == 0
    assert not list(Path("outputs").iterdir())
