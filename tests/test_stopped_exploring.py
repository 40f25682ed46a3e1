"""An explaining command that is stopped after any number of solves shows what was proven until then and says what is missing."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from math import inf
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from portfolio.analysis.frontier.desk import Desk
from portfolio.cli import main
from portfolio.errors import SolveStopped
from portfolio.quick import Found, Quick
from portfolio.solve import Answer, Meaning, Session
from portfolio.text import Text
from sample_run import starter_round

Capture = pytest.CaptureFixture[str]
REAL, QUICK = Session.best, Quick.best
MORE, NOTHING, INTERRUPTED = (Text("sv")(f"cli.{name}") for name in ("more_time", "nothing_in_time", "interrupted"))
COMMANDS = {
    "frontier": ["--points", "8"],
    "stability": ["--price", "10"],
    "metrics": [],
    "prices": [],
    "near": ["--within", "30"],
    "costs": [],
    "why": [],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter round of four investments and its finished run `ut`."""
    return starter_round(tmp_path_factory.mktemp("made") / "round")


@pytest.fixture
def finished(made: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Path:
    """The round as the working directory."""
    monkeypatch.chdir(made)
    monkeypatch.setenv("COLUMNS", "80")
    capsys.readouterr()
    return made


def arguments(command: str, *more: str) -> list[str]:
    """The command on the finished run."""
    first = [command]
    if command == "why":
        decisions = json.loads(Path("ut/run.json").read_bytes())["decisions"]
        first.append([d["id"] for d in decisions if d["layer"] != "external"][-1])
    return [*first, *COMMANDS[command], "--run", "ut", *more]


def counting(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], bool]) -> list[int]:
    """Every solve of any session or matrix is numbered; where `act` says so it is stopped by the clock, without a plan."""
    guard, asked = Lock(), [0]

    def stopped() -> bool:
        with guard:
            asked[0] += 1
            number = asked[0]
        return act(number)

    def best(self: Session, expression: Any, *, maximise: bool, known: float | None = None, seconds: float | None = None) -> Answer:
        if stopped():
            return Answer(Meaning.TIME_LIMIT, None, 0.0, inf if maximise else -inf)
        return REAL(self, expression, maximise=maximise, known=known, seconds=seconds)

    def quick(self: Quick, expression: Any, known: float | None = None, *, strictly: bool = False) -> Found:
        return Found(Meaning.TIME_LIMIT, None, inf) if stopped() else QUICK(self, expression, known, strictly=strictly)

    monkeypatch.setattr(Session, "best", best)
    monkeypatch.setattr(Quick, "best", quick)
    return asked


def claims(command: str, found: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """What a result says that is proven."""
    if command == "frontier":
        for curve in found["curves"]:
            yield from ((curve["name"], p["kronor"], p["tonnes"]) for p in curve["points"])
        yield from (("share", p["floor_share"], p["kronor"], p["tonnes"]) for p in found["shares"])
    elif command == "stability":
        yield from ((c["scope"], row["changes"], row["tonnes"], row["kronor"]) for c in found["curves"] for row in c["rows"])
    elif command == "metrics":
        yield from (
            (p["quantity"], p["krona"], json.dumps(p["tonnes"]), json.dumps(p["kronor"]))
            for p in found["plans"]
            if p["status"] == "proven_best"
        )
    elif command == "prices":
        yield from (("step", json.dumps(step)) for step in found["steps"])
        yield from (("tonne", json.dumps(step)) for step in found["tonnes"])
        yield from (("phasing", p["most"], p["tonnes"], p["kronor"]) for p in found["phasings"])
        yield ("both", found["both_tonnes"], found["both_kronor"])
        if found["frame_tonnes"] is not None:
            yield ("frame", found["frame_tonnes"], found["frame_kronor"])
    elif command == "near":
        yield from ((name, i) for name in ("always", "sometimes", "never") for i in found[name])
        yield from (("plan", *p["chosen"]) for p in found["plans"])
    elif command == "costs":
        yield from ((line["id"], line["net_cost"]) for line in found["lines"])
        if found["ranking"] is not None:
            yield ("ranking", json.dumps(found["ranking"]))


def said(command: str, capsys: Capture) -> dict[str, Any]:
    """The result as JSON."""
    capsys.readouterr()
    main(arguments(command, "--json"))
    return dict(json.loads(capsys.readouterr().out))


FEW, MORE_PLACES, MOST_PLACES = (0.4,), (0.05, 0.4, 0.8), (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)


@pytest.mark.parametrize(
    ("command", "places"),
    [
        ("stability", FEW),
        *(pytest.param(command, MORE_PLACES, marks=pytest.mark.long) for command in COMMANDS),
        *(pytest.param(command, MOST_PLACES, marks=pytest.mark.soak) for command in COMMANDS),
    ],
)
def test_what_was_proven_is_shown(
    command: str, places: Sequence[float], finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    del finished
    asked = counting(monkeypatch, lambda _: False)
    whole = set(claims(command, said(command, capsys)))
    shown = 0
    for after in sorted({int(asked[0] * place) for place in places}):
        counting(monkeypatch, lambda n, after=after: n > after)  # type: ignore[misc]
        code = main(arguments(command))
        told = capsys.readouterr()
        if code == 0:
            continue  # the last solves only confirmed what was known
        assert code == 4, after
        assert told.err.strip() in (MORE, NOTHING), after
        assert "time-limit" not in told.out, "advice is for the end, and not after Ctrl-C"
        if told.err.strip() == NOTHING:
            assert not told.out
            continue
        assert any(word in told.out for word in ("hann inte", "hann bevisas", "hann hittas", "Inte avgjort")), after
        shown += 1
        counting(monkeypatch, lambda n, after=after: n > after)  # type: ignore[misc]
        found = said(command, capsys)
        assert found.get("status", "incomplete") == "incomplete"
        assert set(claims(command, found)) <= whole, after
    assert shown >= 1


@pytest.mark.long
def test_curves_are_shown_without_the_floors(finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    del finished

    def stopped(*_given: Any) -> None:
        raise SolveStopped

    monkeypatch.setattr(Desk, "ratio", stopped)
    assert main(["frontier", "--points", "3", "--run", "ut", "--out", "kurvor"]) == 4
    told = capsys.readouterr()
    assert "BUDGET MOT TON" in told.out
    assert Text("sv")("frontier.shares.missing") in " ".join(told.out.split())
    assert MORE in told.err
    assert Path("kurvor/budgetkurva.xlsx").exists()
    assert Path("kurvor/budgetkurva.png").exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("at", [1, pytest.param(5, marks=pytest.mark.long)])
def test_ctrl_c_says_interrupted(command: str, at: int, finished: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    del finished

    def interrupt(number: int) -> bool:
        if number == at:
            signal.raise_signal(signal.SIGINT)
        return False

    counting(monkeypatch, interrupt)
    assert main(arguments(command)) == 130
    told = capsys.readouterr()
    assert told.err.strip() == INTERRUPTED
    assert "time-limit" not in told.out
